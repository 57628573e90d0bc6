// `cantus study`: the study this project began with, from data to a folder with tables and curves. Thin: options in,
// files out.

import { basename, join } from 'node:path';
import { type NetworkShape, specOf } from '../engine/network.ts';
import { readCorpus } from '../engine/training/corpus.ts';
import { type Drawing, resultsOf } from '../engine/training/results.ts';
import { type StudyCorpus, type StudyFigures, type StudyPlan, study } from '../engine/training/study.ts';
import { DEFAULT_PLAN } from '../engine/training/train.ts';
import type { Resolution } from '../language/roll.ts';
import { type Curves, type Draw, loadDrawing } from './curves.ts';
import { CommandFailure, writeWhole } from './files.ts';
import { numberOption, type Options, type Row, type Shell, seedOption, stringOption } from './rows.ts';
import { paths } from './train.ts';

/** The network's sizes: the article's, one that a small machine trains in an hour, and one to see that all works. */
const SIZES: Readonly<Record<'full' | 'small' | 'quick', Partial<NetworkShape>>> = {
  full: {},
  small: { layers: 14, filters: 24 },
  quick: { layers: 4, filters: 6 },
};

export const studyRow: Row = {
  usage: 'study',
  about:
    'one network on three grids: losses, NLL along the Gibbs steps, schedules; writes RESULTS.md and curves',
  options: [
    [
      '--data <path>',
      'JSON of pieces, a score (ABC, MusicXML, MIDI), or a folder of scores; may be repeated',
    ],
    ['--valid <path>', 'the same, for measuring (without: every tenth piece of the data)'],
    ['--out <folder>', 'where results and networks go; a study that was stopped goes on from there'],
    ['--minutes-each <number>', 'train each of the three networks so long (60)'],
    ['--small', "a smaller network than the article's: 14 layers of 24 filters"],
    ['--quick', 'a tiny network, trained for moments: to see that all works'],
    ['--pieces <number>', 'pieces of the framewise NLL (10)'],
    ['--crop <number>', 'only the first so many steps of each (64; 0: whole pieces)'],
    ['--orderings <number>', 'orderings averaged per frame (5)'],
    ['--samples <number>', 'chains of each schedule (4)'],
    ['--bars <number>', 'bars of a chain (8)'],
    ['--rounds <number>', 'rounds that every schedule is given (96)'],
    ['--threads <number>', 'threads of the runtime (1)'],
    ['--seed <number>', 'where chance starts (1)'],
    ['--json', 'print all figures as JSON (they are in study.json, too)'],
  ],
  run: async (shell, _, options) => {
    const data = paths(options, 'data');
    const out = stringOption(options, 'out');
    if (data.length === 0 || out === undefined)
      throw new CommandFailure('study: --data and --out are needed', 2);
    const figures = await study({
      plan: planOf(options),
      corpusOf: (resolution) => corpusOf(shell, data, paths(options, 'valid'), resolution),
      folder: out,
      say: (line) => shell.err(`${line}\n`),
      signal: shell.signal,
    });
    writeText(join(out, 'study.json'), `${JSON.stringify(figures, null, 1)}\n`);
    writeText(join(out, 'RESULTS.md'), resultsOf(figures, await drawings(shell, out, figures)));
    if (options.json === true) shell.out(`${JSON.stringify(figures)}\n`);
    else shell.out(`${join(out, 'RESULTS.md')}\n`);
    return 0;
  },
};

const writeText = (path: string, text: string): void => writeWhole(path, Buffer.from(text));

function planOf(options: Options): StudyPlan {
  const quick = options.quick === true;
  const size = SIZES[quick ? 'quick' : options.small === true ? 'small' : 'full'];
  const whole = (name: string, unless: number, quickly: number, least = 1): number =>
    numberOption(options, name, { least, most: 1e6 }) ?? (quick ? quickly : unless);
  const minutes = numberOption(options, 'minutesEach', { least: 0.01, most: 1e6, whole: false });
  const crop = whole('crop', 64, 8, 0);
  return {
    specOf: (resolution) => specOf('seed', resolution, size),
    training: {
      ...DEFAULT_PLAN,
      until: quick && minutes === undefined ? { steps: 50 } : { minutes: minutes ?? 60 },
      // As in the article: eight examples of 32 steps.
      batch: quick ? 2 : 8,
      columns: quick ? 8 : 32,
      warmup: quick ? 10 : DEFAULT_PLAN.warmup,
      threads: whole('threads', DEFAULT_PLAN.threads, 1),
    },
    orderings: whole('orderings', 5, 2),
    pieces: whole('pieces', 10, 1),
    crop: crop === 0 ? null : crop,
    samples: whole('samples', 4, 1),
    bars: whole('bars', 8, 1),
    rounds: whole('rounds', 96, 6),
    seed: seedOption(options),
  };
}

/** Every so many-th piece is held back where no pieces to measure on are named. */
const HELD_BACK = 10;

async function corpusOf(
  shell: Shell,
  data: readonly string[],
  valid: readonly string[],
  resolution: Resolution,
): Promise<StudyCorpus> {
  const [corpus, apart] = [await readCorpus(data, resolution), await readCorpus(valid, resolution)];
  if (resolution === 16)
    for (const { id, reason } of [...corpus.refused, ...apart.refused])
      shell.err(`${id}: not used, ${reason}\n`);
  const dataNames = [...data, ...valid].map((path) => basename(path));
  if (valid.length > 0) return { pieces: corpus.pieces, validation: apart.pieces, dataNames };
  const isHeldBack = (_: unknown, i: number): boolean => i % HELD_BACK === HELD_BACK - 1;
  const validation = corpus.pieces.filter(isHeldBack);
  if (validation.length === 0)
    throw new CommandFailure(`study: fewer than ${HELD_BACK} pieces; give others with --valid`);
  return { pieces: corpus.pieces.filter((piece, i) => !isHeldBack(piece, i)), validation, dataNames };
}

type Names = 'losses' | 'steps' | 'schedules';

/** Writes the curves beside the results; none where the drawing packages are missing. */
async function drawings(
  shell: Shell,
  out: string,
  figures: StudyFigures,
): Promise<Partial<Record<Names, Drawing>>> {
  const draw: Draw | null = await loadDrawing();
  if (draw === null) {
    shell.err(
      'No curves: drawing them needs the packages vega and vega-lite (npm install vega vega-lite).\n',
    );
    return {};
  }
  const drawn: Partial<Record<Names, Drawing>> = {};
  for (const [name, curves] of Object.entries(curvesOf(figures)) as [Names, Curves][]) {
    const file = `${name}.svg`;
    writeText(join(out, file), `${await draw(curves)}\n`);
    drawn[name] = { file, about: curves.title };
  }
  return drawn;
}

function curvesOf({ grids, plan }: StudyFigures): Record<Names, Curves> {
  const nll = 'NLL of the music, nats a cell';
  return {
    losses: {
      title: 'Training loss',
      x: 'step',
      y: 'nats an erased cell',
      series: 'grid',
      points: grids.flatMap(({ resolution, losses }) =>
        losses.map(({ step, loss }) => ({ x: step, y: loss, series: `1/${resolution}` })),
      ),
    },
    steps: {
      title: 'NLL along the Gibbs steps',
      x: 'share of the rounds, %',
      y: nll,
      series: 'grid',
      points: grids.flatMap(({ resolution, long }) =>
        long.curve.map(({ round, nll }) => ({
          x: (100 * round) / long.rounds,
          y: nll,
          series: `1/${resolution}`,
        })),
      ),
    },
    schedules: {
      title: `Schedules with ${plan.rounds} rounds each, sixteenths`,
      x: 'round',
      y: nll,
      series: 'schedule',
      points: grids[0].chains.flatMap(({ schedule, curve }) =>
        curve.map(({ round, nll }) => ({ x: round, y: nll, series: schedule })),
      ),
    },
  };
}
