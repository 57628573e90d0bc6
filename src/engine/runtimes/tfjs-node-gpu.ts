// TensorFlow.js on its native GPU library, where a user has installed that. Knows how to find and load it and to
// see whether it really uses a GPU; it is never downloaded and never bundled.

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import util from 'node:util';
import type { FoldedNetwork } from '../network.ts';
import type { Started } from './choose.ts';
import { loadNetwork, type Tf } from './tfjs.ts';

const PACKAGE = '@tensorflow/tfjs-node-gpu';

/** What of the library is used to see if it runs where it should. */
interface NodeTf extends Tf {
  ready(): Promise<void>;
  getBackend(): string;
  backend(): { readonly isUsingGpuDevice?: boolean };
}

/** Finds and loads a package; tests bring their own. */
export type Load = (folder: string | null) => unknown;

/**
 * Loads the package from `folder` (the package itself, or a folder in whose `node_modules` it is; null: as
 * installed beside this program) and puts the network on the GPU. Rejects with what is in the way.
 */
export async function startNodeGpu(
  network: FoldedNetwork,
  folder: string | null,
  load: Load = loadPackage,
): Promise<Started> {
  const tf = load(folder) as NodeTf;
  await tf.ready();
  if (tf.getBackend() !== 'tensorflow') throw new Error(`its backend did not start (${tf.getBackend()} did)`);
  if (tf.backend().isUsingGpuDevice !== true)
    throw new Error('it finds no GPU (CUDA 11.2 and cuDNN 8.1 needed)');
  return { ...loadNetwork(tf, network), device: 'GPU (CUDA, TensorFlow)', threads: 1 };
}

function loadPackage(folder: string | null): unknown {
  const from = createRequire(join(folder ?? import.meta.dirname, 'here.js'));
  // The two native builds of the library crash each other.
  if (Object.keys(from.cache).some((file) => /[\\/]@tensorflow[\\/]tfjs-node[\\/]/.test(file)))
    throw new Error('tfjs-node is loaded already; the two cannot share a process');
  const path = folder !== null && isPackage(folder) ? folder : resolveOrExplain(from, folder);
  mendUtil();
  return from(path);
}

function isPackage(folder: string): boolean {
  const manifest = join(folder, 'package.json');
  if (!existsSync(manifest)) return false;
  const { name } = JSON.parse(readFileSync(manifest, 'utf8')) as { name?: unknown };
  return name === PACKAGE;
}

function resolveOrExplain(from: NodeJS.Require, folder: string | null): string {
  try {
    return from.resolve(PACKAGE);
  } catch {
    throw new Error(folder === null ? 'not installed' : `not installed in ${folder}`);
  }
}

/** tfjs-node 4.22 calls `util.isNullOrUndefined`, which Node 23 took away. */
function mendUtil(): void {
  const old = util as { isNullOrUndefined?: (value: unknown) => boolean };
  old.isNullOrUndefined ??= (value) => value === null || value === undefined;
}
