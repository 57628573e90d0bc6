// A tune's streams -> Score. Gives every event its voice, bar and moment. Refuses to know the text's layout.

import type { Event, Part, Score, Tempo, Voice } from '../score.ts';
import { VOICE_NAMES } from '../score.ts';
import type { Interval, Tick } from '../time.ts';
import { type Row, type Ruled, ruleBars } from './bars.ts';
import { readDirectives } from './directives.ts';
import type { Draft, Finding, Stream, Tune } from './raw.ts';
import { type Casting, castVoices } from './voices.ts';

/** A score with what the checks need besides it. */
export interface Reading {
  readonly tune: Tune;
  readonly casting: Casting;
  readonly rows: readonly Row[];
  readonly score: Score;
  readonly findings: readonly Finding[];
}

/** Puts the score together. */
export function buildScore(tune: Tune): Reading {
  const casting = castVoices(tune.streams, tune.order);
  const ruled = ruleBars(casting.cast, tune.metre, tune.key);
  const { directives, findings } = readDirectives(tune.directives);
  const part = (voice: Voice): Part => partOf(voice, casting.cast[voice], ruled, tune);
  const parts = [part(0), part(1), part(2), part(3)] as const;
  const score: Score = {
    title: tune.titles[0] ?? '',
    composer: tune.composers.join('; '),
    unit: tune.unit,
    key: tune.key,
    metre: tune.metre,
    tempos: temposOf(tune),
    parts,
    bars: ruled.bars,
    length: ruled.length,
    directives,
  };
  return { tune, casting, rows: ruled.rows, score, findings };
}

function partOf(voice: Voice, stream: Stream | null, ruled: Ruled, tune: Tune): Part {
  const events: Event[] = [];
  ruled.rows.forEach((row, bar) => {
    const { onset, duration } = ruled.bars[bar]!;
    const raw = row[voice];
    if (!raw) return;
    for (const draft of raw.events)
      if (settle(draft, draft === raw.whole, voice, bar, onset, duration)) events.push(draft);
  });
  return {
    voice,
    id: stream ? stream.id : null,
    name: stream?.name || VOICE_NAMES[voice],
    span: stream?.span ?? { start: tune.headerEnd, end: tune.headerEnd },
    events,
    gaps: gapsOf(voice, ruled),
  };
}

/** Moves an event to its place: a `Z` fills its bar; what reaches over the end of its bar is cut off, what lies behind it dropped. */
function settle(
  draft: Draft,
  whole: boolean,
  voice: Voice,
  bar: number,
  onset: Tick,
  duration: Tick,
): boolean {
  const left = duration - draft.onset;
  if (left < 0 || (left === 0 && draft.irregular !== 'grace')) return false;
  draft.voice = voice;
  draft.bar = bar;
  draft.onset += onset;
  draft.duration = whole ? left : Math.min(draft.duration, left);
  return true;
}

function gapsOf(voice: Voice, ruled: Ruled): Interval[] {
  const gaps: { from: Tick; to: Tick }[] = [];
  ruled.bars.forEach(({ onset, duration }, bar) => {
    const raw = ruled.rows[bar]?.[voice];
    if (raw && raw.events.length > 0) return;
    const last = gaps[gaps.length - 1];
    if (last && last.to === onset) last.to = onset + duration;
    else gaps.push({ from: onset, to: onset + duration });
  });
  return gaps;
}

/** Tempo marks of the sung voices, each moment once. To be read once the events have their places. */
function temposOf(tune: Tune): Tempo[] {
  const tempos = new Map<Tick, Tempo>();
  for (const { event, quarters, text } of tune.tempos) {
    if (event.bar >= 0 && !tempos.has(event.onset))
      tempos.set(event.onset, { onset: event.onset, quarters, text });
  }
  return [...tempos.values()].sort((a, b) => a.onset - b.onset);
}
