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

const SILENT: readonly TokenType[] = [Music.Spacer, Music.Comment];
const INSIDE_CHORD: readonly TokenType[] = [
  Music.Decoration,
  Music.Annotation,
  Music.ChordSymbol,
  Music.SlurOpen,
  Music.SlurClose,
  Music.Tie,
  Music.Open,
  Music.Pin,
];

/** As whole numbers: Chevrotain keeps offsets as fractions, which take twice the room in everything made of them. */
const startOf = ({ startOffset }: IToken): number => startOffset | 0;
const endOf = (token: IToken): number => startOf(token) + token.image.length;

/** What an event is made of before its length and tie are read. */
type Core = Pick<EventItem, 'core' | 'letter' | 'pitches' | 'closed'>;

const BARE: Core = { core: 'bare', letter: '', pitches: NO_PITCHES, closed: true };

const noteOf = (text: string): Core => ({
  core: 'note',
  letter: '',
  pitches: [{ text, length: ONE, tied: false }],
  closed: true,
});

const restOf = (letter: string): Core => ({
  core: letter === 'Z' || letter === 'X' ? 'bars' : 'rest',
  letter,
  pitches: NO_PITCHES,
  closed: true,
});

/** Notes up to this length are made once for all texts: there are not many of them, and they make up most pieces. */
const LONGEST_KNOWN = 4;

/** What an event is while the grammar is being learnt, before there is a text. */
const RECORDED: Item = { kind: 'unknown', text: '', start: 0, end: 0 };

/** Every note of a piece comes by here: what a rule may choose from is made once, not at each visit. */
class MusicGrammar extends EmbeddedActionsParser {
  private readonly onLine;
  private readonly inChord;
  private readonly cores: { readonly ALT: () => Core }[];
  private readonly heads: { readonly ALT: () => Core }[];
  private readonly notes = new Map<string, Core>();
  /** Of the event that is being read. */
  private prefix: '' | '?' | '@' = '';

  constructor() {
    super(Object.values(Music), { maxLookahead: 1, recoveryEnabled: false });
    const mark = (type: TokenType, kind: MarkItem['kind']) => ({
      ALT: (): Item => {
        const token = this.CONSUME(type);
        return { kind, text: token.image, start: startOf(token), end: endOf(token) };
      },
    });
    const skip = (type: TokenType) => ({
      ALT: (): null => {
        this.CONSUME(type);
        return null;
      },
    });
    this.onLine = [
      { ALT: (): Item => this.event() },
      ...MARKS.map(([type, kind]) => mark(type, kind)),
      ...SILENT.map(skip),
    ];
    this.cores = [
      { ALT: () => this.note(this.CONSUME(Music.Note).image) },
      { ALT: () => restOf(this.CONSUME(Music.Rest).image) },
      { ALT: () => this.SUBRULE(this.chord) },
    ];
    const afterPrefix = (type: TokenType, prefix: '?' | '@', core: () => Core | undefined) => ({
      ALT: () => {
        this.CONSUME(type);
        this.prefix = prefix;
        return (this.touches && core()) || BARE;
      },
    });
    const core = () => this.SUBRULE(this.core);
    this.heads = [
      ...this.cores,
      afterPrefix(Music.Open, '?', () => this.OPTION2(core)),
      afterPrefix(Music.Pin, '@', () => this.OPTION3(() => this.SUBRULE1(this.core))),
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

  /** Whether no space stands before the next token. */
  private get touches(): boolean {
    return this.RECORDING_PHASE || startOf(this.LA(1)) === endOf(this.LA(0));
  }

  /** Part of the rule of lines, which has one for nearly every note. */
  private event(): Item {
    this.prefix = '';
    const first = this.LA(1);
    const core = this.OR1<Core>(this.heads);
    const length = this.touches ? this.OPTION(this.takeLength) : undefined;
    const tie = this.touches ? this.OPTION1(this.takeTie) : undefined;
    return this.RECORDING_PHASE ? RECORDED : this.finish(first, core, length, tie);
  }

  private readonly takeLength = () => this.CONSUME1(Music.Length);
  private readonly takeTie = () => this.CONSUME1(Music.Tie);

  private finish(
    first: IToken,
    { core, letter, pitches, closed }: Core,
    length: IToken | undefined,
    tie: IToken | undefined,
  ): EventItem | MarkItem {
    const { prefix } = this;
    const start = startOf(first);
    if (prefix === '@' && core === 'bare') {
      const text = prefix + (length?.image ?? '') + (tie?.image ?? '');
      return { kind: 'unknown', text, start, end: start + text.length };
    }
    return {
      kind: 'event',
      prefix,
      core,
      letter,
      pitches,
      length: length ? lengthOf(length.image) : ONE,
      tied: tie !== undefined,
      closed,
      start,
      body: start + prefix.length,
      end: endOf(this.LA(0)),
    };
  }

  private note(text: string): Core {
    const known = this.notes.get(text);
    if (known) return known;
    const core = noteOf(text);
    if (text.length <= LONGEST_KNOWN) this.notes.set(text, core);
    return core;
  }

  /** What stands behind a prefix. */
  private readonly core = this.RULE('core', (): Core => this.OR(this.cores));

  private readonly chord = this.RULE('chord', (): Core => {
    this.CONSUME(Music.ChordOpen);
    const pitches: WrittenPitch[] = [];
    this.MANY(() => {
      const pitch = this.OR<WrittenPitch | null>(this.inChord);
      if (pitch) pitches.push(pitch);
    });
    const close = this.OPTION(() => this.CONSUME(Music.ChordClose));
    return this.ACTION(() => ({ core: 'chord', letter: '', pitches, closed: close !== undefined }));
  });

  /** A pitch of a chord; a rest in a chord is read and dropped. */
  private readonly member = this.RULE('member', (): WrittenPitch | null => {
    const head = this.OR([{ ALT: () => this.CONSUME(Music.Note) }, { ALT: () => this.CONSUME(Music.Rest) }]);
    const length = this.touches ? this.OPTION(this.takeLength) : undefined;
    const tie = this.touches ? this.OPTION1(this.takeTie) : undefined;
    return this.ACTION(() =>
      head.tokenType === Music.Rest
        ? null
        : { text: head.image, length: length ? lengthOf(length.image) : ONE, tied: tie !== undefined },
    );
  });
}

const grammar = new MusicGrammar();

/** The items of one music line. Total: throws only on a bug of the grammar itself. */
export function items(tokens: IToken[]): readonly Item[] {
  grammar.input = tokens.filter(({ tokenType }) => tokenType !== Music.Space);
  const result = grammar.line();
  if (grammar.errors.length > 0) throw new Error(`the grammar refused a line: ${grammar.errors[0]?.message}`);
  return result;
}
