// Runs case after case until the time is up. A case is its number: it can be made again from that and the seed alone.
// Knows neither what is fuzzed nor where losses are kept.

import { Dice } from './source.ts';
import type { Input, Target } from './targets.ts';

/** Something that must not be. */
export interface Loss {
  readonly target: string;
  readonly seed: number;
  readonly number: number;
  readonly what: string;
  /** As small as it would get. */
  readonly input: Input;
}

export interface Tally {
  cases: number;
  /** Inputs that were refused, as they should be. */
  refused: number;
  losses: number;
}

export interface Wanted {
  readonly targets: readonly Target<Input>[];
  readonly tunes: readonly string[];
  readonly seed: number;
  readonly seconds: number;
  /** The first case, 0 unless told. */
  readonly from?: number;
  /** How many cases at most. */
  readonly most?: number;
  /** Processor milliseconds that any input may take, besides what its length allows it; 1500 unless told. */
  readonly patience?: number;
  /** Is told before each case, so that one that never ends can be named. */
  readonly onCase?: (number: number) => void;
}

export interface Report {
  readonly tallies: ReadonlyMap<string, Tally>;
  readonly losses: readonly Loss[];
}

/** Processor time that an input of so many units may take: far more than it needs, far less than a hang. */
const PATIENCE = 1500;
const limit = (patience: number, length: number): number => patience + length / 20;
/** What an input may add to the memory of the process, in bytes. */
const MOST_MEMORY = 1e9;
const MINIMISING_SECONDS = 5;
const MOST_LOSSES = 20;

interface Case {
  readonly target: Target<Input>;
  readonly input: Input;
  readonly chance: number;
  readonly patience: number;
}

/** The case of a number. */
export function caseOf({ targets, tunes, seed, patience = PATIENCE }: Wanted, number: number): Case {
  const dice = new Dice(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b));
  const target = targets[number % targets.length]!;
  return { target, input: target.make(tunes, dice), chance: dice.below(2 ** 31), patience };
}

const isPlain = (input: Input): input is string | Uint8Array =>
  typeof input === 'string' || input instanceof Uint8Array;

const sizeOf = (input: Input): number => (isPlain(input) ? input.length : 0);

/** Milliseconds of processor time that this process has used: other programs do not slow it down. */
function used(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** What is wrong with a case; null when all is well, true when it was refused as it should be. */
function judge({ target, input, chance, patience }: Case): string | boolean {
  const memory = process.memoryUsage.rss();
  const begun = used();
  let refused: boolean;
  try {
    refused = target.check(input, chance);
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : `thrown: ${String(error)}`;
  }
  if (used() - begun > limit(patience, sizeOf(input))) return 'it takes too long';
  return process.memoryUsage.rss() - memory > MOST_MEMORY ? 'it takes too much memory' : refused;
}

/** Numbers and quotations differ from input to input, the fault does not. */
const kindOf = (what: string): string => {
  const [message, ...stack] = what.split('\n');
  const place = stack.find((line) => !line.includes('claim (')) ?? '';
  return `${message!.replace(/\d+|".*"|'.*'/g, '#').slice(0, 80)} ${place}`;
};

/** Takes away stretches, halves first, as long as the same thing goes wrong. */
function minimise(found: Case, what: string): Input {
  const until = performance.now() + 1000 * MINIMISING_SECONDS;
  let { input } = found;
  if (!isPlain(input)) return input;
  for (let size = Math.ceil(input.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < input.length && performance.now() < until; ) {
      const less = without(input, at, size);
      const now = judge({ ...found, input: less });
      if (typeof now === 'string' && kindOf(now) === kindOf(what)) input = less;
      else at += size;
    }
  }
  return input;
}

const without = (input: string | Uint8Array, at: number, size: number): string | Uint8Array =>
  typeof input === 'string'
    ? input.slice(0, at) + input.slice(at + size)
    : Uint8Array.from([...input.subarray(0, at), ...input.subarray(at + size)]);

/** Runs cases until the time is up, or until there are more losses than anyone would read. */
export function fuzz(wanted: Wanted): Report {
  const { targets, seed, from = 0, most = Number.POSITIVE_INFINITY, onCase } = wanted;
  const until = performance.now() + 1000 * wanted.seconds;
  const tallies = new Map<string, Tally>(
    targets.map(({ name }) => [name, { cases: 0, refused: 0, losses: 0 }]),
  );
  const losses: Loss[] = [];
  const seen = new Set<string>();
  for (let number = from; number < from + most && performance.now() < until; number++) {
    onCase?.(number);
    const one = caseOf(wanted, number);
    const tally = tallies.get(one.target.name)!;
    tally.cases++;
    let verdict = judge(one);
    // A garbage collection may fall on any case, but not on the same one twice.
    if (verdict === 'it takes too long' || verdict === 'it takes too much memory') verdict = judge(one);
    if (verdict === true) tally.refused++;
    if (typeof verdict !== 'string') continue;
    tally.losses++;
    const kind = `${one.target.name} ${kindOf(verdict)}`;
    if (seen.has(kind)) continue;
    seen.add(kind);
    losses.push({ target: one.target.name, seed, number, what: verdict, input: minimise(one, verdict) });
    if (losses.length >= MOST_LOSSES) break;
  }
  return { tallies, losses };
}
