import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createEngine } from '../../src/engine/client.ts';
import { createLocalEngine } from '../../src/engine/local.ts';
import { modelOpener } from '../../src/engine/models.ts';
import { specOf } from '../../src/engine/network.ts';
import type { Engine, RuntimeName, Settings } from '../../src/engine/protocol.ts';
import { generateWeights } from '../../src/engine/runtimes/golden.ts';
import { writeModel } from '../../src/engine/weights.ts';
import { type Bundle, bundle } from './bundle.ts';
import { openUnderMelody, viewOf, WISHES } from './tune.ts';

// Processes start slowly on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

let entry: Bundle;
let models: string;
beforeAll(async () => {
  entry = await bundle(join(import.meta.dirname, '../../src/engine/process.ts'));
  models = mkdtempSync(join(tmpdir(), 'cantus-models-'));
  const spec = specOf('cantus', 16, { layers: 6, filters: 8 });
  const training = { data: [], pieces: 0, steps: 0, minutes: 0, seed: 1, figures: {} };
  const bytes = writeModel({ spec, training, ...generateWeights(spec, 1) });
  for (const [name, content] of [
    ['small', bytes],
    ['torn', bytes.subarray(0, bytes.length - 100)],
  ] as const) {
    mkdirSync(join(models, name));
    writeFileSync(join(models, name, 'weights.bin'), content);
  }
});
afterAll(() => {
  entry.remove();
  rmSync(models, { recursive: true, force: true });
});

const settings = (runtime: RuntimeName | null): Settings => ({
  modelDirectories: [models],
  anyDirectory: false,
  runtime,
  threads: 1,
  gpuFolder: null,
});
const small = { model: 'small', resolution: 16 } as const;
const grid = openUnderMelody(2);

const engines: Engine[] = [];
const track = (engine: Engine): Engine => {
  engines.push(engine);
  return engine;
};
const remote = (runtime: RuntimeName | null) =>
  track(createEngine({ entry: entry.file, settings: settings(runtime) }));
const local = (runtime: RuntimeName | null) => track(createLocalEngine(settings(runtime), modelOpener()));
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.dispose()));
});

describe.each([null, 'onnx', 'tfjs-wasm'] as const)('with the runtime %s', (runtime) => {
  test('the process gives the very notes and probabilities that this one gives', async () => {
    const [there, here] = [remote(runtime), local(runtime)];
    const answers = await Promise.all(
      [there, here].map((engine) => engine.probabilities(small, [viewOf(grid)])),
    );
    expect(answers[0]).toEqual(answers[1]);
    const fills = await Promise.all([there, here].map((engine) => engine.harmonize(small, grid, WISHES)));
    expect(fills[0]!.fills).toEqual(fills[1]!.fills);
    expect(fills[0]!.model.runtime.runtime).toBe(runtime ?? 'onnx');
    expect(fills[0]!.seconds.network).toBeGreaterThan(0);
  });
});

test('the runtime that was taken, and why, is in the report', async () => {
  const engine = remote(null);
  const { runtime } = await engine.openModel(small);
  expect(runtime).toMatchObject({
    runtime: 'onnx',
    device: 'CPU (ONNX Runtime)',
    reason: 'the fastest on this processor',
    rejected: [{ runtime: 'tfjs-node-gpu', reason: 'not installed' }],
  });
  const { process: running } = await engine.describe();
  expect(running!.models).toEqual([expect.objectContaining({ name: 'small', runtime })]);
});

test.each([
  ['torn', 'bad-model', /its length is not the one it names/],
  ['absent', 'no-model', /There are: small/],
])('the model %s is refused with %s', async (model, reason, message) => {
  await expect(remote(null).openModel({ model, resolution: 16 })).rejects.toMatchObject({
    reason,
    message: expect.stringMatching(message),
  });
});

test('a runtime that is pinned and does not work is refused with no-runtime, and another can be taken', async () => {
  const engine = remote('tfjs-node-gpu');
  await expect(engine.openModel(small)).rejects.toMatchObject({
    reason: 'no-runtime',
    message: expect.stringMatching(/not installed/),
  });
  await engine.configure(settings('onnx'));
  await expect(engine.openModel(small)).resolves.toMatchObject({ name: 'small' });
});

test('a runtime that takes the process with it is passed over by the next one, and no call is lost', async () => {
  const { file, remove } = await bundle(join(import.meta.dirname, 'crashing-process.ts'));
  try {
    const rejected = [{ runtime: 'tfjs-node-gpu', reason: 'it crashed when it was started (SIGSEGV)' }];
    const engine = track(createEngine({ entry: file, settings: settings(null) }));
    const reports = await Promise.all([engine.openModel(small), engine.openModel(small)]);
    for (const report of reports) expect(report.runtime).toMatchObject({ runtime: 'onnx', rejected });
    expect(await engine.describe()).toMatchObject({ starts: 2, crashes: 1 });
    const pinned = track(createEngine({ entry: file, settings: settings('tfjs-node-gpu') }));
    await expect(pinned.openModel(small)).rejects.toMatchObject({
      reason: 'no-runtime',
      message: expect.stringContaining('it crashed when it was started'),
    });
  } finally {
    remove();
  }
});

test('messages out of shape are answered or ignored; the process lives on', async () => {
  const child = fork(entry.file, [], { serialization: 'advanced', silent: true });
  const replies: unknown[] = [];
  child.on('message', (reply: { kind: string }) => {
    if (reply.kind !== 'taken' && reply.kind !== 'trying') replies.push(reply);
  });
  const open = { kind: 'open-model', query: small };
  for (const message of [
    null,
    'text',
    42,
    [],
    new Map(),
    { id: -1, kind: 'describe' },
    { id: 1 },
    { id: 2, kind: 'nonsense' },
    // Before it is configured.
    { id: 3, ...open },
    { id: 4, kind: 'configure', settings: { ...settings(null), threads: 1e9 }, crashed: [] },
    { id: 5, kind: 'configure', settings: settings('onnx'), crashed: [] },
    { id: 6, kind: 'cancel', target: 77 },
    { id: 7, kind: 'harmonize', query: small, grid: { ...grid, steps: 1e9 }, wishes: WISHES },
    { id: 8, kind: 'probabilities', query: small, views: [{ ...viewOf(grid), pitch: [1, 2, 3] }] },
    { id: 9, ...open },
  ])
    child.send(message as object);
  while (!replies.some((reply) => (reply as { id: number }).id === 9)) await once(child, 'message');
  const failure = (id: number) => expect.objectContaining({ id, kind: 'failure', reason: 'fault' });
  expect(replies).toEqual([
    ...[1, 2, 3, 4, 7, 8].map(failure),
    expect.objectContaining({ id: 9, kind: 'result' }),
  ]);
  child.disconnect();
  expect((await once(child, 'exit'))[1]).toBe('SIGKILL');
});

test('it leaves when its host lets go, even in the middle of a run', async () => {
  const child = fork(entry.file, [], { serialization: 'advanced', silent: true });
  child.send({ id: 1, kind: 'configure', settings: settings('onnx'), crashed: [] });
  child.send({ id: 2, kind: 'harmonize', query: small, grid, wishes: { ...WISHES, steps: 100_000 } });
  await once(child, 'message');
  await pause(50);
  child.disconnect();
  await once(child, 'exit');
});
