// Where in the text the lines of a voice go: the systems of a tune, and the places for lines that are not there yet.
// Knows lines and moments, not notes.

import type { TextEdit } from '../problem.ts';
import type { Parsed } from '../read/parse.ts';
import type { Line } from '../read/tree.ts';
import { type Score, VOICES, type Voice } from '../score.ts';
import type { Interval, Tick } from '../time.ts';
import { insert, lineEnd } from './edits.ts';

/** A line of the leading voice (with its continuation lines) and what sounds during it. */
export interface System extends Interval {
  /** Index of its first line, and of the last line before the next system begins. */
  readonly first: number;
  readonly last: number;
}

export interface Layout {
  readonly systems: readonly System[];
  /** Voices that have events on each line. */
  readonly voices: readonly ReadonlySet<Voice>[];
  /** Whether each voice has all its lines in a row, instead of system by system. */
  readonly blocks: boolean;
  /** The line after which nothing belongs to the music any more. */
  readonly lastLine: number;
}

/** The index of the line an offset is on. */
export function lineAt(lines: readonly Line[], offset: number): number {
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (lines[middle]!.start <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

const continues = (line: Line | undefined): boolean => line?.items.at(-1)?.kind === 'continuation';

/** Words and symbols under a music line. */
const isUnder = (line: Line | undefined): boolean =>
  line !== undefined &&
  (line.kind === 'lyrics' ||
    line.kind === 'symbols' ||
    (line.kind === 'field' && line.text.startsWith('+:')));

/** Something of a voice in the text, and when it sounds. */
interface Place {
  readonly at: number;
  readonly from: Tick;
  readonly to: Tick;
}

/** Where a voice stands in the text: its events or, where it has none, its bars. */
function placesOf({ score, reading }: Laid, voice: Voice): Place[] {
  const { events } = score.parts[voice];
  if (events.length > 0)
    return events.map(({ span, onset, duration }) => ({ at: span.start, from: onset, to: onset + duration }));
  return reading.rows.flatMap((row, i) => {
    const own = row[voice];
    const bar = score.bars[i];
    return own && bar
      ? [{ at: own.base + own.raw.start, from: bar.onset, to: bar.onset + bar.duration }]
      : [];
  });
}

/** The places of the voice whose lines make the systems: the highest of those that last longest, and have notes if any has. */
function leaderOf(score: Score, places: readonly (readonly Place[])[]): Voice | null {
  const sound = score.parts.some(({ events }) => events.length > 0);
  let leader: Voice | null = null;
  let longest: Tick = -1;
  for (const { voice, events } of score.parts) {
    const end = (sound && events.length === 0 ? undefined : places[voice]!.at(-1)?.to) ?? -1;
    if (end > longest) [leader, longest] = [voice, end];
  }
  return leader;
}

/** What a layout is read from. */
type Laid = Pick<Parsed, 'score' | 'reading' | 'tree'>;

export function layoutOf(parsed: Laid): Layout {
  const { score } = parsed;
  const { lines } = parsed.tree;
  const places = score.parts.map(({ voice }) => placesOf(parsed, voice));
  const voices: Set<Voice>[] = lines.map(() => new Set());
  for (const { voice } of score.parts)
    for (const { at } of places[voice]!) voices[lineAt(lines, at)]!.add(voice);
  let lastLine = voices.reduce((last, here, i) => (here.size > 0 ? i : last), 0);
  while (isUnder(lines[lastLine + 1])) lastLine++;
  const leader = leaderOf(score, places);
  if (leader === null) return { systems: [], voices, blocks: false, lastLine };
  const starts: { line: number; tick: Tick }[] = [];
  for (const { at, from } of places[leader]!) {
    const line = lineAt(lines, at);
    const last = starts.at(-1)?.line;
    if (last !== undefined && (line <= last || joins(lines, last, line))) continue;
    starts.push({ line, tick: starts.length === 0 ? 0 : from });
  }
  const systems = starts.map(({ line, tick }, i): System => {
    const next = starts[i + 1];
    const last = next === undefined ? lastLine : next.line - 1;
    return { from: tick, to: next?.tick ?? score.length, first: line, last };
  });
  const alone = ({ first, last }: System): boolean =>
    voices.slice(first, last + 1).every((here) => here.size === 0 || (here.size === 1 && here.has(leader)));
  const several = VOICES.filter((voice) => voices.some((here) => here.has(voice))).length > 1;
  return { systems, voices, blocks: several && systems.slice(0, -1).some(alone), lastLine };
}

/** Whether all lines from one to another are continued (`\`). */
function joins(lines: readonly Line[], from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (lines[i]!.kind === 'music' && !continues(lines[i])) return false;
  return true;
}

/** New lines of music and where they stand. */
export interface NewLine {
  readonly voice: Voice;
  readonly system: number;
  /** Begins with `[V:…]`. */
  readonly text: string;
}

/** The line after which a new line of a voice stands in a system; null: before the system's first line. */
function lineBefore(
  layout: Layout,
  lines: readonly Line[],
  { voice, system }: Pick<NewLine, 'voice' | 'system'>,
): number | null {
  const { first, last } = layout.systems[system]!;
  let place: number | null = null;
  if (layout.blocks) {
    place = layout.voices.reduce<number | null>((at, here, i) => (here.has(voice) ? i : at), null);
    if (place === null) return layout.lastLine;
  } else {
    for (let i = first; i <= last; i++) if ([...layout.voices[i]!].some((other) => other <= voice)) place = i;
  }
  while (place !== null && isUnder(lines[place + 1])) place++;
  return place;
}

/** Where in the text a new line of a voice would stand that sounds at a moment; null where there is no music yet. */
export function placeOfNew(layout: Layout, lines: readonly Line[], voice: Voice, at: Tick): number | null {
  const { systems } = layout;
  if (systems.length === 0) return null;
  const found = systems.findIndex(({ to }) => to > at);
  const system = found < 0 ? systems.length - 1 : found;
  const place = lineBefore(layout, lines, { voice, system });
  return place === null ? lines[firstOf(lines, systems[system]!.first)]!.start : lines[place]!.end;
}

/** Whether a music line says itself whose it is. */
const saysVoice = (line: Line): boolean => {
  const item = line.items[0];
  return item?.kind === 'field' && item.text.startsWith('[V:');
};

/**
 * What the text after inserted lines needs so that it stays with its voice: nothing where it names one; else a
 * `V:` line when fields come first, or `[V:…]` in front of the next music.
 */
function restore(
  layout: Layout,
  lines: readonly Line[],
  next: number,
  idOf: (voice: Voice) => string,
): { after: string | null; edits: TextEdit[] } {
  let fields = false;
  for (let i = next; i <= layout.lastLine; i++) {
    const line = lines[i]!;
    if (line.kind === 'field' && line.text.startsWith('V:')) break;
    if (line.kind === 'field') fields = true;
    if (line.kind !== 'music') continue;
    if (saysVoice(line)) return { after: null, edits: [] };
    const voice = [...layout.voices[i]!][0];
    if (voice === undefined) continue;
    if (fields) return { after: `V:${idOf(voice)}`, edits: [] };
    return { after: null, edits: [insert(line.start, `[V:${idOf(voice)}] `)] };
  }
  return { after: null, edits: [] };
}

/** The edits that put new lines into a text. */
export function insertLines(
  text: string,
  lines: readonly Line[],
  layout: Layout,
  fresh: readonly NewLine[],
  idOf: (voice: Voice) => string,
): TextEdit[] {
  const eol = lineEnd(text);
  const edits: TextEdit[] = [];
  const after = new Map<number, NewLine[]>();
  const before = new Map<number, NewLine[]>();
  const add = (map: Map<number, NewLine[]>, key: number, line: NewLine) =>
    map.set(key, [...(map.get(key) ?? []), line]);
  for (const line of fresh) {
    const place = lineBefore(layout, lines, line);
    if (place !== null) add(after, place, line);
    else add(before, firstOf(lines, layout.systems[line.system]!.first), line);
  }
  for (const [place, group] of after) {
    const more = restore(layout, lines, place + 1, idOf);
    const texts = [...group.map((line) => line.text), ...(more.after === null ? [] : [more.after])];
    edits.push(insert(lines[place]!.end, texts.map((line) => eol + line).join('')), ...more.edits);
  }
  for (const [place, group] of before) {
    const more = restore(layout, lines, place, idOf);
    const texts = [...group.map((line) => line.text), ...(more.after === null ? [] : [more.after])];
    edits.push(insert(lines[place]!.start, texts.map((line) => line + eol).join('')), ...more.edits);
  }
  return edits;
}

/** A system's first line, or the `V:` line over it. */
const firstOf = (lines: readonly Line[], first: number): number => {
  const above = lines[first - 1];
  return above?.kind === 'field' && above.text.startsWith('V:') ? first - 1 : first;
};
