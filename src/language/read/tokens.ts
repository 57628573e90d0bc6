// Text of one line -> tokens that cover it without a hole. Knows the signs of ABC 2.1 (plus `?` and `@`), not
// what they mean; what it does not know becomes an `unknown` token, so nothing is ever lost.

/** A token of a line; offsets count from the start of the line. */
export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
}

/** How a line is cut: music, an information field, lyrics, a `%%` directive, or plain text. */
export type LexMode = 'music' | 'comment' | 'field' | 'lyrics' | 'directive' | 'text';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** A terminal: its name, how it reads, and the characters it begins with (without them: any). */
type Terminal<Name extends string> = readonly [name: Name, pattern: RegExp, starts?: string];

const terminals = <Name extends string>(...rows: readonly Terminal<Name>[]) => rows;

const COMMENT = ['comment', /%[\s\S]*/, '%'] as const;
const FIELD_NAME = ['field-name', /(?:[A-Za-z]|\+):/, `${LETTERS}+`] as const;

/** Of a music line. At each place the first one that reads something is taken. */
const MUSIC = terminals(
  ['space', /[ \t]+/, ' \t'],
  ['bar', /\.?(?:\[\|+\]?:*|:*\|+(?:\]:*|:*)|::+)(?:\d+(?:[,-]\d+)*)?/, '.[:|'],
  ['note', /(?:\^\^?|__?|=)?[A-Ga-g][,']*/, '^_=ABCDEFGabcdefg'],
  ['length', /\d+(?:\/+\d*)?|\/+\d*/, '0123456789/'],
  ['rest', /[zxZX]/, 'zxZX'],
  ['open', /\?/, '?'],
  ['pin', /@/, '@'],
  ['tie', /\.?-/, '.-'],
  ['inline-field', /\[[A-Za-z]:[^\][]*\]/, '['],
  ['ending', /\[(?:\d+(?:[,-]\d+)*|"[^"]*")/, '['],
  ['chord-open', /\[/, '['],
  ['chord-close', /\]/, ']'],
  ['tuplet', /\(\d+(?::\d*){0,2}/, '('],
  ['slur-open', /\.?\(/, '.('],
  ['slur-close', /\)/, ')'],
  ['broken', />+|<+/, '<>'],
  ['annotation', /"[\^_<>@][^"]*"/, '"'],
  ['chord-symbol', /"[^"]*"/, '"'],
  ['unclosed-quote', /"[^"]*/, '"'],
  ['decoration', /![^!\s|"[\]]+!|\+[^+\s|"[\]]+\+|[.~H-Wh-w]/, `!+.~${LETTERS}`],
  ['unclosed-decoration', /[!+][A-Za-z]*/, '!+'],
  ['grace-open', /\{\/?/, '{'],
  ['grace-close', /\}/, '}'],
  ['overlay', /&+/, '&'],
  ['spacer', /[yY`$*;#]/, 'yY`$*;#'],
  ['continuation', /\\/, '\\'],
  COMMENT,
  ['unknown', /[\uD800-\uDBFF][\uDC00-\uDFFF]|[\s\S]/],
);

/** Of the other lines. */
const FIELD = terminals(FIELD_NAME, COMMENT, ['field-value', /(?:\\[\s\S]?|[^%\\])+/]);
const LYRICS = terminals(FIELD_NAME, ['space', /\s+/], ['lyric-mark', /[-_*|]/, '-_*|'], COMMENT, [
  'syllable',
  /(?:\\[\s\S]?|[^\s%\\\-_*|])+/,
]);
const DIRECTIVE = terminals(['directive-name', /%%[^\s%]*/, '%'], COMMENT, ['directive-value', /[^%]+/]);
const TEXT = terminals(['text', /[\s\S]+/]);

/** What a token of a music line is, and what any token is: the names of the terminals. */
export type MusicKind = (typeof MUSIC)[number][0];
export type TokenKind =
  | MusicKind
  | (typeof FIELD | typeof LYRICS | typeof DIRECTIVE | typeof TEXT)[number][0];

/** A terminal ready to be tried at a place. */
interface Trial<Kind> {
  readonly kind: Kind;
  readonly pattern: RegExp;
}

/** Terminals by the code of the character they may begin with; from 128 on they are the same for all. */
type Trials<Kind> = readonly (readonly Trial<Kind>[])[];

function trialsOf<Kind extends string>(rows: readonly Terminal<Kind>[]): Trials<Kind> {
  const trials = rows.map(([kind, { source }]) => ({ kind, pattern: new RegExp(source, 'y') }));
  return Array.from({ length: 129 }, (_, code) =>
    trials.filter((_, i) => rows[i]![2]?.includes(String.fromCharCode(code)) ?? true),
  );
}

const TRIALS = {
  music: trialsOf(MUSIC),
  comment: trialsOf(terminals(COMMENT)),
  field: trialsOf(FIELD),
  lyrics: trialsOf(LYRICS),
  directive: trialsOf(DIRECTIVE),
  text: trialsOf(TEXT),
} as const;

/** Walks along the tokens of one line. Behind the last one its kind is null. */
class Walk<Kind extends string> {
  kind: Kind | null = null;
  start = 0;
  end = 0;

  constructor(
    readonly text: string,
    private readonly trials: Trials<Kind>,
  ) {
    this.next();
  }

  /** What the token says. */
  get image(): string {
    return this.text.slice(this.start, this.end);
  }

  next(): void {
    const { text, end } = this;
    this.start = end;
    this.kind = null;
    if (end === text.length) return;
    for (const { kind, pattern } of this.trials[Math.min(128, text.charCodeAt(end))]!) {
      pattern.lastIndex = end;
      if (!pattern.test(text)) continue;
      this.kind = kind;
      this.end = pattern.lastIndex;
      return;
    }
    throw new Error(`no token begins with ${text[end]}`);
  }
}

export type MusicWalk = Walk<MusicKind>;

/** The tokens of a music line, one after the other, as the grammar takes them. */
export const walk = (line: string): MusicWalk => new Walk(line, TRIALS.music);

/** The tokens of one line without its line end. They cover it. */
export function lex(line: string, mode: LexMode): Token[] {
  const tokens: Token[] = [];
  const steps = new Walk<TokenKind>(line, TRIALS[mode]);
  for (; steps.kind !== null; steps.next())
    tokens.push({ kind: steps.kind, start: steps.start, end: steps.end });
  return tokens;
}
