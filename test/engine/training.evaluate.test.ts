// The protocol against predictors whose figures are known beforehand.

import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Predict } from '../../src/engine/predict.ts';
import { type Piece, readCorpus } from '../../src/engine/training/corpus.ts';
import {
  DEFAULT_EVALUATION,
  type EvaluationOptions,
  framewiseLoss,
  melodyGivenLoss,
  notewiseLoss,
  summarise,
} from '../../src/engine/training/evaluate.ts';
import { holdPredict } from '../../src/engine/training/hold.ts';

const PITCHES = 46;
const LOWEST = 36;

const piece = (steps: readonly (readonly number[])[]): Piece => ({
  id: 'made',
  steps: steps.length,
  pitch: Int16Array.from(steps.flat()),
  phase: null,
  barSteps: null,
  fermata: null,
  onset: null,
});

const chorale = piece(Array.from({ length: 12 }, (_, t) => [72 + (t % 3), 67, 60 + (t % 2), 48]));

/** Answers every cell by a function of what is seen. */
const fake =
  (row: (view: Parameters<Predict>[0][number], cell: number) => (midi: number) => number): Predict =>
  async (views) =>
    views.map((view) => {
      const pitch = new Float32Array(view.steps * 4 * PITCHES);
      for (let cell = 0; cell < 4 * view.steps; cell++) {
        const of = row(view, cell);
        for (let p = 0; p < PITCHES; p++) pitch[cell * PITCHES + p] = of(LOWEST + p);
      }
      return { lowest: LOWEST, pitches: PITCHES, pitch, onset: null };
    });

const uniform = fake(() => () => 1 / PITCHES);
const options = (changes: Partial<EvaluationOptions> = {}): EvaluationOptions => ({
  ...DEFAULT_EVALUATION,
  ...changes,
});

describe('framewise loss', () => {
  it('is 4 ln 46 a frame for the uniform distribution, in any order and for any number of orderings', async () => {
    for (const order of ['random', 'chronological'] as const) {
      for (const orderings of [1, 5]) {
        const { mean } = summarise(await framewiseLoss(uniform, [chorale], options({ order, orderings })));
        expect(mean).toBeCloseTo(4 * Math.log(46), 4);
      }
    }
  });

  it('scores some of the frames as it would score them among all', async () => {
    const predict = holdPredict(16);
    const [all] = await framewiseLoss(predict, [chorale], options());
    const [some] = await framewiseLoss(predict, [chorale], options({ frames: 5 }));
    expect(some!.losses).toHaveLength(5);
    const left = [...all!.losses];
    for (const loss of some!.losses) {
      const at = left.findIndex((one) => Math.abs(one - loss) < 1e-9);
      expect(at).toBeGreaterThanOrEqual(0);
      left.splice(0, at + 1);
    }
  });

  it('lets a rest cost nothing', async () => {
    const rests = piece([
      [72, -1, -1, 48],
      [72, -1, -1, -1],
    ]);
    const [loss] = await framewiseLoss(uniform, [rests], options());
    expect(loss!.losses[0]).toBeCloseTo(2 * Math.log(46), 4);
    expect(loss!.losses[1]).toBeCloseTo(Math.log(46), 4);
  });

  it('shows a frame the earlier frames only, and writes what was most likely, not what is true', async () => {
    const asked: { known: number; own: number[] }[] = [];
    const always60: Predict = async (views) => {
      for (const view of views) {
        const frames = Array.from({ length: view.steps }, (_, t) =>
          [0, 1, 2, 3].filter((v) => !view.erased[4 * t + v]),
        );
        const partial = frames.findIndex((known) => known.length > 0 && known.length < 4);
        asked.push({
          known: frames.filter((known) => known.length === 4).length,
          own: partial < 0 ? [] : frames[partial]!.map((v) => view.pitch[4 * partial + v]!),
        });
      }
      return fake(() => (midi) => (midi === 60 ? 0.5 : 0.5 / 45))(views);
    };
    await framewiseLoss(always60, [chorale], options({ orderings: 1, order: 'chronological', batch: 1 }));
    expect(asked.length).toBe(4 * chorale.steps);
    asked.forEach(({ known, own }, i) => {
      expect(known).toBe(Math.floor(i / 4));
      expect(own).toEqual(new Array(i % 4).fill(60));
    });
  });

  it('averages orderings in probability space', async () => {
    // Certain when something is known, uniform when nothing is: over M orderings a frame is first in some of them.
    const informed = fake((view, cell) => {
      const alone = view.erased.every((e) => e === 1);
      const truth = chorale.pitch[cell]!;
      return (midi) => (alone ? 1 / PITCHES : midi === truth ? 1 : 0);
    });
    const steps = chorale.steps;
    const [loss] = await framewiseLoss(informed, [chorale], options({ orderings: 4, seed: 5 }));
    const first = loss!.losses.map((l) => Math.round((1 - Math.exp(-l)) / (1 / 4) / (1 - 1 / PITCHES)));
    expect(first.reduce((a, b) => a + b, 0)).toBe(4);
    expect(loss!.losses.length).toBe(steps);
  });

  it('gives the same figures for the same seed, whatever the batch', async () => {
    const hold = holdPredict(16);
    const one = await framewiseLoss(hold, [chorale], options({ batch: 1 }));
    const many = await framewiseLoss(hold, [chorale], options({ batch: 64 }));
    expect(one[0]!.losses).toEqual(many[0]!.losses);
  });
});

describe('notewise and melody-given loss', () => {
  it('is ln 46 a cell for the uniform distribution', async () => {
    expect(summarise(await notewiseLoss(uniform, [chorale], options())).mean).toBeCloseTo(Math.log(46), 4);
    const melody = summarise(await melodyGivenLoss(uniform, [chorale], options()));
    expect(melody.mean).toBeCloseTo(Math.log(46), 4);
    expect(melody.count).toBe(3 * chorale.steps);
  });

  it('asks for each cell once, with one cell more known each time', async () => {
    const known: number[] = [];
    const counting: Predict = async (views) => {
      for (const view of views) known.push(view.erased.filter((e) => !e).length);
      return uniform(views);
    };
    await notewiseLoss(counting, [chorale], options());
    expect(known).toEqual(Array.from({ length: 4 * chorale.steps }, (_, i) => i));
  });
});

describe('summary', () => {
  it('gives means over frames and over pieces, with the standard error of the latter', () => {
    const summary = summarise([
      { id: 'a', losses: Float64Array.of(1, 1, 1, 1) },
      { id: 'b', losses: Float64Array.of(3) },
    ]);
    expect(summary).toEqual({ pieces: 2, count: 5, mean: 1.4, pieceMean: 2, standardError: 1 });
  });
});

const DATA = process.env.CANTUS_DATA ?? new URL('../../../shared/data', import.meta.url).pathname;
const VALID = `${DATA}/jsb16.valid.json`;

describe.skipIf(!existsSync(VALID))(
  'the hold baseline on the validation chorales (skipped without the data)',
  () => {
    it.each([
      [16, 'random', 1.99],
      [16, 'chronological', 4.08],
      [8, 'random', 5.06],
      [4, 'random', 8.46],
    ] as const)('reads on the grid of %i, in %s order, about %f', async (grid, order, anchor) => {
      const { pieces } = await readCorpus([VALID], grid);
      const few = pieces.slice(0, 16);
      const { mean } = summarise(await framewiseLoss(holdPredict(grid), few, options({ order, frames: 4 })));
      expect(Math.abs(mean - anchor)).toBeLessThan(0.2 * anchor);
    });
  },
);
