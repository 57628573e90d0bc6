// The tree loses nothing: whatever the text, printing gives it back, and tokens cover it.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Parsed, parse } from '../../../src/language/read/parse.ts';
import { cases } from '../../effort.ts';
import { anyAbc, anyText, mutated } from './garbled.ts';
import { holds } from './invariants.ts';

describe('for every text', { timeout: 60_000 }, () => {
  test('of any characters', () => {
    fc.assert(fc.property(anyText, holds), { numRuns: cases(200) });
  });

  test('of ABC signs in any order', () => {
    fc.assert(fc.property(anyAbc, holds), { numRuns: cases(300) });
  });

  test('of a tune with mistakes', () => {
    fc.assert(fc.property(mutated, holds), { numRuns: cases(200) });
  });

  test('read after another: the same as read alone', () => {
    fc.assert(
      fc.property(mutated, mutated, (before, after) => {
        const meant = ({ score, problems, reading }: Parsed) => ({ score, problems, reading });
        expect(meant(parse(after, parse(before)))).toEqual(meant(parse(after)));
      }),
      { numRuns: cases(50) },
    );
  });
});

describe('lines', () => {
  const kinds = (text: string) => parse(text).tree.lines.map((line) => line.kind);

  test('of one character each, whichever', () => {
    const texts = [0, 127, 128, 255, 256, 0x2028, 0xd800, 0xfffe, 0xffff].map((unit) =>
      String.fromCharCode(unit),
    );
    for (const text of texts) for (const line of [text, `X:1\nK:C\n${text}`]) holds(line);
  });

  test('keep their ends', () => {
    expect(parse('a\r\nb\rc\n\nd').tree.lines.map((line) => line.eol)).toEqual([
      '\r\n',
      '\r',
      '\n',
      '\n',
      '',
    ]);
  });

  test('are told apart', () => {
    expect(
      kinds('% c\nfree\nX:1\n%%MIDI x\nK:C\nG:|\nw: la\ns: *\n\nafter\n%%begintext\nK:C\n%%endtext\nX:2'),
    ).toEqual(
      'comment text field directive field music lyrics symbols blank text directive text directive field'.split(
        ' ',
      ),
    );
  });

  test('a byte order mark is no part of the first line', () => {
    expect(kinds('\uFEFFX:1\nK:C\nC')).toEqual(['text', 'field', 'field', 'music']);
  });

  test('unchanged lines are shared with the tree before', () => {
    const before = parse('X:1\nK:C\nC4|\nD4|\n');
    const after = parse('X:1\nK:C\nC2|\nD4|\n', before);
    expect(after.tree.lines.map((line, i) => line.content === before.tree.lines[i]?.content)).toEqual([
      true,
      true,
      false,
      true,
    ]);
  });
});

test('tokens by name', () => {
  const line = parse('X:1\nK:C\n[V:S]"Am"?[DF]2- (3@^G,/2.A{g}z>B !trill!?| "^a"é%c\n').tree.lines[2];
  const names = line?.tokens.filter((token) => token.kind !== 'space').map((token) => token.kind);
  expect(names).toEqual(
    (
      'inline-field chord-symbol open chord-open note note chord-close length tie tuplet pin note length decoration note ' +
      'grace-open note grace-close rest broken note decoration open bar annotation unknown comment'
    ).split(' '),
  );
});

test('no text makes reading slow', () => {
  const long = cases(100_000);
  // [how a line begins, what it goes on with]: each tempts a pattern to try every start over and over
  const lines = [
    ['', '"'],
    ['', '!1'],
    ['', '+a'],
    ['', '1'],
    ['', '/'],
    ['', ' '],
    ['[K:', 'a'],
    ['["', 'a '],
    ['!', 'a'],
    ['Q:', '1 '],
    ['Q:', '='],
    ['M:', '1+'],
    ['M:', ' '],
    ['K:', 'a='],
    ['K:G ', '^'],
    ['V:x ', 'a="'],
    ['L:', '1'],
    ['w:', '-'],
    ['%%', ' '],
    ['%%cantus:seed ', '4'],
    ['I:', ' '],
    ['U:', ' '],
  ] as const;
  for (const [begin, piece] of lines) {
    const text = `X:1\nK:C\nC\n${begin}${piece.repeat(long / piece.length)}x`;
    const before = process.cpuUsage();
    parse(text);
    const { user } = process.cpuUsage(before);
    expect(user / 1000, `milliseconds for ${begin}${piece}`).toBeLessThan(long / 40);
  }
}, 60_000);
