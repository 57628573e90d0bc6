// Chorales whose voices are withheld and filled again: what the sampler is measured on. Knows
// how to ask for a fill, and leaves the counting to the profile.

import { EITHER, type Filled, type Grid, type Resolution, STARTS, UNKNOWN } from '../../language/roll.ts';
import { DEFAULT_RANGES } from '../../language/score.ts';
import type { Music } from '../profile.ts';
import { type Piece, readCorpus } from './corpus.ts';

/** A whole chorale with everything that the profile counts by. */
export interface Chorale extends Music {
  readonly id: string;
  readonly onset: Uint8Array;
  readonly barSteps: Int16Array;
  readonly bar: Int32Array;
}

/** The pieces whose metre, key and onsets are known. Files and folders as the training takes them. */
export async function readChorales(paths: readonly string[], resolution: Resolution): Promise<Chorale[]> {
  return choralesIn((await readCorpus(paths, resolution)).pieces, resolution);
}

/** Those of some pieces whose metre, key and onsets are known. */
export const choralesIn = (pieces: readonly Piece[], resolution: Resolution): Chorale[] =>
  pieces.flatMap((piece) => choraleOf(piece, resolution) ?? []);

function choraleOf(piece: Piece, resolution: Resolution): Chorale | null {
  const { id, steps, pitch, onset, phase, barSteps, fermata, key } = piece;
  if (!onset || !phase || !barSteps || !key) return null;
  let bar = -1;
  return {
    id,
    steps,
    resolution,
    pitch,
    onset,
    phase,
    barSteps,
    bar: Int32Array.from(phase, (position, step) => {
      if (step === 0 || position === 0) bar++;
      return bar;
    }),
    fermata: fermata ?? new Uint8Array(steps),
    fifths: new Int8Array(steps).fill(key.fifths),
    tonic: key.tonic,
  };
}

/** The last `most` steps of a chorale (all of a shorter one), beginning on a beat. */
export function endOf(chorale: Chorale, most: number): Chorale {
  const beat = Math.max(1, chorale.resolution / 4);
  let from = Math.max(0, chorale.steps - most);
  while (from > 0 && from < chorale.steps && chorale.phase[from]! % beat !== 0) from++;
  if (from === 0) return chorale;
  return {
    ...chorale,
    steps: chorale.steps - from,
    pitch: chorale.pitch.slice(4 * from),
    onset: chorale.onset.slice(4 * from),
    phase: chorale.phase.slice(from),
    barSteps: chorale.barSteps.slice(from),
    bar: chorale.bar.slice(from),
    fermata: chorale.fermata.slice(from),
    fifths: chorale.fifths.slice(from),
  };
}

/** What a voice may sing where the text says nothing: its range. */
const inRange = DEFAULT_RANGES.map(({ low, high }) => new Float32Array(128).fill(1, low, high + 1));

/** The chorale with some voices open, their rhythm too. */
export function withhold(chorale: Chorale, voices: readonly number[]): Grid {
  const grid = {
    resolution: chorale.resolution as Resolution,
    steps: chorale.steps,
    pitch: chorale.pitch.slice(),
    open: new Uint8Array(4 * chorale.steps),
    onset: chorale.onset.slice(),
    note: new Int32Array(4 * chorale.steps).fill(-1),
    candidates: new Int32Array(4 * chorale.steps).fill(-1),
    weights: inRange,
    phase: chorale.phase,
    barSteps: chorale.barSteps,
    bar: chorale.bar,
    fermata: chorale.fermata,
    fifths: chorale.fifths,
    tonic: new Int8Array(chorale.steps).fill(chorale.tonic ?? -1),
  };
  for (let cell = 0; cell < grid.pitch.length; cell++) {
    if (!voices.includes(cell & 3)) continue;
    grid.open[cell] = 1;
    grid.candidates[cell] = cell & 3;
    grid.pitch[cell] = UNKNOWN;
    grid.onset[cell] = cell < 4 ? STARTS : EITHER;
  }
  return grid;
}

/** A fill of a chorale, for the profile. */
export const filledWith = (chorale: Chorale, { pitch, onset }: Filled): Chorale => ({
  ...chorale,
  pitch,
  onset,
});
