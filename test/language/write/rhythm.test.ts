import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { barTicks, type Metre, TICKS_PER_QUARTER as Q } from '../../../src/language/time.ts';
import { divide, isBeamed, isNoteValue } from '../../../src/language/write/rhythm.ts';

const metre = (text: string): Metre => {
  const [beats, unit] = text.split('/').map(Number);
  return { beats: beats!, unit: unit! };
};

/** Lengths in quarters. */
const cut = (time: string, from: number, to: number): string =>
  divide({ from: from * Q, to: to * Q }, metre(time))
    .map((part) => (part.to - part.from) / Q)
    .join(' ');

describe('divide', () => {
  it('cuts a bar that nobody could count at every strong place, and soon', () => {
    const parts = divide({ from: 0, to: 5000 * Q + 1 }, null);
    expect(parts.at(-1)!.to).toBe(5000 * Q + 1);
    expect(parts.every(({ from }, i) => from === (parts[i - 1]?.to ?? 0))).toBe(true);
  });

  it.each([
    ['4/4', 0, 4, '4'],
    ['4/4', 0, 3, '3'],
    ['4/4', 1, 4, '3'],
    ['4/4', 1, 3, '1 1'],
    ['4/4', 1, 2.5, '1 0.5'],
    ['4/4', 0, 3.5, '2 1.5'],
    ['4/4', 0.5, 2, '1.5'],
    ['4/4', 0.5, 1.5, '1'],
    ['4/4', 0.5, 4, '1.5 2'],
    ['4/4', 1.5, 2.5, '0.5 0.5'],
    ['4/4', 0, 1.25, '1 0.25'],
    ['4/4', 0.25, 1, '0.75'],
    ['3/4', 0, 3, '3'],
    ['3/4', 1, 3, '2'],
    ['3/4', 0.5, 2, '1.5'],
    ['3/4', 0, 2.5, '2 0.5'],
    ['6/8', 0, 3, '3'],
    ['6/8', 0, 2, '1.5 0.5'],
    ['6/8', 1, 2, '0.5 0.5'],
    ['6/8', 0.5, 1.5, '1'],
    ['9/8', 0, 4.5, '3 1.5'],
    ['12/8', 1.5, 4.5, '1.5 1.5'],
    ['3/2', 0, 6, '6'],
    ['2/4', 0.5, 1.5, '1'],
  ])('%s: from %d to %d quarters is %s', (time, from, to, expected) => {
    expect(cut(time, from, to)).toBe(expected);
  });

  it('covers every stretch with note values, without hole', () => {
    const times = [
      '4/4',
      '3/4',
      '2/4',
      '2/2',
      '3/2',
      '4/2',
      '3/8',
      '6/8',
      '9/8',
      '12/8',
      '5/4',
      '7/8',
      '6/4',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...times), fc.nat(200), fc.nat(200), (time, x, y) => {
        const sixteenths = barTicks(metre(time)) / (Q / 4);
        const [a, b] = [x % sixteenths, (y % sixteenths) + 1];
        const stretch = { from: (Math.min(a, b) * Q) / 4, to: (Math.max(a + 1, b) * Q) / 4 };
        const parts = divide(stretch, metre(time));
        expect(parts[0]!.from).toBe(stretch.from);
        expect(parts.at(-1)!.to).toBe(stretch.to);
        parts.slice(1).forEach((part, i) => {
          expect(part.from).toBe(parts[i]!.to);
        });
        for (const { from, to } of parts) expect(isNoteValue(to - from)).toBe(true);
      }),
    );
  });
});

describe('isBeamed', () => {
  const beamed = (time: string, ...[a, b, c]: [number, number, number]): boolean =>
    isBeamed({ from: a * Q, to: b * Q }, { from: b * Q, to: c * Q }, metre(time));

  it('joins short notes of one beat', () => {
    expect(beamed('4/4', 0, 0.5, 1)).toBe(true);
    expect(beamed('4/4', 0.5, 1, 1.5)).toBe(false);
    expect(beamed('4/4', 0, 1, 1.5)).toBe(false);
    expect(beamed('6/8', 0.5, 1, 1.5)).toBe(true);
    expect(beamed('6/8', 1, 1.5, 2)).toBe(false);
    expect(beamed('3/8', 0.5, 1, 1.5)).toBe(true);
  });
});
