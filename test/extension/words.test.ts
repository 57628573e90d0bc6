// The words of the extension: every one can be translated, and the German translation leaves none out.

import { describe, expect, it } from 'vitest';
import { RULES } from '../../src/language/analyse/rules.ts';
import { CODES } from '../../src/language/read/check.ts';
import { json, sayings, sources } from './strings.ts';

const placeholders = (text: unknown): string[] => [...new Set(String(text).match(/\{\d+\}/g))].sort();
const commandLinks = (text: unknown): string[] => String(text).match(/\(command:[\w.:]+\)/g) ?? [];

describe('words in the source', () => {
  const bundle = json('l10n/bundle.l10n.json');
  const used = new Set(sayings.map(({ text }) => text));

  it('are literals, so that they can be looked up', () => {
    expect(sayings.length).toBeGreaterThan(30);
    expect(sayings.filter(({ text }) => text === null)).toEqual([]);
  });

  it('are all that a message, a prompt or a list begins with', () => {
    const bare = [...sources].flatMap(([file, source]) =>
      [
        ...source.matchAll(/(?:show\w+Message|setStatusBarMessage)\(\s*['"`]|\b(?:title|prompt): ['"`]\w/g),
      ].map(([text]) => `${file}: ${text}`),
    );
    expect(bare).toEqual([]);
  });

  it('are all in the bundle, which has no others', () => {
    expect(sayings.filter(({ text }) => text !== null && !(text in bundle))).toEqual([]);
    expect(Object.keys(bundle).filter((text) => !used.has(text))).toEqual([]);
  });

  it('are all there in German, with the same places to fill in', () => {
    const german = json('l10n/bundle.l10n.de.json');
    expect(Object.keys(german).sort()).toEqual(Object.keys(bundle).sort());
    for (const [text, translated] of Object.entries(german))
      expect({ text, places: placeholders(translated) }).toEqual({ text, places: placeholders(text) });
  });
});

it('every finding has a name that can be translated, and no other has', () => {
  const table = /const FINDINGS\b[^{]*\{([^}]*)\}/.exec(sources.get('words.ts') ?? '')?.[1] ?? '';
  const named = [...table.matchAll(/^ {2}'?([\w-]+)'?: vscode\.l10n\.t\(/gm)].map(([, code]) => code);
  expect(named.sort()).toEqual([...CODES, ...RULES].map(({ code }) => code).sort());
});

describe('words in the manifest', () => {
  const english = json('package.nls.json');

  it('are all there in German, with the same commands to click', () => {
    const german = json('package.nls.de.json');
    expect(Object.keys(german).sort()).toEqual(Object.keys(english).sort());
    for (const [key, text] of Object.entries(german)) {
      expect(text, key).not.toBe('');
      expect(commandLinks(text), key).toEqual(commandLinks(english[key]));
    }
  });
});
