// What of a score is to be drawn: the open events and gaps of a selection, with the steps they cover, and why some
// cannot be. Knows no cells and no weights.

import { midi, type Pitch } from '../pitch.ts';
import type { Problem } from '../problem.ts';
import { type Event, type Score, VOICES, type Voice } from '../score.ts';
import { type Interval, TICKS_PER_WHOLE, type Tick } from '../time.ts';

export interface Selection {
  /** Indices into `Score.bars`, `to` exclusive; absent: all bars. */
  readonly bars?: { readonly from: number; readonly to: number };
  /** Absent: all four. */
  readonly voices?: readonly Voice[];
  /** `fill` draws what is open; `resample` the written notes too, except pinned ones. */
  readonly mode: 'fill' | 'resample';
  /** For resampled written notes: `keep` their rhythm or leave it `free`. Default: `keep` under lyrics. */
  readonly rhythm?: 'free' | 'keep';
}

/** One open place: an event, or a bar of a voice that has no music there. */
export interface Target {
  readonly voice: Voice;
  readonly bar: number;
  /** Null for a gap. */
  readonly event: Event | null;
  readonly interval: Interval;
  /** Steps of the grid, `to` exclusive. */
  readonly from: number;
  readonly to: number;
  readonly rhythm: 'fixed' | 'free';
  /** Its first cell goes on from the event before it / its last into the event after it, and both stay tied. */
  readonly tiedIn: boolean;
  readonly tiedOut: boolean;
  /** MIDI numbers of the written notes it is tied from and into; null where those are open too, or none. */
  readonly heldFrom: number | null;
  readonly heldInto: number | null;
}

/** How a score is measured in steps. */
export interface Ruler {
  readonly origin: Tick;
  readonly stepTicks: Tick;
  readonly steps: number;
}

export function rulerOf(score: Score): Ruler {
  const stepTicks = TICKS_PER_WHOLE / score.directives.grid;
  const first = score.bars[0];
  const spill = first === undefined || first.phase === 0 ? 0 : first.duration % stepTicks;
  const origin = spill === 0 ? 0 : spill - stepTicks;
  return { origin, stepTicks, steps: Math.max(0, Math.ceil((score.length - origin) / stepTicks)) };
}

/** The steps an interval covers; null when it begins or ends between two steps. */
function stepsOf(ruler: Ruler, { from, to }: Interval): { from: number; to: number } | null {
  const first = (from - ruler.origin) / ruler.stepTicks;
  const last = (to - ruler.origin) / ruler.stepTicks;
  return Number.isInteger(first) && Number.isInteger(last) && first < last ? { from: first, to: last } : null;
}

/** Soprano and alto are heard by the upper note of a divided voice, tenor and bass by the lower. */
export const outerPitch = (event: Event): Pitch | undefined =>
  event.voice < 2 ? event.pitches.at(-1) : event.pitches[0];

const soundOf = (event: Event | undefined): number | null => {
  const pitch = event && outerPitch(event);
  return pitch === undefined ? null : midi(pitch);
};

const intervalOf = (event: Event): Interval => ({ from: event.onset, to: event.onset + event.duration });

/** The events of a voice that take time, in order. */
export const timed = (score: Score, voice: Voice): Event[] =>
  score.parts[voice].events.filter((event) => event.irregular !== 'grace' && event.duration > 0);

const isSelected = (selection: Selection, bar: number, voice: Voice): boolean =>
  (selection.bars === undefined || (bar >= selection.bars.from && bar < selection.bars.to)) &&
  (selection.voices === undefined || selection.voices.includes(voice));

/** What a selection makes of an event. */
type Role = 'context' | 'fixed' | 'free';

function roleOf(score: Score, selection: Selection, keep: boolean, event: Event): Role {
  const { directives, bars } = score;
  if (directives.lock[event.voice] || event.state === 'pinned') return 'context';
  if (!isSelected(selection, event.bar, event.voice)) return 'context';
  if (event.state === 'open') return event.rhythm;
  const number = bars[event.bar]?.number ?? Number.NaN;
  const opened = directives.open.some(
    ({ voice, from, to }) => voice === event.voice && number >= from && number <= to,
  );
  if (event.kind === 'rest' || !(opened || selection.mode === 'resample')) return 'context';
  return keep ? 'fixed' : 'free';
}

/** Whether a voice's written rhythm is to be kept: asked for, or it has words of its own in the selection. */
function keepsRhythm(selection: Selection, events: readonly Event[]): boolean {
  if (selection.rhythm !== undefined) return selection.rhythm === 'keep';
  return events.some(
    (event) =>
      isSelected(selection, event.bar, event.voice) && event.lyrics.some((syllable) => syllable !== ''),
  );
}

const OFF_GRID = (score: Score): string =>
  `begins or ends between two steps of the grid (1/${score.directives.grid}), so it stays as it is. Give it a length that fits${
    score.directives.grid === 16 ? '' : ', or set a finer %%cantus:grid'
  }.`;

/** Why an event that is meant to be open cannot be; null when it can. */
function obstacle(score: Score, ruler: Ruler, event: Event): { code: string; message: string } | null {
  if (event.irregular === 'tuplet')
    return {
      code: 'open-in-tuplet',
      message:
        'An open note inside a tuplet cannot be filled. Write the tuplet’s notes, or open plain notes.',
    };
  if (stepsOf(ruler, intervalOf(event)) === null)
    return { code: 'open-off-grid', message: `This open note ${OFF_GRID(score)}` };
  return null;
}

/** Collects the places of one voice. */
function targetsOf(score: Score, selection: Selection, ruler: Ruler, voice: Voice, problems: Problem[]) {
  const events = timed(score, voice);
  const keep = keepsRhythm(selection, events);
  const roles = events.map((event): Role => {
    const role = roleOf(score, selection, keep, event);
    if (role === 'context') return role;
    const why = obstacle(score, ruler, event);
    if (event.state !== 'open') return why !== null || event.pitches.length > 1 ? 'context' : role;
    if (why !== null) problems.push({ ...why, severity: 'warning', span: event.span });
    return why === null ? role : 'context';
  });
  const targets: Target[] = [];
  events.forEach((event, i) => {
    const rhythm = roles[i]!;
    if (rhythm === 'context') return;
    const ties = (other: number): boolean =>
      roles[other] === 'context' || rhythm === 'fixed' || roles[other] === 'fixed' || event.state === 'open';
    const [before, after] = [events[i - 1], events[i + 1]];
    const tiedIn = event.continues && before !== undefined && ties(i - 1);
    const tiedOut = after?.continues === true && ties(i + 1);
    targets.push({
      voice,
      bar: event.bar,
      event,
      interval: intervalOf(event),
      ...stepsOf(ruler, intervalOf(event))!,
      rhythm,
      tiedIn,
      tiedOut,
      heldFrom: tiedIn && roles[i - 1] === 'context' ? soundOf(before) : null,
      heldInto: tiedOut && roles[i + 1] === 'context' ? soundOf(after) : null,
    });
  });
  const own = new Set(targets.map(({ event }) => event));
  return [...targets, ...gapTargets(score, selection, ruler, voice, own, problems)];
}

function gapTargets(
  score: Score,
  selection: Selection,
  ruler: Ruler,
  voice: Voice,
  own: ReadonlySet<Event | null>,
  problems: Problem[],
): Target[] {
  if (score.directives.lock[voice]) return [];
  const part = score.parts[voice];
  const ties = timed(score, voice).filter((event) => event.tied);
  const targets: Target[] = [];
  score.bars.forEach((bar, index) => {
    const interval = { from: bar.onset, to: bar.onset + bar.duration };
    const inGap = part.gaps.some(({ from, to }) => from <= interval.from && interval.to <= to);
    if (!inGap || bar.duration === 0 || !isSelected(selection, index, voice)) return;
    const steps = stepsOf(ruler, interval);
    if (steps === null) {
      const message = `Bar ${bar.number} of the ${part.name} ${OFF_GRID(score)}`;
      problems.push({ code: 'open-off-grid', severity: 'warning', message, span: part.span });
      return;
    }
    const before = ties.find((event) => event.onset + event.duration === bar.onset);
    targets.push({
      voice,
      bar: index,
      event: null,
      interval,
      ...steps,
      rhythm: 'free',
      tiedIn: before !== undefined,
      tiedOut: false,
      heldFrom: before === undefined || own.has(before) ? null : soundOf(before),
      heldInto: null,
    });
  });
  return targets;
}

/** All places to be drawn, voice by voice; what cannot be goes to `problems`. */
export const findTargets = (
  score: Score,
  selection: Selection,
  ruler: Ruler,
  problems: Problem[],
): Target[] => VOICES.flatMap((voice) => targetsOf(score, selection, ruler, voice, problems));
