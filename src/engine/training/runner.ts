// Runs training steps on ONNX Runtime: one graph for everything, or several replicas of the gradient and one update.
// Knows tensors by name, not what they mean.

import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { NetworkSpec } from '../network.ts';
import { stepModel, updateModel } from './step.ts';

export type Runtime = typeof import('onnxruntime-node');
export type Feeds = Record<string, Tensor>;

export interface StepOutcome {
  readonly weights: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
  readonly statistics: Float32Array;
  readonly pitch: number;
  readonly onset: number;
  /** Of the gradient before it is clipped. */
  readonly norm: number;
}

/** One step: the examples of each replica, and weights, moments and rates. */
export type Runner = (examples: readonly Feeds[], update: Feeds) => Promise<StepOutcome>;

interface Shape {
  readonly batch: number;
  readonly columns: number;
  readonly replicas: number;
  readonly threads: number;
}

export async function startRunner(
  ort: Runtime,
  spec: NetworkSpec,
  { batch, columns, replicas, threads }: Shape,
): Promise<{ readonly runner: Runner; readonly release: () => Promise<void> }> {
  const start = (model: Uint8Array): Promise<InferenceSession> =>
    ort.InferenceSession.create(model, { intraOpNumThreads: threads, interOpNumThreads: 1 });
  if (replicas === 1) {
    const session = await start(stepModel(spec, { batch, columns, kind: 'train' }));
    const runner: Runner = async ([examples], update) => {
      const out = numbers(await session.run({ ...examples, ...update }));
      return { ...losses(out), ...updated(out) };
    };
    return { runner, release: () => session.release() };
  }
  const model = stepModel(spec, { batch, columns, kind: 'gradient' });
  const sessions = await Promise.all(Array.from({ length: replicas }, () => start(model)));
  const last = await start(updateModel(spec));
  const runner: Runner = async (examples, update) => {
    const { weights } = update;
    const outs = await Promise.all(
      sessions.map(async (session, i) => numbers(await session.run({ ...examples[i], weights: weights! }))),
    );
    const mean = Object.fromEntries(
      Object.keys(outs[0]!).map((name) => [name, average(outs.map((out) => out[name]!))]),
    );
    const gradient = new ort.Tensor('float32', mean.gradient!, [mean.gradient!.length]);
    return { ...losses(mean), ...updated(numbers(await last.run({ ...update, gradient }))) };
  };
  const release = async (): Promise<void> => {
    await Promise.all([...sessions, last].map((session) => session.release()));
  };
  return { runner, release };
}

type Numbers = Readonly<Record<string, Float32Array>>;

const numbers = (out: InferenceSession.ReturnType): Numbers =>
  Object.fromEntries(Object.entries(out).map(([name, tensor]) => [name, tensor.data as Float32Array]));

const losses = (out: Numbers): Pick<StepOutcome, 'pitch' | 'onset' | 'statistics'> => ({
  pitch: out.pitchLoss![0]!,
  onset: out.onsetLoss![0]!,
  statistics: out.statistics!,
});

const updated = (out: Numbers): Pick<StepOutcome, 'weights' | 'first' | 'second' | 'norm'> => ({
  weights: out.weights_!,
  first: out.first_!,
  second: out.second_!,
  norm: out.norm![0]!,
});

function average(vectors: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(vectors[0]!.length);
  for (const vector of vectors) for (let i = 0; i < sum.length; i++) sum[i]! += vector[i]! / vectors.length;
  return sum;
}
