// Answers a host's messages with an engine's work. Knows neither how messages travel nor what the engine does.

import { isRequest, requestId } from './arrival.ts';
import { EngineFailure } from './failure.ts';
import type { Progress } from './harmonizer.ts';
import type { Engine, Kind, Reply, Request, RuntimeName, Setup } from './protocol.ts';

/** The way back to the host. */
export interface Port {
  /** `sent` is called when the message is under way and there is room for the next. */
  send(reply: Reply, sent: () => void): void;
  /** Ends the process. */
  leave(): void;
  /** Notes a bug of ours, with its stack, for whoever reads the log. */
  log(text: string): void;
}

/** Makes the engine; `trying` tells the host which runtime is about to be started, and settles when that is sent. */
export type Create = (setup: Setup, trying: (runtime: RuntimeName | null) => Promise<void>) => Engine;

/** Intermediate results are worth showing so often, not more. */
const PROGRESS_MS = 40;

/** What to do with each message that arrives. Never throws: a message out of shape is answered by a failure. */
export function serve(port: Port, create: Create, now: () => number): (message: unknown) => void {
  let engine: Engine | null = null;
  const calls = new Map<number, AbortController>();
  const trying = (runtime: RuntimeName | null) =>
    new Promise<void>((sent) => port.send({ id: 0, kind: 'trying', runtime }, sent));

  function run(request: Request & { readonly kind: Kind }): void {
    const { id } = request;
    // A request that is not known to have arrived is asked again elsewhere when this process dies.
    port.send({ id, kind: 'taken' }, () => {});
    if (engine === null || calls.has(id)) {
      fail(
        port,
        id,
        new Error(engine === null ? 'The engine was not configured.' : `Request ${id} is under way.`),
      );
      return;
    }
    const controller = new AbortController();
    calls.set(id, controller);
    answer(engine, request, controller.signal, report(port, id, controller.signal, now))
      .then(
        (result) => port.send({ id, kind: 'result', result }, () => {}),
        (error) => fail(port, id, error),
      )
      .finally(() => calls.delete(id));
  }

  return (message) => {
    if (!isRequest(message)) {
      const id = requestId(message);
      if (id !== null) fail(port, id, new Error('The request is out of shape.'));
      return;
    }
    switch (message.kind) {
      case 'configure':
        if (engine === null) engine = create(message, trying);
        else void engine.configure(message.settings);
        return;
      case 'cancel':
        calls.get(message.target)?.abort();
        return;
      case 'shutdown':
        return port.leave();
      default:
        run(message);
    }
  };
}

async function answer(
  engine: Engine,
  request: Request & { readonly kind: Kind },
  signal: AbortSignal,
  onProgress: (progress: Progress) => void,
): Promise<unknown> {
  switch (request.kind) {
    case 'open-model':
      return engine.openModel(request.query, { signal });
    case 'harmonize':
      return engine.harmonize(request.query, request.grid, request.wishes, { signal, onProgress });
    case 'probabilities':
      return engine.probabilities(request.query, request.views, { signal });
    case 'describe':
      return (await engine.describe()).process;
  }
}

/** Passes progress on, at most every so often, and never more than one message ahead of the host. */
function report(
  port: Port,
  id: number,
  signal: AbortSignal,
  now: () => number,
): (progress: Progress) => void {
  let last = Number.NEGATIVE_INFINITY;
  let underWay = false;
  return (progress) => {
    if (signal.aborted || underWay || now() - last < PROGRESS_MS) return;
    last = now();
    underWay = true;
    port.send({ id, kind: 'progress', progress }, () => {
      underWay = false;
    });
  };
}

function fail(port: Port, id: number, error: unknown): void {
  const expected = error instanceof EngineFailure;
  const message = error instanceof Error ? error.message : String(error);
  if (!expected) port.log(error instanceof Error ? (error.stack ?? message) : message);
  const reason = expected ? error.reason : 'fault';
  port.send({ id, kind: 'failure', reason, message, place: expected ? error.place : null }, () => {});
}
