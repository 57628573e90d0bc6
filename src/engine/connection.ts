// One engine process and the calls under way in it. Knows neither when to start one nor when to stop it.

import type { ChildProcess } from 'node:child_process';
import { isAnswer, isReply } from './arrival.ts';
import { EngineFailure } from './failure.ts';
import type { Answers, Ask, Call, Kind, Reply, RuntimeName, Setup } from './protocol.ts';

/** How a process ended: by itself with a code, by a signal, or it never started. */
export interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
  readonly error: string | null;
  /** What it wrote to its error output last. */
  readonly lastWords: string;
}

/** A request that the process never took: asking another process does no harm. */
export class Undelivered extends Error {
  override readonly name = 'Undelivered';
}

export interface Connection {
  readonly pid: number | undefined;
  /** Calls whose caller still waits. */
  readonly waiting: number;
  /** The runtime that it is starting, or that it died of. */
  readonly trying: RuntimeName | null;
  /** Settles when the process is gone; never rejects. */
  readonly ended: Promise<Ending>;
  /** Rejects with an `EngineFailure`, an `Undelivered`, or a plain Error for a bug. */
  ask<K extends Kind>(kind: K, ask: Ask<K>, call?: Call): Promise<Answers[K]>;
  setUp(setup: Setup): void;
  /** Asks the process to leave, and ends it after `graceMs` if it does not. Calls under way are rejected. */
  close(graceMs: number): Promise<Ending>;
}

interface Waiting {
  /** Whether the process has said that it has the request. */
  taken: boolean;
  readonly kind: Kind;
  readonly call: Call;
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

const LAST_WORDS = 8000;
const LAST_WORDS_MS = 200;
const DISCONNECTED_MS = 2000;

/**
 * Takes charge of a process that has just been started with an IPC channel. `stuckMs`: a process that neither
 * answers a cancelled call nor says anything else for so long is ended.
 */
export function connect(child: ChildProcess, stuckMs: number, log: (line: string) => void): Connection {
  const waiting = new Map<number, Waiting>();
  /** Calls given up by their caller of which the process has not said its last word. */
  const orphans = new Map<number, NodeJS.Timeout>();
  let nextId = 1;
  let heard = 0;
  let lastWords = '';
  let closing = false;
  let trying: RuntimeName | null = null;
  let gone: Ending | null = null;

  const ended = new Promise<Ending>((resolve) => {
    let error: string | null = null;
    const end = (code: number | null, signal: string | null) => {
      if (gone !== null) return;
      for (const timer of orphans.values()) clearTimeout(timer);
      orphans.clear();
      gone = { code, signal, error, lastWords: telling(lastWords) };
      failAll(gone);
      resolve(gone);
    };
    child.once('close', end);
    // Its last words may still be on their way; one that left its pipes to another process is not waited for.
    child.once('exit', (code, signal) => setTimeout(() => end(code, signal), LAST_WORDS_MS));
    // Without its channel it is of no use to anyone, whatever keeps it.
    child.once('disconnect', () => {
      const timer = setTimeout(() => child.kill('SIGKILL'), DISCONNECTED_MS);
      timer.unref();
      child.once('exit', () => clearTimeout(timer));
    });
    child.on('error', (problem) => {
      error ??= problem.message;
      if (child.pid === undefined) end(null, null);
    });
  });

  function failAll(ending: Ending): void {
    const what = describeEnding(ending);
    // What it had not taken, or waited for a runtime that it died of, can begin anew elsewhere.
    const isFresh = ({ taken }: Waiting) => trying !== null || !taken;
    for (const one of waiting.values()) {
      if (closing) one.reject(closed());
      else one.reject(isFresh(one) ? new Undelivered(what) : new EngineFailure('runtime-failed', what));
    }
    waiting.clear();
    rest();
  }

  /** While nobody waits, the process must not keep its host alive. */
  function rest(): void {
    const change = waiting.size > 0 ? 'ref' : 'unref';
    child[change]();
    child.channel?.[change]();
  }

  for (const [stream, keep] of [
    [child.stdout, false],
    [child.stderr, true],
  ] as const) {
    stream?.setEncoding('utf8');
    stream?.on('data', (text: string) => {
      if (keep) lastWords = (lastWords + text).slice(-LAST_WORDS);
      for (const line of text.split('\n')) if (line.trim() !== '') log(line.trimEnd());
    });
    // A pipe is a socket here; it must not keep the host alive either.
    (stream as { unref?: () => void } | null)?.unref?.();
  }

  function settle(id: number, act: (one: Waiting) => void): void {
    const timer = orphans.get(id);
    if (timer !== undefined) clearTimeout(timer);
    orphans.delete(id);
    const one = waiting.get(id);
    if (one === undefined) return;
    waiting.delete(id);
    rest();
    act(one);
  }

  function receive(reply: Reply): void {
    if (reply.kind === 'trying') {
      trying = reply.runtime;
      return;
    }
    const one = waiting.get(reply.id);
    if (reply.kind === 'taken') {
      if (one !== undefined) one.taken = true;
      return;
    }
    if (reply.kind === 'progress') {
      try {
        one?.call.onProgress?.(reply.progress);
      } catch (error) {
        // The listener's own bug must surface at its call, not end the host.
        settle(reply.id, ({ reject }) => reject(error instanceof Error ? error : new Error(String(error))));
        send({ id: nextId++, kind: 'cancel', target: reply.id });
      }
      return;
    }
    settle(reply.id, ({ kind, resolve, reject }) => {
      if (reply.kind === 'failure') {
        reject(
          reply.reason === 'fault'
            ? new Error(reply.message)
            : new EngineFailure(reply.reason, reply.message, reply.place),
        );
      } else if (isAnswer(kind, reply.result)) resolve(reply.result);
      else reject(new EngineFailure('runtime-failed', `The engine's answer to "${kind}" is out of shape.`));
    });
  }

  child.on('message', (message: unknown) => {
    heard++;
    if (isReply(message)) receive(message);
    else log('The engine sent a message that is out of shape; it was ignored.');
  });

  function send(message: object, id?: number): void {
    const lost = (why: string) => {
      if (id !== undefined) settle(id, ({ reject }) => reject(new Undelivered(why)));
    };
    if (child.connected) child.send(message, (error) => error && lost(error.message));
    else lost('its channel is closed');
  }

  function abandon(id: number): void {
    const one = waiting.get(id);
    if (one === undefined) return;
    waiting.delete(id);
    rest();
    one.reject(cancelled());
    send({ id: nextId++, kind: 'cancel', target: id });
    const since = heard;
    const timer = setTimeout(() => {
      orphans.delete(id);
      if (heard === since) child.kill('SIGKILL');
    }, stuckMs);
    timer.unref();
    orphans.set(id, timer);
  }

  return {
    pid: child.pid,
    get waiting() {
      return waiting.size;
    },
    get trying() {
      return trying;
    },
    ended,
    ask<K extends Kind>(kind: K, ask: Ask<K>, call: Call = {}): Promise<Answers[K]> {
      const { signal } = call;
      if (signal?.aborted) return Promise.reject(cancelled());
      if (gone !== null) return Promise.reject(new Undelivered(describeEnding(gone)));
      const id = nextId++;
      const abort = () => abandon(id);
      return new Promise<Answers[K]>((resolve, reject) => {
        waiting.set(id, { taken: false, kind, call, resolve: resolve as (answer: unknown) => void, reject });
        rest();
        signal?.addEventListener('abort', abort, { once: true });
        send({ id, kind, ...ask }, id);
      }).finally(() => signal?.removeEventListener('abort', abort));
    },
    setUp: (setup) => send({ id: nextId++, kind: 'configure', ...setup }),
    async close(graceMs) {
      closing = true;
      send({ id: nextId++, kind: 'shutdown' });
      for (const one of waiting.values()) one.reject(closed());
      waiting.clear();
      rest();
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      const ending = await ended;
      clearTimeout(timer);
      return ending;
    },
  };
}

const cancelled = () => new EngineFailure('cancelled', 'Cancelled.');
const closed = () => new EngineFailure('cancelled', 'The engine was closed.');

/** What a user is told when the engine is gone in the middle of a run. */
export function describeEnding({ code, signal, error, lastWords }: Ending): string {
  const how = error ?? (signal === null ? `exit code ${code}` : `signal ${signal}`);
  const said = lastWords === '' ? '' : ` It said: ${lastWords}.`;
  return `The engine stopped in the middle of its work (${how}).${said} Nothing was changed; run it again, and the engine starts anew.`;
}

/** The line of a dying process's output that says most: the last that names an error, or else the last one. */
function telling(output: string): string {
  const lines = output.split('\n').map((line) => line.trimEnd());
  const named = lines.filter((line) =>
    /^(?!\s|Node\.js v).*(error|exception|terminate|out of memory)/i.test(line),
  );
  const line = named.at(-1) ?? lines.filter((text) => text !== '').at(-1) ?? '';
  return line.slice(0, 300).replace(/\.$/, '');
}
