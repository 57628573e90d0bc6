// What the extension's source says in words, asks of the settings and registers, read out of its text.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

export const json = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(root, name), 'utf8'));

/** Every source file of the extension, by its path. */
export const sources: ReadonlyMap<string, string> = new Map(
  readdirSync(join(root, 'src/extension'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => [name, readFileSync(join(root, 'src/extension', name), 'utf8')]),
);

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t' };

/** The text a quoted literal stands for. */
const unquote = (literal: string): string =>
  literal.slice(1, -1).replace(/\\(.)/g, (_, sign: string) => ESCAPES[sign] ?? sign);

export interface Saying {
  readonly file: string;
  /** Null where the first argument is no literal, so that it cannot be looked up. */
  readonly text: string | null;
}

/** What is given to `vscode.l10n.t`. */
export const sayings: readonly Saying[] = [...sources].flatMap(([file, source]) =>
  [...source.matchAll(/l10n\.t\(\s*('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")?/g)].map(([, literal]) => ({
    file,
    text: literal === undefined ? null : unquote(literal),
  })),
);
