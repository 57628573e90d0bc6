import { expect, test } from 'vitest';
import { mends } from '../../src/language/mend.ts';
import { parse } from '../../src/language/read/parse.ts';
import { apply } from '../../src/language/write/edits.ts';

const HEAD = 'X:1\nM:4/4\nL:1/4\nV:S\nV:B clef=bass\nK:D\n';

/** The text after a fix of the first problem with a code; the problem must be gone from it. */
function mended(text: string, code: string, title: RegExp): string {
  const parsed = parse(text);
  const problem = parsed.problems.find((one) => one.code === code);
  if (problem === undefined) throw new Error(`no ${code}`);
  const found = mends(parsed, problem);
  const fix = found.find((one) => title.test(one.title));
  if (fix === undefined) throw new Error(`only ${found.map((one) => one.title).join('; ')}`);
  const after = apply(text, fix.edits);
  expect(parse(after).problems.map((one) => one.code)).not.toContain(code);
  return after;
}

test('a note out of range is opened, or the range goes out to it', () => {
  const text = `${HEAD}[V:S] d c' d d |]\n`;
  expect(mended(text, 'out-of-range', /Open/)).toBe(`${HEAD}[V:S] d ?c' d d |]\n`);
  expect(mended(text, 'out-of-range', /Widen the range of the soprano/)).toBe(
    text.replace('K:D', "%%cantus:range S C ^c'\nK:D"),
  );
});

test('a range that stands is widened in its place, at its lower end too', () => {
  const text = `${HEAD.replace('K:D', '%%cantus:range B E, ^A\nK:D')}[V:B] D,4 |]\n`;
  expect(mended(text, 'out-of-range', /Widen/)).toContain('%%cantus:range B D, ^A\n');
});

test('candidates that cannot be are dropped, the length stays', () => {
  const text = `${HEAD}[V:S] d2 ?[C,E,]3/2 z/ |]\n`;
  expect(mended(text, 'contradictory-candidates', /any pitch/)).toBe(`${HEAD}[V:S] d2 ?x3/2 z/ |]\n`);
});

test('other problems have no more fixes than they came with', () => {
  const parsed = parse(`${HEAD}[V:S] d2 ?2 |]\n`);
  for (const problem of parsed.problems) expect(mends(parsed, problem)).toEqual([]);
});
