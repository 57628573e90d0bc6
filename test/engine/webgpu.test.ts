// The GPU path on a software device: right, if slow. Where there is no such device, it is skipped.
import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEngine } from '../../src/engine/client.ts';
import { specOf } from '../../src/engine/network.ts';
import { differenceFrom } from '../../src/engine/runtimes/choose.ts';
import { generateView, generateWeights, referenceAnswer } from '../../src/engine/runtimes/golden.ts';
import { readNetwork, writeModel } from '../../src/engine/weights.ts';
import { type Bundle, bundle } from './bundle.ts';

/** SwiftShader, as Chromium brings it; its own Vulkan loader stands in where the system has none. */
const CHROMIUM = '/usr/lib/chromium';
const DRIVER = join(CHROMIUM, 'vk_swiftshader_icd.json');
const isPresent = process.platform === 'linux' && existsSync(DRIVER);
if (!isPresent) console.log(`No software GPU (${DRIVER}): the WebGPU test is skipped.`);

let entry: Bundle;
let model: string;
beforeAll(async () => {
  entry = await bundle(join(import.meta.dirname, '../../src/engine/process.ts'));
  model = mkdtempSync(join(tmpdir(), 'cantus-model-'));
});
afterAll(() => {
  entry.remove();
  rmSync(model, { recursive: true, force: true });
});

test.skipIf(!isPresent)(
  'onnx-webgpu on SwiftShader agrees with the reference',
  async () => {
    const spec = specOf('cantus', 16, { layers: 4, filters: 4, pitches: 12, lowest: 55 });
    const training = { data: [], pieces: 0, steps: 0, minutes: 0, seed: 1, figures: {} };
    const bytes = writeModel({ spec, training, ...generateWeights(spec, 1) });
    writeFileSync(join(model, 'weights.bin'), bytes);
    const engine = createEngine({
      entry: entry.file,
      settings: {
        modelDirectories: [model],
        anyDirectory: false,
        runtime: 'onnx-webgpu',
        threads: 1,
        gpuFolder: null,
      },
      spawn: (file) =>
        fork(file, [], {
          serialization: 'advanced',
          silent: true,
          env: { ...process.env, VK_ICD_FILENAMES: DRIVER, LD_LIBRARY_PATH: CHROMIUM },
        }),
    });
    try {
      const query = { model: null, resolution: 16 } as const;
      const report = await engine.openModel(query);
      expect(report.runtime).toMatchObject({ runtime: 'onnx-webgpu', reason: 'it was asked for' });
      const views = [generateView(spec, 16, 1), generateView(spec, 7, 2)];
      const network = readNetwork(bytes);
      const golden = { network, views, answers: views.map((view) => referenceAnswer(network, view)) };
      expect(differenceFrom(golden, await engine.probabilities(query, views))).toBeLessThan(1e-4);
    } finally {
      await engine.dispose();
    }
  },
  120_000,
);
