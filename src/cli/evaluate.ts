// `cantus evaluate`: how likely a model finds real chorales, by the papers' protocols. Thin: options in, a table out.

import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { defaultThreads } from '../engine/cores.ts';
import { locateModel } from '../engine/models.ts';
import { foldNetwork } from '../engine/network.ts';
import type { Predict } from '../engine/predict.ts';
import { startOnnx } from '../engine/runtimes/onnx.ts';
import { type Piece, readCorpus } from '../engine/training/corpus.ts';
import {
  DEFAULT_EVALUATION,
  type EvaluationOptions,
  framewiseLoss,
  melodyGivenLoss,
  notewiseLoss,
  type PieceLoss,
  type Summary,
  summarise,
} from '../engine/training/evaluate.ts';
import { holdPredict } from '../engine/training/hold.ts';
import { withoutSharedMelodies } from '../engine/training/melodies.ts';
import { readModel } from '../engine/weights.ts';
import { CommandFailure } from './files.ts';
import { modelDirectories } from './models.ts';
import { choiceOption, numberOption, type Options, type Row, stringOption } from './rows.ts';
import { paths } from './train.ts';

interface Line extends Summary {
  readonly measure: string;
  readonly predictor: string;
}

export const evaluateRow: Row = {
  usage: 'evaluate',
  about:
    'measure a model on chorales: framewise and notewise loss, melody given, the hold baseline beside it',
  options: [
    ['--data <path>', 'JSON of pieces, a .satb or .abc file, or a folder of them; may be repeated'],
    ['--apart <path>', 'a second row for pieces whose melody these do not have (give the training data)'],
    ['--model <name>', 'a model by name, or its folder'],
    ['--grid <grid>', '16, 8 or 4 steps in a whole note (16)'],
    ['--order <order>', 'random or chronological (random)'],
    ['--orderings <number>', 'orderings averaged per frame (5, as in the papers)'],
    ['--pieces <number>', 'only the first so many pieces'],
    ['--crop <number>', 'only the first so many steps of each'],
    ['--drop-context', 'hide metre and fermatas'],
    ['--notewise', 'the notewise loss, too'],
    ['--threads <number>', 'threads of the runtime'],
    ['--seed <number>', 'where chance starts (1)'],
    ['--json', 'print figures as JSON'],
  ],
  run: async (shell, _, options) => {
    const data = paths(options, 'data');
    if (data.length === 0) throw new CommandFailure('evaluate: --data is needed', 2);
    const resolution = Number(choiceOption(options, 'grid', ['16', '8', '4']) ?? 16) as 16 | 8 | 4;
    const corpus = await readCorpus(data, resolution);
    for (const { id, reason } of corpus.refused) shell.err(`${id}: not used, ${reason}\n`);
    const most = numberOption(options, 'pieces', { least: 1, most: 1e6 }) ?? corpus.pieces.length;
    const pieces = corpus.pieces.slice(0, most);
    if (pieces.length === 0) throw new CommandFailure('evaluate: there are no pieces to measure', 1);
    const chosen = {
      ...evaluationOf(options),
      signal: shell.signal,
      progress: (done: number, of: number) => shell.err(`\r${done} of ${of} pieces `),
    };
    const query = { model: stringOption(options, 'model') ?? null, resolution };
    const folder = locateModel(query, {
      modelDirectories: modelDirectories(),
      anyDirectory: true,
      runtime: null,
      threads: null,
      gpuFolder: null,
    });
    const { spec, weights, statistics } = readModel(readFileSync(join(folder, 'weights.bin')));
    const threads = numberOption(options, 'threads', { least: 1, most: 256 }) ?? defaultThreads();
    const network = await startOnnx(foldNetwork(spec, weights, statistics), { threads });
    try {
      const apart = paths(options, 'apart');
      const others = apart.length > 0 ? (await readCorpus(apart, resolution)).pieces : null;
      const fresh = others && new Set(withoutSharedMelodies(pieces, others).map(({ id }) => id));
      const measure = (predictor: string, predict: Predict) =>
        lines(predictor, predict, pieces, chosen, options, fresh);
      const hold = await measure('hold', holdPredict(resolution));
      const ours = await measure(basename(folder), network.predict);
      shell.err('\r                      \r');
      report(shell.out, [...ours, ...hold], chosen, options);
    } finally {
      await network.close();
    }
    return 0;
  },
};

function evaluationOf(options: Options): EvaluationOptions {
  return {
    ...DEFAULT_EVALUATION,
    order: choiceOption(options, 'order', ['random', 'chronological']) ?? DEFAULT_EVALUATION.order,
    orderings: numberOption(options, 'orderings', { least: 1, most: 100 }) ?? DEFAULT_EVALUATION.orderings,
    crop: numberOption(options, 'crop', { least: 1, most: 1e6 }) ?? null,
    dropContext: options.dropContext === true,
    seed: numberOption(options, 'seed', { least: 0, most: 2 ** 32 - 1 }) ?? DEFAULT_EVALUATION.seed,
  };
}

async function lines(
  predictor: string,
  predict: Predict,
  pieces: readonly Piece[],
  chosen: EvaluationOptions,
  options: Options,
  fresh: ReadonlySet<string> | null,
): Promise<Line[]> {
  const rows = (measure: string, losses: readonly PieceLoss[]): Line[] => {
    const unknown = losses.filter(({ id }) => fresh?.has(id));
    return [
      { measure, predictor, ...summarise(losses) },
      ...(unknown.length > 0 ? [{ measure: `${measure}, new tunes`, predictor, ...summarise(unknown) }] : []),
    ];
  };
  return [
    ...rows('framewise', await framewiseLoss(predict, pieces, chosen)),
    ...(options.notewise === true ? rows('notewise', await notewiseLoss(predict, pieces, chosen)) : []),
    ...rows('melody given', await melodyGivenLoss(predict, pieces, chosen)),
  ];
}

function report(
  out: (text: string) => void,
  all: readonly Line[],
  chosen: EvaluationOptions,
  options: Options,
): void {
  const { order, orderings, crop, dropContext, seed } = chosen;
  const protocol = { order, orderings, crop, dropContext, seed };
  if (options.json === true) {
    out(`${JSON.stringify({ protocol, rows: all }, null, 2)}\n`);
    return;
  }
  const shown = `${order} order, M = ${orderings}, ${crop ? `first ${crop} steps` : 'whole pieces'}`;
  out(`${shown}, ${dropContext ? 'without' : 'with'} metre and fermatas, seed ${seed}\n`);
  out('measure                  predictor     nats   per piece         pieces   frames or cells\n');
  for (const { measure, predictor, mean, pieceMean, standardError, pieces, count } of all) {
    const perPiece = `${pieceMean.toFixed(3)} ± ${standardError.toFixed(3)}`;
    out(
      `${measure.padEnd(25)}${predictor.padEnd(14)}${mean.toFixed(3).padEnd(7)}${perPiece.padEnd(18)}${String(pieces).padEnd(9)}${count}\n`,
    );
  }
}
