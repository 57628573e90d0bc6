// What reading passes on before there is a score: voices as written, bar by bar, and what was noted on the way.
// Nouns only.

import type { Key } from '../pitch.ts';
import type { Fix, Severity, Span } from '../problem.ts';
import type { Bar, Event } from '../score.ts';
import type { Metre, Tick } from '../time.ts';

/** What a tempo mark asks for. */
export interface Speed {
  /** Quarter notes a minute. */
  readonly quarters: number;
  readonly text: string | null;
}

/**
 * An event as its voice writes it, under construction until its line is read. It has no place in the score yet:
 * `onset` counts from the start of its bar, offsets from the bar's base.
 */
export type Draft = {
  -readonly [K in Exclude<keyof Event, 'voice' | 'bar' | 'span' | 'body'>]: Event[K];
} & {
  readonly start: number;
  /** Where the prefix ends. */
  readonly body: number;
  readonly end: number;
  /** The tempo that begins with it. */
  speed: Speed | null;
};

/** How a voice writes from one of its events on: what a note without a number lasts, and what its pitches sound. */
export interface Stand {
  readonly key: Key;
  readonly unit: Tick;
  readonly octave: number;
  readonly transpose: number;
}

/** A field within a bar that changes how its voice writes. */
export interface Turn extends Stand {
  /** So many events of the bar come before it. */
  readonly from: number;
  /** Whether accidentals before it are over. */
  readonly forgets: boolean;
}

/** A bar of one voice, as written. Offsets count from its base. */
export interface RawBar {
  events: Draft[];
  /** Sum of the lengths in it; what `Z` adds is not known yet. */
  length: Tick;
  /** Its last event is a `Z`, which fills it (from `length` on). */
  whole: boolean;
  /** Two bar lines on one line with nothing between them: a bar to be filled. */
  empty: boolean;
  /** From its first token to the end of its last event (or the slur or tie on it). */
  start: number;
  end: number;
  /** Where the text goes on to another voice before the bar is over; -1 where it does not. */
  cut: number;
  key: Key;
  metre: Metre | null;
  /** How this voice writes lengths and pitches when the bar begins. */
  unit: Tick;
  octave: number;
  transpose: number;
  /** What changes before the bar is over; mostly nothing. */
  turns: readonly Turn[];
  barline: Bar['barline'];
  repeat: boolean;
  ending: string | null;
  /** Whether the bar line is the last thing on its line. */
  lineEnd: boolean;
  /** Where a bar line is missing before this bar; -1 where none is. */
  lineMissing: number;
}

/** A bar in its place in the text: `base` is where the line begins on which the bar does. */
export interface Written {
  readonly raw: RawBar;
  readonly base: number;
}

export interface Stream {
  /** '' for the voice of a tune without `V:`. */
  readonly id: string;
  name: string;
  clef: string | null;
  /** How it writes pitches where it ends: in the whole of a voice without music. */
  octave: number;
  transpose: number;
  span: Span;
  readonly bars: Written[];
}

/** Something to tell the user, noted while reading. */
export interface Finding {
  readonly code: string;
  readonly message: string;
  readonly span: Span;
  readonly fixes?: readonly Fix[];
  /** Where it differs from the severity of the check. */
  readonly severity?: Severity;
}

/** The first tune of a text, voice by voice. */
export interface Tune {
  readonly titles: readonly string[];
  readonly composers: readonly string[];
  readonly fields: ReadonlySet<string>;
  readonly unit: Tick;
  readonly key: Key;
  readonly metre: Metre | null;
  readonly streams: readonly Stream[];
  /** Voice ids in the order of `%%score` or `%%staves`; empty without one. */
  readonly order: readonly string[];
  /** `%%` and `I:` lines of the tune and of the file's header. */
  readonly directives: readonly { readonly name: string; readonly value: string; readonly span: Span }[];
  /** Where the header ends: the end of its `K:` line (or where music begins). */
  readonly headerEnd: number;
  /** The whole tune. */
  readonly span: Span;
  readonly findings: readonly Finding[];
}
