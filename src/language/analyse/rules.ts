// The rules of four-part writing as a table, the findings as problems, and the same counted for comparing styles.
// How each is found is in offences.ts. Knows nothing of how a finding is shown or mended.

import { pitchName, staffStep } from '../pitch.ts';
import type { Problem, Severity, Span } from '../problem.ts';
import { type Directives, type Score, VOICE_NAMES } from '../score.ts';
import { antiparallel, augmented, bothMove, crossed, hidden, largeLeap, parallel, wide } from './motion.ts';
import {
  ALL_PAIRS,
  chordOf,
  type Find,
  findDoubledLeadingTones,
  findOverlaps,
  findUnresolved,
  isOuter,
  NEIGHBOURS,
  type Offence,
  overLeaps,
  overMoves,
  overPairs,
  Reading,
  voiceName,
} from './offences.ts';
import { melodies, momentName } from './slice.ts';
import { type Hearing, type Place, type Places, Stretches } from './stretches.ts';

export interface Rule {
  readonly code: string;
  readonly severity: Severity;
  /** As a heading or a settings label. */
  readonly name: string;
  /** Bach breaks it freely: reported only where the rules are `strict`. */
  readonly strictOnly: boolean;
  readonly find: Find;
}

const ADVICE = 'Let one voice move the other way or to another tone of the chord.';

/** The rules, most serious first. Codes are stable. */
export const RULES: readonly Rule[] = [
  {
    code: 'parallel-fifths',
    severity: 'warning',
    name: 'Parallel fifths',
    strictOnly: false,
    find: overMoves((...m) => parallel(...m) === 'fifth', 'Parallel fifths', ADVICE),
  },
  {
    code: 'parallel-octaves',
    severity: 'warning',
    name: 'Parallel octaves and unisons',
    strictOnly: false,
    find: overMoves((...m) => parallel(...m) === 'octave', 'Parallel octaves', ADVICE),
  },
  {
    code: 'contrary-perfects',
    severity: 'information',
    name: 'Fifths or octaves in succession by contrary motion',
    strictOnly: true,
    find: overMoves(
      (...m) => antiparallel(...m) !== null,
      'The same perfect interval twice by contrary motion',
      ADVICE,
    ),
  },
  {
    code: 'hidden-fifths',
    severity: 'information',
    name: 'Hidden fifths in the outer voices',
    strictOnly: false,
    find: overMoves(
      (...m) => hidden(...m) === 'fifth',
      'Hidden fifth',
      'Let the soprano move by step, or the bass the other way.',
      isOuter,
    ),
  },
  {
    code: 'hidden-octaves',
    severity: 'information',
    name: 'Hidden octaves in the outer voices',
    strictOnly: false,
    find: overMoves(
      (...m) => hidden(...m) === 'octave',
      'Hidden octave',
      'Let the soprano move by step, or the bass the other way.',
      isOuter,
    ),
  },
  {
    code: 'voice-crossing',
    severity: 'information',
    name: 'Voice crossing',
    strictOnly: false,
    find: overPairs(
      NEIGHBOURS,
      crossed,
      (upper, lower, moment) =>
        `Voice crossing: the ${voiceName(upper)} (${pitchName(upper.pitch)}) is below the ${voiceName(lower)} (${pitchName(lower.pitch)}) at ${moment}.`,
    ),
  },
  {
    code: 'voice-overlap',
    severity: 'information',
    name: 'Overlap of neighbouring voices',
    strictOnly: true,
    find: findOverlaps,
  },
  {
    code: 'wide-spacing',
    severity: 'information',
    name: 'More than an octave between upper voices',
    strictOnly: false,
    find: overPairs(
      [
        [0, 1],
        [1, 2],
      ],
      wide,
      (upper, lower, moment) =>
        `Wide spacing: more than an octave between ${voiceName(upper)} and ${voiceName(lower)}, ${chordOf(upper, lower)}, at ${moment}.`,
    ),
  },
  {
    code: 'augmented-leap',
    severity: 'information',
    name: 'Augmented melodic interval',
    strictOnly: false,
    find: overLeaps(
      (from, to) => augmented(staffStep(to.pitch) - staffStep(from.pitch), to.midi - from.midi),
      (from) => `Augmented interval in the ${voiceName(from)}`,
    ),
  },
  {
    code: 'large-leap',
    severity: 'hint',
    name: 'Leap of a seventh or more than an octave',
    strictOnly: false,
    find: overLeaps(
      (from, to) => largeLeap(to.midi - from.midi),
      (from) => `Large leap in the ${voiceName(from)}`,
    ),
  },
  {
    code: 'unresolved-leading-tone',
    severity: 'information',
    name: 'Unresolved leading tone',
    strictOnly: false,
    find: findUnresolved(false),
  },
  {
    code: 'falling-leading-tone',
    severity: 'hint',
    name: 'Leading tone of an inner voice falls at a cadence',
    strictOnly: true,
    find: findUnresolved(true),
  },
  {
    code: 'doubled-leading-tone',
    severity: 'information',
    name: 'Doubled leading tone',
    strictOnly: false,
    find: findDoubledLeadingTones,
  },
];

const RANKS: ReadonlyMap<string, number> = new Map(RULES.map(({ code }, rank) => [code, rank]));

type Mode = Directives['rules'];

/** What the rules say of a score, and what the next judgement need not find again. */
export interface Judgement {
  readonly problems: readonly Problem[];
  readonly mode: Mode;
  readonly stretches: Stretches<readonly Breach[], readonly Problem[]> | null;
}

/** A broken rule, told by the places of notes. */
interface Breach {
  readonly rank: number;
  readonly message: string;
  readonly at: Place;
  readonly related: readonly { readonly message: string; readonly at: Place }[];
}

/**
 * Findings of all rules that the score's `%%cantus:rules` asks for (none for `off`), in the order of the text. What
 * was found `before` in stretches that sound the same is kept.
 */
export function judge(score: Score, mode: Mode = score.directives.rules, before?: Judgement): Judgement {
  if (mode === 'off') return { problems: [], mode, stretches: null };
  const known = before?.mode === mode ? before.stretches : null;
  const find = (hearing: Hearing, places: Places): Breach[] => {
    const reading = new Reading(hearing);
    return RULES.flatMap((rule, rank) =>
      rule.strictOnly && mode !== 'strict'
        ? []
        : rule.find(reading).map((offence) => breachOf(rank, offence, score, places)),
    );
  };
  const tell = (breaches: readonly Breach[], places: Places): Problem[] =>
    breaches.map((breach) => problemOf(breach, places));
  const stretches = new Stretches(score, { find, tell }, known ?? undefined);
  const problems = stretches.told.flat();
  problems.sort((a, b) => a.span.start - b.span.start || RANKS.get(a.code)! - RANKS.get(b.code)!);
  return { problems, mode, stretches };
}

/** The findings alone, in any score. */
export const checkRules = (score: Score, mode?: Mode): readonly Problem[] => judge(score, mode).problems;

const breachOf = (rank: number, offence: Offence, score: Score, places: Places): Breach => ({
  rank,
  message: offence.message,
  at: places.placeOf(offence.at.events[0]),
  related: offence.with.map((sound) => ({
    message: `${VOICE_NAMES[sound.voice]} ${pitchName(sound.pitch)}, ${momentName(score, sound.from)}`,
    at: places.placeOf(sound.events[0]),
  })),
});

function problemOf({ rank, message, at, related }: Breach, places: Places): Problem {
  const { code, severity } = RULES[rank]!;
  const spanAt = (place: Place): Span => places.eventAt(place).span;
  return {
    code,
    severity,
    message,
    span: spanAt(at),
    related: related.map(({ message, at }) => ({ message, span: spanAt(at) })),
  };
}

/** How often each rule is broken, with what the counts are to be divided by. */
export interface Tally {
  /** By rule code; every rule has an entry. */
  readonly offences: Readonly<Record<string, number>>;
  /** Pairs of voices that both move to a new pitch from one slice to the next. */
  readonly movingPairs: number;
  readonly slices: number;
  readonly notes: number;
}

/** Counts the offences of a score against every rule, for comparing styles. */
export function countOffences(score: Score): Tally {
  const [from, to] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const reading = new Reading({ score, melodies: melodies(score), from, to });
  return {
    offences: Object.fromEntries(RULES.map(({ code, find }) => [code, find(reading).length])),
    movingPairs: reading.steps(ALL_PAIRS, bothMove).length,
    slices: reading.moments.length,
    notes: reading.melodies.reduce((sum, line) => sum + line.length, 0),
  };
}
