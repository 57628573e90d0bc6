// When all pitches stand: where a pitch that repeats is struck anew. Pitches are no longer its to change.

import { EITHER, type Grid, STARTS } from '../language/roll.ts';
import { type Draft, heed, type Task, windowsOf } from './gibbs.ts';
import type { Random } from './random.ts';
import { ask, BELIEF_IN_DRAWN, onsetsOf } from './window.ts';

/**
 * How often Bach strikes a pitch anew that sounded in the step before, by how many of the other voices move there:
 * counted in the 225 training chorales whose onsets are known. Between beats it is less than once in a hundred.
 */
const ON_BAR_LINE = [0.61, 0.95, 0.8, 0.85] as const;
const ON_BEAT = [0.17, 0.43, 0.57, 0.71] as const;
const BETWEEN = 0.001;

/** The chance of a strike where the network has no answer. */
function habit(grid: Grid, pitch: Int16Array, cell: number): number {
  const step = cell >> 2;
  const beat = Math.max(1, grid.resolution / 4);
  const position = grid.phase[step] >= 0 ? grid.phase[step] : step;
  if (position % beat !== 0) return BETWEEN;
  let moving = 0;
  for (let other = 4 * step; other < 4 * step + 4; other++)
    if (other !== cell && pitch[other] >= 0 && pitch[other] !== pitch[other - 4]) moving++;
  return (grid.phase[step] === 0 ? ON_BAR_LINE : ON_BEAT)[moving];
}

/** The networks have learned from hymns, too, which repeat pitches 1.3 times as often as Bach. As a factor of the odds. */
const CHORALE_ODDS = 0.65;

const lessOften = (chance: number): number => (CHORALE_ODDS * chance) / (1 - chance + CHORALE_ODDS * chance);

/**
 * Whether a phrase has just ended: a fermata is over and a written voice goes on. All breathe there: where Bach's
 * soprano begins anew after a fermata, 98 of 100 repeated pitches below it do so too (training chorales).
 */
function breathes(grid: Grid, step: number): boolean {
  if (!grid.fermata[step - 1] || grid.fermata[step]) return false;
  return grid.onset.subarray(4 * step, 4 * step + 4).includes(STARTS);
}

/**
 * Decides every repeated pitch of free rhythm with one more question to the network, in which nothing is erased and
 * these onsets are left open. After a fermata everything is struck; where temperature is 0, more likely than not is struck.
 *
 * @returns by cell, 1 where a repeated pitch is struck anew
 */
export async function strike(task: Task, draft: Draft, random: Random): Promise<Uint8Array> {
  heed(task.signal);
  const { grid } = task;
  const struck = new Uint8Array(draft.pitch.length);
  const repeats = task.sites.filter(({ from, voice }) => {
    const cell = 4 * from + voice;
    return from > 0 && grid.onset[cell] === EITHER && draft.pitch[cell] === draft.pitch[cell - 4];
  });
  if (repeats.length === 0) return struck;
  const sight = { ...draft, onset: onsetsOf(grid, draft.pitch, null), belief: BELIEF_IN_DRAWN };
  const windows = windowsOf(task, repeats);
  const answer = await ask(task.predict, grid, sight, windows, task.range, task.offsets, task.signal);
  draft.forwards += answer.forwards;
  for (const { from, voice } of repeats) {
    const cell = 4 * from + voice;
    const said = answer.struck(cell, draft.pitch[cell]);
    const likely = said === null ? habit(grid, draft.pitch, cell) : lessOften(said);
    const chance = breathes(grid, from) ? 1 : likely;
    const threshold = task.temperature[voice] > 0 ? random.uniform() : 0.5;
    struck[cell] = threshold < chance ? 1 : 0;
  }
  return struck;
}
