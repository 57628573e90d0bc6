// What the editor tells the panel of a change, and what the panel makes of it: the reading as it is now.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { changeOf, follow } from '../../src/extension/preview/change.ts';
import { hostMessage } from '../../src/extension/preview/validate.ts';
import { parse } from '../../src/language/read/parse.ts';
import { type Reading, readingOf } from '../../src/language/write/sheet.ts';
import { piece } from './piece.ts';

const folder = join(import.meta.dirname, '../../examples');
const examples = readdirSync(folder).filter((name) => /\.(satb|abc)$/.test(name));
const textOf = (name: string): string => readFileSync(join(folder, name), 'utf8');
const readingFrom = (text: string): Reading => readingOf(parse(text));

/** A text after edits here and there: notes, bars, lines, fields. */
function* edited(text: string): Generator<string> {
  for (let i = 1; i < 24; i++) {
    const at = Math.floor((text.length * ((7 * i) % 24)) / 24);
    const key = ['c', '|', '?', '2', 'c2 d2 |', '\n', '-', 'K:A\n', ' ', '"C"'][i % 10]!;
    yield text.slice(0, at) + key + text.slice(at + (i % 3));
  }
  yield '';
  yield text.replace(/\r?\n/g, '\r\n');
}

describe('a change of a reading', () => {
  test.each(examples)('leads to the reading after it: %s', (name) => {
    let before = readingFrom(textOf(name));
    for (const text of edited(textOf(name))) {
      const now = readingFrom(text);
      const change = changeOf(before, now);
      const message = {
        type: 'change',
        uri: 'file:///piece.satb',
        version: 2,
        since: 1,
        change,
        trouble: { errors: 0, warnings: 0, first: null, broken: false },
      };
      expect(hostMessage(JSON.parse(JSON.stringify(message)))).toEqual(message);
      expect(follow(before, change)).toEqual(now);
      before = now;
    }
  });

  test('tells little of a long piece: a note more, a note changed, a bar more, a line more', () => {
    const { text } = piece({ bars: 64 });
    const before = readingFrom(text);
    const at = text.indexOf('|', text.length / 2);
    const line = text.lastIndexOf('[V:S]');
    for (const now of [
      `${text.slice(0, at)}c ${text.slice(at)}`,
      `${text.slice(0, at - 2)}f${text.slice(at - 1)}`,
      `${text.slice(0, line)}${text.slice(line).replace(/\|/g, '| C4 |')}`,
      text.replace(/^T:.*/m, 'T:Another'),
    ]) {
      const change = changeOf(before, readingFrom(now));
      expect(follow(before, change)).toEqual(readingFrom(now));
      expect(JSON.stringify(change).length).toBeLessThan(JSON.stringify(before).length / 8);
    }
  });

  test('of another reading is refused', () => {
    const [long, short] = [readingFrom(piece({ bars: 8 }).text), readingFrom(piece({ bars: 2 }).text)];
    const change = changeOf(long, readingFrom(`${piece({ bars: 8 }).text}[V:S] c4 |\n`));
    expect(follow(short, change)).toBeNull();
  });
});
