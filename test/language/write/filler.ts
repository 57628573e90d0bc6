// A stand-in for the sampler: fills a grid by chance, keeping every condition the grid states.

import { EITHER, type Filled, type Grid, HELD, STARTS } from '../../../src/language/roll.ts';

/** A small generator of numbers in [0, 1) (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const allowed = (grid: Grid, cell: number, pitch: number): boolean =>
  grid.candidates[cell]! < 0 || grid.weights[grid.candidates[cell]!]![pitch]! > 0;

/** Open cells drawn at random; `wish` may ask for a pitch, taken where it is allowed. */
export function fillByChance(
  grid: Grid,
  random: () => number,
  wish?: (cell: number) => { pitch: number; starts: boolean } | null,
): Filled {
  const pitch = grid.pitch.slice();
  const onset = grid.onset.slice();
  for (let voice = 0; voice < 4; voice++) {
    for (let step = 0; step < grid.steps; step++) {
      const cell = 4 * step + voice;
      if (grid.open[cell] !== 1) continue;
      const before = step > 0 ? pitch[cell - 4]! : -1;
      const same = step > 0 && grid.note[cell]! >= 0 && grid.note[cell] === grid.note[cell - 4];
      if (same || grid.onset[cell] === HELD) {
        pitch[cell] = before;
        onset[cell] = HELD;
        continue;
      }
      const asked = wish?.(cell) ?? null;
      const mayHold = grid.onset[cell] === EITHER && before >= 0 && allowed(grid, cell, before);
      const holds = asked ? !asked.starts && asked.pitch === before : random() < 0.6;
      onset[cell] = mayHold && holds ? HELD : STARTS;
      if (mayHold && holds) pitch[cell] = before;
      else if (asked && (asked.pitch < 0 || allowed(grid, cell, asked.pitch))) pitch[cell] = asked.pitch;
      else {
        const choice = Array.from({ length: 128 }, (_, m) => m).filter((m) => allowed(grid, cell, m));
        pitch[cell] = choice[Math.floor(random() * choice.length)]!;
      }
    }
  }
  return { pitch, onset };
}
