import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import util from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import { PRESETS, type PresetName, specOf } from '../../src/engine/network.ts';
import type { Predict } from '../../src/engine/predict.ts';
import { CANDIDATES } from '../../src/engine/runtimes/candidates.ts';
import {
  type Candidate,
  chooseRuntime,
  differenceFrom,
  type Started,
} from '../../src/engine/runtimes/choose.ts';
import {
  generateNetwork,
  generateView,
  goldenOf,
  referenceAnswer,
} from '../../src/engine/runtimes/golden.ts';
import { startNodeGpu } from '../../src/engine/runtimes/tfjs-node-gpu.ts';

// The reference is slow, and slower on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const PRESET_NAMES = Object.keys(PRESETS) as PresetName[];
const SMALL = { filters: 6, layers: 5, pitches: 12, lowest: 55 };
const spec = specOf('cantus', 16, SMALL);
const network = generateNetwork(spec, 1);
const OPEN = { runtime: null, threads: 1, gpuFolder: null };

/** Rounding of 32-bit sums; the tolerance of the choice is far wider. */
const ROUNDING = 1e-4;

const candidate = (name: string): Candidate => CANDIDATES.find(({ runtime }) => runtime === name)!;

describe.each(['onnx', 'tfjs-wasm'])('%s agrees with the reference', (name) => {
  test.each(PRESET_NAMES)('on a network of the kind %s, in batches', async (preset) => {
    const golden = goldenOf(specOf(preset, 16), 7);
    const started = await candidate(name).start(golden.network, OPEN);
    expect(differenceFrom(golden, await started.predict(golden.views))).toBeLessThan(ROUNDING);
    await started.dispose();
  });

  test('whatever the grid, the length and the company of a view', async () => {
    for (const resolution of [16, 8, 4] as const) {
      const small = generateNetwork(specOf('cantus', resolution, SMALL), 2);
      const started = await candidate(name).start(small, OPEN);
      const views = [1, 2, 3, 7, 16, 33].map((steps) => generateView(small.spec, steps, steps));
      const together = await started.predict(views);
      for (const [i, view] of views.entries()) {
        const golden = { network: small, views: [view], answers: [referenceAnswer(small, view)] };
        expect(differenceFrom(golden, [together[i]!])).toBeLessThan(ROUNDING);
        expect(await started.predict([view])).toEqual([together[i]]);
      }
      await started.dispose();
    }
  });

  test('and gives the same bits every time', async () => {
    const views = [generateView(spec, 40, 3)];
    const runs = [];
    for (let run = 0; run < 2; run++) {
      const started = await candidate(name).start(network, OPEN);
      runs.push(await started.predict(views));
      await started.dispose();
    }
    expect(runs[0]).toEqual(runs[1]);
  });

  test('of nothing it makes nothing, and it heeds a signal', async () => {
    const started = await candidate(name).start(network, OPEN);
    expect(await started.predict([])).toEqual([]);
    const views = [generateView(spec, 4, 1)];
    await expect(started.predict(views, AbortSignal.abort())).rejects.toMatchObject({ reason: 'cancelled' });
    await started.dispose();
  });
});

test('onnx gives the same bits on one thread and on several', async () => {
  const full = generateNetwork(specOf('cantus', 16, { layers: 6 }), 4);
  const views = [generateView(full.spec, 48, 6)];
  const answers = [];
  for (const threads of [1, 2, 3]) {
    const started = await candidate('onnx').start(full, { ...OPEN, threads });
    answers.push(await started.predict(views));
    await started.dispose();
  }
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[2]).toEqual(answers[0]);
});

test('onnx and tfjs-wasm agree with each other on a network of full size', async () => {
  const full = generateNetwork(specOf('cantus', 16), 3);
  const views = [generateView(full.spec, 32, 5)];
  const [onnx, wasm] = [
    await candidate('onnx').start(full, OPEN),
    await candidate('tfjs-wasm').start(full, OPEN),
  ];
  const golden = { network: full, views, answers: await onnx.predict(views) };
  expect(differenceFrom(golden, await wasm.predict(views))).toBeLessThan(1e-3);
  await onnx.dispose();
  await wasm.dispose();
});

test('the golden network tells a wrong convolution from rounding', async () => {
  const golden = goldenOf(spec);
  const layers = golden.network.layers.map((layer, i) =>
    // A runtime that ignores dilation in one layer only.
    i === 3 ? { ...layer, dilation: [1, 1] as const } : layer,
  );
  const wrong = golden.views.map((view) => referenceAnswer({ ...golden.network, layers }, view));
  expect(differenceFrom(golden, wrong)).toBeGreaterThan(0.1);
});

describe('the choice', () => {
  let disposed: string[] = [];
  const working: Started = {
    predict: async (views) => views.map((view) => referenceAnswer(network, view)),
    device: 'paper',
    threads: 1,
    dispose: async () => {},
  };
  /** A candidate that answers by the reference, bent by `bend`. */
  function fake(
    runtime: Candidate['runtime'],
    bend: (predict: Predict) => Predict | never,
    automatic = true,
  ): Candidate {
    return {
      runtime,
      merit: `merit of ${runtime}`,
      automatic,
      start: async (given) => ({
        ...working,
        predict: bend(async (views) => views.map((view) => referenceAnswer(given, view))),
        dispose: async () => void disposed.push(runtime),
      }),
    };
  }
  const right = (predict: Predict) => predict;
  const bentBy =
    (change: (p: number, i: number) => number) =>
    (predict: Predict): Predict =>
    async (views) =>
      (await predict(views)).map((answer) => ({ ...answer, pitch: answer.pitch.map(change) }));
  const throwing = (error: unknown) => (): never => {
    throw error;
  };

  test('takes the first that works, and says why not the others', async () => {
    disposed = [];
    const { report } = await chooseRuntime(network, OPEN, [
      fake('tfjs-node-gpu', throwing(new Error('not installed\n  at somewhere'))),
      fake('onnx-cuda', right, false),
      fake(
        'onnx',
        bentBy((p) => p * 0.9),
      ),
      fake(
        'onnx-webgpu',
        bentBy(() => Number.NaN),
      ),
      fake('onnx-coreml', (predict) => async (views) => (await predict(views)).slice(1)),
      fake('onnx-directml', throwing('text, not an error')),
      fake('tfjs-wasm', right),
    ]);
    expect(report).toMatchObject({
      runtime: 'tfjs-wasm',
      reason: 'merit of tfjs-wasm',
      device: 'paper',
      error: 0,
    });
    expect(report.rejected).toEqual([
      { runtime: 'tfjs-node-gpu', reason: 'not installed' },
      {
        runtime: 'onnx',
        reason: expect.stringMatching(/^its answers differ from the golden ones by 0\.\d+$/),
      },
      { runtime: 'onnx-webgpu', reason: 'its answers differ from the golden ones by NaN' },
      { runtime: 'onnx-coreml', reason: 'its answers differ from the golden ones by Infinity' },
      { runtime: 'onnx-directml', reason: 'text, not an error' },
    ]);
    // What was started for nothing is put away again; so is the small network of the one that won.
    expect(disposed).toEqual(['onnx', 'onnx-webgpu', 'onnx-coreml', 'tfjs-wasm']);
  });

  test('rejects one that fails only at full size', async () => {
    let starts = 0;
    const small = fake('onnx', (predict) => (++starts === 1 ? predict : bentBy(() => 0)(predict)));
    const { report } = await chooseRuntime(network, OPEN, [small, fake('tfjs-wasm', right)]);
    expect(report).toMatchObject({
      runtime: 'tfjs-wasm',
      rejected: [{ runtime: 'onnx', reason: 'its answer for this network is no distribution' }],
    });
  });

  test('keeps to the one that is pinned', async () => {
    const all = [
      fake('onnx', right),
      fake('onnx-cuda', right, false),
      fake('tfjs-wasm', throwing(new Error('no wasm'))),
    ];
    const pinned = (runtime: Candidate['runtime']) => chooseRuntime(network, { ...OPEN, runtime }, all);
    expect((await pinned('onnx-cuda')).report).toMatchObject({
      runtime: 'onnx-cuda',
      reason: 'it was asked for',
    });
    await expect(pinned('tfjs-wasm')).rejects.toMatchObject({
      reason: 'no-runtime',
      message: expect.stringMatching(/tfjs-wasm cannot be used \(tfjs-wasm: no wasm\)/),
    });
  });

  test.runIf(process.platform === 'linux').each(['onnx-directml', 'onnx-coreml'] as const)(
    'refuses %s where the library lacks it, instead of running on something else',
    async (runtime) => {
      await expect(chooseRuntime(network, { ...OPEN, runtime }, CANDIDATES)).rejects.toMatchObject({
        reason: 'no-runtime',
        message: expect.stringContaining(runtime),
      });
    },
  );

  test('says so when nothing works', async () => {
    const none = [
      fake('onnx', throwing(new Error('no binary'))),
      fake(
        'tfjs-wasm',
        bentBy((p) => 1 - p),
      ),
    ];
    await expect(chooseRuntime(network, OPEN, none)).rejects.toMatchObject({
      reason: 'no-runtime',
      message: expect.stringMatching(/onnx: no binary; tfjs-wasm: its answers differ/),
    });
  });

  test('as it stands takes ONNX Runtime here, and tfjs-node-gpu is not installed', async () => {
    const { started, report } = await chooseRuntime(network, OPEN, CANDIDATES);
    expect(report).toMatchObject({
      runtime: 'onnx',
      threads: 1,
      rejected: [{ runtime: 'tfjs-node-gpu', reason: 'not installed' }],
    });
    expect(report.error).toBeLessThan(ROUNDING);
    await started.dispose();
  });
});

describe('tfjs-node-gpu', () => {
  /** The library as it would be where it is installed: the same operations, on another backend. */
  async function library(changes: { isUsingGpuDevice?: boolean; backend?: string } = {}) {
    const tf = await import('@tensorflow/tfjs-core');
    const { isUsingGpuDevice = true, backend = 'tensorflow' } = changes;
    return { ...tf, ready: async () => {}, getBackend: () => backend, backend: () => ({ isUsingGpuDevice }) };
  }

  test('runs the network as the others do', async () => {
    // Starts the backend that stands in for the native one.
    await candidate('tfjs-wasm').start(network, OPEN);
    const tf = await library();
    const started = await startNodeGpu(network, null, () => tf);
    const views = [generateView(spec, 20, 1)];
    const golden = { network, views, answers: views.map((view) => referenceAnswer(network, view)) };
    expect(differenceFrom(golden, await started.predict(views))).toBeLessThan(ROUNDING);
    expect(started.device).toMatch(/GPU/);
    await started.dispose();
  });

  test.each([
    ['it has no GPU', { isUsingGpuDevice: false }, /finds no GPU/],
    ['its backend does not start', { backend: 'cpu' }, /backend did not start/],
  ])('is refused where %s', async (_, changes, reason) => {
    const tf = await library(changes);
    await expect(startNodeGpu(network, null, () => tf)).rejects.toThrow(reason);
  });

  test('is found by its folder, and loads although Node has lost what it calls', async () => {
    await candidate('tfjs-wasm').start(network, OPEN);
    const folder = mkdtempSync(join(tmpdir(), 'cantus-gpu-'));
    const installed = join(folder, 'node_modules/@tensorflow/tfjs-node-gpu');
    mkdirSync(installed, { recursive: true });
    writeFileSync(
      join(installed, 'package.json'),
      '{ "name": "@tensorflow/tfjs-node-gpu", "main": "index.js" }',
    );
    const core = createRequire(import.meta.url).resolve('@tensorflow/tfjs-core');
    writeFileSync(
      join(installed, 'index.js'),
      `if (!require('util').isNullOrUndefined(null)) throw new Error('wrong');
       const backend = () => ({ isUsingGpuDevice: true });
       module.exports = { ...require(${JSON.stringify(core)}), backend, ready: async () => {}, getBackend: () => 'tensorflow' };`,
    );
    const old = util as { isNullOrUndefined?: unknown };
    const kept = old.isNullOrUndefined;
    delete old.isNullOrUndefined;
    try {
      for (const place of [folder, installed]) {
        const { report, started } = await chooseRuntime(network, { ...OPEN, gpuFolder: place }, CANDIDATES);
        expect(report).toMatchObject({ runtime: 'tfjs-node-gpu', reason: 'it is installed and has a GPU' });
        await started.dispose();
      }
    } finally {
      old.isNullOrUndefined = kept;
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('is refused where it cannot be loaded, whatever it throws', async () => {
    await expect(startNodeGpu(network, null)).rejects.toThrow('not installed');
    await expect(startNodeGpu(network, '/nowhere')).rejects.toThrow('not installed in /nowhere');
    const { report } = await chooseRuntime(network, OPEN, [
      {
        ...candidate('tfjs-node-gpu'),
        start: (given) =>
          startNodeGpu(given, null, () => {
            throw Object.assign(new Error('libcudart.so.11.0: cannot open shared object file'), {
              code: 'ERR_DLOPEN_FAILED',
            });
          }),
      },
      candidate('onnx'),
    ]);
    expect(report.rejected[0]!.reason).toMatch(/libcudart/);
  });
});
