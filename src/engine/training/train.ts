// Trains a network: draws examples, runs the step graph, averages, validates, saves. Reads and writes files; says
// what it does through `report`. Never part of the editor.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineFailure } from '../failure.ts';
import { foldNetwork, inputChannels, type NetworkSpec } from '../network.ts';
import { loadOnnx, startOnnx } from '../runtimes/onnx.ts';
import { type TrainingRecord, writeModel } from '../weights.ts';
import { type SeededChance, seededChance } from './chance.ts';
import type { Piece } from './corpus.ts';
import { batchOf, drawExample, type Teacher, taught } from './examples.ts';
import { type Feeds, type Runner, type Runtime, startRunner } from './runner.ts';
import { loadState, saveState, type TrainingState } from './state.ts';
import { ADAM, droppedLayers } from './step.ts';
import { type MaskedFigures, validate } from './validate.ts';

export interface TrainingPlan {
  /** The run ends after so many steps, or so many minutes of training over all runs. */
  readonly until: { readonly steps: number } | { readonly minutes: number };
  readonly batch: number;
  /** Batches that are differentiated side by side, each on threads of its own, and averaged. */
  readonly replicas: number;
  /** Columns of a crop. */
  readonly columns: number;
  /** Peak learning rate; warmed up, then lowered along a cosine to 1 % at the end. */
  readonly rate: number;
  readonly warmup: number;
  readonly weightDecay: number;
  /** Share of channels dropped within residual pairs. */
  readonly dropout: number;
  /** Decay of the averages, when warm. */
  readonly averaging: number;
  readonly threads: number;
  readonly validateEvery: { readonly minutes: number };
}

export const DEFAULT_PLAN: TrainingPlan = {
  until: { minutes: 60 },
  batch: 12,
  replicas: 1,
  columns: 24,
  rate: 3e-3,
  warmup: 150,
  weightDecay: 0.02,
  dropout: 0.05,
  averaging: 0.999,
  threads: 1,
  validateEvery: { minutes: 5 },
};

export interface Progress {
  readonly step: number;
  readonly seconds: number;
  /** Share of the plan that is done, 0 to 1. */
  readonly done: number;
  /** Mean training loss since the last report, nats per erased cell. */
  readonly loss: number;
  readonly onsetLoss: number;
  readonly gradientNorm: number;
  readonly secondsPerStep: number;
  readonly figures: MaskedFigures | null;
}

export interface TrainingJob {
  readonly state: TrainingState;
  readonly pieces: readonly Piece[];
  readonly validation: readonly Piece[];
  readonly dataNames: readonly string[];
  /** Networks whose answers are learned from besides. */
  readonly teacher?: Teacher;
  readonly plan: TrainingPlan;
  /** Folder for `state.bin` (to go on from) and `weights.bin` (the averaged network). */
  readonly folder: string;
  readonly report: (progress: Progress) => void;
  /** Aborting ends the run after the current step; it is saved. */
  readonly signal?: AbortSignal;
}

export const statePath = (folder: string): string => join(folder, 'state.bin');
export const weightsPath = (folder: string): string => join(folder, 'weights.bin');

/** Continues the run saved in a folder. */
export const resume = (folder: string): Promise<TrainingState> => loadState(statePath(folder));

const REPORT_STEPS = 25;

/** Trains until the plan is done or the signal is aborted; the state is saved either way, and every few minutes. */
export async function train(job: TrainingJob): Promise<TrainingState> {
  if (job.pieces.length === 0) throw new EngineFailure('nothing-open', 'There are no pieces to train on.');
  const { state, plan } = job;
  await mkdir(job.folder, { recursive: true });
  state.data = [...new Set([...state.data, ...job.dataNames])];
  const ort = await loadOnnx();
  const { runner, release } = await startRunner(ort, state.spec, plan);
  const sums = { pitch: 0, onset: 0, steps: 0, seconds: 0 };
  let sinceValidation = 0;
  let saved = true;
  const flush = async (full: boolean): Promise<void> => {
    const figures = full ? await checkpoint(job) : null;
    const { step, seconds } = state;
    job.report({
      step,
      seconds,
      done: shareDone(plan, state),
      loss: sums.pitch / sums.steps,
      onsetLoss: sums.onset / sums.steps,
      gradientNorm,
      secondsPerStep: sums.seconds / sums.steps,
      figures,
    });
    Object.assign(sums, { pitch: 0, onset: 0, steps: 0, seconds: 0 });
    if (!full) return;
    sinceValidation = 0;
    saved = true;
  };
  let gradientNorm = 0;
  while (shareDone(plan, state) < 1 && !job.signal?.aborted) {
    const begun = performance.now();
    const out = await oneStep(ort, runner, job);
    const seconds = (performance.now() - begun) / 1000;
    saved = false;
    state.seconds += seconds;
    sinceValidation += seconds;
    gradientNorm = out.norm;
    sums.pitch += out.pitch;
    sums.onset += out.onset;
    sums.steps += 1;
    sums.seconds += seconds;
    const last = shareDone(plan, state) >= 1 || job.signal?.aborted === true;
    const full = last || sinceValidation >= 60 * plan.validateEvery.minutes;
    if (full || state.step % REPORT_STEPS === 0) await flush(full);
  }
  if (!saved) await checkpoint(job);
  await release();
  return state;
}

function shareDone({ until }: TrainingPlan, { step, seconds }: TrainingState): number {
  return 'steps' in until ? step / until.steps : seconds / (60 * until.minutes);
}

/** Warm-up, then a cosine down to a hundredth. */
function rateAt(plan: TrainingPlan, state: TrainingState): number {
  const warm = Math.min(1, (state.step + 1) / plan.warmup);
  const cosine = 0.5 + 0.5 * Math.cos(Math.PI * Math.min(1, shareDone(plan, state)));
  return plan.rate * warm * (0.01 + 0.99 * cosine);
}

/** Everything one step feeds: the examples of each replica, and what the update needs. */
async function oneStep(
  ort: Runtime,
  runner: Runner,
  job: TrainingJob,
): Promise<{ pitch: number; onset: number; norm: number }> {
  const { state, plan } = job;
  const chance = seededChance(state.chance);
  const feeds: Feeds[] = [];
  for (let replica = 0; replica < plan.replicas; replica++) feeds.push(await exampleFeeds(ort, job, chance));
  const flat = (values: Float32Array) => new ort.Tensor('float32', values, [values.length]);
  const t = state.step + 1;
  const rate = rateAt(plan, state);
  const out = await runner(feeds, {
    weights: flat(state.weights),
    first: flat(state.first),
    second: flat(state.second),
    rate: flat(Float32Array.of(rate / (1 - ADAM.beta1 ** t))),
    correction: flat(Float32Array.of(1 / (1 - ADAM.beta2 ** t))),
    decay: flat(Float32Array.of(rate * plan.weightDecay)),
  });
  if (!Number.isFinite(out.pitch))
    throw new EngineFailure('runtime-failed', `The loss is ${out.pitch} at step ${t}.`);
  state.weights.set(out.weights);
  state.first.set(out.first);
  state.second.set(out.second);
  const decay = Math.min(plan.averaging, t / (t + 10));
  blend(state.average, state.weights, decay);
  blend(state.statistics, out.statistics, decay);
  state.step = t;
  state.chance = chance.state;
  return out;
}

async function exampleFeeds(
  ort: Runtime,
  { state: { spec }, plan: { batch, columns, dropout }, pieces, teacher }: TrainingJob,
  chance: SeededChance,
): Promise<Feeds> {
  const total = pieces.reduce((sum, piece) => sum + piece.steps, 0);
  // Longer pieces are drawn more often: every bar counts alike.
  const examples = Array.from({ length: batch }, () =>
    drawExample(chance.next, pieceAt(pieces, chance.next() * total), spec, columns),
  );
  const drops = droppedLayers(spec);
  const keep = Float32Array.from({ length: drops * batch * spec.filters }, () =>
    chance.next() < dropout ? 0 : 1 / (1 - dropout),
  );
  const alone = batchOf(spec, examples, columns);
  const data = teacher ? await taught(alone, teacher, spec, examples, columns) : alone;
  const tensor = (values: Float32Array, dims: readonly number[]) =>
    new ort.Tensor('float32', values, [...dims]);
  const cells = [batch, 4 * spec.fold, columns];
  return {
    picture: tensor(data.picture, [batch, inputChannels(spec), columns, spec.pitches]),
    target: tensor(data.target, [...cells, spec.pitches]),
    expected: tensor(data.expected, [...cells, spec.pitches]),
    cells: tensor(data.cells, [...cells, 1]),
    ...(spec.onsetAnswer
      ? { struck: tensor(data.struck, [...cells, 1]), repeats: tensor(data.repeats, [...cells, 1]) }
      : {}),
    ...(drops > 0 ? { keep: tensor(keep, [drops, batch, spec.filters, 1, 1]) } : {}),
  };
}

/** The piece that holds a step, counted through all pieces. */
function pieceAt(pieces: readonly Piece[], step: number): Piece {
  let left = step;
  for (const piece of pieces) {
    left -= piece.steps;
    if (left < 0) return piece;
  }
  return pieces.at(-1)!;
}

function blend(average: Float32Array, fresh: Float32Array, decay: number): void {
  for (let i = 0; i < average.length; i++) average[i] = decay * average[i]! + (1 - decay) * fresh[i]!;
}

/** Saves the state and the averaged network, and measures the latter. */
async function checkpoint(job: TrainingJob): Promise<MaskedFigures | null> {
  const { state, plan, folder } = job;
  await saveState(statePath(folder), state);
  const figures = await measure(state, job.validation, plan.threads);
  const record: TrainingRecord = {
    data: state.data,
    pieces: job.pieces.length,
    steps: state.step,
    minutes: Math.round(state.seconds / 6) / 10,
    seed: state.seed,
    figures: figures ? { ...figures } : {},
  };
  await writeFile(weightsPath(folder), exportModel(state, record));
  return figures;
}

/** The averaged network as the bytes of a weights file. */
export function exportModel(state: TrainingState, training: TrainingRecord): Uint8Array {
  return writeModel({ spec: state.spec, training, weights: state.average, statistics: state.statistics });
}

async function measure(
  state: { readonly spec: NetworkSpec; readonly average: Float32Array; readonly statistics: Float32Array },
  validation: readonly Piece[],
  threads: number,
): Promise<MaskedFigures | null> {
  if (validation.length === 0) return null;
  const network = await startOnnx(foldNetwork(state.spec, state.average, state.statistics), { threads });
  try {
    return await validate(network.predict, validation, state.spec);
  } finally {
    await network.close();
  }
}
