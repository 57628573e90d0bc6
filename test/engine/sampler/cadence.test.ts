import { describe, expect, test, vi } from 'vitest';
import { cadenceOf, openingOf } from '../../../src/engine/cadence.ts';
import { harmonize } from '../../../src/engine/harmonizer.ts';
import type { Directives } from '../../../src/language/score.ts';
import { fake, gridOf, RANGE, withSoprano } from './fakes.ts';

vi.setConfig({ testTimeout: 120_000 });

const ending = (midi: number): number[] => [
  ...new Array<number>(12).fill(74),
  ...new Array<number>(4).fill(midi),
];
const roots = (midi: number, sharps: number, tonic = -1): number[] | undefined => {
  const grid = withSoprano(ending(midi));
  grid.fifths.fill(sharps);
  grid.tonic.fill(tonic);
  return cadenceOf(grid, 'bach')?.tonics.map(({ root }) => root);
};

describe('the first chord', () => {
  const opening = (midi: number, sharps: number, tonic: number, rules: Directives['rules'] = 'bach') => {
    const grid = withSoprano([midi, 74, 74, 74]);
    grid.fifths.fill(sharps);
    grid.tonic.fill(tonic);
    return openingOf(grid, rules);
  };

  test('is the tonic that the key names, if the melody allows it', () => {
    expect(opening(67, 1, 7)).toMatchObject({ from: 0, to: 1, tonics: [{ root: 7, tones: [0, 4, 7] }] });
    expect(opening(67, 1, 4)).toMatchObject({ tonics: [{ root: 4, tones: [0, 3, 7] }] }); // G in E minor
    expect(opening(68, 1, 4)).toBeNull(); // G sharp: only an end may be in major
    expect(opening(69, 1, 7)).toBeNull(); // A in G major
  });

  test('is nobody’s business where no key is known, or rules are off', () => {
    expect(opening(67, 1, -1)).toBeNull();
    expect(opening(67, 1, 7, 'off')).toBeNull();
  });

  test('is the first in which anything sounds', () => {
    const grid = withSoprano([60, 60, 60, 60]);
    grid.tonic.fill(0);
    for (let cell = 0; cell < 8; cell++) [grid.pitch[cell], grid.open[cell]] = [-1, 0];
    expect(openingOf(grid, 'bach')).toMatchObject({ from: 2, to: 3 });
  });
});

describe('the last chord', () => {
  test('may be the tonic of either key of the signature that the melody allows', () => {
    expect(roots(72, 0)).toEqual([0, 9]); // C: in C major and in A minor
    expect(roots(67, 0)).toEqual([0]); // G: in C major only
    expect(roots(69, 0)).toEqual([9]); // A: in A minor only
    expect(roots(73, 0)).toEqual([9]); // C sharp: A minor ends in major
    expect(roots(74, 1)).toEqual([7]); // D in G major
    expect(roots(70, -2)).toEqual([10, 7]); // B flat in B flat major and G minor
  });

  test('is the tonic that the key names, if the melody allows it', () => {
    expect(roots(72, 0, 9)).toEqual([9]); // C in A minor
    expect(roots(72, 0, 0)).toEqual([0]); // C in C major
    expect(roots(67, 0, 9)).toEqual([0]); // G in A minor: its relative major
    expect(roots(74, 0, 2)).toEqual([2]); // D in D dorian
    expect(roots(71, 0, 4)).toEqual([4]); // B in E phrygian
  });

  test('is nobody’s business where the melody wants a half close, or rules are off', () => {
    expect(roots(74, 0)).toBeUndefined();
    expect(cadenceOf(withSoprano(ending(72)), 'off')).toBeNull();
  });

  test('is the last beat in which something written sounds', () => {
    const grid = withSoprano([...ending(72), 0, 0, 0, 0]);
    for (let step = 16; step < 20; step++) grid.pitch[4 * step] = -1;
    expect(cadenceOf(grid, 'bach')).toMatchObject({ from: 12, to: 16 });
  });

  test('comes out as the triad over its root where the network has no opinion, and not where rules are off', async () => {
    const shrug = fake((_, __, ___, midi) => (midi >= 40 && midi < 72 ? 1 : 0.01));
    const finals = async (rules: Directives['rules']): Promise<number> => {
      let count = 0;
      for (let seed = 0; seed < 40; seed++) {
        const [{ filled }] = await harmonize(withSoprano(ending(67)), shrug, {
          seed,
          temperature: [1, 1, 1, 1],
          steps: 4,
          alternatives: 1,
          schedule: 'blocks',
          rules,
          range: RANGE,
          window: 64,
        });
        const [, alto, tenor, bass] = filled.pitch.subarray(-4);
        if (bass % 12 === 0 && [alto, tenor].every((midi) => [0, 4, 7].includes(midi % 12))) count++;
      }
      return count;
    };
    expect(await finals('strict')).toBeGreaterThan(32);
    expect(await finals('off')).toBeLessThan(5);
  });

  test('is the end of what is open, also behind music that is written', () => {
    const grid = gridOf(32);
    for (let cell = 0; cell < 4 * 16; cell++) [grid.pitch[cell], grid.open[cell]] = [60, 0];
    expect(cadenceOf(grid, 'bach')).toMatchObject({ from: 28, to: 32 });
  });

  test('is settled before the music is that leads there, and so is the first', async () => {
    const settled = { ends: 0, between: 0 };
    for (let seed = 0; seed < 20; seed++) {
      const grid = gridOf(64);
      grid.tonic.fill(0);
      const predict = fake(() => 1);
      await harmonize(grid, predict, {
        seed,
        temperature: [1, 1, 1, 1],
        steps: 24,
        alternatives: 1,
        schedule: 'chorale',
        rules: 'bach',
        range: RANGE,
        window: 64,
      });
      // Most of the music is still to be drawn again.
      const view = predict.calls
        .flat()
        .find(({ erased }) => erased.filter((gone) => gone === 0).length > 40)!;
      const known = (step: number): number => [0, 1, 2, 3].filter((v) => !view.erased[4 * step + v]).length;
      settled.ends += known(0) + known(63);
      settled.between += known(20) + known(40);
    }
    // Of 160.
    expect(settled.ends).toBeGreaterThan(100);
    expect(settled.between).toBeLessThan(50);
  });
});
