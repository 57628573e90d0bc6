import { describe, expect, test } from 'vitest';
import { parse } from '../../../src/language/read/parse.ts';
import { TICKS_PER_WHOLE } from '../../../src/language/time.ts';
import { shown } from './shown.ts';

/** Reads a soprano line in quarters, 4/4, C major unless the fields say otherwise. */
const melody = (music: string, fields = 'M:4/4\nL:1/4\nK:C') => parse(`X:1\nT:t\n${fields}\n${music}\n`);
const soprano = (music: string, fields?: string) => shown(melody(music, fields).score)[0];

describe('a line of music', () => {
  test.each([
    ['plain notes', "C D E c | c' C, C4 |]", 'S: C4:1/4 D4:1/4 E4:1/4 C5:1/4 | C6:1/4 C3:1/4 C4:1/1'],
    ['lengths', 'C2 C/ C// C3/2 C/4', 'S: C4:1/2 C4:1/8 C4:1/16 C4:3/8 C4:1/16'],
    ['rests, seen and unseen', 'z2 x C', 'S: z:1/2 z:1/4 C4:1/4'],
    [
      'an accidental lasts to the bar line, in all octaves',
      '^F f F2 | F4',
      'S: F#4:1/4 F#5:1/4 F#4:1/2 | F4:1/1',
    ],
    ['a natural takes it back', '_B =B B __B', 'S: Bb4:1/4 B4:1/4 B4:1/4 Bbb4:1/4'],
    [
      'a tie carries an accidental over the bar line, and no further',
      '^F4- | F2 F2',
      'S: F#4:1/1- | F#4:1/2 F4:1/2',
    ],
    ['a dotted tie', 'C2.-C2', 'S: C4:1/2- C4:1/2'],
    ['broken rhythm', 'C>D E<F | C>>D E2', 'S: C4:3/8 D4:1/8 E4:1/8 F4:3/8 | C4:7/16 D4:1/16 E4:1/2'],
    ['a triplet', '(3CDE F3', 'S: C4:1/6 D4:1/6 E4:1/6 F4:3/4'],
    ['a tuplet in full', '(3:2:2 C2D F G/ G/', 'S: C4:1/3 D4:1/6 F4:1/4 G4:1/8 G4:1/8'],
    ['a duplet in three time', '(2CD', 'S: C4:3/16 D4:3/16', 'M:6/8\nL:1/8\nK:C'],
    ['grace notes before a broken rhythm', 'C{g}>D {e}E2', 'S: C4:3/8 ~G5 D4:1/8 ~E5 E4:1/2'],
    ['grace notes take no time', '{g}C2 {/de}D2', 'S: ~G5 C4:1/2 ~D5 ~E5 D4:1/2'],
    ['divisi', '[CE]2 [EC]2', 'S: C4+E4:1/2 C4+E4:1/2'],
    ['lengths inside chords', '[C2E2] [C2E2]/2 C', 'S: C4+E4:1/2 C4+E4:1/4 C4:1/4'],
    ['a unison', '[CC]4', 'S: C4:1/1'],
    ['whole-bar rests', 'C4 | Z2 | D4', 'S: C4:1/1 | z:1/1 | z:1/1 | D4:1/1'],
    ['a bar rest after a note fills the bar', 'C Z | D4', 'S: C4:1/4 z:3/4 | D4:1/1'],
    [
      'slurs, decorations, chord symbols and spacers in between',
      '"Am"(A !trill!B) .c y "^hi"d',
      'S: A4:1/4 B4:1/4 C5:1/4 D5:1/4',
    ],
    ['a comment and a line continuation', 'C D \\\nE F | % no G', 'S: C4:1/4 D4:1/4 E4:1/4 F4:1/4'],
    ['an inline key, metre and length', 'F4 | [K:G] F4 | [M:3/4][L:1/8] F6', 'S: F4:1/1 | F#4:1/1 | F#4:3/4'],
    ['repeats and endings', '|: C4 |1 D4 :|2 E4 |]', 'S: C4:1/1 | D4:1/1 | E4:1/1'],
    ['a second layer is passed over', 'C4 & E4 | D4', 'S: C4:1/1 | D4:1/1'],
    ['what nobody knows', 'C # D J é E @ F', 'S: C4:1/4 D4:1/4 E4:1/4 F4:1/4'],
  ])('%s', (_, music, expected, fields?: string) => expect(soprano(music, fields)).toBe(expected));
});

describe('open notes', () => {
  test.each([
    ['written', 'G4', 'S: G4:1/1'],
    ['an open span', '?z4', 'S: ?*:1/1'],
    ['open bars', '?Z2 | C4', 'S: ?*:1/1 | ?*:1/1 | C4:1/1'],
    ['an open note of this rhythm', '?x2 ?x2', 'S: ?:1/2 ?:1/2'],
    ['in shorthand', '?2 ? ?', 'S: ?:1/2 ?:1/4 ?:1/4'],
    ['with a present value', '?G2 ?^F2', 'S: ?G4:1/2 ?F#4:1/2'],
    ['only these pitches', '?[DFA]2 D2', 'S: ?[D4 F4 A4]:1/2 D4:1/2'],
    ['pinned', '@G2 G2', 'S: @G4:1/2 G4:1/2'],
    ['under a chord symbol', '"D7"?x2 G2', 'S: ?:1/2 G4:1/2'],
    ['tied into', 'G2-?x2', 'S: G4:1/2- ?:1/2'],
    ['a question mark in words is none', '"^why?" G4 % ?', 'S: G4:1/1'],
  ])('%s', (_, music, expected) => expect(soprano(music)).toBe(expected));

  test('body and span', () => {
    const { score, text } = melody('"D7"?G2-?x2');
    const spans = score.parts[0].events.map((event) => [
      text.slice(event.span.start, event.span.end),
      text.slice(event.body.start, event.body.end),
    ]);
    expect(spans).toEqual([
      ['?G2-', 'G2-'],
      ['?x2', 'x2'],
    ]);
    expect(score.parts[0].events.map((event) => event.chordSymbol)).toEqual(['D7', null]);
    expect(score.parts[0].events.map((event) => event.continues)).toEqual([false, true]);
  });
});

describe('keys', () => {
  const scale = 'C D E F | G A B c';
  test.each([
    ['G', 'C4 D4 E4 F#4 G4 A4 B4 C5'],
    ['F', 'C4 D4 E4 F4 G4 A4 Bb4 C5'],
    ['Bb', 'C4 D4 Eb4 F4 G4 A4 Bb4 C5'],
    ['Gm', 'C4 D4 Eb4 F4 G4 A4 Bb4 C5'],
    ['D dor', 'C4 D4 E4 F4 G4 A4 B4 C5'],
    ['Ddorian', 'C4 D4 E4 F4 G4 A4 B4 C5'],
    ['E Phrygian', 'C4 D4 E4 F4 G4 A4 B4 C5'],
    ['F#m', 'C#4 D4 E4 F#4 G#4 A4 B4 C#5'],
    ['A mix', 'C#4 D4 E4 F#4 G4 A4 B4 C#5'],
    ['Bb exp _e', 'C4 D4 Eb4 F4 G4 A4 B4 C5'],
    ['D =c', 'C4 D4 E4 F#4 G4 A4 B4 C5'],
    ['HP', 'C4 D4 E4 F4 G4 A4 B4 C5'],
    ['Hp', 'C#4 D4 E4 F#4 G4 A4 B4 C#5'],
    ['none', 'C4 D4 E4 F4 G4 A4 B4 C5'],
    ['G % of the tune', 'C4 D4 E4 F#4 G4 A4 B4 C5'],
    ['C clef=treble-8', 'C3 D3 E3 F3 G3 A3 B3 C4'],
    ['C octave=-1', 'C3 D3 E3 F3 G3 A3 B3 C4'],
    ['C transpose=-2', 'Bb3 C4 D4 Eb4 F4 G4 A4 Bb4'],
    ['G bass', 'C4 D4 E4 F#4 G4 A4 B4 C5'],
  ])('K:%s', (key, expected) => {
    const line = soprano(scale, `M:4/4\nL:1/4\nK:${key}`) ?? '';
    expect(line.replace('S: ', '').replaceAll(':1/4', '').replace(' |', '')).toBe(expected);
  });

  test.each([
    ['not', 'F#4 F4 F5'],
    ['octave', 'F#4 F#4 F5'],
    ['pitch', 'F#4 F#4 F#5'],
  ])('%%%%propagate-accidentals %s', (how, expected) => {
    const line = soprano('^F F f', `%%propagate-accidentals ${how}\nM:3/4\nL:1/4\nK:C`) ?? '';
    expect(line.replace('S: ', '').replaceAll(':1/4', '')).toBe(expected);
  });
});

describe('header', () => {
  test('without L: the metre tells the unit', () => {
    expect(soprano('C', 'M:2/4\nK:C')).toBe('S: C4:1/16');
    expect(soprano('C', 'M:3/4\nK:C')).toBe('S: C4:1/8');
    expect(soprano('C', 'M:none\nK:C')).toBe('S: C4:1/8');
  });

  test.each([
    ['1/4=84', 84, null],
    ['84', 84, null],
    ['"Allegro" 1/4=120', 120, 'Allegro'],
    ['3/8=60', 90, null],
    ['"Andante"', 80, 'Andante'],
  ])('Q:%s', (text, quarters, words) => {
    expect(melody('C4', `M:4/4\nL:1/4\nQ:${text}\nK:C`).score.tempos).toEqual([
      { onset: 0, quarters, text: words },
    ]);
  });

  test.each([
    ['C', { beats: 4, unit: 4 }],
    ['C|', { beats: 2, unit: 2 }],
    ['6/8', { beats: 6, unit: 8 }],
    ['(2+3)/8', { beats: 5, unit: 8 }],
    ['none', null],
  ])('M:%s', (text, metre) => expect(melody('C4', `M:${text}\nL:1/4\nK:C`).score.metre).toEqual(metre));

  test('title, composer, directives', () => {
    const { score } = parse(
      'X:1\nT:Evening tune\nC:Anon.\n%%cantus:seed 42\n%%cantus:temperature A 0.7\n%%cantus:range T C, g\n%%cantus:lock S\n%%cantus:open A 3-6\n%%cantus:rules strict\n%%cantus:grid 1/8\nK:C\nC8|\n',
    );
    expect([score.title, score.composer]).toEqual(['Evening tune', 'Anon.']);
    expect(score.directives).toMatchObject({
      grid: 8,
      seed: 42,
      temperature: [null, 0.7, null, null],
      range: [{}, {}, { low: 48, high: 79 }, {}],
      lock: [true, false, false, false],
      open: [{ voice: 1, from: 3, to: 6 }],
      chords: 'prefer',
      rules: 'strict',
    });
  });
});

describe('voices', () => {
  const tune = (body: string) => shown(parse(`X:1\nM:4/4\nL:1/4\n${body}\n`).score);

  test('line by line, and one after the other', () => {
    const expected = ['S: C4:1/1 | D4:1/1', 'A: E4:1/1 | F4:1/1'];
    expect(tune('K:C\n[V:S] C4 |\n[V:A] E4 |\n[V:S] D4 |\n[V:A] F4 |')).toEqual(expected);
    expect(tune('V:S\nV:A\nK:C\nV:S\nC4 | D4 |\nV:A\nE4 | F4 |')).toEqual(expected);
  });

  test.each([
    ['ids in any order', 'K:C\n[V:B]B,,4\n[V:A]A4\n[V:T]D4\n[V:S]C4', 'SATB'],
    ['names', 'V:1 name="Soprano"\nV:2 name="Bass"\nK:C\n[V:1]C4\n[V:2]D4', 'SB'],
    ['four by order', 'K:C\n[V:S1V1]C4\n[V:S1V2]D4\n[V:S2V1]E4\n[V:S2V2]F4', 'SATB'],
    ['one voice', 'K:C\nC4', 'S'],
    ['two voices, the second in the bass clef', 'V:1\nV:2 clef=bass\nK:C\n[V:1]C4\n[V:2]D4', 'SB'],
    ['two voices in the same clef', 'V:1\nV:2\nK:C\n[V:1]C4\n[V:2]D4', 'SA'],
    [
      'three voices, two in the bass clef',
      'V:1\nV:2 clef=bass\nV:3 clef=bass\nK:C\n[V:1]C4\n[V:2]D4\n[V:3]E4',
      'STB',
    ],
    ['an organ beside the choir', 'K:C\n[V:organ]C4\n[V:S]C4\n[V:A]D4\n[V:T]E4\n[V:B]F4', 'SATB'],
  ])('%s', (_, body, expected) =>
    expect(
      tune(body)
        .map((line) => line[0])
        .join(''),
    ).toBe(expected),
  );

  test('%%score tells the order', () => {
    expect(tune('%%score (2 1) (3 4)\nV:1\nV:2\nV:3\nV:4\nK:C\n[V:1]C4\n[V:2]D4\n[V:3]E4\n[V:4]F4')).toEqual([
      'S: D4:1/1',
      'A: C4:1/1',
      'T: E4:1/1',
      'B: F4:1/1',
    ]);
  });

  test('a metre on a line of its own is for all voices, a key in one voice for it alone', () => {
    expect(tune('K:C\n[V:S] C4 |\n[V:A] E4 |\nL:1/8\n[V:S] [K:G] F8 |\n[V:A] F8 |')).toEqual([
      'S: C4:1/1 | F#4:1/1',
      'A: E4:1/1 | F4:1/1',
    ]);
  });

  test('what the body changes for all voices is not what the header says', () => {
    const { score } = parse('X:1\nM:4/4\nK:C\nV:S\nC8 |\nM:3/4\nK:G\nV:S\nF6 |\n');
    expect([score.metre, score.bars.map(({ metre }) => metre)]).toEqual([
      { beats: 4, unit: 4 },
      [
        { beats: 4, unit: 4 },
        { beats: 3, unit: 4 },
      ],
    ]);
    expect([score.key, ...score.bars.map(({ key }) => key)].map(({ signature }) => signature[3])).toEqual([
      0, 0, 1,
    ]);
  });

  test('a clef with -8 sounds an octave lower in its own voice only', () => {
    expect(tune('V:S\nV:T clef=treble-8\nK:C\n[V:S] C4\n[V:T] c4')).toEqual(['S: C4:1/1', 'T: C4:1/1']);
  });

  test('empty bars and voices that end early are gaps', () => {
    const { score } = parse('X:1\nM:4/4\nL:1/4\nK:C\n[V:S] C4 | D4 | E4 |\n[V:A] E4 | | G4 |\n[V:T] C4 |\n');
    const bar = 161_280;
    expect(score.parts.map((part) => part.gaps.map(({ from, to }) => [from / bar, to / bar]))).toEqual([
      [],
      [[1, 2]],
      [[1, 3]],
      [[0, 3]],
    ]);
    expect(score.parts[3].id).toBeNull();
  });

  test('another tune on request', () => {
    expect(shown(parse('X:1\nK:C\nC8|\n\nX:7\nK:G\nF8|\n', undefined, { tune: 7 }).score)).toEqual([
      'S: F#4:1/1',
    ]);
  });

  test('only the first tune is read', () => {
    const parsed = parse('X:1\nK:C\nC8|\n\nX:2\nK:G\nF8|\n');
    expect(shown(parsed.score)).toEqual(['S: C4:1/1']);
    expect(parsed.problems.map((problem) => problem.code)).toContain('more-tunes');
  });
});

describe('bars', () => {
  const bars = (music: string, metre = '4/4') =>
    melody(music, `M:${metre}\nL:1/4\nK:C`).score.bars.map((bar) => `${bar.number}+${bar.phase / 40_320}`);

  test.each([
    ['full bars', 'C4 | C4 |', '4/4', ['1+0', '2+0']],
    ['a pickup', 'C | C4 | C3 |]', '4/4', ['0+3', '1+0', '2+0']],
    ['a bar split by a repeat', 'C4 | C3 :| C | C4 |]', '4/4', ['1+0', '2+0', '2+3', '3+0']],
    ['a pickup after a double bar', 'C | C4 || C | C4 |]', '4/4', ['0+3', '1+0', '1+3', '2+0']],
    ['another metre', 'C4 | [M:3/4] C3 | C3 |', '4/4', ['1+0', '2+0', '3+0']],
    ['no metre', 'C4 | C3 | C |', 'none', ['1+0', '2+0', '3+0']],
  ])('%s', (_, music, metre, expected) => expect(bars(music, metre)).toEqual(expected));

  test('what opens and closes them', () => {
    const { score } = melody('|: C4 |1 D4 :|2 E4 || F4 |: G4 :: A4 |]');
    expect(score.bars.map(({ barline, opens }) => [barline, opens.repeat, opens.ending])).toEqual([
      ['single', true, null],
      ['repeat-end', false, '1'],
      ['double', false, '2'],
      ['repeat-start', false, null],
      ['repeat-both', true, null],
      ['final', true, null],
    ]);
  });

  test('a missing bar line in one voice does not put the others out of step', () => {
    const parsed = parse(
      'X:1\nM:2/4\nL:1/4\nK:C\n[V:S]C2|D2|E2|\n[V:A]C2|D2|E2|\n[V:T]C2 D2|E2|\n[V:B]C2|D2|E2|\n',
    );
    expect(shown(parsed.score)).toEqual(['S', 'A', 'T', 'B'].map((v) => `${v}: C4:1/2 | D4:1/2 | E4:1/2`));
    expect(parsed.problems.map((problem) => problem.code)).toContain('bar-line-missing');
  });

  test('half bars against whole ones', () => {
    const { score } = parse(
      'X:1\nM:4/4\nL:1/4\nK:C\n[V:S]C2|C2|D4|\n[V:A]C4|D4|\n[V:T]C4|D4|\n[V:B]C4|D4|\n',
    );
    expect(shown(score)[0]).toBe('S: C4:1/2 C4:1/2 | D4:1/1');
  });

  test('their text in each voice', () => {
    const text = 'X:1\nM:4/4\nL:1/4\nK:C\n[V:S] C4 | D2\n[V:A] E4 | F2\n[V:S] E2 |\n[V:A] G2 |\n';
    const spans = parse(text).score.bars.map((bar) =>
      bar.spans.map((s) => (s ? text.slice(s.start, s.end).trim() : null)),
    );
    expect(spans).toEqual([
      ['C4', 'E4', null, null],
      ['D2', 'F2', null, null],
    ]);
  });
});

describe('what hangs on notes', () => {
  const words = (lyrics: string) =>
    melody(`C D E F | G A B c |\n${lyrics}`).score.parts[0].events.map((event) => event.lyrics.join('/'));

  test.each([
    [
      'syllables, words and held notes',
      'w: A- bide_ with * me',
      ['A-', 'bide', '_', 'with', '', 'me', '', ''],
    ],
    ['to the next bar', 'w: A-bide | with me', ['A-', 'bide', '', '', 'with', 'me', '', '']],
    ['two verses', 'w: one two\nw: eins * drei', ['one/eins', 'two', '/drei', '', '', '', '', '']],
    [
      'spaces and hyphens in a syllable',
      'w: 1.~A well\\-known',
      ['1. A', 'well-known', '', '', '', '', '', ''],
    ],
    ['gone on with', 'w: one two\n+: three', ['one', 'two', 'three', '', '', '', '', '']],
  ])('%s', (_, lyrics, expected) => expect(words(lyrics)).toEqual(expected));

  test('grace notes stand where the next note begins, behind a lengthened one too', () => {
    const { events } = parse('X:1\nM:4/4\nL:1/4\nK:C\nC{g}>D {e}E<F |\n').score.parts[0];
    const quarter = TICKS_PER_WHOLE / 4;
    expect(events.map(({ onset }) => onset / quarter)).toEqual([0, 1.5, 1.5, 2, 2, 2.5]);
  });

  test('rests and grace notes take no syllable, open notes do', () => {
    const { score } = melody('C z {g}D ?x |\nw: a b c');
    expect(score.parts[0].events.map((event) => event.lyrics[0] ?? null)).toEqual([
      'a',
      null,
      null,
      'b',
      'c',
    ]);
  });

  test('a symbol line', () => {
    const [c, d, e] = melody('C D E F |\ns: "Am" * !fermata!').score.parts[0].events;
    expect([c?.chordSymbol, d?.chordSymbol, e?.fermata, e?.decorations]).toEqual([
      'Am',
      null,
      true,
      ['fermata'],
    ]);
  });

  test('decorations, user symbols, slurs', () => {
    const { score } = melody('U:W=!tenuto!\n(HC !fermata!WD E) +trill+F');
    const [c, d, e, f] = score.parts[0].events;
    expect([c?.fermata, d?.fermata, e?.fermata]).toEqual([true, true, false]);
    expect(d?.decorations).toEqual(['fermata', 'tenuto']);
    expect(f?.decorations).toEqual(['trill']);
    expect([c?.slurStarts, e?.slurEnds]).toEqual([1, 1]);
  });
});
