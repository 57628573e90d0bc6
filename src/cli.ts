#!/usr/bin/env node
// The command line: the core's second host. A table of rows; each calls into the core and turns a "no" into one
// line and an exit code (2: wrong usage, 1: everything else).

import { readFileSync } from 'node:fs';
import cac from 'cac';
import { convertRow } from './cli/convert.ts';
import { evaluateRow } from './cli/evaluate.ts';
import { CommandFailure, messageOf } from './cli/files.ts';
import { harmonizeRow } from './cli/harmonize.ts';
import type { Options, Row, Shell } from './cli/rows.ts';
import { studyRow } from './cli/study.ts';
import { checkRow, formatRow, midiRow } from './cli/texts.ts';
import { trainRow } from './cli/train.ts';
import { EngineFailure } from './engine/failure.ts';

const ROWS: readonly Row[] = [
  harmonizeRow,
  checkRow,
  formatRow,
  midiRow,
  convertRow,
  trainRow,
  evaluateRow,
  studyRow,
];

/** Stands for `-`, which the library takes for an option without a name. No word of a command line has a NUL. */
const DASH = '\0';
const withDashes = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(withDashes) : value === DASH ? '-' : value;

async function main(): Promise<number> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const shell: Shell = {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    signal: stop.signal,
    now: () => performance.now(),
  };
  const program = cac('cantus');
  let chosen: (() => Promise<number> | number) | null = null;
  for (const row of ROWS) {
    const command = program.command(row.usage, row.about);
    for (const [flags, about] of row.options) command.option(flags, about);
    command.action((...values: unknown[]) => {
      const [args, options] = [values.slice(0, -1), values.at(-1) as Options];
      const named = Object.entries(options).map(([name, value]) => [name, withDashes(value)]);
      chosen = () => row.run(shell, args.map(withDashes), Object.fromEntries(named));
    });
  }
  program.help();
  program.version(ownVersion());
  try {
    program.parse(
      process.argv.map((word) => (word === '-' ? DASH : word)),
      { run: false },
    );
    if (program.options.help || program.options.version) return 0;
    program.runMatchedCommand();
    if (chosen !== null) return await (chosen as () => Promise<number> | number)();
    const asked = program.args[0];
    throw new CommandFailure(
      asked === undefined ? 'no command; see cantus --help' : `no command "${asked}"; see cantus --help`,
      2,
    );
  } catch (error) {
    return complain(error);
  }
}

/** As package.json says, which is one folder above both the source and the bundle. */
function ownVersion(): string {
  const about: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return String(Reflect.get(Object(about), 'version'));
}

/** One line for the user; the stack only for our own bugs, and only when asked for. */
function complain(error: unknown): number {
  process.stderr.write(`cantus: ${messageOf(error).replaceAll('\n', ' ')}\n`);
  if (process.env.CANTUS_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  if (error instanceof CommandFailure) return error.exitCode;
  if (error instanceof EngineFailure) return 1;
  return error instanceof Error && error.name === 'CACError' ? 2 : 1;
}

process.exitCode = await main();
