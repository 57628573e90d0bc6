// The project's own modules for scripts that measure them: bundled as what ships is, and loaded.
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { esm } from './build.mjs';

const root = resolve(import.meta.dirname, '..');

/** Everything that these modules of `src` export. `name` keeps the bundles of two scripts apart. */
export async function loadSource(name, modules) {
  const outfile = join(root, '.cache', name, 'source.mjs');
  const contents = modules.map((one) => `export * from './src/${one}.ts';`).join('\n');
  await build({ ...esm, stdin: { contents, resolveDir: root }, logLevel: 'warning', outfile });
  return import(pathToFileURL(outfile).href);
}
