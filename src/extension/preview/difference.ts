// How a drawing differs from the one that a panel knows, as a change that the panel can follow. What stays in its bar,
// or moves with it, is passed over bar by bar. Knows no editor.

import { equalKeys } from '../../language/pitch.ts';
import type { Measure, Measures } from '../../language/read/build.ts';
import type { Bar, Event, Voice } from '../../language/score.ts';
import { equalMetres } from '../../language/time.ts';
import {
  type Drawing,
  frameOf,
  isFilled,
  notesAmong,
  sheetBar,
  silentNotes,
} from '../../language/write/sheet.ts';
import { lateness, type Movement, movedEnd, movedStart, movement } from './change.ts';
import type { ReadingChange, SheetNote, Span, Splice } from './messages.ts';

/** What has to be said to somebody who knows the drawing before. */
export function changeOf(before: Drawing, now: Drawing): ReadingChange {
  const abc = spliceOfText(before.abc, now.abc);
  const [old, bars] = [before.parsed.score.bars, now.parsed.score.bars];
  const later = laterBars(old, bars, abc);
  const moved = movement(abc, later);
  const inVoice = (voice: Voice): Splice<SheetNote[]> => spliceOfNotes(voice, before, now, moved);
  const { at, remove, insert } = spliceOf(old.length, bars.length, (a, b) =>
    isMovedBar(old[a]!, bars[b]!, a, moved),
  );
  return {
    abc,
    later,
    notes: [inVoice(0), inVoice(1), inVoice(2), inVoice(3)],
    bars: { at, remove, insert: bars.slice(at, at + insert).map(sheetBar) },
    rest: frameOf(now.parsed.score),
    added: now.added,
  };
}

function spliceOfText(before: string, now: string): Splice<string> {
  const most = Math.min(before.length, now.length);
  const at = shared(most, (from, to) => before.slice(from, to) === now.slice(from, to));
  const [ends, endsNow] = [before.length, now.length];
  const end = shared(
    most - at,
    (from, to) => before.slice(ends - to, ends - from) === now.slice(endsNow - to, endsNow - from),
  );
  return { at, remove: ends - at - end, insert: now.slice(at, endsNow - end) };
}

/** How far two texts are the same: by halves, since a stretch of a text is compared faster than its characters. */
function shared(most: number, same: (from: number, to: number) => boolean): number {
  let [low, high] = [0, most];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (same(low, middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Lists by their lengths: what is not the same at both ends is replaced, by so many. `same` is asked about places. */
function spliceOf(
  before: number,
  now: number,
  same: (before: number, now: number) => boolean,
): Splice<number> {
  const most = Math.min(before, now);
  let at = 0;
  while (at < most && same(at, at)) at++;
  let end = 0;
  while (end < most - at && same(before - 1 - end, now - 1 - end)) end++;
  return { at, remove: before - at - end, insert: now - at - end };
}

/** From the first bar that is not as it was: among bars of the same length nothing else tells where one was added. */
function laterBars(before: readonly Bar[], now: readonly Bar[], abc: Splice<string>): ReadingChange['later'] {
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

/** In a voice's own notes. */
function spliceOfNotes(voice: Voice, before: Drawing, now: Drawing, moved: Movement): Splice<SheetNote[]> {
  const [old, fresh] = [new Line(before, voice), new Line(now, voice)];
  const bars = spliceOf(old.bars, fresh.bars, (a, b) => stays(old, a, fresh, b, moved));
  const was = old.notes(bars.at, bars.at + bars.remove);
  const is = fresh.notes(bars.at, bars.at + bars.insert);
  const { at, remove, insert } = spliceOf(was.length, is.length, (a, b) =>
    isMovedNote(was[a]!, is[b]!, moved),
  );
  return { at: old.countBefore(bars.at) + at, remove, insert: is.slice(at, at + insert) };
}

/** One voice of a drawing, bar by bar; behind its last bar stand the lines that the voice does not have. */
class Line {
  private readonly events: readonly Event[];
  private readonly measures: Measures;
  private readonly silent: readonly SheetNote[];

  constructor(
    private readonly drawing: Drawing,
    private readonly voice: Voice,
  ) {
    const { score, reading } = drawing.parsed;
    this.events = score.parts[voice].events;
    this.measures = reading.measures[voice];
    this.silent = silentNotes(drawing.silent, voice);
  }

  get bars(): number {
    return this.measures.length + 1;
  }

  get isLocked(): boolean {
    return this.drawing.parsed.score.directives.lock[this.voice];
  }

  /** What is written in a bar, unless it looks otherwise than it is written. */
  plain(bar: number): Measure | null {
    const measure = this.measures[bar];
    if (!measure) return null;
    const { raw, base } = measure.written;
    return isFilled(this.drawing.filled, { start: base + raw.start, end: base + raw.end }) ? null : measure;
  }

  /** Those of some bars. */
  notes(from: number, to: number): readonly SheetNote[] {
    const notes = notesAmong(this.drawing, this.voice, this.countBefore(from), this.countBefore(to));
    return to > this.measures.length ? [...notes, ...this.silent] : notes;
  }

  /** How many there are before a bar. */
  countBefore(bar: number): number {
    let [low, high] = [0, this.events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.events[middle]!.bar < bar) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Whether a bar of a line has what one has that was there before. */
function stays(old: Line, bar: number, fresh: Line, barNow: number, moved: Movement): boolean {
  const [a, b] = [old.plain(bar), fresh.plain(barNow)];
  if (a && b && old.isLocked === fresh.isLocked && isMovedMeasure(a, b, bar, barNow, moved)) return true;
  const [was, is] = [old.notes(bar, bar + 1), fresh.notes(barNow, barNow + 1)];
  return was.length === is.length && was.every((note, i) => isMovedNote(note, is[i]!, moved));
}

/** Whether it is the same writing at its new place. */
function isMovedMeasure(a: Measure, b: Measure, bar: number, barNow: number, moved: Movement): boolean {
  const { bars, ticks } = lateness(bar, moved);
  const { raw, base } = a.written;
  if (raw !== b.written.raw || a.duration !== b.duration) return false;
  if (a.onset + ticks !== b.onset || bar + bars !== barNow) return false;
  const by = b.written.base - base;
  return base + raw.start >= moved.to ? by === moved.by : base + raw.end <= moved.from && by === 0;
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

function isMovedBar(a: Bar, b: Bar, index: number, moved: Movement): boolean {
  const { bars, ticks } = lateness(index, moved);
  return (
    a.onset + ticks === b.onset &&
    a.number + bars === b.number &&
    a.duration === b.duration &&
    a.phase === b.phase &&
    a.barline === b.barline &&
    a.opens.repeat === b.opens.repeat &&
    a.opens.ending === b.opens.ending &&
    equalMetres(a.metre, b.metre) &&
    equalKeys(a.key, b.key) &&
    a.spans.every((span, voice) => isMovedSpan(span, b.spans[voice] ?? null, moved))
  );
}
