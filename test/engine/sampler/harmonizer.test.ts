import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { EngineFailure } from '../../../src/engine/failure.ts';
import { type HarmonizeOptions, harmonize } from '../../../src/engine/harmonizer.ts';
import type { ScheduleName } from '../../../src/engine/schedule.ts';
import { SCHEDULES } from '../../../src/engine/schedule.ts';
import { EITHER, type Grid, HELD, REST, STARTS, UNKNOWN } from '../../../src/language/roll.ts';
import { fake, gridOf, local, RANGE, seen, withSoprano } from './fakes.ts';

vi.setConfig({ testTimeout: 120_000 });

const options = (change: Partial<HarmonizeOptions> = {}): HarmonizeOptions => ({
  seed: 1,
  temperature: [1, 1, 1, 1],
  steps: null,
  alternatives: 1,
  schedule: 'chorale',
  rules: 'off',
  range: RANGE,
  window: 128,
  ...change,
});

/** A network of few pitches: some of what is written lies outside. */
const FEW = { lowest: 50, pitches: 20 };
/** Random grids; more of them on request. */
const CASES = Number(process.env.CANTUS_CASES ?? 500);

const NAMES = Object.keys(SCHEDULES) as ScheduleName[];
const MELODY = [72, 72, 72, 72, 74, 74, 74, 74, 76, 76, 74, 74, 72, 72, 72, 72];

/** Random constraints on a small grid: locked pitches, rests, fixed notes, ties, candidate sets, present values. */
const constrained: fc.Arbitrary<Grid> = fc
  .record({
    steps: fc.integer({ min: 1, max: 24 }),
    cells: fc.array(
      fc.record({
        kind: fc.constantFrom('free', 'free', 'fixed', 'written', 'rest', 'hidden'),
        length: fc.integer({ min: 1, max: 6 }),
        midi: fc.integer({ min: 36, max: 81 }),
        set: fc.integer({ min: -1, max: 2 }),
        present: fc.boolean(),
      }),
      { minLength: 4, maxLength: 40 },
    ),
    sets: fc.array(fc.uniqueArray(fc.integer({ min: 36, max: 81 }), { minLength: 1, maxLength: 5 }), {
      minLength: 3,
      maxLength: 3,
    }),
  })
  .map(({ steps, cells, sets }) => {
    const grid = gridOf(steps, {
      weights: sets.map((set) => Float32Array.from({ length: 128 }, (_, m) => (set.includes(m) ? 0.5 : 0))),
    });
    let next = 0;
    for (let voice = 0; voice < 4; voice++) {
      for (let from = 0; from < steps; ) {
        const { kind, length, midi, set, present } = cells[next % cells.length];
        const to = Math.min(steps, from + length);
        for (let step = from; step < to; step++) {
          const cell = 4 * step + voice;
          const isOpen = kind === 'free' || kind === 'fixed';
          const standing = kind === 'rest' ? REST : kind === 'written' ? midi : UNKNOWN;
          grid.open[cell] = isOpen ? 1 : 0;
          grid.pitch[cell] = isOpen && present ? midi : standing;
          grid.onset[cell] = kind === 'free' ? EITHER : step === from ? STARTS : HELD;
          grid.note[cell] = kind === 'fixed' ? next : -1;
          grid.candidates[cell] = isOpen ? set : -1;
        }
        from = to;
        next++;
      }
    }
    return grid;
  });

describe('what a fill may never do', () => {
  test('locked cells stay, candidates hold, notes of fixed rhythm take one pitch, nothing open is silent', async () => {
    await fc.assert(
      fc.asyncProperty(
        constrained,
        fc.integer(),
        fc.constantFrom('bach' as const, 'strict' as const, 'off' as const),
        fc.constantFrom(...NAMES),
        fc.constantFrom(0, 0.5, 1),
        async (grid, seed, rules, schedule, t) => {
          if (!grid.open.includes(1)) return;
          const before = grid.pitch.slice();
          const settings = options({ seed, rules, schedule, steps: 6, temperature: [t, t, t, t] });
          const [{ filled, nll }] = await harmonize(grid, fake(local, 0.3, FEW), { ...settings, range: FEW });
          expect(grid.pitch).toEqual(before);
          for (let cell = 0; cell < filled.pitch.length; cell++) {
            const midi = filled.pitch[cell];
            if (!grid.open[cell]) {
              expect(midi).toBe(before[cell]);
              expect(nll[cell]).toBeNaN();
              continue;
            }
            expect(midi).toBeGreaterThanOrEqual(0);
            const set = grid.candidates[cell];
            if (set >= 0) expect(grid.weights[set][midi]).toBeGreaterThan(0);
            if (grid.note[cell] >= 0 && cell >= 4 && grid.note[cell - 4] === grid.note[cell])
              expect(midi).toBe(filled.pitch[cell - 4]);
            expect([HELD, STARTS]).toContain(filled.onset[cell]);
            if (filled.onset[cell] === HELD) expect(midi).toBe(filled.pitch[cell - 4]);
            if (grid.onset[cell] !== EITHER) expect(filled.onset[cell]).toBe(grid.onset[cell]);
          }
        },
      ),
      { numRuns: CASES },
    );
  });

  test('a tie from or into a written note holds its pitch', async () => {
    const grid = gridOf(8);
    for (const step of [3, 4]) {
      grid.open[4 * step] = 0;
      grid.pitch[4 * step] = 67;
    }
    grid.onset[4 * 5] = HELD;
    grid.onset[4 * 3] = HELD;
    const [{ filled }] = await harmonize(grid, fake(local), options());
    expect(filled.pitch[4 * 5]).toBe(67);
    expect(filled.pitch[4 * 2]).toBe(67);
  });

  test('music that nobody asked for is hidden from the network and stays unknown', async () => {
    const grid = gridOf(16);
    for (let step = 8; step < 16; step++) grid.open[4 * step + 1] = 0;
    const predict = fake(local);
    const [{ filled }] = await harmonize(grid, predict, options());
    for (let step = 8; step < 16; step++) {
      expect(filled.pitch[4 * step + 1]).toBe(UNKNOWN);
      for (const [view] of predict.calls) expect(view.erased[4 * step + 1]).toBe(1);
    }
  });
});

describe('chance', () => {
  test('same grid, seed and network: same bytes; another seed: other notes', async () => {
    const grid = withSoprano(MELODY);
    const fill = async (seed: number) =>
      (await harmonize(grid, fake(local, 0.5), options({ seed })))[0].filled;
    expect(await fill(7)).toEqual(await fill(7));
    expect((await fill(7)).pitch).not.toEqual((await fill(8)).pitch);
  });

  test('an alternative is the same however many are asked for, and they differ', async () => {
    const grid = withSoprano(MELODY);
    const fills = async (alternatives: number) => harmonize(grid, fake(local), options({ alternatives }));
    const [one] = await fills(1);
    const three = await fills(3);
    expect(three[0]).toEqual(one);
    expect(new Set(three.map((fill) => fill.filled.pitch.join())).size).toBe(3);
  });

  test('temperature 0 takes the most likely pitch whatever the seed', async () => {
    const likeliest = fake((_, step, voice, midi) =>
      midi === 40 + 8 * (3 - voice) + (step % 3) ? 0.04 : 0.02,
    );
    const settings = { temperature: [0, 0, 0, 0] as const, rules: 'off' as const };
    const fill = async (seed: number) =>
      (await harmonize(gridOf(8), likeliest, options({ ...settings, seed })))[0];
    const { filled } = await fill(1);
    expect(filled.pitch).toEqual((await fill(2)).filled.pitch);
    for (let cell = 0; cell < 32; cell++)
      expect(filled.pitch[cell]).toBe(40 + 8 * (3 - (cell % 4)) + ((cell >> 2) % 3));
  });

  test('steps are in proportion to the open voices, and never more than the open notes', async () => {
    const rounds = async (openVoices: number): Promise<number> => {
      const grid = gridOf(64);
      for (let cell = 0; cell < 256; cell++) {
        if (cell % 4 < openVoices) continue;
        grid.open[cell] = 0;
        grid.pitch[cell] = 60;
      }
      let of = 0;
      await harmonize(grid, fake(local), options({ onProgress: (p) => (of = p.of) }));
      return of;
    };
    const one = await rounds(1);
    expect(await rounds(4)).toBe(4 * one);
    expect(await rounds(2)).toBe(2 * one);
    const single = gridOf(1);
    const [{ forwards }] = await harmonize(single, fake(local), options());
    expect(forwards).toBeLessThanOrEqual(4);
  });

  test('progress tells every round, with a roll that is complete after the first', async () => {
    const told: string[] = [];
    await harmonize(
      withSoprano(MELODY),
      fake(local),
      options({
        alternatives: 2,
        steps: 3,
        onProgress: ({ step, of, alternative, pitch }) => {
          told.push(`${alternative}:${step}/${of}`);
          expect(pitch.every((midi) => midi >= 0)).toBe(true);
        },
      }),
    );
    expect(told).toEqual(['0:1/3', '0:2/3', '0:3/3', '1:1/3', '1:2/3', '1:3/3']);
  });
});

describe('expected failures', () => {
  const failure = (promise: Promise<unknown>): Promise<EngineFailure> =>
    promise.then(
      () => expect.fail('resolved'),
      (error: unknown) => {
        expect(error).toBeInstanceOf(EngineFailure);
        return error as EngineFailure;
      },
    );

  test('no pitch left: says where', async () => {
    const grid = gridOf(4, { weights: [new Float32Array(128)] });
    grid.candidates[4 * 2 + 3] = 0;
    const error = await failure(harmonize(grid, fake(local), options()));
    expect([error.reason, error.place]).toEqual(['unsatisfiable', { step: 2, voice: 3 }]);
  });

  test('a tie that contradicts the candidates: says where', async () => {
    const grid = gridOf(2, { weights: [new Float32Array(128).fill(1, 60, 65)] });
    grid.open[0] = 0;
    grid.pitch[0] = 67;
    grid.onset[4] = HELD;
    grid.candidates[4] = 0;
    const error = await failure(harmonize(grid, fake(local), options()));
    expect([error.reason, error.place]).toEqual(['unsatisfiable', { step: 1, voice: 0 }]);
  });

  test('nothing open', async () => {
    const grid = gridOf(4);
    grid.open.fill(0);
    grid.pitch.fill(60);
    expect((await failure(harmonize(grid, fake(local), options()))).reason).toBe('nothing-open');
  });

  test('cancelled between forwards: no further question is asked', async () => {
    const stop = new AbortController();
    const predict = fake(local);
    let asked = 0;
    const run = harmonize(
      withSoprano(MELODY),
      predict,
      options({
        signal: stop.signal,
        onProgress: ({ step }) => {
          if (step !== 6) return;
          asked = predict.calls.length;
          stop.abort();
        },
      }),
    );
    expect((await failure(run)).reason).toBe('cancelled');
    expect(asked).toBeGreaterThan(1);
    expect(predict.calls.length).toBe(asked);
  });
});

describe('the network sees', () => {
  test('nothing of what is erased, and everything open erased at first', async () => {
    const predict = fake(local);
    await harmonize(withSoprano(MELODY), predict, options());
    const [first] = predict.calls[0];
    for (let cell = 0; cell < 64; cell++) {
      expect(first.erased[cell]).toBe(cell % 4 === 0 ? 0 : 1);
      if (first.erased[cell]) expect(first.pitch[cell]).toBe(REST);
    }
    for (const [view] of predict.calls)
      for (let cell = 0; cell < 64; cell++) if (view.erased[cell]) expect(view.pitch[cell]).toBe(REST);
    expect(seen(first, 0, 0)).toBe(72);
  });
});
