// The README is true: its example is what the program prints, its files and scripts exist, its commands are rows.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
// @ts-expect-error: a script without types
import { bundle } from '../scripts/build.mjs';
// @ts-expect-error: a script without types
import { written } from '../scripts/readme.mjs';

const root = resolve(import.meta.dirname, '..');
const read = (name: string): string => readFileSync(join(root, name), 'utf8');
const readme = read('README.md');

describe('README', () => {
  beforeAll(() => bundle(['cli']), 60_000);

  test('shows what the program does', { timeout: 60_000 }, () => {
    expect(written(readme)).toBe(readme);
  });

  test('links to files that exist', () => {
    for (const name of ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md']) {
      const links = [...read(name).matchAll(/\]\(([^)#:]+)\)/g)].map((match) => match[1]);
      expect(links.filter((link) => !existsSync(join(root, link)))).toEqual([]);
    }
  });

  test('names scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const named = [...readme.matchAll(/npm (?:run )?([a-z:]+)/g)].map((match) => match[1]);
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  test('names commands that exist', async () => {
    const source = read('src/cli.ts');
    const rows = [...readme.matchAll(/^cantus ([a-z]+)/gm)].map((match) => match[1]);
    expect(rows.length).toBeGreaterThan(5);
    expect(rows.filter((row) => !source.includes(`${row}Row`))).toEqual([]);
  });

  test('ARCHITECTURE names files that exist', () => {
    const named = [
      ...read('ARCHITECTURE.md').matchAll(/`((?:src|media|test|scripts|syntaxes)\/[\w./-]+)`/g),
    ].map((match) => match[1]);
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((name) => !existsSync(join(root, name)))).toEqual([]);
  });
});
