// The preview of the packaged extension in a workbench: its looks in every kind of theme.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeBrowser, openWorkbench, type Workbench } from './workbench.ts';

const tune = readFileSync(join(import.meta.dirname, '../../../examples/evening-tune.satb'), 'utf8');
const lines = tune.split('\n');
/** The line of the text that begins with this, as an editor counts. */
const lineOf = (start: string): number => lines.findIndex((line) => line.startsWith(start)) + 1;

describe('the looks of the panel in the workbench', () => {
  let workbench: Workbench;
  beforeAll(async () => {
    workbench = await openWorkbench({
      files: {
        'tune.satb': tune,
      },
      settings: { 'files.autoSave': 'off' },
      width: 1400,
      height: 820,
    });
    await workbench.openFile('tune.satb');
    await workbench.command('Cantus: Open Preview to the Side');
    await panel().locator('.sheet .abcjs-notehead').first().waitFor();
  });
  afterAll(async () => {
    await workbench?.close();
    await closeBrowser();
  });

  const panel = (): FrameLocator => workbench.webview();
  const chosen = (): Locator => panel().locator('.layer.moment rect.chosen');

  it("shows the sampler's notes while it works, and then what it filled", async () => {
    await (await workbench.webviewPage()).evaluate(() => {
      const seen = { ghosts: 0 };
      Object.assign(window, { seen });
      new MutationObserver(() => {
        seen.ghosts = Math.max(seen.ghosts, document.querySelectorAll('.ghosts .ghost').length);
      }).observe(document.querySelector('main')!, { childList: true, subtree: true });
    });
    await workbench.select([lineOf('[V:S] d2'), 7], [lineOf('[V:B] G,'), 60]);
    await workbench.command('Cantus: Harmonize Selection');
    await expect
      .poll(() => panel().locator('.layer.looks ellipse.filled').count(), { timeout: 90_000 })
      .toBeGreaterThan(5);
    expect(await panel().locator('.layer.looks rect.open').count()).toBeGreaterThan(5);
    const seen = await (await workbench.webviewPage()).evaluate(
      () => (window as unknown as { seen: { ghosts: number } }).seen,
    );
    expect(seen.ghosts).toBeGreaterThan(5);
    expect(await panel().locator('.ghosts .ghost').count()).toBe(0);
  });

  it('shows what the network thinks of what stands there', async () => {
    const press = (name: string): Promise<void> => panel().getByRole('button', { name, exact: true }).click();
    await press('More');
    await press('Surprise');
    await press('Probabilities');
    await expect.poll(() => panel().locator('circle.hot').count(), { timeout: 60_000 }).toBeGreaterThan(20);
    await expect.poll(() => panel().locator('.roll .odd').count(), { timeout: 60_000 }).toBeGreaterThan(20);
    await workbench.screenshot('panel-opinions');
    await press('Surprise');
    await press('Probabilities');
    await press('More');
    expect(await panel().locator('circle.hot').count()).toBe(0);
  });

  it.each([
    ['dark', 'Default Dark Modern', 'vscode-dark'],
    ['light', 'Default Light Modern', 'vscode-light'],
    ['contrast', 'Default High Contrast', 'vscode-high-contrast'],
  ])('has the colours of the theme: %s', async (name, theme, expected) => {
    writeFileSync(
      join(workbench.folder, '.vscode/settings.json'),
      JSON.stringify({ 'files.autoSave': 'off', 'workbench.colorTheme': theme }),
    );
    await panel().locator(`body.${expected}`).waitFor();
    const [text, ground] = await panel()
      .locator('.sheet')
      .evaluate((sheet) => {
        const { color, backgroundColor } = getComputedStyle(sheet);
        return [color, backgroundColor].map((colour) =>
          (colour.match(/[\d.]+/g) ?? []).slice(0, 3).reduce((sum, part) => sum + Number(part), 0),
        );
      });
    if (name === 'light') expect(text!).toBeLessThan(ground!);
    else expect(text!).toBeGreaterThan(ground!);
    // Keys that come while the focus is on its way to the text are lost now and then, as they are for a person.
    await workbench.focusText();
    await workbench.page.waitForTimeout(300);
    // The first column is in view, and then the note has the cursor.
    await workbench.goTo(1, 1);
    await workbench.goTo(lineOf('[V:S] d2'), 7);
    await chosen().first().waitFor();
    await workbench.page.waitForTimeout(800);
    await workbench.screenshot(`panel-${name}`);
    const { x } = (await workbench.page.locator('.editor-group-container').first().boundingBox())!;
    await workbench.page.screenshot({
      path: join(import.meta.dirname, `../../../out/screenshots/preview-${name}.png`),
      clip: { x, y: 36, width: 1400 - x, height: 640 },
    });
  });
});
