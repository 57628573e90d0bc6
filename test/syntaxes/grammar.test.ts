// The TextMate grammar against the assertions written into *.satb beside this file, and against the examples.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRegistry } from 'vscode-tmgrammar-test/dist/common/index.js';
import { parseGrammarTestCase, runGrammarTestCase } from 'vscode-tmgrammar-test/dist/unit/index.js';
import manifest from '../../package.json' with { type: 'json' };

const registry = createRegistry([...manifest.contributes.grammars]);
const here = import.meta.dirname;
const examples = join(here, '../../examples');

describe('the grammar', () => {
  for (const file of readdirSync(here).filter((name) => name.endsWith('.satb'))) {
    it(`gives ${file} the scopes written in it`, async () => {
      const testCase = parseGrammarTestCase(readFileSync(join(here, file), 'utf8'));
      expect(testCase.assertions.length).toBeGreaterThan(0);
      expect(await runGrammarTestCase(registry, testCase)).toEqual([]);
    });
  }

  it('finds nothing illegal in the examples and ends every line where it began', async () => {
    const grammar = (await registry.loadGrammar('source.satb'))!;
    const pieces = readdirSync(examples).filter((name) => /\.(satb|abc)$/.test(name));
    expect(pieces.length).toBeGreaterThan(0);
    for (const piece of pieces) {
      let stack = null;
      for (const line of readFileSync(join(examples, piece), 'utf8').split(/\r?\n/)) {
        const tokens = grammar.tokenizeLine(line, stack);
        expect(tokens.tokens.filter((token) => token.scopes.some((scope) => /^invalid/.test(scope)))).toEqual(
          [],
        );
        // Outside text blocks no rule may reach into the next line.
        expect(tokens.ruleStack.depth, `${piece}: ${line}`).toBe(1);
        stack = tokens.ruleStack;
      }
    }
  });

  it('stays fast on a line that never closes what it opens', async () => {
    const grammar = (await registry.loadGrammar('source.satb'))!;
    const line = '[{"?[!(3'.repeat(2000);
    const started = performance.now();
    expect(grammar.tokenizeLine(line, null).tokens.length).toBeGreaterThan(1000);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
