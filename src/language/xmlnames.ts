// The names MusicXML gives to kinds of chords and to marks, beside those musicians write: tables for both directions.

import type { Notation } from 'musicxml-io/browser';

const KINDS: readonly (readonly [suffix: string, kind: string])[] = [
  ['', 'major'],
  ['m', 'minor'],
  ['7', 'dominant'],
  ['maj7', 'major-seventh'],
  ['m7', 'minor-seventh'],
  ['dim', 'diminished'],
  ['dim7', 'diminished-seventh'],
  ['m7b5', 'half-diminished'],
  ['aug', 'augmented'],
  ['+', 'augmented'],
  ['aug7', 'augmented-seventh'],
  ['m(maj7)', 'major-minor'],
  ['6', 'major-sixth'],
  ['m6', 'minor-sixth'],
  ['9', 'dominant-ninth'],
  ['maj9', 'major-ninth'],
  ['m9', 'minor-ninth'],
  ['11', 'dominant-11th'],
  ['13', 'dominant-13th'],
  ['sus4', 'suspended-fourth'],
  ['sus', 'suspended-fourth'],
  ['sus2', 'suspended-second'],
  ['5', 'power'],
];

/** The kind for a suffix; `other` where MusicXML has no name for it. @example chordKind('m7') // 'minor-seventh' */
export const chordKind = (suffix: string): string => KINDS.find(([text]) => text === suffix)?.[1] ?? 'other';

/** The usual suffix of a kind; null for kinds without one. */
export const chordSuffix = (kind: string): string | null =>
  KINDS.find(([, name]) => name === kind)?.[0] ?? null;

/** Decorations that MusicXML has as articulations or ornaments. */
export const MARKS: Readonly<Record<string, Notation>> = {
  staccato: { type: 'articulation', articulation: 'staccato' },
  accent: { type: 'articulation', articulation: 'accent' },
  tenuto: { type: 'articulation', articulation: 'tenuto' },
  breath: { type: 'articulation', articulation: 'breath-mark' },
  trill: { type: 'ornament', ornament: 'trill-mark' },
  turn: { type: 'ornament', ornament: 'turn' },
  uppermordent: { type: 'ornament', ornament: 'inverted-mordent' },
  lowermordent: { type: 'ornament', ornament: 'mordent' },
};
