// A MIDI number spelled as a musician would in its key and company. Knows nothing of bars, text or what has been
// written before in the bar.

import { type Key, type Letter, midi, type Pitch } from '../pitch.ts';

/** What decides a spelling besides the key. */
export interface Company {
  readonly key: Key;
  /** What sounds at the same time, and just before in the same voice. */
  readonly near: readonly Pitch[];
  /** The next note of the voice; null where there is none or it rests. */
  readonly next: number | null;
}

/** Positions on the line of fifths: F = -1, C = 0, … B = 5; a sharp adds 7. */
const FIFTHS = [0, 2, 4, -1, 1, 3, 5] as const;
export const lineOfFifths = (letter: Letter, alter: number): number => FIFTHS[letter] + 7 * alter;

/**
 * Where the twelve usual notes of a key are centred on the line of fifths, from its tonic: major from the flat
 * third to the sharp fifth (Eb … G# in C), minor from the flat second to the sharp fourth (Bb … D# in A minor),
 * so that raised sixth and seventh come out as sharps.
 */
const CENTRE: Record<Key['mode'], number> = {
  major: 2.5,
  lydian: 2.5,
  mixolydian: 2.5,
  minor: 0.5,
  dorian: 0.5,
  phrygian: 0.5,
  locrian: 0.5,
};

/** By MIDI number, as they are asked for. */
const SPELLED = new Map<number, readonly Pitch[]>();

/** Every spelling of a MIDI number with at most a double accidental. */
function spelled(pitch: number): readonly Pitch[] {
  const known = SPELLED.get(pitch);
  if (known) return known;
  const all = ([0, 1, 2, 3, 4, 5, 6] as const).flatMap((letter) =>
    [-2, -1, 0, 1, 2].flatMap((alter) => {
      const low = { letter, alter, octave: 0 };
      const octave = (pitch - midi(low)) / 12;
      return Number.isInteger(octave) ? [{ ...low, octave }] : [];
    }),
  );
  SPELLED.set(pitch, all);
  return all;
}

const samePlace = (a: Pitch, b: Pitch): boolean => a.letter === b.letter && a.alter === b.alter;
const sameClass = (a: Pitch, b: Pitch): boolean => (midi(a) - midi(b)) % 12 === 0;
export const isDiatonic = ({ letter, alter }: Pitch, key: Key): boolean => alter === key.signature[letter];

/** How far a spelling is from what a reader expects: 0 for a plain note of the key. */
function strangeness(pitch: Pitch, { key, near, next }: Company): number {
  const place = lineOfFifths(pitch.letter, pitch.alter);
  let cost = isDiatonic(pitch, key) ? 0 : 1;
  if (cost > 0) {
    const centre = lineOfFifths(key.tonic.letter, key.tonic.alter) + CENTRE[key.mode];
    cost += 0.5 * Math.abs(place - centre) + (Math.abs(pitch.alter) === 2 ? 4 : 0);
    cost += leadsOn(pitch, key, next) ? 0 : 0.75;
  }
  if (near.length > 0) {
    const mean = near.reduce((sum, { letter, alter }) => sum + lineOfFifths(letter, alter), 0) / near.length;
    cost += 0.1 * Math.abs(place - mean);
  }
  for (const other of near) if (sameClass(pitch, other) && !samePlace(pitch, other)) cost += 2.5;
  return cost;
}

/** Whether a chromatic note goes on to the next letter where it moves by a semitone to a note of the key. */
function leadsOn(pitch: Pitch, key: Key, next: number | null): boolean {
  if (next === null || Math.abs(next - midi(pitch)) !== 1) return true;
  const goal = spelled(next).find((note) => isDiatonic(note, key));
  return goal === undefined || goal.letter !== pitch.letter;
}

/**
 * All spellings of a MIDI number with at most a double accidental, the best first.
 * @example spellings(66, { key: G major, near: [], next: 67 })[0] // F#4
 */
export function spellings(pitch: number, company: Company): Pitch[] {
  return spelled(pitch)
    .map((note) => ({ note, cost: strangeness(note, company) }))
    .sort((a, b) => a.cost - b.cost)
    .map(({ note }) => note);
}
