import { describe, expect, test } from 'vitest';
import { runsOf, sitesOf } from '../../../src/engine/block.ts';
import { STARTS } from '../../../src/language/roll.ts';
import { gridOf, RANGE } from './fakes.ts';

describe('the notes that open cells make', () => {
  const grid = gridOf(8);
  const sites = sitesOf(grid, RANGE, [0, 0, 0, 0]);
  const alto = [67, 67, 67, 65, 65, 67, 67, 67];
  const pitch = Int16Array.from({ length: 32 }, (_, cell) => (cell % 4 === 1 ? alto[cell >> 2]! : 60));
  const notes = (voice: number): number[][] =>
    runsOf(grid, sites, pitch)
      .filter((run) => run.voice === voice)
      .map(({ from, to }) => [from, to]);

  test('are as long as their pitch is held', () => {
    expect(notes(1)).toEqual([
      [0, 3],
      [3, 5],
      [5, 8],
    ]);
    expect(notes(3)).toEqual([[0, 8]]);
  });

  test('begin where the text says that one begins', () => {
    grid.onset[4 * 4 + 3] = STARTS;
    expect(notes(3)).toEqual([
      [0, 4],
      [4, 8],
    ]);
  });
});
