import { describe, expect, test, vi } from 'vitest';
import type { Site } from '../../../src/engine/block.ts';
import { drawPitch, noiseOf } from '../../../src/engine/draw.ts';
import { harmonize } from '../../../src/engine/harmonizer.ts';
import { randomOf } from '../../../src/engine/random.ts';
import type { ScheduleName } from '../../../src/engine/schedule.ts';
import type { Answer } from '../../../src/engine/window.ts';
import { fake, gridOf, RANGE, seen } from './fakes.ts';

vi.setConfig({ testTimeout: 60_000 });

/**
 * Pearson's chi-square against the 99.99 % quantile (Wilson and Hilferty's approximation). Seeds are fixed, so a test
 * that passes goes on passing.
 */
function expectDrawnFrom(counts: readonly number[], probabilities: readonly number[]): void {
  const total = counts.reduce((a, b) => a + b, 0);
  let statistic = 0;
  let freedom = -1;
  counts.forEach((count, i) => {
    const expected = total * probabilities[i];
    if (expected === 0) {
      expect(count).toBe(0);
      return;
    }
    statistic += (count - expected) ** 2 / expected;
    freedom++;
  });
  const z = 3.719;
  const limit = freedom * (1 - 2 / (9 * freedom) + z * Math.sqrt(2 / (9 * freedom))) ** 3;
  expect(statistic).toBeLessThan(limit);
}

describe('the generator', () => {
  test('is uniform, and its bits are those of a known run', () => {
    const random = randomOf(42);
    const counts = new Array<number>(64).fill(0);
    for (let i = 0; i < 64_000; i++) counts[Math.floor(random.uniform() * 64)]++;
    expectDrawnFrom(
      counts,
      counts.map(() => 1 / 64),
    );
    const first = Array.from(
      { length: 3 },
      (
        (r) => () =>
          Math.floor(r.uniform() * 2 ** 32)
      )(randomOf(42)),
    );
    expect(first).toEqual(GOLDEN);
  });

  test('seeds and streams that are neighbours have nothing in common', () => {
    const starts = new Set<number>();
    for (let seed = -50; seed < 50; seed++)
      for (let stream = 0; stream < 10; stream++) starts.add(randomOf(seed, stream).uniform());
    for (const seed of [0.5, 1e300, 2 ** 33, 2 ** 33 + 1]) starts.add(randomOf(seed).uniform());
    expect(starts.size).toBe(1004);
    expect(randomOf(-0).uniform()).toBe(randomOf(0).uniform());
  });

  test('Gumbel noise has the mean of a Gumbel distribution (Euler-Mascheroni)', () => {
    const random = randomOf(3);
    let sum = 0;
    for (let i = 0; i < 100_000; i++) sum += random.gumbel();
    expect(sum / 100_000).toBeCloseTo(0.5772, 1);
  });
});

describe('one draw', () => {
  const p = [0.5, 0.3, 0.15, 0.05];
  const site = (weights: readonly number[], to = 1): Site => {
    const pitches = weights.flatMap((w, i) => (w > 0 ? [60 + i] : []));
    const logWeights = weights.filter((w) => w > 0).map(Math.log);
    return {
      voice: 0,
      from: 0,
      to,
      pitches: Int16Array.from(pitches),
      logWeights: Float64Array.from(logWeights),
    };
  };
  const answer: Answer = { logp: (_, midi) => Math.log(p[midi - 60]), struck: () => null, forwards: 1 };
  const normalised = (values: readonly number[]): number[] => {
    const sum = values.reduce((a, b) => a + b, 0);
    return values.map((value) => value / sum);
  };
  const draws = (s: Site, temperature: number, price: ((midi: number) => number) | null = null): number[] => {
    const random = randomOf(11);
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 20_000; i++)
      counts[drawPitch(s, answer, temperature, noiseOf(random, s.pitches), price) - 60]++;
    return counts;
  };

  test('follows the distribution', () => expectDrawnFrom(draws(site([1, 1, 1, 1]), 1), p));
  test('a temperature sharpens and flattens it', () => {
    expectDrawnFrom(draws(site([1, 1, 1, 1]), 0.5), normalised(p.map((x) => x ** 2)));
    expectDrawnFrom(draws(site([1, 1, 1, 1]), 2), normalised(p.map(Math.sqrt)));
  });
  test('weights are multiplied in after the temperature', () =>
    expectDrawnFrom(
      draws(site([0, 1, 0.5, 1]), 2),
      normalised([0, 0.3 ** 0.5, 0.5 * 0.15 ** 0.5, 0.05 ** 0.5]),
    ));
  test('prices make a pitch exp(price) times less likely', () =>
    expectDrawnFrom(
      draws(site([1, 1, 1, 1]), 1, (midi) => (midi === 60 ? 2 : midi === 62 ? 0.5 : 0)),
      normalised([0.5 * Math.exp(-2), 0.3, 0.15 * Math.exp(-0.5), 0.05]),
    ));
  test('a prohibitive price is paid only where there is nothing else', () => {
    expect(draws(site([1, 1, 0, 0]), 1, (midi) => (midi === 60 ? 1000 : 0))).toEqual([0, 20_000, 0, 0]);
    expect(draws(site([1, 0, 0, 0]), 1, () => 1000)).toEqual([20_000, 0, 0, 0]);
  });
  test('temperature 0 takes the best of likelihood, weight and price', () => {
    expect(draws(site([1, 1, 1, 1]), 0)).toEqual([20_000, 0, 0, 0]);
    expect(draws(site([0.1, 1, 1, 1]), 0)).toEqual([0, 20_000, 0, 0]);
  });
});

describe('a chain', () => {
  const CHOICES = [60, 62, 64, 65];

  test('cells that know nothing of each other are drawn each from its own distribution', async () => {
    const weigh = (voice: number, midi: number): number => {
      const i = CHOICES.indexOf(midi);
      return i < 0 ? 0 : 1 + ((i + voice) % 4) * 2;
    };
    const predict = fake((_, __, voice, midi) => weigh(voice, midi), null, FEW);
    const counts = [0, 1, 2, 3].map(() => [0, 0, 0, 0]);
    for (let seed = 0; seed < 1500; seed++) {
      const [{ filled }] = await harmonize(gridOf(8), predict, {
        ...PLAIN,
        seed,
        steps: 3,
        schedule: 'coconet',
      });
      // One cell of each beat: cells of one beat share their noise.
      for (const step of [1, 6]) {
        for (let voice = 0; voice < 4; voice++)
          counts[voice][CHOICES.indexOf(filled.pitch[4 * step + voice])]++;
      }
    }
    counts.forEach((count, voice) => {
      expectDrawnFrom(
        count,
        CHOICES.map((midi) => weigh(voice, midi) / 16),
      );
    });
  });

  // Schedules that choose by likelihood (`unmask`, `chorale`) lean to what is likely, and make no such promise.
  test.each<ScheduleName>(['seed', 'coconet', 'blocks'])(
    '%s: two voices that depend on each other end in their joint distribution',
    async (schedule) => {
      // Drawn at once they would be independent; only the Gibbs rounds bring them together.
      const joint = [
        [0.3, 0.02, 0.03, 0.05],
        [0.02, 0.2, 0.03, 0.01],
        [0.03, 0.01, 0.15, 0.06],
        [0.02, 0.02, 0.01, 0.04],
      ];
      const predict = fake(
        (view, step, voice, midi) => {
          const i = CHOICES.indexOf(midi);
          if (voice > 1) return 1;
          if (i < 0) return 0;
          const other = seen(view, step, 1 - voice);
          const p = (k: number): number => (voice === 0 ? joint[i][k] : joint[k][i]);
          return other === null ? p(0) + p(1) + p(2) + p(3) : p(CHOICES.indexOf(other));
        },
        null,
        FEW,
      );
      const grid = gridOf(1);
      for (const cell of [2, 3]) {
        grid.open[cell] = 0;
        grid.pitch[cell] = 50;
      }
      const counts = new Array<number>(16).fill(0);
      for (let seed = 0; seed < 2000; seed++) {
        const [{ filled }] = await harmonize(grid, predict, {
          ...PLAIN,
          range: FEW,
          seed,
          steps: 20,
          schedule,
        });
        counts[4 * CHOICES.indexOf(filled.pitch[0]) + CHOICES.indexOf(filled.pitch[1])]++;
      }
      expectDrawnFrom(counts, joint.flat());
    },
  );

  test('a note of fixed rhythm is drawn from the geometric mean of its cells', async () => {
    const row = [
      [0.7, 0.2, 0.1, 0],
      [0.2, 0.4, 0.2, 0.2],
    ];
    const predict = fake((_, step, __, midi) => row[step][CHOICES.indexOf(midi)] ?? 0, null, FEW);
    const grid = gridOf(2);
    grid.open.fill(0);
    grid.pitch.fill(50);
    for (const cell of [1, 5]) {
      grid.open[cell] = 1;
      grid.pitch[cell] = -2;
      grid.note[cell] = 0;
      grid.onset[cell] = cell === 1 ? 1 : 0;
    }
    const counts = [0, 0, 0, 0];
    for (let seed = 0; seed < 2000; seed++) {
      const [{ filled }] = await harmonize(grid, predict, { ...PLAIN, range: FEW, seed, steps: 1 });
      counts[CHOICES.indexOf(filled.pitch[1])]++;
    }
    const mean = row[0].map((p, i) => Math.sqrt(p * row[1][i]));
    const sum = mean.reduce((a, b) => a + b);
    expectDrawnFrom(
      counts,
      mean.map((p) => p / sum),
    );
  });

  test('neighbours in a beat share their noise: alike distributions give one pitch, each still drawn from its own', async () => {
    const predict = fake((_, __, ___, midi) => (CHOICES.includes(midi) ? 1 : 0));
    let changes = 0;
    for (let seed = 0; seed < 200; seed++) {
      const [{ filled }] = await harmonize(gridOf(8), predict, {
        ...PLAIN,
        seed,
        steps: 1,
        schedule: 'blocks',
      });
      for (const step of [1, 2, 3, 5, 6, 7])
        for (let voice = 0; voice < 4; voice++)
          if (filled.pitch[4 * step + voice] !== filled.pitch[4 * (step - 1) + voice]) changes++;
    }
    expect(changes).toBe(0);
  });
});

const PLAIN = {
  temperature: [1, 1, 1, 1],
  steps: null,
  alternatives: 1,
  schedule: 'chorale',
  rules: 'off',
  range: RANGE,
  window: 128,
} as const;

/** Little to reckon for a network of few pitches. */
const FEW = { lowest: 50, pitches: 16 };

const GOLDEN = [3700446264, 2805606071, 871463795];
