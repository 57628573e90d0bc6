// What there is to say about one note: where it stands, what it sounds against, which chord it belongs to.
// For hovers and for readers who do not see the score. Knows nothing of how it is shown.

import { midi, type Pitch, pitchName, staffStep } from '../pitch.ts';
import { type Bar, type Event, type Score, VOICE_NAMES, VOICES } from '../score.ts';
import type { Tick } from '../time.ts';
import { chordName, chordOf } from './chords.ts';
import { localKey } from './key.ts';
import { romanNumeral } from './roman.ts';
import { barAt, beatOf } from './slice.ts';

export interface Explanation {
  /** `Alto E4`; without a pitch `Alto, rest` or `Alto, open`. */
  readonly note: string;
  /** `bar 3, beat 2.5` */
  readonly place: string;
  /** Above the bass: `major third`, with octaves left out; null for the bass itself and for rests. */
  readonly interval: string | null;
  /** `D7/F#`; null where no plain chord sounds. */
  readonly chord: string | null;
  /** `V65`, in the key of `key`. */
  readonly numeral: string | null;
  /** The key around the note: `G major`. */
  readonly key: string;
}

const GENERIC = ['unison', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh'] as const;
/** Semitones of the major or perfect interval on each staff step. */
const PLAIN = [0, 2, 4, 5, 7, 9, 11] as const;
const PERFECT = new Set([0, 3, 4]);

const mod = (n: number, by: number): number => ((n % by) + by) % by;

/** @example intervalName(E4, C3) // 'major third': octaves are left out, an octave itself is named */
export function intervalName(upper: Pitch, lower: Pitch): string {
  const steps = mod(staffStep(upper) - staffStep(lower), 7);
  const semitones = midi(upper) - midi(lower);
  const off = mod(semitones - PLAIN[steps as 0] + 6, 12) - 6;
  if (steps === 0 && off === 0) return semitones === 0 ? 'unison' : 'octave';
  const perfect = PERFECT.has(steps);
  const names = perfect
    ? { [-2]: 'doubly diminished', [-1]: 'diminished', 0: 'perfect', 1: 'augmented', 2: 'doubly augmented' }
    : { [-2]: 'diminished', [-1]: 'minor', 0: 'major', 1: 'augmented', 2: 'doubly augmented' };
  return `${(names as Record<number, string>)[off] ?? 'altered'} ${GENERIC[steps]}`;
}

/** What each voice sounds at a moment, soprano first. */
export function soundingAt(score: Score, at: Tick): (Event | null)[] {
  return VOICES.map(
    (voice) =>
      score.parts[voice].events.find(
        ({ onset, duration, pitches }) => pitches.length > 0 && onset <= at && at < onset + duration,
      ) ?? null,
  );
}

const placeOf = (bar: Bar | undefined, at: Tick): string =>
  bar === undefined ? 'the beginning' : `bar ${bar.number}, beat ${beatOf(bar, at)}`;

/** Explains an event of a score. */
export function explain(score: Score, event: Event): Explanation {
  const chordTones = soundingAt(score, event.onset).flatMap((other) => other?.pitches ?? []);
  const bass = chordTones.reduce<Pitch | null>(
    (low, pitch) => (low === null || midi(pitch) < midi(low) ? pitch : low),
    null,
  );
  const chord = chordOf(chordTones);
  const key = localKey(score, event.onset);
  const [pitch] = event.pitches;
  const silent = event.state === 'open' ? ', open' : ', rest';
  return {
    note:
      VOICE_NAMES[event.voice] +
      (pitch === undefined ? silent : ` ${event.pitches.map(pitchName).join(' ')}`),
    place: placeOf(barAt(score, event.onset), event.onset),
    interval: pitch === undefined || bass === null || pitch === bass ? null : intervalName(pitch, bass),
    chord: chord && chordName(chord),
    numeral: chord && romanNumeral(chord, key),
    key: `${pitchName({ ...key.tonic, octave: 0 }).slice(0, -1)} ${key.mode}`,
  };
}

/** One bar in words, voice by voice, for screen readers: `Bar 3. Soprano: D5 at beat 1, … Alto: …`. */
export function describeBar(score: Score, index: number): string {
  const bar = score.bars[index];
  if (bar === undefined) return '';
  const voices = VOICES.map((voice) => {
    const events = score.parts[voice].events.filter(
      (event) => event.bar === index && event.irregular !== 'grace',
    );
    const words = events.map((event) => `${wordFor(event)} at beat ${beatOf(bar, event.onset)}`);
    return `${VOICE_NAMES[voice]}: ${words.length === 0 ? 'open' : words.join(', ')}.`;
  });
  return [`Bar ${bar.number}.`, ...voices].join(' ');
}

const wordFor = (event: Event): string => {
  if (event.pitches.length > 0)
    return event.pitches.map(pitchName).join(' and ') + (event.continues ? ' held' : '');
  return event.state === 'open' ? 'open' : 'rest';
};
