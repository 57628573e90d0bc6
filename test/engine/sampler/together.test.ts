// All voices the same way: the price.
import { expect, test } from 'vitest';
import { togetherPrice } from '../../../src/engine/together.ts';

/** Two chords of which the alto of the second is open, and what the alto costs there. */
function price(
  first: readonly number[],
  second: readonly number[],
  alto: number,
  hidden: number | null = null,
) {
  const pitch = Int16Array.from([...first, ...second]);
  const erased = new Uint8Array(8);
  erased[5] = 1;
  if (hidden !== null) erased[hidden] = 1;
  return togetherPrice({ pitch, erased, sharps: new Int8Array(2) }, 1, 1, 2, alto);
}

test('all four the same way have a price', () => {
  expect(price([67, 64, 60, 48], [69, -1, 62, 50], 65)).toBeGreaterThan(0);
  expect(price([69, 65, 62, 50], [67, -1, 60, 48], 64)).toBe(price([67, 64, 60, 48], [69, -1, 62, 50], 65));
});

test('where one stays, goes the other way, rests or is not known they have none', () => {
  expect(price([67, 64, 60, 48], [69, -1, 62, 50], 64)).toBe(0);
  expect(price([67, 64, 60, 48], [69, -1, 62, 50], 62)).toBe(0);
  expect(price([67, 64, 60, 48], [69, -1, 62, 47], 65)).toBe(0);
  expect(price([67, 64, 60, 48], [69, -1, 62, -1], 65)).toBe(0);
  expect(price([67, 64, 60, 48], [69, -1, 62, 50], 65, 3)).toBe(0);
});

test('a note is left as well as reached', () => {
  const pitch = Int16Array.of(67, -1, 60, 48, 69, 65, 62, 50);
  const erased = Uint8Array.of(0, 1, 0, 0, 0, 0, 0, 0);
  const around = { pitch, erased, sharps: new Int8Array(2) };
  expect(togetherPrice(around, 1, 0, 1, 64)).toBeGreaterThan(0);
  expect(togetherPrice(around, 1, 0, 1, 67)).toBe(0);
});
