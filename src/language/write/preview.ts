// The text as an ABC reader without `?` draws it: the same length, so that places in the drawing are places in the
// text. Knows the tokens; knows nothing of the drawing program but what its reader stumbles over.

import type { Span } from '../problem.ts';
import type { EventItem } from '../read/grammar.ts';
import type { Parsed } from '../read/parse.ts';
import type { Line } from '../read/tree.ts';

/** A stretch of a line and what stands there instead, just as long. */
interface Patch extends Span {
  readonly by: string;
}

/** What a beam, a tie or a broken rhythm may run through: a space would break it, a back quote does not. */
const JOINED = new Set(['note', 'length', 'tie', 'broken', 'chord-close']);

/** `?G2` -> ` G2`, `?2` -> `z2`, `A?B` -> ``A`B``. */
function maskPrefix({ start, body: end, core }: EventItem, joins: ReadonlySet<number>): Patch {
  if (core === 'bare') return { start, end, by: 'z' };
  return { start, end, by: joins.has(start) ? '`' : ' ' };
}

/** The one length unit of a text, in ticks; null where it changes on the way. */
function singleUnit({ tree, score }: Parsed): number | null {
  const written = tree.lines.flatMap((line) => {
    if (line.kind === 'field')
      return line.text.startsWith('L:') ? [line.text.replace(/%.*/, '').slice(2).trim()] : [];
    return line.items.flatMap((item) =>
      item.kind === 'field' && item.text.startsWith('[L:') ? [item.text.slice(3, -1)] : [],
    );
  });
  return new Set(written).size <= 1 ? score.unit : null;
}

/**
 * A rest of whole bars. The drawing program gives `Z` the width of a whole note and draws no bar lines inside, which
 * shifts the voice against the others: rests of exact length are written where they fit, otherwise the invisible
 * `X`, whose length it keeps right.
 */
function maskBarRest(
  text: string,
  item: EventItem,
  durations: readonly number[],
  unit: number | null,
): Patch {
  const start = item.body;
  let end = item.end;
  while (text[end] === ' ') end++;
  const units = unit === null ? [] : durations.map((duration) => duration / unit);
  const rests = units.map((length) => `z${length}`).join('|');
  const fits = !item.tied && units.length > 0 && units.every(Number.isInteger) && rests.length <= end - start;
  return fits ? { start, end, by: rests.padEnd(end - start) } : { start, end: start + 1, by: 'X' };
}

/** How long each bar of a bar rest is, by where its token stands in the text. */
function barRests({ score }: Parsed): Map<number, number[]> {
  const durations = new Map<number, number[]>();
  for (const { events } of score.parts) {
    for (const { span, duration } of events) {
      const known = durations.get(span.start);
      if (known === undefined) durations.set(span.start, [duration]);
      else known.push(duration);
    }
  }
  return durations;
}

/**
 * The text with everything of ours made invisible to other ABC readers, in the very same length: `?` and `@` become
 * spaces (`z` where they stand alone), `%%cantus:` lines comments, bar rests what can be drawn in step.
 */
export function previewText(parsed: Parsed): string {
  let known: BarRests | null = null;
  const bars = (): BarRests => {
    known ??= { unit: singleUnit(parsed), durations: barRests(parsed) };
    return known;
  };
  return parsed.tree.lines.map((line) => previewLine(line, bars) + line.eol).join('');
}

/** What only bar rests are asked for. */
interface BarRests {
  readonly unit: number | null;
  readonly durations: ReadonlyMap<number, number[]>;
}

function previewLine(line: Line, bars: () => BarRests): string {
  if (line.kind === 'directive' && line.text.startsWith('%%cantus:')) return `% ${line.text.slice(2)}`;
  // Most lines of most pieces have nothing of ours.
  if (!/[?@Z]/.test(line.text)) return line.text;
  const joins = new Set(line.tokens.filter(({ kind }) => JOINED.has(kind)).map(({ end }) => end));
  const patches = line.items.flatMap((item) => {
    if (item.kind !== 'event') return [];
    const prefix = item.prefix === '' ? [] : [maskPrefix(item, joins)];
    if (item.letter !== 'Z') return prefix;
    const { unit, durations } = bars();
    return [...prefix, maskBarRest(line.text, item, durations.get(line.start + item.start) ?? [], unit)];
  });
  return apply(line.text, patches);
}

/** Patches stand in order and do not overlap. */
function apply(text: string, patches: readonly Patch[]): string {
  let from = 0;
  const parts = patches.flatMap(({ start, end, by }) => {
    const before = text.slice(from, start);
    from = end;
    return [before, by];
  });
  return [...parts, text.slice(from)].join('');
}

/** A text with line feeds only, and the way between its offsets and those of the original. */
export interface Normalised {
  readonly text: string;
  /** From an offset in the normalised text to one in the original. */
  readonly toOriginal: (offset: number) => number;
  readonly toNormalised: (offset: number) => number;
}

/** Counts the entries below `value` in a sorted list, by bisection. */
function countBelow(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Line ends of two characters would shift the drawing program's offsets by one a line. */
export function normaliseLineEnds(original: string): Normalised {
  const removed = [...original.matchAll(/\r\n/g)].map(({ index }) => index);
  // The n-th line feed that lost its `\r` stands at `removed[n] - n` afterwards.
  const kept = removed.map((at, n) => at - n);
  return {
    text: original.replace(/\r\n?/g, '\n'),
    toOriginal: (offset) => offset + countBelow(kept, offset),
    toNormalised: (offset) => offset - countBelow(removed, offset),
  };
}
