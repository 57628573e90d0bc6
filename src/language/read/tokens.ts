// Text of one line -> tokens that cover it without a hole. Knows the signs of ABC 2.1 (plus `?` and `@`), not
// what they mean; what it does not know becomes an `unknown` token, so nothing is ever lost.

import { createToken, type IToken, Lexer, type TokenType } from 'chevrotain';

/** A token of a line; offsets count from the start of the line. */
export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
}

/** How a line is cut: music, an information field, lyrics, a `%%` directive, or plain text. */
export type LexMode = 'music' | 'comment' | 'field' | 'lyrics' | 'directive' | 'text';

const token = <Name extends string>(name: Name, pattern: RegExp, hints?: number[]) =>
  createToken({
    name,
    pattern,
    line_breaks: false,
    ...(hints && { start_chars_hint: hints }),
  }) as TokenType & {
    readonly name: Name;
  };

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
  Unknown: token('unknown', /[\uD800-\uDBFF][\uDC00-\uDFFF]|[\s\S]/, EVERY_START),
} as const;

/** Those of the other lines. */
const Other = {
  FieldName: token('field-name', /(?:[A-Za-z]|\+):/),
  FieldValue: token('field-value', /(?:\\[\s\S]?|[^%\\])+/),
  DirectiveName: token('directive-name', /%%[^\s%]*/),
  DirectiveValue: token('directive-value', /[^%]+/),
  LyricMark: token('lyric-mark', /[-_*|]/),
  Syllable: token('syllable', /(?:\\[\s\S]?|[^\s%\\\-_*|])+/),
  AnySpace: token('space', /\s+/),
  Text: token('text', /[\s\S]+/, EVERY_START),
} as const;

/** What a token is: the names of the terminals. */
export type TokenKind =
  | (typeof Music)[keyof typeof Music]['name']
  | (typeof Other)[keyof typeof Other]['name'];

const lexer = new Lexer(
  {
    modes: {
      music: Object.values(Music),
      field: [Other.FieldName, Music.Comment, Other.FieldValue],
      lyrics: [Other.FieldName, Other.AnySpace, Other.LyricMark, Music.Comment, Other.Syllable],
      directive: [Other.DirectiveName, Music.Comment, Other.DirectiveValue],
      comment: [Music.Comment],
      text: [Other.Text],
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
