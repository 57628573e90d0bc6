// The preview of the packaged extension as a workbench has it: its settings, what it selects, several at once, its
// life over a reload, and that everybody can use it.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { FrameLocator, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeBrowser, openWorkbench, type Workbench } from './workbench.ts';

const tune = readFileSync(join(import.meta.dirname, '../../../examples/evening-tune.satb'), 'utf8');
const lines = tune.split('\n');
/** The line of the text that begins with this, as an editor counts. */
const lineOf = (start: string): number => lines.findIndex((line) => line.startsWith(start)) + 1;
const SOON = { timeout: 20_000 };
/** In a browser the editor saves by itself, unless told not to. */
const QUIET = { 'files.autoSave': 'off' };

describe('the panel in the workbench', () => {
  let workbench: Workbench;
  beforeAll(async () => {
    workbench = await openWorkbench({
      files: {
        'tune.satb': tune,
        'other.satb': tune.replace('T:Evening tune', 'T:Another tune'),
      },
      settings: QUIET,
      width: 1400,
      height: 820,
    });
    await workbench.openFile('tune.satb');
    await workbench.page.locator('.editor-actions a[aria-label^="Open Preview to the Side"]').click();
    await head(0).waitFor();
  });
  afterAll(async () => {
    await workbench?.close();
    await closeBrowser();
  });

  const panel = (): FrameLocator => workbench.webview();
  const head = (note: number): Locator =>
    panel().locator(`.sheet [data-note="${note}"] .abcjs-notehead`).first();
  let sound = 'organ';
  /** Changes settings, and one more whose effect can be seen, so that they are known to be in effect. */
  const set = async (settings: Record<string, unknown>): Promise<void> => {
    sound = sound === 'organ' ? 'piano' : 'organ';
    const file = join(workbench.folder, '.vscode/settings.json');
    writeFileSync(`${file}.new`, JSON.stringify({ ...QUIET, ...settings, 'cantus.preview.sound': sound }));
    renameSync(`${file}.new`, file);
    await expect.poll(() => panel().locator('#more select').first().inputValue(), SOON).toBe(sound);
  };
  /** Keys that come while the focus is on its way to the text are lost now and then, as they are for a person. */
  const goTo = async (line: number, column: number): Promise<void> => {
    await workbench.page.keyboard.press('Escape');
    await workbench.focusText();
    await workbench.page.waitForTimeout(300);
    await workbench.goTo(line, column);
  };
  const textHasFocus = (): Promise<boolean> =>
    workbench.page.evaluate(
      () =>
        document.activeElement?.closest('.monaco-editor') !== null &&
        document.activeElement?.closest('.webview') === null,
    );
  const chosen = (): Locator => panel().locator('.layer.moment rect.chosen');
  const unfold = async (): Promise<void> => {
    const more = panel().getByRole('button', { name: 'More', exact: true });
    if ((await more.getAttribute('aria-expanded')) === 'false') await more.click();
  };

  it('opens from the title bar without taking the focus from the text', async () => {
    expect(await panel().locator('h1, .sheet text').filter({ hasText: 'Evening tune' }).count()).toBe(1);
    await goTo(lineOf('[V:S] d2'), 7);
    expect(await textHasFocus()).toBe(true);
  });

  const markAt = async (line: number): Promise<number> => {
    await goTo(line, 7);
    await workbench.page.waitForTimeout(700);
    return Number(await chosen().first().getAttribute('y'));
  };

  it('sync "off": neither side follows the other', async () => {
    const [upper, lower] = [lineOf('[V:S] d2'), lineOf('[V:S] e2')];
    await chosen().first().waitFor();
    expect((await markAt(lower)) - (await markAt(upper))).toBeGreaterThan(50);
    await set({ 'cantus.preview.sync': 'off' });
    expect(await markAt(lower)).toBe(await markAt(upper));
    const before = await workbench.focusText();
    await head(3).click();
    expect(await workbench.focusText()).toBe(before);
  });

  it('sync "text-to-preview": the mark follows the cursor, a click selects nothing', async () => {
    await set({ 'cantus.preview.sync': 'text-to-preview' });
    expect((await markAt(lineOf('[V:S] e2'))) - (await markAt(lineOf('[V:S] d2')))).toBeGreaterThan(50);
    const before = await workbench.focusText();
    await head(3).click();
    expect(await workbench.focusText()).toBe(before);
  });

  it('sync "preview-to-text": a click selects, the mark does not follow the cursor', async () => {
    await set({ 'cantus.preview.sync': 'preview-to-text' });
    const line = lineOf('[V:S] d2');
    await head(3).click();
    await expect
      .poll(() => workbench.focusText(), SOON)
      .toContain(`Ln ${line}, Col ${lines[line - 1]!.indexOf('c B') + 2} (1 selected)`);
    const before = await chosen().first().getAttribute('x');
    await goTo(line, 7);
    await workbench.page.waitForTimeout(700);
    expect(await chosen().first().getAttribute('x')).toBe(before);
  });

  it('update "save" waits for the file to be saved, "type" does not', async () => {
    const title = (text: string): Promise<number> =>
      panel().locator('.sheet text').filter({ hasText: text }).count();
    await set({ 'cantus.preview.update': 'save' });
    await goTo(lineOf('T:'), 3);
    await workbench.type('One ');
    await workbench.page.waitForTimeout(1500);
    expect(await title('One Evening tune')).toBe(0);
    await workbench.page.keyboard.press('Control+S');
    await expect.poll(() => title('One Evening tune'), SOON).toBe(1);
    await set({ 'cantus.preview.update': 'type' });
    await goTo(lineOf('T:'), 3);
    for (let i = 0; i < 4; i++) await workbench.page.keyboard.press('Delete');
    await expect.poll(() => title('One Evening tune'), SOON).toBe(0);
    expect(await workbench.page.locator('.tab.active.dirty').count()).toBe(1);
    expect(await textHasFocus()).toBe(true);
    expect(await workbench.savedText('tune.satb')).toBe(tune);
  });

  it('bars under a drag are selected, over the end of a line too, and the button harmonizes those alone', async () => {
    const [from, to] = [await head(9).boundingBox(), await head(14).boundingBox()];
    await workbench.page.mouse.move(from!.x + 4, from!.y + 22);
    await workbench.page.mouse.down();
    await workbench.page.mouse.move(to!.x + 4, to!.y + 22, { steps: 5 });
    await workbench.page.mouse.up();
    await expect.poll(() => panel().locator('.layer.bars rect').count(), SOON).toBe(2);
    await panel().getByRole('button', { name: 'Harmonize', exact: true }).click();
    // What is before and after them stays open.
    await expect
      .poll(() => panel().locator('.layer.looks ellipse.filled').count(), { timeout: 90_000 })
      .toBeGreaterThan(5);
    await workbench.screenshot('panel-filled');
    await workbench.focusText();
    const filled = (await workbench.savedText('tune.satb')).split('\n');
    const bars = (line: string): string[] =>
      line
        .replace(/^\[V:.\] /, '')
        .split('|')
        .map((bar) => bar.trim());
    for (const voice of 'SATB') {
      const all = (text: string[]): string[] =>
        text
          .filter((line) => line.startsWith(`[V:${voice}]`))
          .flatMap((line) => bars(line).filter((bar) => bar !== '' && bar !== ']'));
      const [was, is] = [all(lines), all(filled)];
      expect(is.slice(0, 2), voice).toEqual(was.slice(0, 2));
      expect(is.at(-1), voice).toEqual(was.at(-1));
      expect(is.slice(2, 5).join(), voice).not.toContain('?');
    }
    await workbench.page.keyboard.press('Control+Z');
    expect(await workbench.savedText('tune.satb')).toBe(tune);
  });

  it('shows several documents at once, each its own', async () => {
    await workbench.openFile('other.satb');
    await workbench.command('Cantus: Open Preview to the Side');
    await expect
      .poll(() => panel().locator('.sheet text').filter({ hasText: 'Another tune' }).count(), SOON)
      .toBe(1);
    const tabs = workbench.page.locator('.tab', { hasText: /Preview (tune|other)\.satb/ });
    expect(await tabs.count()).toBe(2);
    await tabs.filter({ hasText: 'other' }).click({ button: 'middle' });
    await workbench.openFile('tune.satb');
    await panel().locator('.sheet text').filter({ hasText: 'Evening tune' }).first().waitFor();
    expect(await tabs.count()).toBe(1);
  });

  it('axe finds no serious fault', async () => {
    await unfold();
    for (const name of ['Mixer', 'Words', 'Probabilities'])
      await panel().getByRole('button', { name, exact: true }).click();
    const frame = await workbench.webviewPage();
    await frame.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
    const found = await frame.evaluate(async () => {
      const { axe } = window as unknown as {
        axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
      };
      const { violations } = await axe.run();
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 100)).join(' | ')}`);
    });
    expect(found).toEqual([]);
    for (const name of ['Mixer', 'Words', 'Probabilities', 'More'])
      await panel().getByRole('button', { name, exact: true }).click();
  });

  it('comes back after the window is loaded anew, as it was', async () => {
    await unfold();
    await panel().getByRole('button', { name: 'Zoom in' }).click();
    await panel().getByRole('button', { name: 'Loop' }).click();
    await goTo(1, 1);
    const loaded = workbench.page.waitForEvent('domcontentloaded', { timeout: 60_000 });
    await workbench.command('Developer: Reload Window');
    await loaded;
    await head(0).waitFor({ timeout: 120_000 });
    expect(await panel().locator('.sheet text').filter({ hasText: 'Evening tune' }).count()).toBe(1);
    expect(await panel().getByText('110 %').count()).toBe(1);
    expect(await panel().getByRole('button', { name: 'Loop' }).getAttribute('aria-pressed')).toBe('true');
    // It still follows its text.
    await workbench.openFile('tune.satb');
    await goTo(lineOf('T:'), 3);
    await workbench.type('Once more ');
    await expect
      .poll(() => panel().locator('.sheet text').filter({ hasText: 'Once more Evening tune' }).count(), SOON)
      .toBe(1);
    await workbench.page.keyboard.press('Control+Z');
    await workbench.savedText('tune.satb');
    await panel().getByRole('button', { name: 'Zoom out' }).click();
    await panel().getByRole('button', { name: 'Loop' }).click();
    await panel().getByRole('button', { name: 'More', exact: true }).click();
  });

  it('asks nothing of the internet, and breaks no policy', () => {
    expect(workbench.errors().filter((text) => /content security|cantus|preview/i.test(text))).toEqual([]);
    expect(workbench.remote.filter((url) => !/open-vsx|vscode|microsoft|github/.test(url))).toEqual([]);
  });
});
