// What pitches an open place may take: its own candidates, the voice's range, the chord symbol in force, ties and
// the accidentals of the bar, as one row of weights. Knows nothing of steps or of the sampler.

import { parseChordSymbol } from '../analyse/symbol.ts';
import { type Letter, midi, type Pitch } from '../pitch.ts';
import type { Event, Score, Voice } from '../score.ts';
import type { Tick } from '../time.ts';

/** A tone outside the chord, where chord symbols are preferred: possible, as a passing tone is. */
export const FOREIGN_WEIGHT = 0.15;

/** By MIDI number, 128 entries: 0 forbids, 1 allows. */
export type Weights = Float32Array;

export const anyPitch = (): Weights => new Float32Array(128).fill(1);

/** 1 for the pitches that `allowed` says, 0 for others. */
export const only = (allowed: (pitch: number) => boolean): Weights =>
  Float32Array.from({ length: 128 }, (_, pitch) => (allowed(pitch) ? 1 : 0));

/** Both conditions at once: products. */
export const both = (a: Weights, b: Weights): Weights => a.map((weight, pitch) => weight * b[pitch]!);

/** The stricter of two weights for each pitch: a note under two chords. */
export const stricter = (a: Weights, b: Weights): Weights =>
  a.map((weight, pitch) => Math.min(weight, b[pitch]!));

export const isEmpty = (weights: Weights): boolean => !weights.some((weight) => weight > 0);

/** A chord from a moment on; null where a symbol that is no chord (`"N.C."`) ends the one before it. */
interface Chord {
  readonly onset: Tick;
  readonly weights: Weights | null;
}

/**
 * Chord symbols as lead sheets use them: one holds until the next in the same line, over bar lines too. A voice
 * follows the symbols of its own line if it has any, else those of the highest line that has. A slash names the
 * tone of the bass voice.
 */
export function chordsOf(score: Score, voice: Voice): readonly Chord[] {
  const mode = score.directives.chords;
  if (mode === 'ignore') return [];
  const outside = mode === 'require' ? 0 : FOREIGN_WEIGHT;
  const known = new Map<string, Weights | null>();
  const weightsOf = (text: string): Weights | null => {
    const chord = parseChordSymbol(text);
    if (chord === null) return null;
    const classes = voice === 3 && chord.bass !== null ? [chord.bass] : chord.classes;
    return anyPitch().map((_, pitch) => (classes.includes(pitch % 12) ? 1 : outside));
  };
  const chordsIn = (events: readonly Event[]): Chord[] =>
    events.flatMap(({ chordSymbol, onset }) => {
      if (chordSymbol === null) return [];
      if (!known.has(chordSymbol)) known.set(chordSymbol, weightsOf(chordSymbol));
      return [{ onset, weights: known.get(chordSymbol) ?? null }];
    });
  const lines = [score.parts[voice], ...score.parts].map((part) => chordsIn(part.events));
  return lines.find((line) => line.length > 0) ?? [];
}

/** The chord in force at a tick. */
export const chordAt = (chords: readonly Chord[], at: Tick): Weights | null => {
  let low = 0;
  let high = chords.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (chords[middle]!.onset <= at) low = middle + 1;
    else high = middle;
  }
  return chords[low - 1]?.weights ?? null;
};

/** By MIDI number: the spellings a singer expects, with at most one accidental. */
const PLAIN_SPELLINGS: readonly (readonly Pitch[])[] = Array.from({ length: 128 }, (_, pitch) =>
  [0, 1, 2, 3, 4, 5, 6].flatMap((letter) =>
    [-1, 0, 1].flatMap((alter) => {
      const spelled = { letter: letter as Letter, alter, octave: 0 };
      const octave = (pitch - midi(spelled)) / 12;
      return Number.isInteger(octave) ? [{ ...spelled, octave }] : [];
    }),
  ),
);

/**
 * Forbids what could only be written with an accidental that changes how a locked note later in the bar reads:
 * F sharp before a plain F and a plain G. (Another octave counts too: readers of ABC differ there.)
 * @param others the locked notes of the voice in this bar
 * @returns null where everything can be written
 */
export function readableBeside(
  others: readonly Event[],
  at: Tick,
  signature: readonly number[],
): Weights | null {
  const pitches = (events: readonly Event[]) => events.flatMap((event) => event.pitches);
  const before = pitches(others.filter((event) => event.onset < at));
  const after = pitches(others.filter((event) => event.onset >= at));
  if (after.length === 0) return null;
  const fits = ({ letter, alter }: Pitch): boolean => {
    if (!after.some((later) => later.letter === letter && later.alter !== alter)) return true;
    const plain = alter === signature[letter];
    return plain && !before.some((earlier) => earlier.letter === letter && earlier.alter !== alter);
  };
  return only((pitch) => PLAIN_SPELLINGS[pitch]!.some(fits));
}
