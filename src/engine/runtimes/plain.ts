// The network computed as its description reads, in plain loops and double precision: the reference that every
// runtime must agree with. Far too slow for anything but small networks.

import type { FoldedLayer, FoldedNetwork } from '../network.ts';

/** One picture's activations, [channels, columns, pitches] laid flat. */
type Planes = Float64Array;

/**
 * One picture [channels, columns, pitches] through all layers; the answer, as `readAnswer` wants it, is
 * [output channels, columns, pitches] of pitch probabilities (softmax) and onset probabilities (sigmoid).
 */
export function plainForward(
  { spec, layers }: FoldedNetwork,
  picture: Float32Array,
  columns: number,
): Float32Array {
  const P = spec.pitches;
  const outputs: Planes[] = [];
  let current: Planes = Float64Array.from(picture);
  for (const layer of layers) {
    const skip = layer.skipFrom === null ? null : outputs[layer.skipFrom]!;
    current = convolve(layer, current, columns, P).map((value, i) => {
      const sum = skip === null ? value : value + skip[i]!;
      return layer.relu ? Math.max(0, sum) : sum;
    });
    outputs.push(current);
  }
  return answerOf(current, P, spec.onsetAnswer);
}

/** Convolution with zero padding, its bias added. */
function convolve(layer: FoldedLayer, input: Planes, columns: number, P: number): Planes {
  const [kt, kp] = layer.kernel;
  const [dt, dp] = layer.dilation;
  const inputs = layer.depthwise ? 1 : layer.inputs;
  const plane = columns * P;
  const out = new Float64Array(layer.outputs * plane);
  for (let o = 0; o < layer.outputs; o++) {
    out.fill(layer.bias[o]!, o * plane, (o + 1) * plane);
    for (let i = 0; i < inputs; i++)
      for (let a = 0; a < kt; a++)
        for (let b = 0; b < kp; b++) {
          const weight = layer.weight[((o * inputs + i) * kt + a) * kp + b]!;
          const from = (layer.depthwise ? o : i) * plane;
          addShifted(
            out,
            o * plane,
            input,
            from,
            weight,
            (a - (kt - 1) / 2) * dt,
            (b - (kp - 1) / 2) * dp,
            columns,
            P,
          );
        }
  }
  return out;
}

/** out += weight x input, the input moved by so many columns and rows; what lies outside is zero. */
function addShifted(
  out: Planes,
  to: number,
  input: Planes,
  from: number,
  weight: number,
  byColumns: number,
  byRows: number,
  columns: number,
  P: number,
): void {
  const first = Math.max(0, -byRows);
  const last = Math.min(P, P - byRows);
  for (let t = Math.max(0, -byColumns); t < Math.min(columns, columns - byColumns); t++) {
    const source = from + (t + byColumns) * P + byRows;
    for (let p = first; p < last; p++) out[to + t * P + p]! += weight * input[source + p]!;
  }
}

function answerOf(logits: Planes, P: number, onsetAnswer: boolean): Float32Array {
  const rows = logits.length / P;
  const pitchRows = onsetAnswer ? rows / 2 : rows;
  const answer = new Float32Array(logits.length);
  for (let row = 0; row < rows; row++) {
    const line = logits.subarray(row * P, (row + 1) * P);
    const most = Math.max(...line);
    const total = line.reduce((sum, x) => sum + Math.exp(x - most), 0);
    for (let p = 0; p < P; p++)
      answer[row * P + p] =
        row < pitchRows ? Math.exp(line[p]! - most) / total : 1 / (1 + Math.exp(-line[p]!));
  }
  return answer;
}
