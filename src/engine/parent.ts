// Binds an engine to the process that started this one. It lives as long as its host holds on to it, and not a
// moment longer; knows nothing of the work.

import { type Create, serve } from './server.ts';

/** Serves the parent process until it says goodbye or is gone. */
export function serveParent(create: Create): void {
  const receive = serve(
    {
      send(reply, sent) {
        // A host that is gone cannot be told anything; `disconnect` follows.
        if (process.connected) process.send?.(reply, undefined, undefined, () => sent());
      },
      leave: () => process.exit(0),
      log: console.error,
    },
    create,
    () => performance.now(),
  );
  process.on('message', receive);
  // Nothing here is worth a tidy end, and native libraries may hang in theirs.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  // Ctrl-C in a terminal reaches the whole group: the host decides what becomes of its work.
  process.on('SIGINT', () => {});
}
