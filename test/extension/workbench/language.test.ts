// The packaged extension in a real workbench: a piece is recognised, coloured, and can be begun from nothing.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeBrowser, openWorkbench, type Workbench } from './workbench.ts';

const tune = readFileSync(join(import.meta.dirname, '../../../examples/evening-tune.satb'), 'utf8');

describe('a piece in the workbench', () => {
  let workbench: Workbench;
  beforeAll(async () => {
    workbench = await openWorkbench({ files: { 'tune.satb': tune } });
    await workbench.openFile('tune.satb');
  });
  afterAll(async () => {
    await workbench?.close();
    await closeBrowser();
  });

  it('is shown as SATB', async () => {
    await workbench.statusItem(/^SATB$/).waitFor();
    expect((await workbench.visibleText()).split('\n')[1]).toBe('T:Evening tune');
    await workbench.screenshot('language-tune');
  });

  it('has open and pinned notes coloured apart from written ones', async () => {
    const line = tune.split('\n').findIndex((text) => text.startsWith('[V:T] ?Z ')) + 1;
    const at = async (sign: string) => {
      await workbench.goTo(line, tune.split('\n')[line - 1]!.indexOf(sign) + 1);
      return workbench.tokenAtCursor();
    };
    expect(await at('?B')).toEqual({
      language: 'satb',
      scopes: ['keyword.operator.open.satb', 'meta.note.open.satb', 'source.satb'],
    });
    expect((await at('@C')).scopes).toContain('storage.modifier.pinned.satb');
    expect((await at('D2')).scopes).toEqual(['support.constant.pitch.satb', 'meta.note.satb', 'source.satb']);
  });

  it('is edited and undone like any text', async () => {
    await workbench.goTo(2, 3);
    await workbench.type('One');
    expect(await workbench.savedText('tune.satb')).toBe(tune.replace('T:Evening', 'T:OneEvening'));
    await workbench.page.keyboard.press('Control+Z');
    expect(await workbench.savedText('tune.satb')).toBe(tune);
  });

  it('can be begun from the palette', async () => {
    expect(await workbench.palette('Cantus: New')).toContain('Cantus: New Piece');
    await workbench.command('Cantus: New Piece');
    await workbench.statusItem(/^SATB$/).waitFor();
    await expect.poll(() => workbench.visibleText(), { timeout: 30_000 }).toMatch(/^\[V:B\] \?Z2 \|\]$/m);
    await workbench.screenshot('language-new-piece');
  });

  it('asks nothing of the extension that fails, and nothing of the internet from us', () => {
    expect(workbench.errors().filter((text) => /cantus/i.test(text))).toEqual([]);
    expect(workbench.remote.filter((url) => !/open-vsx|vscode|microsoft|github/.test(url))).toEqual([]);
  });
});
