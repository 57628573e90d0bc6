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

interface Symbol {
  readonly onset: Tick;
  readonly text: string;
}

/**
 * Chord symbols as lead sheets use them: one holds until the next in the same line, over bar lines too. A voice
 * follows the symbols of its own line if it has any, else those of the highest line that has. What is no chord
 * (`"N.C."`) ends the one before it.
 */
export function chordLine(score: Score, voice: Voice): readonly Symbol[] {
  const symbolsOf = (events: readonly Event[]): Symbol[] =>
    events.flatMap((event) =>
      event.chordSymbol === null ? [] : [{ onset: event.onset, text: event.chordSymbol }],
    );
  const lines = [score.parts[voice], ...score.parts].map((part) => symbolsOf(part.events));
  return lines.find((line) => line.length > 0) ?? [];
}

/** Weights under the chord in force at a tick; null where there is none. A slash names the bass voice's tone. */
export function chordWeights(
  line: readonly Symbol[],
  at: Tick,
  voice: Voice,
  mode: 'prefer' | 'require',
): Weights | null {
  const symbol = line.filter(({ onset }) => onset <= at).at(-1);
  const chord = symbol === undefined ? null : parseChordSymbol(symbol.text);
  if (chord === null) return null;
  const classes = voice === 3 && chord.bass !== null ? [chord.bass] : chord.classes;
  const outside = mode === 'require' ? 0 : FOREIGN_WEIGHT;
  return anyPitch().map((_, pitch) => (classes.includes(pitch % 12) ? 1 : outside));
}

/** The spellings a singer expects of a MIDI number: at most one accidental. */
export function plainSpellings(pitch: number): Pitch[] {
  const result: Pitch[] = [];
  for (let letter = 0; letter < 7; letter++) {
    for (const alter of [-1, 0, 1]) {
      const spelled = { letter: letter as Letter, alter, octave: 0 };
      const octaves = (pitch - midi(spelled)) / 12;
      if (Number.isInteger(octaves)) result.push({ ...spelled, octave: octaves });
    }
  }
  return result;
}

/**
 * Forbids what could only be written with an accidental that changes how a locked note later in the bar reads:
 * F sharp before a plain F and a plain G. (Another octave counts too: readers of ABC differ there.)
 * @param others the locked notes of the voice in this bar
 */
export function readableBeside(others: readonly Event[], at: Tick, signature: readonly number[]): Weights {
  const pitches = (events: readonly Event[]) => events.flatMap((event) => event.pitches);
  const before = pitches(others.filter((event) => event.onset < at));
  const after = pitches(others.filter((event) => event.onset >= at));
  if (after.length === 0) return anyPitch();
  const fits = ({ letter, alter }: Pitch): boolean => {
    if (!after.some((later) => later.letter === letter && later.alter !== alter)) return true;
    const plain = alter === signature[letter];
    return plain && !before.some((earlier) => earlier.letter === letter && earlier.alter !== alter);
  };
  const allowed = new Set<number>();
  for (let pitch = 0; pitch < 128; pitch++) if (plainSpellings(pitch).some(fits)) allowed.add(pitch);
  return only((pitch) => allowed.has(pitch));
}
