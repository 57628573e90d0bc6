// TensorFlow.js on WebAssembly: slow, needs nothing native, runs wherever Node does. Knows how the library is
// loaded and where its binary lies, not what is computed.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { FoldedNetwork } from '../network.ts';
import type { Started } from './choose.ts';
import { loadNetwork } from './tfjs.ts';

const PACKAGE = '@tensorflow/tfjs-backend-wasm';
const BINARY = 'tfjs-backend-wasm-simd.wasm';

/** Takes the library from the bundle (or the package), its binary from beside the bundle (or from the package). */
export async function startWasm(network: FoldedNetwork): Promise<Started> {
  const tf = unwrap(await import('@tensorflow/tfjs-core'));
  const wasm = unwrap(await import('@tensorflow/tfjs-backend-wasm'));
  if (tf.getBackend() !== 'wasm') {
    wasm.setWasmPaths(`${binaryFolder()}/`);
    if (!(await tf.setBackend('wasm'))) throw new Error('the WebAssembly backend does not start');
  }
  return { ...loadNetwork(tf, network), device: 'CPU (WebAssembly, one thread)', threads: 1 };
}

function binaryFolder(): string {
  const here = import.meta.dirname;
  if (existsSync(join(here, BINARY))) return here;
  return dirname(createRequire(join(here, 'here.js')).resolve(PACKAGE));
}

/** A CommonJS package has its exports under `default` in Node and at the top in a bundle. */
const unwrap = <T extends object>(module: T): T => ('default' in module ? (module.default as T) : module);
