// A short run of what `npm run fuzz` does for as long as one likes, what it once found, and whether it finds at all.

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fills, formats, readsBack } from './fuzz/claims.ts';
import { fuzz } from './fuzz/run.ts';
import { Dice, readTunes } from './fuzz/source.ts';
import { type Input, TARGETS, type Target } from './fuzz/targets.ts';

const tunes = readTunes(join(import.meta.dirname, '..'));

describe('damaged input', () => {
  it('breaks nothing in some hundred cases', { timeout: 180_000 }, () => {
    const seed = Number(process.env.CANTUS_SEED ?? 6);
    const { tallies, losses } = fuzz({ targets: TARGETS, tunes, seed, seconds: 120, most: 150 });
    expect(losses).toEqual([]);
    for (const [name, { cases }] of tallies) expect(cases, name).toBeGreaterThan(0);
  });

  it.each([
    'z',
    'g\n',
    '1[V:1][',
    '?,',
    '[V:S] d4 | c4 |\n[V:B] G,4 |\n[V:S] e4 |\n[V:A] ?Z |\n[V:T] ?Z2',
    'X:1\nM:4/4\nL:1/4\nV:S octave=-9\nV:A\nK:C\n[V:A] c4 | d4 |',
  ])('that once broke a promise does so no more: %j', (text) => {
    readsBack(text);
    formats(text);
    for (let seed = 0; seed < 20; seed++) fills(text, new Dice(seed));
  });
});

/** A target with a fault that somebody has put there. */
const faulty = (check: (text: string) => boolean): Target<Input> => ({
  name: 'faulty',
  make: (from, dice) => (dice.percent(50) ? from[0]! : 'nothing here'),
  check: (input) => check(input as string),
});

describe('the fuzzer', () => {
  const wanted = { tunes: ['some text with an @ in it'], seed: 1, seconds: 20, most: 20 };

  it('finds what throws, makes it small, and names it once', () => {
    const check = (text: string): boolean => {
      if (text.includes('@')) throw new Error(`no @ please, not at ${text.indexOf('@')}`);
      return false;
    };
    const { losses, tallies } = fuzz({ ...wanted, targets: [faulty(check)] });
    expect(losses.map(({ input }) => input)).toEqual(['@']);
    expect(tallies.get('faulty')!.losses).toBeGreaterThan(2);
  });

  it('finds what takes far too long', { timeout: 60_000 }, () => {
    const check = (text: string): boolean => {
      const until = process.cpuUsage().user + (text.length > 20 ? 2e5 : 0);
      while (process.cpuUsage().user < until);
      return false;
    };
    const { losses } = fuzz({ ...wanted, targets: [faulty(check)], most: 4, patience: 100 });
    expect(losses.map(({ what }) => what)).toEqual(['it takes too long']);
  });

  it('makes the same cases of the same seed', { timeout: 60_000 }, () => {
    const inputs = [1, 2].map(() => {
      const seen: Input[] = [];
      const targets = TARGETS.map((target) => ({ ...target, check: (input: Input) => seen.push(input) > 0 }));
      fuzz({ targets, tunes, seed: 3, seconds: 20, most: targets.length });
      return seen;
    });
    expect(inputs[0]).toEqual(inputs[1]);
  });
});
