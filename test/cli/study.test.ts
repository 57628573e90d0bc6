// The whole study in small: pieces made here, a tiny network, tables and curves at the end.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDrawing } from '../../src/cli/curves.ts';
import type { Options } from '../../src/cli/rows.ts';
import { studyRow } from '../../src/cli/study.ts';
import type { StudyFigures } from '../../src/engine/training/study.ts';

let folder = '';
let data = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'study-'));
  data = join(folder, 'made.json');
  const steps = Array.from({ length: 96 }, (_, t) => (t % 8 < 4 ? [72, 67, 60, 48] : [74, 65, 62, 50]));
  const pieces = Array.from({ length: 10 }, (_, shift) => ({
    id: `made ${shift}`,
    steps: steps.map((step) => step.map((pitch) => pitch + (shift % 3))),
    time: '4/4',
    phase: 0,
  }));
  writeFileSync(data, JSON.stringify({ pieces }));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** With `stop`, it is stopped at its first report of a step, as Ctrl-C stops it. */
async function run(options: Options, stop?: AbortController) {
  const streams = { out: '', err: '' };
  const shell = {
    out: (text: string | Uint8Array) => {
      streams.out += String(text);
    },
    err: (text: string) => {
      streams.err += text;
      if (text.includes('step')) stop?.abort();
    },
    signal: (stop ?? new AbortController()).signal,
    now: () => 0,
  };
  const code = await studyRow.run(shell, [], options);
  return { code, ...streams };
}

describe('study', () => {
  it('trains and measures three grids, compares schedules, and writes what it found', async () => {
    const out = join(folder, 'study');
    const options = { data, out, quick: true, seed: 3, json: true };
    const first = await run(options);
    expect(first.code).toBe(0);
    const figures: StudyFigures = JSON.parse(first.out);
    expect(figures.spec).toMatchObject({ preset: 'seed', layers: 4, filters: 6 });
    expect(figures.grids.map(({ resolution }) => resolution)).toEqual([16, 8, 4]);
    for (const {
      resolution,
      pieces,
      validated,
      steps,
      losses,
      masked,
      framewise,
      hold,
      long,
      chains,
    } of figures.grids) {
      expect([pieces, validated, steps]).toEqual([9, 1, 50]);
      expect(losses.map(({ step }) => step)).toEqual([25, 50]);
      expect(losses[1].loss).toBeLessThan(losses[0].loss);
      expect(masked.masked).toBeLessThan(Math.log(46));
      expect(framewise.count).toBe(8);
      expect(framewise.mean).toBeGreaterThan(0);
      expect(hold.mean).toBeGreaterThan(0);
      expect(long).toMatchObject({ schedule: 'seed', rounds: 4 * resolution });
      expect(chains.map(({ schedule }) => schedule)).toEqual(['seed', 'coconet', 'magenta', 'chorale']);
      for (const chain of [long, ...chains]) {
        expect(chain.curve[0].round).toBe(1);
        expect(chain.curve.at(-1)).toEqual({ round: chain.rounds, nll: chain.nll });
        expect(chain.ownSample).toBeGreaterThan(0);
        // One question a round, and at most one about what is struck anew.
        expect(chain.forwards - chain.rounds).toBeGreaterThanOrEqual(0);
        expect(chain.forwards - chain.rounds).toBeLessThanOrEqual(1);
      }
    }
    const results = readFileSync(join(out, 'RESULTS.md'), 'utf8');
    expect(results).toContain(figures.grids[0].framewise.mean.toFixed(3));
    // magenta-js's slip erases 68 % of the cells where Coconet's own code erases 38 %.
    expect(results).toMatch(/`magenta` \| 100 % .* 68 % \|/);
    expect(results).toMatch(/`coconet` \| 90 % .* 38 % \|/);
    for (const name of ['losses', 'steps', 'schedules']) {
      expect(results).toContain(`](${name}.svg)`);
      expect(readFileSync(join(out, `${name}.svg`), 'utf8')).toMatch(
        /^<svg[\s\S]*aria-roledescription="line mark"/,
      );
    }

    // What is trained is not trained again, and what is measured again reads the same.
    const again = await run(options);
    expect(again.err).not.toContain('step 25');
    const timeless = (found: StudyFigures) =>
      found.grids.map(({ trainingLoss, framewise, long, chains }) => [
        trainingLoss,
        framewise,
        ...[long, ...chains].map(({ seconds, ...rest }) => (seconds > 0 ? rest : null)),
      ]);
    expect(timeless(JSON.parse(again.out))).toEqual(timeless(figures));
  }, 240_000);

  it('keeps what is trained when it is stopped', async () => {
    const out = join(folder, 'stopped');
    await expect(run({ data, out, quick: true }, new AbortController())).rejects.toThrow('goes on');
    expect(existsSync(join(out, 'RESULTS.md'))).toBe(false);
    const on = await run({ data, out, quick: true });
    expect(on.err).not.toContain('1/16: step 25,');
    expect(on.err).toContain('1/16: step 50,');
    expect(on.out).toBe(`${join(out, 'RESULTS.md')}\n`);
    expect(JSON.parse(readFileSync(join(out, 'study.json'), 'utf8')).grids[0].losses.length).toBe(2);
  }, 240_000);

  it('says what is missing', async () => {
    await expect(run({ data })).rejects.toThrow('--out');
    await expect(run({ data, out: folder, minutesEach: 'long' })).rejects.toThrow('--minutes-each');
  });
});

it('draws curves as SVG', async () => {
  const draw = await loadDrawing();
  const points = [0, 1, 2].map((x) => ({ x, y: x * x, series: 'squares' }));
  const svg = await draw!({ title: 'Made', x: 'a', y: 'b', series: 'c', points });
  expect(svg).toContain('squares');
  expect(svg).toContain('Made');
});
