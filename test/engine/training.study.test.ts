// Chains against predictors whose figures are known beforehand, and the words the results find for curves.

import { describe, expect, it } from 'vitest';
import { specOf } from '../../src/engine/network.ts';
import type { Predict } from '../../src/engine/predict.ts';
import { type ChainFigures, emptyGrid, runChains } from '../../src/engine/training/chains.ts';
import { resultsOf } from '../../src/engine/training/results.ts';
import type { GridFigures, StudyFigures } from '../../src/engine/training/study.ts';
import { DEFAULT_PLAN } from '../../src/engine/training/train.ts';

const PITCHES = 46;
const LOWEST = 36;

/** The same distribution for every cell, by row. */
const answering =
  (row: (p: number) => number, asked: number[] = []): Predict =>
  async (views) => {
    asked.push(views.length);
    return views.map(({ steps }) => ({
      lowest: LOWEST,
      pitches: PITCHES,
      pitch: Float32Array.from({ length: 4 * steps * PITCHES }, (_, i) => row(i % PITCHES)),
      onset: null,
    }));
  };

const options = {
  schedule: 'coconet',
  rounds: 10,
  samples: 3,
  bars: 2,
  range: { lowest: LOWEST, pitches: PITCHES },
  seed: 1,
} as const;

describe('chains', () => {
  it('begin with four open voices in whole bars', () => {
    const grid = emptyGrid(8, 3 * 8);
    expect(grid.steps).toBe(24);
    expect(grid.open.every((open) => open === 1)).toBe(true);
    expect([grid.phase[7], grid.phase[8], grid.bar[7], grid.bar[23]]).toEqual([7, 0, 0, 2]);
  });

  it.each(['seed', 'coconet', 'magenta', 'chorale'] as const)(
    'of %s read ln 46 at every round when all pitches are alike, and ask once a round',
    async (schedule) => {
      const found = await runChains(
        answering(() => 1 / PITCHES),
        4,
        { ...options, schedule },
      );
      expect(found.ownSample).toBeCloseTo(Math.log(PITCHES), 4);
      for (const { nll } of found.curve) expect(nll).toBeCloseTo(Math.log(PITCHES), 4);
      expect(found.curve.map(({ round }) => round)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      expect(found.forwards).toBeGreaterThanOrEqual(10);
      expect(found.forwards).toBeLessThanOrEqual(11);
    },
  );

  it('read the entropy of a distribution that does not heed what it sees', async () => {
    const shares = Array.from({ length: PITCHES }, (_, p) => (p === 0 ? 0.7 : p === 12 ? 0.3 : 0));
    const entropy = -(0.7 * Math.log(0.7) + 0.3 * Math.log(0.3));
    // Cells of one beat share their chance, so that the mean needs many beats.
    const { ownSample, nll } = await runChains(
      answering((p) => shares[p]),
      4,
      { ...options, samples: 60 },
    );
    expect(Math.abs(ownSample - entropy)).toBeLessThan(0.05);
    expect(Math.abs(nll - entropy)).toBeLessThan(0.05);
  });

  it('end when they are cancelled', async () => {
    const stop = new AbortController();
    stop.abort();
    const chains = runChains(
      answering(() => 1 / PITCHES),
      4,
      { ...options, signal: stop.signal },
    );
    await expect(chains).rejects.toThrow('cancelled');
  });
});

describe('results', () => {
  const chain = (curve: readonly number[]): ChainFigures => ({
    schedule: 'seed',
    rounds: curve.length,
    forwards: curve.length,
    seconds: 1,
    ownSample: 0.5,
    nll: curve[curve.length - 1],
    curve: curve.map((nll, i) => ({ round: i + 1, nll })),
  });
  const grid = (resolution: 16 | 8 | 4, curve: readonly number[]): GridFigures => ({
    resolution,
    pieces: 20,
    validated: 3,
    steps: 100,
    minutes: 2,
    trainingLoss: 0.9,
    losses: [{ step: 100, loss: 0.9 }],
    masked: { masked: 1.25, melody: 2.5 },
    framewise: { pieces: 2, count: 9, mean: 3.125, pieceMean: 3, standardError: 0.25 },
    hold: { pieces: 2, count: 9, mean: 4.5, pieceMean: 4, standardError: 0.1 },
    long: chain(curve),
    chains: [chain(curve)],
  });
  const figures: StudyFigures = {
    spec: specOf('seed', 16),
    weights: 1234567,
    data: ['made'],
    plan: {
      training: DEFAULT_PLAN,
      orderings: 5,
      pieces: 2,
      crop: null,
      samples: 1,
      bars: 8,
      rounds: 96,
      seed: 1,
    },
    grids: [grid(16, [1, 1.2, 1.4, 1.6, 2]), grid(8, [3, 2, 1, 1, 1]), grid(4, [3, 2.5, 2, 1.5, 1])],
  };

  it('say of each curve whether it falls and whether it settles', () => {
    const text = resultsOf(figures, {});
    expect(text).toContain('sixteenths: it does not fall (1.000 to 2.000) and is rising (+0.400');
    expect(text).toContain('eighths: it falls (3.000 to 1.000) and settles (+0.000');
    expect(text).toContain('quarters: it falls (3.000 to 1.000) and is still falling (−0.500');
  });

  it('have each figure in its row, and pictures only where there are some', () => {
    const text = resultsOf(figures, { steps: { file: 'steps.svg', about: 'Steps' } });
    expect(text).toContain('| eighths | 100 | 2.0 | 0.900 | 1.250 | 2.500 | 3.125 ± 0.250 | 4.500 | 0.500 |');
    expect(text).toContain('M = 5');
    expect(text).toContain('1 chain of 8 bars');
    expect(text.match(/!\[/g)).toEqual(['![']);
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
  });
});
