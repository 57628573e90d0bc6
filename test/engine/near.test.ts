import { describe, expect, it } from 'vitest';
import { nearPresent } from '../../src/engine/near.ts';
import { toGrid } from '../../src/language/read/grid.ts';
import { parse } from '../../src/language/read/parse.ts';

const TEXT =
  'X:1\nM:4/4\nL:1/4\n%%cantus:grid 1/4\nK:C\n[V:S] c d e f |\n[V:A] E F ?[GA] ?z |\n[V:T] C D E F |\n[V:B] C, D, E, @F, |\n';
const grid = (mode: 'fill' | 'resample') => toGrid(parse(TEXT).score, { mode }).grid;
const weightOf = (of: ReturnType<typeof grid>, cell: number, midi: number): number =>
  of.weights[of.candidates[cell]!]?.[midi] ?? 1;

describe('staying near what is written', () => {
  it('makes what stands likelier in open cells, and nothing else', () => {
    const before = grid('resample');
    const after = nearPresent(before, 0.1);
    for (let cell = 0; cell < 4 * before.steps; cell++) {
      const present = before.pitch[cell]!;
      for (const midi of [48, 55, 60, 64, 67, 72]) {
        const was = weightOf(before, cell, midi);
        const changes = before.open[cell] === 1 && present >= 0 && midi !== present;
        expect(weightOf(after, cell, midi)).toBeCloseTo(changes ? was * 0.1 : was, 6);
      }
      if (present >= 0) expect(weightOf(after, cell, present)).toBe(weightOf(before, cell, present));
    }
    expect(after).toMatchObject({ open: before.open, pitch: before.pitch, onset: before.onset });
  });

  it('still forbids what was forbidden', () => {
    const before = grid('fill');
    const after = nearPresent(before, 0.5);
    const cell = 4 * 2 + 1;
    expect(before.open[cell]).toBe(1);
    expect(weightOf(before, cell, 60)).toBe(0);
    expect(weightOf(after, cell, 60)).toBe(0);
  });
});
