// Which key a stretch of music is in, from how long each pitch class sounds.
// Knows nothing of chords or of the order of the notes.

import { type Key, keyFifths, keyOf, type Letter, type Mode, midi, type Pitch } from '../pitch.ts';
import type { Score } from '../score.ts';
import type { Tick } from '../time.ts';
import { barAt } from './slice.ts';

/**
 * How much each degree (tonic first, by semitones) belongs to a key: the share of beats it sounds in, counted by
 * D. Temperley, Music and Probability (MIT Press 2007), in the Kostka-Payne corpus.
 */
const MAJOR = [0.748, 0.06, 0.488, 0.082, 0.67, 0.46, 0.096, 0.715, 0.104, 0.366, 0.057, 0.4] as const;
const MINOR = [0.712, 0.084, 0.474, 0.618, 0.049, 0.46, 0.105, 0.747, 0.404, 0.067, 0.133, 0.33] as const;
const PROFILES: readonly (readonly [Mode, readonly number[]])[] = [
  ['major', MAJOR],
  ['minor', MINOR],
];

const classOf = (pitch: Pitch): number => (midi(pitch) + 120) % 12;

export interface KeyGuess {
  readonly key: Key;
  /** Correlation of the durations with the key's profile, -1 to 1. */
  readonly fit: number;
}

/** Pearson correlation (the measure of C. Krumhansl & M. Schmuckler); 0 where one side does not vary. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((x, y) => x + y, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let product = 0;
  let squareA = 0;
  let squareB = 0;
  a.forEach((value, i) => {
    product += (value - meanA) * (b[i]! - meanB);
    squareA += (value - meanA) ** 2;
    squareB += (b[i]! - meanB) ** 2;
  });
  return squareA === 0 || squareB === 0 ? 0 : product / Math.sqrt(squareA * squareB);
}

/** The line of fifths from F to B. */
const FIFTHS: readonly Letter[] = [3, 0, 4, 1, 5, 2, 6];

interface Candidate {
  readonly key: Key;
  readonly tonicClass: number;
  /** Sharps in the signature; flats are negative. */
  readonly fifths: number;
}

/** Every key with at most seven sharps or flats. */
const candidatesOf = (mode: Mode): Candidate[] =>
  [-1, 0, 1]
    .flatMap((alter) => FIFTHS.map((letter) => ({ letter, alter })))
    .map((tonic) => ({
      key: keyOf(tonic, mode),
      tonicClass: classOf({ ...tonic, octave: 4 }),
      fifths: keyFifths(tonic, mode),
    }))
    .filter(({ fifths }) => Math.abs(fifths) <= 7);

const CANDIDATES: Partial<Record<Mode, readonly Candidate[]>> = {
  major: candidatesOf('major'),
  minor: candidatesOf('minor'),
};

/** The key on a pitch class, spelled so that its signature lies closest to `near` sharps. */
function keyNear(tonicClass: number, mode: Mode, near: number): Key {
  const fitting = CANDIDATES[mode]!.filter((candidate) => candidate.tonicClass === tonicClass);
  const best = fitting.reduce((a, b) => (Math.abs(b.fifths - near) < Math.abs(a.fifths - near) ? b : a));
  return best.key;
}

/**
 * All 24 major and minor keys, best first.
 * @param durations how long each of the 12 pitch classes sounds, C first, in any unit
 * @param near the tonic is spelled so that its signature is close to this many sharps
 */
export function rankKeys(durations: readonly number[], near = 0): KeyGuess[] {
  const guesses = PROFILES.flatMap(([mode, profile]) =>
    durations.map((_, tonic) => {
      const rotated = durations.map((_, degree) => durations[(degree + tonic) % 12]!);
      return { key: keyNear(tonic, mode, near), fit: correlation(rotated, profile) };
    }),
  );
  return guesses.sort((a, b) => b.fit - a.fit);
}

/** How long each pitch class sounds in each bar, all voices together, in ticks. */
function durationsByBar(score: Score): number[][] {
  const bars = score.bars.map(() => new Array<number>(12).fill(0));
  for (const { events } of score.parts) {
    for (const { bar, duration, pitches } of events) {
      for (const pitch of pitches) bars[bar]![classOf(pitch)]! += duration;
    }
  }
  return bars;
}

const sum = (rows: readonly (readonly number[])[]): number[] =>
  rows.reduce<number[]>(
    (total, row) => total.map((value, i) => value + row[i]!),
    new Array<number>(12).fill(0),
  );

const signatureFifths = (key: Key): number => key.signature.reduce((total, alter) => total + alter, 0);

/** What share of the whole piece the last bass note weighs: pieces end on their tonic. */
const FINAL_BASS = 0.15;

/**
 * The key a whole piece sounds in, whatever its `K:` says; null when it has fewer than three pitch classes.
 * Without a bass the last note of the lowest voice there is counts instead.
 */
export function findKey(score: Score): Key | null {
  const whole = sum(durationsByBar(score));
  if (whole.filter((duration) => duration > 0).length < 3) return null;
  const lowest = [...score.parts].reverse().find(({ events }) => events.some((e) => e.pitches.length > 0))!;
  const last = lowest.events.filter((event) => event.pitches.length > 0).slice(-1)[0]!;
  whole[classOf(last.pitches[0]!)]! += FINAL_BASS * whole.reduce((a, b) => a + b, 0);
  return rankKeys(whole, signatureFifths(score.key))[0]!.key;
}

/** How much better than the written key another one must fit before we say that the music has left it. */
const HOME_ADVANTAGE = 0.15;

const sameKey = (a: Key, b: Key): boolean =>
  a.mode === b.mode && a.tonic.letter === b.tonic.letter && a.tonic.alter === b.tonic.alter;

/**
 * The key around each bar, judged by that bar and its two neighbours. The bar's own `K:` wins unless another key
 * fits clearly better; it always wins where it is neither major nor minor.
 */
export function localKeys(score: Score): Key[] {
  const durations = durationsByBar(score);
  return score.bars.map((bar, i) => {
    const ranked = rankKeys(sum(durations.slice(Math.max(0, i - 1), i + 2)), signatureFifths(bar.key));
    const home = ranked.find(({ key }) => sameKey(key, bar.key));
    const best = ranked[0]!;
    return home !== undefined && best.fit > home.fit + HOME_ADVANTAGE ? best.key : bar.key;
  });
}

/** The key around one moment. */
export function localKey(score: Score, at: Tick): Key {
  const bar = barAt(score, at);
  return bar === undefined ? score.key : localKeys(score)[score.bars.indexOf(bar)]!;
}
