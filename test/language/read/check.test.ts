import { describe, expect, test } from 'vitest';
import type { Problem } from '../../../src/language/problem.ts';
import { CODES } from '../../../src/language/read/check.ts';
import { parse } from '../../../src/language/read/parse.ts';

const HEAD = 'X:1\nT:t\nM:4/4\nL:1/4\nK:C\n';
const of = (text: string, code: string): Problem[] =>
  parse(text).problems.filter((problem) => problem.code === code);

/** The text after the first fix of the first problem with this code. */
function mended(text: string, code: string): string {
  const fix = of(text, code)[0]?.fixes?.[0];
  if (!fix) return 'no fix';
  const edits = [...fix.edits].sort((a, b) => b.span.start - a.span.start);
  return edits.reduce(
    (now, { span, newText }) => now.slice(0, span.start) + newText + now.slice(span.end),
    text,
  );
}

/** [code, music or whole text, what the problem marks, what its fix makes of it] */
const CASES: readonly (readonly [string, string, string, string?])[] = [
  ['bar-length', 'V:S\nV:A\n[V:S]C4|D4|\n[V:A]C4|D3|\n', 'D3', 'V:S\nV:A\n[V:S]C4|D4|\n[V:A]C4|D3 ?z|\n'],
  ['bar-length', '[V:S]C4|D4|\n[V:A]C4|(D/E/)|\n', '(D/E/)', '[V:S]C4|D4|\n[V:A]C4|(D/E/) ?z3|\n'],
  ['bar-length', '[V:S]C4|D4|\n[V:A]C4|D4 E|\n', 'D4 E'],
  ['bar-metre', 'C4 | C5 | C4 |]', 'C5'],
  ['bar-metre', 'C4 | C2 | C4 | C4 |]', 'C2'],
  ['bar-metre', 'V:S\nV:A\n[V:S] C4 [V:A] D4 | E5 | [V:S] D5 |\n', 'D5'],
  ['bar-line-missing', 'V:S\nV:A\n[V:S]C4|D4|\n[V:A]C4 D4|\n', '', 'V:S\nV:A\n[V:S]C4|D4|\n[V:A]C4 | D4|\n'],
  ['out-of-range', "C4 | c''4 |]", "c''4"],
  ['out-of-range', '[V:B] C,,,4 |]', 'C,,,4'],
  ['open-off-grid', '(3?C?D?E F2', '?C', '(3C?D?E F2'],
  ['open-off-grid', '{?g}C4', '?g', '{g}C4'],
  ['open-off-grid', '?x/8 C/8 C3/4 C3', '?x/8', 'x/8 C/8 C3/4 C3'],
  ['open-off-grid', '?/8 C/8 C3/4 C3', '?/8', 'z/8 C/8 C3/4 C3'],
  ['contradictory-candidates', '?[C,D,]4', '?[C,D,]4'],
  ['contradictory-candidates', 'G2-?[FA]2', '?[FA]2'],
  ['contradictory-candidates', '%%cantus:chords require\n"Am"?[DF]4', '?[DF]4'],
  ['portable-open', '?2 C2', '?2', '?x2 C2'],
  ['portable-open', 'C3 ?', '?', 'C3 ?x'],
  ['unclosed-chord', '[CE2 | C4', '[CE2', '[CE2] | C4'],
  ['unclosed-quote', 'C4 "Am', '"Am'],
  ['unclosed-decoration', '!fermata C4', '!fermata', '!fermata! C4'],
  ['unclosed-grace', '{g C4 | D4', '{'],
  ['dangling-tie', 'C2-D2', 'C2-'],
  ['dangling-tie', 'C4-', 'C4-'],
  ['unknown-token', 'C4 é', 'é'],
  ['unknown-token', 'C4 J', 'J'],
  ['unknown-token', 'C4 @', '@'],
  ['bad-length', 'C/0 C4', 'C/0'],
  ['bad-length', 'C4 | Z0 |', 'Z0'],
  ['bad-field', 'C4 | [K:Q] C4', 'Q'],
  ['bad-field', 'C4 | [V:] C4', ''],
  ['bad-field', 'V:|\nC4', '|'],
  ['overlay', 'C4 & E4 |', '&'],
  ['voice-short', '[V:S]C4|D4|E4|\n[V:A]C4|', 'C4'],
  ['voice-missing', '[V:S]C4|', ''],
  ['more-voices', '[V:S]C4\n[V:A]C4\n[V:T]C4\n[V:B]C,4\n[V:X]C4', 'X'],
  ['text-after-tune', 'C4 |\n\nD4 |\n', 'D4 |', 'C4 |\n%\nD4 |\n'],
  ['more-tunes', 'C4 |\n\nX:2\nK:C\nC', 'X:2'],
  ['unknown-directive', '%%cantus:sede 4\nC4', '%%cantus:sede 4'],
  ['bad-directive', '%%cantus:seed much\nC4', '%%cantus:seed much'],
  ['bad-directive', '%%cantus:grid constructor\nC4', '%%cantus:grid constructor'],
  ['bad-directive', '%%cantus:range T g C\nC4', '%%cantus:range T g C'],
];

describe('problems', () => {
  for (const [code, music, marked, fixed] of CASES) {
    test(`${code} in ${JSON.stringify(music)}`, () => {
      const text = HEAD + music;
      const [first] = of(text, code);
      expect(first && text.slice(first.span.start, first.span.end)).toBe(marked);
      if (fixed !== undefined) expect(mended(text, code)).toBe(HEAD + fixed);
    });
  }

  test('missing fields, with the fix for those that other programs need', () => {
    const fields = of('C4|\n', 'missing-field').map((problem) => [
      problem.message.slice(0, 28),
      problem.severity,
    ]);
    expect(fields.map(([message]) => message?.match(/`(.:)`/)?.[1])).toEqual(['X:', 'K:', 'M:', 'L:']);
    expect(fields.map(([, severity]) => severity)).toEqual([
      'warning',
      'warning',
      'information',
      'information',
    ]);
    expect(mended('C4|\n', 'missing-field')).toBe('X:1\nC4|\n');
  });

  test('an empty text has no music', () => expect(of('', 'no-music')).toHaveLength(1));

  test.each([
    ['a pickup and its complement', 'C | C4 | C3 |]'],
    ['a bar split by a repeat', '|: C4 | C3 :| C | C4 |]'],
    ['a bar split by the line end', 'C4 | C2\nC2 | C4 |]'],
    ['no metre', '[M:none] C3 | C4 | C |]'],
    ['directives of other programs', '%%MIDI program 1 52\n%%staffsep 3\nC4 |]'],
    ['open notes of every portable form', '?x2 ?z2 | ?Z | ?[EG]2 ?G2 | @G2-?x2 |]'],
  ])('%s: nothing to say', (_, music) => {
    const left = parse(HEAD + music).problems.filter((problem) => problem.code !== 'voice-missing');
    expect(left).toEqual([]);
  });

  test('every code has a case here, and every message ends its sentence', () => {
    const tried = new Set([...CASES.map(([code]) => code), 'missing-field', 'no-music']);
    expect(CODES.map(({ code }) => code).filter((code) => !tried.has(code))).toEqual([]);
    for (const [, music] of CASES) {
      for (const { message } of parse(HEAD + music).problems) expect(message).toMatch(/^[A-Z`].*[.`]$/s);
    }
  });
});
