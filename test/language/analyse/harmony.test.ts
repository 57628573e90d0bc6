import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { chordName, chordOf } from '../../../src/language/analyse/chords.ts';
import { findKey, localKeys, rankKeys } from '../../../src/language/analyse/key.ts';
import { harmonies, romanNumeral } from '../../../src/language/analyse/roman.ts';
import { parseChordSymbol } from '../../../src/language/analyse/symbol.ts';
import { type Key, LETTERS, midi } from '../../../src/language/pitch.ts';
import { full } from '../../effort.ts';
import { chorales, hasData } from '../formats/corpus.ts';
import { key, piece, pitch } from './piece.ts';

// Real music and many random cases take a while on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const chord = (notes: string) => chordOf(notes.split(' ').map(pitch));
const keyName = (k: Key | null): string =>
  k === null
    ? 'none'
    : `${LETTERS[k.tonic.letter]}${k.tonic.alter < 0 ? 'b' : '#'.repeat(k.tonic.alter)} ${k.mode}`;

describe('a chord', () => {
  it.each([
    ['C3 E3 G3 C4', 'C'],
    ['E3 G3 C4', 'C/E'],
    ['G3 C4 E4', 'C/G'],
    ['F#3 C4 D4 A4', 'D7/F#'],
    ['G3 Bb3 D4', 'Gm'],
    ['B2 F3 A3 D4', 'Bm7b5'],
    ['B2 F3 Ab3 D4', 'Bdim7'],
    ['D3 F3 Ab3 B3', 'Bdim7/D'],
    ['G2 F3 G3 B3', 'G7'],
    ['C3 E3 C4', 'C'],
    ['A2 E3 C4', 'Am'],
    ['F3 A3 C4 E4', 'Fmaj7'],
    ['C3 F3 G3', 'Csus4'],
    ['C3 G3', 'C5'],
    ['C3 E3 G#3', 'Caug'],
    ['E3 G#3 C4', 'Caug/E'],
    ['G#3 C4 E4', 'Caug/G#'],
  ])('%s is %s', (notes, name) => expect(chordName(chord(notes)!)).toBe(name));

  it('is none for clusters and single tones', () => {
    expect(chord('C4 D4 E4')).toBeNull();
    expect(chord('C4 C5')).toBeNull();
  });

  it('names what its own symbol asks for', () => {
    const notes = fc.array(fc.constantFrom('C', 'D', 'Eb', 'E', 'F', 'F#', 'G', 'Ab', 'A', 'Bb', 'B'), {
      minLength: 2,
      maxLength: 4,
    });
    fc.assert(
      fc.property(notes, (names) => {
        const pitches = names.map((name, i) => pitch(`${name}${i + 2}`));
        const found = chordOf(pitches);
        if (found === null) return;
        const symbol = parseChordSymbol(chordName(found));
        const sounding = pitches.map((p) => midi(p) % 12);
        expect(sounding.every((c) => symbol!.classes.includes(c))).toBe(true);
        expect(symbol!.bass ?? symbol!.root).toBe(sounding[0]);
      }),
    );
  });
});

describe('a Roman numeral', () => {
  const numerals: readonly (readonly [string, Key, string])[] = [
    ['C3 E3 G3', key('C'), 'I'],
    ['E3 G3 C4', key('C'), 'I6'],
    ['F#3 C4 D4 A4', key('G'), 'V65'],
    ['F3 A3 D4', key('C'), 'ii6'],
    ['F3 A3 C4 D4', key('C'), 'ii65'],
    ['D3 F3 B3', key('C'), 'viio6'],
    ['D3 F#3 A3 C4', key('C'), 'V7/V'],
    ['C3 E3 G3 Bb3', key('C'), 'V7/IV'],
    ['C#3 E3 G3 Bb3', key('C'), 'viio7/ii'],
    ['G#2 B2 D3', key('C'), 'viio/vi'],
    ['F3 Ab3 C4', key('C'), 'iv'],
    ['Ab3 C4 Eb4', key('C'), 'bVI'],
    ['F3 Ab3 Db4', key('C'), 'bII6'],
    ['A2 C3 E3', key('A', 'minor'), 'i'],
    ['E3 G#3 B3', key('A', 'minor'), 'V'],
    ['E3 G3 B3', key('A', 'minor'), 'v'],
    ['B2 D3 G#3', key('A', 'minor'), 'viio6'],
    ['G3 B3 D4', key('A', 'minor'), 'VII'],
    ['A2 C#3 E3', key('A', 'minor'), 'I'],
    ['A2 C#3 E3 G3', key('A', 'minor'), 'V7/iv'],
    ['F2 A2 C3 D#3', key('A', 'minor'), 'Ger65'],
    ['F2 A2 D#3', key('A', 'minor'), 'It6'],
    ['B2 D3 A3 F3', key('A', 'minor'), 'iiø7'],
  ];
  it.each(numerals)('%s', (notes, inKey, expected) => {
    expect(romanNumeral(chord(notes)!, inKey)).toBe(expected);
  });

  it('sees the cadential six-four', () => {
    const score = piece({ voices: ['E5 D5 C5', 'C5 B4 G4', 'G4 G4 E4', 'G3 G3 C3'] });
    expect(harmonies(score).map((h) => `${h.numeral}${h.cadential ? ' cadential' : ''}`)).toEqual([
      'I64 cadential',
      'V',
      'I',
    ]);
  });
});

describe('the key', () => {
  const scale = (tonic: number, degrees: readonly number[]): number[] =>
    Array.from({ length: 12 }, (_, c) => (degrees.includes((c - tonic + 12) % 12) ? 1 : 0));

  it('follows transposition', () => {
    const durations = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(durations, fc.integer({ min: 0, max: 11 }), (weights, shift) => {
        const moved = weights.map((_, i) => weights[(i - shift + 12) % 12]!);
        expect(rankKeys(moved)[0]!.fit).toBeCloseTo(rankKeys(weights)[0]!.fit, 9);
      }),
    );
  });

  it('is spelled near the signature', () => {
    const f = scale(6, [0, 0, 2, 4, 5, 7, 9, 11]);
    f[6] = 4;
    expect(keyName(rankKeys(f, 6)[0]!.key)).toBe('F# major');
    expect(keyName(rankKeys(f, -6)[0]!.key)).toBe('Gb major');
  });

  it('is found in a short piece without a signature', () => {
    expect(
      keyName(findKey(piece({ voices: ['G4 A4 B4 C5 | D5 C5 A4 F#4 | G4:4', '', '', 'G3:4 D3:4 G2:4'] }))),
    ).toBe('G major');
    expect(findKey(piece({ voices: ['G4 G4'] }))).toBeNull();
  });

  it('changes where the music modulates', () => {
    const home = 'C5 B4 C5 E5 | F5 D5 B4 C5 | E5 C5 A4 B4 | C5:4';
    const away = 'E5 F#5 G#5 B5 | E5 D#5 C#5 B4 | G#4 F#4 D#4 E4 | G#4 B4 E5:2';
    const keys = localKeys(piece({ voices: [`${home} ${away}`, '', '', ''] })).map(keyName);
    expect(keys[0]).toBe('C major');
    expect(keys[6]).toBe('E major');
  });

  const file = 'jsb16.valid.json';
  it.skipIf(!full || !hasData(file))('of nine chorales in ten is the one of their editions', () => {
    const labelled = chorales(file).filter((c) => /^[A-G][#b]?m?$/.test(c.key ?? ''));
    const right = labelled.filter(({ score, key: name }) => {
      const minor = name!.endsWith('m');
      const found = findKey(score)!;
      const tonic = midi(pitch(`${name!.replace('m', '')}4`)) % 12;
      return midi({ ...found.tonic, octave: 4 }) % 12 === tonic && found.mode === (minor ? 'minor' : 'major');
    });
    expect(right.length / labelled.length).toBeGreaterThan(0.85);
  });
});
