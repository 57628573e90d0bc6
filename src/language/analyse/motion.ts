// How two voices move, and how one leaps: arithmetic on plain numbers, so that the rules over a score and counts
// over a grid agree. Knows nothing of notes, texts or grids.
//
// The definitions are those of common-practice part-writing as any harmony textbook gives them
// (Aldwell & Schachter, Harmony and Voice Leading, chapters 5-6, is one).

/** Octaves include unisons and compounds (0, 12, 24 semitones), fifths their compounds (7, 19, …). */
export type Perfect = 'fifth' | 'octave';

/** The perfect consonance between two sounding pitches (MIDI numbers, in any order); null for all others. */
export function perfect(a: number, b: number): Perfect | null {
  const size = Math.abs(a - b) % 12;
  return size === 7 ? 'fifth' : size === 0 ? 'octave' : null;
}

/** Whether both voices change pitch from one moment to the next: `upper0 -> upper1`, `lower0 -> lower1`. */
export const bothMove = (upper0: number, lower0: number, upper1: number, lower1: number): boolean =>
  upper0 !== upper1 && lower0 !== lower1;

const sameWay = (upper0: number, lower0: number, upper1: number, lower1: number): boolean =>
  (upper1 - upper0) * (lower1 - lower0) > 0;

/**
 * Two voices that form a perfect fifth (or octave), both move the same way and form one again.
 * A diminished fifth before or after is none.
 * @example parallel(67, 60, 69, 62) // 'fifth'
 */
export function parallel(upper0: number, lower0: number, upper1: number, lower1: number): Perfect | null {
  const kind = perfect(upper1, lower1);
  if (kind === null || perfect(upper0, lower0) !== kind) return null;
  return sameWay(upper0, lower0, upper1, lower1) ? kind : null;
}

/** The same by contrary motion: a fifth to a twelfth, an octave to a unison. */
export function antiparallel(upper0: number, lower0: number, upper1: number, lower1: number): Perfect | null {
  const kind = perfect(upper1, lower1);
  if (kind === null || perfect(upper0, lower0) !== kind) return null;
  return (upper1 - upper0) * (lower1 - lower0) < 0 ? kind : null;
}

/**
 * Hidden (direct) fifths and octaves: from another interval, both voices move the same way into a perfect one while
 * the upper leaps (more than a whole tone). A fault between the outer voices only.
 */
export function hidden(upper0: number, lower0: number, upper1: number, lower1: number): Perfect | null {
  const kind = perfect(upper1, lower1);
  if (kind === null || perfect(upper0, lower0) === kind) return null;
  return sameWay(upper0, lower0, upper1, lower1) && Math.abs(upper1 - upper0) > 2 ? kind : null;
}

/** The upper voice sounds below the lower one. */
export const crossed = (upper: number, lower: number): boolean => upper < lower;

/** One of two neighbours moves past where the other has just been. */
export const overlaps = (upper0: number, lower0: number, upper1: number, lower1: number): boolean =>
  upper1 < lower0 || lower1 > upper0;

/** More than an octave between neighbours (a fault between soprano and alto, alto and tenor; not above the bass). */
export const wide = (upper: number, lower: number): boolean => upper - lower > 12;

/** Semitones of the major or perfect interval of 0 (unison) to 6 (seventh) staff steps. */
const LARGEST_PLAIN = [0, 2, 4, 5, 7, 9, 11] as const;

/** Whether a leap of so many staff steps and semitones (both signed, same direction) is an augmented interval. */
export function augmented(steps: number, semitones: number): boolean {
  const size = Math.abs(steps);
  const sign = steps < 0 ? -1 : 1;
  const plain = LARGEST_PLAIN[(size % 7) as 0]! + 12 * Math.floor(size / 7);
  // An altered unison is the chromatic semitone, which voices sing all the time.
  return size > 0 && sign * semitones > plain;
}

/** Leaps that are hard to sing: sevenths, and anything beyond an octave. */
export function largeLeap(semitones: number): boolean {
  const size = Math.abs(semitones);
  return size === 10 || size === 11 || size > 12;
}
