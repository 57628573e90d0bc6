import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { harmonize } from '../../../src/engine/harmonizer.ts';
import { leapOffence, offencesOf, priceOf, TARIFFS } from '../../../src/engine/offences.ts';
import { fake, gridOf, local, RANGE, withSoprano } from './fakes.ts';

vi.setConfig({ testTimeout: 120_000 });

/** Chords from the top, one a step. */
const rollOf = (...chords: number[][]): Int16Array => Int16Array.from(chords.flat());
const kinds = (roll: Int16Array): string[] =>
  offencesOf(roll, new Int8Array(roll.length / 4)).map((o) => `${o.kind} ${o.voices.join('-')} at ${o.step}`);

describe('offences on the grid', () => {
  test('a clean step has none', () => expect(kinds(rollOf([72, 67, 64, 48], [71, 67, 62, 55]))).toEqual([]));
  test('parallel fifths and octaves', () => {
    expect(kinds(rollOf([72, 64, 55, 48], [74, 65, 57, 50]))).toEqual([
      'parallel-octave 0-3 at 1',
      'parallel-fifth 2-3 at 1',
    ]);
  });
  test('a fifth that stays is none, and one that becomes a tritone is none', () => {
    expect(kinds(rollOf([72, 64, 55, 48], [72, 64, 55, 48], [74, 62, 53, 47]))).toEqual([]);
  });
  test('hidden octaves between the outer voices', () =>
    expect(kinds(rollOf([64, 60, 55, 48], [67, 62, 59, 55]))).toEqual(['hidden-octave 0-3 at 1']));
  test('a crossing counts where it begins', () =>
    expect(kinds(rollOf([72, 60, 64, 48], [72, 60, 64, 48], [72, 65, 60, 48]))).toEqual([
      'crossing 1-2 at 0',
    ]));
  test('wide spacing, but not above the bass', () =>
    expect(kinds(rollOf([79, 64, 60, 40]))).toEqual(['spacing 0-1 at 0']));
  test('augmented leaps as the key spells them', () => {
    expect(leapOffence(65, 68, 0)).toBe('augmented-leap'); // F to G sharp in C
    expect(leapOffence(65, 68, -3)).toBeNull(); // F to A flat in E flat
    expect(leapOffence(65, 71, 0)).toBe('augmented-leap'); // F up to B
    expect(leapOffence(71, 65, 0)).toBe('augmented-leap'); // and back down
    expect(leapOffence(71, 77, 0)).toBeNull(); // B up to F: a diminished fifth
    expect(leapOffence(60, 64, 0)).toBeNull();
  });

  test('the price of a pitch is what its offences add to the roll', () => {
    const tariff = TARIFFS.bach!;
    const chord = fc.tuple(
      fc.integer({ min: 60, max: 79 }),
      fc.integer({ min: 55, max: 74 }),
      fc.integer({ min: 48, max: 67 }),
      fc.integer({ min: 40, max: 60 }),
    );
    fc.assert(
      fc.property(
        fc.array(chord, { minLength: 3, maxLength: 5 }),
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 40, max: 79 }),
        (chords, voice, midi) => {
          const pitch = rollOf(...chords);
          const sharps = new Int8Array(chords.length);
          const around = { pitch, erased: new Uint8Array(pitch.length), sharps };
          const debt = (value: number): number => {
            const changed = pitch.slice();
            changed[4 + voice] = value;
            // What lasts is one offence in the count but is paid by every note: only motion and leaps add up.
            return offencesOf(changed, sharps)
              .filter((o) => o.kind !== 'crossing' && o.kind !== 'spacing')
              .reduce((sum, o) => sum + tariff[o.kind], 0);
          };
          const free = { ...tariff, crossing: 0, spacing: 0 };
          const price = (value: number): number => priceOf(around, voice, 1, 2, value, free);
          expect(price(midi) - price(pitch[4 + voice])).toBeCloseTo(debt(midi) - debt(pitch[4 + voice]), 6);
        },
      ),
    );
  });

  test('erased neighbours cost nothing', () => {
    const pitch = rollOf([72, 64, 55, 48], [74, 65, 57, 50]);
    const erased = new Uint8Array(8);
    const price = (): number =>
      priceOf({ pitch, erased, sharps: new Int8Array(2) }, 3, 1, 2, 50, TARIFFS.bach!);
    expect(price()).toBe(TARIFFS.bach!['parallel-octave'] + TARIFFS.bach!['parallel-fifth']);
    erased[4] = 1;
    erased[6] = 1;
    expect(price()).toBe(0);
  });
});

describe('rules in a fill', () => {
  /** A network that loves parallel fifths and octaves with the soprano. */
  const careless = fake((view, step, voice, midi) => {
    const above = view.pitch[4 * step];
    return [0, 7, 14, 24][voice] === above - midi || above - midi === [0, 12, 19, 31][voice]
      ? 2000
      : local(view, step, voice, midi);
  });
  const melody = [72, 72, 74, 74, 76, 76, 77, 77, 79, 79, 77, 77, 76, 76, 74, 74];
  const settings = {
    temperature: [1, 1, 1, 1],
    steps: 12,
    alternatives: 1,
    schedule: 'chorale',
    range: RANGE,
    window: 128,
  } as const;
  const parallels = async (rules: 'bach' | 'strict' | 'off'): Promise<number> => {
    let count = 0;
    for (let seed = 0; seed < 5; seed++) {
      const [{ offences }] = await harmonize(withSoprano(melody), careless, { ...settings, rules, seed });
      count += offences.filter((o) => o.kind.startsWith('parallel')).length;
    }
    return count;
  };

  test('off: many parallels; bach: far fewer; strict: none', async () => {
    const off = await parallels('off');
    expect(off).toBeGreaterThan(15);
    expect(await parallels('bach')).toBeLessThan(off / 5);
    expect(await parallels('strict')).toBe(0);
  });

  test('strict: what the written notes force is told and does not keep the fill from ending', async () => {
    const grid = gridOf(8);
    for (let step = 0; step < 8; step++) {
      for (const [voice, midi] of [
        [0, 72],
        [3, 48],
      ]) {
        grid.open[4 * step + voice] = 0;
        grid.pitch[4 * step + voice] = midi + (step >> 1);
      }
    }
    const [{ offences }] = await harmonize(grid, fake(local), { ...settings, rules: 'strict', seed: 1 });
    const forced = offences.filter((o) => o.kind.startsWith('parallel'));
    expect(forced.map((o) => `${o.kind} ${o.voices.join('-')} ${o.step}`)).toEqual(
      [2, 4, 6].map((step) => `parallel-octave 0-3 ${step}`),
    );
  });
});
