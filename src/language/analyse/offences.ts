// Ways to find what breaks a rule of four-part writing: over two voices that move, two that sound together, one that
// leaps, and over chords. Knows nothing of severities or modes; rules.ts puts them in a table.

import { type Key, midi, pitchName } from '../pitch.ts';
import { type Score, VOICE_NAMES } from '../score.ts';
import type { Tick } from '../time.ts';
import { bothMove, crossed, overlaps, perfect } from './motion.ts';
import { barAt, cut, momentName, type Slice, type Sound } from './slice.ts';
import type { Hearing } from './stretches.ts';

/** A place where a rule is broken: the offending (later) note, what belongs to it, and the sentence. */
export interface Offence {
  readonly at: Sound;
  readonly with: readonly Sound[];
  readonly message: string;
}

/** Pairs of voices, the upper one first. */
type Pairs = readonly (readonly [number, number])[];

/** What sounds together, and right before and after it. */
interface Moment {
  readonly before: Slice | undefined;
  readonly now: Slice;
  readonly next: Slice | undefined;
}

/** Some bars prepared for the rules. */
export class Reading {
  /** The moments that are judged. */
  readonly moments: readonly Moment[];
  #perfect: readonly Step[] | null = null;

  constructor(private readonly heard: Hearing) {
    const slices = cut(heard.melodies);
    const moments: Moment[] = [];
    for (const [i, now] of slices.entries())
      if (this.judges(now.from)) moments.push({ before: slices[i - 1], now, next: slices[i + 1] });
    this.moments = moments;
  }

  get score(): Score {
    return this.heard.score;
  }

  get melodies(): Hearing['melodies'] {
    return this.heard.melodies;
  }

  /** Whether what happens at a moment is judged. */
  judges(at: Tick): boolean {
    return this.heard.from <= at && at < this.heard.to;
  }

  /** Where two voices both move, into a fifth or an octave. */
  get perfect(): readonly Step[] {
    this.#perfect ??= this.steps(
      ALL_PAIRS,
      (...move) => perfect(move[2], move[3]) !== null && bothMove(...move),
    );
    return this.#perfect;
  }

  /**
   * Every pair of voices that sounds in two slices one right after the other, with at least one of them struck anew,
   * and moves as `test` asks.
   */
  steps(pairs: Pairs, test: (...move: Move) => boolean): Step[] {
    const found: Step[] = [];
    for (const { before, now } of this.moments) {
      if (before?.to !== now.from) continue;
      for (const [high, low] of pairs) {
        const [upper0, lower0] = [before.sounds[high], before.sounds[low]];
        const [upper1, lower1] = [now.sounds[high], now.sounds[low]];
        if (!upper0 || !lower0 || !upper1 || !lower1 || (upper0 === upper1 && lower0 === lower1)) continue;
        if (test(upper0.midi, lower0.midi, upper1.midi, lower1.midi))
          found.push({ upper: [upper0, upper1], lower: [lower0, lower1] });
      }
    }
    return found;
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

type Move = readonly [upper0: number, lower0: number, upper1: number, lower1: number];
const moveOf = ({ upper, lower }: Step): Move => [upper[0].midi, lower[0].midi, upper[1].midi, lower[1].midi];

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

/** A rule over two voices that move into a fifth or an octave: `test` names the fault, `advice` ends the sentence. */
export function overMoves(
  test: (...move: Move) => boolean,
  fault: string,
  advice: string,
  isMeant: (step: Step) => boolean = () => true,
): Find {
  return ({ score, perfect }) =>
    perfect
      .filter((step) => test(...moveOf(step)) && isMeant(step))
      .map((step) => ({
        at: step.upper[1],
        with: others(step, step.upper[1]),
        message: `${fault} between ${both(step)}, ${describe(score, step)}. ${advice}`,
      }));
}

export const isOuter = ({ upper, lower }: Step): boolean => upper[1].voice === 0 && lower[1].voice === 3;

/** Overlap counts when the moving voice passes the place its neighbour has just left (or still holds). */
export function findOverlaps(reading: Reading): Offence[] {
  const passing = (...move: Move): boolean =>
    overlaps(...move) && !crossed(move[2], move[3]) && !crossed(move[0], move[1]);
  return reading.steps(NEIGHBOURS, passing).map((step) => {
    const at = step.upper[1].midi < step.lower[0].midi ? step.upper[1] : step.lower[1];
    const message = `Overlap of ${both(step)}, ${describe(reading.score, step)}: the ${voiceName(at)} passes the note its neighbour has just left.`;
    return { at, with: others(step, at), message };
  });
}

/** A rule over two neighbours that sound together: reported once, when the pair of notes begins. */
export function overPairs(
  pairs: Pairs,
  test: (upper: number, lower: number) => boolean,
  say: (upper: Sound, lower: Sound, moment: string) => string,
): Find {
  return (reading) => {
    const { score } = reading;
    const found: Offence[] = [];
    for (const { now } of reading.moments)
      for (const [high, low] of pairs) {
        const upper = now.sounds[high];
        const lower = now.sounds[low];
        if (!upper || !lower || (upper.from !== now.from && lower.from !== now.from)) continue;
        if (!test(upper.midi, lower.midi)) continue;
        const [at, other] = lower.from === now.from ? [lower, upper] : [upper, lower];
        found.push({ at, with: [other], message: say(upper, lower, momentName(score, now.from)) });
      }
    return found;
  };
}

/** A rule over the leaps of one voice; across a rest or a fermata a phrase begins anew. */
export function overLeaps(
  test: (from: Sound, to: Sound) => boolean,
  say: (from: Sound, to: Sound) => string,
): Find {
  return (reading) => {
    const { score } = reading;
    const found: Offence[] = [];
    for (const line of reading.melodies)
      for (let i = 1; i < line.length; i++) {
        const [from, to] = [line[i - 1]!, line[i]!];
        if (!reading.judges(to.from) || !test(from, to) || from.to !== to.from || holdsFermata(from))
          continue;
        const where = `${pitchName(from.pitch)} (${momentName(score, from.from)}) to ${pitchName(to.pitch)} (${momentName(score, to.from)})`;
        found.push({ at: to, with: [from], message: `${say(from, to)}, ${where}.` });
      }
    return found;
  };
}

const holdsFermata = (sound: Sound): boolean => sound.events.some((event) => event.fermata);

const tonicClass = ({ tonic: { letter, alter } }: Key): number => midi({ letter, alter, octave: 0 }) % 12;
/** Pitch class as semitones above the tonic. */
const degree = (sound: Sound, key: Key): number => (sound.midi - tonicClass(key) + 12) % 12;

/** The pitch classes of a slice as semitones above the tonic, where three voices or more sound. */
function degrees(slice: Slice, key: Key): readonly number[] | null {
  const sounding = slice.sounds.filter((sound) => sound !== null);
  return sounding.length < 3 ? null : sounding.map((sound) => degree(sound, key));
}

/** V, V7, vii° and their inversions: the fifth, the leading tone, the second and fourth degrees, nothing else. */
function isDominant(slice: Slice, key: Key): boolean {
  const sounding = degrees(slice, key);
  return !!sounding?.includes(11) && sounding.every((d) => d === 7 || d === 11 || d === 2 || d === 5);
}

/** I or i: tonic and third, perhaps the fifth. */
function isTonic(slice: Slice, key: Key): boolean {
  const sounding = degrees(slice, key);
  const third = sounding?.includes(4) || sounding?.includes(3);
  return !!sounding?.includes(0) && third === true && sounding.every((d) => [0, 3, 4, 7].includes(d));
}

function keyAt(score: Score, at: number): Key {
  return barAt(score, at)?.key ?? score.key;
}

/** Whether two voices sound the same tone, in octaves or in unison. */
const doubles = ({ sounds }: Slice): boolean =>
  ALL_PAIRS.some(([high, low]) => {
    const [upper, lower] = [sounds[high], sounds[low]];
    return !!upper && !!lower && (upper.midi - lower.midi) % 12 === 0;
  });

/** Two or more voices on the leading tone of a dominant chord that then resolves: both would have to go the same way. */
export function findDoubledLeadingTones(reading: Reading): Offence[] {
  const { score } = reading;
  const found: Offence[] = [];
  for (const { now: slice, next } of reading.moments) {
    if (next === undefined || !doubles(slice)) continue;
    const key = keyAt(score, slice.from);
    if (!isDominant(slice, key) || !isTonic(next, key)) continue;
    const leading = slice.sounds
      .filter((sound) => sound !== null)
      .filter((sound) => degree(sound, key) === 11);
    const [first, second] = leading;
    if (first === undefined || second === undefined) continue;
    const message = `Doubled leading tone: ${voiceName(first)} and ${voiceName(second)} both have ${chordOf(first, second)} (${momentName(score, slice.from)}) before the tonic (${momentName(score, next.from)}). Give one of them another tone of the chord.`;
    found.push({ at: second, with: leading.filter((sound) => sound !== second), message });
  }
  return found;
}

/** A tonic chord over its root: a cadence where it is held by a fermata or ends the piece. */
const isRooted = (slice: Slice, key: Key): boolean => {
  const bass = slice.sounds[3];
  return bass !== null && degree(bass, key) === 0 && isTonic(slice, key);
};

const isHeld = ({ sounds }: Slice): boolean => sounds.some((sound) => sound !== null && holdsFermata(sound));

/**
 * At a cadence the leading tone rises to the tonic. In an inner voice Bach lets it fall a third to the fifth of the
 * chord, so that the chord is complete; `strict` does not.
 */
export function findUnresolved(inner: boolean): Find {
  return (reading) => {
    const { score } = reading;
    const found: Offence[] = [];
    for (const { before, now: slice, next } of reading.moments) {
      if (before === undefined || (next !== undefined && !isHeld(slice))) continue;
      const key = keyAt(score, slice.from);
      if (!isRooted(slice, key) || !isDominant(before, key)) continue;
      for (const [voice, sound] of before.sounds.entries()) {
        const to = slice.sounds[voice];
        if (!sound || !to || to === sound || degree(sound, key) !== 11 || to.midi === sound.midi + 1)
          continue;
        const falls = (voice === 1 || voice === 2) && degree(to, key) === 7;
        if (falls !== inner) continue;
        const message = `Unresolved leading tone: the ${voiceName(sound)} leaves ${pitchName(sound.pitch)} (${momentName(score, sound.from)}) for ${pitchName(to.pitch)} (${momentName(score, to.from)}) at the cadence. Let it rise to the tonic.`;
        found.push({ at: to, with: [sound], message });
      }
    }
    return found;
  };
}
