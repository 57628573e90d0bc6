// Voice leading in numbers: which pitches offend against the rules, on the grid. Knows no spelling, no text and no
// network. The sampler asks what a pitch would cost; the profile counts what there is.

import { antiparallel, crossed, hidden, parallel, wide } from '../language/analyse/motion.ts';
import type { Directives } from '../language/score.ts';

export type OffenceKind =
  | 'parallel-fifth'
  | 'parallel-octave'
  | 'antiparallel'
  | 'hidden-fifth'
  | 'hidden-octave'
  | 'crossing'
  | 'spacing'
  | 'augmented-leap';

export interface Offence {
  readonly kind: OffenceKind;
  /** Where the second chord sounds, or where the crossing begins. */
  readonly step: number;
  /** The two voices, upper first; the same voice twice for a leap. */
  readonly voices: readonly [number, number];
}

/** The prices of offences in nats: a pitch that offends is exp(price) times less likely. */
export type Tariff = Readonly<Record<OffenceKind, number>>;

/** A price that outweighs any likelihood: taken only where every other pitch offends too. */
export const FORBIDDEN = 1000;

export const TARIFFS: Readonly<Record<Directives['rules'], Tariff | null>> = {
  bach: {
    'parallel-fifth': 5,
    'parallel-octave': 5,
    antiparallel: 2,
    'hidden-fifth': 1,
    'hidden-octave': 0.5,
    crossing: 1,
    spacing: 1,
    'augmented-leap': 2,
  },
  strict: {
    'parallel-fifth': FORBIDDEN,
    'parallel-octave': FORBIDDEN,
    antiparallel: 4,
    'hidden-fifth': 3,
    'hidden-octave': 3,
    crossing: 6,
    spacing: 3,
    'augmented-leap': 3,
  },
  off: null,
};

/** Pairs of voices, upper first. */
export const PAIRS: readonly (readonly [number, number])[] = [
  [0, 1],
  [0, 2],
  [0, 3],
  [1, 2],
  [1, 3],
  [2, 3],
];

/**
 * What two voices do that go from `a` to `b` (upper) and from `c` to `d` (lower): parallel fifths and octaves, the
 * same by contrary motion, and hidden ones between the outer voices.
 */
export function motionOffence(
  a: number,
  b: number,
  c: number,
  d: number,
  outer: boolean,
): OffenceKind | null {
  if (a === b || c === d) return null;
  const perfect = parallel(a, c, b, d);
  if (perfect) return perfect === 'fifth' ? 'parallel-fifth' : 'parallel-octave';
  if (antiparallel(a, c, b, d)) return 'antiparallel';
  const direct = outer ? hidden(a, c, b, d) : null;
  if (direct) return direct === 'fifth' ? 'hidden-fifth' : 'hidden-octave';
  return null;
}

/** Two neighbours at one moment: crossed, or (both above the bass) more than an octave apart. */
export function spacingOffence(
  upper: number,
  lower: number,
  pair: readonly [number, number],
): OffenceKind | null {
  if (pair[1] - pair[0] !== 1) return null;
  if (crossed(upper, lower)) return 'crossing';
  return pair[1] < 3 && wide(upper, lower) ? 'spacing' : null;
}

/**
 * Where a pitch class stands on the line of fifths, in a key with so many sharps: the twelve from its minor third's
 * flat side to the sharpened fifth (in C: E flat, B flat, F … C sharp, G sharp).
 */
const fifthsOf = (midi: number, sharps: number): number => {
  const lowest = sharps - 3;
  return lowest + ((((midi * 7 - lowest) % 12) + 12) % 12);
};

/** An augmented second, fourth or fifth, as the key would spell it. */
export function leapOffence(from: number, to: number, sharps: number): OffenceKind | null {
  if (Math.abs(to - from) < 3) return null;
  const up = (fifthsOf(to, sharps) - fifthsOf(from, sharps)) * (to > from ? 1 : -1);
  const size = Math.abs(to - from);
  const augmented = (up === 9 && size === 3) || (up === 6 && size === 6) || (up === 8 && size === 8);
  return augmented ? 'augmented-leap' : null;
}

/** Every offence of a full roll. @param pitch steps x 4, negative = silent @param sharps by step */
export function offencesOf(pitch: Int16Array, sharps: Int8Array): Offence[] {
  const found: Offence[] = [];
  const note = (kind: OffenceKind | null, step: number, voices: readonly [number, number]): void => {
    if (kind) found.push({ kind, step, voices });
  };
  const at = (step: number, voice: number): number => (step < 0 ? -1 : pitch[4 * step + voice]);
  for (let step = 0; 4 * step < pitch.length; step++) {
    for (const pair of PAIRS) {
      const [a, b, c, d] = [
        at(step - 1, pair[0]),
        at(step, pair[0]),
        at(step - 1, pair[1]),
        at(step, pair[1]),
      ];
      if (b < 0 || d < 0) continue;
      const before = a >= 0 && c >= 0 ? spacingOffence(a, c, pair) : null;
      const now = spacingOffence(b, d, pair);
      // A crossing lasts; it is one offence, where it begins.
      if (now !== before) note(now, step, pair);
      if (a >= 0 && c >= 0) note(motionOffence(a, b, c, d, pair[1] - pair[0] === 3), step, pair);
    }
    for (let voice = 0; voice < 4; voice++) {
      const [from, to] = [at(step - 1, voice), at(step, voice)];
      if (from >= 0 && to >= 0) note(leapOffence(from, to, sharps[step]), step, [voice, voice]);
    }
  }
  return found;
}

/** A roll of which only some cells are to be looked at. All arrays steps x 4, `sharps` by step. */
export interface Surroundings {
  readonly pitch: Int16Array;
  /** 1 = erased, and not to be looked at. */
  readonly erased: Uint8Array;
  readonly sharps: Int8Array;
}

/** The pitch of a voice at a step of a roll; negative outside of it, where it is erased, and where it is silent. */
export const hearing =
  ({ pitch, erased }: Surroundings) =>
  (step: number, voice: number): number => {
    const cell = 4 * step + voice;
    return step < 0 || cell >= pitch.length || erased[cell] ? -1 : pitch[cell];
  };

/**
 * What a pitch would cost in one voice from step `from` to `to` (exclusive), against everything around it that stands.
 * In nats.
 */
export function priceOf(
  around: Surroundings,
  voice: number,
  from: number,
  to: number,
  midi: number,
  tariff: Tariff,
): number {
  const heard = hearing(around);
  let price = 0;
  const add = (kind: OffenceKind | null): void => {
    if (kind) price += tariff[kind];
  };
  const before = heard(from - 1, voice);
  const after = heard(to, voice);
  if (before >= 0) add(leapOffence(before, midi, around.sharps[from]));
  if (after >= 0) add(leapOffence(midi, after, around.sharps[to]));
  for (let other = 0; other < 4; other++) {
    if (other === voice) continue;
    const pair: readonly [number, number] = voice < other ? [voice, other] : [other, voice];
    const outer = pair[1] - pair[0] === 3;
    const move = (a: number, b: number, c: number, d: number): void => {
      if (a < 0 || b < 0 || c < 0 || d < 0) return;
      add(voice < other ? motionOffence(a, b, c, d, outer) : motionOffence(c, d, a, b, outer));
    };
    move(before, midi, heard(from - 1, other), heard(from, other));
    move(midi, after, heard(to - 1, other), heard(to, other));
    // Each kind at most once: a long note is not worse than a short one.
    const kinds = new Set<OffenceKind>();
    for (let step = from; step < to; step++) {
      const sounding = heard(step, other);
      if (sounding < 0) continue;
      const kind =
        voice < other ? spacingOffence(midi, sounding, pair) : spacingOffence(sounding, midi, pair);
      if (kind) kinds.add(kind);
    }
    for (const kind of kinds) add(kind);
  }
  return price;
}
