// Filling as a musician reads it: a text, what is drawn, the text after.

import { describe, expect, it } from 'vitest';
import { midi } from '../../../src/language/pitch.ts';
import { type Selection, toGrid } from '../../../src/language/read/grid.ts';
import { parse } from '../../../src/language/read/parse.ts';
import type { Filled } from '../../../src/language/roll.ts';
import { HELD, STARTS } from '../../../src/language/roll.ts';
import { apply } from '../../../src/language/write/edits.ts';
import { fill, type Policy } from '../../../src/language/write/fill.ts';

/** For each voice, in order, the open cells: `60x4` is C4 for four steps, `.x2` two steps of rest. */
type Draw = Partial<Record<'S' | 'A' | 'T' | 'B', string>>;

function filled(
  text: string,
  draw: Draw,
  policy: Policy = 'accept',
  selection: Partial<Selection> = {},
): string {
  const parsed = parse(text);
  const gridded = toGrid(parsed.score, { mode: 'fill', ...selection });
  const { grid } = gridded;
  const result: Filled = { pitch: grid.pitch.slice(), onset: grid.onset.slice() };
  ['S', 'A', 'T', 'B'].forEach((name, voice) => {
    const cells = (draw[name as 'S'] ?? '').split(' ').flatMap((word) => {
      const [pitch, count] = word.split('x');
      return Array.from({ length: Number(count ?? 0) }, (_, i) => ({
        pitch: pitch === '.' ? -1 : Number(pitch),
        i,
      }));
    });
    for (let step = 0; step < grid.steps; step++) {
      const cell = 4 * step + voice;
      if (grid.open[cell] !== 1) continue;
      const next = cells.shift() ?? { pitch: 60 - 12 * Math.floor(voice / 2), i: step === 0 ? 0 : 1 };
      result.pitch[cell] = next.pitch;
      result.onset[cell] = next.i === 0 ? STARTS : HELD;
    }
  });
  return apply(text, fill(parsed, gridded, result, policy));
}

const HEAD = 'X:1\nM:4/4\nL:1/4\n%%cantus:grid 1/8\nV:S\nV:A\nV:T clef=bass\nV:B clef=bass\nK:G\n';
/** The soprano's line after a fill of the soprano alone. */
const soprano = (line: string, draw: string, policy: Policy = 'accept'): string =>
  filled(`${HEAD}${line}\n`, { S: draw }, policy, { voices: [0] })
    .slice(HEAD.length)
    .trimEnd();

describe('fill', () => {
  it('keeps the other notes of a chord into which a tie leads', () => {
    expect(soprano('[V:S] ?x ?x ?x- [FA] |', '65x2 67x2 69x2')).toBe('[V:S] ^E G A- [FA] |');
  });

  it('breaks the first of the bars that a rest behind a sign becomes, and only behind a note', () => {
    expect(soprano('[V:S] g>?Z2 |', '67x5 69x8')).toBe('[V:S] g>G- G2 | A4 |');
    expect(soprano('[V:S] >?Z |', '67x8')).toBe('[V:S] >G4 |');
    expect(soprano('[V:S] g ?Z>a4 |', '67x6')).toBe('[V:S] g G3 | >a4 |');
    // The sign is the rest's, not the next bar's.
    expect(soprano('[V:S] g>?Z | a2 b2 |', '67x5')).toBe('[V:S] g>G- G2 | a2 b2 |');
  });

  it('writes the length of a note with grace notes between it and its sign', () => {
    expect(soprano('[V:S] ?z{a}>?B c2 |', '67x3 69x1')).toBe('[V:S] G{a}>A c2 |');
  });

  it('writes on in the length and octave of a half bar that others have whole', () => {
    const text = (first: string, second: string) =>
      `${HEAD}[V:S] ${first} | [L:1/8] ${second} | [K:octave=-1] ?z8 |\n[V:A] G4 | G4 |\n[V:B] G,4 | G,4 |\n`;
    expect(filled(text('?z2', '?z4'), { S: '67x4 69x4 71x8' }, 'accept', { voices: [0] })).toBe(
      text('G2', 'A4').replace('?z8', 'b8'),
    );
  });

  it('writes the bar line that a Z did without', () => {
    const text = 'X:1\nM:2/4\nL:1/4\nK:C\n[V:S] c d | e f |\n[V:B] ?Z C D |';
    expect(filled(text, { B: '48x8' })).toContain('[V:B] C,2 | C D |');
  });

  it('fills beside a voice that is one grace note', () => {
    expect(filled('{B', {})).toContain('{B');
  });

  it('keeps the length of notes with a rhythm', () => {
    expect(soprano('[V:S] ?x2 ?[GB]1 ?g/2?/2 | ?  ?3 |', '67x4 71x2 72x1 74x1 66x2 65x6')).toBe(
      '[V:S] G2 B1 c/2d/2 | F  =F3 |',
    );
    expect(soprano('[V:S] ?x2 ?g2 |', '67x4 71x4', 'keep-open')).toBe('[V:S] ?G2 ?B2 |');
  });

  it('writes free rhythm in beats, beams and ties', () => {
    expect(soprano('[V:S] ?z4 | ?z4 |', '67x1 69x1 71x4 72x4 74x6')).toBe('[V:S] G/2A/2 B- B c- | c d3 |');
    expect(soprano('[V:S] ?z4 |', '67x4 .x2 69x2', 'keep-open')).toBe('[V:S] ?G2 ?z ?A |');
  });

  it('writes open bars with their bar lines', () => {
    expect(soprano('[V:S] G4 | ?Z2 | A4 |', '67x8 69x8')).toBe('[V:S] G4 | G4 | A4 | A4 |');
  });

  it('keeps ties that are there', () => {
    expect(soprano('[V:S] G2-?x2- | G2 ?x2-?x2 |', '67x4 69x8')).toBe('[V:S] G2-G2- | G2 A2-A2 |');
  });

  it('minds dotted rhythms by sign', () => {
    expect(soprano('[V:S] ?x>?x A2 | B2 A>?z |', '67x3 69x1 71x1')).toBe('[V:S] G>A A2 | B2 A>B |');
  });

  it('gives a fermata where another voice has one', () => {
    expect(
      filled(`${HEAD}[V:S] G2 !fermata!A2 |\n[V:A] ?x2 !fermata!?x2 |\n[V:T] ?z4 |\n[V:B] G,4 |\n`, {
        A: '62x4 66x4',
        T: '59x4 57x4',
      }),
    ).toContain('[V:A] D2 !fermata!F2 |\n[V:T] B,2 !fermata!A,2 |\n');
  });

  it.each([
    ['two open notes', '[V:T] ?z2 ?x2 |', '57x8 59x4 55x4', '[V:T] A,4 | B,2 !fermata!G,2 |'],
    ['a note in tied parts', '[V:T] ?z4 |', '57x8 59x3 57x5', '[V:T] A,4 | B,3/2 A,/2- !fermata!A,2 |'],
    ['a tie over the bar line', '[V:T] ?z4 |', '57x4 55x8 53x4', '[V:T] A,2 G,2- | G,2 !fermata!=F,2 |'],
    ['a rest at the end', '[V:T] ?z4 |', '57x8 55x4 .x4', '[V:T] A,4 | !fermata!G,2 z2 |'],
    ['a written note at the end', '[V:T] ?x2 A,2 |', '57x8 55x4', '[V:T] A,4 | G,2 A,2 |'],
    ['one that stands there', '[V:T] !fermata!B,2 ?x2 |', '57x8 55x4', '[V:T] A,4 | !fermata!B,2 G,2 |'],
  ])('gives one fermata, at the end: %s', (_, bar, draw, expected) => {
    const text = `${HEAD}[V:S] G4 | !fermata!A4 |\n[V:A] G4 | F4 |\n[V:T] ?z4 | ${bar.slice(6)}\n[V:B] G,4 | D,4 |\n`;
    expect(filled(text, { T: draw })).toContain(`${expected}\n`);
  });

  it('fills an empty bar between its bar lines, and a line that breaks off', () => {
    const text = `${HEAD}[V:S] G4 | A4 | B4 |\n[V:A] D4 | | E4 |\n[V:T] B,4 |\n[V:B] G,4\n`;
    expect(filled(text, { A: '62x8', T: '57x16', B: '50x8 55x8' })).toBe(
      `${HEAD}[V:S] G4 | A4 | B4 |\n[V:A] D4 | D4 | E4 |\n[V:T] B,4 | A,4- | A,4 |\n[V:B] G,4 | D,4 | G,4 |\n`,
    );
  });

  it('sets a melody for four voices, system by system under its words', () => {
    const text =
      'X:1\r\nM:3/4\r\nL:1/4\r\n%%cantus:grid 1/4\r\nK:Bb\r\nF | B2 c | d2\r\nw: one two three four\r\ne | !fermata!d3 |]';
    expect(filled(text, { A: '65x3 64x6 65x2', T: '58x11', B: '46x1 46x3 51x3 50x4' }).split('\r\n')).toEqual(
      [
        'X:1',
        'M:3/4',
        'L:1/4',
        '%%cantus:grid 1/4',
        '%%score (S A) (T B)',
        'V:S clef=treble name="Soprano" snm="S"',
        'V:A clef=treble name="Alto" snm="A"',
        'V:T clef=bass name="Tenor" snm="T"',
        'V:B clef=bass name="Bass" snm="B"',
        'K:Bb',
        '[V:S] F | B2 c | d2',
        'w: one two three four',
        '[V:A] F- | F2 =E- | =E2-',
        '[V:T] B,- | B,3- | B,2-',
        '[V:B] B,, | B,,3 | E,2-',
        '[V:S] e | !fermata!d3 |]',
        '[V:A] E- | =E2 !fermata!F |]',
        '[V:T] B,- | !fermata!B,3 |]',
        '[V:B] E, | !fermata!D,3 |]',
      ],
    );
  });

  it('puts a voice that it adds at the end of a list of voices, before a comment', () => {
    const text = (order: string) =>
      `X:1\n${order}\nM:4/4\nL:1/4\nV:S\nV:A\nV:T\nK:C\n[V:S] c4 |\n[V:A] G4 |\n[V:T] E4 |\n`;
    const written = (order: string) => filled(text(order), { B: '48x4' }).split('\n')[1];
    expect(written('%%score (S A) | (T) % of three')).toBe('%%score (S A) | (T) B % of three');
    expect(written('%%staves (S A) (T ')).toBe('%%staves (S A) (T B ');
    expect(written('%%staves')).toBe('%%staves (S A) (T B)');
  });

  it.each([
    ['a key', '[V:S] ?x2 [K:Eb] ?x2 |', '66x16', '[V:S] ^F2 [K:Eb] ^F2 |'],
    ['a key on a line of its own', '[V:S] ?x2\nK:Eb\n[V:S] ?x2 |', '66x16', '[V:S] ^F2\nK:Eb\n[V:S] ^F2 |'],
    ['a key beside what is written', '[V:S] ^F2 [K:G] ?x F |', '66x16', '[V:S] ^F2 [K:G] F F |'],
    ['a unit', '[V:S] ?z2 [L:1/8] ?z4 |', '67x8 69x8', '[V:S] G2 [L:1/8] A4 |'],
    ['an octave', '[V:S] ?x2 [K:octave=-1] ?x2 |', '67x8 69x8', '[V:S] G2 [K:octave=-1] a2 |'],
    ['no turn where the voice goes on', '[V:S] ?x2\n[V:S] ?x2 |', '66x16', '[V:S] ^F2\n[V:S] F2 |'],
  ])('writes on after %s within a bar', (_, text, draw, expected) => {
    const head = 'X:1\nM:4/4\nL:1/4\nV:S\nV:A\nV:T\nV:B\nK:C\n';
    expect(filled(`${head}${text}\n`, { S: draw }, 'accept', { voices: [0] })).toBe(`${head}${expected}\n`);
  });

  it('moves no voice when it adds one that was missing', () => {
    const text = 'X:1\nM:4/4\nL:1/4\nV:1 clef=bass\nV:2\nV:3\nK:C\n[V:1] C,4 |\n[V:2] c4 |\n[V:3] G4 |\n';
    const ids = (abc: string) => parse(abc).score.parts.map(({ id }) => id);
    expect(ids(text)).toEqual(['2', '3', null, '1']);
    expect(ids(filled(text, { T: '52x4' }))).toEqual(['2', '3', 'T', '1']);
  });

  it('gives a voice that it adds the key and metre that the music begins with', () => {
    const text = 'X:1\nL:1/4\nK:C\n[K:G] [M:2/4] f2 |\n';
    expect(filled(text, { A: '66x8', T: '59x8', B: '54x8' }).split('\n').slice(-5)).toEqual([
      '[V:S] [K:G] [M:2/4] f2 |',
      '[V:A] [K:G] [M:2/4] F2 |',
      '[V:T] [K:G] [M:2/4] B,2 |',
      '[V:B] [K:G] [M:2/4] F,2 |',
      '',
    ]);
  });

  it('writes in the octave and length of the voice', () => {
    const text =
      'X:1\nM:4/4\nL:1/4\n%%cantus:grid 1/4\nV:S\nV:T clef=treble-8\nK:C\n[V:S] c4 | c4 |\n[V:T] c4 | [L:1/8] ?x8 |\n';
    const after = filled(text, { T: '57x4' }, 'accept', { voices: [2] });
    expect(after).toContain('[V:T] c4 | [L:1/8] A8 |');
    expect(parse(after).score.parts[2].events.map(({ pitches }) => pitches.map(midi))).toEqual([[60], [57]]);
  });

  it('minds an octave from where it is said', () => {
    const text = (before: string, between: string, behind = '') =>
      `X:1\nM:4/4\nL:1/4\nK:C\n${before}V:A\nA4 |\n${between}V:T\nF4 |\nV:B\nF,4 |\n${behind}`;
    const soprano = (abc: string) =>
      filled(abc, { S: '72x16' })
        .split('\n')
        .filter((line) => /[cC]4 \|/.test(line));
    expect(soprano(text('V:S octave=1\n', ''))).toEqual([expect.stringContaining('C4 |')]);
    // The soprano's new line comes before the alto's.
    expect(soprano(text('', 'V:S octave=1\n'))).toEqual([expect.stringContaining('c4 |')]);
    expect(soprano(text('', '', 'V:S octave=1\n'))).toEqual([expect.stringContaining('c4 |')]);
  });

  it('minds an octave within a bar that goes over the end of a line, held over it or not', () => {
    const text = 'X:1\nM:4/4\nL:1/4\nK:C\n[V:A] A2\nV:S octave=1\n% on\n[V:A] A2 |\n';
    const soprano = (draw: string) => filled(text, { S: draw }).match(/(?<=^\[V:S\] ).*$/gm);
    expect(soprano('72x8 74x8')).toEqual(['c2', 'D2 |']);
    expect(soprano('73x16')).toEqual(['^c2-', '^C2 |']);
  });

  it('writes into bars that have bar lines and nothing else, and lines for the other voices below', () => {
    const empty = 'X:1\nM:4/4\nL:1/4\nK:C\n';
    const notes = { S: '72x32', A: '67x32', T: '60x32', B: '48x32' };
    expect(filled(`${empty}[V:S] | | |\n[V:A] | | |\n`, notes)).toMatch(
      /\n\[V:S\] \| c4- \| c4 \|\n\[V:A\] \| G4- \| G4 \|\n\[V:T\] C4- \| C4 \|\n\[V:B\] C,4- \| C,4 \|\n$/,
    );
    expect(filled(`${empty}| | |\n`, notes)).toMatch(/\n\[V:S\] \| c4- \| c4 \|\n\[V:A\] G4- \| G4 \|\n/);
  });

  it('begins accidentals anew behind a rest of whole bars without a bar line', () => {
    const text = 'X:1\nM:4/4\nL:1/4\nK:C\n[V:S] ?Z ?c ?d ?e ?f | g4 |\n';
    expect(filled(text, { S: '66x16 66x4 65x4 65x4 66x4' }, 'accept', { voices: [0] })).toContain(
      '[V:S] ^F4 | ^F =F F ^F | g4 |',
    );
  });

  it('leaves bars open that were not asked for', () => {
    const text = `${HEAD}[V:S] G4 | A4 | B4 |\n[V:A] ?Z3 |\n`;
    expect(
      filled(text, { A: '62x8', B: '50x8' }, 'accept', { bars: { from: 1, to: 2 }, voices: [1, 3] }),
    ).toBe(`${HEAD}[V:S] G4 | A4 | B4 |\n[V:A] ?Z | D4 | ?Z |\n[V:B] ?Z | D,4 |\n`);
  });

  it('resamples a run of notes as one stretch, and in its own rhythm under words', () => {
    const line = `${HEAD}[V:S] G A/2B/2 !fermata!c2 | d4 |\n`;
    const resample: Partial<Selection> = { mode: 'resample', voices: [0], bars: { from: 0, to: 1 } };
    expect(filled(line, { S: '71x4 69x4' }, 'accept', resample)).toBe(`${HEAD}[V:S] B2 !fermata!A2 | d4 |\n`);
    const sung = `${line}w: a b c d e\n`;
    expect(filled(sung, { S: '71x2 71x1 69x1 67x4' }, 'accept', resample)).toBe(
      `${HEAD}[V:S] B B/2A/2 !fermata!G2 | d4 |\nw: a b c d e\n`,
    );
  });
});
