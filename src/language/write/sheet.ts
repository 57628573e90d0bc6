// Parsed -> sheet: all that a picture of a score, its playing and its description need, in plain data that can be sent
// to another process. Knows no editor and no page.

import { type Key, LETTERS, midi, type Pitch, pitchName } from '../pitch.ts';
import type { Span } from '../problem.ts';
import type { Parsed } from '../read/parse.ts';
import type { Bar, Event, Part, Score, Voice } from '../score.ts';
import { beatTicks, type Metre, TICKS_PER_WHOLE, type Tick } from '../time.ts';
import { type Addition, previewOf } from './preview.ts';
import { type SilentBar, silenceOf } from './silence.ts';

/** How a note came to be and who may change it: what its look in the picture tells. */
export type Look = 'written' | 'open' | 'filled' | 'pinned' | 'locked';

/** One event of a voice: a note, a divisi chord, or (no pitches) a rest or an open place. */
export interface SheetNote {
  readonly voice: Voice;
  readonly onset: Tick;
  readonly duration: Tick;
  /** Index into `Sheet.bars`. */
  readonly bar: number;
  readonly look: Look;
  readonly rest: boolean;
  /** MIDI numbers, low to high. */
  readonly pitches: readonly number[];
  /** The same pitches as they are spelled: `F#4`. */
  readonly names: readonly string[];
  readonly span: Span;
  /** Held into the next event of the voice. */
  readonly tied: boolean;
  readonly fermata: boolean;
  readonly grace: boolean;
  /** Syllable of the first verse, or ''. */
  readonly lyric: string;
  /** The chord symbol before it, or ''. */
  readonly chord: string;
}

export interface SheetBar {
  /** As musicians count; a pickup is 0. */
  readonly number: number;
  readonly onset: Tick;
  readonly duration: Tick;
  readonly metre: Metre | null;
  /** How far into a full bar it begins. */
  readonly phase: Tick;
  /** The length of a beat; 0 without a metre. */
  readonly beat: Tick;
  /** Tonic and mode: `Bb major`. */
  readonly key: string;
  readonly repeatStarts: boolean;
  readonly repeatEnds: boolean;
  /** Number or list of numbers of the ending that begins here (`1`, `1,3`), or ''. */
  readonly ending: string;
  readonly spans: readonly [Span | null, Span | null, Span | null, Span | null];
}

export interface SheetTempo {
  readonly onset: Tick;
  /** Quarter notes a minute. */
  readonly quarters: number;
}

export interface SheetVoice {
  /** The voice's id in the text, or null where the text does not have it. */
  readonly id: string | null;
  readonly name: string;
}

/** All that the preview must know of a score in order to mark, describe and play it. */
export interface Sheet {
  readonly title: string;
  /** The unit of all times. */
  readonly ticksPerWhole: number;
  readonly length: Tick;
  readonly voices: readonly [SheetVoice, SheetVoice, SheetVoice, SheetVoice];
  readonly notes: readonly SheetNote[];
  readonly bars: readonly SheetBar[];
  readonly tempos: readonly SheetTempo[];
}

/** A text to draw and what it means. `abc` begins with the document, in its length, so that offsets agree. */
export interface Reading {
  readonly abc: string;
  readonly sheet: Sheet;
  /** Stretches of `abc` behind the document, in order, each to be read as if it stood at a place in it. */
  readonly added: readonly (Span & { readonly at: number })[];
}

/** A reading whose notes are not written out yet: most are never asked for while a text is typed. */
export interface Drawing {
  readonly parsed: Parsed;
  /** Tokens that a run has just written, in the order of the text. */
  readonly filled: readonly Span[];
  readonly abc: string;
  readonly added: Reading['added'];
  readonly silent: readonly SilentBar[];
}

/** What to draw. `filled` are tokens that a run has just written. */
export function drawingOf(parsed: Parsed, filled: readonly Span[] = []): Drawing {
  const silence = silenceOf(parsed);
  const preview = previewOf(parsed);
  let abc = preview.text;
  const add = ({ text, at }: Addition): Reading['added'][number] => {
    const start = abc.length;
    abc += text;
    return { start, end: abc.length, at };
  };
  const added = preview.added.map(add);
  const by = abc.length;
  if (silence) added.push(add(silence));
  const silent = (silence?.bars ?? []).map(({ span, ...bar }) => ({
    ...bar,
    span: { start: span.start + by, end: span.end + by },
  }));
  return { parsed, filled: [...filled].sort((x, y) => x.start - y.start), abc, added, silent };
}

/** What to draw, and what it means. */
export const readingOf = (parsed: Parsed, filled?: readonly Span[]): Reading =>
  writtenOut(drawingOf(parsed, filled));

export const writtenOut = ({ parsed, filled, abc, added, silent }: Drawing): Reading => ({
  abc,
  sheet: sheetOf(parsed.score, filled, silent),
  added,
});

export function sheetOf(
  score: Score,
  filled: readonly Span[] = [],
  silent: readonly SilentBar[] = [],
): Sheet {
  const spelled = spelling();
  return {
    ...frameOf(score),
    notes: score.parts.flatMap(({ voice, events }) => [
      ...events.map((event) => noteOf(event, lookOf(event, filled, score.directives.lock[voice]), spelled)),
      ...silentNotes(silent, voice),
    ]),
    bars: score.bars.map(sheetBar),
  };
}

/** A sheet but for its notes and bars. */
export function frameOf(score: Score): Omit<Sheet, 'notes' | 'bars'> {
  const [s, a, t, b] = score.parts;
  return {
    title: score.title,
    ticksPerWhole: TICKS_PER_WHOLE,
    length: score.length,
    voices: [voiceOf(s), voiceOf(a), voiceOf(t), voiceOf(b)],
    tempos: score.tempos.map(({ onset, quarters }) => ({ onset, quarters })),
  };
}

/** Some events of a drawing, by their places among those of their voice. */
export function notesAmong({ parsed: { score }, filled }: Drawing, voice: Voice, from: number, to: number) {
  const spelled = spelling();
  const locked = score.directives.lock[voice];
  return score.parts[voice].events
    .slice(from, to)
    .map((event) => noteOf(event, lookOf(event, filled, locked), spelled));
}

/** A voice's bars in which nothing is written. */
export const silentNotes = (silent: readonly SilentBar[], voice: Voice): SheetNote[] =>
  silent.filter((bar) => bar.voice === voice).map(openBar);

export const sheetBar = (bar: Bar): SheetBar => ({
  number: bar.number,
  onset: bar.onset,
  duration: bar.duration,
  metre: bar.metre,
  phase: bar.phase,
  beat: bar.metre ? beatTicks(bar.metre) : 0,
  key: keyName(bar.key),
  repeatStarts: bar.opens.repeat || bar.barline === 'repeat-start',
  repeatEnds: bar.barline === 'repeat-end' || bar.barline === 'repeat-both',
  ending: bar.opens.ending ?? '',
  spans: bar.spans,
});

/** Numbers and names of pitches, found once for each list: equal sounds of a text share theirs. */
function spelling(): (pitches: readonly Pitch[]) => Pick<SheetNote, 'pitches' | 'names'> {
  const known = new Map<readonly Pitch[], Pick<SheetNote, 'pitches' | 'names'>>();
  return (pitches) => {
    const found = known.get(pitches) ?? { pitches: pitches.map(midi), names: pitches.map(pitchName) };
    known.set(pitches, found);
    return found;
  };
}

const voiceOf = ({ id, name }: Part): SheetVoice => ({ id, name });

function noteOf(event: Event, look: Look, spelled: ReturnType<typeof spelling>): SheetNote {
  const { pitches, names } = spelled(event.pitches);
  return {
    voice: event.voice,
    onset: event.onset,
    duration: event.duration,
    bar: event.bar,
    look,
    rest: event.kind === 'rest' && event.state === 'written',
    pitches,
    names,
    span: event.span,
    tied: event.tied,
    fermata: event.fermata,
    grace: event.irregular === 'grace',
    lyric: event.lyrics[0] ?? '',
    chord: event.chordSymbol ?? '',
  };
}

const openBar = ({ voice, bar, from, to, span }: SilentBar): SheetNote => ({
  voice,
  onset: from,
  duration: to - from,
  bar,
  look: 'open',
  rest: false,
  pitches: [],
  names: [],
  span,
  tied: false,
  fermata: false,
  grace: false,
  lyric: '',
  chord: '',
});

function lookOf({ state, span }: Event, filled: readonly Span[], locked: boolean): Look {
  if (state !== 'written') return state;
  if (isFilled(filled, span)) return 'filled';
  return locked ? 'locked' : 'written';
}

/** Whether one of these tokens, which are in order, is in a stretch of the text. */
export function isFilled(filled: readonly Span[], { start, end }: Span): boolean {
  let [low, high] = [0, filled.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (filled[middle]!.end <= start) low = middle + 1;
    else high = middle;
  }
  return low < filled.length && filled[low]!.start < end;
}

function keyName({ tonic, mode }: Key): string {
  const alter = tonic.alter === 0 ? '' : tonic.alter > 0 ? '#' : 'b';
  return `${LETTERS[tonic.letter]}${alter} ${mode}`;
}

/**
 * The stretches of the text that hold some bars, one or more for each voice: where a voice's bars stand in one line
 * they are one stretch. Bars are indices, both included.
 */
export function spansOfBars(text: string, bars: readonly Bar[], from: number, to: number): Span[] {
  const found: Span[] = [];
  for (let voice = 0; voice < 4; voice++) {
    let last: Span | null = null;
    for (const bar of bars.slice(from, to + 1)) {
      const span = bar.spans[voice];
      if (!span) continue;
      if (last && !/[\r\n]/.test(text.slice(last.end, span.start))) {
        last = { start: last.start, end: span.end };
        found[found.length - 1] = last;
      } else {
        last = span;
        found.push(span);
      }
    }
  }
  return found;
}
