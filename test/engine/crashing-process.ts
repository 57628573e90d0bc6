// An engine's process as it ships, but for its first runtime: that one takes the process with it when it starts.
import { createLocalEngine } from '../../src/engine/local.ts';
import { modelOpener } from '../../src/engine/models.ts';
import { serveParent } from '../../src/engine/parent.ts';
import { CANDIDATES } from '../../src/engine/runtimes/candidates.ts';
import { wary } from '../../src/engine/runtimes/wary.ts';

const crashing = CANDIDATES.map((candidate) =>
  candidate.runtime === 'tfjs-node-gpu'
    ? {
        ...candidate,
        start: () => {
          process.kill(process.pid, 'SIGSEGV');
          return new Promise<never>(() => {});
        },
      }
    : candidate,
);

serveParent(({ settings, crashed }, trying) =>
  createLocalEngine(
    settings,
    modelOpener(wary(crashing, crashed, trying), () => trying(null)),
  ),
);
