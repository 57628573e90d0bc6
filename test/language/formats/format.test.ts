import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { parse } from '../../../src/language/read/parse.ts';
import type { Score } from '../../../src/language/score.ts';
import { apply, replace } from '../../../src/language/write/edits.ts';
import { format, keepColumns } from '../../../src/language/write/format.ts';
import { cases } from '../../effort.ts';
import { hasData, hymns } from './corpus.ts';

// Real music and many random cases take a while on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const HEADER = 'X:1\nM:4/4\nL:1/4\nK:C\n';
const formatted = (text: string): string => apply(text, format(parse(text)));
const body = (lines: string): string => formatted(HEADER + lines).slice(HEADER.length);

/** The music without the places it is written at. */
const music = (score: Score): string =>
  JSON.stringify(score, (name, value) => (/^(span|spans|body)$/.test(name) ? undefined : value));

describe('columns after an edit', () => {
  /** What comes of writing `fresh` for every `?z4`. */
  const written = (text: string, fresh: string): string => {
    const edits = [...text.matchAll(/\?z4/g)].map(({ index }) => replace(index, index + 3, fresh));
    return apply(text, keepColumns(parse(text), edits));
  };

  it('are kept where there were any, by spaces alone', () => {
    const text = '[V:S] c d e f | g4  |\n[V:A] ?z4     | ?z4 |\n';
    expect(written(HEADER + text, 'c/d/e/f/ g2').slice(HEADER.length)).toBe(
      '[V:S] c d e f     | g4          |\n[V:A] c/d/e/f/ g2 | c/d/e/f/ g2 |\n',
    );
  });

  it('are kept where they were wider than they had to be', () => {
    const text = '[V:S] c d e f   | g4    |\n[V:A] ?z4       | c4    |\n';
    expect(written(HEADER + text, 'c/d/e/f/ g/a/ b').slice(HEADER.length)).toBe(
      '[V:S] c d e f         | g4 |\n[V:A] c/d/e/f/ g/a/ b | c4 |\n',
    );
  });

  it('are not made where there were none, and not of one voice alone', () => {
    for (const text of ['[V:S] c d e f | g4 |\n[V:A] ?z4 | ?z4 |\n', '[V:A] ?z4 | ?z4 |\n'])
      expect(written(HEADER + text, 'c2 d2')).toBe(HEADER + text.replaceAll('?z4', 'c2 d2'));
  });

  it('are kept in the systems that are edited, and in no others', () => {
    const first = '[V:S] c d e f | g4 |\n[V:A] c4 | c4 |\n';
    const second = '[V:S] c4  |\n[V:A] ?z4 |\n';
    expect(written(HEADER + first + second, 'c2 d2')).toBe(`${HEADER}${first}[V:S] c4    |\n[V:A] c2 d2 |\n`);
  });

  it('cost nothing but spaces, whatever is edited', () => {
    const lines = fc.array(
      fc.constantFrom('[V:S] ', '[V:A] ', 'c4 ', '?z4', '|', '|]', ' ', '\n', '% ?', 'K:G\n'),
      {
        maxLength: 30,
      },
    );
    fc.assert(
      fc.property(lines, fc.boolean(), (parts, clean) => {
        const raw = `${HEADER}[V:S] c4 | d4 |\n[V:A] ?z4 | ?z4 |\n${parts.join('')}`;
        const text = clean ? formatted(raw) : raw;
        const bare = (one: string): string => one.replaceAll(/[ \t]/g, '');
        expect(bare(written(text, 'c2_d2'))).toBe(bare(text.replaceAll('?z4', 'c2_d2')));
      }),
      { numRuns: cases(300) },
    );
  });
});

describe('formatting', () => {
  it('lines up bars, however the lines begin', () => {
    expect(body('[V:S] d2 e d|c B A2|]\n[V:A]  ?z4 |?x2   ?x2|]\nw: one  two\n[V:Bass] ?Z|D,4|]\n')).toBe(
      '[V:S]    d2 e d | c B A2  |]\n[V:A]    ?z4    | ?x2 ?x2 |]\nw: one  two\n[V:Bass] ?Z     | D,4     |]\n',
    );
  });

  it('takes lines under V: fields together', () => {
    expect(body('V:S\nc d e f | g4 |\nV:A\nc4|c2 c2|\n')).toBe(
      'V:S\nc d e f | g4    |\nV:A\nc4      | c2 c2 |\n',
    );
  });

  it('never joins or splits what a beam holds together', () => {
    expect(body('c/d/  e/f/ (3ABc|G2>A2|\n')).toBe('c/d/ e/f/ (3ABc | G2>A2 |\n');
  });

  it('gives rests of several bars their room', () => {
    expect(body('[V:S] Z2 | c4 |\n[V:A] c4 | d4 | e2 e2 |\n')).toBe(
      '[V:S] Z2      | c4    |\n[V:A] c4 | d4 | e2 e2 |\n',
    );
  });

  it('lines up repeats, endings and double bars', () => {
    expect(body('[V:S] |: c4 |1 d4 :|2 e2 e2 |]\n[V:A] |: c2 c2|1 d4:|2 e4|]\n')).toBe(
      '[V:S] |: c4    |1 d4 :|2 e2 e2 |]\n[V:A] |: c2 c2 |1 d4 :|2 e4    |]\n',
    );
  });

  it('leaves comments, fields and other lines alone', () => {
    const text = 'c4  |   d4|   % a   comment\n%  another\nK:  G\nw: a   b\n';
    expect(body(text)).toBe('c4 | d4 |   % a   comment\n%  another\nK:  G\nw: a   b\n');
  });

  it('takes an empty bar beside one that is still being written', () => {
    expect(body('[V:S] G|c| |\n[V:A] E|C|C\n')).toBe('[V:S] G | c | |\n[V:A] E | C | C\n');
  });

  it('starts a new system when a voice comes again', () => {
    expect(body('[V:S] c d e f |\n[V:A] c4 |\n[V:S] c4 |\n[V:A] c2 c2 |\n')).toBe(
      '[V:S] c d e f |\n[V:A] c4      |\n[V:S] c4    |\n[V:A] c2 c2 |\n',
    );
  });

  it('formats whole systems that a range touches, and no others', () => {
    const text = `${HEADER}[V:S] c d e f|\n[V:A] c4|\n[V:S] c4|\n[V:A] c2 c2|\n`;
    const at = text.indexOf('[V:S] c4');
    const edits = format(parse(text), { start: at, end: at });
    expect(apply(text, edits)).toBe(`${HEADER}[V:S] c d e f|\n[V:A] c4|\n[V:S] c4    |\n[V:A] c2 c2 |\n`);
  });

  it('keeps CRLF', () => {
    expect(formatted('X:1\r\nK:C\r\nc4|d4|\r\n')).toBe('X:1\r\nK:C\r\nc4 | d4 |\r\n');
  });
});

describe('laws of formatting', () => {
  const token = fc.constantFrom(
    'c',
    'd2',
    'e/',
    '?x2',
    '?Z',
    'Z2',
    '[CE]',
    '"G"',
    '!fermata!',
    '|',
    '|',
    ':|',
    '|:',
    '|1',
    '[2',
    '-',
    '(3',
    ' ',
    '  ',
    '\t',
    '\n',
    '[V:A]',
    '[V:S] ',
    '\n[V:S]',
    '\n[V:A] ',
    '\nV:T\n',
    '\nw: la la\n',
    '% c ',
    '\\',
    '&',
    '{g}',
    '>',
    '[K:G]',
    '@c',
    '"',
    '[',
    '!',
    ']',
  );
  const text = fc.array(token, { maxLength: 60 }).map((parts) => HEADER + parts.join(''));

  it('a formatted text stays as it is', () => {
    fc.assert(
      fc.property(text, (source) => {
        const once = formatted(source);
        expect(formatted(once)).toBe(once);
      }),
      { numRuns: cases(300) },
    );
  });

  it('the music is the same, and so is everything but spaces', () => {
    fc.assert(
      fc.property(text, (source) => {
        const after = formatted(source);
        expect(after.replace(/[ \t]/g, '')).toBe(source.replace(/[ \t]/g, ''));
        expect(music(parse(after).score)).toBe(music(parse(source).score));
      }),
      { numRuns: cases(300) },
    );
  });

  it.skipIf(!hasData('abc'))('hold for real files (skipped without them)', () => {
    for (const { name, text: source } of hymns()) {
      const once = formatted(source);
      expect(formatted(once), name).toBe(once);
      expect(music(parse(once).score), name).toBe(music(parse(source).score));
    }
  });
});
