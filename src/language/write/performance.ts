// The score in the order it is played: repeats and endings unfolded, ties merged, tempo by the moment.
// For sound only (MIDI, playback): knows nothing of text, of file formats, or of loudspeakers.

import type { Pitch } from '../pitch.ts';
import { midi } from '../pitch.ts';
import type { Bar, Event, Score, Voice } from '../score.ts';
import { VOICES } from '../score.ts';
import type { Tick } from '../time.ts';

/** One bar, played once. */
export interface Passage {
  /** Index into `Score.bars`. */
  readonly bar: number;
  /** When it begins, in ticks of playing time. */
  readonly at: Tick;
}

/** Nobody plays a section more often than this. A limit, so that a typed `[99999` cannot fill the memory. */
const MOST_PASSES = 9;

/** The passes an ending is for: `1` -> 1, `1,3` -> 1 and 3, `1-3` -> 1, 2, 3. Empty where no number is given. */
function passesOf(ending: string): number[] {
  return ending.split(/[,.\s]+/).flatMap((part) => {
    const [from, to] = part.split('-').map((text) => Number.parseInt(text, 10));
    if (from === undefined || !(from >= 1)) return [];
    const last = Math.min(to !== undefined && to >= from ? to : from, MOST_PASSES);
    return Array.from({ length: Math.max(0, last - from + 1) }, (_, i) => from + i);
  });
}

const repeatsBack = (bar: Bar): boolean => bar.barline === 'repeat-end' || bar.barline === 'repeat-both';
const closesEnding = (bar: Bar): boolean =>
  repeatsBack(bar) || bar.barline === 'double' || bar.barline === 'final';

/** The first bar after the ending that begins at `index`. */
function afterEnding(bars: readonly Bar[], index: number): number {
  for (let i = index; i < bars.length; i++) {
    const next = bars[i + 1];
    if (closesEnding(bars[i]!) || next?.opens.ending != null || next?.opens.repeat) return i + 1;
  }
  return bars.length;
}

/** How often the section that starts at `start` is played: twice, or as often as its endings say. */
function passesFrom(bars: readonly Bar[], start: number): number {
  let most = 2;
  for (let i = start; i < bars.length && (i === start || !bars[i]!.opens.repeat); i++) {
    const { ending } = bars[i]!.opens;
    if (ending !== null) most = Math.max(most, ...passesOf(ending));
    // A repeat without endings closes its section; with endings, the next ending belongs to it.
    if (repeatsBack(bars[i]!) && bars[i + 1]?.opens.ending == null) break;
  }
  return most;
}

/** Bars in the order they sound. A repeat sign without a partner goes back to the last one, or to the beginning. */
export function performanceOrder({ bars }: Pick<Score, 'bars'>): Passage[] {
  const passages: Passage[] = [];
  let at = 0;
  let start = 0;
  let pass = 1;
  for (let i = 0; i < bars.length; ) {
    const bar = bars[i]!;
    if (bar.opens.repeat && i !== start) [start, pass] = [i, 1];
    const passes = bar.opens.ending === null ? [] : passesOf(bar.opens.ending);
    if (passes.length > 0 && !passes.includes(pass)) {
      i = afterEnding(bars, i);
      continue;
    }
    passages.push({ bar: i, at });
    at += bar.duration;
    if (repeatsBack(bar) && pass < passesFrom(bars, start)) [i, pass] = [start, pass + 1];
    else {
      if (repeatsBack(bar)) [start, pass] = [i + 1, 1];
      i++;
    }
  }
  return passages;
}

/** One sounding pitch in playing time. */
export interface Note {
  readonly voice: Voice;
  readonly pitch: Pitch;
  readonly at: Tick;
  readonly duration: Tick;
  /** The tokens it is written with. */
  readonly events: readonly Event[];
}

/** Notes by voice, soprano first, each in time order. */
export type Performance = readonly [Note[], Note[], Note[], Note[]];

/** Whether a note that ends now is held on into this event. */
const holds = (note: Note, event: Event, at: Tick): boolean =>
  event.continues && note.at + note.duration === at && (note.events[note.events.length - 1]?.tied ?? false);

function perform(passages: readonly Passage[], score: Score, voice: Voice): Note[] {
  const byBar: Event[][] = score.bars.map(() => []);
  for (const event of score.parts[voice].events) {
    if (event.pitches.length > 0 && event.duration > 0 && event.irregular !== 'grace')
      byBar[event.bar]?.push(event);
  }
  const notes: Note[] = [];
  /** The notes of the last event: what a tie can hold on. */
  let last: number[] = [];
  for (const { bar, at: barAt } of passages) {
    for (const event of byBar[bar]!) {
      const at = barAt + event.onset - score.bars[bar]!.onset;
      last = event.pitches.map((pitch) => {
        const held = last.find((i) => midi(notes[i]!.pitch) === midi(pitch) && holds(notes[i]!, event, at));
        if (held === undefined)
          return notes.push({ voice, pitch, at, duration: event.duration, events: [event] }) - 1;
        const before = notes[held]!;
        notes[held] = {
          ...before,
          duration: before.duration + event.duration,
          events: [...before.events, event],
        };
        return held;
      });
    }
  }
  return notes;
}

/** What the four voices sound, in playing time. Grace notes and open notes without a value are silent. */
export function performanceOf(score: Score): Performance {
  const passages = performanceOrder(score);
  const [s, a, t, b] = VOICES.map((voice) => perform(passages, score, voice));
  return [s!, a!, t!, b!];
}

/** A tempo from a moment of playing time on. */
export interface TempoChange {
  readonly at: Tick;
  /** Quarter notes a minute. */
  readonly quarters: number;
}

/** Quarters a minute where a piece does not say. */
export const DEFAULT_TEMPO = 90;

/**
 * The tempo in playing time, each change once; the first is at 0.
 * @param fermata how many times longer a note under a fermata lasts (1: as written), in all voices alike
 */
export function tempoMap(score: Score, fermata = 1): TempoChange[] {
  const written = [{ onset: 0, quarters: DEFAULT_TEMPO }, ...score.tempos].sort((a, b) => a.onset - b.onset);
  const held = fermata === 1 ? [] : fermatas(score);
  const changes: TempoChange[] = [];
  for (const { bar, at } of performanceOrder(score)) {
    const { onset, duration } = score.bars[bar]!;
    const inside = [...written, ...held.flatMap(({ from, to }) => [{ onset: from }, { onset: to }])]
      .map((point) => point.onset)
      .filter((point) => point > onset && point < onset + duration);
    for (const moment of [onset, ...[...new Set(inside)].sort((a, b) => a - b)]) {
      const tempo = written.filter((point) => point.onset <= moment).slice(-1)[0]!.quarters;
      const slow = held.some(({ from, to }) => from <= moment && moment < to) ? fermata : 1;
      const quarters = tempo / slow;
      if (changes[changes.length - 1]?.quarters !== quarters)
        changes.push({ at: at + moment - onset, quarters });
    }
  }
  return changes;
}

/** Where some voice has a fermata. */
const fermatas = (score: Score): { from: Tick; to: Tick }[] =>
  score.parts.flatMap(({ events }) =>
    events.filter((e) => e.fermata).map(({ onset, duration }) => ({ from: onset, to: onset + duration })),
  );
