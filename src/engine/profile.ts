// The style of music, counted on the grid: habits of fills beside the same habits of real chorales.
// Knows nothing of how the music came about.

import { inScale } from '../language/pitch.ts';
import { STARTS } from '../language/roll.ts';
import { DEFAULT_RANGES, VOICE_LETTERS, VOICES } from '../language/score.ts';
import { leapOffence, motionOffence, type OffenceKind, PAIRS, spacingOffence } from './offences.ts';

/** Full music on a grid. Arrays over cells (steps x 4) or steps. */
export interface Music {
  readonly steps: number;
  /** Steps in a whole note. */
  readonly resolution: number;
  /** MIDI numbers; negative = silent. */
  readonly pitch: Int16Array;
  /** HELD or STARTS; null where it is not known what is struck anew. */
  readonly onset: Uint8Array | null;
  /** Position in the full bar; -1 without metre. By step. */
  readonly phase: Int16Array;
  readonly fermata: Uint8Array;
  /** Sharps in the signature (flats negative). By step. */
  readonly fifths: Int8Array;
  /** Pitch class of the tonic; null where only the signature is known. */
  readonly tonic: number | null;
}

/** What was counted of how many. */
export interface Tally {
  count: number;
  of: number;
}

/** One habit. `per` says how the ratio is read: out of a hundred, out of a thousand, or as it is. */
export interface Habit {
  readonly code: string;
  readonly name: string;
  readonly per: 1 | 100 | 1000;
}

export type Profile = ReadonlyMap<string, Tally>;

const OFFENCE_HABITS: Record<OffenceKind, Habit> = {
  'parallel-fifth': {
    code: 'parallel-fifth',
    name: 'parallel fifths per 1000 pairs of moving voices',
    per: 1000,
  },
  'parallel-octave': {
    code: 'parallel-octave',
    name: 'parallel octaves per 1000 pairs of moving voices',
    per: 1000,
  },
  antiparallel: { code: 'antiparallel', name: 'the same by contrary motion, per 1000 such pairs', per: 1000 },
  'hidden-fifth': {
    code: 'hidden-fifth',
    name: 'hidden fifths per 1000 moves of both outer voices',
    per: 1000,
  },
  'hidden-octave': {
    code: 'hidden-octave',
    name: 'hidden octaves per 1000 moves of both outer voices',
    per: 1000,
  },
  crossing: { code: 'crossing', name: 'crossed neighbours, % of steps', per: 100 },
  spacing: { code: 'spacing', name: 'upper neighbours over an octave apart, % of steps', per: 100 },
  'augmented-leap': { code: 'augmented-leap', name: 'augmented leaps per 1000 melodic moves', per: 1000 },
};

/** The rows of a profile, in the order of printing. */
export const HABITS: readonly Habit[] = [
  ...Object.values(OFFENCE_HABITS),
  { code: 'range', name: 'out of range, % of notes sounding', per: 100 },
  { code: 'leading', name: 'leading tones left unresolved, % of dominants to tonics', per: 100 },
  { code: 'consonant', name: 'consonant chords, % of steps', per: 100 },
  { code: 'triad', name: 'complete triads, % of steps', per: 100 },
  { code: 'scale', name: 'out of the scale, % of notes sounding', per: 100 },
  { code: 'repeated', name: 'onsets that repeat the pitch before, %', per: 100 },
  ...VOICE_LETTERS.map((letter) => ({
    code: `onsets-${letter}`,
    name: `onsets per step, ${letter}`,
    per: 1 as const,
  })),
  { code: 'between', name: 'pitch changes between eighths, %', per: 100 },
  { code: 'offbeat', name: 'pitch changes between beats, %', per: 100 },
  { code: 'leap', name: 'leaps over a fourth, % of melodic moves', per: 100 },
  { code: 'together', name: 'all voices the same way, % of moves of all four', per: 100 },
  { code: 'return', name: 'lower voices as before where the melody returns, %', per: 100 },
  { code: 'opening', name: 'first chord the tonic triad in root position, %', per: 100 },
  { code: 'final', name: 'last chord the tonic triad in root position, %', per: 100 },
  { code: 'fermata', name: 'fermatas on a triad, %', per: 100 },
];

/** Intervals (mod octave) that do not clash; a fourth is let pass. */
const CONSONANT = new Set([0, 3, 4, 5, 7, 8, 9]);
const TRIADS = ['4 3', '3 4', '3 3', '4 4'];

/** The root (pitch class) of a complete triad among sounding pitches, or null. */
export function triadRoot(pitches: readonly number[]): number | null {
  const classes = [...new Set(pitches.map((midi) => midi % 12))].sort((a, b) => a - b);
  if (classes.length !== 3) return null;
  for (let i = 0; i < 3; i++) {
    const [root, third, fifth] = [classes[i], classes[(i + 1) % 3], classes[(i + 2) % 3]];
    const shape = `${(third - root + 12) % 12} ${(fifth - third + 12) % 12}`;
    if (TRIADS.includes(shape)) return root;
  }
  return null;
}

/** Pitch classes of V, V7 and vii above the tonic. */
const DOMINANT = new Set([7, 11, 2, 5]);
const isDominant = (degrees: readonly number[]): boolean =>
  degrees.includes(11) && new Set(degrees).size >= 3 && degrees.every((d) => DOMINANT.has(d));

/** Tonics that a signature allows: major, and its relative minor. */
const tonicsOf = (music: Music): number[] => {
  if (music.tonic !== null) return [music.tonic];
  const major = (((7 * music.fifths[0]) % 12) + 12) % 12;
  return [major, (major + 9) % 12];
};

/** Counts the habits of several pieces together. */
export function profileOf(pieces: Iterable<Music>): Profile {
  const tallies = new Map<string, Tally>(HABITS.map(({ code }) => [code, { count: 0, of: 0 }]));
  const tally: Count = (code, counts) => {
    const entry = tallies.get(code)!;
    entry.of++;
    if (counts) entry.count++;
  };
  for (const music of pieces) {
    for (let step = 0; step < music.steps; step++) {
      countMotion(music, step, tally);
      countMelody(music, step, tally);
      countChord(music, step, tally);
    }
    countCadences(music, tally);
    countLeadingTones(music, tally);
    countReturns(music, tally);
  }
  return tallies;
}

type Count = (code: string, counts: boolean) => void;

const heard = (music: Music, step: number, voice: number): number =>
  step < 0 ? -1 : music.pitch[4 * step + voice];

const chordAt = (music: Music, step: number): number[] =>
  [...music.pitch.subarray(4 * step, 4 * step + 4)].filter((midi) => midi >= 0);

function countMotion(music: Music, step: number, tally: Count): void {
  const ways = VOICES.map((voice) => {
    const [before, now] = [heard(music, step - 1, voice), heard(music, step, voice)];
    return before < 0 || now < 0 ? 0 : Math.sign(now - before);
  });
  if (!ways.includes(0)) tally('together', new Set(ways).size === 1);
  for (const pair of PAIRS) {
    const [high, low] = pair;
    const [b, d] = [heard(music, step, high), heard(music, step, low)];
    if (b < 0 || d < 0) continue;
    if (low - high === 1) {
      const kind = spacingOffence(b, d, pair);
      tally('crossing', kind === 'crossing');
      if (low < 3) tally('spacing', kind === 'spacing');
    }
    const [a, c] = [heard(music, step - 1, high), heard(music, step - 1, low)];
    if (a < 0 || c < 0 || a === b || c === d) continue;
    const outer = low - high === 3;
    const kind = motionOffence(a, b, c, d, outer);
    tally('parallel-fifth', kind === 'parallel-fifth');
    tally('parallel-octave', kind === 'parallel-octave');
    tally('antiparallel', kind === 'antiparallel');
    if (outer) {
      tally('hidden-fifth', kind === 'hidden-fifth');
      tally('hidden-octave', kind === 'hidden-octave');
    }
  }
}

function countMelody(music: Music, step: number, tally: Count): void {
  const beat = music.resolution / 4;
  for (const voice of VOICES) {
    const midi = heard(music, step, voice);
    if (midi < 0) continue;
    const { low, high } = DEFAULT_RANGES[voice];
    tally('range', midi < low || midi > high);
    tally('scale', !inScale(midi, music.fifths[step]));
    const before = heard(music, step - 1, voice);
    const starts = music.onset ? music.onset[4 * step + voice] === STARTS : midi !== before;
    tally(`onsets-${VOICE_LETTERS[voice]}`, starts);
    if (before < 0) continue;
    if (starts && music.onset) tally('repeated', midi === before);
    if (midi === before) continue;
    tally('augmented-leap', leapOffence(before, midi, music.fifths[step]) !== null);
    tally('leap', Math.abs(midi - before) > 5);
    if (music.phase[step] < 0) continue;
    tally('between', (2 * music.phase[step]) % beat !== 0);
    tally('offbeat', music.phase[step] % beat !== 0);
  }
}

function countChord(music: Music, step: number, tally: Count): void {
  const chord = chordAt(music, step);
  if (chord.length < 4) return;
  const clashes = chord.some((a, i) => chord.slice(i + 1).some((b) => !CONSONANT.has(Math.abs(a - b) % 12)));
  tally('consonant', !clashes);
  tally('triad', triadRoot(chord) !== null);
}

function countCadences(music: Music, tally: Count): void {
  for (let step = 0; step < music.steps; step++) {
    const ends = music.fermata[step] && !(step + 1 < music.steps && music.fermata[step + 1]);
    if (ends) tally('fermata', triadRoot(chordAt(music, step)) !== null);
  }
  const chords = Array.from({ length: music.steps }, (_, step) => chordAt(music, step));
  const sounding = chords.filter((chord) => chord.length > 0);
  tally('opening', isTonic(music, sounding[0] ?? []));
  tally('final', isTonic(music, sounding.at(-1) ?? []));
}

/** The fifth may be left out, the root may not be anywhere but in the bass. */
function isTonic(music: Music, chord: readonly number[]): boolean {
  const tonic = tonicsOf(music).find((pitchClass) => pitchClass === Math.min(...chord) % 12);
  const degrees = tonic === undefined ? [] : chord.map((midi) => (midi - tonic + 12) % 12);
  const third = degrees.includes(3) !== degrees.includes(4);
  return third && degrees.every((d) => d === 0 || d === 3 || d === 4 || d === 7);
}

/** In outer voices: a leading tone in a dominant that goes to a chord with the tonic in it, but not to the tonic. */
function countLeadingTones(music: Music, tally: Count): void {
  if (music.tonic === null) return;
  const degree = (midi: number): number => (midi - music.tonic! + 120) % 12;
  for (let step = 1; step < music.steps; step++) {
    const [before, now] = [chordAt(music, step - 1), chordAt(music, step)];
    if (!isDominant(before.map(degree)) || isDominant(now.map(degree)) || !now.some((m) => degree(m) === 0))
      continue;
    for (const voice of [0, 3]) {
      const [from, to] = [heard(music, step - 1, voice), heard(music, step, voice)];
      if (from < 0 || to < 0 || degree(from) !== 11 || from === to) continue;
      tally('leading', degree(to) !== 0);
    }
  }
}

/** A melody returns when so many beats of it do. */
const LEAST_RETURN = 8;

/** Each voice under each step of a melody that was sung before: does it sound as it did the time before? */
function countReturns(music: Music, tally: Count): void {
  const beat = music.resolution / 4;
  const counted = new Uint8Array(music.steps);
  for (let lag = LEAST_RETURN * beat; lag < music.steps; lag += beat) {
    let since = lag;
    for (let step = lag; step <= music.steps; step++) {
      const melody = step < music.steps ? heard(music, step, 0) : -1;
      if (melody >= 0 && melody === heard(music, step - lag, 0)) continue;
      for (let at = since; at < step && step - since >= LEAST_RETURN * beat; at++) {
        if (counted[at]) continue;
        counted[at] = 1;
        for (const voice of [1, 2, 3])
          tally('return', heard(music, at, voice) === heard(music, at - lag, voice));
      }
      since = step + 1;
    }
  }
}

/** The value of a habit as it is printed; NaN where there was nothing to count. */
export const rateOf = (profile: Profile, { code, per }: Habit): number => {
  const { count, of } = profile.get(code)!;
  return (per * count) / of;
};

/** A profile beside another, as lines to print: the habit, theirs, ours, and ours as a multiple of theirs. */
export function compareProfiles(theirs: Profile, ours: Readonly<Record<string, Profile>>): string[] {
  const names = Object.keys(ours);
  const column = Math.max(10, ...names.map((name) => name.length + 2));
  const figure = (value: number): string =>
    (Number.isFinite(value) ? value.toFixed(2) : '-').padStart(column);
  const width = Math.max(...HABITS.map(({ name }) => name.length));
  const head = `${''.padEnd(width)}${['Bach', ...names.flatMap((name) => [name, 'ratio'])].map((name) => name.padStart(column)).join('')}`;
  return [
    head,
    ...HABITS.map((habit) => {
      const bach = rateOf(theirs, habit);
      const cells = names.flatMap((name) => {
        const rate = rateOf(ours[name]!, habit);
        return [figure(rate), figure(rate / bach)];
      });
      return `${habit.name.padEnd(width)}${figure(bach)}${cells.join('')}`;
    }),
  ];
}
