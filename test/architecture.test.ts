// Holds the house: who may import whom, no import cycles, no exported mutable state.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((name) => name.endsWith('.ts') && statSync(join(root, name)).isFile());
}

const files = [...sources('src'), ...sources('media/preview')];
const texts = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

/** Every static and dynamic import of a file; relative ones as paths from the root. */
function importsOf(file: string): Import[] {
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s+(type\s)?(?:[\w*{}\s,$]+\sfrom\s+)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]/g;
  return [...texts.get(file)!.matchAll(pattern)].map((match) => {
    const target = match[2] ?? match[3];
    const to = target.startsWith('.') ? relative(root, resolve(root, dirname(file), target)) : target;
    return { from: file, to, typeOnly: match[1] !== undefined };
  });
}

const imports = files.flatMap(importsOf);

/** What a part of the tree may import besides itself. Packages are listed by name; `node:*` is Node. */
const allowed: Record<string, RegExp> = {
  'src/language/': /^(src\/language\/|chevrotain$|@tonejs\/midi$|musicxml-io\/browser$)/,
  'src/engine/': /^(src\/(language|engine)\/|node:|onnxruntime-(node|common)$|@tensorflow\/)/,
  'src/extension/': /^(src\/(language|engine|extension)\/|node:|vscode$)/,
  // Picture and sound are the panel's own, drawn and mixed without a browser.
  'src/cli':
    /^(src\/(language|engine|cli)|media\/preview\/[\w-]+\.ts|node:|cac$|vega|linkedom$|@pdf-lib\/standard-fonts$)/,
  'media/preview/':
    /^(media\/preview\/|src\/extension\/preview\/(messages|change|[\w-]*valid[\w-]*)\.ts$|abcjs)/,
};

describe('the house', () => {
  test('every part of the tree has its rule', () => {
    const lawless = files.filter((file) => !Object.keys(allowed).some((part) => file.startsWith(part)));
    expect(lawless).toEqual([]);
  });

  test.each(Object.entries(allowed))('%s imports only what it may', (part, rule) => {
    const breaches = imports.filter(({ from, to }) => from.startsWith(part) && !rule.test(to));
    expect(breaches).toEqual([]);
  });

  test('imports lead to files that exist', () => {
    const missing = imports.filter(
      ({ to }) => /^(src|media)\//.test(to) && to.endsWith('.ts') && !texts.has(to),
    );
    expect(missing).toEqual([]);
  });

  test('there is no import cycle', () => {
    const edges = new Map<string, string[]>();
    for (const { from, to } of imports) {
      if (texts.has(to)) edges.set(from, [...(edges.get(from) ?? []), to]);
    }
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file))
        throw new Error(`cycle: ${[...path.slice(path.indexOf(file)), file].join(' -> ')}`);
      if (done.has(file)) return;
      for (const next of edges.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
  });

  test('the training never reaches the extension', () => {
    const reached = new Set<string>();
    const visit = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const { from, to, typeOnly } of imports)
        if (from === file && !typeOnly && texts.has(to)) visit(to);
    };
    for (const entry of ['src/extension/extension.ts', 'src/engine/process.ts'])
      if (texts.has(entry)) visit(entry);
    expect([...reached].filter((file) => file.includes('/training/'))).toEqual([]);
  });

  test('no mutable state is exported', () => {
    const mutable = files.filter((file) => /^export (let|var)\b/m.test(texts.get(file)!));
    expect(mutable).toEqual([]);
  });

  test('every file says what it is for', () => {
    const silent = files.filter((file) => !/^(\/\/|\/\*|#!)/.test(texts.get(file)!));
    expect(silent).toEqual([]);
  });
});
