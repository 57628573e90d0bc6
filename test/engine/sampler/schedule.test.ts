import { describe, expect, test } from 'vitest';
import { annealed, magentaAnnealed, roundsOf, SCHEDULES } from '../../../src/engine/schedule.ts';

const shares = (share: (n: number, of: number) => number, of: number): number[] =>
  Array.from({ length: of }, (_, n) => share(n, of));
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe('schedules', () => {
  test('annealing falls in a straight line and stays at its floor', () => {
    const share = annealed(0.9, 0.1, 0.5);
    const [first, second, third] = shares(share, 100);
    expect(first).toBeCloseTo(0.9);
    expect(second - first).toBeCloseTo(third - second);
    expect(share(50, 100)).toBeCloseTo(0.1);
    expect(share(99, 100)).toBe(0.1);
  });

  test('the form of magenta-js erases 68 % of the cells where 38 % was meant, and never reaches its floor', () => {
    expect(mean(shares(annealed(0.9, 0.1, 0.7), 96))).toBeCloseTo(0.38, 2);
    const theirs = shares(magentaAnnealed(0.9, 0.1, 0.7), 96);
    expect(mean(theirs)).toBeCloseTo(0.68, 2);
    expect(Math.min(...theirs)).toBeGreaterThan(0.14);
  });

  test.each(Object.entries(SCHEDULES))('%s: shares are shares, and do not end high', (_, schedule) => {
    for (const of of [1, 2, 7, 48, 400]) {
      for (const share of shares(schedule.share, of)) {
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(1);
      }
    }
    expect(schedule.share(399, 400)).toBeLessThan(0.2);
  });

  test('steps are what the user says, at least one, or the schedule says in proportion to what is open', () => {
    expect(roundsOf(SCHEDULES.seed, 128, 1000, 3)).toBe(128);
    expect(roundsOf(SCHEDULES.seed, 0, 1000, 3)).toBe(1);
    expect(roundsOf(SCHEDULES.seed, null, 1024, 4)).toBe(1024);
    const { blocks } = SCHEDULES;
    expect(roundsOf(blocks, null, 10_000, 4)).toBe(4 * roundsOf(blocks, null, 10_000, 1));
    expect(roundsOf(blocks, null, 5, 4)).toBe(5);
  });
});
