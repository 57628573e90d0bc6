import { describe, expect, test } from 'vitest';
import { gains } from '../../media/preview/mixer.ts';
import { perform, tickAt, unfold, type Wish } from '../../media/preview/timeline.ts';
import type { Sheet, SheetBar, SheetNote } from '../../src/extension/preview/messages.ts';
import { parse } from '../../src/language/read/parse.ts';
import { TICKS_PER_QUARTER as Q } from '../../src/language/time.ts';
import { readingOf } from '../../src/language/write/sheet.ts';
import { piece } from './piece.ts';

const { sheet } = piece({ bars: 4 }).reading;
const all: Wish = { from: 0, to: sheet.length, speed: 1, repeats: true, countIn: false };
const withNotes = (change: (note: SheetNote, i: number) => Partial<SheetNote>): Sheet => ({
  ...sheet,
  notes: sheet.notes.map((note, i) => ({ ...note, ...change(note, i) })),
});
const withBars = (changes: Readonly<Record<number, Partial<SheetBar>>>): Sheet => ({
  ...sheet,
  bars: sheet.bars.map((bar, i) => ({ ...bar, ...changes[i] })),
});

describe('time', () => {
  test('four bars of quarters at 120 last eight seconds', () => {
    const { sounds, seconds } = perform(sheet, all);
    expect(seconds).toBeCloseTo(8);
    expect(sounds).toHaveLength(64);
    expect(sounds.filter((s) => s.voice === 3).map((s) => s.at)).toEqual(
      Array.from({ length: 16 }, (_, i) => expect.closeTo(i / 2)),
    );
    for (const sound of sounds) expect(sound.length).toBeCloseTo(0.5);
  });

  test('twice as fast is half as long', () => {
    expect(perform(sheet, { ...all, speed: 2 }).seconds).toBeCloseTo(4);
  });

  test('a tempo in the middle counts from there on', () => {
    const slower = { ...sheet, tempos: [...sheet.tempos, { onset: 8 * Q, quarters: 60 }] };
    expect(perform(slower, all).seconds).toBeCloseTo(4 + 8);
  });

  test('nonsense tempos do not stop time or blow it up', () => {
    for (const quarters of [0, -5, 1e9]) {
      const { seconds } = perform({ ...sheet, tempos: [{ onset: 0, quarters }] }, all);
      expect(seconds).toBeGreaterThan(0.5);
      expect(seconds).toBeLessThan(1000);
    }
  });

  test('where it is after so many seconds', () => {
    const played = perform(sheet, all);
    expect(tickAt(played, 0)).toBe(0);
    expect(tickAt(played, 1.25)).toBeCloseTo(2.5 * Q);
    expect(tickAt(played, 100)).toBe(sheet.length);
  });
});

describe('ties', () => {
  test('tied notes of one pitch are struck once', () => {
    const tied = withNotes(({ voice, onset }) =>
      voice === 0 && onset < 2 * Q ? { pitches: [72], tied: onset === 0 } : {},
    );
    const sounds = perform(tied, all).sounds.filter((s) => s.voice === 0);
    expect(sounds).toHaveLength(15);
    expect(sounds[0]).toMatchObject({ pitch: 72, at: 0, length: expect.closeTo(1) });
    expect(sounds[0]!.notes).toHaveLength(2);
  });

  test('a tie into another pitch is none', () => {
    const odd = withNotes(({ voice, onset }) => (voice === 0 && onset === 0 ? { tied: true } : {}));
    expect(perform(odd, all).sounds.filter((s) => s.voice === 0)).toHaveLength(16);
  });
});

describe('grace notes', () => {
  const { sheet: graced } = readingOf(
    parse(
      'X:1\nM:4/4\nL:1/4\nQ:1/4=60\nV:S\nV:B clef=bass\nK:C\n[V:S] {de}c d {fg}z {/g}a|\n[V:B] C,2 {D,E,F,G,}C,2|\n',
    ),
  );
  const played = perform(graced, { ...all, to: graced.length });
  const of = (voice: number) =>
    played.sounds.filter((s) => s.voice === voice).map(({ pitch, at, length }) => [pitch, at, length]);

  test('sound on the beat, and their note after them, as long as it has time', () => {
    expect(of(0)).toEqual(
      [
        [74, 0, 0.11],
        [76, 0.11, 0.11],
        [72, 0.22, 0.78],
        [74, 1, 1],
        [77, 2, 0.11],
        [79, 2.11, 0.11],
        [79, 3, 0.11],
        [81, 3.11, 0.89],
      ].map((row) => row.map((value) => expect.closeTo(value))),
    );
    expect(played.seconds).toBeCloseTo(4);
  });

  test('take no more than half of a short note', () => {
    const fast = perform(graced, { ...all, to: graced.length, speed: 4 });
    const bass = fast.sounds.filter((s) => s.voice === 3);
    expect(bass.map((s) => s.at)).toEqual(
      [0, 0.5, 0.5625, 0.625, 0.6875, 0.75].map((at) => expect.closeTo(at)),
    );
    expect(bass.at(-1)!.length).toBeCloseTo(0.25);
  });

  test('are not heard where their note is only heard from its middle', () => {
    const { sounds } = perform(graced, { ...all, from: Q / 2, to: Q });
    expect(sounds.map((s) => s.pitch)).toEqual([72, 48]);
  });
});

describe('fermatas', () => {
  test('hold all four voices, though only one has the sign', () => {
    const held = withNotes(({ voice, onset }) => (voice === 0 && onset === 3 * Q ? { fermata: true } : {}));
    const { sounds, seconds } = perform(held, all);
    const under = sounds.filter((s) => Math.abs(s.at - 1.5) < 1e-6);
    expect(under.map((s) => s.voice)).toEqual([0, 1, 2, 3]);
    for (const sound of under) expect(sound.length).toBeCloseTo(0.9);
    expect(sounds.filter((s) => Math.abs(s.at - 2.4) < 1e-6)).toHaveLength(4);
    expect(seconds).toBeCloseTo(8.4);
  });

  test('let voices that move under them move in time', () => {
    const held = withNotes(({ voice, onset }) =>
      voice === 0 && onset === 0
        ? { fermata: true, duration: 2 * Q }
        : voice === 0 && onset === Q
          ? { duration: 0 }
          : {},
    );
    const bass = perform(held, all).sounds.filter((s) => s.voice === 3);
    expect(bass[1]!.at).toBeCloseTo(0.5);
    expect(bass[2]!.at).toBeCloseTo(1.4);
  });
});

describe('repeats', () => {
  test('none: as written', () => expect(unfold(sheet.bars)).toEqual([0, 1, 2, 3]));

  test('from the beginning', () => {
    expect(unfold(withBars({ 1: { repeatEnds: true } }).bars)).toEqual([0, 1, 0, 1, 2, 3]);
  });

  test('between signs', () => {
    expect(unfold(withBars({ 1: { repeatStarts: true }, 2: { repeatEnds: true } }).bars)).toEqual([
      0, 1, 2, 1, 2, 3,
    ]);
  });

  test('first and second ending', () => {
    const bars = withBars({ 1: { ending: '1', repeatEnds: true }, 2: { ending: '2' } }).bars;
    expect(unfold(bars)).toEqual([0, 1, 0, 2, 3]);
  });

  test('two parts one after the other', () => {
    const bars = withBars({
      0: { repeatEnds: true },
      1: { repeatStarts: true },
      2: { repeatEnds: true },
    }).bars;
    expect(unfold(bars)).toEqual([0, 0, 1, 2, 1, 2, 3]);
  });

  test('signs that contradict each other come to an end', () => {
    const bars = withBars({
      0: { ending: '2', repeatEnds: true },
      1: { ending: '3', repeatEnds: true },
      2: { ending: '1', repeatStarts: true },
      3: { ending: 'x', repeatEnds: true },
    }).bars;
    expect(unfold(bars).length).toBeLessThan(60);
  });

  test('are heard, unless only a part is played', () => {
    const repeated = withBars({ 1: { repeatEnds: true } });
    expect(perform(repeated, all).seconds).toBeCloseTo(12);
    expect(perform(repeated, { ...all, repeats: false }).seconds).toBeCloseTo(8);
    expect(perform(repeated, { ...all, to: 8 * Q }).seconds).toBeCloseTo(4);
  });
});

describe('playing a part', () => {
  test('begins with what sounds there', () => {
    const long = withNotes(({ voice, onset }) =>
      voice === 3 && onset === 0 ? { duration: 4 * Q } : voice === 3 && onset < 4 * Q ? { duration: 0 } : {},
    );
    const { sounds, seconds } = perform(long, { ...all, from: 2 * Q, to: 4 * Q });
    expect(seconds).toBeCloseTo(1);
    expect(sounds.filter((s) => s.at === 0).map((s) => s.voice)).toEqual([0, 1, 2, 3]);
    expect(sounds.find((s) => s.voice === 3)!.length).toBeCloseTo(1);
  });
});

describe('clicks', () => {
  test('one a beat, the first of a bar strong', () => {
    const { clicks } = perform(sheet, all);
    expect(clicks).toHaveLength(16);
    expect(clicks.filter((c) => c.strong).map((c) => c.at)).toEqual(
      [0, 2, 4, 6].map((at) => expect.closeTo(at)),
    );
  });

  test('a bar is counted in', () => {
    const { clicks, countIn, sounds } = perform(sheet, { ...all, countIn: true });
    expect(countIn).toBeCloseTo(2);
    expect(clicks.filter((c) => c.at < countIn - 1e-6)).toHaveLength(4);
    expect(sounds[0]!.at).toBeCloseTo(2);
  });

  test('a pickup is counted up to', () => {
    const pickup = withBars({ 0: { phase: 3 * Q, duration: Q, number: 0 } });
    const { clicks, countIn } = perform(pickup, { ...all, to: Q, countIn: true });
    expect(countIn).toBeCloseTo(3.5);
    expect(clicks.filter((c) => c.at < countIn - 1e-6).map((c) => c.strong)).toEqual([
      true,
      false,
      false,
      false,
      true,
      false,
      false,
    ]);
  });

  test('compound metres click in dotted notes', () => {
    const six = withBars({ 0: { metre: { beats: 6, unit: 8 }, beat: 1.5 * Q, duration: 3 * Q } });
    const { clicks } = perform(six, { ...all, to: 3 * Q });
    expect(clicks.map((c) => c.at)).toEqual([expect.closeTo(0), expect.closeTo(0.75)]);
  });
});

test('a solo silences the others, and mute wins over solo', () => {
  const level = { volume: 0.5, mute: false, solo: false };
  expect(gains([level, level, level, level])).toEqual([0.5, 0.5, 0.5, 0.5]);
  expect(gains([level, { ...level, solo: true }, level, level])).toEqual([0, 0.5, 0, 0]);
  expect(gains([level, { ...level, solo: true, mute: true }, level, level])).toEqual([0, 0, 0, 0]);
});
