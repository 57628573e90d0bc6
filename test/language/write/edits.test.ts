import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  apply,
  compose,
  insert,
  lineEnd,
  merge,
  replace,
  shift,
  trim,
} from '../../../src/language/write/edits.ts';

describe('edits', () => {
  it('apply in the order of the text, whatever order they come in', () => {
    expect(apply('abcdef', [replace(4, 6, 'Z'), insert(0, '>'), replace(1, 2, 'bb')])).toBe('>abbcdZ');
  });

  it('keep the order of insertions at one place, before a replacement there', () => {
    expect(apply('abc', [replace(1, 2, 'X'), insert(1, '1'), insert(1, '2')])).toBe('a12Xc');
  });

  it('that overlap are a bug', () => {
    expect(() => merge([replace(0, 3, 'x'), replace(2, 4, 'y')])).toThrow(/overlap/);
  });

  it('trimmed do the same to the text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b') }),
        fc.nat(8),
        fc.nat(8),
        fc.string(),
        (text, x, y, fresh) => {
          const [start, end] = [Math.min(x, y, text.length), Math.min(Math.max(x, y), text.length)];
          const edit = replace(start, end, fresh);
          const small = trim(text, edit);
          expect(apply(text, [small])).toBe(apply(text, [edit]));
          expect(small.span.end - small.span.start).toBeLessThanOrEqual(end - start);
        },
      ),
    );
  });

  it('shift offsets behind them', () => {
    const edits = [replace(1, 2, 'xyz'), insert(4, '!')];
    expect([0, 1, 2, 3, 4, 5].map((offset) => shift(offset, edits))).toEqual([0, 1, 4, 5, 7, 8]);
  });

  it('composed do what both did one after the other', () => {
    const some = (length: number) =>
      fc
        .uniqueArray(fc.tuple(fc.nat(length), fc.nat(3), fc.string({ maxLength: 3 })), {
          maxLength: 5,
          selector: ([start]) => start,
        })
        .map((drawn) => {
          let end = -1;
          return drawn
            .sort(([a], [b]) => a - b)
            .flatMap(([start, width, fresh]) => {
              if (start <= end) return [];
              end = Math.min(length, start + width);
              return [replace(start, end, fresh)];
            });
        });
    fc.assert(
      fc.property(
        fc.string({ minLength: 4, maxLength: 20 }).chain((text) =>
          some(text.length).chain((first) => {
            const between = apply(text, first);
            return some(between.length).map((second) => ({ text, first, second, between }));
          }),
        ),
        ({ text, first, second, between }) => {
          expect(apply(text, compose(text, first, second))).toBe(apply(between, second));
        },
      ),
    );
    const apart = compose('a b c', [replace(0, 1, 'xx')], [insert(5, ' ')]);
    expect(apart).toEqual([replace(0, 1, 'xx'), insert(4, ' ')]);
  });

  it('know the line end of a text', () => {
    expect([lineEnd('a\r\nb\n'), lineEnd('a\nb\r\n'), lineEnd('a')]).toEqual(['\r\n', '\n', '\n']);
  });
});
