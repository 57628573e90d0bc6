// `cantus train` and `cantus evaluate` from files to files.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
    { id: 'one', steps, time: '4/4', phase: 0 },
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

    const other = join(folder, 'eighths');
    await run(trainRow, { data, out: other, from: out, grid: '8', steps: 2, ...small });
    const model = readModel(readFileSync(join(other, 'weights.bin')));
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
    expect(protocol).toMatchObject({ order: 'random', orderings: 2, crop: 8, dropContext: false });
    const measures = rows.map(
      (row: { measure: string; predictor: string }) => `${row.predictor}: ${row.measure}`,
    );
    expect(measures).toEqual(
      expect.arrayContaining(['eighths: framewise', 'eighths: melody given', 'hold: framewise']),
    );
    expect(rows[0]).toMatchObject({ pieces: 2, count: 16 });
  }, 60_000);

  it('say what is missing', async () => {
    await expect(run(trainRow, { out: folder })).rejects.toThrow('--data');
    await expect(run(evaluateRow, {})).rejects.toThrow('--data');
    await expect(run(evaluateRow, { data, grid: '32' })).rejects.toThrow('16, 8, 4');
    await expect(run(evaluateRow, { data, model: join(folder, 'nowhere') })).rejects.toThrow('no model');
  });
});
