import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { parseChordSymbol } from '../../../src/language/analyse/symbol.ts';

// Real music and many random cases take a while on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const NAMES = ['C', 'C#', 'D', 'Eb', 'E', 'F', 'F#', 'G', 'Ab', 'A', 'Bb', 'B'];
const spelled = (text: string): string => {
  const chord = parseChordSymbol(text);
  if (chord === null) return 'none';
  const bass = chord.bass === null ? '' : ` over ${NAMES[chord.bass]}`;
  return chord.classes.map((c) => NAMES[c]).join(' ') + bass;
};

describe('a chord symbol', () => {
  it.each([
    ['C', 'C E G'],
    ['"D7"', 'D F# A C'],
    ['Gm/Bb', 'G Bb D over Bb'],
    ['F#m7b5', 'F# A C E'],
    ['F#m7(b5)', 'F# A C E'],
    ['Csus4', 'C F G'],
    ['Csus', 'C F G'],
    ['A7sus4', 'A D E G'],
    ['Bbmaj7', 'Bb D F A'],
    ['BbM7', 'Bb D F A'],
    ['Bdim', 'B D F'],
    ['Bo7', 'B D F Ab'],
    ['B°7', 'B D F Ab'],
    ['Bø', 'B D F A'],
    ['C+', 'C E Ab'],
    ['Caug7', 'C E Ab Bb'],
    ['C7#5', 'C E Ab Bb'],
    ['G9', 'G B D F A'],
    ['Cadd9', 'C E G D'],
    ['C6', 'C E G A'],
    ['C6/9', 'C E G A D'],
    ['Am(maj7)', 'A C E Ab'],
    ['D5', 'D A'],
    ['C/D', 'C E G D over D'],
    ['E♭m', 'Eb F# Bb'],
    ['Dmin7', 'D F A C'],
    ['G7b9', 'G B D F Ab'],
    ['N.C.', 'none'],
    ['Andante', 'none'],
    ['Fine', 'none'],
    ['', 'none'],
    ['H', 'none'],
  ])('%s means %s', (text, tones) => expect(spelled(text)).toBe(tones));

  it('moves with its root', () => {
    const suffix = fc.constantFrom('', 'm', '7', 'maj7', 'm7b5', 'dim7', 'sus4', '+', '9', '6');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 11 }), suffix, (root, tail) => {
        const onC = parseChordSymbol(`C${tail}`)!;
        const moved = parseChordSymbol(`${NAMES[root]}${tail}`)!;
        expect(moved.classes).toEqual(onC.classes.map((c) => (c + root) % 12));
      }),
    );
  });

  it('never throws and gives classes from 0 to 11 with the root first', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ABCDEFGabm#susdi7/9+-o (maj)13') }), (text) => {
        const chord = parseChordSymbol(text);
        if (chord === null) return;
        expect(chord.classes[0]).toBe(chord.root);
        expect(chord.classes.every((c) => Number.isInteger(c) && c >= 0 && c < 12)).toBe(true);
      }),
    );
  });
});
