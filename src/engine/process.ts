// Where the engine's own process begins: everything native runs in here, so that a crash or a long forward pass is
// never the host's.

import { createLocalEngine } from './local.ts';
import { modelOpener } from './models.ts';
import { serveParent } from './parent.ts';
import { CANDIDATES } from './runtimes/candidates.ts';
import { wary } from './runtimes/wary.ts';

serveParent(({ settings, crashed }, trying) =>
  createLocalEngine(
    settings,
    modelOpener(wary(CANDIDATES, crashed, trying), () => trying(null)),
  ),
);
