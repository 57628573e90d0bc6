// The text as an ABC reader without `?` draws it: the same length, so that places in the drawing are places in the
// text. Knows the tokens; knows nothing of the drawing program but what its reader stumbles over.

import type { Span } from '../problem.ts';
import { readUnit } from '../read/fields.ts';
import type { EventItem } from '../read/grammar.ts';
import type { Parsed } from '../read/parse.ts';
import type { Line } from '../read/tree.ts';
import { type Event, VOICES } from '../score.ts';
import { TICKS_PER_WHOLE, type Tick } from '../time.ts';
import { handsOf } from './hands.ts';
import { writeUnit } from './header.ts';
import { writeLength } from './token.ts';

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

/** The fields of a letter, on lines of their own and inline. */
function fieldsOf({ tree }: Parsed, letter: string): { readonly at: number; readonly value: string }[] {
  return tree.lines.flatMap(({ kind, start, text, items }) => {
    if (kind === 'field')
      return text.startsWith(`${letter}:`)
        ? [{ at: start, value: text.replace(/%.*/, '').slice(2).trim() }]
        : [];
    if (!text.includes(`[${letter}:`)) return [];
    return items.flatMap((item) =>
      item.kind === 'field' && item.text.startsWith(`[${letter}:`)
        ? [{ at: start + item.start, value: item.text.slice(3, -1).trim() }]
        : [],
    );
  });
}

/** Of a bar rest: how long each of its bars is, and the unit that its voice has there. */
interface BarRest {
  readonly durations: readonly Tick[];
  readonly unit: Tick;
}

/**
 * A rest of whole bars. The drawing program gives `Z` the width of a whole note and draws no bar lines inside, which
 * shifts the voice against the others: each bar gets a rest of exact length, the first in place of the token if it
 * fits there. Otherwise the invisible `X` is as near as one can come.
 */
function maskBarRest(
  text: string,
  item: EventItem,
  { durations, unit }: BarRest,
): { readonly patch: Patch; readonly more: string } {
  const { start, body, tied } = item;
  let { end } = item;
  while (text[end] === ' ') end++;
  const rests = durations.map((duration) => `z${writeLength(duration, unit)}`);
  const [first] = rests;
  if (first === undefined || tied || first.length > end - start || rests.some((rest) => rest.includes('/')))
    return { patch: { start, end: body + 1, by: 'X'.padStart(body + 1 - start) }, more: '' };
  return {
    patch: { start, end, by: first.padEnd(end - start) },
    more: rests.slice(1).reduce((all, rest) => `${all}|${rest}`, ''),
  };
}

/** By where the token stands in the text. */
function barRests(parsed: Parsed): (at: number) => BarRest {
  const hands = handsOf(parsed);
  const found = new Map<number, Event[]>();
  for (const event of parsed.score.parts.flatMap(({ events }) => events)) {
    const known = found.get(event.span.start);
    if (known) known.push(event);
    else found.set(event.span.start, [event]);
  }
  return (at) => {
    const [first, ...others] = found.get(at) ?? [];
    if (!first) return { durations: [], unit: TICKS_PER_WHOLE };
    const durations = [first, ...others].map(({ duration }) => duration);
    return { durations, unit: hands.at(first.voice, first.bar).unit };
  };
}

/** A text to be read at a place of the document without standing there. */
export interface Addition {
  readonly at: number;
  readonly text: string;
}

/** What the drawing program reads. */
export interface Preview {
  /** The document with everything of ours made invisible, in the very same length. */
  readonly text: string;
  /** What it needs besides. */
  readonly added: readonly Addition[];
}

/** `?` and `@` become spaces (`z` where they stand alone), `%%cantus:` lines comments, bar rests are drawn in step. */
export function previewOf(parsed: Parsed): Preview {
  let known: ((at: number) => BarRest) | null = null;
  const rests = (at: number): BarRest => {
    known ??= barRests(parsed);
    return known(at);
  };
  const added = unitReminders(parsed);
  const text = parsed.tree.lines.map((line) => previewLine(line, rests, added) + line.eol).join('');
  return { text, added };
}

/** The drawing program takes an `L:` on the way for all voices: theirs again where a bar has another. */
function unitReminders(parsed: Parsed): Addition[] {
  const { tune } = parsed.reading;
  const fields = fieldsOf(parsed, 'L').filter(({ at }) => at >= tune.headerEnd && at < tune.span.end);
  if (fields.length === 0) return [];
  const hands = handsOf(parsed);
  const bars = parsed.score.bars.flatMap(({ spans }, bar) =>
    VOICES.flatMap((voice) => {
      const at = spans[voice]?.start;
      return at === undefined ? [] : { at, own: hands.at(voice, bar).unit };
    }),
  );
  let unit = tune.unit;
  return [...fields.map(({ at, value }) => ({ at, said: readUnit(value) })), ...bars]
    .sort((a, b) => a.at - b.at)
    .flatMap((next) => {
      const before = unit;
      unit = 'own' in next ? next.own : (next.said ?? unit);
      return 'own' in next && next.own !== before ? { at: next.at, text: `[L:${writeUnit(next.own)}]` } : [];
    });
}

function previewLine(line: Line, rests: (at: number) => BarRest, added: Addition[]): string {
  if (line.kind === 'directive' && line.text.startsWith('%%cantus:')) return `% ${line.text.slice(2)}`;
  // Most lines of most pieces have nothing of ours.
  if (!/[?@Z]/.test(line.text)) return line.text;
  const joins = new Set(line.tokens.filter(({ kind }) => JOINED.has(kind)).map(({ end }) => end));
  const patches = line.items.flatMap((item) => {
    if (item.kind !== 'event') return [];
    if (item.letter !== 'Z') return item.prefix === '' ? [] : maskPrefix(item, joins);
    const { patch, more } = maskBarRest(line.text, item, rests(line.start + item.start));
    if (more !== '') added.push({ at: line.start + patch.end, text: more });
    return patch;
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
