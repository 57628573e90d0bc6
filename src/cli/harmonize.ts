// `cantus harmonize`: a file in, the same file with its open places filled out. Thin: every step is the core's.

import { EngineFailure } from '../engine/failure.ts';
import { createLocalEngine } from '../engine/local.ts';
import { modelOpener } from '../engine/models.ts';
import { harmonizePiece, type Outcome, orderOf, type Proposal, spanAt, type Wish } from '../engine/piece.ts';
import { RUNTIME_NAMES, type Settings } from '../engine/protocol.ts';
import { type Parsed, parse } from '../language/read/parse.ts';
import type { Score } from '../language/score.ts';
import { apply } from '../language/write/edits.ts';
import { toMidi } from '../language/write/midi.ts';
import { CommandFailure, encode, readText, type SourceText, writeWhole } from './files.ts';
import { modelDirectories } from './models.ts';
import { problemLine } from './problems.ts';
import {
  barsOption,
  choiceOption,
  numberOption,
  type Options,
  type Row,
  stringOption,
  voicesOption,
} from './rows.ts';

export const harmonizeRow: Row = {
  usage: 'harmonize <file>',
  about: 'fill what is open; voices that are missing are open (`-` reads standard input)',
  options: [
    ['-o, --output <file>', 'write here instead of to standard output'],
    ['--voices <voices>', 'only these voices: A,T,B'],
    ['--bars <range>', 'only these bars: 3-6'],
    ['--resample', 'redraw written notes too, except pinned ones'],
    ['--seed <number>', 'the same seed gives the same notes'],
    ['--temperature <number>', '0 takes the likeliest notes, 1 draws as the network says'],
    ['--steps <number>', 'rounds of sampling'],
    ['--alternatives <number>', 'several fills; the k-th goes to OUT.k'],
    ['--rules <rules>', 'bach, strict or off'],
    ['--keep-open', 'leave the `?` before the notes that were drawn'],
    ['--model <name>', 'a model by name, or its folder'],
    ['--runtime <name>', RUNTIME_NAMES.join(', ')],
    ['--threads <number>', 'threads of the runtime'],
    ['--midi <file>', 'also write a MIDI file'],
    ['--json', 'print a report instead of the text'],
  ],
  run: async (shell, [file], options) => {
    const started = shell.now();
    const path = String(file);
    const source = readText(path);
    const parsed = parse(source.text);
    if (parsed.score.bars.length === 0)
      throw new CommandFailure(`${path}: no music found: ${firstError(parsed)}`);
    const wish = wishOf(parsed.score, options);
    const named = stringOption(options, 'output');
    const output = named === '-' ? undefined : named;
    const midiPath = stringOption(options, 'midi');
    const outputs = namesOf(output, wish.alternatives ?? 1);
    if (
      wish.alternatives !== undefined &&
      wish.alternatives > 1 &&
      output === undefined &&
      options.json !== true
    )
      throw new CommandFailure(
        '--alternatives: needs -o OUT or --json, so that the fills can be told apart',
        2,
      );
    const engine = createLocalEngine(engineSettings(options), modelOpener());
    try {
      const outcome = await harmonizePiece(parsed, wish, engine, { signal: shell.signal });
      for (const problem of outcome.problems) shell.err(`${problemLine(path, source.text, problem)}\n`);
      const texts = outcome.proposals.map(({ edits }) => apply(source.text, edits));
      if (output !== undefined)
        for (const [k, text] of texts.entries()) writeWhole(outputs[k], encode(text, source.encoding));
      if (midiPath !== undefined) {
        const midis = namesOf(midiPath, texts.length);
        for (const [k, text] of texts.entries()) writeWhole(midis[k], toMidi(parse(text).score).content);
      }
      if (options.json === true)
        shell.out(`${JSON.stringify(reportOf(outcome, texts, source, shell.now() - started), null, 2)}\n`);
      else if (output === undefined) shell.out(encode(texts[0], source.encoding));
      return 0;
    } catch (error) {
      throw located(error, path, parsed, wish);
    } finally {
      await engine.dispose();
    }
  },
};

function engineSettings(options: Options): Settings {
  return {
    modelDirectories: modelDirectories(),
    runtime: choiceOption(options, 'runtime', RUNTIME_NAMES) ?? null,
    threads: numberOption(options, 'threads', { least: 1, most: 256 }) ?? null,
    anyDirectory: true,
    gpuFolder: process.env.CANTUS_TFJS_GPU ?? null,
  };
}

/** The options as the engine's wish. */
function wishOf(score: Score, options: Options): Wish {
  const given = {
    seed: numberOption(options, 'seed', { least: 0, most: Number.MAX_SAFE_INTEGER }),
    temperature: numberOption(options, 'temperature', { least: 0, most: 10, whole: false }),
    steps: numberOption(options, 'steps', { least: 1, most: 100_000 }),
    alternatives: numberOption(options, 'alternatives', { least: 1, most: 100 }),
    rules: choiceOption(options, 'rules', ['bach', 'strict', 'off']),
    model: stringOption(options, 'model'),
  };
  const voices = voicesOption(options);
  const bars = barRange(score, options);
  return {
    selection: {
      mode: options.resample === true ? 'resample' : 'fill',
      ...(voices && { voices }),
      ...(bars && { bars }),
    },
    policy: options.keepOpen === true ? 'keep-open' : 'accept',
    ...(Object.fromEntries(
      Object.entries(given).filter(([, value]) => value !== undefined),
    ) as Partial<Wish>),
  };
}

/** Bar numbers as indices into the score's bars, `to` exclusive. */
function barRange(score: Score, options: Options): { from: number; to: number } | undefined {
  const wanted = barsOption(options);
  if (wanted === undefined) return undefined;
  const inside = score.bars.flatMap(({ number }, index) =>
    number >= wanted.from && number <= wanted.to ? [index] : [],
  );
  if (inside.length === 0) {
    const last = score.bars.at(-1)?.number ?? 0;
    throw new CommandFailure(`--bars: the piece has bars ${score.bars[0]?.number ?? 0} to ${last}`, 2);
  }
  return { from: inside[0], to: inside[inside.length - 1] + 1 };
}

/** OUT for one fill; OUT.1.abc, OUT.2.abc … for several. */
function namesOf(path: string | undefined, count: number): string[] {
  if (path === undefined) return [];
  if (count === 1) return [path];
  const dot = /\.[^./\\]*$/.exec(path)?.index ?? path.length;
  return Array.from({ length: count }, (_, k) => `${path.slice(0, dot)}.${k + 1}${path.slice(dot)}`);
}

interface Report {
  readonly [name: string]: unknown;
}

function reportOf(outcome: Outcome, texts: readonly string[], source: SourceText, elapsed: number): Report {
  const { order, model, proposals } = outcome;
  const sum = (of: (proposal: Proposal) => number): number =>
    proposals.reduce((total, one) => total + of(one), 0);
  return {
    seed: order.wishes.seed,
    temperature: order.wishes.temperature,
    schedule: order.wishes.schedule,
    rules: order.wishes.rules,
    model: model.name,
    checksum: model.checksum,
    grid: model.resolution,
    runtime: model.runtime.runtime,
    why: model.runtime.reason,
    threads: model.runtime.threads,
    rejected: model.runtime.rejected,
    steps: order.gridded.grid.steps,
    openCells: order.gridded.grid.open.reduce((total, open) => total + open, 0),
    forwards: sum(({ harmonization }) => harmonization.forwards),
    secondsInNetwork: outcome.seconds.network,
    secondsInAll: elapsed / 1000,
    encoding: source.encoding,
    problems: outcome.problems,
    alternatives: proposals.map(({ harmonization }, k) => ({
      meanNll: harmonization.meanNll,
      offences: harmonization.offences.length,
      text: texts[k],
    })),
  };
}

const firstError = ({ problems }: Parsed): string =>
  (problems.find(({ severity }) => severity === 'error') ?? problems[0])?.message ??
  'is it a text in ABC notation?';

/** Says where in the text the engine found no way. */
function located(error: unknown, path: string, parsed: Parsed, wish: Wish): unknown {
  if (!(error instanceof EngineFailure)) return error;
  const { message, place, reason } = error;
  const span = place && spanAt(parsed, orderOf(parsed, wish), place);
  if (!span) return new CommandFailure(`${path}: ${message}`);
  return new CommandFailure(
    problemLine(path, parsed.text, { code: reason, severity: 'error', message, span }),
  );
}
