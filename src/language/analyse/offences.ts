// Ways to find what breaks a rule of four-part writing: over two voices that move, two that sound together, one that
// leaps, and over chords. Knows nothing of severities or modes; rules.ts puts them in a table.

import { type Key, midi, pitchName } from '../pitch.ts';
import { type Score, VOICE_NAMES } from '../score.ts';
import { bothMove, crossed, overlaps } from './motion.ts';
import { barAt, cut, melodies, momentName, type Slice, type Sound } from './slice.ts';

/** A place where a rule is broken: the offending (later) note, what belongs to it, and the sentence. */
export interface Offence {
  readonly at: Sound;
  readonly with: readonly Sound[];
  readonly message: string;
}

/** Pairs of voices, the upper one first. */
type Pairs = readonly (readonly [number, number])[];

/** A score prepared for the rules. */
export class Reading {
  readonly melodies: readonly (readonly Sound[])[];
  readonly slices: readonly Slice[];
  readonly #steps = new Map<Pairs, readonly Step[]>();

  constructor(readonly score: Score) {
    this.melodies = melodies(score);
    this.slices = cut(this.melodies);
  }

  /** The steps of some pairs; several rules ask for the same ones. */
  steps(pairs: Pairs): readonly Step[] {
    const known = this.#steps.get(pairs) ?? stepsOf(this.slices, pairs);
    this.#steps.set(pairs, known);
    return known;
  }
}

/** What a rule does with a score. */
export type Find = (reading: Reading) => Offence[];

/** Two voices in two successive moments, the upper voice first. */
interface Step {
  readonly upper: readonly [Sound, Sound];
  readonly lower: readonly [Sound, Sound];
}

export const NEIGHBOURS: Pairs = [
  [0, 1],
  [1, 2],
  [2, 3],
];
export const ALL_PAIRS: Pairs = [...NEIGHBOURS, [0, 2], [1, 3], [0, 3]];
export const OUTER: Pairs = [[0, 3]];

/** Every pair of voices that sounds in two slices one right after the other, with at least one of them struck anew. */
function stepsOf(slices: readonly Slice[], pairs: Pairs): Step[] {
  const found: Step[] = [];
  for (let i = 1; i < slices.length; i++) {
    const before = slices[i - 1]!;
    const now = slices[i]!;
    if (before.to !== now.from) continue;
    for (const [high, low] of pairs) {
      const upper = [before.sounds[high], now.sounds[high]] as const;
      const lower = [before.sounds[low], now.sounds[low]] as const;
      if (!upper[0] || !upper[1] || !lower[0] || !lower[1]) continue;
      if (upper[0] === upper[1] && lower[0] === lower[1]) continue;
      found.push({ upper: [upper[0], upper[1]], lower: [lower[0], lower[1]] });
    }
  }
  return found;
}

type Move = readonly [number, number, number, number];
export const moveOf = ({ upper, lower }: Step): Move => [
  upper[0].midi,
  lower[0].midi,
  upper[1].midi,
  lower[1].midi,
];

export const voiceName = (sound: Sound): string => VOICE_NAMES[sound.voice].toLowerCase();
const both = (step: Step): string => `${voiceName(step.upper[1])} and ${voiceName(step.lower[1])}`;
export const chordOf = (upper: Sound, lower: Sound): string =>
  `${pitchName(upper.pitch)}/${pitchName(lower.pitch)}`;
/** A step happens when its second moment begins; the first is where it comes from. */
const stepTime = (step: Step): number => Math.max(step.upper[1].from, step.lower[1].from);
const startTime = (step: Step): number => Math.max(step.upper[0].from, step.lower[0].from);

function describe(score: Score, step: Step): string {
  const [from, to] = [startTime(step), stepTime(step)].map((at) => momentName(score, at));
  return `from ${chordOf(step.upper[0], step.lower[0])} (${from}) to ${chordOf(step.upper[1], step.lower[1])} (${to})`;
}

/** The sounds of a step but the marked one, each once. */
const others = (step: Step, at: Sound): Sound[] =>
  [...new Set([...step.upper, ...step.lower])].filter((sound) => sound !== at);

/** A rule over two moving voices: `test` names the fault, `advice` ends the sentence. */
export function overMoves(
  pairs: Pairs,
  test: (...move: Move) => boolean,
  fault: string,
  advice: string,
): Find {
  return (reading) =>
    reading
      .steps(pairs)
      .filter((step) => bothMove(...moveOf(step)) && test(...moveOf(step)))
      .map((step) => ({
        at: step.upper[1],
        with: others(step, step.upper[1]),
        message: `${fault} between ${both(step)}, ${describe(reading.score, step)}. ${advice}`,
      }));
}

/** Overlap counts when the moving voice passes the place its neighbour has just left (or still holds). */
export function findOverlaps(reading: Reading): Offence[] {
  return reading.steps(NEIGHBOURS).flatMap((step) => {
    const move = moveOf(step);
    if (!overlaps(...move) || crossed(move[2], move[3]) || crossed(move[0], move[1])) return [];
    const at = step.upper[1].midi < step.lower[0].midi ? step.upper[1] : step.lower[1];
    const message = `Overlap of ${both(step)}, ${describe(reading.score, step)}: the ${voiceName(at)} passes the note its neighbour has just left.`;
    return [{ at, with: others(step, at), message }];
  });
}

/** A rule over two neighbours that sound together: reported once, when the pair of notes begins. */
export function overPairs(
  pairs: Pairs,
  test: (upper: number, lower: number) => boolean,
  say: (upper: Sound, lower: Sound, moment: string) => string,
): Find {
  return ({ score, slices }) =>
    slices.flatMap(({ from, sounds }) =>
      pairs.flatMap(([high, low]) => {
        const upper = sounds[high];
        const lower = sounds[low];
        if (!upper || !lower || Math.max(upper.from, lower.from) !== from || !test(upper.midi, lower.midi))
          return [];
        const at = lower.from === from ? lower : upper;
        return [
          { at, with: [at === lower ? upper : lower], message: say(upper, lower, momentName(score, from)) },
        ];
      }),
    );
}

/** A rule over the leaps of one voice; across a rest or a fermata a phrase begins anew. */
export function overLeaps(
  test: (from: Sound, to: Sound) => boolean,
  say: (from: Sound, to: Sound) => string,
): Find {
  return ({ score, melodies: lines }) =>
    lines.flatMap((line) =>
      line.slice(1).flatMap((to, i) => {
        const from = line[i]!;
        if (from.to !== to.from || from.events.some((event) => event.fermata) || !test(from, to)) return [];
        const where = `${pitchName(from.pitch)} (${momentName(score, from.from)}) to ${pitchName(to.pitch)} (${momentName(score, to.from)})`;
        return [{ at: to, with: [from], message: `${say(from, to)}, ${where}.` }];
      }),
    );
}

const tonicClass = ({ tonic: { letter, alter } }: Key): number => midi({ letter, alter, octave: 0 }) % 12;
/** Pitch class as semitones above the tonic. */
const degree = (sound: Sound, key: Key): number => (sound.midi - tonicClass(key) + 12) % 12;

/** V, V7, vii° and their inversions: the fifth, the leading tone, the second and fourth degrees, nothing else. */
function isDominant(slice: Slice, key: Key): boolean {
  const sounding = slice.sounds.filter((sound) => sound !== null).map((sound) => degree(sound, key));
  return (
    sounding.length >= 3 &&
    sounding.includes(11) &&
    sounding.every((d) => d === 7 || d === 11 || d === 2 || d === 5)
  );
}

/** I or i: tonic and third, perhaps the fifth. */
function isTonic(slice: Slice, key: Key): boolean {
  const sounding = slice.sounds.filter((sound) => sound !== null).map((sound) => degree(sound, key));
  const third = sounding.includes(4) || sounding.includes(3);
  return (
    sounding.length >= 3 && sounding.includes(0) && third && sounding.every((d) => [0, 3, 4, 7].includes(d))
  );
}

function keyAt(score: Score, at: number): Key {
  return barAt(score, at)?.key ?? score.key;
}

/** Two or more voices on the leading tone of a dominant chord that then resolves: both would have to go the same way. */
export function findDoubledLeadingTones({ score, slices }: Reading): Offence[] {
  return slices.flatMap((slice, i) => {
    const key = keyAt(score, slice.from);
    const next = slices[i + 1];
    if (next === undefined || !isDominant(slice, key) || !isTonic(next, key)) return [];
    const leading = slice.sounds
      .filter((sound) => sound !== null)
      .filter((sound) => degree(sound, key) === 11);
    const [first, second] = leading;
    if (first === undefined || second === undefined) return [];
    const message = `Doubled leading tone: ${voiceName(first)} and ${voiceName(second)} both have ${chordOf(first, second)} (${momentName(score, slice.from)}) before the tonic (${momentName(score, next.from)}). Give one of them another tone of the chord.`;
    return [{ at: second, with: leading.filter((sound) => sound !== second), message }];
  });
}

/** A cadence: a tonic chord over its root, held by a fermata or the last of the piece. */
function isCadence(slice: Slice, key: Key, last: boolean): boolean {
  const bass = slice.sounds[3];
  const held = slice.sounds.some((sound) => sound?.events.some((event) => event.fermata));
  return bass !== null && degree(bass, key) === 0 && isTonic(slice, key) && (held || last);
}

/**
 * At a cadence the leading tone rises to the tonic. In an inner voice Bach lets it fall a third to the fifth of the
 * chord, so that the chord is complete; `strict` does not.
 */
export function findUnresolved(inner: boolean): Find {
  return ({ score, slices }) =>
    slices.slice(1).flatMap((slice, i) => {
      const before = slices[i]!;
      const key = keyAt(score, slice.from);
      if (!isCadence(slice, key, i + 2 === slices.length) || !isDominant(before, key)) return [];
      return before.sounds.flatMap((sound, voice) => {
        const to = slice.sounds[voice];
        if (!sound || !to || to === sound || degree(sound, key) !== 11 || to.midi === sound.midi + 1)
          return [];
        const falls = (voice === 1 || voice === 2) && degree(to, key) === 7;
        if (falls !== inner) return [];
        const message = `Unresolved leading tone: the ${voiceName(sound)} leaves ${pitchName(sound.pitch)} (${momentName(score, sound.from)}) for ${pitchName(to.pitch)} (${momentName(score, to.from)}) at the cadence. Let it rise to the tonic.`;
        return [{ at: to, with: [sound], message }];
      });
    });
}
