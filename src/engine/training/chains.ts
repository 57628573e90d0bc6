// Chains from nothing: a network writes four voices on an empty grid, and its music is judged by the network itself
// as the rounds go by. How schedules compare when they cost the same. Knows no files.

import { EITHER, type Grid, type Resolution, STARTS, UNKNOWN } from '../../language/roll.ts';
import { harmonize } from '../harmonizer.ts';
import type { Predict, View } from '../predict.ts';
import type { ScheduleName } from '../schedule.ts';
import type { NetworkRange } from '../transpose.ts';
import { seededChance } from './chance.ts';

export interface ChainOptions {
  readonly schedule: ScheduleName;
  /** Rounds of annealing, each one forward a window. */
  readonly rounds: number;
  /** Chains, each from a seed of its own. */
  readonly samples: number;
  /** Bars of four quarters. */
  readonly bars: number;
  readonly range: NetworkRange;
  readonly seed: number;
  readonly signal?: AbortSignal;
}

/** NLL of the music as it stands after a round (from 1): nats a cell, mean over chains. */
export interface Point {
  readonly round: number;
  readonly nll: number;
}

export interface ChainFigures {
  readonly schedule: ScheduleName;
  readonly rounds: number;
  /** Per chain. */
  readonly forwards: number;
  readonly seconds: number;
  /** Own-sample NLL: mean -log p of the pitches when they were last drawn. An entropy of the network. */
  readonly ownSample: number;
  /** NLL of the finished music: the last of `curve`. */
  readonly nll: number;
  readonly curve: readonly Point[];
}

/** Where the curve is read: the first round, the last, and so many between. */
const POINTS = 24;
/** The share of the cells that a reading erases, and how many masks it takes: the same ones for all music. */
const ERASED = 0.5;
const MASKS = 4;

/** So many steps of four open voices in 4/4, without key, fermatas or anything written. */
export function emptyGrid(resolution: Resolution, steps: number): Grid {
  return {
    resolution,
    steps,
    pitch: new Int16Array(4 * steps).fill(UNKNOWN),
    open: new Uint8Array(4 * steps).fill(1),
    onset: Uint8Array.from({ length: 4 * steps }, (_, cell) => (cell < 4 ? STARTS : EITHER)),
    note: new Int32Array(4 * steps).fill(-1),
    candidates: new Int32Array(4 * steps).fill(-1),
    weights: [],
    phase: Int16Array.from({ length: steps }, (_, step) => step % resolution),
    barSteps: new Int16Array(steps).fill(resolution),
    bar: Int32Array.from({ length: steps }, (_, step) => Math.floor(step / resolution)),
    fermata: new Uint8Array(steps),
    fifths: new Int8Array(steps),
    tonic: new Int8Array(steps).fill(-1),
  };
}

/** Runs chains of one schedule at temperature 1 without rules of part-writing: the network alone. */
export async function runChains(
  predict: Predict,
  resolution: Resolution,
  options: ChainOptions,
): Promise<ChainFigures> {
  const grid = emptyGrid(resolution, options.bars * resolution);
  const { rounds, samples } = options;
  const read = new Set(
    Array.from({ length: POINTS + 1 }, (_, i) => 1 + Math.round(((rounds - 1) * i) / POINTS)),
  );
  const totals = new Map([...read].map((round) => [round, 0]));
  const spent = { forwards: 0, seconds: 0, drawn: 0 };
  for (let sample = 0; sample < samples; sample++) {
    const seen = new Map<number, Int16Array>();
    const begun = performance.now();
    const [fill] = await harmonize(grid, predict, {
      seed: options.seed + sample,
      temperature: [1, 1, 1, 1],
      steps: rounds,
      alternatives: 1,
      schedule: options.schedule,
      rules: 'off',
      range: options.range,
      window: 16 * resolution,
      ...(options.signal ? { signal: options.signal } : {}),
      onProgress: ({ step, pitch }) => void (read.has(step) && seen.set(step, pitch)),
    });
    spent.seconds += (performance.now() - begun) / 1000 / samples;
    spent.forwards += fill.forwards / samples;
    spent.drawn += fill.meanNll / samples;
    for (const [round, pitch] of seen)
      totals.set(round, totals.get(round)! + (await lossOf(predict, grid, pitch, options.signal)) / samples);
  }
  const curve = [...totals].map(([round, nll]) => ({ round, nll }));
  return {
    schedule: options.schedule,
    rounds,
    forwards: spent.forwards,
    seconds: spent.seconds,
    ownSample: spent.drawn,
    nll: curve[curve.length - 1].nll,
    curve,
  };
}

/** Mean -log p of erased cells given the rest of the same music. */
async function lossOf(
  predict: Predict,
  grid: Grid,
  pitch: Int16Array,
  signal: AbortSignal | undefined,
): Promise<number> {
  const chance = seededChance(1);
  const { steps, phase, barSteps, fermata } = grid;
  const views = Array.from(
    { length: MASKS },
    (): View => ({
      steps,
      pitch,
      erased: Uint8Array.from(pitch, () => (chance.next() < ERASED ? 1 : 0)),
      context: { phase, barSteps, fermata, key: null, onset: null, begins: true, ends: true },
    }),
  );
  const answers = await predict(views, signal);
  let sum = 0;
  let cells = 0;
  answers.forEach((answer, i) => {
    views[i].erased.forEach((erased, cell) => {
      const row = pitch[cell] - answer.lowest;
      if (!erased || row < 0 || row >= answer.pitches) return;
      sum -= Math.log(Math.max(1e-12, answer.pitch[cell * answer.pitches + row]));
      cells++;
    });
  });
  return sum / Math.max(1, cells);
}
