// Lines up the bars of voices that stand below each other, by edits to spaces alone. Whether there is a space between
// two notes is music (beams), how wide it is is not. Knows the lines and their tokens, nothing of keys or time.

import type { Span, TextEdit } from '../problem.ts';
import type { Item } from '../read/grammar.ts';
import type { Parsed } from '../read/parse.ts';
import type { Token } from '../read/tokens.ts';
import { type Line, readTree } from '../read/tree.ts';
import { apply, compose, shift } from './edits.ts';

/** A bar of one voice on one line: tokens `from` to `bar` (exclusive), and the bar line that ends it. */
interface Cell {
  /** Index of its first token; of its bar line when it is empty. */
  readonly from: number;
  /** Index of the bar line; null for a rest of a line that no bar line ends. */
  readonly bar: number | null;
  /** Which bar line of the voice ends it: equal keys stand below each other. */
  readonly key: number;
}

/** A music line prepared for its system. */
interface Row {
  readonly line: Line;
  /** Without spaces. */
  readonly tokens: readonly Token[];
  /** How many tokens stand before the first bar: `[V:S]` and other fields. */
  readonly prefix: number;
  readonly cells: readonly Cell[];
}

/** Between two bar lines with nothing that counts as a bar, keys go up by the smallest step. */
const BAR_STEP = 1000;
/** Nobody's rests are longer; keeps keys within exact numbers whatever is typed. */
const MOST_RESTS = 1_000_000;

/** How many bars an event fills: `Z4` four, all others (a part of) one. */
const barsOf = (item: Item): number =>
  item.kind !== 'event' ? 0 : item.core === 'bars' ? Math.min(MOST_RESTS, Math.max(1, item.length.num)) : 1;

/** Cuts a line at its bar lines. A stretch holds as many bars as its longest rest says, `[1` alone none. */
function cellsOf(line: Line, tokens: readonly Token[], prefix: number, start: number): Cell[] {
  const cells: Cell[] = [];
  let key = start;
  let from = prefix;
  let item = 0;
  for (let i = prefix; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (token.kind !== 'bar') continue;
    let bars = 0;
    for (; item < line.items.length && line.items[item]!.start < token.start; item++) {
      bars = Math.max(bars, barsOf(line.items[item]!));
    }
    // A cell without notes gets a key of its own between two bars.
    key = bars === 0 ? key + 1 : (Math.floor(key / BAR_STEP) + bars) * BAR_STEP;
    cells.push({ from, bar: i, key });
    from = i + 1;
  }
  if (from < tokens.length) cells.push({ from, bar: null, key: key + 1 });
  return cells;
}

const isVoiceField = (line: Line, token: Token): boolean =>
  token.kind === 'inline-field' && line.text.startsWith('[V:', token.start);

const voiceId = (text: string): string => text.trim().split(/[\s\]%]/)[0] ?? '';

/** Reads one music line; null for lines better left alone: without a bar line, or with a change of voice inside. */
function readRow(line: Line, start: number): Row | null {
  const tokens = line.tokens.filter((token) => token.kind !== 'space');
  const first = tokens.findIndex((token) => token.kind !== 'inline-field');
  const prefix = first < 0 ? tokens.length : first;
  if (tokens.some((token, i) => i >= prefix && isVoiceField(line, token))) return null;
  if (!tokens.some((token) => token.kind === 'bar')) return null;
  return { line, tokens, prefix, cells: cellsOf(line, tokens, prefix, start) };
}

/** What does not part the lines of a system. */
const BETWEEN = new Set(['lyrics', 'symbols', 'comment', 'directive']);

/** Rows that sound together: each voice once, all from the same bar on, with nothing but lyrics and the like between. */
function systems(lines: readonly Line[]): Row[][] {
  const found: Row[][] = [];
  const reached = new Map<string, number>();
  let voice = '';
  let open: { readonly rows: Row[]; readonly voices: Set<string>; readonly start: number } | null = null;
  for (const line of lines) {
    if (line.kind === 'field' && line.text.startsWith('V:')) voice = voiceId(line.text.slice(2));
    else if (line.kind !== 'music') open = BETWEEN.has(line.kind) ? open : null;
    else {
      const named = line.tokens.find((token) => isVoiceField(line, token));
      if (named !== undefined) voice = voiceId(line.text.slice(named.start + 3, named.end));
      const start = reached.get(voice) ?? 0;
      const row = readRow(line, start);
      if (row === null) {
        open = null;
        continue;
      }
      reached.set(voice, row.cells.filter(({ bar }) => bar !== null).slice(-1)[0]?.key ?? start);
      if (open === null || open.voices.has(voice) || open.start !== start) {
        open = { rows: [], voices: new Set(), start };
        found.push(open.rows);
      }
      open.rows.push(row);
      open.voices.add(voice);
    }
  }
  return found;
}

const widthOf = ({ start, end }: Token): number => end - start;

/** The width of tokens `from` to `to` with their single spaces. */
function widthBetween({ tokens }: Row, from: number, to: number): number {
  let width = 0;
  for (let i = from; i < to; i++) width += widthOf(tokens[i]!) + (i > from ? plainGap(tokens, i) : 0);
  return width;
}

/** One space before token `i` where there is one at all; before a comment as many as there are. */
function plainGap(tokens: readonly Token[], i: number): number {
  const gap = tokens[i]!.start - tokens[i - 1]!.end;
  return tokens[i]!.kind === 'comment' ? gap : Math.min(1, gap);
}

/** Where things stand in a system, in characters from the start of the line. */
interface Columns {
  /** Where the first cell begins. */
  readonly first: number;
  /** By key: where the bar line stands, and where the next cell begins. */
  readonly bars: ReadonlyMap<number, { readonly at: number; readonly next: number }>;
}

/** Leading spaces stay: without them a line might read as a field. */
const indentOf = ({ tokens }: Row): number => tokens[0]!.start;

const prefixWidth = (row: Row): number =>
  row.prefix === 0 ? indentOf(row) : indentOf(row) + widthBetween(row, 0, row.prefix) + 1;

/** Every bar line as far left as the widest cell before it allows. */
function columnsOf(rows: readonly Row[]): Columns {
  const first = Math.max(...rows.map(prefixWidth));
  const bars = new Map<number, { at: number; next: number }>();
  const keys = [
    ...new Set(rows.flatMap(({ cells }) => cells.flatMap((c) => (c.bar === null ? [] : [c.key])))),
  ];
  /** The next cell of each row that is not placed yet. */
  const next = rows.map(() => 0);
  for (const key of keys.sort((a, b) => a - b)) {
    const here = rows.flatMap((row, r) => {
      const cell = row.cells[next[r]!];
      return cell?.key === key && cell.bar !== null ? [{ row, r, from: cell.from, bar: cell.bar }] : [];
    });
    const ends = here.map(({ row, r, from, bar }) => {
      const before = row.cells[next[r]! - 1];
      const begin = before === undefined ? first : bars.get(before.key)!.next;
      const width = widthBetween(row, from, bar);
      return begin + (width === 0 ? 0 : width + 1);
    });
    const at = Math.max(...ends);
    const widest = Math.max(...here.map(({ row, bar }) => widthOf(row.tokens[bar]!)));
    bars.set(key, { at, next: at + widest + 1 });
    for (const { r } of here) next[r]!++;
  }
  return { first, bars };
}

/** How many spaces go before each token of a row. */
function gapsOf(row: Row, { first, bars }: Columns): number[] {
  const { tokens, cells, prefix } = row;
  const gaps = tokens.map((_, i) => (i === 0 ? indentOf(row) : plainGap(tokens, i)));
  let at = indentOf(row) + widthBetween(row, 0, prefix);
  let begin = first;
  for (const { from, bar, key } of cells) {
    const aligned = bar === null ? undefined : bars.get(key);
    if (bar === null || aligned === undefined) {
      if (from < tokens.length && tokens[from]!.kind !== 'comment' && from > 0) gaps[from] = begin - at;
      break;
    }
    if (from < bar) {
      if (from > 0) gaps[from] = begin - at;
      at = begin + widthBetween(row, from, bar);
    }
    if (bar > 0) gaps[bar] = aligned.at - at;
    at = aligned.at + widthOf(tokens[bar]!);
    begin = aligned.next;
  }
  return gaps;
}

/** Edits to the spaces of a row that differ; spaces at the end of the line go. */
function editsOf(row: Row, columns: Columns): TextEdit[] {
  const { line, tokens } = row;
  const edits = gapsOf(row, columns).flatMap((gap, i) => {
    const span = { start: i === 0 ? 0 : tokens[i - 1]!.end, end: tokens[i]!.start };
    return line.text.slice(span.start, span.end) === ' '.repeat(gap)
      ? []
      : [edit(line, span, ' '.repeat(gap))];
  });
  const last = { start: tokens[tokens.length - 1]!.end, end: line.text.length };
  return last.start === last.end ? edits : [...edits, edit(line, last, '')];
}

const edit = (line: Line, { start, end }: Span, newText: string): TextEdit => ({
  span: { start: line.start + start, end: line.start + end },
  newText,
});

/** Rows align with each other when all of them, or none, begin with a field. */
const alignable = (rows: readonly Row[]): boolean => new Set(rows.map((row) => row.prefix > 0)).size === 1;

/** Rows that stand below each other, by system. */
const blocksOf = ({ lines }: Parsed['tree']): Row[][] =>
  systems(lines).flatMap((rows) => (alignable(rows) ? [rows] : rows.map((row) => [row])));

/** From the first line of a block to the end of the last. */
const spanOf = (rows: readonly Row[]): Span => {
  const { line } = rows.at(-1)!;
  return { start: rows[0]!.line.start, end: line.end };
};

const touch = (a: Span, b: Span): boolean => a.start <= b.end && a.end >= b.start;

function alignRows(rows: readonly Row[]): TextEdit[] {
  const columns = columnsOf(rows);
  return rows.flatMap((row) => editsOf(row, columns));
}

/**
 * Edits that line up the bars of each system. Comments, fields, lyrics and the order of everything stay; formatting a
 * formatted text gives no edits. With a range, whole systems that touch it are formatted.
 */
export function format({ tree }: Pick<Parsed, 'tree'>, range?: Span): TextEdit[] {
  return blocksOf(tree)
    .filter((rows) => range === undefined || touch(spanOf(rows), range))
    .flatMap(alignRows);
}

/** Whether the bar lines of several voices stand below each other, however far apart. */
function standInColumns(rows: readonly Row[]): boolean {
  const places = new Map<number, Set<number>>();
  for (const { tokens, cells } of rows)
    for (const { key, bar } of cells)
      if (bar !== null) places.set(key, (places.get(key) ?? new Set<number>()).add(tokens[bar]!.start));
  return rows.length > 1 && [...places.values()].every(({ size }) => size === 1);
}

/**
 * The same edits, and spaces added or taken so that bars stand below each other again where they did before. Of what
 * the edits leave alone nothing but spaces changes, and none in a system whose bars did not stand in columns.
 */
export function keepColumns(parsed: Pick<Parsed, 'text' | 'tree'>, edits: readonly TextEdit[]): TextEdit[] {
  const aligned = blocksOf(parsed.tree)
    .filter(standInColumns)
    .map(spanOf)
    .filter((span) => edits.some((edit) => touch(edit.span, span)))
    .map(({ start, end }) => ({ start: shift(start, edits), end: shift(end, edits) }));
  if (aligned.length === 0) return [...edits];
  const tree = readTree(apply(parsed.text, edits), parsed.tree);
  const spaces = blocksOf(tree)
    .filter((rows) => aligned.some((span) => touch(span, spanOf(rows))))
    .flatMap(alignRows);
  return compose(parsed.text, edits, spaces);
}
