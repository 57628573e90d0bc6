// Makes the .vsix files: `npm run package [-- TARGET…] [--no-build] [--check]`. One for each platform that onnxruntime-node has
// a binary for, with that one only, and `universal` without any, where tfjs wasm runs the network.
//
// onnxruntime-node stays outside the bundle: it finds its binary by a path relative to its own files, and the binary
// its shared library beside it. So the package goes, as it is, to dist/node_modules, where Node looks first when
// dist/engine.cjs asks for it (vsce drops a node_modules at the top). .vscodeignore says what else ships.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { createVSIX } from '@vscode/vsce';
import { bundle } from './build.mjs';
import { report } from './tally.mjs';
import { run } from './vitest.mjs';

const root = resolve(import.meta.dirname, '..');
const packages = join(root, 'out/vsix');
const stages = join(root, '.cache/package');

/** Platforms as VS Code names them, and the folder of their binary. */
export const TARGETS = {
  'linux-x64': 'linux/x64',
  'linux-arm64': 'linux/arm64',
  'darwin-arm64': 'darwin/arm64',
  'win32-x64': 'win32/x64',
  'win32-arm64': 'win32/arm64',
  universal: null,
};

/** Nothing larger: people download it, some of them over a phone. */
const LARGEST = 45_000_000;

/** What the extension has at its top; .vscodeignore chooses among it. */
const SHIPPED = [
  '.vscodeignore',
  'package.json',
  'package.nls.json',
  'package.nls.de.json',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
  'THIRD_PARTY_NOTICES.md',
  'dist',
  'examples',
  'l10n',
  'media',
  'syntaxes',
];
/** Of package.json, what only a checkout needs. */
const UNSHIPPED = [
  'private',
  'scripts',
  'bin',
  'dependencies',
  'devDependencies',
  'peerDependencies',
  'peerDependenciesMeta',
];

const ofCommonRuntime = (file) =>
  !/\.(map|d\.ts)$/.test(file) && !/onnxruntime-common\/(lib|dist\/esm)/.test(file);
const ofNodeRuntime = (file) =>
  !/\.(map|d\.ts)$/.test(file) && !/onnxruntime-node\/(lib|script|bin)/.test(file);
/** Under a second name, the same library: the binary asks for `libonnxruntime.1.dylib`. */
const isTwin = (file) => /libonnxruntime\.\d+\.\d+\.\d+\.dylib$/.test(file);

function addRuntime(stage, platform) {
  const from = join(root, 'node_modules');
  const to = join(stage, 'dist/node_modules');
  const copy = (path, filter) => cpSync(join(from, path), join(to, path), { recursive: true, filter });
  copy('onnxruntime-common', (file) => ofCommonRuntime(file.replaceAll('\\', '/')));
  copy('onnxruntime-node', (file) => ofNodeRuntime(file.replaceAll('\\', '/')));
  copy(`onnxruntime-node/bin/napi-v6/${platform}`, (file) => !isTwin(file));
}

function stageFor(target) {
  mkdirSync(stages, { recursive: true });
  const stage = mkdtempSync(join(stages, `${target}-`));
  for (const name of SHIPPED) {
    if (existsSync(join(root, name))) cpSync(join(root, name), join(stage, name), { recursive: true });
  }
  rmSync(join(stage, 'dist/node_modules'), { recursive: true, force: true });
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const field of UNSHIPPED) delete manifest[field];
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  if (TARGETS[target]) addRuntime(stage, TARGETS[target]);
  return { stage, version: manifest.version };
}

const pathOf = (target, version) => join(packages, `cantus-${target}-${version}.vsix`);

/** The .vsix of this target and version, if it was made before. */
export function made(target) {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const path = pathOf(target, version);
  return existsSync(path) ? path : null;
}

/** Makes one .vsix from what dist/ holds and returns its path. Throws when it is too large. */
export async function pack(target) {
  const { stage, version } = stageFor(target);
  mkdirSync(packages, { recursive: true });
  const packagePath = pathOf(target, version);
  const platform = TARGETS[target] ? { target } : {};
  // vsce tells every file it packs; what it says when something is wrong goes to standard error.
  const say = console.log;
  console.log = () => {};
  try {
    await createVSIX({
      cwd: stage,
      packagePath,
      dependencies: false,
      allowMissingRepository: true,
      rewriteRelativeLinks: false,
      skipLicense: true,
      ...platform,
    });
  } finally {
    console.log = say;
    rmSync(stage, { recursive: true, force: true });
  }
  const { size } = statSync(packagePath);
  if (size > LARGEST) throw new Error(`${packagePath} has ${size} bytes, more than ${LARGEST}`);
  return packagePath;
}

/** The target that this machine's VS Code would take. */
export const here = () => {
  const target = `${process.platform}-${process.arch}`;
  return target in TARGETS ? target : 'universal';
};

if (process.argv[1] && resolve(process.argv[1]) === import.meta.filename) {
  const args = process.argv.slice(2);
  const named = args.filter((arg) => !arg.startsWith('--'));
  const unknown = named.filter((name) => !(name in TARGETS));
  if (unknown.length > 0) {
    console.error(`No such target: ${unknown.join(', ')}. There are ${Object.keys(TARGETS).join(', ')}.`);
    process.exit(2);
  }
  if (!args.includes('--no-build')) await bundle();
  const packed = {};
  for (const target of named.length > 0 ? named : Object.keys(TARGETS)) {
    packed[target] = await pack(target);
    console.log(`${packed[target]}  ${(statSync(packed[target]).size / 1e6).toFixed(1)} MB`);
  }
  if (args.includes('--check')) {
    const config = ['--config', 'test/extension/package/vitest.config.ts'];
    report('package', await run(config, { CANTUS_PACKAGES: JSON.stringify(packed) }));
  }
}
