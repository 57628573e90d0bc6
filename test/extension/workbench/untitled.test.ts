// The preview of a piece that has no file yet: it follows what is typed, even where it is told to wait for a save.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeBrowser, openWorkbench, type Workbench } from './workbench.ts';

describe('the preview of an untitled piece', () => {
  let workbench: Workbench;
  beforeAll(async () => {
    workbench = await openWorkbench({
      files: { 'readme.txt': 'A folder is never empty.' },
      settings: { 'files.autoSave': 'off', 'cantus.preview.update': 'save' },
    });
  });
  afterAll(async () => {
    await workbench?.close();
    await closeBrowser();
  });

  it('follows each key', async () => {
    await workbench.command('Cantus: New Piece');
    await workbench.page.locator('.view-line', { hasText: '[V:B]' }).first().waitFor();
    await workbench.page.keyboard.press('Escape');
    await workbench.command('Cantus: Open Preview to the Side');
    await workbench.webview().locator('.sheet svg').waitFor({ timeout: 60_000 });
    await workbench.focusText();
    await workbench.page.waitForTimeout(500);
    await workbench.goTo(2, 3);
    await workbench.type('Sketch of ');
    await workbench.webview().locator('.sheet text', { hasText: 'Sketch of' }).waitFor();
    expect(await workbench.page.locator('.tab.active.dirty').count()).toBe(1);
  });
});
