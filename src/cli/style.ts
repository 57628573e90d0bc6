// `cantus evaluate --profile`: fills of withheld voices, and their habits beside those of the chorales they were taken
// from. Thin: the engine draws and counts, this prints.

import { DEFAULTS } from '../engine/defaults.ts';
import { HABITS, type Profile, rateOf } from '../engine/profile.ts';
import { SCHEDULES, type ScheduleName } from '../engine/schedule.ts';
import type { Piece } from '../engine/training/corpus.ts';
import {
  ERASED_SHARES,
  measureChorales,
  measureFills,
  type Sampling,
  type SamplingOptions,
} from '../engine/training/sampling.ts';
import { choralesIn, endOf } from '../engine/training/withheld.ts';
import { VOICE_LETTERS } from '../language/score.ts';
import { CommandFailure } from './files.ts';
import type { OpenNetwork } from './network.ts';
import { choiceOption, numberOption, type Options, type Shell, seedOption, voicesOption } from './rows.ts';

/** Fewer fills than this say little about what happens once in a thousand times. */
const ENOUGH_FILLS = 256;

/** Options of `evaluate` that matter here only. */
export const STYLE_OPTIONS: readonly (readonly [string, string])[] = [
  [
    '--profile',
    'instead: the style of fills, beside that of the chorales (with --crop, of their last steps)',
  ],
  ['--fills <number>', `with --profile: fills (${ENOUGH_FILLS}); more than pieces: again, with other seeds`],
  ['--voices <letters>', 'with --profile: the voices withheld and filled (A,T,B)'],
  ['--schedule <name>', `with --profile: ${Object.keys(SCHEDULES).join(', ')} (${DEFAULTS.schedule})`],
  ['--steps <number>', "with --profile: rounds of annealing (the schedule's own number)"],
  ['--rules <name>', 'with --profile: bach, strict or off (bach)'],
  ['--temperature <number>', `with --profile: 0 takes what is likeliest (${DEFAULTS.temperature})`],
];

interface Protocol {
  readonly model: string;
  readonly grid: number;
  readonly pieces: number;
  readonly fills: number;
  readonly voices: string;
  readonly crop: number | null;
  readonly schedule: string;
  readonly steps: number | null;
  readonly rules: string;
  readonly temperature: number;
  readonly seed: number;
  readonly threads: number;
}

/** Fills, counts and prints. @throws CommandFailure when no piece tells its metre, key and onsets */
export async function profileFills(
  shell: Shell,
  network: OpenNetwork,
  pieces: readonly Piece[],
  options: Options,
): Promise<void> {
  const { predict, spec } = network;
  const crop = numberOption(options, 'crop', { least: 1, most: 1e6 }) ?? null;
  const known = choralesIn(pieces, spec.resolution);
  if (known.length === 0)
    throw new CommandFailure('evaluate: no piece tells its metre, key and onsets, which a profile counts by');
  const fills = numberOption(options, 'fills', { least: 1, most: 1e5 }) ?? ENOUGH_FILLS;
  const chosen = samplingOf(network, shell, options);
  const measured = Array.from({ length: fills }, (_, i) => {
    const chorale = known[i % known.length];
    return crop === null ? chorale : endOf(chorale, crop);
  });
  const theirs = await measureChorales(predict, measured.slice(0, known.length), chosen.voices);
  const ours = await measureFills(predict, measured, chosen, (done) =>
    shell.err(`\r${done} of ${fills} fills `),
  );
  shell.err(`\r${' '.repeat(30)}\r`);
  const protocol: Protocol = {
    model: network.name,
    grid: spec.resolution,
    pieces: Math.min(fills, known.length),
    fills,
    voices: chosen.voices.map((voice) => VOICE_LETTERS[voice]).join(''),
    crop,
    schedule: chosen.schedule,
    steps: chosen.steps,
    rules: chosen.rules,
    temperature: chosen.temperature[0],
    seed: seedOption(options),
    threads: network.threads,
  };
  if (options.json === true) shell.out(`${JSON.stringify(asJson(protocol, theirs, ours), null, 2)}\n`);
  else shell.out(asText(protocol, theirs, ours));
}

function samplingOf({ spec }: OpenNetwork, shell: Shell, options: Options): SamplingOptions {
  const seed = seedOption(options);
  const temperature =
    numberOption(options, 'temperature', { least: 0, most: 100, whole: false }) ?? DEFAULTS.temperature;
  const schedules = Object.keys(SCHEDULES) as ScheduleName[];
  return {
    // Fills take one seed each from here on.
    seed: (seed * 100_003) % 2 ** 31,
    temperature: [temperature, temperature, temperature, temperature],
    steps: numberOption(options, 'steps', { least: 1, most: 1e5 }) ?? null,
    schedule: choiceOption(options, 'schedule', schedules) ?? DEFAULTS.schedule,
    rules: choiceOption(options, 'rules', ['bach', 'strict', 'off']) ?? 'bach',
    range: { lowest: spec.lowest, pitches: spec.pitches },
    window: 16 * spec.resolution,
    voices: voicesOption(options) ?? [1, 2, 3],
    signal: shell.signal,
  };
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

function asJson(protocol: Protocol, theirs: Sampling, ours: Sampling): unknown {
  const tally = (profile: Profile, code: string) => ({ ...profile.get(code) });
  return {
    protocol,
    habits: HABITS.map((habit) => {
      const [bach, fills] = [rateOf(theirs.profile, habit), rateOf(ours.profile, habit)];
      return {
        ...habit,
        bach: finite(bach),
        fills: finite(fills),
        ratio: finite(fills / bach),
        counted: { bach: tally(theirs.profile, habit.code), fills: tally(ours.profile, habit.code) },
      };
    }),
    ownSampleNll: ours.ownSample,
    maskedNll: ERASED_SHARES.map((erased, i) => ({ erased, bach: theirs.losses[i], fills: ours.losses[i] })),
    forwardsPerFill: ours.forwards,
    secondsPerFill: ours.milliseconds / 1000,
  };
}

function asText(protocol: Protocol, theirs: Sampling, ours: Sampling): string {
  const { model, grid, fills, pieces, voices, crop, schedule, steps, rules, temperature, seed } = protocol;
  const extent = crop === null ? 'whole pieces' : `the last ${crop} steps`;
  const rounds = steps === null ? '' : ` in ${steps} rounds`;
  const figure = (value: number, digits = 2): string =>
    (Number.isFinite(value) ? value.toFixed(digits) : '-').padStart(10);
  const width = Math.max(...HABITS.map(({ name }) => name.length)) + 1;
  const row = (name: string, bach: number, filled: number, digits?: number): string =>
    `${name.padEnd(width)}${figure(bach, digits)}${figure(filled, digits)}${figure(filled / bach)}`;
  return `${[
    `${fills} fills of ${voices} in ${pieces} piece${pieces === 1 ? '' : 's'} (${extent}), ${model} on a grid of ${grid}`,
    `schedule ${schedule}${rounds}, rules ${rules}, temperature ${temperature}, seed ${seed}: ` +
      `${ours.forwards.toFixed(0)} forwards and ${(ours.milliseconds / 1000).toFixed(1)} s a fill`,
    '',
    `${''.padEnd(width)}${['Bach', 'fills', 'ratio'].map((name) => name.padStart(10)).join('')}`,
    ...HABITS.map((habit) => row(habit.name, rateOf(theirs.profile, habit), rateOf(ours.profile, habit))),
    '',
    'nats a cell of the filled voices',
    row('own-sample NLL (when drawn)', Number.NaN, ours.ownSample ?? Number.NaN, 3),
    ...ERASED_SHARES.map((share, i) =>
      row(`masked NLL, ${100 * share} % erased`, theirs.losses[i], ours.losses[i], 3),
    ),
    ...(fills < ENOUGH_FILLS
      ? ['', `Fewer than ${ENOUGH_FILLS} fills: too few to quote what is rare, such as parallels.`]
      : []),
  ].join('\n')}\n`;
}
