// Four streams of bars -> bars common to all. Lines them up by index, agrees on each bar's length, and says where in
// a full bar it begins. Knows no pitches.

import { equalKeys, type Key } from '../pitch.ts';
import type { Span } from '../problem.ts';
import { type Bar, VOICES, type Voice } from '../score.ts';
import { barTicks, equalMetres, type Metre, TICKS_PER_WHOLE, type Tick } from '../time.ts';
import type { RawBar, Stand, Stream, Written } from './raw.ts';

/** One bar in the four voices; null where a voice has no music there. */
export type Row = readonly [Written | null, Written | null, Written | null, Written | null];

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

/** Lays out the bars of a piece. `metre` and `key` are the header's; what is as it was `before` is shared. */
export function ruleBars(
  cast: readonly (Stream | null)[],
  metre: Metre | null,
  key: Key,
  before?: Ruled,
): Ruled {
  const streams = cast.map((stream) => stream?.bars ?? []);
  const rows = lineUp(streams, metre).map((row, i) => {
    const old = before?.rows[i];
    return old && sameRow(row, old) ? old : row;
  });
  const agreed = agree(rows, metre, key);
  const phases = phasesOf(agreed);
  const bars: Bar[] = [];
  let onset = 0;
  let count = 0;
  for (let i = 0; i < agreed.length; i++) {
    const { row, duration, metre, key } = agreed[i]!;
    const phase = phases[i] ?? 0;
    if (phase === 0) count++;
    const place = { number: count, onset, duration, metre, key, phase };
    const old = before?.rows[i] === row ? before.bars[i] : undefined;
    bars.push(old && isAt(old, place) ? old : barOf(row, place));
    onset += duration;
  }
  return { bars, rows, length: onset };
}

/** What a bar is besides what its voices write. */
type Place = Pick<Bar, 'number' | 'onset' | 'duration' | 'metre' | 'key' | 'phase'>;

const sameRow = (a: Row, b: Row): boolean =>
  a.every((bar, voice) => {
    const other = b[voice];
    return bar === other || (bar?.raw === other?.raw && bar?.base === other?.base);
  });

const isAt = (bar: Bar, { number, onset, duration, metre, key, phase }: Place): boolean =>
  bar.number === number &&
  bar.onset === onset &&
  bar.duration === duration &&
  bar.phase === phase &&
  equalMetres(bar.metre, metre) &&
  equalKeys(bar.key, key);

const CLOSED: Bar['opens'] = { repeat: false, ending: null };

function barOf(row: Row, place: Place): Bar {
  let plain: Bar['barline'] | null = null;
  let strong: Bar['barline'] | null = null;
  let repeat = false;
  let ending: string | null = null;
  for (const bar of row) {
    if (!bar) continue;
    const { raw } = bar;
    if (raw.barline === 'none' || raw.barline === 'single') plain ??= raw.barline;
    else strong ??= raw.barline;
    repeat ||= raw.repeat;
    ending ||= raw.ending;
  }
  return {
    number: place.number,
    onset: place.onset,
    duration: place.duration,
    metre: place.metre,
    key: place.key,
    phase: place.phase,
    barline: strong ?? plain ?? 'none',
    opens: repeat || ending ? { repeat, ending: ending || null } : CLOSED,
    spans: [spanOf(row[0]), spanOf(row[1]), spanOf(row[2]), spanOf(row[3])],
  };
}

/** Up to where the text turns to another voice, so that a span never holds the music of two voices. */
function spanOf(bar: Written | null): Span | null {
  if (!bar || bar.raw.empty || bar.raw.events.length === 0) return null;
  const { start, end, cut } = bar.raw;
  return { start: bar.base + start, end: bar.base + (cut >= 0 ? cut : end) };
}

/**
 * Bar by bar. Where one voice lacks a bar line that the others have, its bar is cut there; where it has one that
 * they lack (half bars against whole ones), its bars are joined. Both only if its number of bars asks for it.
 */
function lineUp(voices: readonly (readonly Written[])[], metre: Metre | null): Row[] {
  const rows: Row[] = [];
  const queues = voices.map((bars) => [...bars].reverse());
  const head = (voice: Voice): Written | null => queues[voice]?.at(-1) ?? null;
  let now = metre;
  for (;;) {
    const heads: Row = [head(0), head(1), head(2), head(3)];
    const first = heads[0] ?? heads[1] ?? heads[2] ?? heads[3];
    if (!first) return rows;
    now = first.raw.metre ?? now;
    if (!agreeing(heads, first.raw.length)) rows.push(reconciled(heads, queues, now));
    else {
      for (const queue of queues) queue.pop();
      rows.push(heads);
    }
  }
}

/** Whether all voices that have a bar here last the same. */
const agreeing = (heads: Row, length: Tick): boolean =>
  length > 0 && heads.every((bar) => bar === null || (bar.raw.length === length && !bar.raw.whole));

/** Takes one bar from each queue, cut or joined where that makes the voices agree. */
function reconciled(heads: Row, queues: readonly Written[][], metre: Metre | null): Row {
  const target = durationOf(heads, metre);
  const following = durationOf(
    queues.map((queue) => queue.at(-2) ?? null),
    metre,
  );
  const most = Math.max(...queues.map((queue) => queue.length));
  const rivals = queues.filter((queue) => {
    const raw = queue.at(-1)?.raw;
    return raw?.length === target && !raw.whole;
  });
  const least = Math.min(most, ...rivals.map((queue) => queue.length));
  const row = queues.map((queue) => {
    const bar = queue.pop() ?? null;
    if (!bar || bar.raw.whole || bar.raw.length === target) return bar;
    if (bar.raw.length > target && queue.length + 1 < most) return cutAt(bar, target, following, queue);
    if (bar.raw.length < target && queue.length + 1 > least) return joinUpTo(bar, target, queue);
    return bar;
  });
  return [row[0] ?? null, row[1] ?? null, row[2] ?? null, row[3] ?? null];
}

/** Cuts a bar in two where its second part would last `following`; the second part goes back on the queue. */
function cutAt(bar: Written, target: Tick, following: Tick, queue: Written[]): Written {
  const { raw, base } = bar;
  const at = raw.events.findIndex((event) => event.onset === target && event.irregular !== 'grace');
  if (at < 1 || raw.length - target !== following) return bar;
  const events = raw.events.slice(at).map((event) => ({ ...event, onset: event.onset - target }));
  const border = events[0]!.start;
  const { end } = raw.events[at - 1]!;
  const rest: RawBar = {
    ...raw,
    ...standOf(raw.turns.findLast(({ from }) => from <= at) ?? raw),
    turns: raw.turns.filter(({ from }) => from > at).map((turn) => ({ ...turn, from: turn.from - at })),
    cut: raw.cut > border ? raw.cut : -1,
    events,
    length: raw.length - target,
    start: border,
    repeat: false,
    ending: null,
    lineMissing: border,
  };
  queue.push({ raw: rest, base });
  const first: RawBar = {
    ...raw,
    turns: raw.turns.filter(({ from }) => from < at),
    events: raw.events.slice(0, at),
    length: target,
    end,
    cut: raw.cut > end ? -1 : raw.cut,
    barline: 'single',
    lineEnd: false,
  };
  return { raw: first, base };
}

/** Joins a bar with those after it when together they last exactly `target`. */
function joinUpTo(bar: Written, target: Tick, queue: Written[]): Written {
  let sum = bar.raw.length;
  let count = 0;
  while (sum < target) {
    const next = queue[queue.length - 1 - count]?.raw;
    if (!next || next.whole) return bar;
    sum += next.length;
    count++;
  }
  if (sum !== target) return bar;
  return joined(bar, queue.splice(queue.length - count).reverse());
}

const standOf = ({ key, unit, octave, transpose }: Stand): Stand => ({ key, unit, octave, transpose });

const sameStand = (one: Stand, other: Stand): boolean =>
  equalKeys(one.key, other.key) &&
  one.unit === other.unit &&
  one.octave === other.octave &&
  one.transpose === other.transpose;

function joined({ raw: first, base }: Written, others: readonly Written[]): Written {
  const events = [...first.events];
  const turns = [...first.turns];
  let { length, cut, end, barline, lineEnd } = first;
  for (const { raw, base: other } of others) {
    const by = other - base;
    const from = events.length;
    if (!sameStand(turns.at(-1) ?? first, raw)) turns.push({ ...standOf(raw), from, forgets: false });
    for (const turn of raw.turns) turns.push({ ...turn, from: from + turn.from });
    for (const event of raw.events)
      events.push({
        ...event,
        onset: event.onset + length,
        start: event.start + by,
        body: event.body + by,
        end: event.end + by,
      });
    length += raw.length;
    if (cut < 0 && raw.cut >= 0) cut = raw.cut + by;
    end = raw.end + by;
    ({ barline, lineEnd } = raw);
  }
  return { raw: { ...first, events, turns, length, end, cut, barline, lineEnd }, base };
}

function agree(rows: readonly Row[], metre: Metre | null, key: Key): Agreed[] {
  let nowMetre = metre;
  let nowKey = key;
  const metres: (Metre | null)[] = [metre, metre, metre, metre];
  const keys = [key, key, key, key];
  return rows.map((row) => {
    for (const voice of VOICES) {
      const raw = row[voice]?.raw;
      if (!raw) continue;
      if (!equalMetres(raw.metre, metres[voice] ?? null)) nowMetre = raw.metre;
      if (!equalKeys(raw.key, keys[voice]!)) nowKey = raw.key;
      metres[voice] = raw.metre;
      keys[voice] = raw.key;
    }
    return { row, duration: durationOf(row, nowMetre), metre: nowMetre, key: nowKey };
  });
}

/** What most voices last; between equals the full bar, else the longest; nobody tells: the full bar. */
function durationOf(row: readonly (Written | null)[], metre: Metre | null): Tick {
  const full = metre ? barTicks(metre) : 0;
  let best = 0;
  let most = 0;
  for (const bar of row) {
    if (!bar || bar.raw.whole || bar.raw.length === 0) continue;
    const { length } = bar.raw;
    let count = 0;
    for (const other of row) if (other && !other.raw.whole && other.raw.length === length) count++;
    const wins = count > most || (count === most && best !== full && (length === full || length > best));
    if (!wins) continue;
    best = length;
    most = count;
  }
  if (best > 0) return best;
  const started = Math.max(0, ...row.map((bar) => bar?.raw.length ?? 0));
  return Math.max(full || TICKS_PER_WHOLE, started);
}

/** Where in a full bar each bar begins. A short first bar is a pickup; halves of a split bar complete each other. */
function phasesOf(bars: readonly Agreed[]): Tick[] {
  let filled = 0;
  let metre: Metre | null = null;
  return bars.map((bar, i) => {
    if (!equalMetres(bar.metre, metre)) filled = 0;
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
  const before = bars[i - 1]!.row.find((bar) => bar !== null)?.raw.barline ?? 'single';
  const opens = before !== 'single' || bars[i]!.row.some((bar) => bar?.raw.repeat);
  return opens && next.duration >= full;
}

/** The voices of a row that last something else than the row does (open bars, `Z` and gaps excepted). */
export function deviations(row: Row, duration: Tick): { voice: Voice; written: Written }[] {
  const found: { voice: Voice; written: Written }[] = [];
  for (const voice of VOICES) {
    const written = row[voice];
    if (!written || written.raw.events.length === 0) continue;
    const { whole, length } = written.raw;
    if (whole ? length >= duration : length !== duration) found.push({ voice, written });
  }
  return found;
}
