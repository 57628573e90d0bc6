// What the extension's source and its preview say in words, ask of the settings and register, read out of their text.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

export const json = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(root, name), 'utf8'));

const sourcesIn = (folder: string): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => [name, readFileSync(join(root, folder, name), 'utf8')]),
  );

/** Every source file of the extension, by its path. */
export const sources = sourcesIn('src/extension');

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t' };

/** The text a quoted literal stands for. */
const unquote = (literal: string): string =>
  literal.slice(1, -1).replace(/\\(.)/g, (_, sign: string) => ESCAPES[sign] ?? sign);

export interface Saying {
  readonly file: string;
  /** Null where the first argument is no literal, so that it cannot be looked up. */
  readonly text: string | null;
}

/** What is given to `vscode.l10n.t`, and to the preview's own `t`, which takes the same translations. */
export const sayings: readonly Saying[] = [...sources, ...sourcesIn('media/preview')].flatMap(
  ([file, source]) =>
    [
      ...source.matchAll(/(?<!function )(?<=l10n\.|[^\w.])t\(\s*('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")?/g),
    ].map(([, literal]) => ({ file, text: literal === undefined ? null : unquote(literal) })),
);
