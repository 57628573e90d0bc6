// Runs a folded network on ONNX Runtime: the model is built in memory from the weights, once, for any length and any
// number of views. The library is native and may be absent: it is loaded when asked for.

import type { InferenceSession } from 'onnxruntime-node';
import { EngineFailure } from '../failure.ts';
import { type FoldedNetwork, inputChannels, weightShape } from '../network.ts';
import { Graph } from '../onnx/graph.ts';
import type { Predict } from '../predict.ts';
import { type Forward, predictWith } from './batch.ts';

export interface OnnxOptions {
  /** Threads within an operator; 1 unless told. */
  readonly threads?: number;
  /** ONNX Runtime's execution providers, best first; `cpu` unless told. */
  readonly providers?: readonly string[];
  /** Pictures in one run at most: more only cost memory. */
  readonly batch?: number;
}

/** A network on a runtime. `close` frees the native memory. */
export interface OnnxNetwork {
  readonly predict: Predict;
  readonly close: () => Promise<void>;
}

const DEFAULT_BATCH = 16;

type Runtime = typeof import('onnxruntime-node');

/** Loads the native library. Throws an EngineFailure `no-runtime` where it is missing or does not start. */
export async function loadOnnx(): Promise<Runtime> {
  try {
    const module = (await import('onnxruntime-node')) as Runtime & { default?: Runtime };
    return module.default ?? module;
  } catch (error) {
    throw new EngineFailure('no-runtime', `ONNX Runtime could not be loaded: ${String(error)}`);
  }
}

/**
 * The inference model. Input `picture` [batch, channels, columns, pitches]; output `answer` [batch, output channels,
 * columns, pitches]: pitch probabilities, then onset probabilities where the network has that answer.
 */
export function inferenceModel({ spec, layers }: FoldedNetwork): Uint8Array {
  const graph = new Graph();
  const dims = ['batch', inputChannels(spec), 'columns', spec.pitches] as const;
  const outs: string[] = [];
  let x = graph.input('picture', dims);
  for (const layer of layers) {
    const pad = layer.kernel.map((k, i) => (layer.dilation[i]! * (k - 1)) / 2);
    const weight = graph.constant(layer.weight, weightShape(layer));
    x = graph.node('Conv', [x, weight, graph.constant(layer.bias, [layer.outputs])], {
      kernel_shape: layer.kernel,
      dilations: layer.dilation,
      pads: [...pad, ...pad],
      group: layer.depthwise ? layer.inputs : 1,
    });
    if (layer.skipFrom !== null) x = graph.node('Add', [x, outs[layer.skipFrom]!]);
    if (layer.relu) x = graph.node('Relu', [x]);
    outs.push(x);
  }
  const group = 4 * spec.fold;
  const answers = spec.onsetAnswer
    ? graph.nodeOf('Split', [x, graph.ints([group, group])], 2, { axis: 1 })
    : [x];
  const pitch = graph.node('Softmax', [answers[0]!], { axis: -1 });
  const parts = spec.onsetAnswer ? [pitch, graph.node('Sigmoid', [answers[1]!])] : [pitch];
  const answer = parts.length > 1 ? graph.node('Concat', parts, { axis: 1 }) : pitch;
  graph.output('answer', answer, ['batch', parts.length * group, 'columns', spec.pitches]);
  return graph.finish();
}

/** Starts a network. Throws an EngineFailure `no-runtime` or `runtime-failed`. */
export async function startOnnx(network: FoldedNetwork, options: OnnxOptions = {}): Promise<OnnxNetwork> {
  const ort = await loadOnnx();
  const session = await failing('start', () =>
    ort.InferenceSession.create(inferenceModel(network), {
      intraOpNumThreads: options.threads ?? 1,
      interOpNumThreads: 1,
      executionProviders: [...(options.providers ?? ['cpu'])],
      logSeverityLevel: 3,
    }),
  );
  return {
    predict: predictWith(network.spec, run(ort, session, network), options.batch ?? DEFAULT_BATCH),
    close: () => session.release(),
  };
}

function run(ort: Runtime, session: InferenceSession, { spec }: FoldedNetwork): Forward {
  return async (pictures, batch, columns) => {
    const dims = [batch, inputChannels(spec), columns, spec.pitches];
    const picture = new ort.Tensor('float32', pictures, dims);
    const { answer } = await failing('run', () => session.run({ picture }));
    return answer!.data as Float32Array;
  };
}

async function failing<T>(what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw new EngineFailure('runtime-failed', `ONNX Runtime could not ${what} the network: ${String(error)}`);
  }
}
