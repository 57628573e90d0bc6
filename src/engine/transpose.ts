// Between the written music and the range the network was trained in. Knows nothing of chance or of keys:
// a shift in semitones for the whole piece, and octaves for a voice that lies far from where such a voice sings.

import type { Grid } from '../language/roll.ts';
import { DEFAULT_RANGES, VOICES } from '../language/score.ts';
import type { KeyContext } from './predict.ts';

/** The pitches a network knows: `lowest`, `lowest + 1`, … */
export interface NetworkRange {
  readonly lowest: number;
  readonly pitches: number;
}

/** For each voice what is added to a sounding pitch before the network sees it. */
export type Offsets = readonly [number, number, number, number];

/** No further than this is a whole piece moved: beyond a tritone the same key is nearer from the other side. */
const FURTHEST = 6;

/** A pitch outside the range is read at the nearest octave inside it, so that at least its name is right. */
export function foldInto(range: NetworkRange, midi: number): number {
  const highest = range.lowest + range.pitches - 1;
  let folded = midi;
  while (folded < range.lowest) folded += 12;
  while (folded > highest) folded -= 12;
  return Math.max(range.lowest, folded);
}

/** The key of music that is moved by some semitones: its tonic, and the signature with the same pitch classes. */
export function transposedKey(fifths: Int8Array, tonic: Int8Array, semitones: number): KeyContext {
  const shift = ((semitones % 12) + 12) % 12;
  if (shift === 0) return { fifths, tonic };
  return {
    fifths: fifths.map((sharps) => ((sharps + 7 * shift + 5 + 12) % 12) - 5),
    tonic: tonic.map((pitchClass) => (pitchClass < 0 ? pitchClass : (pitchClass + shift) % 12)),
  };
}

/** How many of a voice's pitches lie outside `low`..`high` once `offset` is added. */
function outside(pitches: readonly number[], offset: number, low: number, high: number): number {
  let count = 0;
  for (const midi of pitches) if (midi + offset < low || midi + offset > high) count++;
  return count;
}

/** The smallest of `choices` by `cost`; the first where several are equal. */
function cheapest(choices: readonly number[], cost: (choice: number) => number): number {
  let best = choices[0];
  let least = cost(best);
  for (const choice of choices.slice(1)) {
    const price = cost(choice);
    if (price < least) {
      best = choice;
      least = price;
    }
  }
  return best;
}

/** Octaves that bring a voice to where its kind sings; 0 unless at least half of it lies outside. */
function octavesFor(pitches: readonly number[], voice: number): number {
  const { low, high } = DEFAULT_RANGES[voice];
  if (2 * outside(pitches, 0, low, high) < pitches.length || pitches.length === 0) return 0;
  return 12 * cheapest([0, 1, -1, 2, -2, 3, -3], (o) => outside(pitches, 12 * o, low, high));
}

/** Where the network is to see a piece. Only what is written counts: present values of open notes may change. */
export function offsetsFor(grid: Pick<Grid, 'pitch' | 'open'>, range: NetworkRange): Offsets {
  const sung: number[][] = [[], [], [], []];
  grid.pitch.forEach((midi, cell) => {
    if (midi >= 0 && !grid.open[cell]) sung[cell % 4].push(midi);
  });
  const octaves = VOICES.map((v) => octavesFor(sung[v], v));
  const highest = range.lowest + range.pitches - 1;
  const lost = (shift: number): number => {
    let count = 0;
    for (const v of VOICES) count += outside(sung[v], octaves[v] + shift, range.lowest, highest);
    return count;
  };
  const shifts = Array.from({ length: 2 * FURTHEST + 1 }, (_, i) => (i % 2 ? -1 : 1) * Math.ceil(i / 2));
  const shift = cheapest(shifts, lost);
  return [octaves[0] + shift, octaves[1] + shift, octaves[2] + shift, octaves[3] + shift];
}
