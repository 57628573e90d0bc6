// The study of the article this project began with: one network on three grids, trained and measured alike, and what
// its chains do round by round under several schedules. Keeps what is trained in a folder, from which it goes on; the
// figures are the caller's to print.

import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Resolution } from '../../language/roll.ts';
import { EngineFailure } from '../failure.ts';
import { foldNetwork, type NetworkSpec, parametersOf, totalSize } from '../network.ts';
import { startOnnx } from '../runtimes/onnx.ts';
import { DEFAULT_SCHEDULE, type ScheduleName } from '../schedule.ts';
import { readModel } from '../weights.ts';
import { type ChainFigures, runChains } from './chains.ts';
import type { Piece } from './corpus.ts';
import { DEFAULT_EVALUATION, framewiseLoss, type Summary, summarise } from './evaluate.ts';
import { holdPredict } from './hold.ts';
import { freshState } from './state.ts';
import { resume, statePath, type TrainingPlan, train, weightsPath } from './train.ts';
import { type MaskedFigures, validate } from './validate.ts';

/** Fine to coarse. */
export const GRIDS: readonly Resolution[] = [16, 8, 4];
/** The schedules compared: the article's, Coconet's, magenta-js's slip, and the one that is ours. */
export const COMPARED: readonly ScheduleName[] = ['seed', 'coconet', 'magenta', DEFAULT_SCHEDULE];

export interface StudyPlan {
  /** The same network for each grid. */
  readonly specOf: (resolution: Resolution) => NetworkSpec;
  readonly training: TrainingPlan;
  /** Of the framewise NLL. */
  readonly orderings: number;
  readonly pieces: number;
  readonly crop: number | null;
  /** Chains: how many, how long, and the rounds that every schedule is given. */
  readonly samples: number;
  readonly bars: number;
  readonly rounds: number;
  readonly seed: number;
}

export interface StudyJob {
  readonly plan: StudyPlan;
  readonly corpusOf: (resolution: Resolution) => Promise<StudyCorpus>;
  readonly folder: string;
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface StudyCorpus {
  readonly pieces: readonly Piece[];
  readonly validation: readonly Piece[];
  readonly dataNames: readonly string[];
}

export interface LossPoint {
  readonly step: number;
  /** Mean since the point before, nats an erased cell. */
  readonly loss: number;
}

export interface GridFigures {
  readonly resolution: Resolution;
  readonly pieces: number;
  readonly validated: number;
  readonly steps: number;
  readonly minutes: number;
  /** Mean of the last hundred steps. */
  readonly trainingLoss: number;
  readonly losses: readonly LossPoint[];
  readonly masked: MaskedFigures;
  readonly framewise: Summary;
  readonly hold: Summary;
  /** The article's schedule with its own number of rounds, one for each cell. */
  readonly long: ChainFigures;
  /** Each schedule with the same number of rounds. */
  readonly chains: readonly ChainFigures[];
}

export interface StudyFigures {
  readonly spec: NetworkSpec;
  readonly weights: number;
  readonly data: readonly string[];
  readonly plan: Omit<StudyPlan, 'specOf'>;
  readonly grids: readonly GridFigures[];
}

/**
 * Trains (or trains further) and measures the network on every grid.
 *
 * @throws EngineFailure `cancelled` (what is trained is kept), `unsatisfiable` when the folder holds another network
 */
export async function study(job: StudyJob): Promise<StudyFigures> {
  const { specOf, ...plan } = job.plan;
  const grids: GridFigures[] = [];
  let data: readonly string[] = [];
  for (const resolution of GRIDS) {
    const corpus = await job.corpusOf(resolution);
    if (corpus.validation.length === 0)
      throw new EngineFailure('nothing-open', 'There are no pieces to measure on.');
    data = corpus.dataNames;
    grids.push(await studyGrid(job, resolution, corpus));
  }
  const spec = specOf(GRIDS[0]);
  return { spec, weights: totalSize(parametersOf(spec)), data, plan, grids };
}

async function studyGrid(job: StudyJob, resolution: Resolution, corpus: StudyCorpus): Promise<GridFigures> {
  const { plan, say, signal } = job;
  const folder = join(job.folder, `grid-${resolution}`);
  const losses = await trainGrid(job, resolution, corpus, folder);
  const model = readModel(await readFile(weightsPath(folder)));
  const network = await startOnnx(foldNetwork(model.spec, model.weights, model.statistics), {
    threads: plan.training.threads,
  });
  const { predict } = network;
  try {
    say(`1/${resolution}: masked and framewise NLL`);
    const masked = await validate(predict, corpus.validation, model.spec);
    const measured = corpus.validation.slice(0, plan.pieces);
    const protocol = {
      ...DEFAULT_EVALUATION,
      orderings: plan.orderings,
      crop: plan.crop,
      seed: plan.seed,
      ...(signal ? { signal } : {}),
    };
    const framewise = summarise(await framewiseLoss(predict, measured, protocol));
    const hold = summarise(await framewiseLoss(holdPredict(resolution), measured, protocol));
    const chain = (schedule: ScheduleName, rounds: number): Promise<ChainFigures> => {
      say(`1/${resolution}: ${plan.samples} chains, ${schedule}, ${rounds} rounds`);
      const { lowest, pitches } = model.spec;
      const { samples, bars, seed } = plan;
      const range = { lowest, pitches };
      return runChains(predict, resolution, {
        schedule,
        rounds,
        samples,
        bars,
        range,
        seed,
        ...(signal ? { signal } : {}),
      });
    };
    const long = await chain('seed', 4 * plan.bars * resolution);
    const chains: ChainFigures[] = [];
    for (const schedule of COMPARED) chains.push(await chain(schedule, plan.rounds));
    const last = losses.slice(-LAST_POINTS);
    return {
      resolution,
      pieces: corpus.pieces.length,
      validated: corpus.validation.length,
      steps: model.training.steps,
      minutes: model.training.minutes,
      trainingLoss: last.reduce((sum, { loss }) => sum + loss, 0) / last.length,
      losses,
      masked,
      framewise,
      hold,
      long,
      chains,
    };
  } finally {
    await network.close();
  }
}

/** Points of a loss curve that make up its end: they are 25 steps apart. */
const LAST_POINTS = 4;

/** Trains to the end of the plan from where the folder stands, and returns the loss curve of all runs. */
async function trainGrid(
  { plan, say, signal }: StudyJob,
  resolution: Resolution,
  { pieces, validation, dataNames }: StudyCorpus,
  folder: string,
): Promise<readonly LossPoint[]> {
  const spec = plan.specOf(resolution);
  const curve = join(folder, 'losses.json');
  const goesOn = existsSync(statePath(folder));
  const state = goesOn ? await resume(folder) : freshState(spec, plan.seed);
  if (JSON.stringify(state.spec) !== JSON.stringify(spec))
    throw new EngineFailure('unsatisfiable', `${folder} holds another network: name another folder.`);
  const before: LossPoint[] = existsSync(curve) ? JSON.parse(await readFile(curve, 'utf8')) : [];
  const losses = before.filter(({ step }) => step <= state.step);
  await train({
    state,
    pieces,
    validation,
    dataNames,
    plan: plan.training,
    folder,
    report: ({ step, loss, done, secondsPerStep }) => {
      losses.push({ step, loss });
      const share = (100 * done).toFixed(1);
      say(
        `1/${resolution}: step ${step}, ${share} %, loss ${loss.toFixed(3)}, ${secondsPerStep.toFixed(2)} s a step`,
      );
    },
    ...(signal ? { signal } : {}),
  });
  await writeFile(curve, JSON.stringify(losses));
  if (signal?.aborted)
    throw new EngineFailure(
      'cancelled',
      'Stopped. What is trained is kept: the same command goes on from it.',
    );
  return losses;
}
