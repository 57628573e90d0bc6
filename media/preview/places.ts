// From places in the text to notes and bars of a sheet, and back. Pure; knows no page.

import type { Interval, Sheet, Span, Voice } from '../../src/extension/preview/messages.ts';

/** What the editor's selections mean in the score. */
export interface Place {
  /** The notes under them. */
  readonly own: ReadonlySet<number>;
  /** What sounds in the other voices when the first of them begins. */
  readonly together: ReadonlySet<number>;
  /** Index of the bar of the main selection's beginning; null in the header. */
  readonly bar: number | null;
  /** The bars that are selected (indices, both included); null for a mere cursor. */
  readonly bars: { readonly from: number; readonly to: number } | null;
}

export const NOWHERE: Place = { own: new Set(), together: new Set(), bar: null, bars: null };

const touches = (a: Span, b: Span): boolean => a.start < b.end && b.start < a.end;

export function placeOf(sheet: Sheet, spans: readonly Span[]): Place {
  const main = spans[0];
  if (!main) return NOWHERE;
  const own = new Set<number>();
  for (const span of spans) {
    if (span.start === span.end) {
      const under = noteUnder(sheet, span.start);
      if (under !== null) own.add(under);
    } else
      sheet.notes.forEach((note, i) => {
        if (touches(note.span, span)) own.add(i);
      });
  }
  const first = [...own].reduce<number | null>(
    (a, b) => (a === null || sheet.notes[b]!.onset < sheet.notes[a]!.onset ? b : a),
    null,
  );
  const bar = barUnder(sheet, main.start) ?? (first === null ? null : sheet.notes[first]!.bar);
  return {
    own,
    together: first === null ? new Set() : withNote(sheet, first),
    bar,
    bars: barsUnder(sheet, spans),
  };
}

/** The note whose token the cursor is in or at the end of. */
function noteUnder(sheet: Sheet, offset: number): number | null {
  let atEnd: number | null = null;
  for (let i = 0; i < sheet.notes.length; i++) {
    const { span, grace } = sheet.notes[i]!;
    if (grace) continue;
    if (span.start <= offset && offset < span.end) return i;
    if (span.end === offset) atEnd = i;
  }
  return atEnd;
}

const barUnder = (sheet: Sheet, offset: number): number | null => {
  const found = sheet.bars.findIndex((bar) =>
    bar.spans.some((s) => s && s.start <= offset && offset <= s.end),
  );
  return found < 0 ? null : found;
};

function barsUnder(sheet: Sheet, spans: readonly Span[]): Place['bars'] {
  const wide = spans.filter((span) => span.end > span.start);
  const inside = sheet.bars
    .map((_, i) => i)
    .filter((i) => sheet.bars[i]!.spans.some((s) => s && wide.some((span) => touches(s, span))));
  const [from, to] = [inside[0], inside.at(-1)];
  return from === undefined || to === undefined ? null : { from, to };
}

/** The notes of the other voices that sound when a note begins. */
export function withNote(sheet: Sheet, index: number): Set<number> {
  const { onset, voice } = sheet.notes[index]!;
  const found = new Set<number>();
  sheet.notes.forEach((note, i) => {
    if (note.voice !== voice && !note.grace && note.onset <= onset && onset < note.onset + note.duration)
      found.add(i);
  });
  return found;
}

/** Bars as a stretch of time. */
export function stretchOf(
  sheet: Sheet,
  bars: { readonly from: number; readonly to: number },
): Interval | null {
  const [first, last] = [sheet.bars[bars.from], sheet.bars[bars.to]];
  return first && last ? { from: first.onset, to: last.onset + last.duration } : null;
}

export type Step = 'next' | 'previous' | 'up' | 'down' | 'first' | 'last';

/** Where an arrow key leads from a note: along its voice, or to what sounds in the voice above or below. */
export function stepFrom(sheet: Sheet, index: number | null, step: Step): number | null {
  const events = (voice: Voice): number[] =>
    sheet.notes
      .map((_, i) => i)
      .filter((i) => sheet.notes[i]!.voice === voice && !sheet.notes[i]!.grace)
      .sort((a, b) => sheet.notes[a]!.onset - sheet.notes[b]!.onset);
  if (index === null) {
    const start = sheet.notes.findIndex((note) => !note.grace);
    return start < 0 ? null : start;
  }
  const note = sheet.notes[index]!;
  const own = events(note.voice);
  const at = own.indexOf(index);
  if (step === 'next') return own[at + 1] ?? null;
  if (step === 'previous') return own[at - 1] ?? null;
  if (step === 'first') return own[0] ?? null;
  if (step === 'last') return own.at(-1) ?? null;
  const direction = step === 'up' ? -1 : 1;
  for (let voice = note.voice + direction; voice >= 0 && voice <= 3; voice += direction) {
    const there = events(voice as Voice).find((i) => {
      const { onset, duration } = sheet.notes[i]!;
      return onset <= note.onset && note.onset < onset + duration;
    });
    if (there !== undefined) return there;
  }
  return null;
}
