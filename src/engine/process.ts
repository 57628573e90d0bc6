// Where the engine's own process begins: everything native runs in here, so that a crash or a long forward pass is
// never the host's.

import { createLocalEngine } from './local.ts';
import { modelOpener } from './models.ts';
import { serveParent } from './parent.ts';

serveParent((settings) => createLocalEngine(settings, modelOpener()));
