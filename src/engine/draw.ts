// One note out of the network's answer: temperature, weights, prices and chance make a pitch.
// Knows nothing of rounds or of which note comes next.

import type { Site } from './block.ts';
import type { Random } from './random.ts';
import type { Answer } from './window.ts';

/** Gumbel noise by MIDI number (NaN where none was drawn): the highest of log p + noise is a draw from p. */
export type Noise = Float64Array;

/** Noise for some pitches, what `given` has kept. */
export function noiseOf(random: Random, pitches: Int16Array, given?: Noise): Noise {
  const noise = given ?? new Float64Array(128).fill(Number.NaN);
  for (const midi of pitches) if (Number.isNaN(noise[midi])) noise[midi] = random.gumbel();
  return noise;
}

/**
 * Draws the pitch of a site from
 *
 *     p(x) ~ (geometric mean over its cells of p_cell(x)) ^ (1 / temperature) * weight(x) * exp(-price(x))
 *
 * by the Gumbel-max rule. (The cells of a note all say the same thing; multiplied without the root they would say it
 * with a certainty that is not theirs. On Bach's own notes the mean predicts at 1.2 nats a note, the product at 2.2.) At temperature 0 it takes the most likely pitch (of equals the lowest), chance aside.
 * A price is only asked where it can still matter: pitches are tried from the best down.
 *
 * @param price nats, 0 or more
 * @returns a MIDI number
 */
export function drawPitch(
  site: Site,
  answer: Answer,
  temperature: number,
  noise: Noise,
  price: ((midi: number) => number) | null,
): number {
  const { pitches, logWeights } = site;
  if (pitches.length === 1) return pitches[0];
  const scores = new Float64Array(pitches.length);
  for (let i = 0; i < pitches.length; i++) {
    let score = 0;
    for (let step = site.from; step < site.to; step++)
      score += answer.logp(4 * step + site.voice, pitches[i]);
    score /= site.to - site.from;
    scores[i] =
      temperature > 0 ? score / temperature + logWeights[i] + noise[pitches[i]] : score + logWeights[i];
  }
  let chosen = -1;
  let best = Number.NEGATIVE_INFINITY;
  for (;;) {
    let top = -1;
    for (let i = 0; i < scores.length; i++) if (scores[i] > (top < 0 ? best : scores[top])) top = i;
    if (top < 0) return pitches[chosen];
    const score = scores[top] - (price?.(pitches[top]) ?? 0);
    scores[top] = Number.NEGATIVE_INFINITY;
    if (score > best || chosen < 0) {
      best = score;
      chosen = top;
    }
  }
}
