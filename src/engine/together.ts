// All four voices moving the same way: no offence, but dull, and rare in Bach. A preference with a price.

import { hearing, type Surroundings } from './offences.ts';

/** In nats. Voices that are drawn one by one find the same way twice as often as Bach's. */
const PRICE = 2;

const OTHERS = [
  [1, 2, 3],
  [0, 2, 3],
  [0, 1, 3],
  [0, 1, 2],
] as const;

/** What a pitch of a voice from step `from` to `to` (exclusive) costs for going and being left as all others move. */
export function togetherPrice(
  around: Surroundings,
  voice: number,
  from: number,
  to: number,
  midi: number,
): number {
  const heard = hearing(around);
  const way = (before: number, after: number): number =>
    before < 0 || after < 0 ? 0 : Math.sign(after - before);
  const together = (step: number, own: number): boolean =>
    own !== 0 && OTHERS[voice].every((other) => way(heard(step - 1, other), heard(step, other)) === own);
  const coming = together(from, way(heard(from - 1, voice), midi));
  const going = together(to, way(midi, heard(to, voice)));
  return PRICE * (Number(coming) + Number(going));
}
