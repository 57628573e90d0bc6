// Tokens of a music line -> items: events with their prefix, length and tie, bar lines, and what stands between.
// The grammar is total: every sequence of tokens is a line, so there is nothing to recover from. It knows no
// keys, no metre and no neighbouring line.

import { EmbeddedActionsParser, type IToken, type TokenType } from 'chevrotain';
import { Music } from './tokens.ts';

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

/** Marks that stand for themselves on a line and, some of them, inside a chord. */
const MARKS = [
  [Music.Bar, 'bar'],
  [Music.Ending, 'ending'],
  [Music.InlineField, 'field'],
  [Music.ChordSymbol, 'chord-symbol'],
  [Music.Annotation, 'annotation'],
  [Music.Decoration, 'decoration'],
  [Music.Tuplet, 'tuplet'],
  [Music.SlurOpen, 'slur-open'],
  [Music.SlurClose, 'slur-close'],
  [Music.Tie, 'tie'],
  [Music.Broken, 'broken'],
  [Music.GraceOpen, 'grace-open'],
  [Music.GraceClose, 'grace-close'],
  [Music.Overlay, 'overlay'],
  [Music.Continuation, 'continuation'],
  [Music.ChordClose, 'chord-close'],
  [Music.UnclosedQuote, 'unclosed-quote'],
  [Music.UnclosedDecoration, 'unclosed-decoration'],
  [Music.Length, 'length'],
  [Music.Unknown, 'unknown'],
] as const satisfies readonly (readonly [TokenType, string])[];

/** Everything else on a music line, with its text. */
export interface MarkItem {
  readonly kind: (typeof MARKS)[number][1];
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

const SILENT: readonly TokenType[] = [Music.Space, Music.Spacer, Music.Comment];
const INSIDE_CHORD: readonly TokenType[] = [
  Music.Space,
  Music.Decoration,
  Music.Annotation,
  Music.ChordSymbol,
  Music.SlurOpen,
  Music.SlurClose,
  Music.Tie,
  Music.Open,
  Music.Pin,
];

const endOf = (token: IToken): number => token.startOffset + token.image.length;

/** What an event is made of before its length and tie are read. */
type Core = Pick<EventItem, 'core' | 'letter' | 'pitches' | 'closed' | 'start' | 'end'>;

function finish(
  prefix: IToken | undefined,
  core: Core | undefined,
  length: IToken | undefined,
  tie: IToken | undefined,
): EventItem {
  const start = prefix ? prefix.startOffset : (core?.start ?? 0);
  const body = prefix ? endOf(prefix) : start;
  const last = tie ?? length;
  return {
    kind: 'event',
    prefix: prefix ? (prefix.image as '?' | '@') : '',
    core: core ? core.core : 'bare',
    letter: core ? core.letter : '',
    pitches: core ? core.pitches : NO_PITCHES,
    length: length ? lengthOf(length.image) : ONE,
    tied: tie !== undefined,
    closed: core ? core.closed : true,
    start,
    body,
    end: last ? endOf(last) : core ? core.end : body,
  };
}

function noteOf({ image: text, startOffset: start }: IToken): Core {
  const end = start + text.length;
  const pitches = [{ text, length: ONE, tied: false, start, end }];
  return { core: 'note', letter: '', pitches, closed: true, start, end };
}

function restOf({ image: letter, startOffset: start }: IToken): Core {
  const core = letter === 'Z' || letter === 'X' ? 'bars' : 'rest';
  return { core, letter, pitches: NO_PITCHES, closed: true, start, end: start + 1 };
}

/** Every note of a piece comes by here: what a rule may choose from is made once, not at each visit. */
class MusicGrammar extends EmbeddedActionsParser {
  private readonly onLine;
  private readonly inChord;
  private readonly cores: { readonly ALT: () => Core }[];
  private readonly heads: { readonly ALT: () => Core | undefined }[];
  /** Of the event that is being read. */
  private prefix: IToken | undefined;

  constructor() {
    super(Object.values(Music), { maxLookahead: 1, recoveryEnabled: false });
    const mark = (type: TokenType, kind: MarkItem['kind']) => ({
      ALT: (): Item => {
        const token = this.CONSUME(type);
        return { kind, text: token.image, start: token.startOffset, end: endOf(token) };
      },
    });
    const skip = (type: TokenType) => ({
      ALT: (): null => {
        this.CONSUME(type);
        return null;
      },
    });
    this.onLine = [
      { ALT: (): Item => this.SUBRULE(this.event) },
      ...MARKS.map(([type, kind]) => mark(type, kind)),
      ...SILENT.map(skip),
    ];
    this.cores = [
      { ALT: () => noteOf(this.CONSUME(Music.Note)) },
      { ALT: () => restOf(this.CONSUME(Music.Rest)) },
      { ALT: () => this.SUBRULE(this.chord) },
    ];
    const afterPrefix = (type: TokenType, core: () => Core | undefined) => ({
      ALT: () => {
        this.prefix = this.CONSUME(type);
        return core();
      },
    });
    const core = () => this.SUBRULE(this.core);
    this.heads = [
      ...this.cores,
      afterPrefix(Music.Open, () => this.OPTION2(core)),
      afterPrefix(Music.Pin, () => this.OPTION3(() => this.SUBRULE1(this.core))),
    ];
    this.inChord = [{ ALT: () => this.SUBRULE(this.member) }, ...INSIDE_CHORD.map(skip)];
    this.performSelfAnalysis();
  }

  readonly line = this.RULE('line', (): Item[] => {
    const items: Item[] = [];
    this.MANY(() => {
      const item = this.OR<Item | null>(this.onLine);
      if (item) items.push(item);
    });
    return items;
  });

  private readonly event = this.RULE('event', (): EventItem => {
    this.prefix = undefined;
    const core = this.OR<Core | undefined>(this.heads);
    const length = this.OPTION(this.takeLength);
    const tie = this.OPTION1(this.takeTie);
    return this.ACTION(() => finish(this.prefix, core, length, tie));
  });

  private readonly takeLength = () => this.CONSUME(Music.Length);
  private readonly takeTie = () => this.CONSUME(Music.Tie);

  /** What stands behind a prefix. */
  private readonly core = this.RULE('core', (): Core => this.OR(this.cores));

  private readonly chord = this.RULE('chord', (): Core => {
    const open = this.CONSUME(Music.ChordOpen);
    const pitches: WrittenPitch[] = [];
    this.MANY(() => {
      const pitch = this.OR<WrittenPitch | null>(this.inChord);
      if (pitch) pitches.push(pitch);
    });
    const close = this.OPTION(() => this.CONSUME(Music.ChordClose));
    return this.ACTION(() => {
      const end = endOf(close ?? this.LA(0));
      return {
        core: 'chord',
        letter: '',
        pitches,
        closed: close !== undefined,
        start: open.startOffset,
        end,
      };
    });
  });

  /** A pitch of a chord; a rest in a chord is read and dropped. */
  private readonly member = this.RULE('member', (): WrittenPitch | null => {
    const head = this.OR([{ ALT: () => this.CONSUME(Music.Note) }, { ALT: () => this.CONSUME(Music.Rest) }]);
    const length = this.OPTION(this.takeLength);
    const tie = this.OPTION1(this.takeTie);
    return this.ACTION(() => {
      if (head.tokenType === Music.Rest) return null;
      const end = endOf(tie ?? length ?? head);
      const written = length ? lengthOf(length.image) : ONE;
      return { text: head.image, length: written, tied: tie !== undefined, start: head.startOffset, end };
    });
  });
}

const grammar = new MusicGrammar();

/** The items of one music line. Total: throws only on a bug of the grammar itself. */
export function items(tokens: IToken[]): readonly Item[] {
  grammar.input = tokens;
  const result = grammar.line();
  if (grammar.errors.length > 0) throw new Error(`the grammar refused a line: ${grammar.errors[0]?.message}`);
  return result;
}
