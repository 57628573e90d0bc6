// The engine itself, in this very process: opens models, runs calls side by side, one forward pass at a time.
// Knows nothing of messages; the process and the command line are its hosts.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { EngineFailure } from './failure.ts';
import { harmonize } from './harmonizer.ts';
import type { Predict, Probabilities } from './predict.ts';
import type { Call, Engine, ModelReport, ProcessReport, Query, Settings } from './protocol.ts';

/** A network that runs. */
export interface Opened {
  readonly report: ModelReport;
  readonly predict: Predict;
  dispose(): Promise<void>;
}

/** Finds, checks and starts a model. `stamp` changes when the same query would now open something else. */
export interface Opener {
  stamp(query: Query, settings: Settings): string;
  open(query: Query, settings: Settings): Promise<Opened>;
}

/** Longer pieces are asked about in overlapping windows of so many whole notes. */
const WINDOW_WHOLE_NOTES = 16;
/** So many views are asked about in one go before another call has its turn. */
const VIEWS_A_TURN = 4;

interface Entry {
  readonly stamp: string;
  readonly opened: Promise<Opened>;
  users: number;
  stale: boolean;
}

/** An engine without a process of its own. `configure` drops the models that are open. */
export function createLocalEngine(initial: Settings, opener: Opener): Engine {
  let settings = initial;
  let disposed = false;
  let running = 0;
  const startedAt = process.uptime();
  const entries = new Map<string, Entry>();
  const reports = new Map<Entry, ModelReport>();
  const inTurn = turns();
  let stopping = new AbortController();

  function retire(key: string): void {
    const entry = entries.get(key);
    if (entry === undefined) return;
    entries.delete(key);
    entry.stale = true;
    release(entry, 0);
  }

  /** A model is put away when it is out of date and its last user has left. */
  function release(entry: Entry, by: 0 | 1 = 1): void {
    entry.users -= by;
    if (!entry.stale || entry.users > 0) return;
    reports.delete(entry);
    entry.opened.then(({ dispose }) => dispose()).catch(() => {});
  }

  function acquire(query: Query): Entry {
    const key = `${query.resolution} ${query.model ?? ''}`;
    const stamp = opener.stamp(query, settings);
    const known = entries.get(key);
    if (known?.stamp === stamp) {
      known.users++;
      return known;
    }
    retire(key);
    const entry: Entry = { stamp, opened: opener.open(query, settings), users: 1, stale: false };
    entries.set(key, entry);
    entry.opened.then(
      ({ report }) => reports.set(entry, report),
      // What could not be opened is looked at afresh next time.
      () => entries.get(key) === entry && entries.delete(key),
    );
    return entry;
  }

  async function withModel<T>(
    query: Query,
    call: Call | undefined,
    use: (opened: Opened, predict: Predict, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    if (disposed) throw new EngineFailure('cancelled', 'The engine was closed.');
    const signal = AbortSignal.any([stopping.signal, ...(call?.signal ? [call.signal] : [])]);
    throwIfAborted(signal);
    const entry = acquire(query);
    running++;
    try {
      const opened = await orAborted(entry.opened, signal);
      return await use(opened, inTurn(opened.predict), signal);
    } finally {
      running--;
      release(entry);
    }
  }

  const describeProcess = (): ProcessReport => ({
    pid: process.pid,
    node: process.version,
    upSeconds: process.uptime() - startedAt,
    residentBytes: process.memoryUsage.rss(),
    running,
    models: [...reports.values()],
  });

  async function stop(): Promise<void> {
    stopping.abort();
    stopping = new AbortController();
    for (const key of [...entries.keys()]) retire(key);
  }

  return {
    openModel: (query, call) => withModel(query, call, async ({ report }) => report),
    harmonize: (query, grid, wishes, call) =>
      withModel(query, call, async ({ report }, predict, signal) => {
        const clock = stopwatch(predict);
        const fills = await harmonize(grid, clock.predict, {
          ...wishes,
          range: { lowest: report.lowest, pitches: report.pitches },
          window: WINDOW_WHOLE_NOTES * grid.resolution,
          signal,
          onProgress: call?.onProgress ?? (() => {}),
        });
        return { fills, model: report, seconds: clock.read() };
      }),
    probabilities: (query, views, call) =>
      withModel(query, call, (_, predict, signal) => predict(views, signal)),
    describe: async () => ({ settings, starts: 1, crashes: 0, process: describeProcess() }),
    async configure(changed) {
      settings = changed;
      for (const key of [...entries.keys()]) retire(key);
    },
    stop,
    async dispose() {
      disposed = true;
      await stop();
    },
  };
}

/** A `predict` with a clock: seconds inside it, and since now. */
function stopwatch(predict: Predict): { predict: Predict; read(): { network: number; total: number } } {
  const begun = performance.now();
  let network = 0;
  return {
    async predict(views, signal) {
      const from = performance.now();
      try {
        return await predict(views, signal);
      } finally {
        network += performance.now() - from;
      }
    },
    read: () => ({ network: network / 1000, total: (performance.now() - begun) / 1000 }),
  };
}

/** Lets one forward pass run at a time, in the order of asking, so that calls share the cores fairly. */
function turns(): (predict: Predict) => Predict {
  let last: Promise<unknown> = Promise.resolve();
  const takeTurn: (predict: Predict) => Predict = (predict) => (views, signal) => {
    const run = last.then(async () => {
      // A forward pass blocks this thread: messages (a cancel, a farewell) are heard between two of them.
      await nextTurn();
      throwIfAborted(signal);
      return predict(views, signal);
    });
    last = run.catch(() => {});
    return run;
  };
  return (predict) => async (views, signal) => {
    const answers: Probabilities[] = [];
    for (let from = 0; from < views.length; from += VIEWS_A_TURN) {
      answers.push(...(await takeTurn(predict)(views.slice(from, from + VIEWS_A_TURN), signal)));
    }
    return answers;
  };
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new EngineFailure('cancelled', 'Cancelled.');
}

/** The value, or `cancelled` as soon as the signal is aborted. */
function orAborted<T>(value: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new EngineFailure('cancelled', 'Cancelled.'));
    signal.addEventListener('abort', abort, { once: true });
    value.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
