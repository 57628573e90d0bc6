import { describe, expect, test } from 'vitest';
import { harmonize } from '../../../src/engine/harmonizer.ts';
import { foldInto, offsetsFor } from '../../../src/engine/transpose.ts';
import { fake, gridOf, RANGE, seen, withSoprano } from './fakes.ts';

const settings = {
  seed: 1,
  temperature: [1, 1, 1, 1],
  steps: 2,
  alternatives: 1,
  schedule: 'blocks',
  rules: 'off',
  window: 128,
  range: RANGE,
} as const;

describe('between the written music and the network', () => {
  test('what fits stays where it is', () => {
    expect(offsetsFor(withSoprano([60, 72, 81]), RANGE)).toEqual([0, 0, 0, 0]);
    expect(offsetsFor(gridOf(4), RANGE)).toEqual([0, 0, 0, 0]);
  });

  test('a melody an octave low is shown an octave higher, the others are not', () => {
    expect(offsetsFor(withSoprano([48, 50, 52, 53]), RANGE)).toEqual([12, 0, 0, 0]);
  });

  test('a piece that is a little too high or low is shown lower or higher as a whole', () => {
    expect(offsetsFor(withSoprano([74, 76, 81, 84, 79, 78, 77, 76]), RANGE)).toEqual([-3, -3, -3, -3]);
    const grid = withSoprano([72, 72, 72]);
    [3, 7, 11].forEach((cell, i) => {
      grid.open[cell] = 0;
      grid.pitch[cell] = [38, 34, 41][i];
    });
    expect(offsetsFor(grid, RANGE)).toEqual([2, 2, 2, 2]);
  });

  test('present values of open notes do not count', () => {
    const grid = withSoprano([72, 72]);
    grid.pitch[1] = 20;
    expect(offsetsFor(grid, RANGE)).toEqual([0, 0, 0, 0]);
  });

  test('a pitch that fits nowhere is read at its nearest octave', () => {
    expect(foldInto(RANGE, 84)).toBe(72);
    expect(foldInto(RANGE, 24)).toBe(36);
    expect(foldInto(RANGE, 60)).toBe(60);
    expect(foldInto({ lowest: 60, pitches: 5 }, 59)).toBe(60);
  });

  test('what is drawn comes back by the same way, and what is written is never touched', async () => {
    const melody = [74, 76, 81, 84, 79, 78, 77, 76];
    const predict = fake((view, step, voice, midi) =>
      midi === (seen(view, step, 0) ?? 50) - 12 + voice ? 1 : 0,
    );
    const [{ filled }] = await harmonize(withSoprano(melody), predict, settings);
    expect(seen(predict.calls[0][0], 3, 0)).toBe(81);
    melody.forEach((midi, step) => {
      expect([...filled.pitch.subarray(4 * step, 4 * step + 4)]).toEqual([
        midi,
        midi - 11,
        midi - 10,
        midi - 9,
      ]);
    });
  });

  test('candidates outside the network are taken only where nothing else is allowed', async () => {
    const grid = withSoprano([72, 72]);
    const only = (...pitches: number[]) =>
      Float32Array.from({ length: 128 }, (_, m) => (pitches.includes(m) ? 1 : 0));
    const both = { ...grid, weights: [only(30, 40), only(30)], candidates: grid.candidates.slice() };
    both.candidates[3] = 0;
    both.candidates[7] = 1;
    const [{ filled }] = await harmonize(
      both,
      fake(() => 1),
      settings,
    );
    expect([filled.pitch[3], filled.pitch[7]]).toEqual([40, 30]);
  });
});
