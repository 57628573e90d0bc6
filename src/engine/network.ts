// The network as data: what its layers are, in order, and which weights they have. Every runtime, the training
// and the weights file read this description; nothing here multiplies a number.

import type { Resolution } from '../language/roll.ts';

/** A shape of network. Everything is plain data, so it can be kept in a weights file as JSON. */
export interface NetworkShape {
  /** Steps of the grid that share one column of the picture (4 sixteenths of a beat, 2 eighths, 1). */
  readonly fold: 1 | 2 | 4;
  /** MIDI number of the first of `pitches` rows. */
  readonly lowest: number;
  readonly pitches: number;
  /** Convolutions in all: one in, `layers - 2` in residual pairs, one out. */
  readonly layers: number;
  readonly filters: number;
  /** Columns x pitches, odd. */
  readonly kernel: readonly [number, number];
  /** [columns, pitches], one for each convolution in turn, over and over. */
  readonly dilations: readonly (readonly [number, number])[];
  /** Each convolution but the first and the last is a depthwise and a pointwise one. */
  readonly separable: boolean;
  readonly inputs: InputPlanes;
  /** Whether it also says if a repeated pitch is struck anew. */
  readonly onsetAnswer: boolean;
}

/** Which planes the network sees besides the four rolls and four masks. */
export interface InputPlanes {
  readonly held: boolean;
  readonly onsets: boolean;
  readonly rests: boolean;
  /** Metre, fermatas, the bounds of the piece, and the height of a row. */
  readonly context: boolean;
  /** What sounds where the piece sings the same again. */
  readonly echo?: boolean;
  /** Which pitches are of the scale, and which are the tonic. */
  readonly key?: boolean;
  /** Columns of a beat (1 where it is not said); where there are more than one, each is told which it is. */
  readonly pulse?: 1 | 2 | 4;
}

/** A shape for a grid. */
export interface NetworkSpec extends NetworkShape {
  readonly preset: string;
  readonly resolution: Resolution;
}

const ROLLS_ONLY: InputPlanes = { held: false, onsets: false, rests: false, context: false };
const ALL_PLANES: InputPlanes = {
  held: true,
  onsets: true,
  rests: true,
  echo: true,
  context: true,
  key: true,
};

/** 36 (C2) to 81 (A5): all that the chorales sing. */
const CHORALE_PITCHES = { lowest: 36, pitches: 46 } as const;

/**
 * Named shapes. `seed`: Coconet as the seed article rebuilt it; `coconet`: Huang et al. 2017; `doodle`: the
 * separable, dilated one of the Bach Doodle (Huang et al. 2019); `cantus`: ours with a beat to a column; `fine`: ours
 * with an eighth to a column, narrower.
 */
export const PRESETS = {
  fine: {
    fold: 2,
    ...CHORALE_PITCHES,
    layers: 18,
    filters: 48,
    kernel: [3, 3],
    dilations: [
      [1, 1],
      [1, 1],
      [2, 2],
      [2, 4],
      [4, 12],
    ],
    separable: false,
    inputs: ALL_PLANES,
    onsetAnswer: true,
  },
  cantus: {
    fold: 4,
    ...CHORALE_PITCHES,
    layers: 18,
    filters: 96,
    kernel: [3, 3],
    dilations: [
      [1, 1],
      [1, 1],
      [2, 2],
      [1, 4],
      [2, 12],
    ],
    separable: false,
    inputs: ALL_PLANES,
    onsetAnswer: true,
  },
  seed: {
    fold: 1,
    ...CHORALE_PITCHES,
    layers: 20,
    filters: 64,
    kernel: [5, 5],
    dilations: [[1, 1]],
    separable: false,
    inputs: ROLLS_ONLY,
    onsetAnswer: false,
  },
  'seed-128': {
    fold: 1,
    lowest: 0,
    pitches: 128,
    layers: 20,
    filters: 64,
    kernel: [5, 5],
    dilations: [[1, 1]],
    separable: false,
    inputs: ROLLS_ONLY,
    onsetAnswer: false,
  },
  coconet: {
    fold: 1,
    ...CHORALE_PITCHES,
    layers: 64,
    filters: 128,
    kernel: [3, 3],
    dilations: [[1, 1]],
    separable: false,
    inputs: ROLLS_ONLY,
    onsetAnswer: false,
  },
  doodle: {
    fold: 1,
    ...CHORALE_PITCHES,
    layers: 28,
    filters: 48,
    kernel: [3, 3],
    dilations: [
      [1, 1],
      [2, 2],
      [4, 4],
      [8, 8],
      [16, 16],
      [16, 32],
    ],
    separable: true,
    inputs: ROLLS_ONLY,
    onsetAnswer: false,
  },
} as const satisfies Record<string, NetworkShape>;

export type PresetName = keyof typeof PRESETS;

/** A preset on a grid. `fold` counts sixteenths there: a beat of them is 2 steps on a grid of eighths, 1 of quarters. */
export function specOf(
  preset: PresetName,
  resolution: Resolution,
  changes: Partial<NetworkShape> = {},
): NetworkSpec {
  const shape: NetworkShape = PRESETS[preset];
  const fold = Math.max(1, (shape.fold * resolution) / 16) as NetworkShape['fold'];
  const pulse = (resolution / 4 / fold) as 1 | 2 | 4;
  const inputs = shape.inputs.context && pulse > 1 ? { ...shape.inputs, pulse } : shape.inputs;
  return { ...shape, fold, inputs, ...changes, preset, resolution };
}

/**
 * One convolution with what follows it: `out = relu?(conv(in) (+ out of layer skipFrom))`. Zero padding keeps the
 * size. While training, `norm` puts a batch normalisation between the convolution and the sum; in a folded network
 * it is part of weight and bias.
 */
export interface Layer {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: readonly [number, number];
  readonly dilation: readonly [number, number];
  /** One filter a channel (weight [channels, 1, kt, kp]); otherwise [outputs, inputs, kt, kp]. */
  readonly depthwise: boolean;
  readonly norm: boolean;
  readonly relu: boolean;
  /** Index of the earlier layer whose output is added before the ReLU. */
  readonly skipFrom: number | null;
}

/** Planes over cells come four voices x fold to a plane; planes over steps, fold; planes over columns, one. */
export const CELL_PLANES = { roll: 1, erased: 1, held: 3, onsets: 1, rests: 1, echo: 1 } as const;
export const STEP_PLANES = ['inside', 'beyond', 'fermata'] as const;
export const COLUMN_PLANES = [
  'begins',
  'ends',
  'height',
  'phase0',
  'phase1',
  'phase2',
  'phase3',
  'phase4',
  'phase5',
  'bar3',
  'bar4',
  'barOther',
] as const;
export const PULSE_PLANES = ['pulse0', 'pulse1', 'pulse2', 'pulse3'] as const;
export const KEY_PLANES = ['scale', 'tonic'] as const;

/** Columns of a beat, as far as the network can tell. */
export const beatColumns = ({ inputs }: NetworkShape): number => inputs.pulse ?? 1;

/** Number of input channels. */
export function inputChannels(spec: NetworkShape): number {
  const { held, onsets, rests, echo, context, key } = spec.inputs;
  const cells =
    2 +
    (held ? CELL_PLANES.held : 0) +
    (onsets ? CELL_PLANES.onsets : 0) +
    (rests ? CELL_PLANES.rests : 0) +
    (echo ? CELL_PLANES.echo : 0);
  const told = context ? STEP_PLANES.length * spec.fold + COLUMN_PLANES.length : 0;
  const pulse = beatColumns(spec) > 1 ? PULSE_PLANES.length : 0;
  return cells * 4 * spec.fold + told + pulse + (key ? KEY_PLANES.length : 0);
}

/**
 * Number of output channels: (answer x 4 + voice) x fold + step in column; answer 0 is the pitch (softmax over the
 * pitch axis), answer 1, where there is one, the onset (sigmoid).
 */
export const outputChannels = (spec: NetworkShape): number => (spec.onsetAnswer ? 2 : 1) * 4 * spec.fold;

/** The convolutions in order. Activations are [batch, channels, columns, pitches]. */
export function layersOf(spec: NetworkShape): readonly Layer[] {
  const layers: Layer[] = [];
  const add = (layer: Omit<Layer, 'name'>) => layers.push({ name: `layer${layers.length}`, ...layer }) - 1;
  const plain = { kernel: spec.kernel, depthwise: false };
  let width = inputChannels(spec);
  let skip: number | null = null;
  for (let i = 0; i < spec.layers; i++) {
    const last = i === spec.layers - 1;
    const dilation = spec.dilations[i % spec.dilations.length]!;
    const closesPair = i > 0 && i % 2 === 0 && !last;
    const outputs = last ? outputChannels(spec) : spec.filters;
    const tail = { norm: !last, relu: !last, skipFrom: closesPair ? skip : null };
    if (spec.separable && i > 0 && !last) {
      const bare = { norm: false, relu: false, skipFrom: null };
      add({ ...plain, inputs: width, outputs: width, dilation, depthwise: true, ...bare });
      add({ inputs: width, outputs, kernel: [1, 1], dilation: [1, 1], depthwise: false, ...tail });
    } else add({ ...plain, inputs: width, outputs, dilation, ...tail });
    if (i === 0 || closesPair) skip = layers.length - 1;
    width = outputs;
  }
  return layers;
}

/** How many columns either way an answer depends on, at most. */
export const reachOf = (spec: NetworkShape): number =>
  layersOf(spec).reduce((sum, { dilation, kernel }) => sum + (dilation[0] * (kernel[0] - 1)) / 2, 0);

/** A named stretch of the flat vector of weights. */
export interface Parameter {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly size: number;
  /** Whether weight decay applies. */
  readonly decays: boolean;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

function laidOut(entries: readonly (readonly [string, readonly number[], boolean])[]): readonly Parameter[] {
  let offset = 0;
  return entries.map(([name, shape, decays]) => {
    const size = sizeOf(shape);
    offset += size;
    return { name, shape, offset: offset - size, size, decays };
  });
}

/** [outputs, inputs (1 where depthwise), columns, pitches]. */
export const weightShape = (layer: Layer): readonly number[] => [
  layer.outputs,
  layer.depthwise ? 1 : layer.inputs,
  ...layer.kernel,
];

/**
 * What is learned, in the order of the flat vector: a weight for each layer, scale and shift where it is
 * normalised; the last layer has a bias for its onset answer only (a softmax over pitch cancels the other).
 */
export function parametersOf(spec: NetworkShape): readonly Parameter[] {
  const layers = layersOf(spec);
  return laidOut([
    ...layers.flatMap((layer) => [
      [`${layer.name}.weight`, weightShape(layer), true] as const,
      ...(layer.norm
        ? [
            [`${layer.name}.scale`, [layer.outputs], false] as const,
            [`${layer.name}.shift`, [layer.outputs], false] as const,
          ]
        : []),
    ]),
    ...(spec.onsetAnswer ? [['onset.bias', [4 * spec.fold], false] as const] : []),
  ]);
}

/** Mean and variance of each normalised layer, measured while training. */
export function statisticsOf(spec: NetworkShape): readonly Parameter[] {
  return laidOut(
    layersOf(spec)
      .filter((layer) => layer.norm)
      .flatMap((layer) => [
        [`${layer.name}.mean`, [layer.outputs], false] as const,
        [`${layer.name}.variance`, [layer.outputs], false] as const,
      ]),
  );
}

/** Length of a flat vector with this layout. */
export function totalSize(parameters: readonly Parameter[]): number {
  const last = parameters.at(-1);
  return last ? last.offset + last.size : 0;
}

/** Added to a variance before its root is taken. */
export const NORM_EPSILON = 1e-5;

/** A layer ready to run: normalisation folded in. `weight` as `weightShape`, `bias` [outputs]. */
export interface FoldedLayer extends Layer {
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/** A network ready to run: what the runtimes take. */
export interface FoldedNetwork {
  readonly spec: NetworkSpec;
  readonly layers: readonly FoldedLayer[];
}

/** Folds normalisation into the convolutions: w' = w s / sqrt(v + eps), b' = shift - m s / sqrt(v + eps). */
export function foldNetwork(
  spec: NetworkSpec,
  weights: Float32Array,
  statistics: Float32Array,
): FoldedNetwork {
  const learned = new Map(
    parametersOf(spec).map((p) => [p.name, weights.subarray(p.offset, p.offset + p.size)]),
  );
  const measured = new Map(
    statisticsOf(spec).map((p) => [p.name, statistics.subarray(p.offset, p.offset + p.size)]),
  );
  const layers = layersOf(spec).map((layer): FoldedLayer => {
    const weight = Float32Array.from(learned.get(`${layer.name}.weight`)!);
    const bias = new Float32Array(layer.outputs);
    if (layer.norm) {
      const scale = learned.get(`${layer.name}.scale`)!;
      const shift = learned.get(`${layer.name}.shift`)!;
      const mean = measured.get(`${layer.name}.mean`)!;
      const variance = measured.get(`${layer.name}.variance`)!;
      const each = weight.length / layer.outputs;
      for (let o = 0; o < layer.outputs; o++) {
        const factor = scale[o]! / Math.sqrt(variance[o]! + NORM_EPSILON);
        for (let k = o * each; k < (o + 1) * each; k++) weight[k]! *= factor;
        bias[o] = shift[o]! - mean[o]! * factor;
      }
    }
    return { ...layer, weight, bias };
  });
  const onset = learned.get('onset.bias');
  if (onset) layers.at(-1)!.bias.set(onset, 4 * spec.fold);
  return { spec, layers };
}
