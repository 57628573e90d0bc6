// The walkthrough of the packaged extension, as somebody goes through it who has never seen it: every button does what
// it says, and at the end there is a harmonized piece that was heard and is a file.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { closeBrowser, openWorkbench, type Workbench } from './workbench.ts';

const sample = readFileSync(join(import.meta.dirname, '../../../examples/hymn-to-joy.satb'), 'utf8');
const melody = sample.slice(sample.indexOf('\nF F G A |'), sample.indexOf('\nV:A\n')).trim().split('\n');

/** The engine may have to start first, on a busy machine. */
const SOON = { timeout: 90_000 };

describe('the walkthrough', () => {
  let workbench: Workbench;
  beforeAll(async () => {
    workbench = await openWorkbench({ files: { 'notes.txt': '' }, width: 1400, height: 850 });
    const { page } = workbench;
    await workbench.command('Welcome: Open Walkthrough');
    await page
      .locator('.quick-input-widget .monaco-list-row', { hasText: 'Get Started with Cantus' })
      .click();
    await guide().getByRole('heading', { name: 'Get Started with Cantus' }).last().waitFor();
  });
  afterAll(async () => {
    await workbench?.close();
    await closeBrowser();
  });

  const guide = () => workbench.page.locator('.gettingStartedContainer');
  const step = (title: string) => guide().locator('button.getting-started-step', { hasText: title });
  /** Unfolds a step and presses its button. */
  const press = async (title: string, button: string): Promise<void> => {
    if ((await step(title).getAttribute('aria-expanded')) !== 'true') await step(title).locator('h3').click();
    await step(title).locator('a.monaco-button', { hasText: button }).click();
  };
  const isDone = (title: string) =>
    expect
      .poll(() => step(title).locator('[role="checkbox"]').getAttribute('aria-checked'), SOON)
      .toBe('true');
  const text = async (): Promise<string> =>
    (await workbench.page.locator('.editor-instance .view-lines').innerText()).replaceAll('\u00a0', ' ');
  const panel = () => workbench.webview();

  it('opens a sample without a fault beside itself', async () => {
    await press('Open a sample', 'Open Sample');
    await expect.poll(text, SOON).toContain('Hymn to Joy');
    await workbench.lens('Harmonize').first().waitFor(SOON);
    expect(await guide().isVisible()).toBe(true);
    expect(await workbench.page.locator('.squiggly-error, .squiggly-warning').count()).toBe(0);
    await isDone('Open a sample');
    await workbench.screenshot('newcomer-1-sample');
  });

  it('harmonizes it, and leaves the melody as it is', async () => {
    await press('Harmonize it', 'Harmonize');
    await expect.poll(text, SOON).not.toContain('?Z');
    for (const line of melody) expect(await text()).toContain(line);
    await isDone('Harmonize it');
    await workbench.screenshot('newcomer-2-harmonized');
  });

  it('plays it', async () => {
    await press('Hear it', 'Play');
    await panel().locator('.sheet .abcjs-notehead').first().waitFor(SOON);
    const at = async () => Number(await panel().locator('line.head').getAttribute('x1'));
    await panel()
      .locator('line.head')
      .waitFor({ state: 'attached', ...SOON });
    const first = await at();
    await expect.poll(at, SOON).not.toBe(first);
    await isDone('Hear it');
    await workbench.screenshot('newcomer-3-heard');
    await panel().getByRole('button', { name: 'Stop', exact: true }).click();
  });

  it('offers alternatives to all but the melody', async () => {
    await press('Try alternatives', 'Try Alternatives');
    const flip = panel().getByRole('group', { name: 'Alternatives' });
    await flip.getByText(/Alternative 1 of 4/).waitFor({ timeout: 150_000 });
    await workbench.screenshot('newcomer-4-alternatives');
    await flip.getByRole('button', { name: 'Next' }).click();
    await flip.getByRole('button', { name: 'Keep' }).click();
    await flip.waitFor({ state: 'hidden' });
    await isDone('Try alternatives');
  });

  it('writes it as a file named after the piece', async () => {
    const { page } = workbench;
    const midi = page.locator('.quick-input-widget .monaco-list-row', { hasText: 'MIDI' });
    // The list closes where the focus goes elsewhere meanwhile; then the button is there to be pressed again.
    await vi.waitFor(async () => {
      await press('Take it with you', 'Export');
      await midi.click({ timeout: 5_000 });
    }, SOON);
    await expect
      .poll(() => page.locator('.quick-input-widget input').inputValue(), SOON)
      .toMatch(/\/Hymn-to-Joy\.mid$/);
    await page.locator('.quick-input-widget').getByText('OK', { exact: true }).click();
    const file = join(workbench.folder, 'Hymn-to-Joy.mid');
    await expect.poll(() => existsSync(file), SOON).toBe(true);
    expect(readFileSync(file).subarray(0, 4).toString('latin1')).toBe('MThd');
    expect(readFileSync(file).length).toBeGreaterThan(1000);
    await isDone('Take it with you');
    await workbench.screenshot('newcomer-5-exported');
  });
});
