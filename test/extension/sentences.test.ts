// What the core says, in German: every finding has a sentence of its own, with its values in it, and none stays English.

import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { checkRules, RULES } from '../../src/language/analyse/rules.ts';
import { CODES } from '../../src/language/read/check.ts';
import { parse } from '../../src/language/read/parse.ts';
import { anyAbc, mutated } from '../language/read/garbled.ts';
import { json, sources } from './strings.ts';

const german = json('l10n/bundle.l10n.de.json') as Readonly<Record<string, string>>;
vi.mock('vscode', async () => {
  const { json: read } = await import('./strings.ts');
  return { l10n: { bundle: read('l10n/bundle.l10n.de.json'), t: (text: string) => text } };
});
const { failureSentence, findingSentence, fixTitle, keyText, phrase } = await import(
  '../../src/extension/sentences.ts'
);

const HEAD = 'X:1\nM:4/4\nL:1/4\nK:C\n';
const FOUR = `${HEAD}V:S\nV:A\nV:T clef=bass\nV:B clef=bass\n`;
/** Four voices of two notes each. */
const chords = (...[s, a, t, b]: readonly string[]): string =>
  `X:1\nM:2/4\nL:1/4\nV:S\nV:A\nV:T clef=bass\nV:B clef=bass\nK:C\n[V:S] ${s} |]\n[V:A] ${a} |]\n[V:T] ${t} |]\n[V:B] ${b} |]\n`;

/** Texts in which everything is wrong that can be. */
const WRONG: readonly string[] = [
  HEAD,
  'c4 |',
  'X:1\nc4 |\n\nd4 |',
  ...['K:Q', 'M:x', 'L:x'].map((field) => `${HEAD}c4 | [${field}] c4 |`),
  `${HEAD}c4 | [V:] c4 |`,
  `${HEAD}c4 |\n\nX:2\nK:C\nc4`,
  `${HEAD}c4 |\n\nX:2\nK:C\nc4\n\nX:3\nK:C\nc4`,
  `${FOUR}[V:S] c4\n[V:A] c4\n[V:T] C4\n[V:B] C,4\n[V:X] c4`,
  `${FOUR}[V:S] c4 | d4 | e4 | d4 |\n[V:A] c4 |`,
  `${HEAD}[V:S] c4 | d4 | e4 |\n[V:A] c4 | d4 |\n[V:T] C4 | C3 | C5 |`,
  `${HEAD}[V:S] c4 | d4 |\n[V:A] c4 d4 |`,
  `${HEAD}c4 | c5 | c4 |]`,
  `${HEAD}c/0 c4 | Z0 | c2-d2 | C,,4 | c''''4 |`,
  `${HEAD}{?g}c4 | (3?c?d?e f2 | ?x/8 c/8 c3/4 c3 | ? c3 |`,
  `${HEAD}?[C,D,]4 | g2-?[fa]2 |`,
  `${HEAD}%%cantus:chords require\n"Am"?[df]4 |`,
  `${HEAD}%%cantus:sede 4\n%%cantus:seed much\n%%cantus:grid 3\n%%cantus:range\nc4 & e4 |`,
  `${HEAD}[ce2 | c4`,
  `${HEAD}c4 "Am`,
  `${HEAD}{g c4 | d4`,
  `${HEAD}!fermata c4 é J |`,
  chords('g a', 'c d', 'E F', 'C, D,'),
  chords('c g', 'E B', 'G, D', 'C, G,,'),
  chords('c g', 'E D', 'G, B,', 'C, G,'),
  chords('e g', 'E D', 'G, B,', 'A,, G,,'),
  chords('c g', 'A c', 'C B', 'E, C,'),
  chords('A f', 'F ^G', 'C A,', 'C, F,'),
  chords('c c', 'E G,', 'G, A', 'C, C'),
  chords('B G', 'F E', 'G, C', 'G, C,'),
  chords('G G', 'B, G,', 'D C', 'G,, C,'),
  chords('B c', 'F E', 'B, C', 'G,, C,'),
  chords('g G', 'G E', 'B, G,', 'G,, C,'),
  chords('D C', 'B, G,', 'F, E,', 'G,, C,'),
];

const findings = (text: string) => {
  const parsed = parse(text);
  return [...parsed.problems, ...checkRules(parsed.score, 'strict')];
};

/** English words that German does not have. */
const ENGLISH = /\b(the|and|is|of|has|this|with|voice|write|beat|bar)\b/i;

describe('findings in German', () => {
  const all = WRONG.flatMap(findings);

  it('are sentences, whatever their code', () => {
    const codes = [...CODES, ...RULES].map(({ code }) => code);
    expect(codes.filter((code) => !all.some((finding) => finding.code === code))).toEqual([]);
    for (const { code, message } of all) expect(findingSentence(code, message), message).not.toBeNull();
  });

  it('use every sentence there is', () => {
    const table = sources.get('sentences.ts')!.split('const FAILURES')[0]!;
    const patterns = [...table.matchAll(/\bt\(\s*('(?:[^'\\]|\\.)*'|"[^"]*")/g)].map(([, literal]) =>
      literal!.slice(1, -1).replaceAll("\\'", "'"),
    );
    const said = all.map(({ code, message }) => findingSentence(code, message)!);
    const unsaid = patterns.filter((pattern) => {
      const parts = german[pattern]!.split(/\{\d\}/);
      return !said.some((text) => parts.every((part) => text.includes(part)));
    });
    expect(patterns.length).toBeGreaterThan(CODES.length + RULES.length);
    expect(unsaid).toEqual([]);
  });

  it('leave nothing in English: not their places, not their fixes', () => {
    for (const { code, message, related = [], fixes = [] } of all) {
      expect(findingSentence(code, message)!.replaceAll(/`[^`]*`/g, '')).not.toMatch(ENGLISH);
      for (const other of related) expect(phrase(other.message)).toMatch(/^\w+ \S+, Takt \d+, Zählzeit /);
      for (const { title } of fixes) expect(fixTitle(title)).not.toBe(title);
    }
  });

  it('have one, whatever is typed', () => {
    fc.assert(
      fc.property(fc.oneof(anyAbc, mutated), (text) => {
        for (const { code, message } of findings(text))
          expect(findingSentence(code, message), `${code}: ${message}`).not.toBeNull();
      }),
    );
  });
});

it('values go to their places, in words of their own', () => {
  expect(findingSentence('bar-length', 'The soprano lasts 3/4 in bar 2, the bar 1/1. Add 1/4.')).toBe(
    'Der Sopran dauert 3/4 in Takt 2, der Takt aber 1/1. Es fehlen 1/4.',
  );
  expect(
    findingSentence(
      'parallel-fifths',
      'Parallel fifths between soprano and alto, from G4/C4 (bar 1, beat 1) to A4/D4 (bar 1, beat 2.5). Let one voice move the other way or to another tone of the chord.',
    ),
  ).toMatch(/^Quintparallelen zwischen Sopran und Alt, von G4\/C4 \(Takt 1, Zählzeit 1\) nach A4/);
  expect(fixTitle('Leave the missing 1/4 open')).toBe('Die fehlenden 1/4 offen lassen');
  expect(['G major', 'Bb major', 'B minor', 'F# minor', 'Eb dorian'].map(keyText)).toEqual([
    'G-Dur',
    'B-Dur',
    'H-Moll',
    'Fis-Moll',
    'Es-Dorisch',
  ]);
  expect(['dotted half', 'minor third', 'Alto, rest', 'bar 3, beat 1'].map(phrase)).toEqual([
    'punktierte Halbe',
    'kleine Terz',
    'Alt, Pause',
    'Takt 3, Zählzeit 1',
  ]);
  expect(failureSentence('There is no model "x". There are: chorale-16 (1/16).')).toBe(
    'Es gibt kein Netz „x“. Es gibt: chorale-16 (1/16).',
  );
});

it('what has no translation is as it was', () => {
  expect(phrase('Nothing like it')).toBe('Nothing like it');
  expect(keyText('H major')).toBe('H-Dur');
  expect(findingSentence('bar-length', 'Something else.')).toBeNull();
  expect(findingSentence('toString', 'Something else.')).toBeNull();
});
