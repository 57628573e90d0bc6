import { describe, expect, it } from 'vitest';
import { describeBar, explain, intervalName } from '../../src/language/analyse/explain.ts';
import {
  barsIn,
  eventAt,
  outline,
  phraseAround,
  selectionRanges,
  together,
} from '../../src/language/outline.ts';
import { parse } from '../../src/language/read/parse.ts';
import { pitch } from './analyse/piece.ts';

const TEXT = `X:1
M:4/4
L:1/4
V:S name="Soprano"
V:S1V2
V:T
V:B
K:G
[V:S] d2 c2 | !fermata!B4 | d4 |]
[V:S1V2] A2 A2 | G4 | ?z4 |]
[V:T] D2 F2 | D4 | D4 |]
[V:B] F,2 D,2 | G,4 | z4 |]
`;
const { score } = parse(TEXT);
const at = (text: string): number => TEXT.indexOf(text);
const textOf = ({ start, end }: { start: number; end: number }): string => TEXT.slice(start, end).trim();

describe('the outline', () => {
  it('has the voices of the text with their bars', () => {
    expect(
      outline(score).map(({ title, bars }) => `${title}: ${bars.map((bar) => textOf(bar.span)).join(' / ')}`),
    ).toEqual([
      'Soprano (S): d2 c2 / !fermata!B4 / d4',
      'Alto (S1V2): A2 A2 / G4 / ?z4',
      'Tenor (T): D2 F2 / D4 / D4',
      'Bass (B): F,2 D,2 / G,4 / z4',
    ]);
  });
  it('finds the note at a place, and what sounds with it', () => {
    const event = eventAt(score, at('c2 |'))!;
    expect(textOf(event.span)).toBe('c2');
    expect(together(score, event).map(({ span }) => textOf(span))).toEqual(['c2', 'A2', 'F2', 'D,2']);
    expect(eventAt(score, 0)).toBeNull();
  });
  it('finds the bars of a selection', () => {
    expect(barsIn(score, { start: at('c2 |'), end: at('B4 |') })).toEqual({ from: 0, to: 1 });
    expect(barsIn(score, { start: 0, end: 3 })).toBeNull();
  });
  it('grows a selection by note, bar, phrase and voice', () => {
    expect(phraseAround(score, 0)).toEqual({ from: 0, to: 1 });
    expect(selectionRanges(score, at('c2 |')).map(textOf)).toEqual([
      'c2',
      'd2 c2',
      'd2 c2 | !fermata!B4',
      'd2 c2 | !fermata!B4 | d4',
    ]);
  });
});

describe('an explanation', () => {
  it('says what a note is and does', () => {
    expect(explain(score, eventAt(score, at('A2 A2'))!)).toEqual({
      note: 'Alto A4',
      place: 'bar 1, beat 1',
      interval: 'minor third',
      chord: 'D/F#',
      numeral: 'V6',
      key: 'G major',
    });
    expect(explain(score, eventAt(score, at('?z4'))!).note).toBe('Alto, open');
    expect(explain(score, eventAt(score, at('F,2'))!).interval).toBeNull();
  });
  it.each([
    ['E4', 'C4', 'major third'],
    ['Eb5', 'C4', 'minor third'],
    ['F#4', 'C4', 'augmented fourth'],
    ['Gb4', 'C4', 'diminished fifth'],
    ['G4', 'C3', 'perfect fifth'],
    ['C5', 'C4', 'octave'],
    ['C4', 'C4', 'unison'],
    ['Ab4', 'B3', 'diminished seventh'],
    ['C#5', 'C4', 'augmented unison'],
  ])('%s over %s is a %s', (upper, lower, name) =>
    expect(intervalName(pitch(upper), pitch(lower))).toBe(name),
  );
  it('tells a bar in words', () => {
    expect(describeBar(score, 2)).toBe(
      'Bar 3. Soprano: D5 at beat 1. Alto: open at beat 1. Tenor: D4 at beat 1. Bass: rest at beat 1.',
    );
  });
});
