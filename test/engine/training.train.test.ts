// A whole training run in small: it learns, it goes on exactly where it stopped, and what it leaves can be run.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foldNetwork, layersOf, parametersOf, specOf, totalSize } from '../../src/engine/network.ts';
import { startOnnx } from '../../src/engine/runtimes/onnx.ts';
import type { Piece } from '../../src/engine/training/corpus.ts';
import { excerpt } from '../../src/engine/training/examples.ts';
import { freshState, stateFrom, type TrainingState } from '../../src/engine/training/state.ts';
import {
  DEFAULT_PLAN,
  type Progress,
  resume,
  type TrainingPlan,
  train,
  weightsPath,
} from '../../src/engine/training/train.ts';
import { transferWeights } from '../../src/engine/training/transfer.ts';
import { readModel } from '../../src/engine/weights.ts';

const spec = specOf('cantus', 4, { filters: 8, layers: 4, dilations: [[1, 1]] });

/** Two chords in turn, in several keys. */
const pieces: readonly Piece[] = [0, 2, 4].map((shift) => ({
  id: `made ${shift}`,
  steps: 24,
  pitch: Int16Array.from(
    Array.from({ length: 24 }, (_, t) =>
      (t % 2 ? [74, 65, 62, 50] : [72, 67, 60, 48]).map((p) => p + shift),
    ).flat(),
  ),
  phase: Int16Array.from({ length: 24 }, (_, t) => t % 4),
  barSteps: new Int16Array(24).fill(4),
  fermata: null,
  onset: new Uint8Array(96).fill(1),
}));

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'train-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** With `stop`, it is stopped at its first report, as Ctrl-C stops it. */
async function run(
  state: TrainingState,
  steps: number,
  name: string,
  stop?: AbortController,
  changes: Partial<TrainingPlan> = {},
): Promise<Progress[]> {
  const reports: Progress[] = [];
  await train({
    state,
    pieces,
    validation: pieces.slice(0, 1),
    dataNames: ['made'],
    plan: { ...DEFAULT_PLAN, until: { steps }, batch: 4, columns: 12, warmup: 5, rate: 2e-2, ...changes },
    folder: join(folder, name),
    report: (progress) => {
      reports.push(progress);
      stop?.abort();
    },
    ...(stop ? { signal: stop.signal } : {}),
  });
  return reports;
}

describe('training', () => {
  it('learns', async () => {
    const reports = await run(freshState(spec, 1), 150, 'learns');
    const first = reports[0]!;
    const last = reports.at(-1)!;
    expect(first.loss).toBeGreaterThan(1.6);
    expect(last.loss).toBeLessThan(1.2);
    expect(last.figures!.masked).toBeLessThan(1);
    const model = readModel(readFileSync(weightsPath(join(folder, 'learns'))));
    expect(model.training).toMatchObject({ steps: 150, pieces: 3, seed: 1 });
    const network = await startOnnx(foldNetwork(model.spec, model.weights, model.statistics));
    const { view } = excerpt(pieces[0]!, 0, 24);
    view.erased[4 * 10 + 3] = 1;
    const [answer] = await network.predict([view]);
    const row = answer!.pitch.subarray(43 * 46, 44 * 46);
    expect(row.indexOf(Math.max(...row)) + 36).toBe(48);
    await network.close();
  }, 60_000);

  it('learns from replicas as from one batch', async () => {
    const first = freshState(spec, 4);
    await run(first, 60, 'replicas', undefined, { replicas: 2, batch: 2 });
    const again = freshState(spec, 4);
    const reports = await run(again, 60, 'replicas', undefined, { replicas: 2, batch: 2 });
    expect(reports.at(-1)!.loss).toBeLessThan(0.8 * reports[0]!.loss);
    expect(again.weights).toEqual(first.weights);
  }, 60_000);

  it('goes on exactly from its checkpoint', async () => {
    const whole = freshState(spec, 2);
    await run(whole, 30, 'whole');
    const stop = new AbortController();
    await run(freshState(spec, 2), 30, 'parts', stop);
    const taken = await resume(join(folder, 'parts'));
    expect(taken.step).toBe(25);
    await run(taken, 30, 'parts');
    expect(taken.step).toBe(30);
    expect(taken.weights).toEqual(whole.weights);
    expect(taken.second).toEqual(whole.second);
    expect(taken.average).toEqual(whole.average);
    expect(taken.statistics).toEqual(whole.statistics);
  }, 60_000);
});

describe('weights on a coarser grid', () => {
  const fine = specOf('cantus', 16, { filters: 4, layers: 4 });

  it.each([8, 4] as const)('of 1/%i read the first steps of each part of a beat', async (grid) => {
    const coarse = specOf('cantus', grid, { filters: 4, layers: 4 });
    const { weights, statistics } = freshState(fine, 3);
    const moved = transferWeights(fine, coarse, weights);
    expect(moved.length).toBe(totalSize(parametersOf(coarse)));
    const [last] = layersOf(fine).slice(-1);
    const at = (spec: typeof fine, name: string) => parametersOf(spec).find((p) => p.name === name)!;
    const stride = 16 / grid;
    const rows = at(coarse, `${last!.name}.weight`);
    const source = at(fine, `${last!.name}.weight`);
    const size = rows.size / rows.shape[0]!;
    for (let row = 0; row < rows.shape[0]!; row++) {
      const from = source.offset + row * stride * size;
      expect(moved.subarray(rows.offset + row * size, rows.offset + (row + 1) * size)).toEqual(
        weights.subarray(from, from + size),
      );
    }
    const hidden = at(coarse, 'layer1.weight');
    const before = at(fine, 'layer1.weight');
    expect(moved.subarray(hidden.offset, hidden.offset + hidden.size)).toEqual(
      weights.subarray(before.offset, before.offset + before.size),
    );
    expect(stateFrom(coarse, moved, statistics, 1).weights).toEqual(moved);
  });

  it.each([16, 8] as const)('leave room for the echoes of a network that knew none (1/%i)', (grid) => {
    const knows = specOf('cantus', grid, { filters: 4, layers: 4 });
    const without = { ...fine, inputs: { ...fine.inputs, echo: false } };
    const { weights } = freshState(without, 3);
    const moved = transferWeights(without, knows, weights);
    const first = parametersOf(knows).find((p) => p.name === 'layer0.weight')!;
    const was = parametersOf(without).find((p) => p.name === 'layer0.weight')!;
    // Rolls, masks, held, onsets and rests stand before the echoes: seven planes of four voices.
    const before = 28 * knows.fold;
    const echoes = 4 * knows.fold;
    for (let filter = 0; filter < 4; filter++) {
      const row = first.offset + filter * first.shape[1]! * 9;
      const source = was.offset + filter * was.shape[1]! * 9;
      const empty = moved.subarray(row + 9 * before, row + 9 * (before + echoes));
      expect(empty.every((w) => w === 0)).toBe(true);
      expect(moved.subarray(row, row + 9)).toEqual(weights.subarray(source, source + 9));
      const steps = 3 * 4 + 12;
      if (grid === 16) {
        const end = row + 9 * first.shape[1]!;
        const its = source + 9 * was.shape[1]!;
        expect(moved.subarray(end - 9 * steps, end)).toEqual(weights.subarray(its - 9 * steps, its));
      }
    }
    expect(() => transferWeights(knows, without, moved)).toThrow(/grid/);
  });

  it('leave room, last of all, for the key', () => {
    const without = { ...fine, inputs: { ...fine.inputs, key: false } };
    const { weights } = freshState(without, 3);
    const moved = transferWeights(without, fine, weights);
    const first = parametersOf(fine).find((p) => p.name === 'layer0.weight')!;
    const was = parametersOf(without).find((p) => p.name === 'layer0.weight')!;
    const width = 9 * was.shape[1]!;
    for (let filter = 0; filter < 4; filter++) {
      const row = first.offset + filter * 9 * first.shape[1]!;
      const source = was.offset + filter * width;
      expect(moved.subarray(row, row + width)).toEqual(weights.subarray(source, source + width));
      expect([...moved.subarray(row + width, row + width + 18)]).toEqual(Array(18).fill(0));
    }
    expect(() => transferWeights(fine, without, moved)).toThrow(/grid/);
  });

  it('are refused for another shape', () => {
    const other = specOf('cantus', 8, { filters: 8, layers: 4 });
    expect(() => transferWeights(fine, other, new Float32Array(0))).toThrow(/grid/);
  });
});
