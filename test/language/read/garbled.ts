// Texts that are nearly ABC: signs in any order, and a real tune with bits cut, doubled and swapped.

import fc from 'fast-check';

export const SIGNS = [
  ...'CDEFGABcdefgabzxZXy?@|:[](){}<>-.,\'/&"!+%\\ \n^_=*#~HTJ0123456789',
  '\r\n',
  '||',
  '|:',
  ':|',
  '|]',
  '::',
  '[1',
  '[V:S]',
  '[V:B]',
  '[K:G]',
  '[M:3/4]',
  '[L:1/8]',
  '"Am"',
  '"^why?"',
  '!fermata!',
  '(3',
  '(3:2:2',
  '?x2',
  '?z4',
  '?Z2',
  '?[DF]2',
  '@G2',
  '?2',
  'X:1\n',
  'K:Bb\n',
  'M:4/4\n',
  'L:1/4\n',
  'V:T clef=bass\n',
  'w: la- la _ * | la\n',
  '%%cantus:grid 1/8\n',
  '%%score (S A) (T B)\n',
  'é',
  '🎵',
  'Z99999',
  'C999999999',
  'G/0',
  '2/',
];

export const TUNE = `X:1
T:A tune
M:4/4
L:1/4
Q:1/4=84
%%cantus:seed 42
V:S clef=treble name="Soprano"
V:A clef=treble
V:T clef=bass
V:B clef=bass
K:G
[V:S] D | d2 e d | (c>B) A2 | "D7"G A (3B/c/d/ c | !fermata!d3 |]
w: A- bide with me, fast * falls _ the | e- ven- tide
[V:A] ?x | ?z4 | ?x2 ?x2- | ?Z | ?[DF]3 |]
[V:T] ?z | ?Z | ?B, @C D2 | {g}?G,4 | z3 |]
[V:B] G, | G, C, G, A, | ?x ? ?2 | [G,D]4 & G,,4 | D,3 |]
`;

/** Any UTF-16 at all, lone surrogates too, rich in ASCII and line ends. */
export const anyText: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.integer({ min: 9, max: 126 }), fc.nat(0xffff)), { maxLength: 60 })
  .map((units) => String.fromCharCode(...units));

/** Signs of ABC in any order. */
export const anyAbc: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...SIGNS), { maxLength: 60 })
  .map((signs) => signs.join(''));

/** Cuts, doubles and replaces stretches of a text. */
export const garble = (text: string): fc.Arbitrary<string> =>
  fc
    .array(fc.tuple(fc.nat(text.length), fc.nat(12), anyAbc, fc.nat(2)), { minLength: 1, maxLength: 5 })
    .map((changes) =>
      changes.reduce((now, [at, length, signs, how]) => {
        const middle = now.slice(at, at + length);
        const put = [signs, '', middle + middle][how];
        return now.slice(0, at) + put + now.slice(at + length);
      }, text),
    );

/** A four-voice tune with mistakes, with either line end. */
export const mutated: fc.Arbitrary<string> = fc
  .tuple(garble(TUNE), fc.boolean())
  .map(([text, crlf]) => (crlf ? text.replaceAll('\n', '\r\n') : text));
