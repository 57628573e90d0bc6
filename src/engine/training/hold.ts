// The baseline a network must beat: each open cell most likely sounds what its voice sounds nearest in time. Knows
// no harmony at all.

import { REST, type Resolution } from '../../language/roll.ts';
import type { Predict, Probabilities, View } from '../predict.ts';

const LOWEST = 36;
const PITCHES = 46;
/** Share of steps on which a voice keeps its pitch (counted on the training chorales). */
const KEEPS: Readonly<Record<Resolution, number>> = { 16: 0.86, 8: 0.72, 4: 0.4 };
/** A change of n semitones is e^(-n / this) as likely as a change of none. */
const LEAP = 3;

/**
 * A voice that at each step keeps its pitch or leaps, seen from its nearest known pitches on either side: the chance of
 * a pitch is that of coming to it from the left, times that of going on from it to the right.
 */
export function holdPredict(resolution: Resolution): Predict {
  const rows = new Map<number, Float32Array>();
  const rowFor = (midi: number, distance: number): Float32Array => {
    const key = distance * 128 + midi;
    const known = rows.get(key);
    if (known) return known;
    const row = spread(midi - LOWEST, KEEPS[resolution] ** distance);
    rows.set(key, row);
    return row;
  };
  return async (views) => views.map((view) => answer(view, rowFor));
}

function answer(view: View, rowFor: (midi: number, distance: number) => Float32Array): Probabilities {
  const pitch = new Float32Array(view.steps * 4 * PITCHES).fill(1 / PITCHES);
  for (let voice = 0; voice < 4; voice++) {
    const sides = [nearestKnown(view, voice, false), nearestKnown(view, voice, true)];
    for (let step = 0; step < view.steps; step++) {
      const cell = 4 * step + voice;
      if (!view.erased[cell]) continue;
      const seen = sides.map((side) => side[step]!).filter((from) => from >= 0);
      if (seen.length === 0) continue;
      const [first, second] = seen.map((from) =>
        rowFor(view.pitch[4 * from + voice]!, Math.abs(step - from)),
      );
      pitch.set(second ? product(first!, second) : first!, cell * PITCHES);
    }
  }
  return { lowest: LOWEST, pitches: PITCHES, pitch, onset: null };
}

/** Two distributions as one. */
function product(first: Float32Array, second: Float32Array): Float32Array {
  const out = new Float32Array(PITCHES);
  let total = 0;
  for (let p = 0; p < PITCHES; p++) total += out[p] = first[p]! * second[p]!;
  for (let p = 0; p < PITCHES; p++) out[p]! /= total;
  return out;
}

/** For each step the nearest step, itself included, where the voice is known to sound; -1 where there is none. */
function nearestKnown(view: View, voice: number, backwards: boolean): Int32Array {
  const out = new Int32Array(view.steps);
  let last = -1;
  for (let i = 0; i < view.steps; i++) {
    const step = backwards ? view.steps - 1 - i : i;
    const cell = 4 * step + voice;
    if (!view.erased[cell] && view.pitch[cell] !== REST) last = step;
    out[step] = last;
  }
  return out;
}

function spread(centre: number, keeps: number): Float32Array {
  const leaps = Float32Array.from({ length: PITCHES }, (_, p) =>
    p === centre ? 0 : Math.exp(-Math.abs(p - centre) / LEAP) + 0.002,
  );
  const total = leaps.reduce((a, b) => a + b, 0);
  const row = leaps.map((leap) => (leap * (1 - keeps)) / total);
  if (centre >= 0 && centre < PITCHES) row[centre] = keeps;
  return row;
}
