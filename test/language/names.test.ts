import { describe, expect, test } from 'vitest';
import { folds } from '../../src/language/folds.ts';
import { renameVoice, voiceNameAt, voiceNames } from '../../src/language/names.ts';
import { parse } from '../../src/language/read/parse.ts';
import { readTree } from '../../src/language/read/tree.ts';
import { apply } from '../../src/language/write/edits.ts';

const TEXT = `X:1
%%score (S1V1 S1V2) | (S2V1 S2V2) % S1V1
M:4/4
L:1/4
V:S1V1 name="S1V1"
V:S1V2
V:S2V1 clef=bass
V:S2V2 clef=bass
K:C
[V:S1V1] c4 | [V:S1V1] "S1V1"d4 |
[V:S1V2] E4 | F4 |
V: S2V1
G,4 | A,4 |
V:S2V2
C,4 | D,4 |
`;

describe('names of voices', () => {
  test('are found wherever the text uses them', () => {
    const found = voiceNames(readTree(TEXT)).filter(({ id }) => id === 'S1V1');
    expect(found.map(({ span }) => TEXT.slice(span.start, span.end))).toEqual(Array(4).fill('S1V1'));
    expect(voiceNameAt(readTree(TEXT), TEXT.indexOf('V: S2V1') + 4)?.id).toBe('S2V1');
    expect(voiceNameAt(readTree(TEXT), TEXT.indexOf('E4'))).toBeNull();
  });

  test('change together, and nothing else does', () => {
    const edits = renameVoice(parse(TEXT), 'S1V1', 'Sop');
    if (typeof edits === 'string') throw new Error(edits);
    const text = apply(TEXT, edits);
    expect(text).toContain('%%score (Sop S1V2) | (S2V1 S2V2) % S1V1\n');
    expect(text).toContain('V:Sop name="S1V1"\n');
    expect(text).toContain('[V:Sop] c4 | [V:Sop] "S1V1"d4 |\n');
    expect(parse(text).score.parts[0].id).toBe('Sop');
  });

  test('are refused where they are none, taken, or would change who sings what', () => {
    const parsed = parse(TEXT);
    expect(renameVoice(parsed, 'S1V1', 'two words')).toBe('not-an-id');
    expect(renameVoice(parsed, 'S1V1', 'a]')).toBe('not-an-id');
    expect(renameVoice(parsed, 'S1V1', 'S2V1')).toBe('taken');
    expect(renameVoice(parsed, 'S1V1', 'Bass')).toBe('another-part');
  });
});

describe('folding', () => {
  const folded = (text: string) => folds(readTree(text)).map(({ from, to, kind }) => `${kind} ${from}-${to}`);

  test('takes the header, systems, and stretches of one voice', () => {
    expect(folded(TEXT)).toEqual(['header 0-8', 'music 9-10', 'music 11-12', 'music 13-14']);
    const systems =
      'X:1\nK:C\n[V:S] c4 |\nw: la\n[V:A] E4 |\n[V:S] d4 |\n[V:A] F4 |\n% one\n% two\n\nX:2\nK:G\nG4 |\n';
    expect(folded(systems)).toEqual(['header 0-1', 'music 2-4', 'music 5-6', 'comment 7-8', 'header 10-11']);
  });
});
