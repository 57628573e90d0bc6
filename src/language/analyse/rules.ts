// The rules of four-part writing as a table, the findings as problems, and the same counted for comparing styles.
// How each is found is in offences.ts. Knows nothing of how a finding is shown or mended.

import { pitchName, staffStep } from '../pitch.ts';
import type { Problem, Severity } from '../problem.ts';
import { type Score, VOICE_NAMES } from '../score.ts';
import { antiparallel, augmented, bothMove, crossed, hidden, largeLeap, parallel, wide } from './motion.ts';
import {
  ALL_PAIRS,
  chordOf,
  type Find,
  findDoubledLeadingTones,
  findOverlaps,
  findUnresolved,
  moveOf,
  NEIGHBOURS,
  type Offence,
  OUTER,
  overLeaps,
  overMoves,
  overPairs,
  Reading,
  voiceName,
} from './offences.ts';
import { momentName } from './slice.ts';

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
    find: overMoves(ALL_PAIRS, (...m) => parallel(...m) === 'fifth', 'Parallel fifths', ADVICE),
  },
  {
    code: 'parallel-octaves',
    severity: 'warning',
    name: 'Parallel octaves and unisons',
    strictOnly: false,
    find: overMoves(ALL_PAIRS, (...m) => parallel(...m) === 'octave', 'Parallel octaves', ADVICE),
  },
  {
    code: 'contrary-perfects',
    severity: 'information',
    name: 'Fifths or octaves in succession by contrary motion',
    strictOnly: true,
    find: overMoves(
      ALL_PAIRS,
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
      OUTER,
      (...m) => hidden(...m) === 'fifth',
      'Hidden fifth',
      'Let the soprano move by step, or the bass the other way.',
    ),
  },
  {
    code: 'hidden-octaves',
    severity: 'information',
    name: 'Hidden octaves in the outer voices',
    strictOnly: false,
    find: overMoves(
      OUTER,
      (...m) => hidden(...m) === 'octave',
      'Hidden octave',
      'Let the soprano move by step, or the bass the other way.',
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

/** Findings of all rules that the score's `%%cantus:rules` asks for (none for `off`), in the order of the text. */
export function checkRules(
  score: Score,
  mode: 'bach' | 'strict' | 'off' = score.directives.rules,
): Problem[] {
  if (mode === 'off') return [];
  const reading = new Reading(score);
  return RULES.filter((rule) => mode === 'strict' || !rule.strictOnly)
    .flatMap(({ code, severity, find }) =>
      find(reading).map((offence) => problemOf(score, code, severity, offence)),
    )
    .sort((a, b) => a.span.start - b.span.start);
}

function problemOf(score: Score, code: string, severity: Severity, offence: Offence): Problem {
  const related = offence.with.map((sound) => ({
    message: `${VOICE_NAMES[sound.voice]} ${pitchName(sound.pitch)}, ${momentName(score, sound.from)}`,
    span: sound.events[0].span,
  }));
  return { code, severity, message: offence.message, span: offence.at.events[0].span, related };
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
  const reading = new Reading(score);
  return {
    offences: Object.fromEntries(RULES.map(({ code, find }) => [code, find(reading).length])),
    movingPairs: reading.steps(ALL_PAIRS).filter((step) => bothMove(...moveOf(step))).length,
    slices: reading.slices.length,
    notes: reading.melodies.reduce((sum, line) => sum + line.length, 0),
  };
}
