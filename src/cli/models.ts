// Where the command line looks for networks.

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folders with models, most important first: CANTUS_MODELS, then those that came with the program. */
export function modelDirectories(): readonly string[] {
  const named = process.env.CANTUS_MODELS;
  const shipped = join(dirname(fileURLToPath(import.meta.url)), '..', 'media', 'model');
  return named === undefined || named === '' ? [shipped] : [named, shipped];
}
