// What is in the .vsix files, against a list: nothing more, and nothing that is needed missing.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Entry, entriesOf } from './archive.ts';

const packages: Record<string, string> = JSON.parse(process.env.CANTUS_PACKAGES ?? '{}');
const root = join(import.meta.dirname, '../../..');

/** The native files of each platform, under dist/node_modules/onnxruntime-node/bin/napi-v6. */
const NATIVE: Record<string, readonly string[]> = {
  'linux-x64': ['linux/x64/libonnxruntime.so.1', 'linux/x64/onnxruntime_binding.node'],
  'linux-arm64': ['linux/arm64/libonnxruntime.so.1', 'linux/arm64/onnxruntime_binding.node'],
  'darwin-arm64': ['darwin/arm64/libonnxruntime.1.dylib', 'darwin/arm64/onnxruntime_binding.node'],
  'win32-x64': [
    'DirectML.dll',
    'dxcompiler.dll',
    'dxil.dll',
    'onnxruntime.dll',
    'onnxruntime_binding.node',
  ].map((name) => `win32/x64/${name}`),
  'win32-arm64': [
    'DirectML.dll',
    'dxcompiler.dll',
    'dxil.dll',
    'onnxruntime.dll',
    'onnxruntime_binding.node',
  ].map((name) => `win32/arm64/${name}`),
  universal: [],
};
const NATIVE_FOLDER = 'extension/dist/node_modules/onnxruntime-node/bin/napi-v6/';

/** In every package. */
const NEEDED = [
  '[Content_Types].xml',
  'extension.vsixmanifest',
  'extension/LICENSE.txt',
  'extension/THIRD_PARTY_NOTICES.md',
  'extension/dist/extension.cjs',
  'extension/dist/tfjs-backend-wasm-simd.wasm',
  'extension/dist/tfjs-backend-wasm.wasm',
  'extension/package.json',
  'extension/package.nls.json',
  'extension/package.nls.de.json',
  'extension/l10n/bundle.l10n.de.json',
  'extension/syntaxes/language-configuration.json',
  'extension/syntaxes/satb.tmLanguage.json',
  'extension/syntaxes/snippets.json',
];

/** In a package when the checkout has their source. */
const BUILT: Record<string, string> = {
  'extension/dist/engine.cjs': 'src/engine/process.ts',
  'extension/dist/preview.js': 'media/preview/main.ts',
  'extension/readme.md': 'README.md',
  'extension/changelog.md': 'CHANGELOG.md',
};

/** Folders of data, and what may be in them. */
const DATA = [
  /^extension\/examples\/[\w-]+\.satb$/,
  /^extension\/l10n\/[\w.-]+\.json$/,
  /^extension\/media\/icons\/[\w-]+\.(svg|png)$/,
  /^extension\/media\/model\/[\w./-]+$/,
  /^extension\/media\/sound\/(NOTICE|[\w-]+\.(wav|mp3|ogg|json))$/,
  /^extension\/media\/walkthrough\/[\w-]+\.(md|svg|png)$/,
  /^extension\/dist\/preview\.css$/,
  /^extension\/dist\/extension\/[\w-]+\.cjs$/,
];

const RUNTIME = [
  /^extension\/dist\/node_modules\/onnxruntime-(node|common)\/(package\.json|README\.md)$/,
  /^extension\/dist\/node_modules\/onnxruntime-node\/dist\/\w+\.js$/,
  /^extension\/dist\/node_modules\/onnxruntime-common\/dist\/cjs\/([\w-]+\.js|package\.json)$/,
];

const names = (entries: Entry[]) => entries.map((entry) => entry.name);
const isNative = (name: string) => name.startsWith(NATIVE_FOLDER);

it('has something to look at', () => {
  expect(Object.keys(packages).length).toBeGreaterThan(0);
});

describe.each(Object.entries(packages))('the package for %s', (target, path) => {
  const entries = entriesOf(path);

  it('is small enough to be downloaded', () => {
    expect(statSync(path).size).toBeLessThan(45_000_000);
  });

  it('has the native files of its own platform only', () => {
    const native = names(entries).filter(isNative);
    expect(native.sort()).toEqual(NATIVE[target]!.map((name) => NATIVE_FOLDER + name).sort());
    const manifest = entries
      .find((entry) => entry.name === 'extension.vsixmanifest')!
      .read()
      .toString();
    if (target === 'universal') expect(manifest).not.toContain('TargetPlatform');
    else expect(manifest).toContain(`TargetPlatform="${target}"`);
  });

  it('lacks nothing', () => {
    const built = Object.keys(BUILT).filter((name) => existsSync(join(root, BUILT[name]!)));
    expect([...NEEDED, ...built].filter((name) => !names(entries).includes(name))).toEqual([]);
    if (target !== 'universal') {
      expect(names(entries)).toContain('extension/dist/node_modules/onnxruntime-common/dist/cjs/index.js');
    }
  });

  it('has nothing that no list names', () => {
    const known = [...NEEDED, ...Object.keys(BUILT)];
    const listed = (name: string) =>
      known.includes(name) || [...DATA, ...RUNTIME].some((form) => form.test(name));
    expect(names(entries).filter((name) => !isNative(name) && !listed(name))).toEqual([]);
    if (target === 'universal')
      expect(names(entries).filter((name) => name.includes('node_modules'))).toEqual([]);
  });

  it('names nothing in its manifest that it does not have', () => {
    const text = entries
      .find((entry) => entry.name === 'extension/package.json')!
      .read()
      .toString();
    const paths = [...text.matchAll(/"\.\/([^"]+)"/g)].map(([, file]) => `extension/${file}`);
    expect(paths).toContain('extension/dist/extension.cjs');
    expect(
      paths.filter((file) => !names(entries).some((name) => name === file || name.startsWith(`${file}/`))),
    ).toEqual([]);
    const strings = JSON.parse(
      entries
        .find((entry) => entry.name === 'extension/package.nls.json')!
        .read()
        .toString(),
    );
    const keys = [...text.matchAll(/"%([\w.-]+)%"/g)].map(([, key]) => key!);
    expect(keys.filter((key) => !(key in strings))).toEqual([]);
  });
});

const ours = packages[`${process.platform}-${process.arch}`];

it.skipIf(ours === undefined)('brings a network runtime that loads where it is unpacked', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cantus-unpacked-'));
  try {
    for (const entry of entriesOf(ours!)) {
      const path = join(folder, entry.name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, entry.read());
    }
    // Asked for as dist/engine.cjs does, far from any other node_modules.
    const ask = [
      `const from = require('node:module').createRequire(${JSON.stringify(join(folder, 'extension/dist/engine.cjs'))});`,
      "process.stdout.write(from.resolve('onnxruntime-node') + '\\n' + from('onnxruntime-node').InferenceSession.name);",
    ].join('\n');
    const [place, name] = execFileSync(process.execPath, ['-e', ask], {
      cwd: folder,
      encoding: 'utf8',
    }).split('\n');
    expect(place).toContain('cantus-unpacked-');
    expect(name).toMatch(/InferenceSession/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
