// The packaged extension as a guest in the editor: what it says of itself, what it does in a folder that is not trusted,
// and in one that is on no disk.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
// @ts-expect-error: a script without types
import { start } from '../../../scripts/code-server.mjs';
import { asked, closeBrowser, openWorkbench, type Workbench } from './workbench.ts';

const tune = readFileSync(join(import.meta.dirname, '../../../examples/evening-tune.satb'), 'utf8');
const SOON = { timeout: 90_000 };

afterAll(closeBrowser);

/** Fills the open piece and takes it back. */
async function harmonize(workbench: Workbench): Promise<void> {
  await workbench.command('Cantus: Harmonize Piece');
  await expect.poll(() => workbench.visibleText(), SOON).not.toMatch(/^\[V:.*\?/m);
  await workbench.page.keyboard.press('Control+Z');
  await expect.poll(() => workbench.visibleText(), SOON).toMatch(/^\[V:.*\?/m);
}

describe('what it says of itself', () => {
  let workbench: Workbench;
  beforeAll(async () => {
    workbench = await openWorkbench({ files: { 'tune.satb': tune }, width: 1300, height: 800 });
    await workbench.openFile('tune.satb');
    await workbench.lens('Harmonize').first().waitFor(SOON);
  });
  afterAll(() => workbench?.close());

  it('is the key before the first run, and then network and runtime, too', async () => {
    const before = await workbench.languageStatus();
    expect(await before.innerText()).toMatch(/G major · The engine starts with the first harmonization\./);
    await workbench.page.keyboard.press('Escape');
    await harmonize(workbench);
    const after = await workbench.languageStatus();
    const words = await after.innerText();
    expect(words).toMatch(/chorale-16, onnx/);
    expect(words).toMatch(/G major · chorale-16 on CPU/);
    expect(words.match(/G major/g)).toHaveLength(1);
    await workbench.screenshot('guest-status');
  });

  it('is copied as a report by the button beside it', async () => {
    const shown = await workbench.languageStatus();
    await shown.getByText('Report').click();
    await workbench.statusItem('The report is in the clipboard.').waitFor(SOON);
    const report = await workbench.page.evaluate(() => navigator.clipboard.readText());
    expect(report).toMatch(/^Cantus \d+\.\d+\.\d+\nVS Code \d/);
    expect(report).toMatch(/^Model chorale-16 \w+$/m);
    expect(report).toMatch(
      /^Last run seed 42, \d+ forward passes, [\d.]+ s in the network, [\d.]+ s in all$/m,
    );
    expect(report).toMatch(/"runtime": "onnx"/);
  });

  it('is in the output channel: which runtime was taken, and why', async () => {
    await workbench.command('Output: Show Output Channels');
    await workbench.page.locator('.quick-input-widget .monaco-list-row', { hasText: /^Cantus/ }).click();
    const output = async () =>
      (
        await workbench.page.locator('.output-view-container .view-lines, .panel .view-lines').innerText()
      ).replaceAll('\u00a0', ' ');
    await expect.poll(output, SOON).toMatch(/Model chorale-16 .* on onnx/);
    await workbench.screenshot('guest-output');
  });
});

describe('in a folder that is not trusted', () => {
  let server: { readonly url: string; readonly stop: () => void } | undefined;
  let workbench: Workbench;
  const set = (settings: Record<string, unknown>): void => {
    mkdirSync(join(workbench.folder, '.vscode'), { recursive: true });
    writeFileSync(join(workbench.folder, '.vscode/settings.json'), JSON.stringify(settings));
  };
  beforeAll(async () => {
    const started = await start({
      extensions: [asked('CANTUS_EDITOR_EXTENSION')],
      settings: { 'security.workspace.trust.startupPrompt': 'never' },
      trust: true,
    });
    server = started;
    workbench = await openWorkbench({
      files: { 'tune.satb': tune },
      settings: { 'cantus.runtime': 'tfjs-wasm', 'cantus.model': 'nowhere', 'cantus.codeLens': false },
      server: started.url,
      width: 1300,
      height: 800,
    });
    await workbench.openFile('tune.satb');
    await workbench.page
      .locator('.banner, .statusbar-item', { hasText: 'Restricted Mode' })
      .first()
      .waitFor(SOON);
  });
  afterAll(async () => {
    await workbench?.close();
    server?.stop();
  });

  it('works, with the settings of the folder that name no model and no program', async () => {
    await harmonize(workbench);
    expect(await (await workbench.languageStatus()).innerText()).toMatch(/chorale-16, onnx/);
    await workbench.screenshot('guest-restricted');
    await workbench.page.keyboard.press('Escape');
    expect(await workbench.lens('Harmonize').count()).toBe(0);
  });

  it('takes them all once it is trusted', async () => {
    await workbench.command('Workspaces: Manage Workspace Trust');
    const { page } = workbench;
    await page.locator('.workspace-trust-editor').getByRole('button', { name: 'Trust', exact: true }).click();
    await page
      .locator('.workspace-trust-editor', { hasText: 'You have trusted' })
      .or(page.locator('.workspace-trust-editor', { hasText: 'Trusted' }))
      .first()
      .waitFor(SOON);
    await workbench.openFile('tune.satb');
    await workbench.command('Cantus: Harmonize Piece');
    await workbench.notification(/nowhere/);
    set({ 'cantus.runtime': 'tfjs-wasm' });
    await workbench.openFile('tune.satb');
    await workbench.lens('Harmonize').first().waitFor(SOON);
    await harmonize(workbench);
    expect(await (await workbench.languageStatus()).innerText()).toMatch(/chorale-16, tfjs-wasm/);
    await workbench.screenshot('guest-trusted');
  });
});

describe('in a folder that is on no disk', () => {
  let workbench: Workbench;
  beforeAll(async () => {
    workbench = await openWorkbench({
      files: {},
      workspace: 'memory:/choir',
      extension: join(import.meta.dirname, 'memory'),
      width: 1300,
      height: 800,
    });
  });
  afterAll(() => workbench?.close());

  const inExplorer = (name: string) =>
    workbench.page.locator('.explorer-folders-view .monaco-list-row', { hasText: name });
  const isSaved = () =>
    workbench.page.locator('.tab.active[data-resource-name="melody.satb"]:not(.dirty)').waitFor(SOON);

  it('reads a melody and writes four voices', async () => {
    await inExplorer('melody.satb').dblclick();
    await workbench.lens('Harmonize').first().waitFor(SOON);
    await workbench.command('Cantus: Harmonize Melody');
    await expect.poll(() => workbench.visibleText(), SOON).toMatch(/^\[V:B\] /m);
    await workbench.page.keyboard.press('Control+S');
    await isSaved();
    await workbench.screenshot('guest-virtual');
  });

  it('draws, exports and imports there', async () => {
    const { page } = workbench;
    await workbench.command('Cantus: Open Preview to the Side');
    await workbench.webview().locator('.sheet .abcjs-notehead').nth(8).waitFor(SOON);
    await workbench.command('Cantus: Export');
    await page.locator('.quick-input-widget .monaco-list-row', { hasText: 'MusicXML' }).first().click();
    await expect
      .poll(() => page.locator('.quick-input-widget input').inputValue(), SOON)
      .toMatch(/melody\.musicxml$/);
    await page.locator('.quick-input-widget').getByText('OK', { exact: true }).click();
    await workbench.menu(inExplorer('melody.musicxml'), 'Import…');
    await page.locator('.tab', { hasText: 'Untitled-1' }).waitFor(SOON);
    await expect.poll(() => workbench.visibleText(), SOON).toMatch(/^\[V:B\] /m);
    await workbench.screenshot('guest-virtual-imported');
  });
});
