// `cantus train`: chorales in, a model's folder out. Thin: reads options, prints progress.

import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import {
  beatColumns,
  foldNetwork,
  type NetworkSpec,
  PRESETS,
  type PresetName,
  specOf,
} from '../engine/network.ts';
import { startOnnx } from '../engine/runtimes/onnx.ts';
import { modelCard } from '../engine/training/card.ts';
import { readCorpus } from '../engine/training/corpus.ts';
import type { Teacher } from '../engine/training/examples.ts';
import { freshState, stateFrom, type TrainingState } from '../engine/training/state.ts';
import {
  DEFAULT_PLAN,
  type Progress,
  resume,
  type TrainingPlan,
  train,
  weightsPath,
} from '../engine/training/train.ts';
import { transferWeights } from '../engine/training/transfer.ts';
import { readModel } from '../engine/weights.ts';
import { CommandFailure, writeWhole } from './files.ts';
import { gridOption } from './network.ts';
import {
  choiceOption,
  numberOption,
  type Options,
  type Row,
  type Shell,
  seedOption,
  stringOption,
} from './rows.ts';

export const trainRow: Row = {
  usage: 'train',
  about: 'train a network on chorales, or train one further',
  options: [
    [
      '--data <path>',
      'JSON of pieces, a score (ABC, MusicXML, MIDI), or a folder of scores; may be repeated',
    ],
    ['--valid <path>', 'the same, for measuring only; may be repeated'],
    ['--out <folder>', 'where the model and the checkpoint go'],
    ['--preset <name>', `${Object.keys(PRESETS).join(', ')} (cantus)`],
    ['--grid <grid>', '16, 8 or 4 steps in a whole note (16)'],
    ['--resume', 'go on from the checkpoint in --out'],
    ['--from <folder>', 'start from the weights of this model'],
    ['--teacher <folder>', 'learn from the answers of this model as well; of several, from their mean'],
    ['--trust <number>', 'how much they count beside the true notes, 0 to 1 (0.5)'],
    ['--minutes <number>', 'train so long, over all runs (60)'],
    ['--steps <number>', 'train so many steps, over all runs'],
    ['--filters <number>', 'filters of a layer, instead of the preset'],
    ['--layers <number>', 'convolutions, instead of the preset'],
    ['--batch <number>', 'examples in a step'],
    ['--replicas <number>', 'batches side by side, each on threads of its own (1)'],
    ['--columns <number>', 'columns of an example'],
    ['--rate <number>', 'the highest learning rate'],
    ['--dropout <number>', 'share of the channels dropped within residual pairs (0.05)'],
    ['--decay <number>', 'weight decay, a step at rate 1 (0.02)'],
    ['--threads <number>', 'threads of the runtime (1)'],
    ['--seed <number>', 'where chance starts (1)'],
    ['--json', 'a line of JSON for each report'],
  ],
  run: async (shell, _, options) => {
    const data = paths(options, 'data');
    const out = stringOption(options, 'out');
    if (data.length === 0 || out === undefined)
      throw new CommandFailure('train: --data and --out are needed', 2);
    const state = await startingState(options, out);
    const { resolution } = state.spec;
    const corpus = await readCorpus(data, resolution);
    const valid = await readCorpus(paths(options, 'valid'), resolution);
    for (const { id, reason } of [...corpus.refused, ...valid.refused])
      shell.err(`${id}: not used, ${reason}\n`);
    const plan = planOf(options, state.spec);
    const teacher = await teacherFrom(options, state.spec, plan.threads);
    shell.err(
      `${corpus.pieces.length} pieces, ${state.weights.length} weights, step ${state.step}. Ctrl-C saves and stops.\n`,
    );
    const name = basename(resolve(out));
    await train({
      state,
      pieces: corpus.pieces,
      validation: valid.pieces,
      dataNames: data.map((path) => basename(path)),
      ...(teacher ? { teacher } : {}),
      plan,
      folder: out,
      report: (progress) => tell(shell, progress, options.json === true),
      signal: shell.signal,
    });
    await teacher?.close();
    const model = readModel(readFileSync(weightsPath(out)));
    writeWhole(join(out, 'card.md'), Buffer.from(modelCard(name, model.spec, model.training)));
    return 0;
  },
};

export function paths(options: Options, name: string): readonly string[] {
  const value = options[name];
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}

function planOf(options: Options, spec: NetworkSpec): TrainingPlan {
  const whole = (name: string, most: number) => numberOption(options, name, { least: 1, most });
  const steps = whole('steps', 1e9);
  const part = (name: string, least: number, most: number) =>
    numberOption(options, name, { least, most, whole: false });
  const minutes = part('minutes', 0.01, 1e6);
  return {
    ...DEFAULT_PLAN,
    until: steps !== undefined ? { steps } : { minutes: minutes ?? 60 },
    batch: whole('batch', 4096) ?? DEFAULT_PLAN.batch,
    replicas: whole('replicas', 64) ?? DEFAULT_PLAN.replicas,
    columns: whole('columns', 4096) ?? DEFAULT_PLAN.columns * beatColumns(spec),
    rate: part('rate', 1e-7, 1) ?? DEFAULT_PLAN.rate,
    dropout: part('dropout', 0, 0.9) ?? DEFAULT_PLAN.dropout,
    weightDecay: part('decay', 0, 10) ?? DEFAULT_PLAN.weightDecay,
    threads: whole('threads', 256) ?? DEFAULT_PLAN.threads,
  };
}

/** What a teacher and its pupil have in common. */
const PITCHES = ['resolution', 'lowest', 'pitches'] as const;

async function teacherFrom(
  options: Options,
  pupil: NetworkSpec,
  threads: number,
): Promise<(Teacher & { close(): Promise<void> }) | null> {
  const folders = paths(options, 'teacher');
  if (folders.length === 0) return null;
  const trust = numberOption(options, 'trust', { least: 0, most: 1, whole: false }) ?? 0.5;
  const models = folders.map((folder) => readModel(readFileSync(weightsPath(folder))));
  if (models.some(({ spec }) => PITCHES.some((part) => spec[part] !== pupil[part])))
    throw new CommandFailure('train: --teacher: its grid or its pitches are others', 2);
  const networks = await Promise.all(
    models.map((model) => startOnnx(foldNetwork(model.spec, model.weights, model.statistics), { threads })),
  );
  return {
    predicts: networks.map(({ predict }) => predict),
    trust,
    close: async () => void (await Promise.all(networks.map((network) => network.close()))),
  };
}

async function startingState(options: Options, out: string): Promise<TrainingState> {
  if (options.resume === true) return resume(out);
  const seed = seedOption(options);
  const from = stringOption(options, 'from');
  const grid = gridOption(options) ?? 16;
  if (from === undefined) return freshState(specFrom(options, grid), seed);
  const { spec, weights, statistics, training } = readModel(readFileSync(weightsPath(from)));
  const goal = successorOf(spec, options.grid === undefined ? spec.resolution : grid);
  return stateFrom(goal, transferWeights(spec, goal, weights), statistics, seed, training.data);
}

/** The shape on another grid; a network that sees held pitches learns to see echoes, one that sees context the key. */
function successorOf(spec: NetworkSpec, resolution: NetworkSpec['resolution']): NetworkSpec {
  const fold = Math.max(1, (spec.fold * resolution) / spec.resolution) as NetworkSpec['fold'];
  return {
    ...spec,
    resolution,
    fold,
    inputs: {
      ...spec.inputs,
      echo: spec.inputs.echo || spec.inputs.held,
      key: spec.inputs.key || spec.inputs.context,
    },
  };
}

function specFrom(options: Options, grid: 16 | 8 | 4): NetworkSpec {
  const preset = choiceOption(options, 'preset', Object.keys(PRESETS) as PresetName[]) ?? 'cantus';
  const filters = numberOption(options, 'filters', { least: 1, most: 1024 });
  const layers = numberOption(options, 'layers', { least: 3, most: 256 });
  return specOf(preset, grid, { ...(filters ? { filters } : {}), ...(layers ? { layers } : {}) });
}

function tell(shell: Shell, progress: Progress, json: boolean): void {
  if (json) {
    shell.out(`${JSON.stringify(progress)}\n`);
    return;
  }
  const { step, seconds, done, loss, secondsPerStep, figures } = progress;
  const left = done > 0 ? (seconds / done - seconds) / 60 : Number.NaN;
  const measured = figures
    ? `  valid: masked ${figures.masked.toFixed(4)}, melody given ${figures.melody.toFixed(4)}`
    : '';
  shell.out(
    `step ${step}  ${(100 * done).toFixed(1)} %  loss ${loss.toFixed(4)}  ${secondsPerStep.toFixed(2)} s a step  ${left.toFixed(0)} min left${measured}\n`,
  );
}
