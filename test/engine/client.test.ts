import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type ClientOptions, createEngine } from '../../src/engine/client.ts';
import type { Engine, Query, Settings } from '../../src/engine/protocol.ts';
import { randomOf } from '../../src/engine/random.ts';
import { type Bundle, bundle, eventually, isAlive } from './bundle.ts';
import { openUnderMelody, viewOf, WISHES } from './tune.ts';

// Processes start slowly on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const SETTINGS: Settings = {
  modelDirectories: [],
  anyDirectory: false,
  runtime: null,
  threads: 1,
  gpuFolder: null,
};
/** Rounds of the tests that put faults at random places. */
const ROUNDS = Number(process.env.CANTUS_FAULT_ROUNDS ?? 50);

let entry: Bundle;
let host: Bundle;
beforeAll(async () => {
  entry = await bundle(join(import.meta.dirname, 'fake-process.ts'));
  host = await bundle(join(import.meta.dirname, 'fake-host.ts'));
});
afterAll(() => {
  entry.remove();
  host.remove();
});

const engines: Engine[] = [];
/** Every process that any test started. */
const pids = new Set<number>();

function engineOf(options: Partial<ClientOptions> = {}): Engine {
  const engine = createEngine({ entry: entry.file, settings: SETTINGS, log: notePid, ...options });
  engines.push(engine);
  return engine;
}

function notePid(line: string): void {
  const started = /^Engine process (\d+) started/.exec(line);
  if (started) pids.add(Number(started[1]));
}

const model = (name: string): Query => ({ model: name, resolution: 16 });
const grid = openUnderMelody(1);
const reasonOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'fulfilled',
    (error) => error.reason ?? `${error.name}: ${error.message}`,
  );

afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.dispose()));
  expect([...pids].filter(isAlive)).toEqual([]);
});

describe('a call', () => {
  test('brings a filled grid back, the written notes untouched, and what filled it', async () => {
    const { fills, model: report, seconds } = await engineOf().harmonize(model('plain'), grid, WISHES);
    const { pitch } = fills[0]!.filled;
    for (let cell = 0; cell < pitch.length; cell++) {
      if (grid.open[cell]) expect(pitch[cell]).toBeGreaterThanOrEqual(36);
      else expect(pitch[cell]).toBe(grid.pitch[cell]);
    }
    expect(report).toMatchObject({
      name: 'plain',
      resolution: 16,
      runtime: { runtime: 'onnx', rejected: [] },
    });
    expect(seconds.total).toBeGreaterThanOrEqual(seconds.network);
  });

  test('with the same seed in another process brings the same notes', async () => {
    const [a, b] = await Promise.all(
      [engineOf(), engineOf()].map((engine) => engine.harmonize(model('plain'), grid, WISHES)),
    );
    expect(a!.fills).toEqual(b!.fills);
  });

  test('tells its progress', async () => {
    const seen: number[] = [];
    await engineOf().harmonize(
      model('slow'),
      grid,
      { ...WISHES, steps: 30 },
      {
        onProgress: ({ step, of, pitch }) => {
          expect(of).toBe(30);
          expect(pitch).toHaveLength(grid.pitch.length);
          seen.push(step);
        },
      },
    );
    expect(seen.length).toBeGreaterThan(3);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  test('whose listener throws rejects with that very error, and the engine goes on', async () => {
    const engine = engineOf();
    const call = engine.harmonize(model('slow'), grid, WISHES, {
      onProgress: () => {
        throw new RangeError('mine');
      },
    });
    await expect(call).rejects.toThrow(RangeError);
    await expect(engine.probabilities(model('plain'), [viewOf(grid)])).resolves.toHaveLength(1);
    expect((await engine.describe()).starts).toBe(1);
  });

  test('about probabilities is answered while a long one runs', async () => {
    const engine = engineOf();
    let isDone = false;
    const long = engine.harmonize(model('slow'), grid, { ...WISHES, steps: 40 }).then(() => {
      isDone = true;
    });
    const [answer] = await engine.probabilities(model('plain'), [viewOf(grid)]);
    expect(isDone).toBe(false);
    expect(answer!.pitch).toHaveLength(grid.steps * 4 * answer!.pitches);
    const row = answer!.pitch.subarray(0, answer!.pitches);
    expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
    await long;
  });

  test.each([
    ['nobody-knows', 'no-model'],
    ['runtime', 'runtime-failed'],
    ['throw', 'Error: a bug of ours'],
    ['liar', 'runtime-failed'],
  ])('to the model %s rejects: %s', async (name, reason) => {
    const engine = engineOf();
    const call =
      name === 'liar' ? engine.openModel(model(name)) : engine.harmonize(model(name), grid, WISHES);
    expect(await reasonOf(call)).toBe(reason);
    expect(await reasonOf(engine.openModel(model('plain')))).toBe('fulfilled');
    expect((await engine.describe()).starts).toBe(1);
  });

  test('that has nothing to fill or cannot be satisfied says so, with the place', async () => {
    const engine = engineOf();
    const closed = {
      ...grid,
      open: new Uint8Array(grid.open.length),
      pitch: grid.pitch.map((p) => Math.max(p, 50)),
    };
    expect(await reasonOf(engine.harmonize(model('plain'), closed, WISHES))).toBe('nothing-open');
    const candidates = grid.candidates.slice();
    candidates[4 * 3 + 1] = 0;
    const torn = { ...grid, candidates, weights: [new Float32Array(128)] };
    await expect(engine.harmonize(model('plain'), torn, WISHES)).rejects.toMatchObject({
      reason: 'unsatisfiable',
      place: { step: 3, voice: 1 },
    });
  });

  test('out of shape is answered by a failure', async () => {
    const engine = engineOf();
    const short = { ...grid, open: grid.open.subarray(1) };
    expect(await reasonOf(engine.harmonize(model('plain'), short, WISHES))).toBe(
      'Error: The request is out of shape.',
    );
    expect(await reasonOf(engine.harmonize(model('plain'), grid, WISHES))).toBe('fulfilled');
  });

  test('survives garbage in the channel', async () => {
    const lines: string[] = [];
    const engine = engineOf({ log: (line) => lines.push(line) });
    expect(await reasonOf(engine.openModel(model('garbage')))).toBe('fulfilled');
    expect(lines.filter((line) => line.includes('out of shape'))).toHaveLength(6);
    expect(await reasonOf(engine.openModel(model('plain')))).toBe('fulfilled');
  });
});

describe('the process', () => {
  test('is not started before it is needed', async () => {
    const engine = engineOf();
    await pause(50);
    expect(await engine.describe()).toEqual({ settings: SETTINGS, starts: 0, crashes: 0, process: null });
  });

  test('is one for all, however many call at once', async () => {
    const engine = engineOf();
    await Promise.all(Array.from({ length: 8 }, () => engine.openModel(model('slow-to-open'))));
    const { starts, process } = await engine.describe();
    expect(starts).toBe(1);
    expect(process).toMatchObject({ running: 0, models: [{ name: 'slow-to-open' }] });
    expect(process!.residentBytes).toBeGreaterThan(1e6);
  });

  test('is stopped when idle, and started anew', async () => {
    const engine = engineOf({ idleMs: 30 });
    await engine.openModel(model('plain'));
    const first = [...pids].at(-1)!;
    await eventually(() => !isAlive(first));
    expect(await engine.describe()).toMatchObject({ process: null, crashes: 0 });
    await engine.openModel(model('plain'));
    expect((await engine.describe()).starts).toBe(2);
  });

  test('is not stopped while somebody waits', async () => {
    const engine = engineOf({ idleMs: 20 });
    await engine.openModel(model('slow-to-open'));
    expect((await engine.describe()).starts).toBe(1);
  });

  test('takes new settings for new calls and ends old ones as they began', async () => {
    const engine = engineOf();
    const old = engine.harmonize(model('slow'), grid, { ...WISHES, steps: 20 });
    await engine.configure({ ...SETTINGS, runtime: 'tfjs-wasm', threads: 3 });
    const report = await engine.openModel(model('plain'));
    expect(report.runtime).toMatchObject({ runtime: 'tfjs-wasm', threads: 3 });
    expect((await old).model.runtime).toMatchObject({ runtime: 'onnx', threads: 1 });
    const [first] = [...pids].slice(-2);
    await eventually(() => !isAlive(first!));
    expect(await engine.describe()).toMatchObject({ starts: 2, crashes: 0 });
  });

  test.each([
    ['crash', /signal SIGSEGV/],
    ['exit', /exit code 3/],
    ['loose', /thrown where nobody catches/],
  ])(
    'that dies (%s) rejects every running call and says what to do; the next call works',
    async (way, message) => {
      const engine = engineOf();
      const others = [1, 2].map(() =>
        reasonOf(engine.harmonize(model('slow'), grid, { ...WISHES, steps: 1000 })),
      );
      const call = engine.harmonize(model(way), grid, WISHES);
      await expect(call).rejects.toMatchObject({
        reason: 'runtime-failed',
        message: expect.stringMatching(message),
      });
      await expect(call).rejects.toThrow(/run it again/);
      expect(await Promise.all(others)).toEqual(['runtime-failed', 'runtime-failed']);
      expect(await reasonOf(engine.harmonize(model('plain'), grid, WISHES))).toBe('fulfilled');
      expect(await engine.describe()).toMatchObject({ starts: 2, crashes: 1 });
    },
  );

  test('that runs out of memory says so', async () => {
    const engine = engineOf({
      spawn: (file) =>
        fork(file, [], { serialization: 'advanced', silent: true, execArgv: ['--max-old-space-size=40'] }),
    });
    await expect(engine.harmonize(model('greedy'), grid, WISHES)).rejects.toMatchObject({
      reason: 'runtime-failed',
      message: expect.stringMatching(/out of memory/),
    });
  });

  test('that dies again and again is left alone for a while', async () => {
    let clock = 1e6;
    const engine = engineOf({ now: () => clock, crashLimit: { count: 3, withinMs: 60_000 } });
    for (let round = 0; round < 3; round++)
      expect(await reasonOf(engine.harmonize(model('exit'), grid, WISHES))).toBe('runtime-failed');
    await expect(engine.openModel(model('plain'))).rejects.toThrow(/left alone for 60 s/);
    expect((await engine.describe()).starts).toBe(3);
    clock += 60_001;
    expect(await reasonOf(engine.openModel(model('plain')))).toBe('fulfilled');
  });

  test('that died unnoticed does not cost a call: it goes to the next process', async () => {
    const engine = engineOf({ crashLimit: { count: Number.POSITIVE_INFINITY, withinMs: 1 } });
    await engine.openModel(model('plain'));
    for (let round = 0; round < 10; round++) {
      process.kill([...pids].at(-1)!, 'SIGKILL');
      // Dead for good before this host has had a turn to hear of it.
      while (isAlive([...pids].at(-1)!));
      expect(await reasonOf(engine.openModel(model('plain')))).toBe('fulfilled');
    }
    expect((await engine.describe()).starts).toBe(11);
  });

  test('that cannot be started at all rejects', async () => {
    const engine = engineOf({
      spawn: () => spawn('/nowhere/at/all', { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] }),
    });
    await expect(engine.openModel(model('plain'))).rejects.toMatchObject({ reason: 'runtime-failed' });
    const throwing = engineOf({
      spawn: () => {
        throw new Error('spawn EPERM');
      },
    });
    await expect(throwing.openModel(model('plain'))).rejects.toMatchObject({
      reason: 'runtime-failed',
      message: expect.stringMatching(/EPERM/),
    });
    const missing = engineOf({ entry: '/nowhere/engine.cjs' });
    await expect(missing.openModel(model('plain'))).rejects.toThrow(/Cannot find module/);
  });

  /** An engine whose process has just begun a forward pass without end. */
  async function stuckEngine(options: Partial<ClientOptions>) {
    const lines: string[] = [];
    const log = (line: string) => {
      notePid(line);
      lines.push(line);
    };
    const engine = engineOf({ ...options, log });
    const controller = new AbortController();
    const call = reasonOf(engine.harmonize(model('stuck'), grid, WISHES, { signal: controller.signal }));
    await eventually(() => lines.includes('stuck now'));
    return { engine, call, controller };
  }

  test('that is stuck is ended after a cancel; what it had not taken goes to the next', async () => {
    const { engine, call, controller } = await stuckEngine({ stuckMs: 150 });
    const other = engine.probabilities(model('plain'), [viewOf(grid)]);
    controller.abort();
    expect(await call).toBe('cancelled');
    expect(await reasonOf(other)).toBe('fulfilled');
    expect(await engine.describe()).toMatchObject({ starts: 2, crashes: 1 });
  });

  test('that is too busy to say how it is does not hold up a report', async () => {
    const { engine, call } = await stuckEngine({ graceMs: 100 });
    expect(await engine.describe()).toMatchObject({ starts: 1, process: null });
    await engine.stop();
    expect(await call).toBe('cancelled');
  });

  test('that is stuck cannot hold up a farewell', async () => {
    const { engine, call } = await stuckEngine({ graceMs: 100 });
    await engine.dispose();
    expect(await call).toBe('cancelled');
    expect(await reasonOf(engine.openModel(model('plain')))).toBe('cancelled');
  });
});

describe('a host', () => {
  const run = (...args: string[]) => fork(host.file, [entry.file, ...args], { silent: true });

  test('that has its answer ends by itself: an idle engine does not keep it', async () => {
    const child = run('plain');
    const [message] = await once(child, 'message');
    child.disconnect();
    expect((await once(child, 'exit'))[0]).toBe(0);
    await eventually(() => !isAlive(message.pid));
  });

  test.each(['slow', 'busy'])(
    'that is killed in the middle of a run (%s) takes its engine with it',
    async (name) => {
      const child = run(name);
      const [message] = await once(child, 'message');
      expect(isAlive(message.pid)).toBe(true);
      child.kill('SIGKILL');
      await eventually(() => !isAlive(message.pid));
    },
  );
});

describe('cancelling', () => {
  const long = { ...WISHES, steps: 1000 };

  test('before the call starts nothing', async () => {
    const engine = engineOf();
    expect(await reasonOf(engine.openModel(model('plain'), { signal: AbortSignal.abort() }))).toBe(
      'cancelled',
    );
    expect((await engine.describe()).starts).toBe(0);
  });

  test('works at once at every stage and frees the process', async () => {
    const engine = engineOf();
    await engine.openModel(model('plain'));
    const stages: [string, (abort: () => void) => void][] = [
      ['slow', (abort) => abort()],
      ['slow', (abort) => queueMicrotask(abort)],
      ['slow', (abort) => setImmediate(abort)],
      ['slow-to-open', (abort) => setTimeout(abort, 50)],
      ['slow', (abort) => setTimeout(abort, 50)],
      ['busy', (abort) => setTimeout(abort, 50)],
    ];
    for (const [name, schedule] of stages) {
      const controller = new AbortController();
      let abortedAt = 0;
      schedule(() => {
        abortedAt = performance.now();
        controller.abort();
      });
      expect(await reasonOf(engine.harmonize(model(name), grid, long, { signal: controller.signal }))).toBe(
        'cancelled',
      );
      expect(performance.now() - abortedAt).toBeLessThan(500);
    }
    await eventuallyIdle(engine);
    expect(await engine.describe()).toMatchObject({ starts: 1, crashes: 0 });
  });

  test('after the answer does nothing', async () => {
    const engine = engineOf();
    const controller = new AbortController();
    await engine.harmonize(model('plain'), grid, WISHES, { signal: controller.signal });
    controller.abort();
    expect(await reasonOf(engine.openModel(model('plain')))).toBe('fulfilled');
  });

  test('one call leaves the others alone', async () => {
    const engine = engineOf();
    const controller = new AbortController();
    const [kept, dropped] = [
      engine.harmonize(model('slow'), grid, WISHES),
      engine.harmonize(model('slow'), grid, long, {
        signal: controller.signal,
        onProgress: () => controller.abort(),
      }),
    ];
    expect(await reasonOf(dropped)).toBe('cancelled');
    const alone = await engineOf().harmonize(model('slow'), grid, WISHES);
    expect((await kept).fills).toEqual(alone.fills);
  });

  async function eventuallyIdle(engine: Engine): Promise<void> {
    for (let round = 0; round < 200; round++) {
      if ((await engine.describe()).process?.running === 0) return;
      await pause(5);
    }
    throw new Error('calls that were cancelled still run');
  }
});

describe('at random moments', () => {
  /** A call that is neither answered nor rejected shows as the round it happened in. */
  const soon = <T>(round: number, calls: Promise<T>): Promise<T> =>
    Promise.race([
      calls,
      pause(60_000, null, { ref: false }).then(() => Promise.reject(new Error(`round ${round} hangs`))),
    ]);

  test(
    `${ROUNDS} kills: every call is answered or rejected, the next one answered, no process left`,
    async () => {
      const engine = engineOf({ crashLimit: { count: Number.POSITIVE_INFINITY, withinMs: 1 } });
      const expected = await engine.harmonize(model('plain'), grid, WISHES);
      const random = randomOf(ROUNDS);
      const outcomes = { fulfilled: 0, 'runtime-failed': 0 };
      for (let round = 0; round < ROUNDS; round++) {
        const calls = [1, 2].map(() =>
          reasonOf(engine.harmonize(model('plain'), grid, { ...WISHES, steps: 40 })),
        );
        const pid = [...pids].at(-1)!;
        // From before the first message until after the last answer.
        await pause(random.uniform() * 120);
        if (isAlive(pid)) process.kill(pid, 'SIGKILL');
        for (const outcome of await soon(round, Promise.all(calls))) {
          expect(Object.keys(outcomes)).toContain(outcome);
          outcomes[outcome as keyof typeof outcomes]++;
        }
        // A kill after the last answer may meet this call instead, but only one.
        const retry = () => engine.harmonize(model('plain'), grid, WISHES);
        const { fills } = await soon(round, retry().catch(retry));
        expect(fills).toEqual(expected.fills);
      }
      expect(outcomes['runtime-failed']).toBeGreaterThan(0);
    },
    60_000 + 10_000 * ROUNDS,
  );
});
