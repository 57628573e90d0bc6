import { describe, expect, it } from 'vitest';
import { type Key, midi, type Pitch, pitchName } from '../../../src/language/pitch.ts';
import { readKey } from '../../../src/language/read/fields.ts';
import { type Options, type Slot, writeAccidentals } from '../../../src/language/write/accidentals.ts';
import { spellings } from '../../../src/language/write/spell.ts';
import { writeLetter, writtenPitches } from '../../../src/language/write/token.ts';

const key = (name: string): Key => readKey(name)!.key!;

/** The names of the twelve pitches from C4 on. */
const scale = (name: string): string =>
  Array.from({ length: 12 }, (_, i) => {
    const [best] = spellings(60 + i, { key: key(name), near: [], next: null });
    return pitchName(best!).slice(0, -1);
  }).join(' ');

describe('spellings', () => {
  it.each([
    ['C', 'C C# D Eb E F F# G G# A Bb B'],
    ['Am', 'C C# D D# E F F# G G# A Bb B'],
    ['G', 'C C# D D# E F F# G G# A Bb B'],
    ['Dm', 'C C# D Eb E F F# G G# A Bb B'],
    ['Cm', 'C Db D Eb E F F# G Ab A Bb B'],
    ['E', 'B# C# D D# E E# F# G G# A A# B'],
    ['Ab', 'C Db D Eb E F Gb G Ab A Bb Cb'],
  ])('%s: %s', (name, expected) => {
    expect(scale(name).split(' ').length).toBe(12);
    expect(scale(name)).toBe(expected);
  });

  it('agrees with what sounds beside it', () => {
    const flat: Pitch = { letter: 2, alter: -1, octave: 3 };
    const [best] = spellings(63, { key: key('Em'), near: [flat], next: null });
    expect(pitchName(best!)).toBe('Eb4');
  });

  it('always gives the pitch that was asked for', () => {
    for (let pitch = 0; pitch < 128; pitch++)
      for (const spelled of spellings(pitch, { key: key('F#m'), near: [], next: 60 }))
        expect(midi(spelled)).toBe(pitch);
  });
});

describe('writeAccidentals', () => {
  const sounding = (name: string, alter: number) => {
    const [written] = writtenPitches(name);
    return { letter: written!.letter, octave: written!.octave, alter };
  };
  const stands = (name: string, alter: number): Slot => ({
    kind: 'standing',
    written: writtenPitches(name),
    sounds: [sounding(name, alter)],
    continues: false,
  });
  const fresh = (...pitches: [string, number][]): Slot => {
    const options = pitches.map(([name, alter]) => sounding(name, alter)) as [Pitch, ...Pitch[]];
    return { kind: 'fresh', options };
  };
  const write = (name: string, ...slots: Slot[]): string =>
    writeAccidentals(key(name), slots, 'pitch', new Map<Options, Pitch>())
      .map((verdict) => {
        if (verdict.kind === 'fresh') return verdict.accidental + writeLetter(verdict.pitch);
        return verdict.kind === 'standing' ? verdict.accidentals.join() || '.' : '-';
      })
      .join(' ');

  it('writes them where the bar has not', () => {
    expect(write('G', fresh(['F', 1]), fresh(['F', 0]), fresh(['F', 0]), fresh(['F', 1]))).toBe('F =F F ^F');
  });

  it('heeds accidentals of notes that stand, in other octaves too', () => {
    expect(write('C', stands('^F', 1), fresh(['f', 1]), fresh(['f', 0]))).toBe('. ^f =f');
  });

  it('spells another way where a note behind would change', () => {
    expect(write('C', fresh(['F', 1], ['G', -1]), stands('F', 0))).toBe('_G .');
  });

  it('mends a note that lived on a replaced accidental', () => {
    const gone: Slot = { kind: 'replaced', written: writtenPitches('^F') };
    expect(write('C', gone, fresh(['G', 0]), stands('F', 1))).toBe('- G ^');
  });
});
