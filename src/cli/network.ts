// Opening one network for measuring, as the options name it.

import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { defaultThreads } from '../engine/cores.ts';
import { locateModel } from '../engine/models.ts';
import { foldNetwork, type NetworkSpec } from '../engine/network.ts';
import type { Predict } from '../engine/predict.ts';
import { startOnnx } from '../engine/runtimes/onnx.ts';
import { readModel, type TrainingRecord } from '../engine/weights.ts';
import type { Resolution } from '../language/roll.ts';
import { CommandFailure } from './files.ts';
import { modelDirectories } from './models.ts';
import { choiceOption, numberOption, type Options, stringOption } from './rows.ts';

export interface OpenNetwork {
  readonly name: string;
  readonly folder: string;
  readonly spec: NetworkSpec;
  readonly training: TrainingRecord;
  readonly threads: number;
  readonly predict: Predict;
  readonly close: () => Promise<void>;
}

export const gridOption = (options: Options): Resolution | undefined => {
  const text = choiceOption(options, 'grid', ['16', '8', '4']);
  return text === undefined ? undefined : (Number(text) as Resolution);
};

/** The network of `--model` (of its own grid), or the first for `--grid` (16ths without one). */
export async function openNetwork(options: Options): Promise<OpenNetwork> {
  const grid = gridOption(options);
  const threads = numberOption(options, 'threads', { least: 1, most: 256 }) ?? defaultThreads();
  const folder = locateModel(
    { model: stringOption(options, 'model') ?? null, resolution: grid ?? 16 },
    {
      modelDirectories: modelDirectories(),
      anyDirectory: true,
      runtime: null,
      threads: null,
      gpuFolder: null,
    },
  );
  const name = basename(resolve(folder));
  const { spec, training, weights, statistics } = readModel(readFileSync(join(folder, 'weights.bin')));
  if (grid !== undefined && grid !== spec.resolution)
    throw new CommandFailure(
      `--grid: the model "${name}" is for a grid of ${spec.resolution}; leave --grid out, or name another model`,
      2,
    );
  const { predict, close } = await startOnnx(foldNetwork(spec, weights, statistics), { threads });
  return { name, folder, spec, training, threads, predict, close };
}
