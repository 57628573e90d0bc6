// What completions say, in German: nothing that is suggested anywhere stays English.

import { describe, expect, it, vi } from 'vitest';
import { suggestions } from '../../src/language/complete.ts';
import { DIRECTIVE_NAMES } from '../../src/language/read/directives.ts';
import { parse } from '../../src/language/read/parse.ts';
import { json } from './strings.ts';

const german = json('l10n/bundle.l10n.de.json') as Readonly<Record<string, string>>;
vi.mock('vscode', async () => {
  const { json: read } = await import('./strings.ts');
  const bundle = read('l10n/bundle.l10n.de.json') as Readonly<Record<string, string>>;
  const t = (text: string, value = ''): string => (bundle[text] ?? text).replace('{0}', value);
  return { l10n: { bundle, t } };
});
const { suggestedText } = await import('../../src/extension/language/suggested.ts');

const HEAD = 'X:1\nV:S\n';
const PLACES = [
  'X:1\n',
  'X:1\n%%',
  ...DIRECTIVE_NAMES.map((name) => `${HEAD}%%cantus:${name} `),
  ...['K:', 'K:C ', 'K:C clef=', 'M:', 'L:', 'Q:', 'V:', 'V:S '].map((field) => HEAD + field),
  'X:1\nV:',
  `${HEAD}K:C\nc !`,
  `${HEAD}K:C\nc [`,
];

describe('completions in German', () => {
  const said = new Set(
    PLACES.flatMap((text) =>
      suggestions(parse(text).tree, text.length).flatMap(({ detail, doc }) => [detail, doc]),
    ),
  );
  said.delete('');

  it('are said with words of the bundle', () => {
    expect(said.size).toBeGreaterThan(140);
    const words = new Set(Object.values(german));
    const english = [...said].filter((text) => {
      const now = suggestedText(text);
      return !words.has(now) && !/-Dur$|-Moll$|^Schreiben Sie `/.test(now);
    });
    expect(english).toEqual([]);
  });

  it('tell how a directive is written', () => {
    expect(suggestedText('Write `%%cantus:grid 1/16` (or 1/8, 1/4).')).toBe(
      'Schreiben Sie `%%cantus:grid 1/16` (oder 1/8, 1/4).',
    );
    expect(suggestedText('F sharp minor')).toBe('Fis-Moll');
  });
});
