// Four streams of bars -> bars common to all. Lines them up by index, agrees on each bar's length, and says where in
// a full bar it begins. Knows no pitches.

import type { Key } from '../pitch.ts';
import type { Bar, Voice } from '../score.ts';
import { barTicks, type Metre, TICKS_PER_WHOLE, type Tick } from '../time.ts';
import type { RawBar, Stream } from './streams.ts';

/** One bar in the four voices; null where a voice has no music there. */
export type Row = readonly [RawBar | null, RawBar | null, RawBar | null, RawBar | null];

export interface Ruled {
  readonly bars: readonly Bar[];
  /** Parallel to `bars`. */
  readonly rows: readonly Row[];
  readonly length: Tick;
}

/** A row with what it is agreed to be, before its place in the metre is known. */
interface Agreed {
  readonly row: Row;
  readonly duration: Tick;
  readonly metre: Metre | null;
  readonly key: Key;
}

/** Lays out the bars of a piece. `metre` and `key` are the header's. */
export function ruleBars(cast: readonly (Stream | null)[], metre: Metre | null, key: Key): Ruled {
  const rows = lineUp(cast.map((stream) => stream?.bars ?? []));
  const agreed = agree(rows, metre, key);
  const phases = phasesOf(agreed);
  const bars: Bar[] = [];
  let onset = 0;
  let count = 0;
  agreed.forEach(({ row, duration, metre, key }, i) => {
    const phase = phases[i] ?? 0;
    if (phase === 0) count++;
    const present = row.filter((raw) => raw !== null);
    bars.push({
      number: count,
      onset,
      duration,
      metre,
      key,
      phase,
      barline:
        present.find((raw) => raw.barline !== 'none' && raw.barline !== 'single')?.barline ??
        present[0]?.barline ??
        'none',
      opens: {
        repeat: present.some((raw) => raw.repeat),
        ending: present.find((raw) => raw.ending)?.ending ?? null,
      },
      spans: [spanOf(row[0]), spanOf(row[1]), spanOf(row[2]), spanOf(row[3])],
    });
    onset += duration;
  });
  return { bars, rows, length: onset };
}

/** Up to where the text turns to another voice, so that a span never holds the music of two voices. */
const spanOf = (raw: RawBar | null) =>
  raw && !raw.empty && raw.events.length > 0
    ? { start: Math.min(raw.start, raw.events[0]!.span.start), end: raw.cut >= 0 ? raw.cut : raw.end }
    : null;

/**
 * Bar by bar; where one voice has a bar line that the others lack (half bars against whole ones), and more bars
 * left than they have, its bars are joined.
 */
function lineUp(voices: readonly (readonly RawBar[])[]): Row[] {
  const rows: Row[] = [];
  const next = [0, 0, 0, 0];
  while (voices.some((bars, v) => (next[v] ?? 0) < bars.length)) {
    const target = Math.max(0, ...voices.map((bars, v) => lengthAt(bars, next[v]!)));
    const leaders = voices.filter((bars, v) => lengthAt(bars, next[v]!) === target);
    const left = Math.max(0, ...leaders.map((bars) => bars.length - next[voices.indexOf(bars)]!));
    const row = voices.map((bars, v) => {
      const at = next[v]!;
      const raw = bars[at] ?? null;
      next[v] = at + 1;
      if (!raw || raw.whole || raw.length >= target || bars.length - at <= left) return raw;
      const count = barsThatMake(bars, at, target, bars.length - at - left);
      next[v] = at + count;
      return count > 1 ? joined(bars.slice(at, at + count)) : raw;
    });
    rows.push([row[0] ?? null, row[1] ?? null, row[2] ?? null, row[3] ?? null]);
  }
  return rows;
}

const lengthAt = (bars: readonly RawBar[], at: number): Tick => {
  const raw = bars[at];
  return raw && !raw.whole ? raw.length : 0;
};

/** How many bars from `at` last exactly `target` (at most `spare` more than one); 1 when none do. */
function barsThatMake(bars: readonly RawBar[], at: number, target: Tick, spare: number): number {
  let sum = 0;
  for (let count = 1; count <= spare + 1; count++) {
    const raw = bars[at + count - 1];
    if (!raw || raw.whole) return 1;
    sum += raw.length;
    if (sum === target) return count;
    if (sum > target) return 1;
  }
  return 1;
}

function joined(parts: readonly RawBar[]): RawBar {
  const [first, ...others] = parts as [RawBar, ...RawBar[]];
  const last = parts[parts.length - 1]!;
  const events = [...first.events];
  let length = first.length;
  for (const part of others) {
    for (const event of part.events) {
      event.onset += length;
      events.push(event);
    }
    length += part.length;
  }
  const cut = first.cut >= 0 ? first.cut : last.start < first.end ? first.end : last.cut;
  return { ...first, events, length, end: last.end, cut, barline: last.barline, lineEnd: last.lineEnd };
}

function agree(rows: readonly Row[], metre: Metre | null, key: Key): Agreed[] {
  let nowMetre = metre;
  let nowKey = key;
  const metres: (Metre | null)[] = [metre, metre, metre, metre];
  const keys = [key, key, key, key];
  return rows.map((row) => {
    row.forEach((raw, v) => {
      if (!raw) return;
      if (raw.metre !== metres[v]) nowMetre = raw.metre;
      if (raw.key !== keys[v]) nowKey = raw.key;
      metres[v] = raw.metre;
      keys[v] = raw.key;
    });
    return { row, duration: durationOf(row, nowMetre), metre: nowMetre, key: nowKey };
  });
}

/** What most voices last; between equals the full bar, else the longest; nobody tells: the full bar. */
function durationOf(row: Row, metre: Metre | null): Tick {
  const full = metre ? barTicks(metre) : 0;
  const votes = new Map<Tick, number>();
  for (const raw of row) {
    if (raw && !raw.whole && raw.length > 0) votes.set(raw.length, (votes.get(raw.length) ?? 0) + 1);
  }
  let best = 0;
  let most = 0;
  for (const [length, count] of votes) {
    const wins = count > most || (count === most && best !== full && (length === full || length > best));
    if (!wins) continue;
    best = length;
    most = count;
  }
  if (best > 0) return best;
  const started = Math.max(0, ...row.map((raw) => raw?.length ?? 0));
  return Math.max(full || TICKS_PER_WHOLE, started);
}

/** Where in a full bar each bar begins. A short first bar is a pickup; halves of a split bar complete each other. */
function phasesOf(bars: readonly Agreed[]): Tick[] {
  let filled = 0;
  let metre: Metre | null = null;
  return bars.map((bar, i) => {
    if (bar.metre !== metre) filled = 0;
    metre = bar.metre;
    const full = metre ? barTicks(metre) : 0;
    if (bar.duration >= full) {
      filled = 0;
      return 0;
    }
    if (filled > 0 && filled + bar.duration <= full) {
      const phase = filled;
      filled = (filled + bar.duration) % full;
      return phase;
    }
    if (isPickup(bars, i, full)) {
      filled = 0;
      return full - bar.duration;
    }
    filled = bar.duration;
    return 0;
  });
}

function isPickup(bars: readonly Agreed[], i: number, full: Tick): boolean {
  const next = bars[i + 1];
  if (!next) return false;
  if (i === 0) return i + 2 >= bars.length || bars[0]!.duration + next.duration !== full;
  const before = bars[i - 1]!.row.find((raw) => raw !== null)?.barline ?? 'single';
  const opens = before !== 'single' || bars[i]!.row.some((raw) => raw?.repeat);
  return opens && next.duration >= full;
}

/** The voices of a row that last something else than the row does (open bars, `Z` and gaps excepted). */
export function deviations(row: Row, duration: Tick): { voice: Voice; raw: RawBar }[] {
  return ([0, 1, 2, 3] as const).flatMap((voice) => {
    const raw = row[voice];
    if (!raw || raw.events.length === 0) return [];
    const wrong = raw.whole ? raw.length >= duration : raw.length !== duration;
    return wrong ? [{ voice, raw }] : [];
  });
}
