// What a row of the command line is, and how options become values. Knows no command.

import { VOICE_LETTERS, type Voice } from '../language/score.ts';
import { CommandFailure } from './files.ts';

/** What the shell hands over: the two streams and the way to hear a Ctrl-C. */
export interface Shell {
  readonly out: (text: string | Uint8Array) => void;
  readonly err: (text: string) => void;
  readonly signal: AbortSignal;
  /** Milliseconds, for measuring lengths of time only. */
  readonly now: () => number;
}

/** Options as cac reads them: camelCase, numbers already numbers, repeated ones arrays. */
export type Options = Readonly<Record<string, unknown>>;

/** One command of `cantus`. */
export interface Row {
  /** Name and arguments: `harmonize <file>`. */
  readonly usage: string;
  readonly about: string;
  readonly options: readonly (readonly [flags: string, about: string])[];
  /** Returns the exit code. */
  readonly run: (shell: Shell, args: readonly unknown[], options: Options) => Promise<number> | number;
}

const misused = (flag: string, wanted: string): CommandFailure =>
  new CommandFailure(`--${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}: ${wanted}`, 2);

export function stringOption(options: Options, name: string, flag = name): string | undefined {
  const value = options[name];
  if (value === undefined || value === false) return undefined;
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw misused(flag, value === true ? 'needs a value' : 'may be given once');
}

/** A number within bounds, both included. */
export function numberOption(
  options: Options,
  name: string,
  bounds: { readonly least: number; readonly most: number; readonly whole?: boolean },
): number | undefined {
  const text = stringOption(options, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  const { least, most, whole = true } = bounds;
  if (text.trim() === '' || !(value >= least && value <= most) || (whole && !Number.isInteger(value)))
    throw misused(name, `wants a ${whole ? 'whole ' : ''}number from ${least} to ${most}, not "${text}"`);
  return value;
}

/** `--seed`, or 1. */
export const seedOption = (options: Options): number =>
  numberOption(options, 'seed', { least: 0, most: 2 ** 32 - 1 }) ?? 1;

export function choiceOption<T extends string>(
  options: Options,
  name: string,
  choices: readonly T[],
): T | undefined {
  const text = stringOption(options, name);
  return text === undefined ? undefined : choiceOf(text, name, choices);
}

/** Each value of an option that may be repeated. */
export const choicesOption = <T extends string>(
  options: Options,
  name: string,
  choices: readonly T[],
): readonly T[] => [options[name] ?? []].flat().map((value) => choiceOf(String(value), name, choices));

function choiceOf<T extends string>(text: string, name: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text);
  if (found === undefined) throw misused(name, `wants one of ${choices.join(', ')}, not "${text}"`);
  return found;
}

/** @example voicesOption({ voices: 'A,T' }) // [1, 2] */
export function voicesOption(options: Options): readonly Voice[] | undefined {
  const text = stringOption(options, 'voices');
  if (text === undefined) return undefined;
  return text.split(',').map((name) => {
    const voice = (VOICE_LETTERS as readonly string[]).indexOf(name.trim().toUpperCase());
    if (voice < 0) throw misused('voices', `wants voices out of S,A,T,B, not "${text}"`);
    return voice as Voice;
  });
}

/** Bar numbers as musicians count, both included. @example barsOption({ bars: '3-6' }) // { from: 3, to: 6 } */
export function barsOption(options: Options): { readonly from: number; readonly to: number } | undefined {
  const text = stringOption(options, 'bars');
  if (text === undefined) return undefined;
  const match = /^(\d+)(?:-(\d+))?$/.exec(text.trim());
  const from = Number(match?.[1]);
  const to = Number(match?.[2] ?? match?.[1]);
  if (!match || to < from) throw misused('bars', `wants a bar or a range such as 3-6, not "${text}"`);
  return { from, to };
}
