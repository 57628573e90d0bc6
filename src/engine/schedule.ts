// How much of the open music is erased in each round, and which part of it. Knows neither pitches nor the network.

/**
 * What a round erases: `chance`, each by itself; `doubt`, of what the last round drew that which the network was least
 * sure of, so that the rest is kept for good.
 */
export type Choice = 'chance' | 'doubt';

export interface Schedule {
  readonly about: string;
  /** The share of the open notes to erase in round n of N, 0 to 1. */
  readonly share: (n: number, of: number) => number;
  readonly choice: (n: number, of: number) => Choice;
  /** What is erased as one, in whole notes: cells of a voice in one sixteenth, eighth or beat. */
  readonly grain: (n: number, of: number) => number;
  /**
   * How much chance has its say beside doubt: Gumbel noise so many nats wide, which cools to nothing by
   * the last round. None: always the least likely notes; much: any notes.
   */
  readonly heat: number;
  /**
   * How many rounds are run where the user names none.
   * `notes`: open notes (a free cell counts as one); `voices`: open cells per step that has any, 0 to 4.
   */
  readonly rounds: (notes: number, voices: number) => number;
}

/**
 * Annealed masking (Yao et al. 2014, as Coconet uses it): alpha_n = max(min, max - n (max - min) / (B N)).
 * It falls in a straight line from `max` to `min` over the first B of the rounds and stays there.
 * (The article this project began with prints the formula without its leading `max -`. magenta-js divides the
 * whole difference by B instead, max(min, (max - n (max - min) / N) / B): that begins above 1 and ends at
 * max - min over B, so it erases 68 % of the cells on average where 38 % was meant, and never reaches its floor.)
 */
export function annealed(max: number, min: number, b: number): Schedule['share'] {
  return (n, of) => Math.max(min, max - (n * (max - min)) / (b * of));
}

/** The form magenta-js has, kept so that it can be compared. */
export function magentaAnnealed(max: number, min: number, b: number): Schedule['share'] {
  return (n, of) => Math.min(1, Math.max(min, (max - (n * (max - min)) / of) / b));
}

/** Confidence-ordered unmasking (MaskGIT, Chang et al. 2022): the share still erased falls as a cosine. */
const cosine = (n: number, of: number): number => Math.cos((Math.PI / 2) * Math.min(1, n / of));

/** One round per open note, as the papers have it: on four voices of T steps, N = 4 T. */
const perNote = (notes: number): number => notes;

/** A number of rounds per open voice, and never more than there are notes to draw. */
const perVoice =
  (rounds: number) =>
  (notes: number, voices: number): number =>
    Math.max(1, Math.min(notes, Math.ceil(rounds * voices)));

const chance = (): Choice => 'chance';

const CELL = 0;
const BEAT = 1 / 4;
const EIGHTH = 1 / 8;
const cell = (): number => CELL;

/** The rounds of `chorale` that unmask. */
const unmaskingOf = (of: number): number => Math.ceil(0.6 * of);

export const SCHEDULES = {
  seed: {
    about: 'the article this project began with: .9 to .03, B = .85, one round per open note',
    share: annealed(0.9, 0.03, 0.85),
    choice: chance,
    grain: cell,
    heat: 0,
    rounds: perNote,
  },
  coconet: {
    about: 'Coconet: .9 to .1, B = .7, one round per open note',
    share: annealed(0.9, 0.1, 0.7),
    choice: chance,
    grain: cell,
    heat: 0,
    rounds: perNote,
  },
  magenta: {
    about: 'magenta-js, with B in the wrong place: for comparison only',
    share: magentaAnnealed(0.9, 0.1, 0.7),
    choice: chance,
    grain: cell,
    heat: 0,
    rounds: () => 96,
  },
  blocks: {
    about: 'fewer and larger blocks: .9 to .05, B = .85, 8 rounds per open voice',
    share: annealed(0.9, 0.05, 0.85),
    choice: chance,
    grain: cell,
    heat: 0,
    rounds: perVoice(8),
  },
  unmask: {
    about: 'start from nothing, keep the beats the network is surest of: 8 rounds per open voice',
    share: cosine,
    choice: () => 'doubt' as const,
    grain: () => BEAT,
    heat: 1,
    rounds: perVoice(8),
  },
  chorale: {
    about:
      'unmask by beats for three fifths of the rounds, then draw any eighths again, .3 to .05 of them at a time',
    share: (n, of) => {
      const unmasking = unmaskingOf(of);
      return n < unmasking ? cosine(n, unmasking) : annealed(0.3, 0.05, 1)(n - unmasking, of - unmasking);
    },
    choice: (n, of) => (n < unmaskingOf(of) ? 'doubt' : 'chance'),
    grain: (n, of) => (n < unmaskingOf(of) ? BEAT : EIGHTH),
    heat: 1,
    rounds: perVoice(8),
  },
} satisfies Record<string, Schedule>;

export type ScheduleName = keyof typeof SCHEDULES;
export const DEFAULT_SCHEDULE: ScheduleName = 'chorale';

/** `steps` where the user names a number, else the schedule's own; always at least one. */
export function roundsOf(schedule: Schedule, steps: number | null, notes: number, voices: number): number {
  return Math.max(1, Math.round(steps ?? schedule.rounds(notes, voices)));
}
