// Fills of withheld voices, measured: how likely the network finds what was drawn with its help, at which cost, and in
// which style, beside the chorales themselves.

import { REST } from '../../language/roll.ts';
import { type HarmonizeOptions, harmonize } from '../harmonizer.ts';
import type { Predict } from '../predict.ts';
import { type Profile, profileOf } from '../profile.ts';
import { randomOf } from '../random.ts';
import { type Chorale, filledWith, withhold } from './withheld.ts';

/** Shares of the open cells that are erased to measure a fill; 1 asks for everything at once. */
export const ERASED_SHARES = [0.1, 0.5, 1] as const;
/** Random masks for each share below 1. */
const MASKS = 4;

export interface Sampling {
  readonly profile: Profile;
  /** Mean -log p of the withheld voices' cells, by ERASED_SHARES: `p` given the rest of the same music. */
  readonly losses: readonly number[];
  /**
   * Own-sample loss: mean -log p of the drawn pitches when they were drawn, under the network that drew them. An
   * entropy, not a likelihood of real music. Null for the chorales themselves.
   */
  readonly ownSample: number | null;
  /** Per piece. */
  readonly forwards: number;
  readonly milliseconds: number;
  /** Fills counted. */
  readonly pieces: number;
}

export interface SamplingOptions extends Omit<HarmonizeOptions, 'alternatives'> {
  /** Which voices are withheld: 0 soprano … 3 bass. */
  readonly voices: readonly number[];
}

/** The chorales themselves, by the same measures. */
export async function measureChorales(
  predict: Predict,
  chorales: readonly Chorale[],
  voices: readonly number[],
): Promise<Sampling> {
  return {
    profile: profileOf(chorales),
    losses: await lossesOf(predict, chorales, voices),
    ownSample: null,
    forwards: 0,
    milliseconds: 0,
    pieces: chorales.length,
  };
}

/** Fills each chorale's withheld voices once. Seeds differ from piece to piece. */
export async function measureFills(
  predict: Predict,
  chorales: readonly Chorale[],
  options: SamplingOptions,
  onPiece: (done: number) => void = () => {},
): Promise<Sampling> {
  const fills: Chorale[] = [];
  const drawn = { sum: 0, cells: 0 };
  let forwards = 0;
  const started = performance.now();
  for (const [i, chorale] of chorales.entries()) {
    const grid = withhold(chorale, options.voices);
    const [fill] = await harmonize(grid, predict, { ...options, alternatives: 1, seed: options.seed + i });
    forwards += fill.forwards;
    for (const loss of fill.nll) {
      if (Number.isNaN(loss)) continue;
      drawn.sum += loss;
      drawn.cells++;
    }
    fills.push(filledWith(chorale, fill.filled));
    onPiece(i + 1);
  }
  const milliseconds = (performance.now() - started) / chorales.length;
  return {
    profile: profileOf(fills),
    losses: await lossesOf(predict, fills, options.voices),
    ownSample: drawn.sum / drawn.cells,
    forwards: forwards / chorales.length,
    milliseconds,
    pieces: chorales.length,
  };
}

async function lossesOf(
  predict: Predict,
  music: readonly Chorale[],
  voices: readonly number[],
): Promise<number[]> {
  const means: number[] = [];
  for (const share of ERASED_SHARES) {
    let sum = 0;
    let cells = 0;
    for (const [i, piece] of music.entries()) {
      for (let mask = 0; mask < (share === 1 ? 1 : MASKS); mask++) {
        const loss = await maskedLoss(predict, piece, voices, share, i * MASKS + mask);
        sum += loss.sum;
        cells += loss.cells;
      }
    }
    means.push(sum / cells);
  }
  return means;
}

/** -log p of the erased cells of one random mask. Masks depend on the seed only, so that they are the same for all. */
async function maskedLoss(
  predict: Predict,
  piece: Chorale,
  voices: readonly number[],
  share: number,
  seed: number,
): Promise<{ sum: number; cells: number }> {
  const random = randomOf(seed, 1);
  const erased = Uint8Array.from(piece.pitch, (midi, cell) => {
    const drawn = random.uniform() < share;
    return drawn && midi >= 0 && voices.includes(cell & 3) ? 1 : 0;
  });
  const [answer] = await predict([
    {
      steps: piece.steps,
      pitch: piece.pitch.map((midi, cell) => (erased[cell] ? REST : midi)),
      erased,
      context: {
        phase: piece.phase,
        barSteps: piece.barSteps,
        fermata: piece.fermata,
        key: { fifths: piece.fifths, tonic: new Int8Array(piece.steps).fill(piece.tonic ?? -1) },
        onset: null,
        begins: true,
        ends: true,
      },
    },
  ]);
  const { pitch, pitches, lowest } = answer!;
  let sum = 0;
  let cells = 0;
  erased.forEach((isErased, cell) => {
    const row = piece.pitch[cell]! - lowest;
    if (!isErased || row < 0 || row >= pitches) return;
    sum -= Math.log(Math.max(1e-12, pitch[cell * pitches + row]!));
    cells++;
  });
  return { sum, cells };
}
