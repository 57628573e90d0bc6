import { describe, expect, test } from 'vitest';
import {
  compareProfiles,
  HABITS,
  type Music,
  profileOf,
  rateOf,
  triadRoot,
} from '../../../src/engine/profile.ts';
import { HELD, STARTS } from '../../../src/language/roll.ts';

/** Chords from the top, each a quarter long unless `lengths` says otherwise, in C. */
function musicOf(chords: readonly (readonly number[])[], change: Partial<Music> = {}): Music {
  const steps = 4 * chords.length;
  const at = (step: number): readonly number[] => chords[step >> 2];
  return {
    steps,
    resolution: 16,
    pitch: Int16Array.from({ length: 4 * steps }, (_, cell) => at(cell >> 2)[cell & 3]),
    onset: Uint8Array.from({ length: 4 * steps }, (_, cell) => ((cell >> 2) % 4 === 0 ? STARTS : HELD)),
    phase: Int16Array.from({ length: steps }, (_, step) => step % 16),
    fermata: new Uint8Array(steps),
    fifths: new Int8Array(steps),
    tonic: 0,
    ...change,
  };
}

const tally = (music: Music, code: string): string => {
  const { count, of } = profileOf([music]).get(code)!;
  return `${count} of ${of}`;
};

const I = [72, 67, 64, 48];
const V = [71, 67, 62, 55];
const IV = [72, 69, 65, 53];

describe('the style profile', () => {
  test('counts pairs of moving voices, and the parallels among them', () => {
    const parallel = musicOf([
      [72, 64, 55, 48],
      [74, 65, 57, 50],
    ]);
    expect(tally(parallel, 'parallel-fifth')).toBe('1 of 6');
    expect(tally(parallel, 'parallel-octave')).toBe('1 of 6');
    expect(tally(musicOf([I, V]), 'parallel-fifth')).toBe('0 of 3');
  });

  test('whether a melody that returns is sung as before', () => {
    const phrase = [I, V, I, IV, I, V, IV, I];
    const other = phrase.map(([, ...lower], i) => [60 + i, ...lower]);
    expect(tally(musicOf([...phrase, ...other]), 'return')).toBe('0 of 0');
    expect(tally(musicOf([...phrase, ...other, ...phrase]), 'return')).toBe('96 of 96');
    const varied = phrase.map(([top, alto, tenor, bass], i) => [top, alto, tenor, i < 2 ? bass + 12 : bass]);
    expect(tally(musicOf([...phrase, ...other, ...varied]), 'return')).toBe('88 of 96');
    expect(tally(musicOf([...phrase, ...other, ...phrase.slice(0, 7)]), 'return')).toBe('0 of 0');
  });

  test('onsets: how many, and how many repeat', () => {
    expect(tally(musicOf([I, V, I]), 'onsets-S')).toBe('3 of 12');
    expect(tally(musicOf([I, V]), 'repeated')).toBe('1 of 4');
    expect(tally(musicOf([I, V], { onset: null }), 'repeated')).toBe('0 of 0');
  });

  test('where pitches change: on beats, between them, between eighths', () => {
    expect(tally(musicOf([I, IV], { phase: Int16Array.from([1, 2, 3, 4, 5, 6, 7, 8]) }), 'between')).toBe(
      '3 of 3',
    );
    expect(tally(musicOf([I, IV]), 'offbeat')).toBe('0 of 3');
  });

  test('triads and consonance, out of the scale, out of range', () => {
    expect([I, V, IV, [72, 67, 65, 48], [72, 67, 60, 48]].map((chord) => triadRoot(chord))).toEqual([
      0,
      7,
      5,
      null,
      null,
    ]);
    expect(tally(musicOf([I, [71, 66, 62, 47], [72, 67, 65, 48]]), 'consonant')).toBe('8 of 12');
    expect(tally(musicOf([[73, 67, 64, 34]]), 'scale')).toBe('8 of 16');
    expect(tally(musicOf([[73, 67, 64, 34]]), 'range')).toBe('4 of 16');
  });

  test('all voices the same way', () => {
    expect(tally(musicOf([I, I.map((midi) => midi + 2), I]), 'together')).toBe('2 of 2');
    expect(tally(musicOf([I, [74, 69, 62, 46], I.map((midi, voice) => midi + voice)]), 'together')).toBe(
      '0 of 2',
    );
  });

  test('the first chord is the tonic triad over its root, too', () => {
    expect(tally(musicOf([I, V]), 'opening')).toBe('1 of 1');
    expect(tally(musicOf([V, I]), 'opening')).toBe('0 of 1');
  });

  test('the last chord is the tonic triad over its root', () => {
    expect(tally(musicOf([V, I]), 'final')).toBe('1 of 1');
    expect(tally(musicOf([V, [72, 67, 64, 52]]), 'final')).toBe('0 of 1'); // first inversion
    expect(tally(musicOf([V, [72, 67, 60, 48]]), 'final')).toBe('0 of 1'); // no third
    expect(tally(musicOf([V, [72, 64, 60, 48]]), 'final')).toBe('1 of 1'); // no fifth
    expect(tally(musicOf([I, V]), 'final')).toBe('0 of 1');
    const minor = [72, 69, 64, 45];
    expect(tally(musicOf([minor]), 'final')).toBe('0 of 1');
    expect(tally(musicOf([minor], { tonic: 9 }), 'final')).toBe('1 of 1');
    expect(tally(musicOf([minor], { tonic: null }), 'final')).toBe('1 of 1');
  });

  test('leading tones of the outer voices that go elsewhere', () => {
    expect(tally(musicOf([V, I]), 'leading')).toBe('0 of 1');
    expect(tally(musicOf([V, [67, 64, 60, 48]]), 'leading')).toBe('1 of 1');
  });

  test('fermatas on triads, each counted once', () => {
    const fermata = Uint8Array.from([0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1]);
    expect(tally(musicOf([I, V, [72, 67, 65, 48]], { fermata }), 'fermata')).toBe('1 of 2');
  });

  test('silence offends nobody', () => {
    const profile = profileOf([musicOf([[-1, -1, -1, -1]])]);
    for (const { code } of HABITS) expect(profile.get(code)!.count).toBe(0);
  });

  test('a table: one line a habit, Bach beside ours', () => {
    const [bach, ours] = [profileOf([musicOf([I, V, I])]), profileOf([musicOf([I, IV])])];
    const lines = compareProfiles(bach, { ours });
    expect(lines.length).toBe(HABITS.length + 1);
    expect(lines[0]).toMatch(/Bach +ours +ratio$/);
    const triads = HABITS.find(({ code }) => code === 'triad')!;
    expect(lines.find((line) => line.startsWith(triads.name))).toMatch(/100\.00 +100\.00 +1\.00$/);
    expect(rateOf(bach, triads)).toBe(100);
  });
});
