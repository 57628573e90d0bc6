// Lengths as musicians say them. Knows nothing of notes.

import { TICKS_PER_WHOLE, type Tick } from '../time.ts';

const NAMES: readonly (readonly [divisor: number, name: string])[] = [
  [0.5, 'double whole'],
  [1, 'whole'],
  [2, 'half'],
  [4, 'quarter'],
  [8, 'eighth'],
  [16, 'sixteenth'],
  [32, 'thirty-second'],
  [64, 'sixty-fourth'],
];

/** Parts of a plain length that dots add to it. */
const DOTS: readonly (readonly [factor: number, prefix: string])[] = [
  [1, ''],
  [3 / 2, 'dotted '],
  [7 / 4, 'double-dotted '],
];

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));

/** @example lengthName(3 * TICKS_PER_QUARTER) // 'dotted half'; what has no name: '5/4 of a whole' */
export function lengthName(ticks: Tick): string {
  for (const [factor, prefix] of DOTS)
    for (const [part, name] of NAMES) if (ticks * part === factor * TICKS_PER_WHOLE) return prefix + name;
  const common = divisor(ticks, TICKS_PER_WHOLE);
  return `${ticks / common}/${TICKS_PER_WHOLE / common} of a whole`;
}
