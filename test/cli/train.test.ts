// `cantus train` and `cantus evaluate` from files to files.

import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluateRow } from '../../src/cli/evaluate.ts';
import type { Options, Row } from '../../src/cli/rows.ts';
import { trainRow } from '../../src/cli/train.ts';
import { readModel } from '../../src/engine/weights.ts';

let folder = '';
let data = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rows-'));
  data = join(folder, 'pieces.json');
  const steps = Array.from({ length: 64 }, (_, t) => (t % 8 < 4 ? [72, 67, 60, 48] : [74, 65, 62, 50]));
  const pieces = [
    {
      id: 'one',
      steps,
      time: '4/4',
      phase: 0,
      fifths: 0,
      key: 'C',
      onsets: new Array(4).fill('10'.repeat(32)),
    },
    { id: 'two', steps: steps.map((step) => step.map((p) => p + 1)), time: '4/4', phase: 0 },
    { id: 'three', steps: [[60]] },
  ];
  writeFileSync(data, JSON.stringify({ pieces }));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function run(row: Row, options: Options): Promise<{ code: number; out: string; err: string }> {
  const streams = { out: '', err: '' };
  const code = await row.run(
    {
      out: (text) => {
        streams.out += String(text);
      },
      err: (text) => {
        streams.err += text;
      },
      signal: new AbortController().signal,
      now: () => 0,
    },
    [],
    options,
  );
  return { code, ...streams };
}

const small = { filters: 6, layers: 4, batch: 2, columns: 8 };

describe('train and evaluate', () => {
  it('make a model with its card, train it further, take it to another grid and measure it', async () => {
    const out = join(folder, 'mine');
    const first = await run(trainRow, { data, valid: data, out, steps: 3, seed: 5, ...small });
    expect(first.code).toBe(0);
    expect(first.err).toContain('three: not used, not every step has four voices');
    expect(first.out).toMatch(/step 3 .* valid: masked \d/);
    expect(readFileSync(join(out, 'card.md'), 'utf8')).toContain('# mine');

    const on = await run(trainRow, { data, out, steps: 5, resume: true, json: true, ...small });
    expect(JSON.parse(on.out.trim().split('\n').at(-1)!)).toMatchObject({ step: 5, figures: null });

    const pupil = join(folder, 'pupil');
    const taught = { data, out: pupil, teacher: [out, out], trust: 1, steps: 2, ...small };
    expect((await run(trainRow, taught)).code).toBe(0);
    await expect(run(trainRow, { ...taught, grid: '8' })).rejects.toThrow('--teacher: its grid');

    const other = join(folder, 'eighths');
    const more = join(folder, 'more.json');
    copyFileSync(data, more);
    await run(trainRow, { data: more, out: other, from: out, grid: '8', steps: 2, ...small });
    const model = readModel(readFileSync(join(other, 'weights.bin')));
    expect(model.training.data).toEqual([basename(data), 'more.json']);
    expect(model.spec).toMatchObject({ resolution: 8, fold: 2, filters: 6 });
    expect(existsSync(join(other, 'state.bin'))).toBe(true);

    const measured = await run(evaluateRow, {
      data,
      model: other,
      grid: '8',
      orderings: 2,
      crop: 8,
      apart: data,
      json: true,
    });
    const { rows, protocol } = JSON.parse(measured.out);
    expect(protocol).toMatchObject({ order: 'random', orderings: 2, crop: 8, hidden: [] });
    const measures = rows.map(
      (row: { measure: string; predictor: string }) => `${row.predictor}: ${row.measure}`,
    );
    expect(measures).toEqual(
      expect.arrayContaining(['eighths: framewise', 'eighths: melody given', 'hold: framewise']),
    );
    expect(rows[0]).toMatchObject({ pieces: 2, count: 16 });
    expect(protocol.grid).toBe(8);

    const short = { data, model: other, orderings: 1, crop: 4, hide: ['key', 'metre'] };
    const table = await run(evaluateRow, { ...short, card: true });
    expect(table.out).toContain(
      'grid of 8, random order, M = 1, first 4 steps, with fermatas, without metre and key',
    );
    expect(table.out).toMatch(/melody given +hold/);
    const card = readFileSync(join(other, 'card.md'), 'utf8');
    expect(card).toContain('# eighths');
    expect(card).toMatch(
      /\| framewise \| \d+\.\d{3} ± \d+\.\d{3} \| random order, M = 1, first 4 steps, with fermatas, without/,
    );

    await expect(run(evaluateRow, { ...short, hide: 'notes' })).rejects.toThrow(
      '--hide: wants one of metre, fermatas, key, not "notes"',
    );

    // What was measured another way stays; what was measured this way is renewed.
    await run(evaluateRow, { ...short, order: 'chronological', card: true });
    await run(evaluateRow, { ...short, card: true });
    const framewise = readFileSync(join(other, 'card.md'), 'utf8').match(/^\| framewise \|.*$/gm)!;
    expect(framewise.map((line) => /(\w+) order/.exec(line)![1]).sort()).toEqual(['chronological', 'random']);

    const asked = { data, model: other, profile: true, fills: 3, crop: 16, voices: 'A,B', steps: 2 };
    const style = JSON.parse((await run(evaluateRow, { ...asked, json: true })).out);
    expect(style.protocol).toMatchObject({ fills: 3, pieces: 1, voices: 'AB', rules: 'bach', steps: 2 });
    expect(style.ownSampleNll).toBeGreaterThan(0);
    const repeated = style.habits.find(({ code }: { code: string }) => code === 'repeated');
    // Sixteen eighths, all struck; the pitch changes at every other one.
    expect(repeated.bach).toBeCloseTo((100 * 8) / 15, 5);
    const { counted } = style.habits.find(({ code }: { code: string }) => code === 'onsets-S');
    expect(counted.fills).toEqual({ count: 3 * counted.bach.count, of: 3 * 16 });
    const lines = (await run(evaluateRow, asked)).out;
    expect(lines).toContain('3 fills of AB in 1 piece (the last 16 steps), eighths on a grid of 8');
    expect(lines).toMatch(/last chord the tonic triad in root position, % +\d/);
    expect(lines).toMatch(/own-sample NLL/);
    await expect(run(evaluateRow, { data, model: other, grid: '16' })).rejects.toThrow('for a grid of 8');
  }, 60_000);

  it('say what is missing', async () => {
    await expect(run(trainRow, { out: folder })).rejects.toThrow('--data');
    await expect(run(evaluateRow, {})).rejects.toThrow('--data');
    await expect(run(evaluateRow, { data, grid: '32' })).rejects.toThrow('16, 8, 4');
    await expect(run(evaluateRow, { data, model: join(folder, 'nowhere') })).rejects.toThrow('no model');
  });
});
