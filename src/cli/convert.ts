// `cantus convert`: a piece from one format into another. Thin: the table of formats does it; what a format cannot
// carry is named.

import { convert, FORMATS, type Format, formatNamed, formatOf } from '../language/formats.ts';
import { ReadFailure } from '../language/read/foreign.ts';
import { CommandFailure, readBytes, writeWhole } from './files.ts';
import { choiceOption, type Options, type Row } from './rows.ts';

const NAMES = FORMATS.map(({ name }) => name);
const EXTENSIONS = FORMATS.flatMap(({ extensions }) => extensions.map((one) => `.${one}`)).join(', ');

export const convertRow: Row = {
  usage: 'convert <in> <out>',
  about: `from one format into another: ${EXTENSIONS} (\`-\` is standard input or output)`,
  options: [
    ['--from <format>', `what IN is, whatever its name: ${NAMES.join(', ')}`],
    ['--to <format>', 'what OUT is to be, whatever its name'],
  ],
  run: (shell, [input, output], options) => {
    const path = String(input);
    const target = String(output);
    const from = chosen(options, 'from', path);
    const to = chosen(options, 'to', target);
    const bytes = readBytes(path, from.isText ? 'text' : 'binary');
    try {
      const { content, losses } = convert(bytes, from, to);
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
function chosen(options: Options, flag: 'from' | 'to', path: string): Format {
  const named = choiceOption(options, flag, NAMES);
  if (named !== undefined) return formatNamed(named);
  if (path === '-') return formatNamed('satb');
  const found = formatOf(path);
  if (found === null)
    throw new CommandFailure(`${path}: no format known by this extension; there are ${EXTENSIONS}`, 2);
  return found;
}
