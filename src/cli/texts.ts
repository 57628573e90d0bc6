// The rows that need no network: `check`, `format`, `midi`, `convert`.

import { checkRules } from '../language/analyse/rules.ts';
import { parse } from '../language/read/parse.ts';
import { apply } from '../language/write/edits.ts';
import { format } from '../language/write/format.ts';
import { toMidi } from '../language/write/midi.ts';
import { encode, readText, writeWhole } from './files.ts';
import { placeOf, problemLine } from './problems.ts';
import type { Row } from './rows.ts';

export const checkRow: Row = {
  usage: 'check <...files>',
  about: 'list what is wrong; exit code 1 where there are errors',
  options: [
    ['--rules', 'the rules of part-writing too'],
    ['--json', 'as JSON'],
  ],
  run: (shell, [files], options) => {
    const found = (files as string[]).flatMap((path) => {
      const { text } = readText(path);
      const parsed = parse(text);
      const problems =
        options.rules === true ? [...parsed.problems, ...checkRules(parsed.score)] : parsed.problems;
      return problems.map((problem) => ({ path, text, problem }));
    });
    if (options.json === true) {
      const rows = found.map(({ path, text, problem }) => ({
        path,
        ...placeOf(text, problem.span.start),
        ...problem,
      }));
      shell.out(`${JSON.stringify(rows, null, 2)}\n`);
    } else for (const { path, text, problem } of found) shell.out(`${problemLine(path, text, problem)}\n`);
    return found.some(({ problem }) => problem.severity === 'error') ? 1 : 0;
  },
};

export const formatRow: Row = {
  usage: 'format <...files>',
  about: 'line up the bars of the four voices, in place',
  options: [['--check', 'change nothing; exit code 1 where something would change']],
  run: (shell, [files], options) => {
    let unformatted = 0;
    for (const path of files as string[]) {
      const source = readText(path);
      const text = apply(source.text, format(parse(source.text)));
      if (path === '-' && options.check !== true) shell.out(encode(text, source.encoding));
      else if (text !== source.text) {
        unformatted++;
        if (options.check === true) shell.out(`${path}: not formatted\n`);
        else writeWhole(path, encode(text, source.encoding));
      }
    }
    return options.check === true && unformatted > 0 ? 1 : 0;
  },
};

export const midiRow: Row = {
  usage: 'midi <file> <out>',
  about: 'write what is there as MIDI: four named tracks',
  options: [],
  run: (_, [file, out]) => {
    writeWhole(String(out), toMidi(parse(readText(String(file)).text).score).content);
    return 0;
  },
};
