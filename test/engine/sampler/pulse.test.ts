// Where a voice may move within a beat: the prices.
import { describe, expect, test } from 'vitest';
import { pulsePrice } from '../../../src/engine/pulse.ts';

const STEPS = 8;
const grid = {
  resolution: 16 as const,
  phase: Int16Array.from({ length: STEPS }, (_, step) => step),
  note: new Int32Array(4 * STEPS).fill(-1),
};

/** A soprano line, a pitch a step; `-` cells are erased. */
function around(line: readonly (number | '-')[]) {
  const pitch = new Int16Array(4 * STEPS).fill(-2);
  const erased = new Uint8Array(4 * STEPS);
  line.forEach((midi, step) => {
    if (midi === '-') erased[4 * step] = 1;
    else pitch[4 * step] = midi;
  });
  return { pitch, erased, sharps: new Int8Array(STEPS) };
}

const C = 60;
const D = 62;

describe('prices of moving', () => {
  test('on the beat and on the eighth it is free', () => {
    expect(pulsePrice(grid, around([C, C, C, C, '-', '-', '-', '-']), 0, 4, 5, D)).toBe(0);
    expect(pulsePrice(grid, around([C, C, '-', '-', '-', '-', '-', '-']), 0, 2, 3, D)).toBe(0);
  });

  test('on the second sixteenth it costs most', () => {
    const second = pulsePrice(grid, around([C, '-', '-', '-', '-', '-', '-', '-']), 0, 1, 2, D);
    const fourth = pulsePrice(grid, around([C, C, C, '-', '-', '-', '-', '-']), 0, 3, 4, D);
    expect(second).toBeGreaterThan(fourth);
    expect(fourth).toBeGreaterThan(0);
  });

  test('in a run of sixteenths the last is nearly free', () => {
    const alone = pulsePrice(grid, around([C, C, C, '-', D, D, D, D]), 0, 3, 4, D);
    const run = pulsePrice(grid, around([C, C, D, '-', C, C, C, C]), 0, 3, 4, 64);
    expect(run).toBeLessThan(alone);
  });

  test('what moves away behind a pitch counts, too', () => {
    expect(pulsePrice(grid, around(['-', C, C, C, C, C, C, C]), 0, 0, 1, D)).toBeGreaterThan(0);
    expect(pulsePrice(grid, around(['-', C, C, C, C, C, C, C]), 0, 0, 1, C)).toBe(0);
  });

  test('to move on the second and stay costs more than to move on, whichever is drawn last', () => {
    const E = 64;
    const staying = pulsePrice(grid, around([C, '-', D, D, '-', '-', '-', '-']), 0, 1, 2, D);
    const moving = pulsePrice(grid, around([C, '-', E, E, '-', '-', '-', '-']), 0, 1, 2, D);
    expect(staying).toBeGreaterThan(moving);
    const after = around([C, D, '-', '-', '-', '-', '-', '-']);
    expect(pulsePrice(grid, after, 0, 2, 4, D)).toBeGreaterThan(pulsePrice(grid, after, 0, 2, 4, E));
    const first = around(['-', D, D, D, '-', '-', '-', '-']);
    expect(pulsePrice(grid, first, 0, 0, 1, C)).toBe(staying);
  });

  test('coarser grids have none', () => {
    const eighths = { ...grid, resolution: 8 as const };
    expect(pulsePrice(eighths, around([C, '-', '-', '-', '-', '-', '-', '-']), 0, 1, 2, D)).toBe(0);
  });
});
