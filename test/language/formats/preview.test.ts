import abcjs from 'abcjs';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { parse } from '../../../src/language/read/parse.ts';
import { normaliseLineEnds, previewText } from '../../../src/language/write/preview.ts';
import { hasData, hymns } from './corpus.ts';

// Real music and many random cases take a while on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const HEADER = 'X:1\nM:4/4\nL:1/4\nK:C\n';
const preview = (body: string): string => previewText(parse(HEADER + body)).slice(HEADER.length);

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
    ['?Z |', ' z4|'],
    ['Z |', 'z4|'],
    ['Z|', 'X|'],
    ['?Z2|', ' X2|'],
    ['Z2   |', 'z4|z4|'],
    ['Z3|', 'X3|'],
  ])('%s -> %s', (text, drawn) => expect(preview(text)).toBe(drawn));

  it('keeps bar rests that a changing length unit leaves in doubt out of sight', () => {
    expect(preview('[L:1/8] Z |')).toBe('[L:1/8] X |');
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
        const drawn = previewText(parse(text));
        expect(drawn).toHaveLength(text.length);
        [...text].forEach((sign, i) => {
          if (!'?@Z/ %'.includes(sign) && !/\d/.test(sign)) expect(drawn[i]).toBe(sign);
        });
      }),
    );
  });

  it('is drawn without a warning about our signs', () => {
    const text = `${HEADER}%%cantus:seed 1\n?G2 @A/?B/ "D7"?x | ?Z | ?[DF]2 ?2 |]\n`;
    const [tune] = abcjs.parseOnly(previewText(parse(text)));
    expect(tune?.warnings).toBeUndefined();
  });

  it.skipIf(!hasData('abc'))('leaves real files alone but for bar rests', () => {
    for (const { name, text } of hymns()) {
      const drawn = previewText(parse(text));
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
