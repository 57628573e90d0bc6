// One chain of blocked Gibbs sampling: erase some of the open notes, ask the network, draw them again.
// Knows the network only as `Predict`, and nothing of texts or of how many chains there are.

import { type Grid, UNKNOWN } from '../language/roll.ts';
import { chooseByChance, chooseByDoubt, groupsOf, type Site } from './block.ts';
import { type Cadence, cadencePrice, keepsCadence } from './cadence.ts';
import { drawPitch, type Noise, noiseOf } from './draw.ts';
import { EngineFailure } from './failure.ts';
import { priceOf, type Surroundings, type Tariff } from './offences.ts';
import type { Predict } from './predict.ts';
import { pulsePrice } from './pulse.ts';
import type { Random } from './random.ts';
import type { Schedule } from './schedule.ts';
import { togetherPrice } from './together.ts';
import type { NetworkRange, Offsets } from './transpose.ts';
import { type Answer, ask, BELIEF_IN_DRAWN, onsetsOf, type Window } from './window.ts';

/** What all chains of a fill have in common. */
export interface Task {
  readonly grid: Grid;
  readonly predict: Predict;
  readonly range: NetworkRange;
  readonly offsets: Offsets;
  readonly windows: readonly Window[];
  /** The open notes in the order of drawing. */
  readonly sites: readonly Site[];
  readonly temperature: readonly [number, number, number, number];
  readonly tariff: Tariff | null;
  /** The first and the last chord, as far as there is a preference. */
  readonly cadences: readonly Cadence[];
  readonly signal: AbortSignal | undefined;
}

/** The state of a chain. Arrays over cells (steps x 4). */
export interface Draft {
  /** Sounding pitches; UNKNOWN until first drawn. */
  readonly pitch: Int16Array;
  /** 1 while a cell is not to be seen. */
  readonly erased: Uint8Array;
  /** -log p of the pitch when it was drawn; NaN where nothing was. */
  readonly nll: Float32Array;
  forwards: number;
}

/** Where a chain begins. A present value that its note may not keep (any more) is no value. */
export function draftOf(grid: Grid, sites: readonly Site[]): Draft {
  const pitch = grid.pitch.slice();
  for (const site of sites) {
    const present = pitch[4 * site.from + site.voice];
    let keeps = site.pitches.includes(present);
    eachCell(site, (cell) => {
      keeps &&= pitch[cell] === present;
    });
    if (!keeps) eachCell(site, (cell) => pitch.fill(UNKNOWN, cell, cell + 1));
  }
  return {
    pitch,
    // Music that nobody asked for is never seen; what is open is hidden round by round.
    erased: Uint8Array.from(pitch, (midi, cell) => (midi === UNKNOWN && !grid.open[cell] ? 1 : 0)),
    nll: new Float32Array(pitch.length).fill(Number.NaN),
    forwards: 0,
  };
}

/** Calls `visit` with every cell of a site. */
function eachCell(site: Site, visit: (cell: number) => void): void {
  for (let step = site.from; step < site.to; step++) visit(4 * step + site.voice);
}

/** @throws EngineFailure `cancelled` */
export function heed(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new EngineFailure('cancelled', 'Harmonizing was cancelled.');
}

/**
 * Noise for the sites of one round. Cells of free rhythm that stand in the same beat of a voice share it: their
 * distributions being alike, so are their draws (a Gumbel coupling), while each alone is still drawn from its own.
 * Drawn one by one, the four sixteenths of a beat would often become four different notes.
 */
function sharedNoise(grid: Grid, random: Random): (site: Site) => Noise {
  const beat = Math.max(1, grid.resolution / 4);
  const last: { beat: number; noise: Noise }[] = [];
  return (site) => {
    const phase = grid.phase[site.from];
    // Beats are counted from the bar's own beginning, so that a pickup does not shift them.
    const first = phase >= 0 ? site.from - (phase % beat) : site.from - (site.from % beat);
    const isCell = site.to - site.from === 1 && grid.note[4 * site.from + site.voice] < 0;
    const known = last[site.voice];
    const shares = isCell && known?.beat === first;
    const noise = noiseOf(random, site.pitches, shares ? known.noise : undefined);
    if (isCell) last[site.voice] = { beat: first, noise };
    return noise;
  };
}

/** The windows that answer for some sites. */
export const windowsOf = (task: Task, sites: readonly Site[]): Window[] =>
  task.windows.filter((w) => sites.some((site) => site.from < w.coreTo && site.to > w.coreFrom));

/**
 * One round: the sites of `block` (in the order of drawing) are erased, asked for at once and drawn one after the
 * other, each seeing what was drawn before it through the prices of offences.
 */
export async function redraw(
  task: Task,
  draft: Draft,
  block: readonly Site[],
  random: Random,
): Promise<void> {
  heed(task.signal);
  const { grid } = task;
  for (const site of block) eachCell(site, (cell) => draft.erased.fill(1, cell, cell + 1));
  const sight = { ...draft, onset: onsetsOf(grid, draft.pitch, null), belief: BELIEF_IN_DRAWN };
  const windows = windowsOf(task, block);
  const answer = await ask(task.predict, grid, sight, windows, task.range, task.offsets, task.signal);
  heed(task.signal);
  draft.forwards += answer.forwards;
  const noise = sharedNoise(grid, random);
  const around = { pitch: draft.pitch, erased: draft.erased, sharps: grid.fifths };
  for (const site of block) {
    const price = priceFor(task, around, site);
    const midi = drawPitch(site, answer, task.temperature[site.voice], noise(site), price);
    settle(draft, site, midi, answer);
  }
}

/** What the pitches of a site would cost against what stands around it; null where there are no rules. */
function priceFor(
  { grid, tariff, cadences }: Task,
  around: Surroundings,
  { voice, from, to }: Site,
): ((midi: number) => number) | null {
  if (!tariff) return null;
  const isFree = grid.note[4 * from + voice] < 0;
  return (midi) =>
    priceOf(around, voice, from, to, midi, tariff) +
    togetherPrice(around, voice, from, to, midi) +
    (isFree ? pulsePrice(grid, around, voice, from, to, midi) : 0) +
    cadences.reduce((sum, cadence) => sum + cadencePrice(cadence, around, voice, from, to, midi), 0);
}

/** Writes a drawn pitch into the draft. */
function settle(draft: Draft, site: Site, midi: number, answer: Answer): void {
  eachCell(site, (cell) => {
    draft.pitch[cell] = midi;
    draft.erased[cell] = 0;
    draft.nll[cell] = -answer.logp(cell, midi);
  });
}

/** How unsure the network was of some sites when it drew them: the mean -log p of their cells. */
function doubtOf(draft: Draft, sites: readonly Site[]): number {
  let sum = 0;
  let cells = 0;
  for (const site of sites) {
    eachCell(site, (cell) => {
      sum += draft.nll[cell];
      cells++;
    });
  }
  return sum / cells;
}

/**
 * How much surer of some sites one may be than the network: by the price of a first or last chord that is as it should be.
 * So those are settled first, and the phrase is led there.
 */
function trustIn({ grid, cadences }: Task, draft: Draft, sites: readonly Site[]): number {
  const around = { pitch: draft.pitch, erased: draft.erased, sharps: grid.fifths };
  const kept = cadences.filter((cadence) =>
    sites.some(({ voice, from, to }) => keepsCadence(cadence, around, voice, from, to)),
  );
  return Math.max(0, ...kept.map(({ price }) => price));
}

/**
 * Anneals a draft: `rounds` rounds of a schedule. What is open and has no value is drawn in the first.
 * @param onRound is told after each round, counted from 1
 */
export async function anneal(
  task: Task,
  draft: Draft,
  schedule: Schedule,
  rounds: number,
  random: Random,
  onRound: (round: number) => void,
): Promise<void> {
  const { grid, sites, temperature } = task;
  const isUnknown = (site: Site): boolean => draft.pitch[4 * site.from + site.voice] === UNKNOWN;
  let last = sites;
  for (let n = 0; n < rounds; n++) {
    const share = schedule.share(n, rounds);
    const grain = Math.max(1, Math.round(grid.resolution * schedule.grain(n, rounds)));
    const groups = groupsOf(grid, sites, grain);
    const choice = n === 0 ? 'chance' : schedule.choice(n, rounds);
    let block: readonly Site[];
    if (choice === 'chance') {
      const chosen = new Set(chooseByChance(groups, share, random));
      block = sites.filter((site) => chosen.has(site) || isUnknown(site));
    } else {
      const open = groupsOf(grid, last, grain);
      const heat = temperature.some((t) => t > 0) ? schedule.heat * (1 - n / rounds) : 0;
      const count = Math.min(open.length, Math.round(share * groups.length));
      const doubt = Float64Array.from(
        open,
        (group) => doubtOf(draft, group) + heat * random.gumbel() - trustIn(task, draft, group),
      );
      // Of little music nothing more may be kept yet: what was drawn beside the same notes is as good as a new draw.
      block = count === open.length ? [] : chooseByDoubt(open, doubt, count);
    }
    if (block.length > 0) {
      await redraw(task, draft, block, random);
      last = block;
    }
    onRound(n + 1);
  }
}
