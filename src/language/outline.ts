// The structure of a piece for editors: voices and bars, places that sound together, what encloses a selection.
// Values only; how an editor shows them is not known here.

import type { Span } from './problem.ts';
import { type Event, type Score, VOICE_NAMES, type Voice } from './score.ts';

/** A voice with its bars, for an outline view. */
export interface VoiceOutline {
  readonly voice: Voice;
  /** `Soprano`, or as the text names it; its id where that differs: `Soprano (S1V1)`. */
  readonly title: string;
  readonly span: Span;
  /** Bars the voice has music in. */
  readonly bars: readonly { readonly title: string; readonly span: Span; readonly bar: number }[];
}

/** Voices that are in the text, with their bars. */
export function outline(score: Score): VoiceOutline[] {
  return score.parts
    .filter(({ id }) => id !== null)
    .map(({ voice, id, name, span }) => ({
      voice,
      title: id === '' || id === name || id === VOICE_NAMES[voice] ? name : `${name} (${id})`,
      span,
      bars: score.bars.flatMap((bar, i) => {
        const at = bar.spans[voice];
        return at === null ? [] : [{ title: `Bar ${bar.number}`, span: at, bar: i }];
      }),
    }));
}

const holds = ({ start, end }: Span, offset: number): boolean => start <= offset && offset <= end;

/** The event at a place in the text; where two touch, the one that begins there. Null between events. */
export function eventAt(score: Score, offset: number): Event | null {
  let found: Event | null = null;
  for (const { events } of score.parts) {
    for (const event of events) {
      if (holds(event.span, offset) && (found === null || event.span.start > found.span.start)) found = event;
    }
  }
  return found;
}

/** Events of all voices that sound at the moment the given one begins, itself included: the same place in the score. */
export const together = (score: Score, event: Event): Event[] =>
  score.parts.flatMap(({ events }) =>
    events.filter(
      ({ onset, duration }) =>
        onset === event.onset || (onset < event.onset && event.onset < onset + duration),
    ),
  );

/** A stretch of bars, indices into `Score.bars`, both included. */
export interface BarRange {
  readonly from: number;
  readonly to: number;
}

/** The bars a selection touches, in whatever voice; null where it touches none. */
export function barsIn(score: Score, selection: Span): BarRange | null {
  const touched = score.bars.flatMap((bar, i) =>
    bar.spans.some((span) => span !== null && span.start <= selection.end && selection.start <= span.end)
      ? [i]
      : [],
  );
  const [from] = touched;
  const to = touched[touched.length - 1];
  return from === undefined || to === undefined ? null : { from, to };
}

/** Phrases end with a fermata or a bar line that is more than single. Bars of the phrase around one. */
export function phraseAround(score: Score, bar: number): BarRange {
  const ends = (index: number): boolean => {
    const { barline } = score.bars[index]!;
    const strong = barline !== 'single' && barline !== 'none' && barline !== 'repeat-start';
    return (
      strong || score.parts.some(({ events }) => events.some((event) => event.bar === index && event.fermata))
    );
  };
  let from = bar;
  while (from > 0 && !ends(from - 1)) from--;
  let to = bar;
  while (to + 1 < score.bars.length && !ends(to)) to++;
  return { from, to };
}

/** What encloses a place, from the inside out: its event, its bar, its phrase in this voice, all of its voice. */
export function selectionRanges(score: Score, offset: number): Span[] {
  const event = eventAt(score, offset);
  if (event === null) return [];
  const spanOf = ({ from, to }: BarRange): Span | null => {
    const spans = score.bars.slice(from, to + 1).flatMap((bar) => bar.spans[event.voice] ?? []);
    return spans.length === 0
      ? null
      : { start: Math.min(...spans.map((s) => s.start)), end: Math.max(...spans.map((s) => s.end)) };
  };
  const around = [
    event.span,
    spanOf({ from: event.bar, to: event.bar }),
    spanOf(phraseAround(score, event.bar)),
    spanOf({ from: 0, to: score.bars.length - 1 }),
  ];
  const grown: Span[] = [];
  for (const span of around) {
    const inner = grown[grown.length - 1];
    if (span === null || (inner && inner.start === span.start && inner.end === span.end)) continue;
    grown.push(
      inner ? { start: Math.min(inner.start, span.start), end: Math.max(inner.end, span.end) } : span,
    );
  }
  return grown;
}
