// Text of one line -> tokens that cover it without a hole. Knows the signs of ABC 2.1 (plus `?` and `@`), not
// what they mean; what it does not know becomes an `unknown` token, so nothing is ever lost.

import { createToken, type IToken, Lexer, type TokenType } from 'chevrotain';

/** What a token is. The names are also those of the grammar's terminals. */
export type TokenKind =
  | 'note'
  | 'rest'
  | 'open'
  | 'pin'
  | 'length'
  | 'bar'
  | 'ending'
  | 'chord-open'
  | 'chord-close'
  | 'chord-symbol'
  | 'annotation'
  | 'decoration'
  | 'inline-field'
  | 'tuplet'
  | 'slur-open'
  | 'slur-close'
  | 'tie'
  | 'broken'
  | 'grace-open'
  | 'grace-close'
  | 'overlay'
  | 'spacer'
  | 'continuation'
  | 'unclosed-quote'
  | 'unclosed-decoration'
  | 'comment'
  | 'space'
  | 'unknown'
  | 'field-name'
  | 'field-value'
  | 'directive-name'
  | 'directive-value'
  | 'syllable'
  | 'lyric-mark'
  | 'text';

/** A token of a line; offsets count from the start of the line. */
export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
}

/** How a line is cut: music, an information field, lyrics, a `%%` directive, or plain text. */
export type LexMode = 'music' | 'comment' | 'field' | 'lyrics' | 'directive' | 'text';

const token = (name: TokenKind, pattern: RegExp): TokenType =>
  createToken({ name, pattern, line_breaks: false });

/**
 * Chevrotain sorts patterns by their first character and cannot work that out for `[\s\S]`. It keeps codes from 256
 * on in buckets of 255, so every hundredth stands for all.
 */
const EVERY_START = [
  ...Array.from({ length: 256 }, (_, i) => i),
  ...Array.from({ length: 653 }, (_, i) => 256 + 100 * i),
  0xffff,
];

/** The terminals of a music line. */
export const Music = {
  Space: token('space', /[ \t]+/),
  Bar: token('bar', /\.?(?:\[\|+\]?:*|:*\|+(?:\]:*|:*)|::+)(?:\d+(?:[,-]\d+)*)?/),
  Note: token('note', /(?:\^\^?|__?|=)?[A-Ga-g][,']*/),
  Length: token('length', /\d+(?:\/+\d*)?|\/+\d*/),
  Rest: token('rest', /[zxZX]/),
  Open: token('open', /\?/),
  Pin: token('pin', /@/),
  Tie: token('tie', /\.?-/),
  InlineField: token('inline-field', /\[[A-Za-z]:[^\][]*\]/),
  Ending: token('ending', /\[(?:\d+(?:[,-]\d+)*|"[^"]*")/),
  ChordOpen: token('chord-open', /\[/),
  ChordClose: token('chord-close', /\]/),
  Tuplet: token('tuplet', /\(\d+(?::\d*){0,2}/),
  SlurOpen: token('slur-open', /\.?\(/),
  SlurClose: token('slur-close', /\)/),
  Broken: token('broken', />+|<+/),
  Annotation: token('annotation', /"[\^_<>@][^"]*"/),
  ChordSymbol: token('chord-symbol', /"[^"]*"/),
  UnclosedQuote: token('unclosed-quote', /"[^"]*/),
  Decoration: token('decoration', /![^!\s|"[\]]+!|\+[^+\s|"[\]]+\+|[.~H-Wh-w]/),
  UnclosedDecoration: token('unclosed-decoration', /[!+][A-Za-z]*/),
  GraceOpen: token('grace-open', /\{\/?/),
  GraceClose: token('grace-close', /\}/),
  Overlay: token('overlay', /&+/),
  Spacer: token('spacer', /[yY`$*;#]/),
  Continuation: token('continuation', /\\/),
  Comment: token('comment', /%[\s\S]*/),
  Unknown: createToken({
    name: 'unknown',
    pattern: /[\uD800-\uDBFF][\uDC00-\uDFFF]|[\s\S]/,
    line_breaks: false,
    start_chars_hint: EVERY_START,
  }),
} as const;

const FieldName = token('field-name', /(?:[A-Za-z]|\+):/);
const FieldValue = token('field-value', /(?:\\[\s\S]?|[^%\\])+/);
const DirectiveName = token('directive-name', /%%[^\s%]*/);
const DirectiveValue = token('directive-value', /[^%]+/);
const LyricMark = token('lyric-mark', /[-_*|]/);
const Syllable = token('syllable', /(?:\\[\s\S]?|[^\s%\\\-_*|])+/);
const AnySpace = token('space', /\s+/);
const Text = createToken({
  name: 'text',
  pattern: /[\s\S]+/,
  line_breaks: false,
  start_chars_hint: EVERY_START,
});

const lexer = new Lexer(
  {
    modes: {
      music: Object.values(Music),
      field: [FieldName, Music.Comment, FieldValue],
      lyrics: [FieldName, AnySpace, LyricMark, Music.Comment, Syllable],
      directive: [DirectiveName, Music.Comment, DirectiveValue],
      comment: [Music.Comment],
      text: [Text],
    },
    defaultMode: 'music',
  },
  { positionTracking: 'onlyOffset', ensureOptimizations: false, safeMode: false },
);

/** The tokens of one line without its line end, as the grammar takes them. They cover the line. */
export const lex = (line: string, mode: LexMode): IToken[] => lexer.tokenize(line, mode).tokens;

/** The same tokens as everyone else sees them. */
export const plain = (token: IToken): Token => ({
  kind: token.tokenType.name as TokenKind,
  start: token.startOffset,
  end: token.startOffset + token.image.length,
});
