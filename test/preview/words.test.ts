import { describe, expect, test } from 'vitest';
import { barInWords, keyInWords, lengthName, midiName, pitchInWords } from '../../media/preview/describe.ts';
import { cutPages, middleOfGap } from '../../media/preview/export.ts';
import { NOWHERE, placeOf, stepFrom } from '../../media/preview/places.ts';
import { DEFAULTS, recall } from '../../media/preview/preferences.ts';
import { rewrite, staves, unixLines } from '../../media/preview/rewrite.ts';
import { piece } from './piece.ts';

const { text, reading } = piece({
  bars: 4,
  look: (voice, bar) => (voice === 1 && bar === 1 ? 'open' : 'written'),
});
const { sheet } = reading;
const find = (voice: number, bar: number, beat: number): number =>
  sheet.notes.findIndex(
    (n) =>
      n.voice === voice && n.bar === bar && n.onset === sheet.bars[bar]!.onset + beat * sheet.bars[bar]!.beat,
  );

describe('words', () => {
  test('pitches and lengths', () => {
    expect(pitchInWords('Bb3')).toBe('B flat 3');
    expect(pitchInWords('F##4')).toBe('F double sharp 4');
    expect(keyInWords('F# dorian')).toBe('F sharp dorian');
    expect(lengthName(3, 8)).toBe('dotted quarter');
    expect(lengthName(5, 8)).toBe('2.5 quarters');
    expect(midiName(70)).toBe('Bb4');
  });

  test('a bar, voice by voice, with what is open', () => {
    expect(barInWords(sheet, 1)).toBe(
      'Bar 2, C major, 4/4. Soprano: G 5, quarter; F 5, quarter; E 5, quarter; D 5, quarter. ' +
        'Alto: open, quarter; open, now A 4, quarter; open, quarter; open, now G 4, quarter. ' +
        'Tenor: B 3, quarter; C 4, quarter; C 4, quarter; B 3, quarter. ' +
        'Bass: G 2, quarter; A 2, quarter; B 2, quarter; G 2, quarter.',
    );
    expect(barInWords(sheet, 99)).toBe('');
  });
});

describe('places', () => {
  test('a cursor in a note: the note, and what sounds with it', () => {
    const alto = find(1, 2, 1);
    const place = placeOf(sheet, [
      { start: sheet.notes[alto]!.span.start, end: sheet.notes[alto]!.span.start },
    ]);
    expect([...place.own]).toEqual([alto]);
    expect([...place.together]).toEqual([find(0, 2, 1), find(2, 2, 1), find(3, 2, 1)]);
    expect(place.bar).toBe(2);
    expect(place.bars).toBeNull();
  });

  test('a cursor in the header is nowhere', () => {
    expect(placeOf(sheet, [{ start: 2, end: 2 }])).toEqual({ ...NOWHERE, bar: null });
    expect(placeOf(sheet, [])).toEqual(NOWHERE);
  });

  test('a selection: its notes and its bars', () => {
    const [from, to] = [sheet.notes[find(2, 1, 3)]!, sheet.notes[find(2, 2, 0)]!];
    const place = placeOf(sheet, [{ start: from.span.start, end: to.span.end }]);
    expect([...place.own]).toEqual([find(2, 1, 3), find(2, 2, 0)]);
    expect(place.bars).toEqual({ from: 1, to: 2 });
  });

  test('arrow keys walk along a voice and across voices', () => {
    const at = find(1, 1, 0);
    expect(stepFrom(sheet, at, 'next')).toBe(find(1, 1, 1));
    expect(stepFrom(sheet, at, 'previous')).toBe(find(1, 0, 3));
    expect(stepFrom(sheet, at, 'up')).toBe(find(0, 1, 0));
    expect(stepFrom(sheet, at, 'down')).toBe(find(2, 1, 0));
    expect(stepFrom(sheet, find(0, 0, 0), 'previous')).toBeNull();
    expect(stepFrom(sheet, find(0, 0, 0), 'up')).toBeNull();
    expect(stepFrom(sheet, at, 'last')).toBe(find(1, 3, 3));
  });
});

describe('rewriting', () => {
  test('CR LF becomes LF, and offsets find back', () => {
    const { text: out, toSource } = rewrite('ab\r\ncd\r\ne', unixLines('ab\r\ncd\r\ne'));
    expect(out).toBe('ab\ncd\ne');
    expect([...out].map((_, i) => 'ab\r\ncd\r\ne'[toSource(i)])).toEqual([...'ab\ncd\ne']);
  });

  test.each(['two', 'four'] as const)('%s staves: every note is still found', (layout) => {
    const ids = sheet.voices.map((voice) => voice.id);
    const { text: out, toSource } = rewrite(text, staves(text, layout, ids));
    expect(out).toContain(layout === 'two' ? '%%score (S A) (T B)\n' : '%%score [S A T B]\n');
    for (let i = out.indexOf('K:C'); i < out.length; i++) expect(text[toSource(i)]).toBe(out[i]);
  });

  test('a text without a line for staves gets one, a text of one voice none', () => {
    expect(rewrite('X:1\nK:C\nC', staves('X:1\nK:C\nC', 'two', ['S', null, null, 'B'])).text).toBe(
      'X:1\n%%score S B\nK:C\nC',
    );
    expect(staves('X:1\nK:C\nC', 'two', ['S', null, null, null])).toEqual([]);
  });
});

describe('memory', () => {
  test('nothing, nonsense and old states give the first day', () => {
    for (const state of [
      undefined,
      null,
      5,
      'x',
      [],
      { preferences: { zoom: 1e9, layout: 'nine', manner: { speed: 'x' } } },
    ])
      expect(recall(state).preferences).toEqual(DEFAULTS);
  });

  test('what was kept comes back', () => {
    const kept = { ...DEFAULTS, zoom: 1.5, manner: { ...DEFAULTS.manner, loop: true } };
    expect(recall(JSON.parse(JSON.stringify({ uri: 'u', scroll: 40, preferences: kept })))).toEqual({
      uri: 'u',
      scroll: 40,
      preferences: kept,
    });
  });
});

test('pages are cut between systems, and a system too tall for a page is cut anywhere', () => {
  expect(cutPages(250, [0, 90, 180], 100)).toEqual([
    [0, 90],
    [90, 180],
    [180, 250],
  ]);
  expect(cutPages(250, [], 100)).toEqual([
    [0, 100],
    [100, 200],
    [200, 250],
  ]);
  expect(cutPages(80, [40], 100)).toEqual([[0, 80]]);
});

test('the widest gap between two heights', () => {
  const ink = [
    [60, 70],
    [0, 22],
    [30, 35],
    [32, 40],
  ] as const;
  expect(middleOfGap(ink, 20, 65)).toBe(50);
  expect(middleOfGap(ink, 0, 40)).toBe(26);
  expect(middleOfGap(ink, 60, 70)).toBeNull();
  expect(middleOfGap([], 10, 20)).toBe(15);
});
