// `cantus convert`: a piece from one format into another. Thin: the table of formats does it, and what the preview
// makes of a piece, its picture and its sound, is one more of them; what a format cannot carry is named.

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { convert, decode, FORMATS, type Format, formatNamed, ofExtension } from '../language/formats.ts';
import { ReadFailure } from '../language/read/foreign.ts';
import { parse } from '../language/read/parse.ts';
import { type Conversion, lossesOf } from '../language/write/losses.ts';
import { CommandFailure, readBytes, writeWhole } from './files.ts';
import { choiceOption, type Options, type Row } from './rows.ts';

/** The samples that came with the program. */
const SOUNDS = join(dirname(fileURLToPath(import.meta.url)), '..', 'media', 'sound');
const INSTRUMENTS = ['choir', 'organ', 'piano'] as const;
type Instrument = (typeof INSTRUMENTS)[number];

interface Target {
  readonly name: string;
  readonly extensions: readonly [string, ...string[]];
  write(
    bytes: Uint8Array,
    from: Format,
    instrument: Instrument,
  ): Conversion<Uint8Array> | Promise<Conversion<Uint8Array>>;
}

const TARGETS: readonly Target[] = [
  ...FORMATS.map(
    (to): Target => ({
      name: to.name,
      extensions: to.extensions,
      write: (bytes, from) => convert(bytes, from, to),
    }),
  ),
  {
    name: 'svg',
    extensions: ['svg'],
    async write(bytes, from) {
      const { content, losses } = convert(bytes, from, formatNamed('satb'));
      const picture = (await import('./picture.ts')).pictureOf(parse(decode(content)));
      return { content: new TextEncoder().encode(picture), losses };
    },
  },
  {
    name: 'wav',
    extensions: ['wav'],
    async write(bytes, from, instrument) {
      const { score, losses } = from.read(bytes);
      const content = (await import('./sound.ts')).soundOf(score, instrument, SOUNDS);
      return { content, losses: [...losses, ...lossesOf(score, ['decorations', 'open and pinned marks'])] };
    },
  },
];

const namesOf = (formats: readonly { readonly name: string }[]) => formats.map(({ name }) => name);
const extensionsOf = (formats: readonly Pick<Target, 'extensions'>[]) =>
  formats.flatMap(({ extensions }) => extensions.map((one) => `.${one}`)).join(', ');

export const convertRow: Row = {
  usage: 'convert <in> <out>',
  about: `from one format into another: ${extensionsOf(FORMATS)}, and into .svg and .wav (\`-\` is standard input or output)`,
  options: [
    ['--from <format>', `what IN is, whatever its name: ${namesOf(FORMATS).join(', ')}`],
    ['--to <format>', `what OUT is to be, whatever its name: these, svg or wav`],
    ['--sound <name>', `who is heard in a .wav: ${INSTRUMENTS.join(', ')}`],
  ],
  run: async (shell, [input, output], options) => {
    const path = String(input);
    const target = String(output);
    const from = chosen(FORMATS, options, 'from', path);
    const to = chosen(TARGETS, options, 'to', target);
    const instrument = choiceOption(options, 'sound', INSTRUMENTS) ?? 'choir';
    const bytes = readBytes(path, from.isText ? 'text' : 'binary');
    try {
      const { content, losses } = await to.write(bytes, from, instrument);
      if (target === '-') shell.out(content);
      else writeWhole(target, content);
      for (const loss of losses) shell.err(`${path}: not carried over: ${loss}\n`);
      return 0;
    } catch (error) {
      throw error instanceof ReadFailure ? new CommandFailure(`${path}: ${error.message}`) : error;
    }
  },
};

/** The named format, else that of the extension; standard input and output are texts with open notes. */
function chosen<F extends Pick<Target, 'name' | 'extensions'>>(
  formats: readonly F[],
  options: Options,
  flag: 'from' | 'to',
  path: string,
): F {
  const name = choiceOption(options, flag, namesOf(formats)) ?? (path === '-' ? 'satb' : null);
  const found = name === null ? ofExtension(formats, path) : formats.find((format) => format.name === name);
  if (!found)
    throw new CommandFailure(
      `${path}: no format known by this extension; there are ${extensionsOf(formats)}`,
      2,
    );
  return found;
}
