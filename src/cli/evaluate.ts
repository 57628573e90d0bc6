// `cantus evaluate`: how likely a model finds real chorales, by the papers' protocols. Thin: options in, a table out.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Predict } from '../engine/predict.ts';
import { type CardFigure, figuresIn, modelCard, renewed } from '../engine/training/card.ts';
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
  TOLD,
} from '../engine/training/evaluate.ts';
import { holdPredict } from '../engine/training/hold.ts';
import { withoutSharedMelodies } from '../engine/training/melodies.ts';
import { CommandFailure, writeWhole } from './files.ts';
import { type OpenNetwork, openNetwork } from './network.ts';
import {
  choiceOption,
  choicesOption,
  numberOption,
  type Options,
  type Row,
  type Shell,
  seedOption,
} from './rows.ts';
import { profileFills, STYLE_OPTIONS } from './style.ts';
import { paths } from './train.ts';

interface Line extends Summary {
  readonly measure: string;
  readonly predictor: string;
}

export const evaluateRow: Row = {
  usage: 'evaluate',
  about:
    'measure a model on chorales: framewise and notewise loss, melody given, the hold baseline; or its style',
  options: [
    [
      '--data <path>',
      'JSON of pieces, a score (ABC, MusicXML, MIDI), or a folder of scores; may be repeated',
    ],
    ['--apart <path>', 'a second row for pieces whose melody these do not have (give the training data)'],
    ['--model <name>', 'a model by name, or its folder'],
    ['--grid <grid>', '16, 8 or 4 steps in a whole note (16, or what --model is for)'],
    ['--order <order>', 'random or chronological (random)'],
    ['--orderings <number>', 'orderings averaged per frame (5, as in the papers)'],
    ['--pieces <number>', 'only the first so many pieces'],
    ['--crop <number>', 'only the first so many steps of each'],
    ['--frames <number>', 'score only so many frames of each, drawn at random (framewise)'],
    ['--hide <part>', 'hide metre, fermatas or key from the model; may be repeated'],
    ['--card', "write the losses into the model's card, too"],
    ['--notewise', 'the notewise loss, too'],
    ['--threads <number>', 'threads of the runtime'],
    ['--seed <number>', 'where chance starts (1)'],
    ...STYLE_OPTIONS,
    ['--json', 'print figures as JSON'],
  ],
  run: async (shell, _, options) => {
    const data = paths(options, 'data');
    if (data.length === 0) throw new CommandFailure('evaluate: --data is needed', 2);
    const network = await openNetwork(options);
    try {
      const { resolution } = network.spec;
      const corpus = await readCorpus(data, resolution);
      for (const { id, reason } of corpus.refused) shell.err(`${id}: not used, ${reason}\n`);
      const most = numberOption(options, 'pieces', { least: 1, most: 1e6 }) ?? corpus.pieces.length;
      const pieces = corpus.pieces.slice(0, most);
      if (pieces.length === 0) throw new CommandFailure('evaluate: there are no pieces to measure', 1);
      if (options.profile === true) await profileFills(shell, network, pieces, options);
      else await measureLosses(shell, network, pieces, options);
    } finally {
      await network.close();
    }
    return 0;
  },
};

async function measureLosses(
  shell: Shell,
  { name, folder, spec, training, predict }: OpenNetwork,
  pieces: readonly Piece[],
  options: Options,
): Promise<void> {
  const chosen = {
    ...evaluationOf(options),
    signal: shell.signal,
    progress: (done: number, of: number) => shell.err(`\r${done} of ${of} pieces `),
  };
  const apart = paths(options, 'apart');
  const others = apart.length > 0 ? (await readCorpus(apart, spec.resolution)).pieces : null;
  const fresh = others && new Set(withoutSharedMelodies(pieces, others).map(({ id }) => id));
  const measure = (predictor: string, one: Predict) => lines(predictor, one, pieces, chosen, options, fresh);
  const hold = await measure('hold', holdPredict(spec.resolution));
  const ours = await measure(name, predict);
  shell.err('\r                      \r');
  report(shell.out, [...ours, ...hold], chosen, spec.resolution, options);
  if (options.card === true) {
    const path = join(folder, 'card.md');
    const before = existsSync(path) ? figuresIn(readFileSync(path, 'utf8')) : [];
    const fresh = [...ours, ...hold].map((line) => figureOf(line, chosen));
    writeWhole(path, Buffer.from(modelCard(name, spec, training, renewed(before, fresh))));
  }
}

function figureOf(
  { measure, predictor, pieces, pieceMean, standardError }: Line,
  chosen: EvaluationOptions,
): CardFigure {
  return {
    name: predictor === 'hold' ? `${measure}, *hold* baseline` : measure,
    value: `${pieceMean.toFixed(3)} ± ${standardError.toFixed(3)}`,
    protocol: `${protocolOf(measure, chosen)}, ${pieces} pieces`,
  };
}

/** What a figure depends on: with the melody given there is no order. */
const protocolOf = (measure: string, { order, orderings, crop, frames, hidden }: EvaluationOptions): string =>
  [
    ...(measure.startsWith('melody') ? [] : [`${order} order`, `M = ${orderings}`]),
    crop ? `first ${crop} steps` : 'whole pieces',
    ...(frames && measure.startsWith('framewise') ? [`${frames} frames of each drawn at random`] : []),
    ...listed(
      'with',
      TOLD.filter((part) => !hidden.includes(part)),
    ),
    ...listed('without', hidden),
  ].join(', ');

function listed(word: string, parts: readonly string[]): string[] {
  const last = parts.at(-1);
  if (last === undefined) return [];
  const before = parts.slice(0, -1).join(', ');
  return [`${word} ${before === '' ? '' : `${before} and `}${last}`];
}

function evaluationOf(options: Options): EvaluationOptions {
  const hiding = choicesOption(options, 'hide', TOLD);
  return {
    ...DEFAULT_EVALUATION,
    order: choiceOption(options, 'order', ['random', 'chronological']) ?? DEFAULT_EVALUATION.order,
    orderings: numberOption(options, 'orderings', { least: 1, most: 100 }) ?? DEFAULT_EVALUATION.orderings,
    crop: numberOption(options, 'crop', { least: 1, most: 1e6 }) ?? null,
    frames: numberOption(options, 'frames', { least: 1, most: 1e6 }) ?? null,
    hidden: TOLD.filter((part) => hiding.includes(part)),
    seed: seedOption(options),
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
  grid: number,
  options: Options,
): void {
  const { order, orderings, crop, frames, hidden, seed } = chosen;
  const protocol = { grid, order, orderings, crop, frames, hidden, seed };
  if (options.json === true) {
    out(`${JSON.stringify({ protocol, rows: all }, null, 2)}\n`);
    return;
  }
  out(`grid of ${grid}, ${protocolOf('framewise', chosen)}, seed ${seed}\n`);
  out('measure                  predictor     nats   per piece         pieces   frames or cells\n');
  for (const { measure, predictor, mean, pieceMean, standardError, pieces, count } of all) {
    const perPiece = `${pieceMean.toFixed(3)} ± ${standardError.toFixed(3)}`;
    out(
      `${measure.padEnd(25)}${predictor.padEnd(14)}${mean.toFixed(3).padEnd(7)}${perPiece.padEnd(18)}${String(pieces).padEnd(9)}${count}\n`,
    );
  }
}
