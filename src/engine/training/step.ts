// One training step of a network as one ONNX graph: forward, masked loss, gradients, clipping, Adam. Weights and
// moments go in and come out as flat vectors. Knows neither files nor music.

import {
  inputChannels,
  layersOf,
  type NetworkShape,
  NORM_EPSILON,
  parametersOf,
  statisticsOf,
  totalSize,
} from '../network.ts';
import { Graph } from '../onnx/graph.ts';
import { Tape, type Value } from './tape.ts';

export interface StepShape {
  readonly batch: number;
  readonly columns: number;
  /** Batch normalisation fused (fast) or from primitives (its oracle). */
  readonly norm?: 'fused' | 'primitive';
  /** `train` updates weights; `gradient` gives the gradient instead; `measure` only loss and batch statistics. */
  readonly kind: 'train' | 'gradient' | 'measure';
}

/** Weight of the onset answer's loss beside the pitch loss, in nats a cell. */
const ONSET_SHARE = 0.1;
const CLIP_NORM = 1;
export const ADAM = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8 } as const;

/**
 * Inputs: `weights`, `first`, `second` [n]; `rate` (with the moments' corrections in it), `correction`
 * (1 / (1 - beta2^t)), `decay` (rate x weight decay) [1]; `picture` [N, C, columns, P]; `target` one-hot, `expected` distributions and `cells`
 * (loss weights, summing to 1) over [N, 4 fold, columns, P or 1]; `struck` and `repeats` (loss weights) likewise for
 * the onset answer; `keep` [dropped layers, N, filters, 1, 1] channel dropout.
 * Outputs: `pitchLoss`, `onsetLoss`, `statistics` [m], and by kind `weights_`, `first_`, `second_`, `norm` or `gradient`.
 */
export function stepModel(spec: NetworkShape, shape: StepShape): Uint8Array {
  const graph = new Graph();
  const tape = new Tape(graph);
  const { batch, columns } = shape;
  const parameters = parametersOf(spec);
  const n = totalSize(parameters);
  const weights = graph.input('weights', [n]);
  const learned = splitParameters(tape, spec, weights);
  const picture = tape.data('picture', [batch, inputChannels(spec), columns, spec.pitches]);
  const { logits, statistics } = forward(tape, spec, shape, picture, learned);

  const { pitch, onset } = losses(tape, spec, shape, logits, learned);
  const loss = onset ? tape.add(pitch, tape.mul(onset, tape.scalar(ONSET_SHARE))) : pitch;
  graph.output('pitchLoss', pitch.name, []);
  graph.output('onsetLoss', onset ? onset.name : tape.scalar(0).name, []);
  const m = totalSize(statisticsOf(spec));
  graph.output('statistics', tape.node('Concat', statistics, { axis: 0 }), [m]);
  if (shape.kind === 'measure') return graph.finish();

  tape.differentiate(loss);
  const parts = parameters.map((p) =>
    tape.node('Reshape', [tape.gradientOf(learned.get(p.name)!)!, graph.ints([p.size])]),
  );
  const gradient = tape.node('Concat', parts, { axis: 0 });
  if (shape.kind === 'gradient') graph.output('gradient', gradient, [n]);
  else update(tape, spec, weights, gradient, n);
  return graph.finish();
}

/** The second half of a step alone, for gradients averaged over several replicas: input `gradient` [n] besides. */
export function updateModel(spec: NetworkShape): Uint8Array {
  const graph = new Graph();
  const n = totalSize(parametersOf(spec));
  const weights = graph.input('weights', [n]);
  update(new Tape(graph), spec, weights, graph.input('gradient', [n]), n);
  return graph.finish();
}

function splitParameters(tape: Tape, spec: NetworkShape, weights: string): Map<string, Value> {
  const { graph } = tape;
  const parameters = parametersOf(spec);
  const sizes = graph.ints(parameters.map((p) => p.size));
  const parts = graph.nodeOf('Split', [weights, sizes], parameters.length, { axis: 0 });
  return new Map(
    parameters.map((p, i) => [
      p.name,
      tape.learned(tape.node('Reshape', [parts[i]!, graph.ints(p.shape)]), p.shape),
    ]),
  );
}

/** How many layers have their channels dropped: the first of each residual pair. */
export const droppedLayers = (spec: NetworkShape): number => Math.max(0, Math.floor((spec.layers - 2) / 2));

function forward(
  tape: Tape,
  spec: NetworkShape,
  shape: StepShape,
  picture: Value,
  learned: Map<string, Value>,
): { logits: Value; statistics: string[] } {
  const drops = droppedLayers(spec);
  const keep = drops > 0 ? tape.data('keep', [drops, shape.batch, spec.filters, 1, 1]) : null;
  const outs: Value[] = [];
  const statistics: string[] = [];
  let x = picture;
  let dropped = 0;
  const normalise =
    shape.norm === 'primitive'
      ? normaliseByPrimitives
      : (...[t, y, s, h]: NormaliseArguments) => t.normalise(y, s, h, NORM_EPSILON);
  for (const [index, layer] of layersOf(spec).entries()) {
    x = tape.conv(x, learned.get(`${layer.name}.weight`)!, layer);
    if (layer.norm) {
      const { out, mean, variance } = normalise(
        tape,
        x,
        learned.get(`${layer.name}.scale`)!,
        learned.get(`${layer.name}.shift`)!,
      );
      x = out;
      statistics.push(mean, variance);
    }
    if (layer.skipFrom !== null) x = tape.add(x, outs[layer.skipFrom]!);
    if (layer.relu) x = tape.relu(x);
    const opensPair = layer.relu && index > 0 && layer.skipFrom === null;
    if (opensPair && keep && dropped < drops) {
      const mask = tape.reshape(tape.slice(keep, 0, dropped, 1), [shape.batch, spec.filters, 1, 1]);
      x = tape.mul(x, mask);
      dropped += 1;
    }
    outs.push(x);
  }
  return { logits: x, statistics };
}

type NormaliseArguments = [tape: Tape, y: Value, scale: Value, shift: Value];

/** The same as `Tape.normalise`, from its definition; slower. */
function normaliseByPrimitives(
  ...[tape, y, scale, shift]: NormaliseArguments
): ReturnType<Tape['normalise']> {
  const axes = [0, 2, 3];
  const C = y.shape[1]!;
  const channelwise = (v: Value): Value => tape.reshape(v, [1, C, 1, 1]);
  const mean = tape.mean(y, axes);
  const centred = tape.sub(y, mean);
  const variance = tape.mean(tape.mul(centred, centred), axes);
  const deviation = tape.sqrt(tape.add(variance, tape.scalar(NORM_EPSILON)));
  const out = tape.add(tape.mul(tape.div(centred, deviation), channelwise(scale)), channelwise(shift));
  const flat = (v: Value): string => tape.node('Reshape', [v.name, tape.graph.ints([C])]);
  return { out, mean: flat(mean), variance: flat(variance) };
}

/** Cross-entropy over pitches, and of the onset at the true pitch. */
function losses(
  tape: Tape,
  spec: NetworkShape,
  { batch, columns }: StepShape,
  logits: Value,
  learned: Map<string, Value>,
): { pitch: Value; onset: Value | null } {
  const group = 4 * spec.fold;
  const target = tape.data('target', [batch, group, columns, spec.pitches]);
  const expected = tape.data('expected', [batch, group, columns, spec.pitches]);
  const cells = tape.data('cells', [batch, group, columns, 1]);
  const pitchLogits = spec.onsetAnswer ? tape.slice(logits, 1, 0, group) : logits;
  const likelihood = tape.sum(tape.mul(tape.logSoftmax(pitchLogits), expected), [3]);
  const pitch = tape.mul(tape.sum(tape.mul(likelihood, cells)), tape.scalar(-1));
  if (!spec.onsetAnswer) return { pitch, onset: null };
  const struck = tape.data('struck', [batch, group, columns, 1]);
  const repeats = tape.data('repeats', [batch, group, columns, 1]);
  const bias = tape.reshape(learned.get('onset.bias')!, [1, group, 1, 1]);
  const answers = tape.add(tape.slice(logits, 1, group, group), bias);
  const logit = tape.sum(tape.mul(answers, target), [3]);
  const surprise = tape.sub(tape.softplus(logit), tape.mul(logit, struck));
  return { pitch, onset: tape.sum(tape.mul(surprise, repeats)) };
}

/** Gradient clipped at norm 1, then Adam with decoupled weight decay. */
function update(tape: Tape, spec: NetworkShape, weights: string, gradient: string, n: number): void {
  const { graph } = tape;
  const scalar = (value: number): string => tape.scalar(value).name;
  const node = tape.node.bind(tape);
  const first = graph.input('first', [n]);
  const second = graph.input('second', [n]);
  const rate = graph.input('rate', [1]);
  const correction = graph.input('correction', [1]);
  const decay = graph.input('decay', [1]);
  const norm = node('Sqrt', [node('ReduceSumSquare', [gradient], { keepdims: 0 })]);
  const clip = node('Div', [scalar(CLIP_NORM), node('Max', [norm, scalar(CLIP_NORM)])]);
  const g = node('Mul', [gradient, clip]);
  const blend = (old: string, fresh: string, beta: number): string =>
    node('Add', [node('Mul', [old, scalar(beta)]), node('Mul', [fresh, scalar(1 - beta)])]);
  const m = blend(first, g, ADAM.beta1);
  const v = blend(second, node('Mul', [g, g]), ADAM.beta2);
  const scale = node('Add', [node('Sqrt', [node('Mul', [v, correction])]), scalar(ADAM.epsilon)]);
  const moved = node('Sub', [weights, node('Div', [node('Mul', [m, rate]), scale])]);
  const decays = new Float32Array(n);
  for (const p of parametersOf(spec)) if (p.decays) decays.fill(1, p.offset, p.offset + p.size);
  const shrink = node('Mul', [node('Mul', [weights, graph.constant(decays, [n])]), decay]);
  graph.output('weights_', node('Sub', [moved, shrink]), [n]);
  graph.output('first_', m, [n]);
  graph.output('second_', v, [n]);
  graph.output('norm', norm, []);
}
