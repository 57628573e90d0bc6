// What sounds where a piece sings the same again.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ECHOES, echoOf } from '../../src/engine/echo.ts';
import type { Echo } from '../../src/engine/predict.ts';
import { REST } from '../../src/language/roll.ts';

const BEAT = 2;

/** A phrase of so many steps, of four voices. */
const phraseOf = (steps: number) =>
  fc.array(fc.integer({ min: 40, max: 75 }), { minLength: 4 * steps, maxLength: 4 * steps });

function musicOf(pitch: readonly number[], erasedCells: readonly number[]) {
  const erased = new Uint8Array(pitch.length);
  for (const cell of erasedCells) erased[cell] = 1;
  return { steps: pitch.length / 4, pitch: Int16Array.from(pitch), erased };
}

const best = ({ pitch, strength }: Echo, cell: number) => ({ midi: pitch[cell]!, strength: strength[cell]! });

describe('an echo', () => {
  it('of a phrase that is sung twice is what the other time has, wherever that is known', () => {
    fc.assert(
      fc.property(
        phraseOf(16),
        phraseOf(10),
        fc.uniqueArray(fc.nat(), { minLength: 1, maxLength: 12, selector: (n) => n % 64 }),
        fc.boolean(),
        (phrase, between, some, first) => {
          const again = 4 * 26;
          const open = some.map((n) => (n % 64) + (first ? 0 : again));
          const music = musicOf([...phrase, ...between, ...phrase], open);
          const echo = echoOf(music, BEAT);
          for (const cell of open) {
            expect(best(echo, cell).midi).toBe(phrase[first ? cell : cell - again]);
            expect(best(echo, cell).strength).toBeGreaterThan(0.5);
            expect(echo.step[cell]).toBe((cell >> 2) + (first ? 26 : -26));
          }
        },
      ),
    );
  });

  it('is faint in music that does not come again', () => {
    fc.assert(
      fc.property(phraseOf(60), fc.uniqueArray(fc.nat({ max: 239 }), { minLength: 1 }), (phrase, open) => {
        const { strength } = echoOf(musicOf(phrase, open), BEAT);
        for (const one of strength) expect(one).toBeLessThan(0.2);
      }),
    );
  });

  it('begins and ends with the repeat: what goes before does not count against it', () => {
    const phrase = Array.from({ length: 4 * 16 }, (_, i) => 50 + ((i * i) % 17));
    const other = Array.from({ length: 4 * 16 }, (_, i) => 30 - (i % 5));
    const unlike = Array.from({ length: 4 * 16 }, (_, i) => 90 + (i % 7));
    const again = 4 * 48;
    const open = [0, 1, 2, 3, 60, 61, 62, 63].map((cell) => again + cell);
    const echo = echoOf(musicOf([...phrase, ...other, ...unlike, ...phrase], open), BEAT);
    for (const cell of open) expect(best(echo, cell)).toMatchObject({ midi: phrase[cell - again] });
    for (const cell of open) expect(best(echo, cell).strength).toBeGreaterThan(0.4);
  });

  it('names both when a phrase comes back in two ways, the better attested first', () => {
    const phrase = Array.from({ length: 4 * 16 }, (_, i) => 50 + ((i * i) % 17));
    const varied = phrase.map((midi, cell) => (cell === 20 ? midi + 2 : cell === 50 ? midi + 3 : midi));
    const open = 4 * 32 + 20;
    const echo = echoOf(musicOf([...varied, ...phrase, ...phrase], [open]), BEAT);
    expect(best(echo, open).midi).toBe(phrase[20]);
    expect(best(echo, open + 4 * 48).midi).toBe(varied[20]);
    expect(best(echo, open).strength).toBeGreaterThan(best(echo, open + 4 * 48).strength);
  });

  it('never looks at what is erased, and gives cells that are known none', () => {
    fc.assert(
      fc.property(
        phraseOf(12),
        fc.uniqueArray(fc.nat({ max: 95 })),
        fc.array(fc.integer({ min: REST, max: 127 }), { minLength: 96, maxLength: 96 }),
        (phrase, open, others) => {
          const music = musicOf([...phrase, ...phrase], open);
          const echo = echoOf(music, BEAT);
          const pitch = music.pitch.map((midi, cell) => (music.erased[cell] ? others[cell]! : midi));
          expect(echoOf({ ...music, pitch }, BEAT)).toEqual(echo);
          for (let i = 0; i < echo.strength.length; i++)
            if (!music.erased[i % 96]) expect(echo.strength[i]).toBe(0);
        },
      ),
    );
  });

  it('of a part is that part of the echo of the whole', () => {
    fc.assert(
      fc.property(
        phraseOf(16),
        fc.uniqueArray(fc.nat({ max: 127 })),
        fc.tuple(fc.nat({ max: 32 }), fc.nat({ max: 32 })),
        (phrase, open, ends) => {
          const [from, to] = ends.sort((a, b) => a - b) as [number, number];
          const music = musicOf([...phrase, ...phrase], open);
          const whole = echoOf(music, BEAT);
          const part = echoOf(music, BEAT, from, to);
          expect(part.pitch.length).toBe(ECHOES * 4 * (to - from));
          for (let k = 0; k < ECHOES; k++)
            for (let cell = 4 * from; cell < 4 * to; cell++) {
              const at = k * 4 * (to - from) + cell - 4 * from;
              expect(part.pitch[at]).toBe(whole.pitch[k * 128 + cell]);
              expect(part.strength[at]).toBe(whole.strength[k * 128 + cell]);
            }
        },
      ),
    );
  });

  it('is not heard in silence', () => {
    const silence = new Array<number>(4 * 40).fill(REST);
    const { strength } = echoOf(musicOf([60, ...silence.slice(1)], [100, 101]), BEAT);
    expect(Math.max(...strength)).toBe(0);
  });
});
