// Reverse-mode differentiation over a dozen operators: each call adds forward nodes to an ONNX graph and notes how
// gradients flow back through them. Shapes are static. Knows no network.

import { type Attributes, type Graph, MICROSOFT } from '../onnx/graph.ts';

/** A value in the graph. `learns` is false where no gradient is wanted (data). */
export interface Value {
  readonly name: string;
  readonly shape: readonly number[];
  readonly learns: boolean;
}

type Axes = readonly number[];
export interface Window {
  readonly kernel: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly depthwise: boolean;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

function broadcastShape(a: readonly number[], b: readonly number[]): readonly number[] {
  const rank = Math.max(a.length, b.length);
  return range(rank).map((i) => Math.max(a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1));
}

/** A large slope: a hard sigmoid with it is 0 at 0 and 1 above (one pass; Sign and Where take three). */
const STEP_SLOPE = 1e30;

export class Tape {
  private readonly backward: (() => void)[] = [];
  private readonly gradients = new Map<string, string>();

  constructor(readonly graph: Graph) {}

  data(name: string, shape: readonly number[]): Value {
    return { name: this.graph.input(name, shape), shape, learns: false };
  }

  learned(name: string, shape: readonly number[]): Value {
    return { name, shape, learns: true };
  }

  scalar(value: number): Value {
    return { name: this.graph.constant(Float32Array.of(value), []), shape: [], learns: false };
  }

  /** Gradient of a value after `differentiate`; null where none has arrived. */
  gradientOf(value: Value): string | null {
    return this.gradients.get(value.name) ?? null;
  }

  /** Runs backwards from a scalar. */
  differentiate(loss: Value): void {
    this.gradients.set(loss.name, this.scalar(1).name);
    for (const step of [...this.backward].reverse()) step();
  }

  node(op: string, inputs: readonly string[], attributes: Attributes = {}, domain = ''): string {
    return this.graph.node(op, inputs, attributes, domain);
  }

  private note(
    op: string,
    shape: readonly number[],
    name: string,
    sources: readonly Value[],
    back: (gradient: string, give: (to: Value, gradient: string) => void) => void,
  ): Value {
    const value = { name, shape, learns: sources.some((s) => s.learns) };
    if (value.learns) {
      this.backward.push(() => {
        const gradient = this.gradients.get(name);
        if (gradient === undefined) throw new Error(`no gradient reaches ${op} ${name}`);
        back(gradient, (to, part) => {
          if (!to.learns) return;
          const before = this.gradients.get(to.name);
          this.gradients.set(to.name, before === undefined ? part : this.node('Add', [before, part]));
        });
      });
    }
    return value;
  }

  /** Sums a gradient over the axes along which its value was broadcast. */
  private unbroadcast(gradient: string, from: readonly number[], to: readonly number[]): string {
    const lead = from.length - to.length;
    const axes = range(from.length).filter((i) => i < lead || (to[i - lead] === 1 && from[i] !== 1));
    if (axes.length === 0) return gradient;
    const summed = this.node('ReduceSum', [gradient, this.graph.ints(axes)], { keepdims: 1 });
    return this.node('Reshape', [summed, this.graph.ints(to)]);
  }

  private binary(
    op: 'Add' | 'Sub' | 'Mul' | 'Div',
    a: Value,
    b: Value,
    toA: (gradient: string) => string,
    toB: (gradient: string, out: string) => string,
  ): Value {
    const shape = broadcastShape(a.shape, b.shape);
    const name = this.node(op, [a.name, b.name]);
    return this.note(op, shape, name, [a, b], (gradient, give) => {
      if (a.learns) give(a, this.unbroadcast(toA(gradient), shape, a.shape));
      if (b.learns) give(b, this.unbroadcast(toB(gradient, name), shape, b.shape));
    });
  }

  add(a: Value, b: Value): Value {
    const same = (g: string): string => g;
    return this.binary('Add', a, b, same, same);
  }

  sub(a: Value, b: Value): Value {
    return this.binary(
      'Sub',
      a,
      b,
      (g) => g,
      (g) => this.node('Neg', [g]),
    );
  }

  mul(a: Value, b: Value): Value {
    return this.binary(
      'Mul',
      a,
      b,
      (g) => this.node('Mul', [g, b.name]),
      (g) => this.node('Mul', [g, a.name]),
    );
  }

  div(a: Value, b: Value): Value {
    const toB = (g: string, out: string): string =>
      this.node('Neg', [this.node('Div', [this.node('Mul', [g, out]), b.name])]);
    return this.binary('Div', a, b, (g) => this.node('Div', [g, b.name]), toB);
  }

  sqrt(a: Value): Value {
    const name = this.node('Sqrt', [a.name]);
    return this.note('Sqrt', a.shape, name, [a], (gradient, give) => {
      give(a, this.node('Div', [this.node('Mul', [gradient, this.scalar(0.5).name]), name]));
    });
  }

  relu(a: Value): Value {
    const name = this.node('Relu', [a.name]);
    return this.note('Relu', a.shape, name, [a], (gradient, give) => {
      const passes = this.node('HardSigmoid', [name], { alpha: { float: STEP_SLOPE }, beta: { float: 0 } });
      give(a, this.node('Mul', [gradient, passes]));
    });
  }

  softplus(a: Value): Value {
    const name = this.node('Softplus', [a.name]);
    return this.note('Softplus', a.shape, name, [a], (gradient, give) => {
      give(a, this.node('Mul', [gradient, this.node('Sigmoid', [a.name])]));
    });
  }

  /** Along the last axis. */
  logSoftmax(a: Value): Value {
    const name = this.node('LogSoftmax', [a.name], { axis: -1 });
    return this.note('LogSoftmax', a.shape, name, [a], (gradient, give) => {
      const total = this.node('ReduceSum', [gradient, this.graph.ints([-1])], { keepdims: 1 });
      give(a, this.node('Sub', [gradient, this.node('Mul', [this.node('Exp', [name]), total])]));
    });
  }

  /** Sum over axes, which stay with length 1; all axes (and a scalar) when none are given. */
  sum(a: Value, axes?: Axes): Value {
    const shape = axes ? a.shape.map((n, i) => (axes.includes(i) ? 1 : n)) : [];
    const over = this.graph.ints(axes ?? range(a.shape.length));
    const name = this.node('ReduceSum', [a.name, over], { keepdims: axes ? 1 : 0 });
    return this.note('ReduceSum', shape, name, [a], (gradient, give) => {
      give(a, this.node('Expand', [gradient, this.graph.ints(a.shape)]));
    });
  }

  mean(a: Value, axes: Axes): Value {
    const count = sizeOf(axes.map((i) => a.shape[i]!));
    return this.mul(this.sum(a, axes), this.scalar(1 / count));
  }

  reshape(a: Value, shape: readonly number[]): Value {
    const name = this.node('Reshape', [a.name, this.graph.ints(shape)]);
    return this.note('Reshape', shape, name, [a], (gradient, give) => {
      give(a, this.node('Reshape', [gradient, this.graph.ints(a.shape)]));
    });
  }

  /** `length` entries from `from` along an axis. */
  slice(a: Value, axis: number, from: number, length: number): Value {
    const ints = (n: number): string => this.graph.ints([n]);
    const shape = a.shape.map((n, i) => (i === axis ? length : n));
    const name = this.node('Slice', [a.name, ints(from), ints(from + length), ints(axis)]);
    return this.note('Slice', shape, name, [a], (gradient, give) => {
      const rank = a.shape.length;
      const pads = new Array<number>(2 * rank).fill(0);
      pads[axis] = from;
      pads[rank + axis] = a.shape[axis]! - from - length;
      give(a, this.node('Pad', [gradient, this.graph.ints(pads)]));
    });
  }

  /** x [N, C, H, W], weight [O, C, kh, kw] ([C, 1, kh, kw] when depthwise); zero padding keeps H and W. */
  conv(x: Value, weight: Value, window: Window): Value {
    const channels = x.shape[1]!;
    const pad = range(2).map((i) => (window.dilation[i]! * (window.kernel[i]! - 1)) / 2);
    const attributes: Attributes = {
      dilations: window.dilation,
      pads: [...pad, ...pad],
      kernel_shape: window.kernel,
      group: window.depthwise ? channels : 1,
    };
    const shape = [x.shape[0]!, weight.shape[0]!, x.shape[2]!, x.shape[3]!];
    const name = this.node('Conv', [x.name, weight.name], attributes);
    return this.note('Conv', shape, name, [x, weight], (gradient, give) => {
      if (x.learns) {
        const turned = window.depthwise
          ? weight.name
          : this.node('Transpose', [weight.name], { perm: [1, 0, 2, 3] });
        give(x, this.node('Conv', [gradient, this.flip(turned)], attributes));
      }
      give(
        weight,
        window.depthwise
          ? this.depthwiseGradient(x, gradient, window)
          : this.filterGradient(x, gradient, shape, window),
      );
    });
  }

  /** Both last axes back to front. */
  private flip(name: string): string {
    const ints = this.graph.ints([-1, -1]);
    const end = this.graph.ints([-(2 ** 31), -(2 ** 31)]);
    return this.node('Slice', [name, ints, end, this.graph.ints([2, 3]), ints]);
  }

  /** x with zeros around it, as the forward convolution saw it. */
  private padded(x: Value, [padH, padW]: readonly number[]): string {
    return this.node('Pad', [x.name, this.graph.ints([0, 0, padH!, padW!, 0, 0, padH!, padW!])]);
  }

  /**
   * dW[o, c, i, j] = sum over n, h, w of dY[n, o, h, w] Xpad[n, c, h + i d, w + j d'], as one batched product of
   * copies of dY shifted along h by each i with copies of Xpad shifted along w by each j: k copies of each give
   * all k x k taps.
   */
  private filterGradient(x: Value, gradient: string, shape: readonly number[], window: Window): string {
    const [N, C, H, W] = x.shape as [number, number, number, number];
    const O = shape[1]!;
    const [kh, kw] = window.kernel;
    const [dh, dw] = window.dilation;
    const tall = H + dh * (kh - 1);
    const wide = this.padded(x, [(dh * (kh - 1)) / 2, (dw * (kw - 1)) / 2]);
    const columns = range(kw).map((j) =>
      this.node('Slice', [
        wide,
        this.graph.ints([j * dw]),
        this.graph.ints([j * dw + W]),
        this.graph.ints([3]),
      ]),
    );
    const zeros = (rows: number): string[] => (rows === 0 ? [] : [this.graph.zeros([N, O, rows, W])]);
    const rows = range(kh).flatMap((i) => [...zeros(i * dh), gradient, ...zeros((kh - 1 - i) * dh)]);
    const stacked = (parts: readonly string[], channels: number, copies: number): string =>
      this.node('Reshape', [
        parts.length === 1 ? parts[0]! : this.node('Concat', parts, { axis: 2 }),
        this.graph.ints([N, channels * copies, tall * W]),
      ]);
    const product = this.node(
      'FusedMatMul',
      [stacked(rows, O, kh), stacked(columns, C, kw)],
      { transB: 1 },
      MICROSOFT,
    );
    const summed = this.node('ReduceSum', [product, this.graph.ints([0])], { keepdims: 0 });
    const split = this.node('Reshape', [summed, this.graph.ints([O, kh, C, kw])]);
    return this.node('Transpose', [split], { perm: [0, 2, 1, 3] });
  }

  private depthwiseGradient(x: Value, gradient: string, window: Window): string {
    const [, C, H, W] = x.shape as [number, number, number, number];
    const [kh, kw] = window.kernel;
    const [dh, dw] = window.dilation;
    const wide = this.padded(x, [(dh * (kh - 1)) / 2, (dw * (kw - 1)) / 2]);
    const taps = range(kh * kw).map((tap) => {
      const top = Math.floor(tap / kw) * dh;
      const left = (tap % kw) * dw;
      const ends = this.graph.ints([top + H, left + W]);
      const part = this.node('Slice', [wide, this.graph.ints([top, left]), ends, this.graph.ints([2, 3])]);
      return this.node('Reshape', [this.sumOfProducts(part, gradient, x.shape), this.graph.ints([C, 1])]);
    });
    const all = this.node('Concat', taps, { axis: 1 });
    return this.node('Reshape', [all, this.graph.ints([C, 1, kh, kw])]);
  }

  /** Sum over n, h, w of a b, [C]: dot products a channel are one pass, a product and its sum three. */
  private sumOfProducts(a: string, b: string, [N, C, H, W]: readonly number[]): string {
    const row = this.graph.ints([N! * C!, 1, H! * W!]);
    const dots = this.node(
      'FusedMatMul',
      [this.node('Reshape', [a, row]), this.node('Reshape', [b, row])],
      { transB: 1 },
      MICROSOFT,
    );
    const table = this.node('Reshape', [dots, this.graph.ints([N!, C!])]);
    return this.node('ReduceSum', [table, this.graph.ints([0])], { keepdims: 0 });
  }

  /**
   * Batch normalisation with the batch's own statistics, fused: z = scale (y - mean) / sqrt(variance + eps) + shift.
   * Backwards dY = a dZ + b y + c with a, b, c per channel. Also returns mean and (biased) variance, [C].
   */
  normalise(
    y: Value,
    scale: Value,
    shift: Value,
    epsilon: number,
  ): { readonly out: Value; readonly mean: string; readonly variance: string } {
    const [N, C, H, W] = y.shape as [number, number, number, number];
    const count = this.scalar(N * H * W).name;
    const total = (name: string): string =>
      this.node('ReduceSum', [name, this.graph.ints([0, 2, 3])], { keepdims: 0 });
    const mean = this.node('Div', [total(y.name), count]);
    const square = this.node('Div', [this.sumOfProducts(y.name, y.name, y.shape), count]);
    const variance = this.node('Relu', [this.node('Sub', [square, this.node('Mul', [mean, mean])])]);
    const inverse = this.node('Reciprocal', [
      this.node('Sqrt', [this.node('Add', [variance, this.scalar(epsilon).name])]),
    ]);
    const attributes = { epsilon: { float: epsilon } };
    const name = this.node(
      'BatchNormalization',
      [y.name, scale.name, shift.name, mean, variance],
      attributes,
    );
    const out = this.note('Normalise', y.shape, name, [y, scale, shift], (gradient, give) => {
      const shiftGradient = total(gradient);
      const products = this.sumOfProducts(gradient, y.name, y.shape);
      const centred = this.node('Sub', [products, this.node('Mul', [mean, shiftGradient])]);
      const scaleGradient = this.node('Mul', [centred, inverse]);
      give(scale, scaleGradient);
      give(shift, shiftGradient);
      if (!y.learns) return;
      const a = this.node('Mul', [scale.name, inverse]);
      const slope = this.node('Mul', [
        a,
        this.node('Div', [this.node('Mul', [scaleGradient, inverse]), count]),
      ]);
      const b = this.node('Neg', [slope]);
      const level = this.node('Mul', [a, this.node('Div', [shiftGradient, count])]);
      const c = this.node('Sub', [this.node('Mul', [slope, mean]), level]);
      const channelwise = this.node('Reshape', [a, this.graph.ints([1, C, 1, 1])]);
      const zero = this.graph.constant(new Float32Array(C), [C]);
      const one = this.graph.constant(new Float32Array(C).fill(1), [C]);
      const affine = this.node('BatchNormalization', [y.name, b, c, zero, one], { epsilon: { float: 0 } });
      give(y, this.node('Add', [this.node('Mul', [gradient, channelwise]), affine]));
    });
    return { out, mean, variance };
  }
}
