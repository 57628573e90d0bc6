// Four streams of bars -> bars common to all. Lines them up by index, agrees on each bar's length, and says where in
// a full bar it begins. Knows no pitches.

import type { Key } from '../pitch.ts';
import { type Bar, VOICES, type Voice } from '../score.ts';
import { barTicks, type Metre, TICKS_PER_WHOLE, type Tick } from '../time.ts';
import type { RawBar, Stream } from './raw.ts';

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
  const rows = lineUp(
    cast.map((stream) => stream?.bars ?? []),
    metre,
  );
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
    ? { start: raw.start, end: raw.cut >= 0 ? raw.cut : raw.end }
    : null;

/**
 * Bar by bar. Where one voice lacks a bar line that the others have, its bar is cut there; where it has one that
 * they lack (half bars against whole ones), its bars are joined. Both only if its number of bars asks for it.
 */
function lineUp(voices: readonly (readonly RawBar[])[], metre: Metre | null): Row[] {
  const rows: Row[] = [];
  const queues = voices.map((bars) => [...bars].reverse());
  let now = metre;
  while (queues.some((queue) => queue.length > 0)) {
    const heads = queues.map((queue) => queue[queue.length - 1] ?? null);
    now = heads.find((raw) => raw !== null)?.metre ?? now;
    const target = durationOf(heads, now);
    const following = durationOf(
      queues.map((queue) => queue[queue.length - 2] ?? null),
      now,
    );
    const most = Math.max(...queues.map((queue) => queue.length));
    const agreeing = queues.filter((_, v) => heads[v]?.length === target && !heads[v]?.whole);
    const least = Math.min(most, ...agreeing.map((queue) => queue.length));
    const row = queues.map((queue) => {
      const raw = queue.pop() ?? null;
      if (!raw || raw.whole || raw.length === target) return raw;
      if (raw.length > target && queue.length + 1 < most) return cutAt(raw, target, following, queue);
      if (raw.length < target && queue.length + 1 > least) return joinUpTo(raw, target, queue);
      return raw;
    });
    rows.push([row[0] ?? null, row[1] ?? null, row[2] ?? null, row[3] ?? null]);
  }
  return rows;
}

/** Cuts a bar in two where its second part would last `following`; the second part goes back on the queue. */
function cutAt(raw: RawBar, target: Tick, following: Tick, queue: RawBar[]): RawBar {
  const at = raw.events.findIndex((event) => event.onset === target && event.irregular !== 'grace');
  if (at < 1 || raw.length - target !== following) return raw;
  const events = raw.events.slice(at);
  const before = raw.events[at - 1]!;
  const border = events[0]!.span.start;
  for (const event of events) event.onset -= target;
  queue.push({
    ...raw,
    events,
    length: raw.length - target,
    start: border,
    repeat: false,
    ending: null,
    lineMissing: border,
  });
  return {
    ...raw,
    events: raw.events.slice(0, at),
    length: target,
    end: before.span.end,
    cut: raw.cut > before.span.end ? -1 : raw.cut,
    barline: 'single',
    lineEnd: false,
  };
}

/** Joins a bar with those after it when together they last exactly `target`. */
function joinUpTo(raw: RawBar, target: Tick, queue: RawBar[]): RawBar {
  let sum = raw.length;
  let count = 0;
  while (sum < target) {
    const next = queue[queue.length - 1 - count];
    if (!next || next.whole) return raw;
    sum += next.length;
    count++;
  }
  if (sum !== target) return raw;
  return joined([raw, ...queue.splice(queue.length - count).reverse()]);
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
  const cut = parts.find((part) => part.cut >= 0)?.cut ?? -1;
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
function durationOf(row: readonly (RawBar | null)[], metre: Metre | null): Tick {
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
  const found: { voice: Voice; raw: RawBar }[] = [];
  for (const voice of VOICES) {
    const raw = row[voice];
    if (!raw || raw.events.length === 0) continue;
    if (raw.whole ? raw.length >= duration : raw.length !== duration) found.push({ voice, raw });
  }
  return found;
}
