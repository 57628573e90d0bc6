// What sounds together -> a chord with its root, quality and inversion, and its name as lead sheets write it.
// Knows nothing of keys (roman.ts does) and nothing of what comes before or after.

import { LETTERS, type Letter, midi, type Pitch } from '../pitch.ts';
import type { Slice } from './slice.ts';

/** A spelled pitch class. */
export interface Tone {
  readonly letter: Letter;
  readonly alter: number;
}

export type Quality =
  | 'major'
  | 'minor'
  | 'diminished'
  | 'augmented'
  | 'dominant7'
  | 'major7'
  | 'minor7'
  | 'half-diminished7'
  | 'diminished7'
  | 'minor-major7'
  | 'flat-five7'
  | 'suspended4'
  | 'fifth';

export interface Chord {
  readonly root: Tone;
  readonly quality: Quality;
  /** 0 root position, 1 third in the bass, 2 fifth, 3 seventh. */
  readonly inversion: 0 | 1 | 2 | 3;
  readonly bass: Tone;
  /** A dominant seventh whose seventh is spelled as an augmented sixth: the German or Italian sixth chord. */
  readonly augmentedSixth: boolean;
  /** The fifth is left out. */
  readonly incomplete: boolean;
}

interface Template {
  readonly quality: Quality;
  /** After the root's name. */
  readonly suffix: string;
  /** Semitones above the root: root, third, fifth, seventh. */
  readonly tones: readonly number[];
  /** May sound without its fifth. */
  readonly thin: boolean;
}

/** Plainer chords stand first: where two fit equally well the first is meant. */
const TEMPLATES: readonly Template[] = [
  { quality: 'major', suffix: '', tones: [0, 4, 7], thin: true },
  { quality: 'minor', suffix: 'm', tones: [0, 3, 7], thin: true },
  { quality: 'diminished', suffix: 'dim', tones: [0, 3, 6], thin: false },
  { quality: 'augmented', suffix: 'aug', tones: [0, 4, 8], thin: false },
  { quality: 'dominant7', suffix: '7', tones: [0, 4, 7, 10], thin: true },
  { quality: 'minor7', suffix: 'm7', tones: [0, 3, 7, 10], thin: true },
  { quality: 'major7', suffix: 'maj7', tones: [0, 4, 7, 11], thin: true },
  { quality: 'half-diminished7', suffix: 'm7b5', tones: [0, 3, 6, 10], thin: false },
  { quality: 'diminished7', suffix: 'dim7', tones: [0, 3, 6, 9], thin: false },
  { quality: 'minor-major7', suffix: 'm(maj7)', tones: [0, 3, 7, 11], thin: true },
  { quality: 'flat-five7', suffix: '7b5', tones: [0, 4, 6, 10], thin: false },
  { quality: 'suspended4', suffix: 'sus4', tones: [0, 5, 7], thin: false },
  { quality: 'fifth', suffix: '5', tones: [0, 7], thin: false },
];

const SUFFIX = new Map(TEMPLATES.map(({ quality, suffix }) => [quality, suffix]));

const classOf = (tone: Tone): number => (midi({ ...tone, octave: 0 }) + 12) % 12;
const mod = (n: number, by: number): number => ((n % by) + by) % by;

/** Tones that are not a third, fifth or seventh of the root by their letters (a fourth in a suspension aside). */
function misspelled(root: Tone, tones: readonly Tone[], template: Template): number {
  return tones.filter((tone) => {
    const place = template.tones.indexOf(mod(classOf(tone) - classOf(root), 12));
    const letters =
      template.quality === 'suspended4' ? [0, 3, 4] : template.quality === 'fifth' ? [0, 4] : [0, 2, 4, 6];
    return mod(tone.letter - root.letter, 7) !== letters[place];
  }).length;
}

interface Reading {
  readonly template: Template;
  readonly root: Tone;
  readonly cost: number;
  readonly incomplete: boolean;
}

/** Each template's tones as a set of bits, whole and without the fifth (0 where that may not be left out). */
const MASKS = TEMPLATES.map(({ tones, thin }) => {
  const whole = tones.reduce((bits, interval) => bits | (1 << interval), 0);
  return { whole, thin: thin ? whole & ~(1 << tones[2]!) : 0 };
});

/** Cheapest first, then the plainer chord. */
const rank = ({ cost, template }: Reading): number => 100 * cost + TEMPLATES.indexOf(template);

/** All ways the tones read as a chord over this root. */
function readingsOver(root: Tone, tones: readonly Tone[]): Reading[] {
  const above = tones.reduce((bits, tone) => bits | (1 << mod(classOf(tone) - classOf(root), 12)), 0);
  return TEMPLATES.flatMap((template, i) => {
    const { whole, thin } = MASKS[i]!;
    if (above !== whole && above !== thin) return [];
    const incomplete = above !== whole;
    return [{ template, root, cost: (incomplete ? 10 : 0) + misspelled(root, tones, template), incomplete }];
  });
}

const distinct = (pitches: readonly Pitch[]): Tone[] => [
  ...new Map(pitches.map(({ letter, alter }) => [`${letter},${alter}`, { letter, alter }])).values(),
];

/**
 * The chord that these pitches make; null when they make none of the plain ones (or fewer than two tones sound).
 * @example chordName(chordOf([D3, F#3, A3, C4])!) // 'D7'
 */
export function chordOf(pitches: readonly Pitch[]): Chord | null {
  const tones = distinct(pitches);
  if (tones.length < 2 || tones.length > 5) return null;
  const readings = tones.flatMap((root) => readingsOver(root, tones));
  const best = readings.reduce<Reading | null>((a, b) => (a !== null && rank(a) <= rank(b) ? a : b), null);
  if (best === null) return null;
  const lowest = pitches.reduce((a, b) => (midi(b) < midi(a) ? b : a));
  const bass = { letter: lowest.letter, alter: lowest.alter };
  const place = best.template.tones.indexOf(mod(classOf(bass) - classOf(best.root), 12));
  const seventh = tones.find((tone) => mod(classOf(tone) - classOf(best.root), 12) === 10);
  return {
    root: best.root,
    quality: best.template.quality,
    inversion: Math.max(0, place) as Chord['inversion'],
    bass,
    augmentedSixth: seventh !== undefined && mod(seventh.letter - best.root.letter, 7) === 5,
    incomplete: best.incomplete,
  };
}

/** The chord of a slice's sounding notes. */
export const chordOfSlice = (slice: Slice): Chord | null =>
  chordOf(slice.sounds.flatMap((sound) => (sound === null ? [] : [sound.pitch])));

/** @example toneName({ letter: 6, alter: -1 }) // 'Bb' */
export const toneName = ({ letter, alter }: Tone): string =>
  LETTERS[letter] + (alter < 0 ? 'b'.repeat(-alter) : '#'.repeat(alter));

/** The name lead sheets use, with the bass where it is not the root: `D7/F#`, `Gm`, `Bm7b5`. */
export function chordName(chord: Chord): string {
  const bass = chord.inversion === 0 ? '' : `/${toneName(chord.bass)}`;
  return `${toneName(chord.root)}${SUFFIX.get(chord.quality)}${bass}`;
}

/** The chord's tones as semitones above its root. */
export const toneSteps = (quality: Quality): readonly number[] =>
  TEMPLATES.find((template) => template.quality === quality)!.tones;
