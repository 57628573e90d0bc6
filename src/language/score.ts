// The score: four voices in time, as read from a text. Every event knows its place in that text.
// Nouns only: it is made by `read`, and read by everything else.

import type { Key, Pitch } from './pitch.ts';
import type { Span } from './problem.ts';
import type { Interval, Metre, Tick } from './time.ts';

/** 0 soprano, 1 alto, 2 tenor, 3 bass. */
export type Voice = 0 | 1 | 2 | 3;
export const VOICES: readonly Voice[] = [0, 1, 2, 3];
/** For values from outside: arguments of commands, messages. */
export const isVoice = (value: unknown): value is Voice => VOICES.some((voice) => voice === value);
export const VOICE_LETTERS = ['S', 'A', 'T', 'B'] as const;
export const VOICE_NAMES = ['Soprano', 'Alto', 'Tenor', 'Bass'] as const;

/** Who may change an event: `written` (locked), `open` (to be filled), `pinned` (not even a resample). */
export type State = 'written' | 'open' | 'pinned';

/** One token of music that takes time (or ornaments one that does). */
export interface Event {
  readonly kind: 'note' | 'rest';
  readonly state: State;
  /** `free`: an open span whose rhythm is open too (`?z4`, `?Z`). Written events are `fixed`. */
  readonly rhythm: 'fixed' | 'free';
  readonly voice: Voice;
  /** From the start of the piece, in the order of the text (repeats are not unfolded). */
  readonly onset: Tick;
  readonly duration: Tick;
  /** Index into `Score.bars`. A `?Z2` is one event per bar, all with the same span. */
  readonly bar: number;
  /**
   * What sounds, low to high: one pitch for a note, several for a divisi chord, none for rests and for open
   * events without a present value.
   */
  readonly pitches: readonly Pitch[];
  /** The pitches an open event may take (`?[DFA]2`); null where any will do. */
  readonly candidates: readonly Pitch[] | null;
  /** The token with its `?` or `@`, its pitch, length and tie; without decorations and chord symbols before it. */
  readonly span: Span;
  /** The token without `?` or `@`. */
  readonly body: Span;
  /** Held over into the next event of the voice (`-`). */
  readonly tied: boolean;
  /** Held over from the event before it. */
  readonly continues: boolean;
  readonly fermata: boolean;
  /** In a tuplet, a grace group or off the grid in another way: stays as written, cannot be filled. */
  readonly irregular: 'tuplet' | 'grace' | null;
  /** What signs such as `>` make of the length that is written; null where none stands beside it. */
  readonly broken: Broken | null;
  /** Decoration names without their marks (`fermata`, `trill`), chord symbol (`"D7"`) and annotations before it. */
  readonly decorations: readonly string[];
  readonly chordSymbol: string | null;
  readonly annotations: readonly string[];
  /** One syllable a verse; '' where a verse has none. Continuation marks as in ABC: trailing `-`, `_` for a melisma. */
  readonly lyrics: readonly string[];
  /** A slur starts or ends here (for exports). */
  readonly slurStarts: number;
  readonly slurEnds: number;
}

/** By how much an event is longer or shorter than it is written, for the sign before it and the one after it. */
export interface Broken {
  readonly before: number;
  readonly after: number;
}

/** One of the four voices. */
export interface Part {
  readonly voice: Voice;
  /** The voice's id in the text; null when the text does not have the voice at all. */
  readonly id: string | null;
  readonly name: string;
  /** Where the voice is first declared or begins; an empty span at the end of the header when it is absent. */
  readonly span: Span;
  readonly events: readonly Event[];
  /** Whole bars in which the voice has no music: they count as open. */
  readonly gaps: readonly Interval[];
}

/** A bar common to the four voices. */
export interface Bar {
  /** As musicians count: 1 is the first full bar, a pickup is 0. */
  readonly number: number;
  readonly onset: Tick;
  readonly duration: Tick;
  readonly metre: Metre | null;
  readonly key: Key;
  /** How far into a full bar this bar begins (a pickup of a quarter in 4/4 begins 3 quarters in). */
  readonly phase: Tick;
  /** What closes it. */
  readonly barline: 'single' | 'double' | 'final' | 'repeat-end' | 'repeat-both' | 'repeat-start' | 'none';
  /** Repeat sign or ending number at its start, for exports and playback. */
  readonly opens: { readonly repeat: boolean; readonly ending: string | null };
  /** The text of this bar in each voice, bar line excluded; null where the voice has no music. */
  readonly spans: readonly [Span | null, Span | null, Span | null, Span | null];
}

export interface Tempo {
  readonly onset: Tick;
  /** Quarter notes a minute. */
  readonly quarters: number;
  readonly text: string | null;
}

/** `%%cantus:` directives, all with their defaults in place. Voice-wise values are S, A, T, B. */
export interface Directives {
  readonly grid: 16 | 8 | 4;
  readonly seed: number | null;
  readonly temperature: readonly [number | null, number | null, number | null, number | null];
  readonly steps: number | null;
  /** MIDI numbers, both included. */
  readonly range: readonly [Range, Range, Range, Range];
  readonly lock: readonly [boolean, boolean, boolean, boolean];
  /** `%%cantus:open A 3-6`: bar numbers, both included. */
  readonly open: readonly { readonly voice: Voice; readonly from: number; readonly to: number }[];
  readonly chords: 'prefer' | 'require' | 'ignore';
  readonly rules: 'bach' | 'strict' | 'off';
  readonly model: string | null;
}

export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Comfortable choral ranges, in MIDI numbers: C4-A5, F3-E5, C3-A4, E2-E4 (a little wider than hymnals ask). */
export const DEFAULT_RANGES: Directives['range'] = [
  { low: 60, high: 81 },
  { low: 53, high: 76 },
  { low: 48, high: 69 },
  { low: 36, high: 64 },
];

/** A four-voice piece. `bars` cover it from 0 to `length` without holes. */
export interface Score {
  readonly title: string;
  readonly composer: string;
  /** The length that a number-less note has, in ticks (`L:`). */
  readonly unit: Tick;
  readonly key: Key;
  readonly metre: Metre | null;
  readonly tempos: readonly Tempo[];
  readonly parts: readonly [Part, Part, Part, Part];
  readonly bars: readonly Bar[];
  readonly length: Tick;
  readonly directives: Directives;
}
