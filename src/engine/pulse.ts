// Where within a beat a voice may move: a preference with a price. Cells of a block are drawn one by one, so a pitch
// that gives way to a neighbour in one sixteenth only would leave a rhythm that nobody sings. Knows steps, no notes.

import type { Grid } from '../language/roll.ts';
import { hearing, type Surroundings } from './offences.ts';

/**
 * What moving on a step costs, in nats, by its position in the quarter on a grid of sixteenths: the -log of how
 * seldom Bach does it beside moving on the beat (training split, matched metres: of all beats of a voice, on its
 * second sixteenth 0.1 %, on its fourth alone 0.15 %, in a run of two sixteenths 0.95 %). Moving on the second and
 * staying on the third is not in any of the 40,478 beats of alto, tenor and bass: no dodge of a parallel is worth it.
 */
const PRICES = { second: 6, andStays: 30, fourthAlone: 5, fourthInRun: 1 } as const;

/** Pitches of four steps, the move in question between the second and the third; negative where nothing is known. */
type Around = readonly [earlier: number, before: number, midi: number, later: number];

/** The price of the move from `before` to `midi`, which sounds on this position. */
function movePrice(position: number, [earlier, before, midi, later]: Around): number {
  if (before < 0 || midi < 0) return 0;
  if (before === midi) {
    const movedLate = position % 4 === 2 && earlier >= 0 && earlier !== before;
    return movedLate ? PRICES.andStays : 0;
  }
  if (position % 4 === 1) return later === midi ? PRICES.second + PRICES.andStays : PRICES.second;
  if (position % 4 !== 3) return 0;
  return earlier >= 0 && earlier !== before ? PRICES.fourthInRun : PRICES.fourthAlone;
}

/** What the rhythm would cost that a pitch makes in steps `from` to `to` (exclusive) of a voice, in nats. */
export function pulsePrice(
  { phase, resolution }: Pick<Grid, 'phase' | 'resolution'>,
  around: Surroundings,
  voice: number,
  from: number,
  to: number,
  midi: number,
): number {
  if (resolution !== 16) return 0;
  const heardAt = hearing(around);
  const heard = (step: number): number => heardAt(step, voice);
  const position = (step: number): number => (phase[step] >= 0 ? phase[step] : step);
  const long = to - from > 1;
  // Whether it stays is told by what comes after it.
  const coming: Around = [heard(from - 2), heard(from - 1), midi, -1];
  const going: Around = [long ? midi : heard(from - 1), midi, heard(to), heard(to + 1)];
  return movePrice(position(from), coming) + movePrice(position(to), going);
}
