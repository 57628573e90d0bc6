import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { harmonize } from '../../../src/engine/harmonizer.ts';
import { layWindows } from '../../../src/engine/window.ts';
import { type Grid, STARTS } from '../../../src/language/roll.ts';
import { fake, gridOf, local, RANGE } from './fakes.ts';

vi.setConfig({ testTimeout: 120_000 });

/** Locks everything outside `from`..`to` on one pitch a voice. */
function openOnly(grid: Grid, from: number, to: number): Grid {
  for (let cell = 0; cell < grid.open.length; cell++) {
    if (cell >> 2 >= from && cell >> 2 < to) continue;
    grid.open[cell] = 0;
    grid.pitch[cell] = [72, 67, 60, 48][cell & 3];
    grid.onset[cell] = STARTS;
  }
  return grid;
}

/** A grid with a pickup, so that bars begin at odd places. */
function withPickup(steps: number, pickup: number): Grid {
  const shift = (step: number): number => step + 16 - pickup;
  const all = Array.from({ length: steps }, (_, step) => step);
  return gridOf(steps, {
    phase: Int16Array.from(all, (step) => shift(step) % 16),
    bar: Int32Array.from(all, (step) => shift(step) >> 4),
  });
}

describe('windows', () => {
  test('cover what is open, are no longer than allowed, begin on beats and leave context', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 700 }),
        fc.integer({ min: 0, max: 15 }),
        fc.constantFrom(32, 64, 128, 256),
        fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
        (steps, pickup, longest, ends) => {
          const [a, b] = ends.map((x) => Math.floor(x * (steps - 1))).sort((x, y) => x - y);
          const grid = openOnly(withPickup(steps, pickup), a, b + 1);
          const margin = 16;
          const windows = layWindows(grid, longest, margin);
          let covered = 0;
          for (const { from, to, coreFrom, coreTo } of windows) {
            expect(to - from).toBeLessThanOrEqual(longest);
            expect(from === 0 || grid.phase[from] % 4 === 0).toBe(true);
            expect(coreFrom).toBeGreaterThanOrEqual(covered);
            // Nothing open lies between two cores.
            expect(Math.max(a, covered) >= Math.min(b + 1, coreFrom)).toBe(true);
            covered = coreTo;
            const context = Math.min(margin, longest / 4);
            expect(from === 0 || coreFrom - from >= context).toBe(true);
            expect(to === steps || to - coreTo >= context).toBe(true);
          }
          expect(covered).toBeGreaterThan(b);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('a selection is shown with its surroundings, not with the whole piece', () => {
    const windows = layWindows(openOnly(gridOf(64 * 16), 32 * 16, 34 * 16), 256, 32);
    expect(windows).toEqual([{ from: 30 * 16, to: 36 * 16, coreFrom: 32 * 16, coreTo: 34 * 16 }]);
  });

  test('a piece that fits is shown whole, and two distant selections apart', () => {
    expect(layWindows(gridOf(200), 256, 32)).toEqual([{ from: 0, to: 200, coreFrom: 0, coreTo: 200 }]);
    const grid = openOnly(gridOf(640), 0, 16);
    for (let cell = 4 * 600; cell < 4 * 640; cell++) grid.open[cell] = 1;
    expect(layWindows(grid, 256, 32).length).toBe(2);
  });

  test('a piece without bar lines is cut on beats', () => {
    const grid = gridOf(600, { phase: new Int16Array(600).fill(-1), bar: new Int32Array(600) });
    for (const { from, to } of layWindows(grid, 128, 32)) {
      expect(to - from).toBeLessThanOrEqual(128);
      expect(from % 4).toBe(0);
    }
  });

  test('where the network looks no further than the margin, windows change nothing', async () => {
    const settings = {
      seed: 4,
      temperature: [1, 1, 1, 1],
      steps: 6,
      alternatives: 1,
      schedule: 'chorale',
      rules: 'bach',
      range: RANGE,
    } as const;
    const grid = withPickup(180, 4);
    const [whole] = await harmonize(grid, fake(local, 0.2), { ...settings, window: 512 });
    const [pieces] = await harmonize(grid, fake(local, 0.2), { ...settings, window: 64 });
    expect(pieces.forwards).toBeGreaterThan(2 * whole.forwards);
    expect(pieces.filled).toEqual(whole.filled);
    expect(pieces.nll).toEqual(whole.nll);
  });

  test('a window hears what sounds outside of it where the piece sings the same again', async () => {
    const phrase = Array.from({ length: 64 }, (_, step) => 60 + ((Math.floor(step / 4) * 5) % 11));
    const grid = gridOf(16 * 40);
    for (let cell = 0; cell < grid.open.length; cell++) {
      const step = cell >> 2;
      grid.open[cell] = 0;
      grid.pitch[cell] = phrase[step % 64] - 5 * (cell & 3) + (step >= 128 && step < 576 ? step % 3 : 0);
      grid.onset[cell] = STARTS;
    }
    const open = 4 * 84 + 1;
    grid.open[open] = 1;
    const predict = fake(local);
    const settings = { seed: 4, temperature: [1, 1, 1, 1], steps: 1, alternatives: 1, rules: 'off' } as const;
    await harmonize(grid, predict, { ...settings, schedule: 'blocks', range: RANGE, window: 64 });
    const [view] = predict.calls[0];
    expect(view.steps).toBeLessThan(100);
    const at = view.erased.indexOf(1);
    expect(view.echo?.pitch[at]).toBe(grid.pitch[open - 4 * 64]);
    expect(view.echo?.strength[at]).toBeGreaterThan(0.25);
  });

  test('a window knows whether the piece begins or ends in it, and each view is on its own', async () => {
    const predict = fake(local);
    const settings = { seed: 4, temperature: [1, 1, 1, 1], steps: 1, alternatives: 1, rules: 'off' } as const;
    await harmonize(gridOf(320), predict, { ...settings, schedule: 'blocks', range: RANGE, window: 128 });
    const contexts = predict.calls[0].map((view) => view.context);
    expect(contexts.map((c) => c.begins)).toEqual(contexts.map((_, i) => i === 0));
    expect(contexts.map((c) => c.ends)).toEqual(contexts.map((_, i) => i === contexts.length - 1));
    for (const view of predict.calls[0]) expect(view.pitch.buffer.byteLength).toBe(view.pitch.byteLength);
  });
});
