// What the editor tells the panel of a change, and what the panel makes of it: the reading as it is now.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { follow } from '../../src/extension/preview/change.ts';
import { changeOf } from '../../src/extension/preview/difference.ts';
import { hostMessage } from '../../src/extension/preview/validate.ts';
import type { Span } from '../../src/language/problem.ts';
import { type Parsed, parse } from '../../src/language/read/parse.ts';
import { type Drawing, drawingOf, writtenOut } from '../../src/language/write/sheet.ts';
import { piece } from './piece.ts';

const folder = join(import.meta.dirname, '../../examples');
const examples = readdirSync(folder).filter((name) => /\.(satb|abc)$/.test(name));
const textOf = (name: string): string => readFileSync(join(folder, name), 'utf8');
const drawingFrom = (text: string): Drawing => drawingOf(parse(text));

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

/** A token here and there, as a run leaves some. */
const someOf = ({ score }: Parsed): Span[] =>
  score.parts.flatMap(({ events }) => events.filter((_, i) => i % 9 === 4).map(({ span }) => span));

describe('a change of a reading', () => {
  test.each(examples)('leads to the reading after it: %s', (name) => {
    for (const [typed, filled] of [
      [false, false],
      [true, false],
      [true, true],
    ]) {
      let parsed = parse(textOf(name));
      let before = drawingOf(parsed);
      for (const text of edited(textOf(name))) {
        parsed = parse(text, typed ? parsed : undefined);
        const now = drawingOf(parsed, filled ? someOf(parsed) : []);
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
        expect(follow(writtenOut(before), change)).toEqual(writtenOut(now));
        before = now;
      }
    }
  });

  test('tells little of a long piece: a note more, a note changed, a bar more, a line more', () => {
    const { text } = piece({ bars: 64 });
    const parsed = parse(text);
    const before = drawingOf(parsed);
    const whole = writtenOut(before);
    const at = text.indexOf('|', text.length / 2);
    const line = text.lastIndexOf('[V:S]');
    for (const now of [
      `${text.slice(0, at)}c ${text.slice(at)}`,
      `${text.slice(0, at - 2)}f${text.slice(at - 1)}`,
      `${text.slice(0, line)}${text.slice(line).replace(/\|/g, '| C4 |')}`,
      text.replace(/^T:.*/m, 'T:Another'),
    ])
      for (const drawing of [drawingFrom(now), drawingOf(parse(now, parsed))]) {
        const change = changeOf(before, drawing);
        expect(follow(whole, change)).toEqual(writtenOut(drawingFrom(now)));
        expect(JSON.stringify(change).length).toBeLessThan(JSON.stringify(whole).length / 8);
      }
  });

  test('of another reading is refused', () => {
    const [long, short] = [8, 2].map((bars) => piece({ bars }).text);
    const change = changeOf(drawingFrom(long!), drawingFrom(`${long}[V:S] c4 |\n`));
    expect(follow(writtenOut(drawingFrom(short!)), change)).toBeNull();
  });
});
