import { expect, test } from 'vitest';
import { lengthName } from '../../../src/language/analyse/lengths.ts';
import { TICKS_PER_WHOLE } from '../../../src/language/time.ts';

test.each([
  ['2/1', 'double whole'],
  ['1/1', 'whole'],
  ['3/4', 'dotted half'],
  ['7/16', 'double-dotted quarter'],
  ['1/4', 'quarter'],
  ['3/16', 'dotted eighth'],
  ['1/16', 'sixteenth'],
  ['5/4', '5/4 of a whole'],
  ['1/12', '1/12 of a whole'],
])('%s is a %s', (fraction, name) => {
  const [num = 0, den = 1] = fraction.split('/').map(Number);
  expect(lengthName((num * TICKS_PER_WHOLE) / den)).toBe(name);
});
