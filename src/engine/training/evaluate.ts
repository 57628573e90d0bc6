// Measures a network as the papers do: framewise and notewise likelihood of whole pieces, and the melody-given row.
// Takes any `Predict`, so that a known distribution proves the protocol; reads no files.

import { REST } from '../../language/roll.ts';
import { EngineFailure } from '../failure.ts';
import type { Context, Predict, Probabilities, View } from '../predict.ts';
import { type SeededChance, seededChance } from './chance.ts';
import type { Piece } from './corpus.ts';
import { excerpt } from './examples.ts';

export type FrameOrder = 'random' | 'chronological';

/** What the network may be told besides the notes. */
export const TOLD = ['metre', 'fermatas', 'key'] as const;
export type Told = (typeof TOLD)[number];

export interface EvaluationOptions {
  readonly order: FrameOrder;
  /** Orderings averaged in probability space per frame; the papers take 5. */
  readonly orderings: number;
  /** First so many steps of a piece only; whole pieces when null. */
  readonly crop: number | null;
  /** Score only so many frames of a piece, drawn at random (framewise); all when null. They see whole orderings. */
  readonly frames: number | null;
  /** What is left out of the context. Onsets always are: they tell where pitches change. */
  readonly hidden: readonly Told[];
  readonly seed: number;
  /** Views asked at once. */
  readonly batch: number;
  readonly signal?: AbortSignal;
  /** Called after each piece. */
  readonly progress?: (done: number, of: number) => void;
}

export const DEFAULT_EVALUATION: EvaluationOptions = {
  order: 'random',
  orderings: 5,
  crop: null,
  frames: null,
  hidden: [],
  seed: 1,
  batch: 32,
};

/** Losses of one piece in nats. */
export interface PieceLoss {
  readonly id: string;
  /** One number a frame (framewise) or a cell (notewise, melody-given). */
  readonly losses: Float64Array;
}

export interface Summary {
  readonly pieces: number;
  /** Frames or cells. */
  readonly count: number;
  readonly mean: number;
  /** Mean over pieces of the pieces' means, and its standard error. */
  readonly pieceMean: number;
  readonly standardError: number;
}

/** Least probability that is scored, so that one impossible note does not decide a mean. */
const FLOOR = 1e-12;

/**
 * Framewise loss (Huang et al., Counterpoint by Convolution, 2017). Frames in an order, voices in a random order
 * within each; a frame sees the true frames before it in the order, and the *most likely* pitches of its own voices
 * already scored. A frame's loss is the sum over its voices; rests cost nothing; likelihoods of several orderings are
 * averaged before the logarithm.
 */
export async function framewiseLoss(
  predict: Predict,
  pieces: readonly Piece[],
  options: EvaluationOptions,
): Promise<PieceLoss[]> {
  return eachPiece(pieces, options, async (view, chance) => {
    const tasks = Array.from({ length: options.orderings }, () =>
      frameTasks(view.steps, options.order, chance),
    ).flat();
    const scored = new Set(permutation(view.steps, chance).slice(0, options.frames ?? view.steps));
    const likelihoods = new Float64Array(view.steps);
    const wanted = tasks.filter(({ step }) => scored.has(step));
    for (const some of chunks(wanted, options.batch)) {
      const logs = await scoreFrames(predict, view, some, options.signal);
      some.forEach((task, i) => {
        likelihoods[task.step]! += Math.exp(logs[i]!) / options.orderings;
      });
    }
    return likelihoods
      .filter((_, step) => scored.has(step))
      .map((likelihood) => -Math.log(Math.max(likelihood, Number.MIN_VALUE)));
  });
}

interface FrameTask {
  readonly step: number;
  /** 1 for frames that are not earlier in the order. */
  readonly hidden: Uint8Array;
  readonly voices: readonly number[];
}

function frameTasks(steps: number, order: FrameOrder, chance: SeededChance): FrameTask[] {
  const frames = order === 'random' ? permutation(steps, chance) : Array.from({ length: steps }, (_, t) => t);
  const hidden = new Uint8Array(steps).fill(1);
  return frames.map((step, rank) => {
    if (rank > 0) hidden[frames[rank - 1]!] = 0;
    return { step, hidden: hidden.slice(), voices: permutation(4, chance) };
  });
}

/** Log likelihood of each frame, all frames side by side, one voice after another. */
async function scoreFrames(
  predict: Predict,
  truth: View,
  tasks: readonly FrameTask[],
  signal: AbortSignal | undefined,
): Promise<Float64Array> {
  const views = tasks.map(({ hidden }): View => {
    const erased = new Uint8Array(4 * truth.steps);
    for (let cell = 0; cell < erased.length; cell++) erased[cell] = hidden[cell >> 2]!;
    return { ...truth, pitch: truth.pitch.slice(), erased };
  });
  const logs = new Float64Array(tasks.length);
  for (let turn = 0; turn < 4; turn++) {
    const answers = await predict(views, signal);
    tasks.forEach(({ step, voices }, i) => {
      const cell = 4 * step + voices[turn]!;
      const view = views[i]!;
      const midi = truth.pitch[cell]!;
      view.erased[cell] = 0;
      if (midi === REST) return;
      logs[i]! -= lossAt(answers[i]!, cell, midi);
      view.pitch[cell] = mostLikely(answers[i]!, cell);
    });
  }
  return logs;
}

function lossAt({ pitch, lowest, pitches }: Probabilities, cell: number, midi: number): number {
  const row = midi - lowest;
  const p = row >= 0 && row < pitches ? pitch[cell * pitches + row]! : 0;
  return -Math.log(Math.max(p, FLOOR));
}

function mostLikely({ pitch, lowest, pitches }: Probabilities, cell: number): number {
  let best = 0;
  for (let p = 1; p < pitches; p++) if (pitch[cell * pitches + p]! > pitch[cell * pitches + best]!) best = p;
  return lowest + best;
}

/** Notewise loss: all cells in one order, each given the true earlier ones. One number a cell that is no rest. */
export async function notewiseLoss(
  predict: Predict,
  pieces: readonly Piece[],
  options: EvaluationOptions,
): Promise<PieceLoss[]> {
  return eachPiece(pieces, options, async (view, chance) => {
    const count = 4 * view.steps;
    const order =
      options.order === 'random' ? permutation(count, chance) : Array.from({ length: count }, (_, c) => c);
    const losses: number[] = [];
    const erased = new Uint8Array(count).fill(1);
    const tasks = order.map((cell, rank) => {
      if (rank > 0) erased[order[rank - 1]!] = 0;
      return { cell, view: { ...view, erased: erased.slice() } };
    });
    for (const some of chunks(tasks, options.batch)) {
      const answers = await predict(
        some.map((task) => task.view),
        options.signal,
      );
      some.forEach(({ cell }, i) => {
        const midi = view.pitch[cell]!;
        if (midi !== REST) losses.push(lossAt(answers[i]!, cell, midi));
      });
    }
    return Float64Array.from(losses);
  });
}

/** Soprano given, the other three voices open at once: what a user who harmonizes a melody meets. A number a cell. */
export async function melodyGivenLoss(
  predict: Predict,
  pieces: readonly Piece[],
  options: EvaluationOptions,
): Promise<PieceLoss[]> {
  return eachPiece(pieces, options, async (view) => {
    const erased = Uint8Array.from({ length: 4 * view.steps }, (_, cell) => (cell % 4 === 0 ? 0 : 1));
    const [answer] = await predict([{ ...view, erased }], options.signal);
    const losses: number[] = [];
    for (let cell = 0; cell < erased.length; cell++) {
      const midi = view.pitch[cell]!;
      if (erased[cell] && midi !== REST) losses.push(lossAt(answer!, cell, midi));
    }
    return Float64Array.from(losses);
  });
}

/** Means over everything and over pieces. */
export function summarise(pieces: readonly PieceLoss[]): Summary {
  const mean = (values: ArrayLike<number>): number =>
    Array.from(values).reduce((a, b) => a + b, 0) / values.length;
  const all = pieces.flatMap((piece) => Array.from(piece.losses));
  const means = pieces.map((piece) => mean(piece.losses));
  const pieceMean = mean(means);
  const spread = Math.sqrt(
    means.reduce((sum, m) => sum + (m - pieceMean) ** 2, 0) / Math.max(1, means.length - 1),
  );
  return {
    pieces: pieces.length,
    count: all.length,
    mean: mean(all),
    pieceMean,
    standardError: spread / Math.sqrt(means.length),
  };
}

const without = (context: Context, hidden: readonly Told[]): Context => ({
  ...context,
  ...(hidden.includes('metre') ? { phase: null, barSteps: null } : {}),
  ...(hidden.includes('fermatas') ? { fermata: null } : {}),
  ...(hidden.includes('key') ? { key: null } : {}),
});

async function eachPiece(
  pieces: readonly Piece[],
  options: EvaluationOptions,
  measure: (view: View, chance: SeededChance) => Promise<Float64Array>,
): Promise<PieceLoss[]> {
  const out: PieceLoss[] = [];
  for (const [index, piece] of pieces.entries()) {
    if (options.signal?.aborted) throw new EngineFailure('cancelled', 'Cancelled.');
    const { view } = excerpt(piece, 0, Math.min(piece.steps, options.crop ?? piece.steps));
    const context = without(view.context, options.hidden);
    out.push({
      id: piece.id,
      losses: await measure({ ...view, context }, seededChance(options.seed + 7919 * index)),
    });
    options.progress?.(index + 1, pieces.length);
  }
  return out;
}

function permutation(n: number, chance: SeededChance): number[] {
  const out = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(chance.next() * (i + 1));
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}

function* chunks<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let i = 0; i < items.length; i += size) yield items.slice(i, i + size);
}
