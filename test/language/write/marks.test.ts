import { describe, expect, it } from 'vitest';
import { midi } from '../../../src/language/pitch.ts';
import { parse } from '../../../src/language/read/parse.ts';
import { apply } from '../../../src/language/write/edits.ts';
import { accept, lock, open, pin, type Region, setDirective } from '../../../src/language/write/marks.ts';
import { transpose } from '../../../src/language/write/transpose.ts';

const HEAD = 'X:1\nL:1/4\nM:4/4\nK:G\n';
const on = (music: string, action: typeof open, region: Region = {}): string => {
  const text = HEAD + music;
  return apply(text, action(parse(text), region)).slice(HEAD.length);
};
const MUSIC = '[V:S] G (3A/B/c/ @d z | ?e ?x ?[GB] {g}[GB]- |\n';

describe('marks', () => {
  it('open plain written notes', () => {
    expect(on(MUSIC, open)).toBe('[V:S] ?G (3A/B/c/ @d z | ?e ?x ?[GB] {g}[GB]- |\n');
  });
  it('accept open notes that have a value', () => {
    expect(on(MUSIC, accept)).toBe('[V:S] G (3A/B/c/ @d z | e ?x ?[GB] {g}[GB]- |\n');
  });
  it('lock takes open and pinned notes back to written', () => {
    expect(on(MUSIC, lock)).toBe('[V:S] G (3A/B/c/ d z | e ?x ?[GB] {g}[GB]- |\n');
  });
  it('pin whatever has a pitch', () => {
    expect(on(MUSIC, pin, { bars: { from: 1, to: 2 } })).toBe(
      '[V:S] G (3A/B/c/ @d z | @e ?x ?[GB] {g}@[GB]- |\n',
    );
  });
  it('only in the voices asked for', () => {
    expect(on('[V:S] G4 |\n[V:A] D4 |\n', open, { voices: [1] })).toBe('[V:S] G4 |\n[V:A] ?D4 |\n');
  });
});

describe('setDirective', () => {
  const set = (text: string, name: string, value: string) =>
    apply(text, setDirective(parse(text), name, value));

  it('stands before the key', () => {
    expect(set('X:1\r\nK:G\r\nG4|\r\n', 'seed', '7')).toBe('X:1\r\n%%cantus:seed 7\r\nK:G\r\nG4|\r\n');
  });
  it('replaces the value that is there', () => {
    expect(set('X:1\n%%cantus:seed  42 % old\nK:G\nG4|\n', 'seed', '7')).toBe(
      'X:1\n%%cantus:seed  7 % old\nK:G\nG4|\n',
    );
    expect(set('X:1\n%%cantus:seed\nK:G\nG4|\n', 'seed', '7')).toBe('X:1\n%%cantus:seed 7\nK:G\nG4|\n');
  });
  it('keeps the locked voices in one line, and takes it away with the last of them', () => {
    const text = 'X:1\n%%cantus:lock S\nK:G\nG4|\n';
    expect(set(text, 'lock', 'S A')).toBe('X:1\n%%cantus:lock S A\nK:G\nG4|\n');
    expect(set(set(text, 'lock', 'S A'), 'lock', 'A')).toBe('X:1\n%%cantus:lock A\nK:G\nG4|\n');
    expect(set(text, 'lock', '')).toBe('X:1\nK:G\nG4|\n');
    expect(setDirective(parse('X:1\nK:G\n'), 'lock', '')).toEqual([]);
  });
  it('knows one voice from another', () => {
    const text = 'X:1\n%%cantus:temperature 0.9\n%%cantus:temperature A 0.7\nK:G\nG4|\n';
    expect(set(text, 'temperature', 'A 0.5')).toBe(text.replace('0.7', '0.5'));
    expect(set(text, 'temperature', '0.5')).toBe(text.replace('0.9', '0.5'));
  });
  it('changes nothing that is so already', () => {
    expect(setDirective(parse('X:1\n%%cantus:seed 42\nK:G\n'), 'seed', '42')).toEqual([]);
  });
});

describe('transpose', () => {
  const move = (text: string, semitones: number, region: Region = {}) =>
    apply(text, transpose(parse(text), region, semitones));

  it('takes key and chord symbols along when the whole piece moves', () => {
    expect(move('X:1\nL:1/4\nK:G\n"D7/F#"F ^c =f {e}[GB] |\n', 3)).toBe(
      'X:1\nL:1/4\nK:Bb\n"F7/A"A =e _a {g}[Bd] |\n',
    );
    expect(move('X:1\nL:1/4\nK:Dm\nD ^C B, [K:F] E- | E4 |]\n', -2)).toBe(
      'X:1\nL:1/4\nK:Cm\nC =B, A, [K:Eb] D- | D4 |]\n',
    );
  });

  it('spells in the key that stands when a part moves, and leaves the rest as it sounds', () => {
    expect(
      move('X:1\nL:1/4\nK:C\n[V:S] C ^F F G | F4 |\n[V:A] C4 |\n', 2, {
        bars: { from: 0, to: 1 },
        voices: [0],
      }),
    ).toBe('X:1\nL:1/4\nK:C\n[V:S] D ^G G A | F4 |\n[V:A] C4 |\n');
  });

  it('begins anew where a key comes within a bar', () => {
    expect(move('X:1\nL:1/4\nK:C\nF ^F [K:Eb] F E |\n', 2)).toBe('X:1\nL:1/4\nK:D\nG ^G [K:F] G F |\n');
  });

  it('there and back sounds the same', () => {
    const text = 'X:1\nL:1/4\nK:Eb\n[V:S] E F =A _d | ^f G a b |\n[V:B] E,, _G,, =G,, A,, |\n';
    const sound = (abc: string) =>
      parse(abc).score.parts.map((part) => part.events.map(({ pitches }) => pitches.map(midi)));
    for (let semitones = 1; semitones <= 12; semitones++)
      expect(sound(move(move(text, semitones), -semitones))).toEqual(sound(text));
  });
});
