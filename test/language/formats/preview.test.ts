import abcjs from 'abcjs';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { parse } from '../../../src/language/read/parse.ts';
import { normaliseLineEnds, previewOf } from '../../../src/language/write/preview.ts';
import { hasData, hymns } from './corpus.ts';

// Real music and many random cases take a while on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const HEADER = 'X:1\nM:4/4\nL:1/4\nK:C\n';
const preview = (body: string): string => previewOf(parse(HEADER + body)).text.slice(HEADER.length);

describe('the text as others draw it', () => {
  it.each([
    ['?G2 @C2', ' G2  C2'],
    ['?2 ?', 'z2 z'],
    ['?x2 ?z2', ' x2  z2'],
    ['?[DFA]2', ' [DFA]2'],
    ['G/?A/', 'G/`A/'],
    ['G>?A', 'G>`A'],
    ['G2-?G2', 'G2-`G2'],
    ['"what? @"?G', '"what? @" G'],
    ['G % why? @me', 'G % why? @me'],
    ['w: who? you', 'w: who? you'],
    ['%%cantus:seed 42', '% cantus:seed 42'],
    ['%%other ?', '%%other ?'],
    ['?Z |', 'z4 |'],
    ['Z |', 'z4|'],
    ['Z|', 'X|'],
    ['?Z-|', ' X-|'],
    ['?Z2|', 'z4 |'],
    ['[L:1/8] Z |', '[L:1/8] z8|'],
  ])('%s -> %s', (text, drawn) => expect(preview(text)).toBe(drawn));

  /** With what is added in its place. */
  const whole = (body: string): string => {
    const { text, added } = previewOf(parse(HEADER + body));
    return [...added]
      .sort((a, b) => b.at - a.at)
      .reduce((drawn, { at, text }) => drawn.slice(0, at) + text + drawn.slice(at), text)
      .slice(HEADER.length);
  };

  it('has a rest for each bar of a bar rest', () => {
    expect(whole('?Z2|')).toBe('z4 |z4|');
    expect(whole('Z3|')).toBe('z4|z4|z4|');
    expect(whole('[M:3/4] ?Z2   |[M:2/4] ?Z2|')).toBe('[M:3/4] z3    |z3|[M:2/4] z2 |z2|');
  });

  it('tells each voice its own unit length, which abcjs thinks common', () => {
    const text = 'V:1\nG4 |[L:1/8] G8 |\nV:2\nC4 |C4 |\n';
    expect(whole(text)).toBe(text.replace('C4', '[L:1/4]C4'));
    const own = '[V:1] G4 |[L:1/8] G8 |\n[V:2] [L:1/4] C4 |C4 |\n';
    expect(whole(own)).toBe(own);
  });

  it('has the same length for every text, and changes nothing else', () => {
    const piece = fc.constantFrom(
      '?',
      '@',
      'G',
      'Z',
      '2',
      '/',
      ' ',
      '"',
      '|',
      '[',
      ']',
      '\n',
      '%',
      '-',
      'w:',
      'x',
      '\r\n',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (parts) => {
        const text = HEADER + parts.join('');
        const drawn = previewOf(parse(text)).text;
        expect(drawn).toHaveLength(text.length);
        [...text].forEach((sign, i) => {
          if (!'?@Z/ %'.includes(sign) && !/\d/.test(sign)) expect(drawn[i]).toBe(sign);
        });
      }),
    );
  });

  it('is drawn without a warning about our signs', () => {
    const text = `${HEADER}%%cantus:seed 1\n?G2 @A/?B/ "D7"?x | ?Z | ?[DF]2 ?2 |]\n`;
    const [tune] = abcjs.parseOnly(previewOf(parse(text)).text);
    expect(tune?.warnings).toBeUndefined();
  });

  it.skipIf(!hasData('abc'))('leaves real files alone but for bar rests', () => {
    for (const { name, text } of hymns()) {
      const drawn = previewOf(parse(text)).text;
      expect(drawn).toHaveLength(text.length);
      if (!/Z/.test(text)) expect(drawn, name).toBe(text);
    }
  });
});

describe('line ends', () => {
  it('become line feeds, and offsets can be asked both ways', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', '\r\n', '\n'), { maxLength: 30 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (original) => {
        const { text: normalised, toOriginal, toNormalised } = normaliseLineEnds(original);
        expect(normalised).not.toContain('\r');
        [...normalised].forEach((sign, i) => {
          expect(toNormalised(toOriginal(i))).toBe(i);
          if (sign !== '\n') expect(original[toOriginal(i)]).toBe(sign);
        });
      }),
    );
  });
});
