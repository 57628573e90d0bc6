// One token of music as text: its signs, pitch, length and tie, taken apart and put together. Knows nothing of
// keys or of what was in the bar before.

import { LETTERS, type Letter, type Pitch } from '../pitch.ts';
import type { Tick } from '../time.ts';

/** A token without its `?` or `@`. The four parts put together give the token again. */
export interface Parts {
  /** A note with its accidental, a chord with its brackets, `z`, `x`, `Z`, or '' in the shorthand `?2`. */
  readonly head: string;
  readonly length: string;
  readonly tie: string;
}

const TOKEN = /^(\[[^\]]*\]|[_^=]*[A-Ga-g][,']*|[zxZXy]|)([\d/]*)\s*(\.?-)?$/;

/** Null when the text is not one note, chord or rest. */
export function takeApart(body: string): Parts | null {
  const match = TOKEN.exec(body.trim());
  return match === null ? null : { head: match[1]!, length: match[2]!, tie: match[3] ?? '' };
}

/** A number of units as a fraction in lowest terms. */
export interface Length {
  readonly count: number;
  readonly of: number;
}

/** Reads `2`, `/`, `//`, `3/2`, ''. @example readLength('/') // { count: 1, of: 2 } */
export function readLength(text: string): Length {
  const match = /^(\d*)(\/*)(\d*)$/.exec(text);
  const count = match?.[1] ? Number(match[1]) : 1;
  const slashes = match?.[2]?.length ?? 0;
  const of = match?.[3] ? Number(match[3]) * 2 ** Math.max(0, slashes - 1) : 2 ** slashes;
  return { count, of: of === 0 ? 1 : of };
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** A length in units of `unit`: nothing for one unit, `2`, `/2`, `3/2`. Exact whatever the two are. */
export function writeLength(ticks: Tick, unit: Tick): string {
  const divisor = gcd(ticks, unit);
  const [count, of] = [ticks / divisor, unit / divisor];
  return `${count === 1 ? '' : count}${of === 1 ? '' : `/${of}`}`;
}

/** An accidental as ABC writes it; `=` for none. */
export const writeAccidental = (alter: number): string =>
  alter === 0 ? '=' : (alter > 0 ? '^' : '_').repeat(Math.abs(alter));

/** Letter and octave in ABC: C4 is `C`, C5 `c`, C3 `C,`, C6 `c'`. */
export const writeLetter = ({ letter, octave }: Pitch): string =>
  octave >= 5
    ? LETTERS[letter]!.toLowerCase() + "'".repeat(octave - 5)
    : LETTERS[letter]! + ','.repeat(4 - octave);

/** A note of a text: where it is, and whether an accidental stands before it. */
export interface WrittenPitch {
  readonly letter: Letter;
  readonly octave: number;
  /** Null when the text has no accidental here. */
  readonly alter: number | null;
  /** Where it begins, counted from the start of the token. */
  readonly at: number;
}

/** The pitches a token's text names, in its order. Microtones and other foreign signs count as no accidental. */
export function writtenPitches(body: string): WrittenPitch[] {
  const result: WrittenPitch[] = [];
  for (const match of body.matchAll(/(\^\^|\^|__|_|=)?([A-Ga-g])([,']*)/g)) {
    const [, sign, name, marks] = match;
    const letter = LETTERS.indexOf(name!.toUpperCase()) as Letter;
    let octave = name! === name!.toUpperCase() ? 4 : 5;
    for (const mark of marks!) octave += mark === "'" ? 1 : -1;
    const alter =
      sign === undefined ? null : sign === '=' ? 0 : sign.startsWith('^') ? sign.length : -sign.length;
    result.push({ letter, octave, alter, at: match.index });
  }
  return result;
}
