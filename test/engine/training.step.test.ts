// Gradients against central finite differences, and the fused normalisation against its definition.

import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import {
  inputChannels,
  type NetworkShape,
  PRESETS,
  parametersOf,
  statisticsOf,
  totalSize,
} from '../../src/engine/network.ts';
import { droppedLayers, type StepShape, stepModel } from '../../src/engine/training/step.ts';

const TINY: NetworkShape = {
  ...PRESETS.cantus,
  fold: 2,
  pitches: 7,
  layers: 6,
  filters: 4,
  dilations: [[1, 1]],
  inputs: { held: false, onsets: false, rests: false, context: false },
};
const BATCH = 3;
const COLUMNS = 4;

/** Park and Miller's generator: the same numbers everywhere. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

/**
 * Shifts far from zero: of four channels three always pass the ReLU and one never does, so that no step of a finite
 * difference crosses its kink.
 */
const farFromKinks = (i: number): number => (i % 4 === 3 ? -5 : 5);

function feedsFor(spec: NetworkShape): Record<string, ort.Tensor> {
  const random = chance(7);
  const tensor = (dims: number[], draw: () => number) =>
    new ort.Tensor('float32', Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, draw), dims);
  const group = 4 * spec.fold;
  const cells = [BATCH, group, COLUMNS, 1];
  const target = tensor([BATCH, group, COLUMNS, spec.pitches], () => 0);
  const count = BATCH * group * COLUMNS;
  for (let i = 0; i < count; i++) {
    (target.data as Float32Array)[i * spec.pitches + Math.floor(random() * spec.pitches)] = 1;
  }
  // What is expected is a distribution: half the true pitch, half any.
  const expected = tensor([BATCH, group, COLUMNS, spec.pitches], () => 0.5 / spec.pitches);
  for (let i = 0; i < expected.data.length; i++)
    (expected.data as Float32Array)[i]! += 0.5 * (target.data as Float32Array)[i]!;
  const weights = tensor([totalSize(parametersOf(spec))], () => random() - 0.5);
  const values = weights.data as Float32Array;
  for (const p of parametersOf(spec)) {
    for (let i = 0; i < p.size; i++) {
      if (p.name.endsWith('.scale')) values[p.offset + i]! += 1;
      if (p.name.endsWith('.shift')) values[p.offset + i]! += farFromKinks(i);
    }
  }
  const drops = droppedLayers(spec);
  const onset = {
    struck: tensor(cells, () => (random() < 0.5 ? 1 : 0)),
    repeats: tensor(cells, () => (random() < 0.5 ? 4 / count : 0)),
  };
  return {
    weights,
    picture: tensor([BATCH, inputChannels(spec), COLUMNS, spec.pitches], () => random() - 0.5),
    target,
    expected,
    cells: tensor(cells, () => (random() < 0.6 ? 1.5 / count : 0)),
    ...(spec.onsetAnswer ? onset : {}),
    ...(drops > 0
      ? { keep: tensor([drops, BATCH, spec.filters, 1, 1], () => (random() < 0.8 ? 1.25 : 0)) }
      : {}),
  };
}

async function runner(spec: NetworkShape, shape: Pick<StepShape, 'kind' | 'norm'>) {
  const model = stepModel(spec, { batch: BATCH, columns: COLUMNS, ...shape });
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1 });
  return async (feeds: Record<string, ort.Tensor>, weights: Float32Array) => {
    const out = await session.run({
      ...feeds,
      weights: new ort.Tensor('float32', weights, [weights.length]),
    });
    const read = (name: string) => Float32Array.from(out[name]!.data as Float32Array);
    const loss = read('pitchLoss')[0]! + 0.1 * read('onsetLoss')[0]!;
    return { loss, statistics: read('statistics'), gradient: out.gradient ? read('gradient') : null };
  };
}

const relativeError = (a: readonly number[], b: readonly number[]): number =>
  Math.sqrt(a.reduce((sum, x, i) => sum + (x - b[i]!) ** 2, 0)) / (Math.hypot(...b) + 1e-4);

const NETWORKS: readonly (readonly [string, NetworkShape])[] = [
  ['dilation 1', TINY],
  ['dilation 2', { ...TINY, dilations: [[2, 2]] }],
  [
    'dilations that differ by axis',
    {
      ...TINY,
      dilations: [
        [1, 3],
        [2, 1],
      ],
    },
  ],
  ['5 x 5 filters without the onset answer', { ...TINY, kernel: [5, 5], onsetAnswer: false }],
  [
    'separable filters',
    {
      ...TINY,
      separable: true,
      dilations: [
        [1, 1],
        [2, 2],
      ],
    },
  ],
];

describe('the training step', () => {
  it.each(NETWORKS)('has the gradients of finite differences: %s', async (_, spec) => {
    const feeds = feedsFor(spec);
    const weights = feeds.weights!.data as Float32Array;
    const exact = await runner(spec, { kind: 'gradient' });
    const measure = await runner(spec, { kind: 'measure' });
    const { gradient } = await exact(feeds, weights);
    const random = chance(3);
    for (const p of parametersOf(spec)) {
      const chosen = Array.from(
        { length: Math.min(p.size, 10) },
        () => p.offset + Math.floor(random() * p.size),
      );
      const differences: number[] = [];
      for (const i of chosen) {
        const at = async (delta: number) => {
          const moved = Float32Array.from(weights);
          moved[i]! += delta;
          return (await measure(feeds, moved)).loss;
        };
        differences.push(((await at(8e-3)) - (await at(-8e-3))) / 16e-3);
      }
      expect(Math.hypot(...differences), p.name).toBeGreaterThan(1e-4);
      const analytic = chosen.map((i) => gradient![i]!);
      expect(relativeError(analytic, differences), p.name).toBeLessThan(0.02);
    }
  });

  it('normalises like the definition of batch normalisation, forwards and backwards', async () => {
    const feeds = feedsFor(TINY);
    const weights = feeds.weights!.data as Float32Array;
    const fused = await (await runner(TINY, { kind: 'gradient' }))(feeds, weights);
    const primitive = await (await runner(TINY, { kind: 'gradient', norm: 'primitive' }))(feeds, weights);
    expect(fused.loss).toBeCloseTo(primitive.loss, 4);
    expect(fused.statistics.length).toBe(totalSize(statisticsOf(TINY)));
    expect(relativeError([...fused.statistics], [...primitive.statistics])).toBeLessThan(1e-4);
    expect(relativeError([...fused.gradient!], [...primitive.gradient!])).toBeLessThan(1e-3);
  });
});
