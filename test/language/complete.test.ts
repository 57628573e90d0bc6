import { describe, expect, test } from 'vitest';
import { type Suggestion, suggestions } from '../../src/language/complete.ts';
import { DIRECTIVE_NAMES, readDirectives } from '../../src/language/read/directives.ts';
import { readKey } from '../../src/language/read/fields.ts';
import { readTree } from '../../src/language/read/tree.ts';
import { apply } from '../../src/language/write/edits.ts';

/** What is suggested where `^` stands in a text (it is taken out). */
function at(marked: string): { text: string; found: Suggestion[] } {
  const text = marked.replace('^', '');
  return { text, found: suggestions(readTree(text), marked.indexOf('^')) };
}

const texts = (marked: string): string[] => at(marked).found.map(({ text }) => text);

/** The text after a suggestion was taken. */
function taken(marked: string, choice: string): string {
  const { text, found } = at(marked);
  const one = found.find((suggestion) => suggestion.text === choice);
  if (one === undefined) throw new Error(`${choice} is not among ${found.map((f) => f.text).join(' ')}`);
  return apply(text, [{ span: one.span, newText: one.text }]);
}

const TUNE = 'X:1\nV:S\nV:Alt\nK:G\n';

describe('completion', () => {
  test('offers fields at the start of a line', () => {
    expect(taken('X:1\n^', 'T:')).toBe('X:1\nT:');
    expect(taken('X:1\nK^', 'K:')).toBe('X:1\nK:');
  });

  test('offers directives, and values that the reader takes', () => {
    expect(taken('X:1\n%^', '%%cantus:seed')).toBe('X:1\n%%cantus:seed');
    expect(taken('X:1\n%%can^\nK:C', '%%cantus:grid')).toBe('X:1\n%%cantus:grid\nK:C');
    expect(taken('X:1\n%%cantus:rules ^', 'strict')).toBe('X:1\n%%cantus:rules strict');
    for (const name of DIRECTIVE_NAMES) {
      for (const { text } of at(`X:1\n%%cantus:${name} ^`).found) {
        const { findings } = readDirectives([
          { name: `cantus:${name}`, value: text, span: { start: 0, end: 0 } },
        ]);
        expect(findings).toEqual([]);
      }
    }
  });

  test('offers keys that are keys, then modes', () => {
    const keys = at('X:1\nK:^').found;
    expect(keys.length).toBe(30);
    for (const { text } of keys) expect(readKey(text)?.key, text).not.toBeNull();
    expect(taken('X:1\nK:B^', 'Bb')).toBe('X:1\nK:Bb');
    expect(taken('X:1\nK:D d^', 'dor')).toBe('X:1\nK:D dor');
    expect(taken('X:1\nK:D clef=^', 'bass')).toBe('X:1\nK:D clef=bass');
  });

  test('offers the voices of the piece, on lines and in brackets', () => {
    expect(texts(`${TUNE}[V:^`)).toEqual(['S', 'Alt']);
    expect(taken(`${TUNE}[V:A^] G4 |`, 'Alt')).toBe(`${TUNE}[V:Alt] G4 |`);
    expect(texts('X:1\nV:^')).toEqual(['S', 'A', 'T', 'B']);
    expect(taken('X:1\nV:S ^', 'clef=')).toBe('X:1\nV:S clef=');
    expect(taken('X:1\nV:S clef=tr^', 'treble-8')).toBe('X:1\nV:S clef=treble-8');
  });

  test('offers decorations after an opening sign, not after a closing one', () => {
    expect(taken(`${TUNE}G !fer^`, '!fermata!')).toBe(`${TUNE}G !fermata!`);
    expect(texts(`${TUNE}G !fermata!^`)).toEqual([]);
  });

  test('offers inline fields, metres and lengths', () => {
    expect(texts(`${TUNE}G4 | [^`)).toContain('K:');
    expect(texts(`${TUNE}G4 | [^`)).not.toContain('T:');
    expect(taken(`${TUNE}G4 | [M:^`, '3/4')).toBe(`${TUNE}G4 | [M:3/4`);
    expect(taken('X:1\nL:^', '1/8')).toBe('X:1\nL:1/8');
  });

  test('keeps silent in music, comments and titles', () => {
    for (const marked of [`${TUNE}G2 A^`, `${TUNE}G2 % [V:^`, 'X:1\nT:K^'])
      expect(texts(marked), marked).toEqual([]);
  });
});
