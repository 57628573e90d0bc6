// From a sheet to what is heard and when: repeats unfolded, tempo, fermatas, ties, metronome. Knows no audio.

import type {
  Interval,
  Sheet,
  SheetBar,
  SheetNote,
  Tick,
  Voice,
} from '../../src/extension/preview/messages.ts';

/** One pitch that sounds. Times in seconds from the performance's beginning. */
export interface Sound {
  readonly voice: Voice;
  readonly pitch: number;
  readonly at: number;
  readonly length: number;
  /** Indices into `Sheet.notes`: the note and those it is tied to. */
  readonly notes: readonly number[];
}

export interface Click {
  readonly at: number;
  readonly strong: boolean;
}

/** From `at` seconds on, the score is at `tick` and moves on by `pace` ticks a second. */
export interface Moment {
  readonly at: number;
  readonly tick: Tick;
  readonly pace: number;
}

export interface Performance {
  readonly sounds: readonly Sound[];
  readonly clicks: readonly Click[];
  readonly moments: readonly Moment[];
  /** Seconds of count-in before the first moment. */
  readonly countIn: number;
  readonly seconds: number;
}

export interface Wish {
  readonly from: Tick;
  readonly to: Tick;
  /** 1 is as written. */
  readonly speed: number;
  readonly repeats: boolean;
  readonly countIn: boolean;
}

/** How much longer a note under a fermata sounds. */
const HOLD = 1.8;
/** Seconds that a grace note sounds, and how much of the note they adorn grace notes may take. */
const GRACE = 0.11;
const GRACES = 0.5;
const DEFAULT_QUARTERS = 100;

const endingHas = (ending: string, pass: number): boolean =>
  ending.split(/[,.\s]+/).some((part) => {
    const [first, last] = part.split('-').map(Number);
    return first !== undefined && pass >= first && pass <= (last ?? first);
  });

/** Indices of bars in the order they are performed. */
export function unfold(bars: readonly SheetBar[]): number[] {
  const order: number[] = [];
  let start = 0;
  let pass = 1;
  // Endings that contradict each other cannot hold it up: nothing is performed more than a few times.
  for (let i = 0; i < bars.length && order.length < 12 * bars.length; ) {
    const bar = bars[i]!;
    if (bar.repeatStarts && i !== start) [start, pass] = [i, 1];
    if (bar.ending !== '' && !endingHas(bar.ending, pass) && pass > 1) {
      const end = bars.findIndex((b, j) => j >= i && b.repeatEnds);
      const other = bars.findIndex((b, j) => j > i && b.ending !== '');
      const next = other > 0 ? other : end >= 0 ? end + 1 : bars.length;
      i = next > i ? next : i + 1;
      continue;
    }
    order.push(i);
    if (bar.repeatEnds) {
      const again = bars.some((b, j) => j > i && endingHas(b.ending, pass + 1) && nextStart(bars, i) > j);
      if (pass < 2 || again) {
        pass++;
        i = start;
        continue;
      }
      [start, pass] = [i + 1, 1];
    }
    i++;
  }
  return order;
}

/** The first bar after `i` that begins another repeated part. */
function nextStart(bars: readonly SheetBar[], i: number): number {
  const found = bars.findIndex((b, j) => j > i && b.repeatStarts);
  return found < 0 ? bars.length : found;
}

/** The stretches of the score that are performed, one after the other. */
function stretches(sheet: Sheet, wish: Wish): Interval[] {
  const whole = wish.to >= sheet.length;
  if (!wish.repeats || !whole) return [{ from: wish.from, to: wish.to }];
  const order = unfold(sheet.bars);
  const first = order.findIndex((i) => sheet.bars[i]!.onset + sheet.bars[i]!.duration > wish.from);
  if (first < 0) return [];
  const found: { from: Tick; to: Tick }[] = [];
  for (const i of order.slice(first)) {
    const { onset, duration } = sheet.bars[i]!;
    const last = found.at(-1);
    if (last?.to === onset) last.to = onset + duration;
    else found.push({ from: found.length === 0 ? Math.max(onset, wish.from) : onset, to: onset + duration });
  }
  return found;
}

/** Where time stands longer: from the last onset under a fermata to its end, in all voices alike. */
function holds(notes: readonly SheetNote[]): Interval[] {
  const found = new Map<Tick, Interval>();
  for (const held of notes) {
    if (!held.fermata || held.duration === 0) continue;
    const to = held.onset + held.duration;
    let from = held.onset;
    for (const note of notes)
      if (!note.grace && note.onset > from && note.onset < to && note.duration > 0) from = note.onset;
    const other = found.get(to);
    found.set(to, { from: Math.max(from, other?.from ?? 0), to });
  }
  return [...found.values()].sort((a, b) => a.from - b.from);
}

/** Ticks a second, from each tick on. */
function paces(sheet: Sheet, speed: number): { tick: Tick; pace: number }[] {
  const held = holds(sheet.notes);
  const edges = new Set<Tick>([
    0,
    ...sheet.tempos.map((t) => t.onset),
    ...held.flatMap((h) => [h.from, h.to]),
  ]);
  return [...edges]
    .sort((a, b) => a - b)
    .map((tick) => {
      const quarters = sheet.tempos.findLast((t) => t.onset <= tick)?.quarters ?? DEFAULT_QUARTERS;
      const hold = held.some((h) => h.from <= tick && tick < h.to) ? HOLD : 1;
      const sane = Math.min(1000, Math.max(5, quarters * speed));
      return { tick, pace: (sheet.ticksPerWhole / 4) * (sane / 60 / hold) };
    });
}

/** Moments of one stretch, beginning at `at` seconds; the last one is where it ends. */
function walk(pace: readonly { tick: Tick; pace: number }[], stretch: Interval, at: number): Moment[] {
  const start = pace.findLastIndex((p) => p.tick <= stretch.from);
  const moments: Moment[] = [{ at, tick: stretch.from, pace: pace[Math.max(0, start)]!.pace }];
  for (const p of pace.slice(start + 1)) {
    if (p.tick >= stretch.to) break;
    const before = moments.at(-1)!;
    moments.push({ at: before.at + (p.tick - before.tick) / before.pace, tick: p.tick, pace: p.pace });
  }
  const before = moments.at(-1)!;
  moments.push({
    at: before.at + (stretch.to - before.tick) / before.pace,
    tick: stretch.to,
    pace: before.pace,
  });
  return moments;
}

const secondsAt = (moments: readonly Moment[], tick: Tick): number => {
  const moment = moments.findLast((m) => m.tick <= tick) ?? moments[0]!;
  return moment.at + (tick - moment.tick) / moment.pace;
};

/**
 * The sounds of a stretch: tied notes are one, notes that began before it are heard from its start. Grace notes sound
 * on the beat, and what they adorn after them.
 */
function soundsOf(sheet: Sheet, stretch: Interval, moments: readonly Moment[]): Sound[] {
  const sounds: Sound[] = [];
  for (const voice of [0, 1, 2, 3] as const) {
    const open = new Map<number, { from: Tick; to: Tick; late: number; notes: number[] }>();
    let graces: number[] = [];
    const close = (pitch: number): void => {
      const held = open.get(pitch);
      open.delete(pitch);
      if (!held) return;
      const at = secondsAt(moments, held.from) + held.late;
      sounds.push({ voice, pitch, at, length: secondsAt(moments, held.to) - at, notes: held.notes });
    };
    /** @returns how much later the adorned note begins */
    const adorn = (main: number, from: Tick, to: Tick): number => {
      const at = secondsAt(moments, from);
      const own = graces.filter((grace) => sheet.notes[grace]!.onset === from);
      const length = Math.min(GRACE, (GRACES * (secondsAt(moments, to) - at)) / own.length);
      own.forEach((grace, i) => {
        for (const pitch of sheet.notes[grace]!.pitches)
          sounds.push({ voice, pitch, at: at + i * length, length, notes: [grace, main] });
      });
      graces = [];
      return own.length === 0 ? 0 : own.length * length;
    };
    sheet.notes.forEach((note, index) => {
      const from = Math.max(note.onset, stretch.from);
      const to = Math.min(note.onset + note.duration, stretch.to);
      if (note.voice !== voice) return;
      if (note.grace) graces.push(index);
      if (note.grace || to <= from) return;
      const late = adorn(index, from, to);
      for (const pitch of [...open.keys()])
        if (open.get(pitch)!.to !== note.onset || !note.pitches.includes(pitch)) close(pitch);
      for (const pitch of note.pitches) {
        const held = open.get(pitch);
        if (held) {
          held.to = to;
          held.notes.push(index);
        } else open.set(pitch, { from, to, late, notes: [index] });
        if (!note.tied) close(pitch);
      }
    });
    for (const pitch of [...open.keys()]) close(pitch);
  }
  return sounds;
}

function clicksOf(sheet: Sheet, stretch: Interval, moments: readonly Moment[]): Click[] {
  const clicks: Click[] = [];
  for (const bar of sheet.bars) {
    if (bar.beat <= 0 || bar.onset >= stretch.to || bar.onset + bar.duration <= stretch.from) continue;
    const { beat } = bar;
    const first = Math.ceil(bar.phase / beat) * beat - bar.phase;
    for (let t = first; t < bar.duration; t += beat) {
      const tick = bar.onset + t;
      if (tick >= stretch.from && tick < stretch.to)
        clicks.push({ at: secondsAt(moments, tick), strong: t + bar.phase === 0 });
    }
  }
  return clicks;
}

/** A bar of clicks, and as many more as the place is into its bar: a pickup is counted up to. */
function countInOf(sheet: Sheet, from: Tick, pace: number): { clicks: Click[]; seconds: number } {
  const bar = sheet.bars.findLast((b) => b.onset <= from);
  if (!bar?.metre || bar.beat <= 0) return { clicks: [], seconds: 0 };
  const { beat } = bar;
  const whole = Math.round((bar.metre.beats * sheet.ticksPerWhole) / bar.metre.unit);
  const into = (bar.phase + from - bar.onset) % whole;
  const clicks: Click[] = [];
  for (let t = 0; t < whole + into; t += beat) clicks.push({ at: t / pace, strong: t % whole === 0 });
  return { clicks, seconds: (whole + into) / pace };
}

/** Everything that is heard between two moments of a score. Pure: the same wish gives the same performance. */
export function perform(sheet: Sheet, wish: Wish): Performance {
  const pace = paces(sheet, wish.speed);
  const start = wish.countIn
    ? countInOf(sheet, wish.from, pace.findLast((p) => p.tick <= wish.from)!.pace)
    : { clicks: [], seconds: 0 };
  const moments: Moment[] = [];
  const sounds: Sound[] = [];
  const clicks: Click[] = [...start.clicks];
  let at = start.seconds;
  for (const stretch of stretches(sheet, wish)) {
    const walked = walk(pace, stretch, at);
    sounds.push(...soundsOf(sheet, stretch, walked));
    clicks.push(...clicksOf(sheet, stretch, walked));
    moments.push(...walked);
    at = walked.at(-1)!.at;
  }
  sounds.sort((a, b) => a.at - b.at || a.voice - b.voice);
  return { sounds, clicks, moments, countIn: start.seconds, seconds: at };
}

/** Where in the score a performance is after so many seconds. */
export function tickAt(performance: Performance, seconds: number): Tick {
  const { moments } = performance;
  let [low, high] = [0, moments.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (moments[middle]!.at <= seconds) low = middle;
    else high = middle - 1;
  }
  const moment = moments[low];
  if (!moment) return 0;
  const next = moments[low + 1];
  // The last moment is the end; a repeat goes back.
  if (!next) return moment.tick;
  const tick = moment.tick + Math.max(0, seconds - moment.at) * moment.pace;
  return next.tick >= moment.tick ? Math.min(tick, next.tick) : tick;
}
