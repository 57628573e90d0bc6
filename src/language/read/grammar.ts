// Tokens of a music line -> items: events with their prefix, length and tie, bar lines, and what stands between.
// The grammar is total: every sequence of tokens is a line, so there is nothing to recover from. It knows no
// keys, no metre and no neighbouring line.

import { type MusicKind, type MusicWalk, walk } from './tokens.ts';

/** A length suffix as written: `3/2` is { num: 3, den: 2 }, `/` is { 1, 2 }, nothing is { 1, 1 }. */
export interface Length {
  readonly num: number;
  readonly den: number;
}

/** One written pitch: `^F,,`. Its own length and tie count inside chords only. */
export interface WrittenPitch {
  readonly text: string;
  readonly length: Length;
  readonly tied: boolean;
  readonly start: number;
  readonly end: number;
}

/** Something that takes time. Offsets count from the start of the line. */
export interface EventItem {
  readonly kind: 'event';
  readonly prefix: '' | '?' | '@';
  /** `bare`: a `?` or `@` with nothing or only a length behind it. `bars`: `Z` and `X`. */
  readonly core: 'note' | 'chord' | 'rest' | 'bars' | 'bare';
  /** Of a rest: `z`, `x`, `Z`, `X`; '' otherwise. */
  readonly letter: string;
  readonly pitches: readonly WrittenPitch[];
  readonly length: Length;
  readonly tied: boolean;
  /** False when a chord has no `]`. */
  readonly closed: boolean;
  readonly start: number;
  /** Where the prefix ends. */
  readonly body: number;
  readonly end: number;
}

/** Tokens that say nothing to the reader, and those that an event may begin with. */
type Silent = 'space' | 'spacer' | 'comment';
type Beginning = 'open' | 'pin' | 'note' | 'rest' | 'chord-open';

/** Everything else on a music line, with its text. */
export interface MarkItem {
  readonly kind: Exclude<MusicKind, Silent | Beginning | 'inline-field'> | 'field';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export type Item = EventItem | MarkItem;

const ONE: Length = { num: 1, den: 1 };
const NO_PITCHES: readonly WrittenPitch[] = [];

/** @example lengthOf('3/2') // { num: 3, den: 2 }; '//' is a quarter */
function lengthOf(text: string): Length {
  const slash = text.indexOf('/');
  if (slash < 0) return { num: Number(text), den: 1 };
  const num = slash === 0 ? 1 : Number(text.slice(0, slash));
  let slashes = slash;
  while (text[slashes] === '/') slashes++;
  const den = slashes === text.length ? 2 ** (slashes - slash) : Number(text.slice(slashes));
  return { num, den };
}

/** The items of one music line. Total: there is no line that it refuses. */
export function items(line: string): readonly Item[] {
  const at = walk(line);
  const items: Item[] = [];
  while (at.kind !== null) {
    switch (at.kind) {
      case 'space':
      case 'spacer':
      case 'comment':
        at.next();
        break;
      case 'open':
      case 'pin':
      case 'note':
      case 'rest':
      case 'chord-open':
        items.push(event(at));
        break;
      default: {
        const { kind, image: text, start, end } = at;
        items.push({ kind: kind === 'inline-field' ? 'field' : kind, text, start, end });
        at.next();
      }
    }
  }
  return items;
}

/** What an event is made of before its length and tie are read. */
type Core = Pick<EventItem, 'core' | 'letter' | 'pitches' | 'closed'>;

const BARE: Core = { core: 'bare', letter: '', pitches: NO_PITCHES, closed: true };

function event(at: MusicWalk): EventItem {
  const { start } = at;
  const prefix = at.kind === 'open' ? '?' : at.kind === 'pin' ? '@' : '';
  if (prefix !== '') at.next();
  const body = at.start;
  const { core, letter, pitches, closed } = coreOf(at);
  const length = lengthAt(at);
  const tied = passes(at, 'tie');
  // What is read ends where the next token begins.
  return { kind: 'event', prefix, core, letter, pitches, length, tied, closed, start, body, end: at.start };
}

function coreOf(at: MusicWalk): Core {
  const { kind, image: text, start, end } = at;
  switch (kind) {
    case 'note':
      at.next();
      return {
        core: 'note',
        letter: '',
        pitches: [{ text, length: ONE, tied: false, start, end }],
        closed: true,
      };
    case 'rest':
      at.next();
      return {
        core: text === 'Z' || text === 'X' ? 'bars' : 'rest',
        letter: text,
        pitches: NO_PITCHES,
        closed: true,
      };
    case 'chord-open':
      at.next();
      return { core: 'chord', letter: '', pitches: members(at), closed: passes(at, 'chord-close') };
    default:
      return BARE;
  }
}

/** The pitches of a chord; a rest in a chord is read and dropped. */
function members(at: MusicWalk): readonly WrittenPitch[] {
  const pitches: WrittenPitch[] = [];
  for (;;) {
    const { kind, image: text, start } = at;
    switch (kind) {
      case 'note':
      case 'rest': {
        at.next();
        const length = lengthAt(at);
        const tied = passes(at, 'tie');
        if (kind === 'note') pitches.push({ text, length, tied, start, end: at.start });
        break;
      }
      case 'space':
      case 'decoration':
      case 'annotation':
      case 'chord-symbol':
      case 'slur-open':
      case 'slur-close':
      case 'tie':
      case 'open':
      case 'pin':
        at.next();
        break;
      default:
        return pitches;
    }
  }
}

/** Goes past a token of this kind, if there is one. */
function passes(at: MusicWalk, kind: MusicKind): boolean {
  if (at.kind !== kind) return false;
  at.next();
  return true;
}

function lengthAt(at: MusicWalk): Length {
  if (at.kind !== 'length') return ONE;
  const length = lengthOf(at.image);
  at.next();
  return length;
}
