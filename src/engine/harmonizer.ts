// A grid with open cells in, filled grids out: the sampler's front door. Knows nothing of texts, files or tensors.

import type { Filled, Grid } from '../language/roll.ts';
import type { Directives } from '../language/score.ts';
import { sitesOf } from './block.ts';
import { cadenceOf, openingOf } from './cadence.ts';
import { EngineFailure } from './failure.ts';
import { anneal, type Draft, draftOf, type Task } from './gibbs.ts';
import { type Offence, offencesOf, TARIFFS } from './offences.ts';
import type { Predict } from './predict.ts';
import { randomOf } from './random.ts';
import { mend } from './remedy.ts';
import { roundsOf, SCHEDULES, type ScheduleName } from './schedule.ts';
import { strike } from './strike.ts';
import { type NetworkRange, offsetsFor } from './transpose.ts';
import { layWindows, onsetsOf } from './window.ts';

export interface HarmonizeOptions {
  readonly seed: number;
  /** S, A, T, B; 0 takes the most likely pitch. */
  readonly temperature: readonly [number, number, number, number];
  /** Rounds of annealing; null for the schedule's own number, in proportion to the open voices. */
  readonly steps: number | null;
  /** How many fills. The k-th is the same however many are asked for. */
  readonly alternatives: number;
  readonly schedule: ScheduleName;
  readonly rules: Directives['rules'];
  /** The pitches the network knows. */
  readonly range: NetworkRange;
  /** Most steps in a forward. */
  readonly window: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly step: number;
  readonly of: number;
  /** Counted from 0. */
  readonly alternative: number;
  /** The roll as it stands, steps x 4; a copy. */
  readonly pitch: Int16Array;
}

export interface Harmonization {
  readonly filled: Filled;
  /** Per cell: -log p when it was drawn (temperature, weights and prices aside); NaN where nothing was drawn. */
  readonly nll: Float32Array;
  readonly meanNll: number;
  /** Windows the network was asked about. */
  readonly forwards: number;
  /** What still offends, the written notes' own offences included. */
  readonly offences: readonly Offence[];
}

/** Bars of four quarters on either side of what is open: the network hears no further than that. */
const MARGIN_WHOLE_NOTES = 2;

/**
 * Fills the open cells of a grid.
 *
 * @throws EngineFailure `nothing-open`, `unsatisfiable` (with its place), `cancelled`, or what `predict` throws
 */
export async function harmonize(
  grid: Grid,
  predict: Predict,
  options: HarmonizeOptions,
): Promise<Harmonization[]> {
  if (!grid.open.includes(1))
    throw new EngineFailure('nothing-open', 'Nothing is open: put `?` before the notes that may change.');
  const offsets = offsetsFor(grid, options.range);
  const task: Task = {
    grid,
    predict,
    range: options.range,
    offsets,
    windows: layWindows(grid, options.window, MARGIN_WHOLE_NOTES * grid.resolution),
    sites: sitesOf(grid, options.range, offsets),
    temperature: options.temperature,
    tariff: TARIFFS[options.rules],
    cadences: [openingOf(grid, options.rules), cadenceOf(grid, options.rules)].filter((c) => c !== null),
    signal: options.signal,
  };
  const fills: Harmonization[] = [];
  for (let alternative = 0; alternative < options.alternatives; alternative++) {
    fills.push(await fillOnce(task, options, alternative));
  }
  return fills;
}

async function fillOnce(task: Task, options: HarmonizeOptions, alternative: number): Promise<Harmonization> {
  const { grid, sites } = task;
  const schedule = SCHEDULES[options.schedule];
  const rounds = roundsOf(schedule, options.steps, sites.length, openVoices(grid));
  const random = randomOf(options.seed, alternative);
  const draft = draftOf(grid, sites);
  await anneal(task, draft, schedule, rounds, random, (step) => {
    options.onProgress?.({ step, of: rounds, alternative, pitch: draft.pitch.slice() });
  });
  await mend(task, draft, random);
  const struck = await strike(task, draft, random);
  return {
    filled: { pitch: draft.pitch, onset: onsetsOf(grid, draft.pitch, struck) },
    nll: draft.nll,
    meanNll: meanOf(draft.nll),
    forwards: draft.forwards,
    offences: offencesOf(draft.pitch, grid.fifths),
  };
}

/** Open cells per step that has any, 0 to 4. */
function openVoices(grid: Grid): number {
  let cells = 0;
  let steps = 0;
  for (let step = 0; step < grid.steps; step++) {
    const open = grid.open.subarray(4 * step, 4 * step + 4).reduce((sum, o) => sum + o, 0);
    cells += open;
    steps += open > 0 ? 1 : 0;
  }
  return cells / steps;
}

function meanOf(nll: Draft['nll']): number {
  const drawn = nll.filter((value) => !Number.isNaN(value));
  return drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
}
