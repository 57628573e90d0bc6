import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { Bar } from '../../../src/language/score.ts';
import { TICKS_PER_QUARTER } from '../../../src/language/time.ts';
import { performanceOf, performanceOrder, tempoMap } from '../../../src/language/write/performance.ts';
import { piece } from '../analyse/piece.ts';

// Real music and many random cases take a while on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

/** Bars from shorthand: `|:` opens a repeat, `:|` closes one, `1` an ending, letters are bars. */
function bars(text: string): Bar[] {
  const template = piece({ voices: ['C4:4'] }).bars[0]!;
  const made: { -readonly [K in keyof Bar]: Bar[K] }[] = [];
  let opens: Bar['opens'] = { repeat: false, ending: null };
  for (const token of text.split(' ')) {
    const last = made[made.length - 1];
    if (/^[A-Z]$/.test(token)) {
      made.push({ ...template, onset: made.length * template.duration, barline: 'single', opens });
      opens = { repeat: false, ending: null };
    } else if (token === '|:') opens = { ...opens, repeat: true };
    else if (token === ':|') last!.barline = 'repeat-end';
    else if (token === '::') {
      last!.barline = 'repeat-both';
      opens = { ...opens, repeat: true };
    } else if (token === '||') last!.barline = 'double';
    else opens = { ...opens, ending: token };
  }
  return made;
}

const order = (text: string): string => {
  const names = text.split(' ').filter((token) => /^[A-Z]$/.test(token));
  return performanceOrder({ bars: bars(text) })
    .map(({ bar }) => names[bar])
    .join('');
};

describe('the order of playing', () => {
  it.each([
    ['A B C', 'ABC'],
    ['|: A B :| C', 'ABABC'],
    ['A B :| C', 'ABABC'],
    ['A |: B C :| D', 'ABCBCD'],
    ['|: A :| |: B :|', 'AABB'],
    ['|: A :: B :|', 'AABB'],
    ['A :: B :| C', 'AABBC'],
    ['|: A 1 B :| 2 C', 'ABAC'],
    ['|: A 1 B C :| 2 D E || F', 'ABCADEF'],
    ['|: A 1 B :| 2 C :| D', 'ABACD'],
    ['|: A 1,2 B :| 3 C', 'ABABAC'],
    ['|: A 1-2 B :| 3 C || D', 'ABABACD'],
    ['|: A 1 B :| 2 C |: D 1 E :| 2 F', 'ABACDEDF'],
    ['A :| B :|', 'AABB'],
    ['|: A B', 'AB'],
  ])('%s is played %s', (text, played) => expect(order(text)).toBe(played));

  it('ends, whatever the signs', () => {
    const token = fc.constantFrom('A', '|:', ':|', '::', '||', '1', '2', '1,3', '1-99999', '2-1', 'x');
    fc.assert(
      fc.property(fc.array(token, { maxLength: 30 }), (tokens) => {
        const made = bars(['A', ...tokens].join(' '));
        const played = performanceOrder({ bars: made });
        expect(played.length).toBeLessThanOrEqual(9 * 9 * made.length);
        played.slice(1).forEach((passage, i) => {
          expect(passage.at).toBe(played[i]!.at + made[played[i]!.bar]!.duration);
        });
      }),
    );
  });
});

describe('what sounds', () => {
  const spans = (voices: readonly string[]): string =>
    performanceOf(piece({ voices }))[0]
      .map((note) => `${note.at / TICKS_PER_QUARTER}+${note.duration / TICKS_PER_QUARTER}`)
      .join(' ');

  it('merges ties over bar lines and leaves repeated notes apart', () => {
    expect(spans(['C4:3 D4:1~ D4:2 D4:2'])).toBe('0+3 3+3 6+2');
  });
  it('does not tie different pitches', () => expect(spans(['C4:3 D4:1~ E4:4'])).toBe('0+3 3+1 4+4'));
  it('does not tie over a rest', () => expect(spans(['C4:1~ r:1 C4:2'])).toBe('0+1 2+2'));
});

describe('the tempo', () => {
  it('slows under fermatas only when asked, in playing time', () => {
    const score = {
      ...piece({ voices: ['C4:2 D4:2! E4:4'] }),
      tempos: [{ onset: 0, quarters: 100, text: null }],
    };
    expect(tempoMap(score)).toEqual([{ at: 0, quarters: 100 }]);
    expect(tempoMap(score, 2).map(({ at, quarters }) => [at / TICKS_PER_QUARTER, quarters])).toEqual([
      [0, 100],
      [2, 50],
      [4, 100],
    ]);
  });
});
