import { describe, expect, it, vi } from 'vitest';
import { parse } from '../../../src/language/read/parse.ts';
import type { Score } from '../../../src/language/score.ts';
import { writeAbc } from '../../../src/language/write/abc.ts';
import { content } from './content.ts';
import { hasData, hymns } from './corpus.ts';

// Real music and many random cases take a while on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const again = (score: Score): Score => parse(writeAbc(score, { dialect: 'satb' }).content).score;

const EXAMPLE = `X:1
T:Evening tune
M:4/4
L:1/4
Q:1/4=84
%%cantus:seed 42
%%cantus:range T C, g
V:S
V:A
V:T
V:B
K:G
[V:S] d2 e d | c B A2 | G A/B/ c d | !fermata!d4 |]
w: A- bide with me fast falls the e- ven
[V:A] ?z4 | ?x2 ?x2 | ?Z | ?[DF]4 |]
[V:T] "D7"@B,4 | ?B, @C D2 | ?x4 | (3A,B,C z {d}c |]
[V:B] G, C, ^G, A, | [G,,G,]2 x2 | z4 | D,4 |]
`;

describe('a fresh text', () => {
  it('says everything again', () => {
    const { score } = parse(EXAMPLE);
    expect(content(again(score))).toEqual(content(score));
    expect(again(score).directives).toEqual(score.directives);
    expect(again(score).tempos).toEqual(score.tempos);
  });

  it('is laid out in aligned systems', () => {
    expect(writeAbc(parse(EXAMPLE).score, { dialect: 'satb' }).content).toBe(
      `X:1
T:Evening tune
M:4/4
L:1/4
Q:1/4=84
%%cantus:seed 42
%%cantus:range T C, g
%%score (S A) (T B)
V:S clef=treble name="Soprano" snm="S"
V:A clef=treble name="Alto" snm="A"
V:T clef=bass name="Tenor" snm="T"
V:B clef=bass name="Bass" snm="B"
K:G
[V:S] d2 e d       | c B A2      | G A/2B/2 c d | !fermata!d4        |]
w: A- bide with me fast falls the e- ven
[V:A] ?z4          | ?x2 ?x2     | ?z4          | ?[DF]4             |]
[V:T] "D7"@B,4     | ?B, @C D2   | ?x4          | (3:2:3A,B,C z {d}c |]
[V:B] G, C, ^G, A, | [G,,G,]2 z2 | z4           | D,4                |]
`,
    );
  });

  it('in the plain dialect has no sign of ours, and says what is lost', () => {
    const { content: text, losses } = writeAbc(parse(EXAMPLE).score, { dialect: 'plain' });
    expect(text).not.toMatch(/[?@]|cantus/);
    expect(losses).toEqual(['open and pinned marks', 'candidate pitches of open notes']);
  });

  it('keeps keys, metres, repeats and endings that change on the way', () => {
    const { score } = parse(
      'X:1\nM:3/4\nL:1/8\nK:Dm\n|: d2 e2 f2 |1 g6 :|2 a6 || [K:Bb exp _e_b][M:6/8] b2c d3 :: [M:2/4]^f4 |]\n',
    );
    expect(content(again(score))).toEqual(content(score));
  });

  it.skipIf(!hasData('abc'))(
    'of a real hymn says the same music (skipped without the hymns)',
    () => {
      for (const { name, text: source } of hymns()) {
        const { score } = parse(source);
        expect(content(again(score)), name).toEqual(content(score));
      }
    },
    60_000,
  );
});
