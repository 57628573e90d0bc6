// Real hymns: resampled with their own notes they say the same again; opened and filled by chance they say what was
// drawn. Skipped where the hymns are not there.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { midi } from '../../../src/language/pitch.ts';
import { toGrid } from '../../../src/language/read/grid.ts';
import { parse } from '../../../src/language/read/parse.ts';
import { type Filled, type Grid, HELD, STARTS } from '../../../src/language/roll.ts';
import type { Voice } from '../../../src/language/score.ts';
import { apply } from '../../../src/language/write/edits.ts';
import { fill } from '../../../src/language/write/fill.ts';
import { spread } from '../../effort.ts';
import { chance, fillByChance } from './filler.ts';

const folder = process.env.CANTUS_DATA ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const hymns = join(folder, 'abc');
const all = existsSync(hymns) ? readdirSync(hymns).filter((name) => name.endsWith('.abc')) : [];
const files = spread(all, 200);
if (files.length === 0) console.warn(`No hymns in ${hymns}: set CANTUS_DATA. Their tests are skipped.`);
const read = (name: string): string => readFileSync(join(hymns, name), 'latin1');

const sounds = (grid: Pick<Grid, 'steps'>, filled: Filled): string[] =>
  [0, 1, 2, 3].map((v) =>
    Array.from({ length: grid.steps }, (_, step) => {
      const cell = 4 * step + v;
      const pitch = filled.pitch[cell]!;
      const after = step > 0 && filled.pitch[cell - 4]! >= 0;
      return pitch < 0 ? '.' : `${pitch}${after && filled.onset[cell] === STARTS ? "'" : ''}`;
    }).join(' '),
  );

const LOWER: readonly Voice[] = [1, 2, 3];
const NOTHING = { mode: 'fill', bars: { from: 0, to: 0 } } as const;

const sopranoOf = (text: string): string => {
  const { score } = parse(text);
  return score.parts[0].events
    .map(({ span, pitches }) => text.slice(span.start, span.end) + pitches.map(midi).join())
    .join(' ');
};

describe.skipIf(files.length === 0)('fill in real hymns', () => {
  it.each(files)('%s', { timeout: 60_000 }, (name) => {
    const text = read(name);
    const parsed = parse(text);
    const plain = toGrid(parsed.score, NOTHING);
    const present = sounds(plain.grid, plain.grid);
    const anyRange = { low: 0, high: 127 };
    const { directives } = parsed.score;
    const wide = { ...directives, range: [anyRange, anyRange, anyRange, anyRange] as const };
    const wish = (cell: number) => {
      const starts = plain.grid.onset[cell] !== HELD;
      return { pitch: plain.grid.pitch[cell]!, starts };
    };
    for (const rhythm of ['free', 'keep'] as const) {
      const open = toGrid({ ...parsed.score, directives: wide }, { mode: 'resample', voices: LOWER, rhythm });
      const again = apply(text, fill(parsed, open, fillByChance(open.grid, chance(1), wish), 'accept'));
      const reread = toGrid(parse(again).score, NOTHING);
      expect(sounds(reread.grid, reread.grid), `${rhythm}, own notes`).toEqual(present);
      const gridded = toGrid(parsed.score, { mode: 'resample', voices: LOWER, rhythm });
      const filled = fillByChance(gridded.grid, chance(2));
      for (const policy of ['accept', 'keep-open'] as const) {
        const fresh = apply(text, fill(parsed, gridded, filled, policy));
        const heard = toGrid(parse(fresh).score, NOTHING);
        expect(sounds(heard.grid, heard.grid), `${rhythm}, ${policy}`).toEqual(sounds(gridded.grid, filled));
        expect(sopranoOf(fresh)).toBe(sopranoOf(text));
      }
    }
  });
});
