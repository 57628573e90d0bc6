// Pitches as musicians spell them, and keys. Knows nothing of text layout or of time.

/** A letter name as a number: C = 0, D = 1, … B = 6. */
export type Letter = 0 | 1 | 2 | 3 | 4 | 5 | 6;

export const LETTERS = 'CDEFGAB';
const SEMITONES = [0, 2, 4, 5, 7, 9, 11] as const;
/** The order in which key signatures add sharps (flats: backwards). */
const SHARP_ORDER: readonly Letter[] = [3, 0, 4, 1, 5, 2, 6];

/** A spelled, sounding pitch. Scientific octaves: C4 is middle C, MIDI 60, ABC `C`. */
export interface Pitch {
  readonly letter: Letter;
  /** In semitones: -2 double flat … 2 double sharp. */
  readonly alter: number;
  readonly octave: number;
}

/** @example midi({ letter: 0, alter: 0, octave: 4 }) // 60 */
export const midi = (p: Pitch): number => 12 * (p.octave + 1) + SEMITONES[p.letter] + p.alter;

/** @example pitchName({ letter: 6, alter: -1, octave: 3 }) // 'Bb3' */
export const pitchName = (p: Pitch): string =>
  `${LETTERS[p.letter]}${p.alter < 0 ? 'b'.repeat(-p.alter) : '#'.repeat(p.alter)}${p.octave}`;

/** Steps on the staff: C4 is 28, D4 is 29. Differences give generic intervals (second = 1). */
export const staffStep = (p: Pitch): number => 7 * p.octave + p.letter;

export type Mode = 'major' | 'minor' | 'dorian' | 'phrygian' | 'lydian' | 'mixolydian' | 'locrian';

/** A key: its tonic, its mode, and what it does to each letter. */
export interface Key {
  readonly tonic: { readonly letter: Letter; readonly alter: number };
  readonly mode: Mode;
  /** Alteration of C, D, E, F, G, A, B in the signature (explicit accidentals such as `exp _e` included). */
  readonly signature: readonly [number, number, number, number, number, number, number];
}

/** Whether two keys are one and the same, explicit accidentals included. */
export const equalKeys = (a: Key, b: Key): boolean =>
  a === b ||
  (a.mode === b.mode &&
    a.tonic.letter === b.tonic.letter &&
    a.tonic.alter === b.tonic.alter &&
    a.signature.every((alter, letter) => alter === b.signature[letter]));

/** Fifths of each mode's signature relative to the major key on the same tonic. */
const MODE_FIFTHS: Record<Mode, number> = {
  lydian: 1,
  major: 0,
  mixolydian: -1,
  dorian: -2,
  minor: -3,
  phrygian: -4,
  locrian: -5,
};

/** Position of a tonic on the line of fifths: C = 0, G = 1, F = -1. */
function tonicFifths(letter: Letter, alter: number): number {
  return SHARP_ORDER.indexOf(letter) - 1 + 7 * alter;
}

/** Sharps (positive) or flats (negative) in the signature of a tonic and mode. */
export function keyFifths(tonic: Key['tonic'], mode: Mode): number {
  return tonicFifths(tonic.letter, tonic.alter) + MODE_FIFTHS[mode];
}

/** The signature with the given number of sharps (positive) or flats (negative), -7 to 7. */
export function signatureOf(fifths: number): Key['signature'] {
  const signature: [number, number, number, number, number, number, number] = [0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < Math.abs(fifths); i++) {
    const letter = fifths > 0 ? SHARP_ORDER[i % 7] : SHARP_ORDER[6 - (i % 7)];
    signature[letter] += Math.sign(fifths);
  }
  return signature;
}

/** The key on a tonic, with its plain signature. @example keyOf({ letter: 4, alter: 0 }, 'minor') // two flats */
export const keyOf = (tonic: Key['tonic'], mode: Mode): Key => ({
  tonic,
  mode,
  signature: signatureOf(keyFifths(tonic, mode)),
});

/** Whether a pitch belongs to the scale of a signature of so many sharps (flats negative). */
export const inScale = (midi: number, sharps: number): boolean =>
  ((((midi - 7 * sharps) * 7 + 1) % 12) + 12) % 12 < 7;
