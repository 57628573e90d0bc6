// Tests inside a real extension host: `npm run test:host [-- NAME…] [-- --grep WORDS] [--no-build]`.
//
// Write one: test/extension/host/NAME.test.ts, Mocha's `describe` and `it` (globals), `import * as vscode from
// 'vscode'` for the editor's API and './host.ts' for opening files and waiting. Assert on the text after the edits.
// Every file is bundled on its own by esbuild; the workspace folder is a fresh copy of examples/, so tests may write.
// Which VS Code: VSCODE_EXECUTABLE; else, where a screen and the network are, the downloaded desktop one; else
// code-server in a headless Chromium (scripts/vscode-shim.mjs). CANTUS_VSCODE=browser goes straight to the last.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import { bundle } from './build.mjs';
import { browser } from './chromium.mjs';
import { install } from './code-server.mjs';
import { report, skip } from './tally.mjs';

const root = resolve(import.meta.dirname, '..');
const source = join(root, 'test/extension/host');
const args = process.argv.slice(2);
const grepAt = args.indexOf('--grep');
const grep = grepAt >= 0 ? args.splice(grepAt, 2)[1] : '';
const names = args.filter((arg) => !arg.startsWith('--'));

/** Bundles every test file, and what VS Code calls, into a folder of this run from where node_modules is found. */
async function compile() {
  mkdirSync(join(root, '.cache'), { recursive: true });
  const compiled = mkdtempSync(join(root, '.cache/host-tests-'));
  const wanted = (file) =>
    file.endsWith('.test.ts') && (names.length === 0 || names.some((name) => file.includes(name)));
  const files = readdirSync(source).filter((file) => file === 'index.ts' || wanted(file));
  await build({
    entryPoints: files.map((name) => join(source, name)),
    outdir: compiled,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    sourcemap: 'inline',
    external: ['vscode', 'mocha', 'onnxruntime-node', '@tensorflow/tfjs-node-gpu'],
    logLevel: 'warning',
  });
  return compiled;
}

const hasScreen = () =>
  process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

async function online() {
  const probe = fetch('https://update.code.visualstudio.com/api/releases/stable', {
    signal: AbortSignal.timeout(4000),
  });
  return probe.then(
    (answer) => answer.ok,
    () => false,
  );
}

/** `{ path }` of something that behaves as the VS Code executable, or `{ missing }`. */
async function executable() {
  if (process.env.VSCODE_EXECUTABLE) return { path: process.env.VSCODE_EXECUTABLE };
  if (process.env.CANTUS_VSCODE !== 'browser' && hasScreen() && (await online())) {
    try {
      return {
        path: await downloadAndUnzipVSCode({ version: 'stable', cachePath: join(root, '.cache/vscode') }),
      };
    } catch (error) {
      console.error(`Downloading VS Code failed (${error.message}); trying the browser one.`);
    }
  }
  const missing = install() ?? (await browser()).missing;
  return missing ? { missing } : { path: join(import.meta.dirname, 'vscode-shim.mjs') };
}

const code = await executable();
if (code.missing) {
  skip('extension host', code.missing);
} else {
  if (!args.includes('--no-build')) await bundle();
  const compiled = await compile();
  const folder = mkdtempSync(join(tmpdir(), 'cantus-workspace-'));
  cpSync(join(root, 'examples'), folder, { recursive: true });
  const result = join(compiled, 'report.json');
  let failed = null;
  try {
    await runTests({
      vscodeExecutablePath: code.path,
      extensionDevelopmentPath: root,
      extensionTestsPath: join(compiled, 'index.cjs'),
      extensionTestsEnv: {
        CANTUS_HOST_REPORT: result,
        CANTUS_HOST_GREP: grep,
      },
      launchArgs: [folder, '--disable-extensions'],
    });
  } catch (error) {
    failed = error;
  }
  const counts = existsSync(result)
    ? JSON.parse(readFileSync(result, 'utf8'))
    : { passed: 0, failed: 1, skipped: 0 };
  if (failed && counts.failed === 0) counts.failed = 1;
  for (const used of [folder, compiled]) rmSync(used, { recursive: true, force: true });
  report('extension host', counts);
}
