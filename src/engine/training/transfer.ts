// A network's weights as a start for a network on another grid. The hidden layers are the same; of the steps within
// a beat a coarser grid keeps every second or fourth. Numbers only: no files, no runtime.

import { EngineFailure } from '../failure.ts';
import {
  CELL_PLANES,
  inputChannels,
  KEY_PLANES,
  layersOf,
  type NetworkSpec,
  parametersOf,
  STEP_PLANES,
} from '../network.ts';

/**
 * The weights of `from` laid out for `to`, which differs in its grid, or in seeing echoes or the key, only.
 * New planes begin with weights of nothing: they change no answer until they are trained.
 *
 * @throws EngineFailure `bad-model` when the two differ in anything else
 */
export function transferWeights(from: NetworkSpec, to: NetworkSpec, weights: Float32Array): Float32Array {
  const less = (from.inputs.echo && !to.inputs.echo) || (from.inputs.key && !to.inputs.key);
  if (bare(from) !== bare(to) || from.fold % to.fold !== 0 || less) {
    throw new EngineFailure('bad-model', 'The two networks differ in more than their grid.');
  }
  const inputs = inputMap(from, to);
  const answers = from.onsetAnswer ? 8 : 4;
  const outputs = channelMap({ folded: answers, single: 0 }, from.fold, to.fold, answers * to.fold);
  const biases = channelMap({ folded: 4, single: 0 }, from.fold, to.fold, 4 * to.fold);
  const same = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
  const last = layersOf(from).length - 1;
  const sources = new Map(parametersOf(from).map((p) => [p.name, p]));
  const out = new Float32Array(parametersOf(to).reduce((sum, p) => sum + p.size, 0));
  for (const p of parametersOf(to)) {
    const source = sources.get(p.name)!;
    const [rows = 1, columns = 1, ...taps] = p.shape;
    const size = taps.reduce((a, b) => a * b, 1);
    const rowMap = p.name === `layer${last}.weight` ? outputs : p.name === 'onset.bias' ? biases : same(rows);
    const columnMap = p.name === 'layer0.weight' ? inputs : same(columns);
    const width = source.shape[1] ?? 1;
    rowMap.forEach((row, r) => {
      columnMap.forEach((column, c) => {
        if (column < 0) return;
        const at = source.offset + (row * width + column) * size;
        out.set(weights.subarray(at, at + size), p.offset + (r * columns + c) * size);
      });
    });
  }
  return out;
}

/** What must be the same in both: all but the grid, and planes that weights of nothing can be laid out for. */
const bare = (spec: NetworkSpec): string =>
  JSON.stringify({
    ...spec,
    fold: 0,
    resolution: 0,
    preset: '',
    inputs: { ...spec.inputs, echo: false, key: false },
  });

/** For each input channel of `to`, the one of `from`; -1 for those of planes it has not. */
function inputMap(from: NetworkSpec, to: NetworkSpec): number[] {
  const { echo = false, key = false } = from.inputs;
  const without = { ...to, inputs: { ...to.inputs, echo, key } };
  const map = channelMap(inputGroups(from), from.fold, to.fold, inputChannels(without));
  if (to.inputs.key && !key) map.push(...KEY_PLANES.map(() => -1));
  if (to.inputs.echo && !echo) {
    const { held, onsets, rests } = to.inputs;
    const before =
      2 + (held ? CELL_PLANES.held : 0) + (onsets ? CELL_PLANES.onsets : 0) + (rests ? CELL_PLANES.rests : 0);
    map.splice(before * 4 * to.fold, 0, ...new Array<number>(CELL_PLANES.echo * 4 * to.fold).fill(-1));
  }
  return map;
}

interface Groups {
  /** Planes with a channel for each step of a column, first in order; then planes with one. */
  readonly folded: number;
  readonly single: number;
}

function inputGroups(spec: NetworkSpec): Groups {
  const { held, onsets, rests, echo, context } = spec.inputs;
  const planes = [
    2,
    held ? CELL_PLANES.held : 0,
    onsets ? CELL_PLANES.onsets : 0,
    rests ? CELL_PLANES.rests : 0,
    echo ? CELL_PLANES.echo : 0,
  ];
  const cells = 4 * planes.reduce((a, b) => a + b, 0);
  const folded = cells + (context ? STEP_PLANES.length : 0);
  return { folded, single: inputChannels(spec) - folded * spec.fold };
}

/** For each channel of the coarser network, the channel of the finer one: its first, third … step of a beat. */
function channelMap({ folded, single }: Groups, fine: number, coarse: number, count: number): number[] {
  const stride = fine / coarse;
  const map: number[] = [];
  for (let plane = 0; plane < folded; plane++) {
    for (let step = 0; step < coarse; step++) map.push(plane * fine + step * stride);
  }
  for (let plane = 0; plane < single; plane++) map.push(folded * fine + plane);
  if (map.length !== count) throw new Error(`${map.length} channels where ${count} are wanted`);
  return map;
}
