// An engine's process whose network is a formula and whose models misbehave by name: the whole way from a host to
// a sampler and back, without weights.
import { setTimeout as pause } from 'node:timers/promises';
import { EngineFailure } from '../../src/engine/failure.ts';
import { createLocalEngine, type Opener } from '../../src/engine/local.ts';
import { serveParent } from '../../src/engine/parent.ts';
import type { Predict, View } from '../../src/engine/predict.ts';
import type { ModelReport, Query, Settings } from '../../src/engine/protocol.ts';

const LOWEST = 36;
const PITCHES = 46;

/** A distribution that leans towards the voice's middle and depends on what is known around the cell. */
function distribution(view: View, cell: number): Float32Array {
  const known = view.erased[cell - 4] === 0 ? view.pitch[cell - 4]! : 0;
  const middle = [70, 64, 57, 48][cell % 4]! + (known % 3);
  const weights = Float32Array.from({ length: PITCHES }, (_, p) =>
    Math.exp(-Math.abs(LOWEST + p - middle) / 3),
  );
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / total);
}

const answer = (view: View) => {
  const pitch = new Float32Array(view.steps * 4 * PITCHES);
  for (let cell = 0; cell < 4 * view.steps; cell++) pitch.set(distribution(view, cell), cell * PITCHES);
  return { lowest: LOWEST, pitches: PITCHES, pitch, onset: null };
};

const busy = (ms: number) => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};

/** What a forward does besides answering, by the model's name. */
const manners: Record<string, () => void | Promise<void>> = {
  plain: () => {},
  slow: () => pause(10),
  busy: () => busy(10),
  stuck: () => {
    console.log('stuck now');
    busy(3_600_000);
  },
  crash: () => void process.kill(process.pid, 'SIGSEGV'),
  exit: () => process.exit(3),
  throw: () => {
    throw new TypeError('a bug of ours');
  },
  loose: () => {
    setImmediate(() => {
      throw new Error('thrown where nobody catches');
    });
    return pause(10_000);
  },
  greedy: () => {
    const hoard: number[][] = [];
    for (;;) hoard.push(new Array(1e6).fill(Math.random()));
  },
  runtime: () => {
    throw new EngineFailure('runtime-failed', 'The device was lost.');
  },
};

function reportOf(name: string, query: Query, settings: Settings): ModelReport {
  const runtime = {
    runtime: settings.runtime ?? 'onnx',
    device: 'formula',
    threads: settings.threads ?? 1,
  } as const;
  return {
    name,
    directory: '/nowhere',
    resolution: query.resolution,
    lowest: LOWEST,
    pitches: PITCHES,
    checksum: 'none',
    runtime: { ...runtime, reason: 'fake', rejected: [], error: 0 },
    seconds: 0,
  };
}

const opener: Opener = {
  stamp: () => '',
  async open(query, settings) {
    const name = query.model ?? 'plain';
    if (name === 'slow-to-open') await pause(200);
    else if (name === 'garbage') {
      // As if something printed into the channel: none of these is a reply.
      for (const message of [null, 7, 'text', { id: 1 }, { id: 1, kind: 'result-ish' }, { kind: 'result' }])
        process.send?.(message);
    } else if (name === 'liar')
      return { report: {} as ModelReport, predict: async () => [], dispose: async () => {} };
    else if (!(name in manners)) throw new EngineFailure('no-model', `There is no model "${name}".`);
    const predict: Predict = async (views) => {
      await manners[name]?.();
      return views.map(answer);
    };
    return { report: reportOf(name, query, settings), predict, dispose: async () => {} };
  },
};

serveParent(({ settings }) => createLocalEngine(settings, opener));
