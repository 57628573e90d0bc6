// How a piece begins and ends: on the tonic triad over its root, where the written notes allow it. A preference with a
// price, so that the network still has its say.

import { inScale } from '../language/pitch.ts';
import { type Grid, REST } from '../language/roll.ts';
import { type Directives, VOICES } from '../language/score.ts';
import type { Surroundings } from './offences.ts';

/** The first or the last chord: its steps, and the tonics it may have. */
export interface Cadence {
  readonly from: number;
  readonly to: number;
  readonly tonics: readonly Tonic[];
  /** For a voice that is not in the chord, in nats. */
  readonly price: number;
}

interface Tonic {
  readonly root: number;
  /** Semitones above the root. */
  readonly tones: readonly number[];
}

const PRICES: Readonly<Record<Directives['rules'], number>> = { bach: 3, strict: 6, off: 0 };

const above = (midi: number, root: number): number => (((midi - root) % 12) + 12) % 12;

/** The tonics of a signature: the major key's, and its relative minor's. */
function tonicsOf(sharps: number): Tonic[] {
  const major = above(7 * sharps, 0);
  return [
    { root: major, tones: [0, 4, 7] },
    { root: (major + 9) % 12, tones: [0, 3, 7] },
  ];
}

/** The tonic that the key names, with the third that its scale has: in any mode. */
function tonicNamed(root: number, sharps: number): Tonic[] {
  if (root < 0) return [];
  return [{ root, tones: inScale(root + 4, sharps) ? [0, 4, 7] : [0, 3, 7] }];
}

/** Where a piece ends, its third may be major. */
const ending = ({ root, tones }: Tonic): Tonic => ({
  root,
  tones: tones.includes(4) ? tones : [0, 3, 4, 7],
});

/** Whether a pitch may stand in a voice of the chord: the bass has the root. */
const fits = ({ root, tones }: Tonic, voice: number, midi: number): boolean =>
  voice === 3 ? above(midi, root) === 0 : tones.includes(above(midi, root));

const isWritten = (grid: Grid, cell: number): boolean => !grid.open[cell] && grid.pitch[cell] >= 0;

/** Those tonics that agree with what is written at a step. */
const agreeing = (grid: Grid, step: number, tonics: readonly Tonic[]): Tonic[] =>
  tonics.filter((tonic) =>
    VOICES.every((voice) => {
      const cell = 4 * step + voice;
      return !isWritten(grid, cell) || fits(tonic, voice, grid.pitch[cell]);
    }),
  );

/** The last step that is open or in which something written sounds; not where the written voices rest already. */
function lastOf(grid: Grid): number {
  for (let step = grid.steps - 1; step >= 0; step--) {
    const cells = VOICES.map((voice) => 4 * step + voice);
    if (cells.some((cell) => isWritten(grid, cell))) return step;
    const rests = cells.some((cell) => !grid.open[cell] && grid.pitch[cell] === REST);
    if (!rests && cells.some((cell) => grid.open[cell] === 1)) return step;
  }
  return grid.open.lastIndexOf(1) >> 2;
}

/**
 * The last beat in which anything sounds or is open, and the tonic of its key; where that does not agree with what is
 * written there, the tonics of the signature that do. Null where none does (a melody that ends on the second degree
 * wants a half close), or where rules are off.
 */
export function cadenceOf(grid: Grid, rules: Directives['rules']): Cadence | null {
  if (PRICES[rules] === 0) return null;
  const last = lastOf(grid);
  if (last < 0) return null;
  const beat = Math.max(1, grid.resolution / 4);
  const position = grid.phase[last] >= 0 ? grid.phase[last] : last;
  const from = Math.max(0, last - (position % beat));
  const named = agreeing(grid, last, tonicNamed(grid.tonic[last], grid.fifths[last]).map(ending));
  const tonics = named.length > 0 ? named : agreeing(grid, last, tonicsOf(grid.fifths[last]).map(ending));
  return tonics.length > 0 ? { from, to: last + 1, tonics, price: PRICES[rules] } : null;
}

/**
 * The first step in which anything sounds or is open, and the tonic that the key names; null where that does not agree
 * with what is written there, no key is known, or rules are off.
 */
export function openingOf(grid: Grid, rules: Directives['rules']): Cadence | null {
  const price = PRICES[rules];
  const first = grid.pitch.findIndex((pitch, cell) => grid.open[cell] === 1 || pitch >= 0) >> 2;
  if (price === 0 || first < 0) return null;
  const tonics = agreeing(grid, first, tonicNamed(grid.tonic[first], grid.fifths[first]));
  return tonics.length > 0 ? { from: first, to: first + 1, tonics, price } : null;
}

/** What a pitch of one voice costs in the first or last chord, given the bass that stands there. In nats. */
export function cadencePrice(
  cadence: Cadence,
  around: Surroundings,
  voice: number,
  from: number,
  to: number,
  midi: number,
): number {
  if (to <= cadence.from || from >= cadence.to) return 0;
  const bass = 4 * (cadence.to - 1) + 3;
  const known = voice !== 3 && !around.erased[bass] && around.pitch[bass] >= 0;
  const chosen = known ? cadence.tonics.filter((tonic) => fits(tonic, 3, around.pitch[bass])) : [];
  const tonics = chosen.length > 0 ? chosen : cadence.tonics;
  return tonics.some((tonic) => fits(tonic, voice, midi)) ? 0 : cadence.price;
}

/** Whether what a voice has in the first or last chord is as it should be; false elsewhere. */
export const keepsCadence = (
  cadence: Cadence,
  around: Surroundings,
  voice: number,
  from: number,
  to: number,
): boolean =>
  from < cadence.to &&
  to > cadence.from &&
  cadencePrice(cadence, around, voice, from, to, around.pitch[4 * from + voice]!) === 0;
