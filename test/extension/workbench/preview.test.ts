// The preview of the packaged extension in a real workbench: beside the text, in step with it both ways.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeBrowser, openWorkbench, type Workbench } from './workbench.ts';

const tune = readFileSync(join(import.meta.dirname, '../../../examples/evening-tune.satb'), 'utf8');
const windows = tune.replace(/\r?\n/g, '\r\n').replace('T:Evening tune', 'T:Windows tune');

describe('the preview in the workbench', () => {
  let workbench: Workbench;
  beforeAll(async () => {
    workbench = await openWorkbench({
      files: { 'tune.satb': tune, 'windows.satb': windows },
      settings: { 'files.eol': 'auto' },
    });
    await workbench.openFile('tune.satb');
  });
  afterAll(async () => {
    await workbench?.close();
    await closeBrowser();
  });
  const heads = () => workbench.webview().locator('.sheet .abcjs-notehead');
  const focused = () =>
    workbench.page.evaluate(
      () =>
        document.activeElement?.closest('.monaco-editor') !== null &&
        document.activeElement?.closest('.webview') === null,
    );

  it('opens beside the text with Ctrl+K V, and leaves the focus where it is', async () => {
    await workbench.goTo(15, 8);
    await workbench.page.keyboard.press('Control+K');
    await workbench.page.keyboard.press('v');
    await heads().first().waitFor({ timeout: 60_000 });
    expect(await focused()).toBe(true);
    // Every note that the text has, and what is open.
    expect(await workbench.webview().locator('.sheet .note').count()).toBeGreaterThan(20);
    expect(await workbench.webview().locator('rect.open').count()).toBeGreaterThan(10);
    await workbench.screenshot('preview-beside');
  });

  it('marks the note of the cursor', async () => {
    const line = tune.split('\n').findIndex((text) => text.startsWith('[V:S] d2')) + 1;
    await workbench.goTo(line, 10);
    await workbench.webview().locator('.layer.moment rect.chosen').waitFor();
    const note = await workbench.webview().locator('.note.chosen').first().getAttribute('data-note');
    expect(note).toBe('1');
  });

  it('follows what is typed without taking the focus', async () => {
    const line = tune.split('\n').findIndex((text) => text.startsWith('T:')) + 1;
    await workbench.goTo(line, 3);
    await workbench.type('One ');
    await workbench.webview().getByText('One Evening tune').waitFor();
    expect(await focused()).toBe(true);
    for (let i = 0; i < 3; i++) await workbench.page.keyboard.press('Control+Z');
    // A click on a picture of the text before says nothing of the text.
    await workbench.webview().getByText('One Evening tune').waitFor({ state: 'hidden' });
  });

  it.each(['tune.satb', 'windows.satb'])('a click on a note selects its text (%s)', async (name) => {
    await workbench.openFile(name);
    await workbench.command('Cantus: Open Preview to the Side');
    const title = name === 'tune.satb' ? 'Evening tune' : 'Windows tune';
    const frame = workbench.webview();
    await frame.getByText(title).waitFor();
    const head = frame.locator('[data-note="3"] .abcjs-notehead').first();
    await head.click();
    const line = tune.split('\n').findIndex((text) => text.startsWith('[V:S] d2')) + 1;
    const column = tune.split('\n')[line - 1]!.indexOf('c B') + 1;
    await workbench.focusText(`Ln ${line}, Col ${column + 1} (1 selected)`);
  });

  it('plays after a click, with a playhead that moves', async () => {
    const frame = workbench.webview();
    await frame.getByRole('button', { name: 'Play', exact: true }).click();
    const at = async () => Number(await frame.locator('line.head').getAttribute('x1'));
    await frame.locator('line.head').waitFor({ state: 'attached', timeout: 30_000 });
    const first = await at();
    await expect.poll(at, { timeout: 20_000 }).not.toBe(first);
    await frame.getByRole('button', { name: 'Stop' }).click();
  });

  it('asks nothing of the internet, and breaks no policy', () => {
    expect(workbench.errors().filter((text) => /content security|cantus|preview/i.test(text))).toEqual([]);
    expect(workbench.remote.filter((url) => !/open-vsx|vscode|microsoft|github/.test(url))).toEqual([]);
  });
});
