// Bundles what ships: the command line, the extension, the engine's process and the preview.
// `node scripts/build.mjs [--watch] [NAME…]` builds the named bundles, or all whose source exists.
import { existsSync, rmSync } from 'node:fs';
import { context } from 'esbuild';

const native = ['onnxruntime-node', '@tensorflow/tfjs-node-gpu', 'vscode'];
const node = { bundle: true, platform: 'node', target: 'node20', sourcemap: 'linked', external: native };
const esm = {
  ...node,
  format: 'esm',
  // Bundled CommonJS packages still ask for `require`.
  banner: { js: "import { createRequire as cantusRequire } from 'node:module'; const require = cantusRequire(import.meta.url);" },
};

/** Every bundle: its entry and how it is built. */
const bundles = {
  cli: { ...esm, entryPoints: ['src/cli.ts'], outfile: 'dist/cli.js' },
  engine: { ...node, format: 'cjs', entryPoints: ['src/engine/process.ts'], outfile: 'dist/engine.cjs' },
  extension: { ...node, format: 'cjs', entryPoints: ['src/extension/extension.ts'], outfile: 'dist/extension.cjs' },
  preview: {
    bundle: true,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    sourcemap: 'linked',
    entryPoints: ['media/preview/main.ts'],
    outfile: 'dist/preview.js',
    loader: { '.css': 'css' },
  },
};

const args = process.argv.slice(2);
const watch = args.includes('--watch');
const names = args.filter((arg) => !arg.startsWith('--'));
if (names.length === 0) rmSync('dist', { recursive: true, force: true });
for (const [name, options] of Object.entries(bundles)) {
  if (names.length > 0 ? !names.includes(name) : !existsSync(options.entryPoints[0])) continue;
  const bundle = await context({ ...options, logLevel: 'warning' });
  if (watch) await bundle.watch();
  else {
    await bundle.rebuild();
    await bundle.dispose();
  }
}
