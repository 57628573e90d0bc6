import { describe, expect, it } from 'vitest';
import { type Gridded, type Selection, toGrid } from '../../../src/language/read/grid.ts';
import { parse } from '../../../src/language/read/parse.ts';
import { EITHER, HELD, REST, STARTS, UNKNOWN } from '../../../src/language/roll.ts';

const HEAD = 'X:1\nM:4/4\nL:1/4\n%%cantus:grid 1/4\nV:S\nV:A\nV:T clef=bass\nV:B clef=bass\nK:C\n';
const grid = (music: string, selection: Selection = { mode: 'fill' }, directives = ''): Gridded =>
  toGrid(parse(HEAD.replace('V:S\n', `${directives}V:S\n`) + music).score, selection);

const SIGNS = { [HELD]: '-', [STARTS]: "'", [EITHER]: '*' } as Record<number, string>;

/** A voice cell by cell: `(…)` open, `?` unknown, `.` rest; `'` starts, `-` held, `*` either. */
const cells = ({ grid: g }: Gridded, voice = 0): string =>
  Array.from({ length: g.steps }, (_, step) => {
    const cell = 4 * step + voice;
    const pitch = g.pitch[cell]!;
    const value = `${pitch === REST ? '.' : pitch === UNKNOWN ? '?' : pitch}${SIGNS[g.onset[cell]!]}`;
    return g.open[cell] ? `(${value})` : value;
  }).join(' ');

/** The pitches a cell may take, with weights other than 1. */
const choices = ({ grid: g }: Gridded, step: number, voice = 0): string => {
  const set = g.candidates[4 * step + voice]!;
  const weights = [...g.weights[set]!];
  return weights
    .flatMap((weight, pitch) =>
      weight > 0 ? [weight === 1 ? `${pitch}` : `${pitch}:${weight.toFixed(2)}`] : [],
    )
    .join(' ');
};

describe('toGrid', () => {
  it('opens open notes and spans; what is written, pinned or a rest is context', () => {
    expect(cells(grid('[V:S] c @d z ?x | ?z2 ?e2 |'))).toBe("72' 74' .' (?') (?') (?*) (76') (76-)");
  });

  it('makes one note of a fixed rhythm, and of tied ones', () => {
    const gridded = grid('[V:S] ?x2- ?x2 | ?x4 |');
    expect(cells(gridded)).toBe("(?') (?-) (?-) (?-) (?') (?-) (?-) (?-)");
    const numbers = Array.from({ length: 8 }, (_, step) => gridded.grid.note[4 * step]);
    expect(numbers).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
  });

  it('holds open notes to the written ones they are tied to', () => {
    const gridded = grid('[V:S] c2- ?x2 | z4 | ?[cde]4- | d4 |');
    expect(gridded.problems.map(({ code }) => code)).toEqual([]);
    expect(choices(gridded, 2)).toBe('72');
    expect(cells(gridded).split(' ').slice(0, 4).join(' ')).toBe("72' 72- (?-) (?-)");
    expect(choices(gridded, 8)).toBe('74');
    expect(cells(gridded).split(' ').slice(12).join(' ')).toBe('74- 74- 74- 74-');
  });

  it('counts missing voices and bars as open, with ties forbidden at written notes', () => {
    const gridded = grid('[V:S] c4 | d4 |\n[V:A] E4 |');
    expect(cells(gridded, 1)).toBe("64' 64- 64- 64- (?') (?*) (?*) (?*)");
    expect(cells(gridded, 3)).toBe("(?') (?*) (?*) (?*) (?*) (?*) (?*) (?*)");
  });

  it('hides open music that is not selected, and heeds locks', () => {
    expect(cells(grid('[V:S] ?z4 | ?x4 |', { mode: 'fill', bars: { from: 1, to: 2 } }))).toBe(
      "?' ?- ?- ?- (?') (?-) (?-) (?-)",
    );
    expect(cells(grid('[V:S] ?x4 |', { mode: 'fill' }, '%%cantus:lock S\n'))).toBe("?' ?- ?- ?-");
  });

  it('resamples written notes, except pinned ones and rests', () => {
    const music = '[V:S] c d @e z | f2 g2- | g4 |';
    expect(cells(grid(music, { mode: 'resample', bars: { from: 0, to: 2 } }))).toBe(
      "(72') (74*) 76' .' (77') (77*) (79*) (79*) 79- 79- 79- 79-",
    );
    expect(cells(grid(music, { mode: 'resample', rhythm: 'keep', bars: { from: 1, to: 3 } }))).toBe(
      "72' 74' 76' .' (77') (77-) (79') (79-) (79-) (79-) (79-) (79-)",
    );
    expect(cells(grid('[V:S] c2 d2 |\nw: sing here', { mode: 'resample' }))).toBe("(72') (72-) (74') (74-)");
  });

  it('opens bars named by a directive', () => {
    expect(cells(grid('[V:S] c4 | d4 |', { mode: 'fill' }, '%%cantus:open S 2\n'))).toBe(
      "72' 72- 72- 72- (74') (74*) (74*) (74*)",
    );
  });

  it('joins candidates, ranges and chords', () => {
    const range = '%%cantus:range S c g\n';
    expect(choices(grid('[V:S] ?[Gce]4 |', { mode: 'fill' }, range), 0)).toBe('72 76');
    expect(choices(grid('[V:S] "C"?x2 "G7"?x2 | ?x4 |', { mode: 'fill' }, range), 0)).toBe(
      '72 73:0.15 74:0.15 75:0.15 76 77:0.15 78:0.15 79',
    );
    const required = grid(
      '[V:S] "C"?x2 "G7"?x2 | ?x4 |',
      { mode: 'fill' },
      `${range}%%cantus:chords require\n`,
    );
    expect([0, 2, 4].map((step) => choices(required, step))).toEqual(['72 76 79', '74 77 79', '74 77 79']);
    const ignored = grid('[V:S] "C"?x4 |', { mode: 'fill' }, `${range}%%cantus:chords ignore\n`);
    expect(choices(ignored, 0)).toBe('72 73 74 75 76 77 78 79');
  });

  it('takes the chords of the highest line for voices without their own, a slash for the bass', () => {
    const gridded = grid('[V:S] "C/E"c4 |\n[V:B] ?x4 |', { mode: 'fill' }, '%%cantus:chords require\n');
    expect(choices(gridded, 0, 3)).toBe('40 52 64');
  });

  it('forbids what could not be written without changing a note behind', () => {
    const gridded = grid('[V:S] ?x F G2 |', { mode: 'fill' }, '%%cantus:range S F G\n');
    expect(choices(gridded, 0)).toBe('65 67');
  });

  it('says where no pitch is left, and leaves it', () => {
    const gridded = grid('[V:S] ?[C]4 | ?x4 |', { mode: 'fill' }, '%%cantus:range S c g\n');
    expect(gridded.problems.map(({ code, severity }) => [code, severity])).toEqual([
      ['no-pitch-left', 'error'],
    ]);
    expect(cells(gridded)).toBe("?' ?- ?- ?- (?') (?-) (?-) (?-)");
    expect(gridded.targets.filter(({ voice }) => voice === 0).length).toBe(1);
  });

  it('says what the grid cannot hold', () => {
    const gridded = grid('[V:S] ?x3/2 ?x1/2 (3?x?x?x | c4 |');
    expect(gridded.problems.map(({ code }) => code)).toEqual([
      'open-off-grid',
      'open-off-grid',
      'open-in-tuplet',
      'open-in-tuplet',
      'open-in-tuplet',
    ]);
  });

  it('hears the outer note of divided voices, and what sounds when a step begins', () => {
    const gridded = grid('[V:S] [ce]2 (3ggg{a}f |\n[V:A] [CE]4 |\n[V:T] [A,C]4 |\n[V:B] [C,E,]4 |');
    expect(cells(gridded).split(' ').slice(0, 3).join(' ')).toBe("76' 76- 79'");
    expect([1, 2, 3].map((voice) => gridded.grid.pitch[voice])).toEqual([64, 57, 48]);
  });

  it('knows where each step is: pickup, metre, key, fermata', () => {
    const { grid: g } = grid('[V:S] g | c2 !fermata!d2 | [M:3/4][K:G] e3 |');
    expect([...g.phase]).toEqual([3, 0, 1, 2, 3, 0, 1, 2]);
    expect([...g.barSteps]).toEqual([4, 4, 4, 4, 4, 3, 3, 3]);
    expect([...g.fermata]).toEqual([0, 0, 0, 1, 1, 0, 0, 0]);
    expect([...g.fifths]).toEqual([0, 0, 0, 0, 0, 1, 1, 1]);
    expect([...g.tonic]).toEqual([0, 0, 0, 0, 0, 7, 7, 7]);
    expect([...g.bar]).toEqual([0, 1, 1, 1, 1, 2, 2, 2]);
  });

  it('doubts a key that the notes are not in', () => {
    const tonic = (key: string, music: string) =>
      toGrid(parse(`X:1\nM:4/4\nL:1/4\n${key}[V:S] ${music} |\n`).score, { mode: 'fill' }).grid.tonic[0];
    expect(tonic('K:Am\n', 'A ^G A B | c d e A')).toBe(9);
    expect(tonic('K:F dor\n', 'F G A _e')).toBe(5);
    expect(tonic('', 'G A B c')).toBe(0);
    expect(tonic('K:none\n', '^F _E _B ^G')).toBe(-1);
  });

  it('puts bar lines on steps where the pickup is shorter than one', () => {
    const gridded = grid('[V:S] g/2 | c4 | d4 |');
    expect(gridded.origin).toBeLessThan(0);
    expect(cells(gridded)).toBe("79' 72' 72- 72- 72- 74' 74- 74- 74-");
  });
});
