// Bundles what ships: the command line, the extension, the engine's process and the preview.
// `node scripts/build.mjs [--watch] [--into=FOLDER] [NAME…]` builds the named bundles, or all whose source exists.
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { context, transform } from 'esbuild';

const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist');

/** Loaded when they are needed, from where they are installed, if they are. */
const absent = ['onnxruntime-node', '@tensorflow/tfjs-node-gpu', 'vscode', 'vega', 'vega-lite', 'canvas'];
const node = { bundle: true, platform: 'node', target: 'node20', sourcemap: 'linked', external: absent };
/** For Node, from modules. */
export const esm = {
  ...node,
  format: 'esm',
  // Bundled CommonJS packages still ask for `require` and for their folder.
  banner: {
    js: [
      "import { createRequire as cantusRequire } from 'node:module';",
      'const require = cantusRequire(import.meta.url);',
      'const __filename = import.meta.filename, __dirname = import.meta.dirname;',
    ].join(' '),
  },
};
const cjs = {
  ...node,
  format: 'cjs',
  // The editor reads its bundles at start-up: less text is read faster. Names stay for stack traces.
  minify: true,
  keepNames: true,
  // Our own modules are written for both: what they ask of `import.meta` has another name in CommonJS.
  define: {
    'import.meta.url': 'cantusModuleUrl',
    'import.meta.dirname': '__dirname',
    'import.meta.filename': '__filename',
  },
  banner: { js: "const cantusModuleUrl = require('node:url').pathToFileURL(__filename).href;" },
};

/** Every bundle: its entry and how it is built. */
export const bundles = {
  cli: { ...esm, entryPoints: ['src/cli.ts'], outfile: 'dist/cli.js' },
  engine: { ...cjs, entryPoints: ['src/engine/process.ts'], outfile: 'dist/engine.cjs' },
  extension: {
    ...cjs,
    banner: {},
    entryPoints: ['src/extension/extension.ts'],
    // What is loaded when it is first used stays out of what is read at start-up. Only ES modules can be split.
    format: 'esm',
    splitting: true,
    outdir: 'dist',
    outExtension: { '.js': '.cjs' },
    chunkNames: 'extension/[name]-[hash]',
    sourcemap: 'inline',
    write: false,
  },
  preview: {
    bundle: true,
    minify: true,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    sourcemap: 'linked',
    entryPoints: ['media/preview/main.ts'],
    outfile: 'dist/preview.js',
    loader: { '.css': 'css' },
  },
};

/** An editor wants CommonJS: writes what was split as that, the parts into a folder of their own. */
const asCommonJs = (folder) => ({
  name: 'as-commonjs',
  setup(building) {
    building.onEnd(async ({ outputFiles, errors }) => {
      if (errors.length > 0) return;
      rmSync(join(folder, 'extension'), { recursive: true, force: true });
      mkdirSync(join(folder, 'extension'), { recursive: true });
      for (const { path, text } of outputFiles) {
        const name = relative(dist, path);
        // Its names are asked of the editor's module one by one: no copy of them all is needed.
        const lean = text.replace(/import ?\* ?as ([\w$]+) ?from ?"vscode";/g, 'const $1=require("vscode");');
        const { code, map } = await transform(lean, {
          format: 'cjs',
          platform: 'node',
          target: 'node20',
          minifyWhitespace: true,
          sourcemap: 'external',
        });
        writeFileSync(join(folder, name), `${code}//# sourceMappingURL=${basename(name)}.map\n`);
        writeFileSync(join(folder, `${name}.map`), map);
      }
    });
  },
});

/** tfjs looks for its binaries beside the bundle that it is in. In Node it never takes the threaded ones. */
const BINARIES = ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm'];

function copyBinaries(folder) {
  const from = dirname(fileURLToPath(import.meta.resolve('@tensorflow/tfjs-backend-wasm/package.json')));
  mkdirSync(folder, { recursive: true });
  for (const name of BINARIES) copyFileSync(join(from, 'dist', name), join(folder, name));
}

/** Builds the named bundles, or all whose source exists. Rejects when one does not build. */
export async function bundle(names = [], { watch = false, folder = dist } = {}) {
  copyBinaries(folder);
  for (const [name, options] of Object.entries(bundles)) {
    const wanted = names.length > 0 ? names.includes(name) : existsSync(join(root, options.entryPoints[0]));
    if (!wanted) continue;
    const building = await context({
      ...options,
      ...(options.splitting
        ? { plugins: [asCommonJs(folder)] }
        : { outfile: join(folder, basename(options.outfile)) }),
      absWorkingDir: root,
      logLevel: 'warning',
    });
    if (watch) {
      await building.watch();
      continue;
    }
    await building.rebuild().finally(() => building.dispose());
  }
}

if (process.argv[1] && resolve(process.argv[1]) === import.meta.filename) {
  const args = process.argv.slice(2);
  const names = args.filter((arg) => !arg.startsWith('--'));
  const into = args.find((arg) => arg.startsWith('--into='))?.slice('--into='.length);
  // esbuild has printed what is wrong.
  await bundle(names, { watch: args.includes('--watch'), ...(into && { folder: resolve(into) }) }).catch(() =>
    process.exit(1),
  );
}
