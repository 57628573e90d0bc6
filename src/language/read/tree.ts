// Text -> lossless tree: lines, each with tokens that cover it and, for music, items. `print` gives the text back
// byte for byte. Lines know nothing of each other, so an edited text shares all its other lines with the old tree.

import { type Item, items } from './grammar.ts';
import { readSymbols, readWords, type Word } from './lyrics.ts';
import { type LexMode, lex, plain, type Token } from './tokens.ts';

export type LineKind = 'blank' | 'comment' | 'directive' | 'field' | 'lyrics' | 'symbols' | 'music' | 'text';

/** What a line says, wherever it stands. Shared between trees. */
export class Content {
  /** Of music lines; empty for others. */
  readonly items: readonly Item[];
  /** Of lyric and symbol lines; empty for others. */
  readonly words: readonly Word[];
  /** Cut when somebody asks: reading needs the tokens of few lines. */
  #tokens: readonly Token[] | null = null;

  constructor(
    readonly kind: LineKind,
    /** Without the line end. */
    readonly text: string,
  ) {
    this.items = kind === 'music' ? items(lex(text, 'music')) : NO_ITEMS;
    this.words =
      kind === 'lyrics'
        ? readWords(text.slice(2))
        : kind === 'symbols'
          ? readSymbols(text.slice(2))
          : NO_WORDS;
  }

  /** They cover `text` without a hole. Offsets count from the start of the line. */
  get tokens(): readonly Token[] {
    this.#tokens ??= lex(this.text, MODE[this.kind]).map(plain);
    return this.#tokens;
  }
}

/** A line at its place in the text. */
export class Line {
  constructor(
    readonly content: Content,
    readonly start: number,
    /** `\n`, `\r\n`, `\r`, or '' at the end of the text. */
    readonly eol: string,
  ) {}

  /** Before the line end. */
  get end(): number {
    return this.start + this.content.text.length;
  }

  get kind(): LineKind {
    return this.content.kind;
  }

  get text(): string {
    return this.content.text;
  }

  get tokens(): readonly Token[] {
    return this.content.tokens;
  }

  get items(): readonly Item[] {
    return this.content.items;
  }

  get words(): readonly Word[] {
    return this.content.words;
  }
}

export interface Tree {
  readonly lines: readonly Line[];
}

const MODE: Record<LineKind, LexMode> = {
  blank: 'text',
  comment: 'comment',
  directive: 'directive',
  field: 'field',
  lyrics: 'lyrics',
  symbols: 'field',
  music: 'music',
  text: 'text',
};

const NO_ITEMS: readonly Item[] = [];
const NO_WORDS: readonly Word[] = [];
const BYTE_ORDER_MARK = '\uFEFF';

/** Reads a text into lines, reusing the lines of an earlier tree. Never throws; linear in the length. */
export function readTree(text: string, previous?: Tree): Tree {
  const old = previous?.lines ?? [];
  const places = split(text);
  const moved = old.length - places.length;
  const classify = classifier(/(?:^|[\r\n\uFEFF])X:/.test(text));
  const lines = places.map(({ start, end, eol }, i): Line => {
    const own = text.slice(start, end);
    const kind = classify(own);
    const known = lineSaying(own, kind, old[i]) ?? lineSaying(own, kind, old[i + moved]);
    if (known?.start === start && known.eol === eol) return known;
    return new Line(known?.content ?? new Content(kind, own), start, eol);
  });
  return { lines };
}

const lineSaying = (text: string, kind: LineKind, line: Line | undefined): Line | null =>
  line?.text === text && line.kind === kind ? line : null;

interface Place {
  readonly start: number;
  readonly end: number;
  readonly eol: string;
}

/** Where the lines are. A byte order mark stands on a line of its own, without a line end. */
function split(text: string): Place[] {
  const places: Place[] = [];
  const ends = /\r\n|\n|\r/g;
  let start = 0;
  if (text.startsWith(BYTE_ORDER_MARK)) {
    places.push({ start, end: 1, eol: '' });
    start = 1;
  }
  while (start < text.length) {
    const next = ends.test(text) ? ends.lastIndex : text.length;
    const eol = endOf(text, start, next);
    places.push({ start, end: next - eol.length, eol });
    start = next;
  }
  return places;
}

/** How a line that reaches to the start of the next one ends. */
function endOf(text: string, start: number, next: number): string {
  const last = text[next - 1];
  if (last === '\r') return '\r';
  if (last !== '\n') return '';
  return next - 1 > start && text[next - 2] === '\r' ? '\r\n' : '\n';
}

/** The text of a tree. `print(readTree(text)) === text` for every string. */
export const print = (tree: Tree): string =>
  tree.lines
    .map((line) => line.tokens.map((token) => line.text.slice(token.start, token.end)).join('') + line.eol)
    .join('');

/**
 * Tells what kind each next line is. Fields and music stand in a tune, which begins at `X:` (or at the first field
 * or bar line of a text without one) and ends at a blank line after its header; outside it lines are text.
 */
function classifier(numbered: boolean): (text: string) => LineKind {
  let where: 'outside' | 'header' | 'body' = numbered ? 'outside' : 'header';
  let block = '';
  return (text) => {
    if (text === BYTE_ORDER_MARK) return 'text';
    if (block !== '') {
      if (text.trimEnd() === `%%end${block}`) block = '';
      return text.startsWith('%%') ? 'directive' : 'text';
    }
    const first = text[0];
    if (first === '%') {
      if (text[1] !== '%' || text[2] === '%' || text.length === 2) return 'comment';
      const begin = /^%%begin(\w+)/.exec(text);
      if (begin) block = begin[1] ?? '';
      return 'directive';
    }
    if (!/\S/.test(text)) {
      if (where === 'body') where = 'outside';
      return 'blank';
    }
    const letter = fieldLetter(text);
    if (letter === 'X') where = 'header';
    if (letter !== null) {
      if (where === 'outside') return OUTSIDE_FIELDS.includes(letter) ? 'field' : 'text';
      if (letter === 'K') where = 'body';
      if (letter === 'w') return 'lyrics';
      return letter === 's' ? 'symbols' : 'field';
    }
    if (where === 'outside') return 'text';
    where = 'body';
    return 'music';
  };
}

/** Fields that a file's header may have before its first tune. */
const OUTSIDE_FIELDS = 'ABCDFGHILMmNORrSUZ';

/** The letter of an information field, or null: `G:|` is a note before a repeat sign. */
export function fieldLetter(text: string): string | null {
  if (text[1] !== ':') return null;
  const letter = text[0] ?? '';
  if (!/[A-Za-z+]/.test(letter)) return null;
  return /^[A-Ga-gz]:[|:]/.test(text) ? null : letter;
}
