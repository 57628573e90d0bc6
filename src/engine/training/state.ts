// All that a training run is: weights, moments, averages and where chance stands. Kept in one file, from which it
// goes on exactly.

import { readFile, rename, writeFile } from 'node:fs/promises';
import { layersOf, type NetworkSpec, parametersOf, statisticsOf, totalSize } from '../network.ts';
import { packTensors, unpackTensors } from '../weights.ts';
import { normal, seededChance } from './chance.ts';

export interface TrainingState {
  readonly spec: NetworkSpec;
  readonly weights: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
  /** Weights averaged over time. */
  readonly average: Float32Array;
  /** Statistics of the batches, averaged alike. */
  readonly statistics: Float32Array;
  step: number;
  /** Trained so far, over all runs. */
  seconds: number;
  /** State of the generator of examples. */
  chance: number;
  readonly seed: number;
  /** Names of all it was trained on, over all runs and by the network it started from. */
  data: readonly string[];
}

/** Of a closing layer's scale: residual pairs begin close to the identity. */
const CLOSING_SCALE = 0.3;
/** Of the last layer, relative to He's: answers begin near uniform. */
const LAST_GAIN = 0.1;

/** Weights after He et al. 2015: normal with variance 2 / fan-in. */
export function freshState(spec: NetworkSpec, seed: number): TrainingState {
  const chance = seededChance(seed);
  const weights = new Float32Array(totalSize(parametersOf(spec)));
  const layers = new Map(layersOf(spec).map((layer) => [layer.name, layer]));
  for (const p of parametersOf(spec)) {
    const [name, part] = p.name.split('.') as [string, string];
    const layer = layers.get(name);
    const values = weights.subarray(p.offset, p.offset + p.size);
    if (part === 'weight' && layer) {
      const fan = p.size / layer.outputs;
      const gain = Math.sqrt(2 / fan) * (layer.norm || layer.depthwise ? 1 : LAST_GAIN);
      for (let i = 0; i < values.length; i++) values[i] = gain * normal(chance);
    } else if (part === 'scale') values.fill(layer?.skipFrom === null ? 1 : CLOSING_SCALE);
  }
  const statistics = new Float32Array(totalSize(statisticsOf(spec)));
  for (const p of statisticsOf(spec))
    if (p.name.endsWith('.variance')) statistics.fill(1, p.offset, p.offset + p.size);
  return {
    spec,
    weights,
    first: new Float32Array(weights.length),
    second: new Float32Array(weights.length),
    average: weights.slice(),
    statistics,
    step: 0,
    seconds: 0,
    chance: chance.state,
    seed,
    data: [],
  };
}

/** A state that starts from another network's weights (fine-tuning): moments and counters are fresh. */
export function stateFrom(
  spec: NetworkSpec,
  weights: Float32Array,
  statistics: Float32Array,
  seed: number,
  data: readonly string[] = [],
): TrainingState {
  const fresh = freshState(spec, seed);
  return {
    ...fresh,
    weights: weights.slice(),
    average: weights.slice(),
    statistics: statistics.slice(),
    data,
  };
}

const VECTORS = ['weights', 'first', 'second', 'average', 'statistics'] as const;

/** Writes beside the file and renames, so that a kill leaves the old one or the new one. */
export async function saveState(path: string, state: TrainingState): Promise<void> {
  const { spec, step, seconds, chance, seed, data } = state;
  const tensors = VECTORS.map((name) => ({ name, type: 'f32' as const, values: state[name] }));
  await writeFile(`${path}.part`, packTensors({ spec, step, seconds, chance, seed, data }, tensors));
  await rename(`${path}.part`, path);
}

export async function loadState(path: string): Promise<TrainingState> {
  const { description, tensors } = unpackTensors(await readFile(path));
  const vectors = Object.fromEntries(VECTORS.map((name) => [name, tensors.get(name)]));
  return { data: [], ...description, ...vectors } as unknown as TrainingState;
}
