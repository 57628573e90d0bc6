// What is erased together: the open notes of a grid, and the choice of some of them for a round.
// Knows nothing of probabilities.

import { EITHER, type Grid, HELD, STARTS } from '../language/roll.ts';
import { EngineFailure } from './failure.ts';
import type { Random } from './random.ts';
import type { NetworkRange, Offsets } from './transpose.ts';

/** Neighbouring cells of one voice that take one pitch: a free cell, a note of fixed rhythm, or a run. */
export interface Site {
  readonly voice: number;
  /** Steps, end exclusive. */
  readonly from: number;
  readonly to: number;
  /** What it may become: MIDI numbers, rising, and the logarithms of their weights. */
  readonly pitches: Int16Array;
  readonly logWeights: Float64Array;
}

/** Outer voices are drawn before inner ones, as one learns to write a chorale. */
const DRAWING_ORDER = [0, 2, 3, 1] as const;
const byTime = (a: Site, b: Site): number =>
  a.from - b.from || DRAWING_ORDER[a.voice] - DRAWING_ORDER[b.voice];

export const cellOf = (step: number, voice: number): number => 4 * step + voice;

/** Whether a cell belongs to the note of the cell before it, whatever pitch that takes. */
function isBound(grid: Grid, step: number, voice: number): boolean {
  if (step === 0) return false;
  const cell = cellOf(step, voice);
  if (!grid.open[cell] || !grid.open[cell - 4]) return false;
  const sameNote = grid.note[cell] >= 0 && grid.note[cell] === grid.note[cell - 4];
  return grid.onset[cell] === HELD || (sameNote && grid.onset[cell] !== STARTS);
}

/** The pitch that a tie from or into a locked neighbour forces on a stretch of open cells, or null. */
function forcedPitch(grid: Grid, voice: number, from: number, to: number): number | null {
  const before = cellOf(from - 1, voice);
  if (from > 0 && grid.onset[before + 4] === HELD && grid.pitch[before] >= 0) return grid.pitch[before];
  const after = cellOf(to, voice);
  if (to < grid.steps && !grid.open[after] && grid.onset[after] === HELD && grid.pitch[after] >= 0)
    return grid.pitch[after];
  return null;
}

/** What a note may become. */
type Choice = Pick<Site, 'pitches' | 'logWeights'>;

/** The different candidate sets of a stretch of cells. Cells of one note usually share one: it counts once. */
function setsOf(grid: Grid, voice: number, from: number, to: number): number[] {
  const sets = new Set<number>();
  for (let step = from; step < to; step++) sets.add(grid.candidates[cellOf(step, voice)]);
  sets.delete(-1);
  return [...sets];
}

/** The product of candidate sets, by MIDI number; all ones for none. */
function product(grid: Grid, sets: readonly number[]): Float64Array {
  const weights = new Float64Array(128).fill(1);
  for (const set of sets) for (let midi = 0; midi < 128; midi++) weights[midi] *= grid.weights[set][midi];
  return weights;
}

function listed(weights: Float64Array, keep: (midi: number) => boolean): Choice {
  const pitches: number[] = [];
  for (let midi = 0; midi < 128; midi++) if (weights[midi] > 0 && keep(midi)) pitches.push(midi);
  return {
    pitches: Int16Array.from(pitches),
    logWeights: Float64Array.from(pitches, (midi) => Math.log(weights[midi])),
  };
}

/** What both may become. */
function common(a: Choice, b: Choice): Choice {
  if (a.pitches === b.pitches) return a;
  const kept = [...a.pitches.keys()].filter((i) => b.pitches.includes(a.pitches[i]));
  return {
    pitches: Int16Array.from(kept, (i) => a.pitches[i]),
    logWeights: Float64Array.from(
      kept,
      (i) => a.logWeights[i] + b.logWeights[b.pitches.indexOf(a.pitches[i])],
    ),
  };
}

/**
 * The open notes of a grid in the order of drawing (by time, outer voices first).
 * Pitches the network does not know are only taken where nothing else is allowed.
 *
 * @throws EngineFailure `unsatisfiable` where no pitch is left for a note
 */
export function sitesOf(grid: Grid, range: NetworkRange, offsets: Offsets): Site[] {
  const seen = new Map<string, Choice>();
  const choose = (voice: number, sets: readonly number[], forced: number | null): Choice => {
    const key = `${voice} ${sets.join()} ${forced}`;
    const before = seen.get(key);
    if (before) return before;
    const weights = product(grid, sets);
    const allowed = (midi: number): boolean => forced === null || midi === forced;
    const known = (midi: number): boolean =>
      midi + offsets[voice] >= range.lowest && midi + offsets[voice] < range.lowest + range.pitches;
    const inside = listed(weights, (midi) => allowed(midi) && known(midi));
    const choice = inside.pitches.length > 0 ? inside : listed(weights, allowed);
    seen.set(key, choice);
    return choice;
  };
  const sites: Site[] = [];
  for (let voice = 0; voice < 4; voice++) {
    for (let from = 0; from < grid.steps; from++) {
      if (!grid.open[cellOf(from, voice)]) continue;
      let to = from + 1;
      while (to < grid.steps && isBound(grid, to, voice)) to++;
      const forced = forcedPitch(grid, voice, from, to);
      const choice = choose(voice, setsOf(grid, voice, from, to), forced);
      if (choice.pitches.length === 0) throw nothingLeft(from, voice, forced);
      sites.push({ voice, from, to, ...choice });
      from = to - 1;
    }
  }
  return sites.sort(byTime);
}

const nothingLeft = (step: number, voice: number, forced: number | null): EngineFailure =>
  new EngineFailure(
    'unsatisfiable',
    forced === null
      ? 'No pitch is left for this open note: widen its candidates, the range of the voice or the chord symbol.'
      : 'This open note is tied to a written one whose pitch it may not take: remove the tie or allow the pitch.',
    { step, voice },
  );

/** Open cells of free rhythm that hold one pitch in `pitch`, joined into the notes they make. */
export function runsOf(grid: Grid, sites: readonly Site[], pitch: Int16Array): Site[] {
  const runs: Site[][] = [[], [], [], []];
  for (const site of sites) {
    const voice = runs[site.voice];
    const before = voice.at(-1);
    const cell = cellOf(site.from, site.voice);
    const joins = before?.to === site.from && grid.onset[cell] === EITHER && pitch[cell] === pitch[cell - 4];
    if (before && joins)
      voice[voice.length - 1] = {
        ...common(before, site),
        voice: site.voice,
        from: before.from,
        to: site.to,
      };
    else voice.push(site);
  }
  return runs.flat().sort(byTime);
}

/** Sites that are erased together: those of one voice that begin in one stretch of `grain` steps, counted from the bar. */
export function groupsOf(grid: Grid, sites: readonly Site[], grain: number): Site[][] {
  const groups = new Map<number, Site[]>();
  for (const site of sites) {
    const phase = grid.phase[site.from];
    const start = site.from - ((phase >= 0 ? phase : site.from) % grain);
    const key = 4 * (start + grain) + site.voice;
    const group = groups.get(key);
    if (group) group.push(site);
    else groups.set(key, [site]);
  }
  return [...groups.values()];
}

/** Each group by itself with probability `share`; one at least. */
export function chooseByChance(groups: readonly Site[][], share: number, random: Random): Site[] {
  const chosen = groups.filter(() => random.uniform() < share);
  return inOrder(chosen.length > 0 ? chosen : [groups[Math.floor(random.uniform() * groups.length)]]);
}

/** The `count` groups that are least sure, one at least. @param doubt by group: the larger, the less sure */
export function chooseByDoubt(groups: readonly Site[][], doubt: Float64Array, count: number): Site[] {
  const order = groups.map((_, i) => i).sort((a, b) => doubt[b] - doubt[a] || a - b);
  return inOrder(order.slice(0, Math.max(1, count)).map((i) => groups[i]));
}

/** Sites in the order of drawing. */
export const inOrder = (groups: readonly (readonly Site[])[]): Site[] => groups.flat().sort(byTime);
