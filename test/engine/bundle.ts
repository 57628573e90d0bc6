// Bundles a source file as the engine's process is bundled, into a folder of its own, for tests that fork it.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

const CACHE = join(import.meta.dirname, '../../.cache');

export interface Bundle {
  readonly file: string;
  remove(): void;
}

export async function bundle(source: string): Promise<Bundle> {
  // Inside the tree, so that native packages are found from there.
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'test-'));
  const file = join(folder, `${basename(source, '.ts')}.cjs`);
  await build({
    entryPoints: [source],
    outfile: file,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['onnxruntime-node'],
    define: { 'import.meta.dirname': '__dirname' },
    logLevel: 'warning',
  });
  return { file, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Whether a process is there and not just waiting to be buried. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync('/proc/self/stat') || !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Waits until `holds`, or fails after `ms`. */
export async function eventually(holds: () => boolean, ms = 5000): Promise<void> {
  const until = performance.now() + ms;
  while (!holds()) {
    if (performance.now() > until) throw new Error(`did not come true within ${ms} ms: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
