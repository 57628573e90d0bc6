// An engine that stays near what is written: the same problem, in which what stands now is likelier than the network
// finds it. Knows no sampler.

import type { Grid } from '../language/roll.ts';
import type { Engine } from './protocol.ts';

const NOTES = 128;

/**
 * The grid with another preference in each open cell that has a present pitch: every other pitch is `others` times as
 * likely as it would be. 1 changes nothing, 0 leaves everything as it is.
 */
export function nearPresent(grid: Grid, others: number): Grid {
  const weights = [...grid.weights];
  const candidates = grid.candidates.slice();
  const rows = new Map<string, number>();
  candidates.forEach((row, cell) => {
    const present = grid.pitch[cell]!;
    if (grid.open[cell] !== 1 || present < 0) return;
    const key = `${row} ${present}`;
    let near = rows.get(key);
    if (near === undefined) {
      const before = grid.weights[row] ?? new Float32Array(NOTES).fill(1);
      near = weights.push(before.map((weight, midi) => (midi === present ? weight : weight * others))) - 1;
      rows.set(key, near);
    }
    candidates[cell] = near;
  });
  return { ...grid, weights, candidates };
}

export const near = (engine: Pick<Engine, 'harmonize'>, others: number): Pick<Engine, 'harmonize'> => ({
  harmonize: (query, grid, wishes, call) => engine.harmonize(query, nearPresent(grid, others), wishes, call),
});
