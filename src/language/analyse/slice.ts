// The score cut at every moment a voice begins or ends a note: what sounds together, for chords and for rules.
// Knows nothing of text beyond the spans that events carry.

import { midi, type Pitch } from '../pitch.ts';
import type { Bar, Event, Score, Voice } from '../score.ts';
import { beatTicks, type Tick } from '../time.ts';

/** One sounding note of a voice, ties merged. */
export interface Sound {
  readonly voice: Voice;
  readonly pitch: Pitch;
  /** MIDI number of `pitch`. */
  readonly midi: number;
  readonly from: Tick;
  readonly to: Tick;
  /** The tokens it is written with, in order; at least one. */
  readonly events: readonly [Event, ...Event[]];
}

/** What the four voices sound from one moment to the next; null where a voice rests or is still open. */
export interface Slice {
  readonly from: Tick;
  readonly to: Tick;
  readonly sounds: readonly [Sound | null, Sound | null, Sound | null, Sound | null];
}

/** Divided voices: the upper note stands for soprano and tenor, the lower for alto and bass. */
const mainPitch = (event: Event): Pitch | undefined =>
  event.voice % 2 === 0 ? event.pitches[event.pitches.length - 1] : event.pitches[0];

/** The notes of one voice in time, ties merged; grace notes and open events without a value are left out. */
export function melody(events: readonly Event[]): Sound[] {
  const sounds: Sound[] = [];
  for (const event of events) {
    const pitch = event.irregular === 'grace' || event.duration <= 0 ? undefined : mainPitch(event);
    if (event.kind !== 'note' || pitch === undefined) continue;
    const before = sounds[sounds.length - 1];
    const to = event.onset + event.duration;
    const held = event.continues && before?.to === event.onset && before.midi === midi(pitch);
    if (held) sounds[sounds.length - 1] = { ...before, to, events: [...before.events, event] };
    else
      sounds.push({ voice: event.voice, pitch, midi: midi(pitch), from: event.onset, to, events: [event] });
  }
  return sounds;
}

/** Cuts four melodies at every onset and end. Slices without any sound are left out. */
export function cut(melodies: readonly (readonly Sound[])[]): Slice[] {
  const next = [0, 0, 0, 0];
  const slices: Slice[] = [];
  let from = Number.NEGATIVE_INFINITY;
  for (;;) {
    let to = Number.POSITIVE_INFINITY;
    const sounding = (voice: Voice): Sound | null => {
      const sounds = melodies[voice]!;
      while (next[voice]! < sounds.length && sounds[next[voice]!]!.to <= from) next[voice]!++;
      const sound = sounds[next[voice]!];
      if (sound === undefined) return null;
      const begun = sound.from <= from;
      to = Math.min(to, begun ? sound.to : sound.from);
      return begun ? sound : null;
    };
    const sounds = [sounding(0), sounding(1), sounding(2), sounding(3)] as const;
    if (to === Number.POSITIVE_INFINITY) return slices;
    if (sounds[0] || sounds[1] || sounds[2] || sounds[3]) slices.push({ from, to, sounds });
    from = to;
  }
}

/** The four melodies of a score, soprano first. */
export const melodies = (score: Score): Sound[][] => score.parts.map((part) => melody(part.events));

/** The score as slices, in time order. */
export const slices = (score: Score): Slice[] => cut(melodies(score));

/** The bar a moment falls into, by bisection; the last one for moments past the end, undefined without bars. */
export function barAt(score: Score, at: Tick): Bar | undefined {
  let low = 0;
  let high = score.bars.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (score.bars[middle]!.onset <= at) low = middle;
    else high = middle - 1;
  }
  return score.bars[low];
}

/** The beat of a moment as musicians count: 1 is the downbeat, 2.5 half way from the second to the third. */
export function beatOf(bar: Bar, at: Tick): number {
  const beat = beatTicks(bar.metre ?? { beats: 4, unit: 4 });
  return 1 + Math.round((100 * (at - bar.onset + bar.phase)) / beat) / 100;
}

/** @example momentName(score, 0) // 'bar 1, beat 1' */
export function momentName(score: Score, at: Tick): string {
  const bar = barAt(score, at);
  return bar === undefined ? 'the beginning' : `bar ${bar.number}, beat ${beatOf(bar, at)}`;
}
