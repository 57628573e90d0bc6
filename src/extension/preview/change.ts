// How a reading differs from the one that a panel knows, told by the editor and followed by the panel: as little as a
// key changes of a long piece. Knows neither of the two.

import type { Reading, ReadingChange, SheetBar, SheetNote, Span, Splice } from './messages.ts';

/** What has to be said to somebody who knows the reading before. */
export function changeOf(before: Reading, now: Reading): ReadingChange {
  const abc = spliceOfText(before.abc, now.abc);
  const later = laterBars(before.sheet.bars, now.sheet.bars, abc);
  const moved = movement(abc, later);
  const [old, fresh] = [byVoice(before.sheet.notes), byVoice(now.sheet.notes)];
  const inVoice = (voice: number): Splice<SheetNote[]> =>
    spliceOf(old[voice]!, fresh[voice]!, (a, b) => isMovedNote(a, b, moved));
  const { notes: _, bars, ...rest } = now.sheet;
  return {
    abc,
    later,
    notes: [inVoice(0), inVoice(1), inVoice(2), inVoice(3)],
    bars: spliceOf(before.sheet.bars, bars, (a, b, index) => isMovedBar(a, b, index, moved)),
    rest,
    added: now.added,
  };
}

function spliceOfText(before: string, now: string): Splice<string> {
  const most = Math.min(before.length, now.length);
  let at = 0;
  while (at < most && before.charCodeAt(at) === now.charCodeAt(at)) at++;
  let end = 0;
  while (
    end < most - at &&
    before.charCodeAt(before.length - 1 - end) === now.charCodeAt(now.length - 1 - end)
  )
    end++;
  return { at, remove: before.length - at - end, insert: now.slice(at, now.length - end) };
}

/** `same` is asked about an item before and the one that may be it now, and its place before. */
function spliceOf<T>(
  before: readonly T[],
  now: readonly T[],
  same: (before: T, now: T, index: number) => boolean,
): Splice<T[]> {
  const most = Math.min(before.length, now.length);
  const by = now.length - before.length;
  let at = 0;
  while (at < most && same(before[at]!, now[at]!, at)) at++;
  let end = before.length;
  while (end > at && end + by > at && same(before[end - 1]!, now[end - 1 + by]!, end - 1)) end--;
  return { at, remove: end - at, insert: now.slice(at, end + by) };
}

/** From the first bar that is not as it was: among bars of the same length nothing else tells where one was added. */
function laterBars(
  before: readonly SheetBar[],
  now: readonly SheetBar[],
  abc: Splice<string>,
): ReadingChange['later'] {
  const bars = now.length - before.length;
  const [last, lastNow] = [before.at(-1), now.at(-1)];
  const ticks = last && lastNow ? lastNow.onset - last.onset : 0;
  let bar = before.length;
  while (bar > 0 && bar + bars > 0) {
    const [a, b] = [before[bar - 1]!, now[bar - 1 + bars]!];
    if (a.duration !== b.duration || b.onset - a.onset !== ticks) break;
    bar--;
  }
  const text = movement(abc, { bar: before.length, bars: 0, ticks: 0 });
  const changed = before.findIndex((old, i) => {
    const same = now[i];
    return same === undefined || !isMovedBar(old, same, i, text);
  });
  return { bar: Math.max(bar, changed), bars, ticks };
}

function byVoice(notes: readonly SheetNote[]): SheetNote[][] {
  const voices: SheetNote[][] = [[], [], [], []];
  for (const note of notes) voices[note.voice]!.push(note);
  return voices;
}

/** Where what is not replaced stands now: as numbers, since every note of a long piece is asked for it at each key. */
interface Movement {
  readonly from: number;
  readonly to: number;
  readonly by: number;
  readonly later: ReadingChange['later'];
}

const movement = ({ at, remove, insert }: Splice<string>, later: ReadingChange['later']): Movement => ({
  from: at,
  to: at + remove,
  by: insert.length - remove,
  later,
});

const movedStart = (offset: number, { to, by }: Movement): number => (offset >= to ? offset + by : offset);
const movedEnd = (offset: number, { from, by }: Movement): number => (offset > from ? offset + by : offset);
const movedSpan = ({ start, end }: Span, moved: Movement): Span => ({
  start: movedStart(start, moved),
  end: movedEnd(end, moved),
});

const STAYS = { bars: 0, ticks: 0 };
/** By how much a bar (an index into those before) and all in it is later. */
const lateness = (bar: number, { later }: Movement): { readonly bars: number; readonly ticks: number } =>
  bar >= later.bar ? later : STAYS;

function movedNote(note: SheetNote, moved: Movement): SheetNote {
  const { bars, ticks } = lateness(note.bar, moved);
  return { ...note, span: movedSpan(note.span, moved), bar: note.bar + bars, onset: note.onset + ticks };
}

function movedBar(bar: SheetBar, index: number, moved: Movement): SheetBar {
  const { bars, ticks } = lateness(index, moved);
  const [s, a, t, b] = bar.spans;
  const span = (own: Span | null): Span | null => own && movedSpan(own, moved);
  return {
    ...bar,
    number: bar.number + bars,
    onset: bar.onset + ticks,
    spans: [span(s), span(a), span(t), span(b)],
  };
}

const isMovedSpan = (a: Span | null, b: Span | null, moved: Movement): boolean =>
  a === null || b === null
    ? a === b
    : movedStart(a.start, moved) === b.start && movedEnd(a.end, moved) === b.end;

function sameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function isMovedNote(a: SheetNote, b: SheetNote, moved: Movement): boolean {
  const { bars, ticks } = lateness(a.bar, moved);
  return (
    a.onset + ticks === b.onset &&
    a.bar + bars === b.bar &&
    a.duration === b.duration &&
    isMovedSpan(a.span, b.span, moved) &&
    a.look === b.look &&
    a.rest === b.rest &&
    a.tied === b.tied &&
    a.fermata === b.fermata &&
    a.grace === b.grace &&
    a.lyric === b.lyric &&
    a.chord === b.chord &&
    sameList(a.pitches, b.pitches) &&
    sameList(a.names, b.names)
  );
}

function isMovedBar(a: SheetBar, b: SheetBar, index: number, moved: Movement): boolean {
  const { bars, ticks } = lateness(index, moved);
  return (
    a.onset + ticks === b.onset &&
    a.number + bars === b.number &&
    a.duration === b.duration &&
    a.phase === b.phase &&
    a.beat === b.beat &&
    a.metre?.beats === b.metre?.beats &&
    a.metre?.unit === b.metre?.unit &&
    a.key === b.key &&
    a.repeatStarts === b.repeatStarts &&
    a.repeatEnds === b.repeatEnds &&
    a.ending === b.ending &&
    a.spans.every((span, voice) => isMovedSpan(span, b.spans[voice] ?? null, moved))
  );
}

/** The reading after a change. Null when it cannot be a change of this reading. */
export function follow({ abc, sheet }: Reading, change: ReadingChange): Reading | null {
  const moved = movement(change.abc, change.later);
  const voices = byVoice(sheet.notes);
  const fits = [
    fitsIn(change.abc, abc.length),
    fitsIn(change.bars, sheet.bars.length),
    ...change.notes.map((splice, voice) => fitsIn(splice, voices[voice]!.length)),
  ];
  if (fits.includes(false)) return null;
  const { at, remove, insert } = change.abc;
  return {
    abc: abc.slice(0, at) + insert + abc.slice(at + remove),
    sheet: {
      ...change.rest,
      notes: change.notes.flatMap((splice, voice) =>
        spliced(voices[voice]!, splice, (note) => movedNote(note, moved)),
      ),
      bars: spliced(sheet.bars, change.bars, (bar, index) => movedBar(bar, index, moved)),
    },
    added: change.added,
  };
}

const fitsIn = ({ at, remove }: Splice<unknown>, length: number): boolean => at + remove <= length;

function spliced<T>(
  items: readonly T[],
  { at, remove, insert }: Splice<readonly T[]>,
  moved: (item: T, index: number) => T,
): T[] {
  const all = items.map((item, i) => (i < at || i >= at + remove ? moved(item, i) : null));
  return [...all.slice(0, at), ...insert, ...all.slice(at + remove)].filter((item) => item !== null);
}
