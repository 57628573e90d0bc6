// A tune's streams -> Score. Gives every event its voice, bar and moment. Refuses to know the text's layout.

import type { Event, Part, Score, Tempo, Voice } from '../score.ts';
import { VOICE_NAMES } from '../score.ts';
import type { Interval, Tick } from '../time.ts';
import { type Row, type Ruled, ruleBars } from './bars.ts';
import { readDirectives } from './directives.ts';
import { Placed } from './placed.ts';
import type { Draft, Finding, Stream, Tune, Written } from './raw.ts';
import { type Casting, castVoices } from './voices.ts';

/** A bar of one voice in its place in the score. */
export interface Measure {
  readonly written: Written;
  readonly onset: Tick;
  readonly duration: Tick;
  readonly events: readonly Event[];
  /** Whether its first note is held over from the bar before. */
  readonly held: boolean;
  readonly tempos: readonly Tempo[];
}

/** By bar; null where the voice has no music. */
export type Measures = readonly (Measure | null)[];

/** A score with what the checks need besides it. */
export interface Reading {
  readonly tune: Tune;
  readonly casting: Casting;
  readonly rows: readonly Row[];
  readonly measures: readonly [Measures, Measures, Measures, Measures];
  readonly score: Score;
  readonly findings: readonly Finding[];
}

/** Puts the score together. Bars and events that are as they were `before` are shared. */
export function buildScore(tune: Tune, before?: Reading): Reading {
  const casting = castVoices(tune.streams, tune.order);
  const earlier = before && { bars: before.score.bars, rows: before.rows, length: before.score.length };
  const ruled = ruleBars(casting.cast, tune.metre, tune.key, earlier);
  const { directives, findings } = readDirectives(tune.directives);
  const measured = (voice: Voice): Measures => measuresOf(voice, ruled, before);
  const measures = [measured(0), measured(1), measured(2), measured(3)] as const;
  const part = (voice: Voice): Part => partOf(voice, casting.cast[voice], measures[voice], ruled, tune);
  const score: Score = {
    title: tune.titles[0] ?? '',
    composer: tune.composers.join('; '),
    unit: tune.unit,
    key: tune.key,
    metre: tune.metre,
    tempos: temposOf(measures),
    parts: [part(0), part(1), part(2), part(3)],
    bars: ruled.bars,
    length: ruled.length,
    directives,
  };
  return { tune, casting, rows: ruled.rows, measures, score, findings };
}

function measuresOf(voice: Voice, { rows, bars }: Ruled, before?: Reading): Measures {
  const old = before?.measures[voice] ?? [];
  return rows.map((row, bar) => {
    const place = bars[bar]!;
    if (before?.rows[bar] === row && before.score.bars[bar] === place) return old[bar]!;
    const written = row[voice];
    if (!written) return null;
    const { onset, duration } = place;
    const known = old[bar];
    const stays = known?.written.raw === written.raw && known.written.base === written.base;
    if (stays && known.onset === onset && known.duration === duration) return known;
    return measureOf(written, voice, bar, onset, duration);
  });
}

const NO_TEMPOS: readonly Tempo[] = [];

/** A `Z` fills its bar; what reaches over the end of its bar is cut off, what lies behind it dropped. */
function measureOf(written: Written, voice: Voice, bar: number, onset: Tick, duration: Tick): Measure {
  const { raw, base } = written;
  const last = raw.events.at(-1);
  const drafts = last && last.onset >= duration ? insideOf(raw.events, duration) : raw.events;
  const events: Event[] = new Array(drafts.length);
  let tempos = NO_TEMPOS;
  for (let i = 0; i < drafts.length; i++) {
    const draft = drafts[i]!;
    const left = duration - draft.onset;
    const lasting = raw.whole && draft === last ? left : Math.min(draft.duration, left);
    events[i] = new Placed(draft, base, voice, bar, onset + draft.onset, lasting);
    if (draft.speed) tempos = [...tempos, { onset: onset + draft.onset, ...draft.speed }];
  }
  return { written, onset, duration, events, held: events[0]?.continues === true, tempos };
}

const insideOf = (drafts: readonly Draft[], duration: Tick): readonly Draft[] =>
  drafts.filter(({ onset, irregular }) => onset < duration || (onset === duration && irregular === 'grace'));

function partOf(voice: Voice, stream: Stream | null, measures: Measures, ruled: Ruled, tune: Tune): Part {
  const events: Event[] = new Array(
    measures.reduce((sum, measure) => sum + (measure?.events.length ?? 0), 0),
  );
  let count = 0;
  for (const measure of measures) if (measure) for (const event of measure.events) events[count++] = event;
  return {
    voice,
    id: stream ? stream.id : null,
    name: stream?.name || VOICE_NAMES[voice],
    span: stream?.span ?? { start: tune.headerEnd, end: tune.headerEnd },
    events,
    gaps: gapsOf(voice, ruled),
  };
}

function gapsOf(voice: Voice, { bars, rows }: Ruled): Interval[] {
  const gaps: { from: Tick; to: Tick }[] = [];
  rows.forEach((row, bar) => {
    if (row[voice] && row[voice].raw.events.length > 0) return;
    const { onset, duration } = bars[bar]!;
    const last = gaps[gaps.length - 1];
    if (last && last.to === onset) last.to = onset + duration;
    else gaps.push({ from: onset, to: onset + duration });
  });
  return gaps;
}

/** Tempo marks of the sung voices, each moment once. */
function temposOf(measures: Reading['measures']): Tempo[] {
  const tempos = new Map<Tick, Tempo>();
  for (const voice of measures)
    for (const measure of voice)
      if (measure && measure.tempos.length > 0)
        for (const tempo of measure.tempos) if (!tempos.has(tempo.onset)) tempos.set(tempo.onset, tempo);
  return [...tempos.values()].sort((a, b) => a.onset - b.onset);
}
