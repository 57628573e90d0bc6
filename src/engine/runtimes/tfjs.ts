// The network on any TensorFlow.js backend: the forward pass, given the library. Knows neither which backend runs
// it nor how it was loaded.

import type * as TensorFlow from '@tensorflow/tfjs-core';
import type { FoldedLayer, FoldedNetwork } from '../network.ts';
import { type Forward, predictWith } from './batch.ts';
import type { Started } from './choose.ts';

/** What is asked of the library: any build of TensorFlow.js 4 has it. */
export type Tf = Pick<
  typeof TensorFlow,
  | 'add'
  | 'conv2d'
  | 'depthwiseConv2d'
  | 'keep'
  | 'relu'
  | 'sigmoid'
  | 'softmax'
  | 'split'
  | 'concat'
  | 'tensor'
  | 'tensor1d'
  | 'tensor4d'
  | 'tidy'
  | 'transpose'
>;

/** [batch, channels, columns, pitches], as the pictures come, and how this library wants it. */
const CHANNELS_LAST = [0, 2, 3, 1];
const CHANNELS_FIRST = [0, 3, 1, 2];

interface LoadedLayer {
  readonly layer: FoldedLayer;
  readonly filter: TensorFlow.Tensor4D;
  readonly bias: TensorFlow.Tensor1D;
}

/** Pictures in one pass at most: more only cost memory. */
const BATCH = 4;

/** Puts the weights on the backend. `dispose` takes them off again. */
export function loadNetwork(tf: Tf, network: FoldedNetwork): Pick<Started, 'predict' | 'dispose'> {
  const { spec } = network;
  const channels = network.layers[0]!.inputs;
  const loaded = network.layers.map((layer) => loadLayer(tf, layer));
  const dispose = async () => {
    for (const { filter, bias } of loaded) {
      filter.dispose();
      bias.dispose();
    }
  };

  const forward: Forward = async (pictures, batch, columns) => {
    const answer = tf.tidy(() => {
      const first = tf.tensor4d(pictures, [batch, channels, columns, spec.pitches]);
      const last = runLayers(tf, loaded, tf.transpose(first, CHANNELS_LAST));
      return finish(tf, tf.transpose(last, CHANNELS_FIRST), spec.onsetAnswer);
    });
    try {
      return (await answer.data()) as Float32Array;
    } finally {
      answer.dispose();
    }
  };
  return { predict: predictWith(spec, forward, BATCH), dispose };
}

/** [outputs, inputs, kt, kp] becomes [kt, kp, inputs, outputs]; depthwise [channels, 1, kt, kp] [kt, kp, channels, 1]. */
function loadLayer(tf: Tf, layer: FoldedLayer): LoadedLayer {
  const [kt, kp] = layer.kernel;
  const shape: [number, number, number, number] = [layer.outputs, layer.depthwise ? 1 : layer.inputs, kt, kp];
  const filter = tf.tidy(() =>
    tf.transpose(tf.tensor4d(layer.weight, shape), layer.depthwise ? [2, 3, 0, 1] : [2, 3, 1, 0]),
  );
  return { layer, filter, bias: tf.tensor1d(layer.bias) };
}

function runLayers(tf: Tf, layers: readonly LoadedLayer[], input: TensorFlow.Tensor4D): TensorFlow.Tensor4D {
  const outputs: TensorFlow.Tensor4D[] = [];
  let current = input;
  for (const { layer, filter, bias } of layers) {
    const { depthwise, dilation, skipFrom, relu } = layer;
    const convolve = depthwise ? tf.depthwiseConv2d : tf.conv2d;
    current = convolve(current, filter, 1, 'same', 'NHWC', [...dilation]);
    current = tf.add(current, bias);
    if (skipFrom !== null) current = tf.add(current, outputs[skipFrom]!);
    if (relu) current = tf.relu(current);
    outputs.push(current);
  }
  return current;
}

/** Softmax over pitch for the first answer, sigmoid for the onsets. */
function finish(tf: Tf, logits: TensorFlow.Tensor4D, onsetAnswer: boolean): TensorFlow.Tensor {
  if (!onsetAnswer) return tf.softmax(logits, 3);
  const [pitch, onset] = tf.split(logits, 2, 1);
  return tf.concat([tf.softmax(pitch!, 3), tf.sigmoid(onset!)], 1);
}
