// A draft in its place: the event as the score has it. What its voice writes stays where it is, since a keystroke
// moves thousands of events and rewrites one. Knows no rule of reading.

import type { Span } from '../problem.ts';
import type { Event, Voice } from '../score.ts';
import type { Tick } from '../time.ts';
import type { Draft } from './raw.ts';

export class Placed implements Event {
  #span: Span | null = null;

  constructor(
    readonly draft: Draft,
    /** What the draft's offsets count from. */
    private readonly base: number,
    readonly voice: Voice,
    readonly bar: number,
    readonly onset: Tick,
    readonly duration: Tick,
  ) {}

  get span(): Span {
    this.#span ??= { start: this.base + this.draft.start, end: this.base + this.draft.end };
    return this.#span;
  }

  get body(): Span {
    const { start, body } = this.draft;
    return body === start ? this.span : { start: this.base + body, end: this.span.end };
  }

  get kind() {
    return this.draft.kind;
  }

  get state() {
    return this.draft.state;
  }

  get rhythm() {
    return this.draft.rhythm;
  }

  get pitches() {
    return this.draft.pitches;
  }

  get candidates() {
    return this.draft.candidates;
  }

  get tied() {
    return this.draft.tied;
  }

  get continues() {
    return this.draft.continues;
  }

  get fermata() {
    return this.draft.fermata;
  }

  get irregular() {
    return this.draft.irregular;
  }

  get broken() {
    return this.draft.broken;
  }

  get decorations() {
    return this.draft.decorations;
  }

  get chordSymbol() {
    return this.draft.chordSymbol;
  }

  get annotations() {
    return this.draft.annotations;
  }

  get lyrics() {
    return this.draft.lyrics;
  }

  get slurStarts() {
    return this.draft.slurStarts;
  }

  get slurEnds() {
    return this.draft.slurEnds;
  }

  toJSON(): Event {
    return copyOf(this);
  }
}

/** Whether two events are written by the very same signs, wherever those stand. */
export const isSameDraft = (a: Event, b: Event): boolean =>
  a instanceof Placed && b instanceof Placed && a.draft === b.draft;

/** All of an event as one value, to change or to compare. */
export function copyOf(event: Event): Event {
  const { kind, state, rhythm, voice, onset, duration, bar, pitches, candidates, span, body } = event;
  const { tied, continues, fermata, irregular, broken, decorations, chordSymbol, annotations } = event;
  const { lyrics, slurStarts, slurEnds } = event;
  return {
    ...{ kind, state, rhythm, voice, onset, duration, bar, pitches, candidates, span, body },
    ...{ tied, continues, fermata, irregular, broken, decorations, chordSymbol, annotations },
    ...{ lyrics, slurStarts, slurEnds },
  };
}
