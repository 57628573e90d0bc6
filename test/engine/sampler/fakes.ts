// Networks with known distributions, and grids to ask them about.

import type { Predict, Probabilities, View } from '../../../src/engine/predict.ts';
import { emptyGrid } from '../../../src/engine/training/chains.ts';
import type { NetworkRange } from '../../../src/engine/transpose.ts';
import { type Grid, HELD, STARTS } from '../../../src/language/roll.ts';

export const RANGE = { lowest: 36, pitches: 46 } as const;

/** A grid of 4/4 bars of 16ths in C, everything open and free; `change` sets what differs. */
export const gridOf = (steps: number, change: Partial<Grid> = {}): Grid => ({
  ...emptyGrid(16, steps),
  ...change,
});

/** A grid whose soprano is written: `midi` by step; held where it repeats. */
export function withSoprano(midi: readonly number[]): Grid {
  const grid = gridOf(midi.length);
  midi.forEach((pitch, step) => {
    grid.pitch[4 * step] = pitch;
    grid.open[4 * step] = 0;
    grid.onset[4 * step] = step > 0 && midi[step - 1] === pitch ? HELD : STARTS;
  });
  return grid;
}

/** The weight of a pitch (MIDI number) in a cell, given what is seen; rows are normalised here. */
export type Weigh = (view: View, step: number, voice: number, midi: number) => number;

/** A network that says what `weigh` says. @param struck the onset answer; null for none */
export function fake(
  weigh: Weigh,
  struck: number | null = null,
  { lowest, pitches }: NetworkRange = RANGE,
): Predict & { calls: View[][] } {
  const calls: View[][] = [];
  const predict = async (views: readonly View[]): Promise<Probabilities[]> => {
    calls.push([...views]);
    return views.map((view) => {
      const pitch = new Float32Array(4 * view.steps * pitches);
      for (let cell = 0; cell < 4 * view.steps; cell++) {
        let sum = 0;
        for (let i = 0; i < pitches; i++) {
          const weight = weigh(view, cell >> 2, cell & 3, lowest + i);
          pitch[cell * pitches + i] = weight;
          sum += weight;
        }
        for (let i = 0; i < pitches; i++) pitch[cell * pitches + i] /= sum;
      }
      const onset = struck === null ? null : new Float32Array(pitch.length).fill(struck);
      return { lowest, pitches, pitch, onset };
    });
  };
  return Object.assign(predict, { calls });
}

/** What a view shows in a cell: a MIDI number, or null where it is erased, silent or outside. */
export function seen(view: View, step: number, voice: number): number | null {
  if (step < 0 || step >= view.steps || view.erased[4 * step + voice]) return null;
  const midi = view.pitch[4 * step + voice];
  return midi >= 0 ? midi : null;
}

/** Every pitch as likely as any other. */
export const uniform = fake(() => 1);

/** Looks one step to either side in the same voice, and at the other voices of its step: nothing further. */
export const local: Weigh = (view, step, voice, midi) => {
  let weight = 0.05 + ((midi * 7 + voice * 3) % 12) / 12;
  for (const near of [step - 1, step + 1]) if (seen(view, near, voice) === midi) weight += 3;
  for (let other = 0; other < 4; other++) {
    const sounding = other === voice ? null : seen(view, step, other);
    if (sounding !== null && [0, 3, 4, 7, 8, 9].includes(Math.abs(sounding - midi) % 12)) weight *= 2;
  }
  return weight;
};
