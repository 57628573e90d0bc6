// What a change told by the editor makes of a reading that the panel has: as little is told as a key changes of a long
// piece. Knows neither of the two.

import type { Reading, ReadingChange, SheetBar, SheetNote, Span, Splice } from './messages.ts';

function byVoice(notes: readonly SheetNote[]): SheetNote[][] {
  const voices: SheetNote[][] = [[], [], [], []];
  for (const note of notes) voices[note.voice]!.push(note);
  return voices;
}

/** Where what is not replaced stands now: as numbers, since every note of a long piece is asked for it at each key. */
export interface Movement {
  readonly from: number;
  readonly to: number;
  readonly by: number;
  readonly later: ReadingChange['later'];
}

export const movement = (
  { at, remove, insert }: Splice<string>,
  later: ReadingChange['later'],
): Movement => ({
  from: at,
  to: at + remove,
  by: insert.length - remove,
  later,
});

export const movedStart = (offset: number, { to, by }: Movement): number =>
  offset >= to ? offset + by : offset;
export const movedEnd = (offset: number, { from, by }: Movement): number =>
  offset > from ? offset + by : offset;
const movedSpan = ({ start, end }: Span, moved: Movement): Span => ({
  start: movedStart(start, moved),
  end: movedEnd(end, moved),
});

const STAYS = { bars: 0, ticks: 0 };
/** By how much a bar (an index into those before) and all in it is later. */
export const lateness = (
  bar: number,
  { later }: Movement,
): { readonly bars: number; readonly ticks: number } => (bar >= later.bar ? later : STAYS);

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
