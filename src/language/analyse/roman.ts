// A chord in a key -> its Roman numeral with figured bass; a score -> its harmonies, moment by moment.
// Knows nothing of text.

import { type Key, midi } from '../pitch.ts';
import type { Score } from '../score.ts';
import type { Tick } from '../time.ts';
import { type Chord, chordName, chordOfSlice, type Quality, type Tone, toneSteps } from './chords.ts';
import { localKeys } from './key.ts';
import { barAt, type Slice, slices } from './slice.ts';

const NUMERALS = ['I', 'II', 'III', 'IV', 'V', 'VI', 'VII'] as const;
/** Figured bass by inversion. */
const TRIAD_FIGURES = ['', '6', '64', ''] as const;
const SEVENTH_FIGURES = ['7', '65', '43', '42'] as const;

/** How a quality is written: small letters, the sign after the numeral, and whether it has a seventh. */
const STYLE: Record<
  Quality,
  { readonly small: boolean; readonly sign: string; readonly seventh: boolean } | null
> = {
  major: { small: false, sign: '', seventh: false },
  minor: { small: true, sign: '', seventh: false },
  diminished: { small: true, sign: 'o', seventh: false },
  augmented: { small: false, sign: '+', seventh: false },
  dominant7: { small: false, sign: '', seventh: true },
  major7: { small: false, sign: '', seventh: true },
  minor7: { small: true, sign: '', seventh: true },
  'half-diminished7': { small: true, sign: 'ø', seventh: true },
  diminished7: { small: true, sign: 'o', seventh: true },
  'minor-major7': { small: true, sign: '', seventh: true },
  'flat-five7': { small: false, sign: '', seventh: true },
  suspended4: null,
  fifth: { small: false, sign: '', seventh: false },
};

/** Semitones above the tonic of the degrees: of the major scale, of the natural minor scale. */
const MAJOR_SCALE = [0, 2, 4, 5, 7, 9, 11] as const;
const MINOR_SCALE = [0, 2, 3, 5, 7, 8, 10] as const;
/** Minor borrows the raised sixth and seventh degrees from its own melodic form. */
const MINOR_TONES = new Set([...MINOR_SCALE, 9, 11]);
const MAJOR_TONES = new Set<number>(MAJOR_SCALE);

const mod = (n: number, by: number): number => ((n % by) + by) % by;
const classOf = (tone: Tone): number => mod(midi({ ...tone, octave: 0 }), 12);

/** Modes other than major and minor are read in the one that shares their third. */
const isMinor = (key: Key): boolean => ['minor', 'dorian', 'phrygian', 'locrian'].includes(key.mode);

function figure(chord: Chord): string {
  const style = STYLE[chord.quality];
  if (style === null) return '';
  return style.sign + (style.seventh ? SEVENTH_FIGURES : TRIAD_FIGURES)[chord.inversion]!;
}

/** The numeral of a degree, with accidentals where the root is not in the scale. */
function numeral(chord: Chord, key: Key): string {
  const degree = mod(chord.root.letter - key.tonic.letter, 7);
  const above = mod(classOf(chord.root) - classOf(key.tonic), 12);
  const scale = isMinor(key) ? MINOR_SCALE : MAJOR_SCALE;
  // The diminished chord on the raised seventh of minor is the usual one, and written plainly.
  const leading = isMinor(key) && degree === 6 && above === 11;
  const shift = leading ? 0 : mod(above - scale[degree]! + 6, 12) - 6;
  const sign = shift < 0 ? 'b'.repeat(-shift) : '#'.repeat(shift);
  const name = NUMERALS[degree]!;
  return sign + (STYLE[chord.quality]?.small ? name.toLowerCase() : name);
}

const chordClasses = (chord: Chord): number[] =>
  toneSteps(chord.quality).map((step) => mod(classOf(chord.root) + step, 12));

function isDiatonic(chord: Chord, key: Key): boolean {
  const tones = isMinor(key) ? MINOR_TONES : MAJOR_TONES;
  return chordClasses(chord).every((tone) => tones.has(mod(tone - classOf(key.tonic), 12)));
}

/** What makes a chord the dominant of something: its numeral there, and how far below the goal its root lies. */
const DOMINANTS: Partial<
  Record<Quality, { readonly numeral: string; readonly below: number; readonly letters: number }>
> = {
  major: { numeral: 'V', below: 7, letters: 4 },
  dominant7: { numeral: 'V', below: 7, letters: 4 },
  diminished: { numeral: 'vii', below: 11, letters: 6 },
  'half-diminished7': { numeral: 'vii', below: 11, letters: 6 },
  diminished7: { numeral: 'vii', below: 11, letters: 6 },
};

/** The degrees that may have a dominant of their own: those with a major or minor triad, the tonic aside. */
const GOALS = {
  major: ['', 'ii', 'iii', 'IV', 'V', 'vi', ''],
  minor: ['', '', 'III', 'iv', 'V', 'VI', 'VII'],
} as const;

function secondary(chord: Chord, key: Key): string | null {
  const dominant = DOMINANTS[chord.quality];
  if (dominant === undefined) return null;
  const goal = mod(classOf(chord.root) - dominant.below - classOf(key.tonic), 12);
  const degree = mod(chord.root.letter - dominant.letters - key.tonic.letter, 7);
  const scale = isMinor(key) ? MINOR_SCALE : MAJOR_SCALE;
  const name = GOALS[isMinor(key) ? 'minor' : 'major'][degree]!;
  return name !== '' && scale[degree] === goal ? `${dominant.numeral}${figure(chord)}/${name}` : null;
}

/** German, Italian and French sixths: dominant-like chords on the lowered sixth degree that open to the fifth. */
function augmentedSixth(chord: Chord, key: Key): string | null {
  const above = mod(classOf(chord.root) - classOf(key.tonic), 12);
  if (!chord.augmentedSixth) return null;
  if (chord.quality === 'flat-five7' && above === 8) return 'Fr43';
  if (chord.quality !== 'dominant7' || above !== 8) return null;
  return chord.incomplete ? 'It6' : 'Ger65';
}

/**
 * The Roman numeral of a chord in a key; null for chords that have none (`sus4`).
 * @example romanNumeral(D7 over F#, G major) // 'V65'
 */
export function romanNumeral(chord: Chord, key: Key): string | null {
  if (STYLE[chord.quality] === null) return null;
  const sixth = augmentedSixth(chord, key);
  if (sixth !== null) return sixth;
  // The major tonic at the end of a minor piece is a tonic, not a dominant of the fourth degree.
  const picardy = isMinor(key) && chord.quality === 'major' && classOf(chord.root) === classOf(key.tonic);
  if (!isDiatonic(chord, key) && !picardy) {
    const of = secondary(chord, key);
    if (of !== null) return of;
  }
  return numeral(chord, key) + figure(chord);
}

/** What sounds from one moment to the next, in the key of that moment. */
export interface Harmony {
  readonly from: Tick;
  readonly to: Tick;
  readonly slice: Slice;
  readonly key: Key;
  readonly chord: Chord | null;
  /** `D7/F#`; null where no plain chord sounds. */
  readonly name: string | null;
  readonly numeral: string | null;
  /** A tonic six-four that delays the dominant over the same bass. */
  readonly cadential: boolean;
}

function isCadential(chord: Chord, next: Chord | null, key: Key): boolean {
  if (chord.inversion !== 2 || classOf(chord.root) !== classOf(key.tonic) || next === null) return false;
  const dominant = next.quality === 'major' || next.quality === 'dominant7';
  return dominant && next.inversion === 0 && classOf(next.bass) === classOf(chord.bass);
}

/** The harmony of every slice of the score, in the key around its bar. */
export function harmonies(score: Score): Harmony[] {
  const cut = slices(score);
  const chords = cut.map(chordOfSlice);
  const keys = new Map(localKeys(score).map((key, i) => [score.bars[i]!, key]));
  return cut.map((slice, i) => {
    const chord = chords[i]!;
    const bar = barAt(score, slice.from);
    const key = (bar && keys.get(bar)) ?? score.key;
    return {
      from: slice.from,
      to: slice.to,
      slice,
      key,
      chord,
      name: chord && chordName(chord),
      numeral: chord && romanNumeral(chord, key),
      cadential: chord !== null && isCadential(chord, chords[i + 1] ?? null, key),
    };
  });
}
