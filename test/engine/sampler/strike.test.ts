import { describe, expect, test } from 'vitest';
import { harmonize } from '../../../src/engine/harmonizer.ts';
import { type Grid, HELD, STARTS } from '../../../src/language/roll.ts';
import { fake, gridOf, RANGE, withSoprano } from './fakes.ts';

/** One pitch a voice, or (`moving`) a new one on every beat. */
const still = (struck: number | null, moving = false) =>
  fake(
    (_, step, voice, midi) => (midi === [72, 67, 60, 48][voice] + (moving ? (step >> 2) % 2 : 0) ? 1 : 0),
    struck,
  );

async function onsetsOf(
  grid: Grid,
  struck: number | null,
  temperature = 1,
  moving = false,
): Promise<Uint8Array> {
  const [{ filled }] = await harmonize(grid, still(struck, moving), {
    seed: 1,
    temperature: [temperature, temperature, temperature, temperature],
    steps: 2,
    alternatives: 1,
    schedule: 'chorale',
    rules: 'off',
    range: RANGE,
    window: 64,
  });
  return filled.onset;
}

const share = (onsets: Uint8Array, steps: (step: number) => boolean): number => {
  const cells = [...onsets.keys()].filter((cell) => cell >= 4 && cell % 4 > 0 && steps(cell >> 2));
  return cells.filter((cell) => onsets[cell] === STARTS).length / cells.length;
};

describe('repeated pitches', () => {
  const grid = withSoprano(new Array<number>(64).fill(72));

  test('are struck anew as often as the network says', async () => {
    expect(share(await onsetsOf(grid, 0), () => true)).toBe(0);
    expect(share(await onsetsOf(grid, 1), () => true)).toBe(1);
    expect(share(await onsetsOf(grid, 0.3), () => true)).toBeCloseTo(0.3, 0);
  });

  test('at temperature 0, where it is more likely than not in a chorale', async () => {
    expect(share(await onsetsOf(grid, 0.55, 0), () => true)).toBe(0);
    expect(share(await onsetsOf(grid, 0.65, 0), () => true)).toBe(1);
  });

  test('without that answer, on bar lines and beats as Bach does, and hardly between', async () => {
    const onsets = await onsetsOf(withSoprano(new Array<number>(640).fill(72)), null);
    expect(share(onsets, (step) => step % 4 !== 0)).toBeLessThan(0.02);
    expect(share(onsets, (step) => step % 16 === 0)).toBeGreaterThan(0.4);
    const beats = share(onsets, (step) => step % 16 !== 0 && step % 4 === 0);
    expect(beats).toBeGreaterThan(0.05);
    expect(beats).toBeLessThan(0.35);
  });

  test('after a fermata everything is, where a written voice goes on', async () => {
    const phrase = withSoprano(new Array<number>(32).fill(72));
    phrase.fermata.fill(1, 12, 16);
    const held = await onsetsOf(phrase, 0);
    expect(share(held, (step) => step === 16)).toBe(0);
    phrase.onset[4 * 16] = STARTS;
    const struck = await onsetsOf(phrase, 0);
    expect(share(struck, (step) => step === 16)).toBe(1);
    expect(share(struck, (step) => step !== 16)).toBe(0);
  });

  test('a change of pitch always is an onset, and what the text says about onsets stands', async () => {
    const onsets = await onsetsOf(grid, 0, 1, true);
    expect(share(onsets, (step) => step % 4 === 0)).toBe(1);
    expect(share(onsets, (step) => step % 4 !== 0)).toBe(0);
    const told = gridOf(8);
    told.onset[4 * 3 + 2] = STARTS;
    told.onset[4 * 5 + 2] = HELD;
    const kept = await onsetsOf(told, 0);
    expect([kept[4 * 3 + 2], kept[4 * 5 + 2], kept[4 * 4 + 2]]).toEqual([STARTS, HELD, HELD]);
    expect((await onsetsOf(told, 1))[4 * 5 + 2]).toBe(HELD);
  });
});
