// A text read while it is typed: reading on from the text before gives what reading it afresh gives, and shares what
// did not change.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countOffences, judge, RULES } from '../../../src/language/analyse/rules.ts';
import { type Parsed, parse } from '../../../src/language/read/parse.ts';
import type { Passage } from '../../../src/language/read/passages.ts';
import { VOICES } from '../../../src/language/score.ts';
import { cases } from '../../effort.ts';
import { SIGNS, TUNE } from './garbled.ts';

const EXAMPLES = join(import.meta.dirname, '../../../examples');
const HYMNS = join(process.env.CANTUS_DATA ?? join(EXAMPLES, '../../shared/data'), 'abc');
/** So long a text is read and compared in some milliseconds. */
const LONGEST = 1500;

const filesIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => /\.(satb|abc)$/.test(name))
        .sort()
        .map((name) => readFileSync(join(folder, name), 'utf8'))
        .filter((text) => text.length < LONGEST)
    : [];

/** Two lines of one voice that hang together in every way there is. */
const HANGING = `X:1
M:4/4
L:1/4
U:T=!trill!
K:G
V:S
|: (G2- \\
G A |
w: one _ two
B4-|
B2 c> | d e f/) ?x |1 "Am"
% a remark
w: three four
[Q:1/4=90] !f! g4 | [K:D][M:3/4] f3 :|2 (3fga
+: five
f2 | Z2 | [M:4/4] & c4 | {g}
a4 |]
s: * "^hi" !fermata!
V:A octave=-1
K:Dm
?Z2 | ?z4 [V:S] T a4 [V:A] | _B4 |
%%propagate-accidentals octave
B4 | b4 | %%cantus:grid 1/8
w: la
`;

const TEXTS = [TUNE, HANGING, ...filesIn(EXAMPLES), ...filesIn(HYMNS)];

/** A tune of some eighty bars: its music over and over, at times held over the bar line, silent or in one voice alone. */
const LONG = TUNE.replace(/\[V:S\][\s\S]*/, (music) =>
  [
    music,
    music.replaceAll('?', '').replaceAll(' |', '- |'),
    '[V:S] d4- | d4- | d4- | d4 |\n[V:B] G,4 | A,4 | G,4 | D,4- |\n',
    '[V:S] Z6 |\n[V:A] Z6 |\n[V:T] Z6 |\n[V:B] D,2 z2 | Z5 |\n',
    music.replaceAll('?', ''),
  ]
    .join('')
    .repeat(3),
);

/** How a text is changed at a place between 0 and 1. */
type Change = (text: string, at: number) => string;

const placeIn = (text: string, at: number): number => Math.floor(at * (text.length + 1));

const typed =
  (sign: string): Change =>
  (text, at) => {
    const place = placeIn(text, at);
    return text.slice(0, place) + sign + text.slice(place);
  };

const erased =
  (length: number): Change =>
  (text, at) => {
    const place = placeIn(text, at);
    return text.slice(0, place) + text.slice(place + length);
  };

/** Changes the lines of a text from one on. */
const onLines =
  (change: (lines: string[], from: number) => void): Change =>
  (text, at) => {
    const lines = text.split('\n');
    change(lines, Math.floor(at * lines.length));
    return lines.join('\n');
  };

const anyChange: fc.Arbitrary<Change> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...SIGNS).map(typed) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 4 }).map(erased) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(' |\n', '-', ')', '(', '>', '{', '}', '\\\n', '|:', ':|').map(typed),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      onLines((lines, from) => lines.splice(from, 1)),
      onLines((lines, from) => lines.splice(from, 2, ...lines.slice(from, from + 2).reverse())),
      onLines((lines, from) => lines.splice(from, 0, ...lines.slice(from, from + 3))),
      onLines((lines, from) => lines.splice(from, 0, lines[Math.floor(from / 2)] ?? '')),
      onLines((lines, from) => {
        lines[from] = `${lines[from]}-`;
      }),
      onLines((lines, from) => {
        lines[from] = (lines[from] ?? '').replace(/\|[^|]*$/, '');
      }),
      onLines((lines, from) => {
        lines[from] = `| ${lines[from]}`;
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(
        'K:Eb',
        'M:3/4',
        'L:1/8',
        'V:T',
        'V:S',
        'w: la- la _ * | la',
        '+: lu',
        's: "C" !f!',
        '%',
        '',
        '%%cantus:range S C d',
        '%%cantus:chords require',
        'U:T=!fermata!',
        'Q:1/4=50',
        'X:2',
        'I:propagate-accidentals not',
      )
      .map((line) => onLines((lines, from) => lines.splice(from, 0, line))),
  },
);

/** All that a caller sees of a text. */
const seen = ({ text, tree, score, problems, reading }: Parsed): string =>
  JSON.stringify([
    text,
    tree.lines.map(({ kind, text: own, start, end, eol, items, tokens, words }) => [
      ...[kind, own, start, end, eol],
      ...[items, tokens, words],
    ]),
    score,
    problems,
    { ...reading.tune, fields: [...reading.tune.fields] },
    reading.casting,
    reading.rows,
    reading.findings,
  ]);

const sessions = (texts: readonly string[]) =>
  fc.record({
    start: fc.constantFrom(...texts),
    crlf: fc.boolean(),
    changes: fc.array(fc.tuple(anyChange, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })), {
      minLength: 1,
      maxLength: 6,
    }),
  });

describe('read on while it is typed', { timeout: 1_200_000 }, () => {
  test('what stays is shared, where it is and behind it', () => {
    const text = TUNE.replace('Q:1/4=84\n', '');
    const before = parse(text);
    const at = text.indexOf('G A (3B') + 2;
    const [put, added] = ['B', '^A'].map((note) =>
      parse(text.slice(0, at) + note + text.slice(at + 1), before),
    );
    const shares = (after: Parsed | undefined) =>
      VOICES.map((voice) => {
        const old = new Set(before.score.parts[voice].events);
        return after?.score.parts[voice].events.some((event) => old.has(event));
      });
    expect(shares(put)).toEqual([false, true, true, true]);
    expect(shares(added)).toEqual([false, false, false, false]);
    const passages = (parsed: Parsed | undefined) => [...(parsed?.kept.passages.values() ?? [])];
    expect(passages(before).length).toBe(4);
    const stays = (passage: Passage): boolean =>
      passages(before).some(({ after }) => after === passage.after);
    for (const after of [put, added]) expect(passages(after).filter(stays).length).toBe(3);
  });

  test('the same as read afresh', () => {
    fc.assert(
      fc.property(sessions(TEXTS), ({ start, crlf, changes }) => {
        let text = crlf ? start.replaceAll('\n', '\r\n') : start;
        let parsed = parse(text);
        for (const [change, at] of changes) {
          text = change(text, at);
          const before = seen(parsed);
          const after = parse(text, parsed);
          expect(seen(after)).toBe(seen(parse(text)));
          expect(seen(parsed), 'the reading before').toBe(before);
          parsed = after;
        }
      }),
      { numRuns: cases(300) },
    );
  });

  test('the same is found as in a text read afresh', () => {
    let kept = 0;
    fc.assert(
      fc.property(sessions([LONG, ...TEXTS]), ({ start, changes }) => {
        let text = start;
        let parsed = parse(text);
        let judged = judge(parsed.score, 'strict');
        for (const [change, at] of changes) {
          text = change(text, at);
          parsed = parse(text, parsed);
          const after = judge(parsed.score, 'strict', judged);
          const { score } = parse(text);
          const { problems } = judge(score, 'strict');
          expect(after.problems).toEqual(problems);
          const counts = RULES.map((rule) => [
            rule.code,
            problems.filter(({ code }) => code === rule.code).length,
          ]);
          expect(Object.fromEntries(counts), 'as in one stretch').toEqual(countOffences(score).offences);
          if (after.stretches?.found.some((found) => judged.stretches?.found.includes(found))) kept++;
          judged = after;
        }
      }),
      { numRuns: cases(300) },
    );
    expect(kept).toBeGreaterThan(0);
  });
});
