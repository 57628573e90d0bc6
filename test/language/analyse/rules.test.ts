import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { checkRules, countOffences, RULES } from '../../../src/language/analyse/rules.ts';
import { cases, full } from '../../effort.ts';
import { chorales, hasData } from '../formats/corpus.ts';
import { key, piece, type Recipe } from './piece.ts';

// Real music and many random cases take a while on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const codes = (recipe: Recipe, mode: 'bach' | 'strict' = 'strict'): string[] =>
  checkRules(piece(recipe), mode).map((problem) => problem.code);

describe('rules over two voices', () => {
  const table: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['parallel fifths', ['G4 A4', '', '', 'C4 D4'], ['parallel-fifths']],
    ['parallel fifths an octave apart', ['G4 A4', '', '', 'C3 D3'], ['parallel-fifths']],
    ['parallel octaves', ['C5 D5', '', '', 'C3 D3'], ['parallel-octaves']],
    ['parallel unisons', ['', '', 'C4 D4', 'C4 D4'], ['parallel-octaves', 'voice-overlap']],
    ['a fifth repeated is none', ['G4 G4', '', '', 'C4 C4'], []],
    ['a diminished fifth first is none', ['F4 G4', '', '', 'B3 C4'], []],
    ['parallel thirds are fine', ['E4 F4', 'C4 D4', '', ''], []],
    ['a fifth to a twelfth by contrary motion', ['G4 D5', '', '', 'C4 G3'], ['contrary-perfects']],
    ['a hidden fifth: both up, soprano leaps', ['C4 G4', '', '', 'A3 C4'], ['hidden-fifths']],
    ['no hidden fifth when the soprano steps', ['F4 G4', '', '', 'A3 C4'], []],
    ['a hidden octave', ['E4 A4', '', '', 'G3 A3'], ['hidden-octaves']],
    ['hidden fifths between inner voices pass', ['', 'C4 G4', 'A3 C4', ''], []],
    ['crossing', ['C4', 'E4', '', ''], ['voice-crossing']],
    ['overlap without crossing', ['', '', 'E4 G4', 'C4 F4'], ['voice-overlap']],
    ['soprano and alto over an octave', ['C5', 'A3', '', ''], ['wide-spacing']],
    ['tenor and bass may be', ['', '', 'C4', 'C2'], []],
    ['an octave exactly is fine', ['C5', 'C4', '', ''], []],
    ['not across a rest', ['G4 r A4', '', '', 'C4 r D4'], []],
    ['the second note held by one voice', ['G4 A4', '', '', 'C4:2'], []],
  ];
  it.each(table)('%s', (_, voices, expected) => expect(codes({ voices })).toEqual(expected));

  it('names both voices and both moments, and points at all four notes', () => {
    const [problem] = checkRules(piece({ voices: ['E4 G4 A4', '', '', 'C4 C4 D4'], pickup: 1 }));
    expect(problem?.message).toBe(
      'Parallel fifths between soprano and bass, from G4/C4 (bar 1, beat 1) to A4/D4 (bar 1, beat 2). ' +
        'Let one voice move the other way or to another tone of the chord.',
    );
    expect(problem?.span.start).toBe(4);
    expect(problem?.related?.map((r) => r.message)).toEqual([
      'Soprano G4, bar 1, beat 1',
      'Bass C4, bar 1, beat 1',
      'Bass D4, bar 1, beat 2',
    ]);
  });

  it('finds them over ties: a tied note is one note', () => {
    expect(codes({ voices: ['G4:1~ G4:1 A4', '', '', 'C4:2 D4'] })).toEqual(['parallel-fifths']);
  });
});

describe('rules over one voice', () => {
  const table: readonly (readonly [string, string, readonly string[]])[] = [
    ['augmented second', 'F4 G#4', ['augmented-leap']],
    ['the same sound as a minor third', 'F4 Ab4', []],
    ['tritone up', 'F4 B4', ['augmented-leap']],
    ['tritone down', 'B4 F4', ['augmented-leap']],
    ['diminished fifth', 'B4 F5', []],
    ['chromatic semitone', 'F4 F#4', []],
    ['octave', 'C4 C5', []],
    ['minor seventh', 'D4 C5', ['large-leap']],
    ['ninth', 'C4 D5', ['large-leap']],
    ['not across a fermata', 'C4! D5', []],
  ];
  it.each(table)('%s', (_, soprano, expected) => expect(codes({ voices: [soprano] })).toEqual(expected));
});

describe('the leading tone', () => {
  const cadence = (alto: string): Recipe => ({
    voices: ['D5:2 C5:2!', alto, 'G4:2 E4:2!', 'G3:2 C3:2!'],
  });
  it('rises to the tonic', () => expect(codes(cadence('B4:2 C5:2!'), 'bach')).toEqual([]));
  it('may fall to the fifth in an inner voice, but not by the strict rules', () => {
    expect(codes(cadence('B4:2 G4:2!'), 'bach')).toEqual([]);
    expect(codes(cadence('B4:2 G4:2!'), 'strict')).toContain('falling-leading-tone');
  });
  it('may not fall in the soprano', () =>
    expect(codes({ voices: ['B4:2 G4:2!', 'G4:2 E4:2!', 'D4:2 C4:2!', 'G3:2 C3:2!'] }, 'bach')).toContain(
      'unresolved-leading-tone',
    ));
  it('is not doubled', () =>
    expect(codes({ voices: ['B4:2 C5:2', 'F4:2 E4:2', 'D4:2 C4:2', 'B2:2 C3:2'] }, 'bach')).toContain(
      'doubled-leading-tone',
    ));
  it('in minor is the raised seventh', () =>
    expect(
      codes(
        { key: key('A', 'minor'), voices: ['G#4:2 E4:2!', 'E4:2 C4:2!', 'B3:2 A3:2!', 'E3:2 A2:2!'] },
        'bach',
      ),
    ).toContain('unresolved-leading-tone'));
});

describe('laws', () => {
  const names = ['C3', 'D3', 'E3', 'G3', 'A3', 'B3', 'C4', 'D4', 'E4', 'F4', 'G4', 'A4', 'B4', 'C5', 'r'];
  const line = fc
    .array(fc.constantFrom(...names), { minLength: 8, maxLength: 8 })
    .map((notes) => notes.join(' '));
  const four = fc.array(line, { minLength: 4, maxLength: 4 });

  it('strict findings contain those of Bach, off finds nothing', () => {
    fc.assert(
      fc.property(four, (voices) => {
        const score = piece({ voices });
        const strict = checkRules(score, 'strict').map((p) => p.message);
        for (const { message } of checkRules(score, 'bach')) expect(strict).toContain(message);
        expect(checkRules(score, 'off')).toEqual([]);
      }),
      { numRuns: cases(50) },
    );
  });

  it('counts what it finds', () => {
    fc.assert(
      fc.property(four, (voices) => {
        const score = piece({ voices });
        const { offences } = countOffences(score);
        const found = checkRules(score, 'strict');
        for (const { code } of RULES)
          expect(found.filter((p) => p.code === code)).toHaveLength(offences[code]!);
      }),
      { numRuns: cases(50) },
    );
  });

  it('is indifferent to transposition by an octave', () => {
    const up = (voice: string): string => voice.replace(/\d/g, (octave) => String(Number(octave) + 1));
    fc.assert(
      fc.property(four, (voices) => {
        expect(codes({ voices: voices.map(up) })).toEqual(codes({ voices }));
      }),
      { numRuns: cases(50) },
    );
  });
});

describe('the chorales', () => {
  const file = 'jsb16.valid.json';
  it.skipIf(!full || !hasData(file))('break the rules as rarely as is known of Bach', () => {
    let pairs = 0;
    const sums: Record<string, number> = {};
    for (const { score } of chorales(file)) {
      const { offences, movingPairs } = countOffences(score);
      pairs += movingPairs;
      for (const [code, count] of Object.entries(offences)) sums[code] = (sums[code] ?? 0) + count;
    }
    const rate = (code: string): number => (1000 * sums[code]!) / pairs;
    expect(rate('parallel-fifths')).toBeGreaterThan(0.3);
    expect(rate('parallel-fifths')).toBeLessThan(1.5);
    expect(rate('parallel-octaves')).toBeGreaterThan(0.2);
    expect(rate('parallel-octaves')).toBeLessThan(1.2);
    expect(rate('doubled-leading-tone')).toBeLessThan(0.3);
  });
});
