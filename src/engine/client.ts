// The host's handle on the engine: one process for all documents, started on first need, started anew after a
// crash, stopped when idle. Knows processes and messages, never a network, a tensor or an editor.

import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { type Connection, connect, Undelivered } from './connection.ts';
import { EngineFailure } from './failure.ts';
import type { Answers, Ask, Call, Engine, Kind, Rejection, Settings } from './protocol.ts';

export interface ClientOptions {
  /** The bundled process, `dist/engine.cjs`. */
  readonly entry: string;
  readonly settings: Settings;
  /** Stopped after so long without a call; `Infinity` never. */
  readonly idleMs?: number;
  /** A cancelled call that leaves the process silent for so long means that it is stuck: it is ended. */
  readonly stuckMs?: number;
  /** How long a process may take to leave before it is ended by force. */
  readonly graceMs?: number;
  /** After `count` crashes within `withinMs`, no new start until that time has passed. */
  readonly crashLimit?: { readonly count: number; readonly withinMs: number };
  readonly spawn?: (entry: string) => ChildProcess;
  readonly now?: () => number;
  /** What the process prints, and its starts and ends, a line each. */
  readonly log?: (line: string) => void;
}

/** A call that cannot be delivered is tried so often. */
const DELIVERIES = 3;
const IDLE_MS = 5 * 60_000;
const STUCK_MS = 30_000;
const GRACE_MS = 2_000;
/** A report is not worth waiting longer for. */
const DESCRIBE_MS = 2_000;
const CRASH_LIMIT = { count: 3, withinMs: 60_000 };

/** An engine in a process of its own. Nothing is started yet. */
export function createEngine(options: ClientOptions): Engine {
  const { entry, idleMs = IDLE_MS, stuckMs = STUCK_MS, graceMs = GRACE_MS } = options;
  const { crashLimit = CRASH_LIMIT, spawn = forkProcess, now = Date.now, log = () => {} } = options;
  let settings = options.settings;
  let connection: Connection | null = null;
  let disposed = false;
  let idle: NodeJS.Timeout | undefined;
  /** Moments of the last crashes, oldest first. */
  let crashes: number[] = [];
  /** Runtimes that a process died of; new settings give them another chance. */
  let crashed: Rejection[] = [];
  let starts = 0;
  /** Processes that finish their calls under settings that are no longer the ones. */
  const retired = new Set<Connection>();
  /** Processes that were asked to leave. */
  const farewells = new WeakSet<Connection>();
  /** Those of them that are still on their way out: `dispose` waits for them. */
  const leaving = new Set<Promise<unknown>>();

  function start(): Connection {
    if (disposed) throw new EngineFailure('cancelled', 'The engine was closed.');
    if (connection !== null) return connection;
    crashes = crashes.filter((moment) => now() - moment < crashLimit.withinMs);
    if (crashes.length >= crashLimit.count) throw crashLoop(crashes[0] + crashLimit.withinMs - now());
    const fresh = connect(spawned(spawn, entry), stuckMs, log);
    connection = fresh;
    starts++;
    log(`Engine process ${fresh.pid ?? '(not started)'} started.`);
    void fresh.ended.then((ending) => {
      if (connection === fresh) release();
      retired.delete(fresh);
      const expected = farewells.has(fresh);
      const how = ending.error ?? ending.signal ?? `code ${ending.code}`;
      if (!expected) crashes.push(now());
      if (!expected && fresh.trying !== null)
        crashed.push({ runtime: fresh.trying, reason: `it crashed when it was started (${how})` });
      log(
        `Engine process ${fresh.pid ?? '(not started)'} ended (${how})${expected ? '' : ', unexpectedly'}.`,
      );
    });
    fresh.setUp({ settings, crashed });
    return fresh;
  }

  /** Sees a process out. */
  async function see(old: Connection): Promise<void> {
    retired.delete(old);
    farewells.add(old);
    const left = old.close(graceMs);
    leaving.add(left);
    await left;
    leaving.delete(left);
  }

  /** Lets go of the process: the next call starts another. */
  function release(): Connection | null {
    clearTimeout(idle);
    const old = connection;
    connection = null;
    return old;
  }

  async function stop(): Promise<void> {
    const old = release();
    if (old !== null) await see(old);
  }

  /** Counts down to a stop from now, unless someone waits. */
  function restIfIdle(): void {
    clearTimeout(idle);
    if (connection === null || connection.waiting > 0 || !Number.isFinite(idleMs)) return;
    idle = setTimeout(stop, idleMs);
    idle.unref();
  }

  async function ask<K extends Kind>(kind: K, body: Ask<K>, call: Call = {}): Promise<Answers[K]> {
    for (let attempt = 1; ; attempt++) {
      if (call.signal?.aborted) throw new EngineFailure('cancelled', 'Cancelled.');
      clearTimeout(idle);
      const chosen = start();
      try {
        return await chosen.ask(kind, body, call);
      } catch (error) {
        if (!(error instanceof Undelivered)) throw error;
        // It died before it took this call: the next one gets it, as soon as it is known what the first died of.
        if (chosen === connection) release();
        await chosen.ended;
        if (attempt === DELIVERIES) throw unreachable(error);
      } finally {
        if (chosen === connection) restIfIdle();
        else if (chosen.waiting === 0 && retired.has(chosen)) void see(chosen);
      }
    }
  }

  return {
    openModel: (query, call) => ask('open-model', { query }, call),
    harmonize: (query, grid, wishes, call) => ask('harmonize', { query, grid, wishes }, call),
    probabilities: (query, views, call) => ask('probabilities', { query, views }, call),
    async describe() {
      const asked = connection === null ? null : ask('describe', {}).catch(() => null);
      const running = await Promise.race([asked, pause(DESCRIBE_MS, null, { ref: false })]);
      return { settings, starts, crashes: crashes.length, process: running };
    },
    async configure(changed) {
      settings = changed;
      crashes = [];
      crashed = [];
      const old = release();
      if (old === null) return;
      // One with calls under way is seen out by the last of them.
      if (old.waiting === 0) await see(old);
      else retired.add(old);
    },
    stop,
    async dispose() {
      disposed = true;
      const last = [...retired].map(see);
      await Promise.all([stop(), ...last, ...leaving]);
    },
  };
}

/** Forks the bundle under the host's own Node, whatever the host is. */
function forkProcess(entry: string): ChildProcess {
  return fork(entry, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // The host's own flags (an inspector's port, for one) are not for this process.
    execArgv: [],
    // Where the host is Electron, its binary is to run as plain Node.
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
  });
}

/** Most reasons why nothing can be started come as events; some are thrown. */
function spawned(spawn: (entry: string) => ChildProcess, entry: string): ChildProcess {
  try {
    return spawn(entry);
  } catch (error) {
    throw unreachable(error instanceof Error ? error : new Error(String(error)));
  }
}

const unreachable = ({ message }: Error): EngineFailure =>
  new EngineFailure('runtime-failed', `The engine cannot be started or reached (${message}).`);

function crashLoop(waitMs: number): EngineFailure {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  return new EngineFailure(
    'runtime-failed',
    `The engine has stopped again and again; it is left alone for ${seconds} s. If it goes on like this, choose another runtime (tfjs-wasm needs no native code) or another model.`,
  );
}
