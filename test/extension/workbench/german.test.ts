// The packaged extension where the editor speaks German: what it says itself is German wherever one looks.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeBrowser, openWorkbench, type Workbench } from './workbench.ts';

const tune = readFileSync(join(import.meta.dirname, '../../../examples/evening-tune.satb'), 'utf8');
/** Parallel fifths, and a bar that is too short. */
const wrong = `X:1
M:4/4
L:1/4
V:S
V:A
V:T clef=bass
V:B clef=bass
K:G
[V:S] d e d2 | d4 |]
[V:A] G A G2 | G4 |]
[V:T] B, C B,2 | B,3 |]
[V:B] G,2 G,2 | G,4 |]
`;
const SOON = { timeout: 90_000 };
/** Words of ours that German does not have. */
const ENGLISH =
  /\b(the|harmonize|harmonizing|resample|piece|alternatives|play|preview|open|voice|selection)\b/i;

describe('in German', () => {
  let workbench: Workbench;
  beforeAll(async () => {
    workbench = await openWorkbench({
      files: { 'tune.satb': tune, 'wrong.satb': wrong },
      language: 'de',
      width: 1400,
      height: 850,
    });
    await workbench.openFile('tune.satb');
    await workbench.lens('Harmonisieren').first().waitFor(SOON);
  });
  afterAll(async () => {
    await workbench?.close();
    await closeBrowser();
  });

  it('are the lines above piece and voices, and the state of the language', async () => {
    const lenses = await workbench.page.locator('.codelens-decoration a').allTextContents();
    expect(lenses.length).toBeGreaterThan(10);
    expect(lenses.filter((text) => ENGLISH.test(text))).toEqual([]);
    const status = await (await workbench.languageStatus()).innerText();
    expect(status).toMatch(/G-Dur · Das Rechenwerk startet mit der ersten Harmonisierung/);
    expect(status).toContain('Bericht');
    await workbench.page.keyboard.press('Escape');
    await workbench.screenshot('german-lenses');
  });

  it('are commands and settings', async () => {
    expect(await workbench.palette('Cantus: Stück')).toContain('Cantus: Stück harmonisieren');
    await workbench.command('Preferences: Open Settings (UI)');
    await workbench.page.locator('.settings-editor .settings-header .monaco-editor').click();
    await workbench.page.keyboard.type('cantus.');
    const shown = workbench.page.locator('.settings-editor .setting-item-description');
    await expect
      .poll(async () => (await shown.allTextContents()).join('\n'), SOON)
      .toMatch(/Standen die Takte der vier Stimmen/);
    await workbench.screenshot('german-settings');
    const texts = await shown.allTextContents();
    expect(texts.filter((text) => /\b(the|and|of|with)\b/i.test(text))).toEqual([]);
  });

  it('are findings and their mends', async () => {
    await workbench.openFile('wrong.satb');
    await workbench.page.locator('.squiggly-error').first().waitFor(SOON);
    await workbench.command('View: Toggle Problems');
    const rows = workbench.page.locator('.markers-panel .monaco-list-row');
    await expect
      .poll(async () => (await rows.allTextContents()).join('\n'), SOON)
      .toMatch(/Quintparallelen zwischen/);
    const texts = (await rows.allTextContents()).join('\n');
    expect(texts).toMatch(/Der Tenor dauert 3\/4 in Takt 2, der Takt aber 1\/1\. Es fehlen 1\/4\./);
    expect(texts).toMatch(/Sopran D5, Takt 1, Zählzeit 1/);
    expect(texts).not.toMatch(/\b(the|Let|Add|beat)\b/);
    await workbench.screenshot('german-findings');
    await workbench.command('View: Toggle Problems');
    await workbench.openFile('wrong.satb');
    await workbench.goTo(11, 18);
    await workbench.page.keyboard.press('Control+.');
    const menu = workbench.page.locator('.action-widget');
    await menu.getByText('Die fehlenden 1/4 offen lassen').waitFor(SOON);
    await workbench.screenshot('german-fixes');
    await workbench.page.keyboard.press('Escape');
  });

  it('is what a note is', async () => {
    await workbench.openFile('tune.satb');
    await workbench.goTo(15, 7);
    await workbench.command('Show or Focus Hover');
    const hover = workbench.page.locator('.monaco-hover-content').first();
    await expect.poll(() => hover.innerText(), SOON).toMatch(/Sopran D5 · Takt 1, Zählzeit 1 · Halbe/);
    await workbench.screenshot('german-hover');
    expect(await hover.innerText()).not.toMatch(/\b(the|above|beat|major|minor)\b/);
    await workbench.page.keyboard.press('Escape');
  });

  it('is the preview, from its buttons to its menu', async () => {
    await workbench.command('Cantus: Vorschau an der Seite öffnen');
    const panel = workbench.webview();
    await panel.locator('.sheet .abcjs-notehead').first().waitFor(SOON);
    await panel.getByRole('button', { name: 'Mehr', exact: true }).click();
    const words = await panel
      .locator('body')
      .evaluate((body) => [
        ...[...body.querySelectorAll('button, select, option, label')].map(
          (one) => (one as HTMLElement).innerText,
        ),
        ...[...body.querySelectorAll('[aria-label], [title]')].flatMap((one) => [
          one.getAttribute('aria-label') ?? '',
          one.getAttribute('title') ?? '',
        ]),
      ]);
    expect(words.length).toBeGreaterThan(20);
    expect(words.filter((text) => ENGLISH.test(text))).toEqual([]);
    await workbench.screenshot('german-preview');
  });

  it('is what is said when nothing is open', async () => {
    await workbench.focusText();
    await workbench.goTo(1, 1);
    await workbench.command('Cantus: Stück harmonisieren');
    await expect.poll(() => workbench.visibleText(), SOON).not.toMatch(/^\[V:.*\?/m);
    await workbench.statusItem(/Harmonisiere: das ganze Stück: Startwert 42/).waitFor(SOON);
    await workbench.command('Cantus: Stück harmonisieren');
    await workbench.notification(/Hier ist nichts offen/);
    await workbench.screenshot('german-notification');
    expect(
      await workbench.page
        .locator('.notifications-center .notification-list-item .monaco-button')
        .allTextContents(),
    ).toContain('A T B neu ziehen');
  });

  it('is the walkthrough', async () => {
    await workbench.command('Welcome: Open Walkthrough');
    await workbench.page
      .locator('.quick-input-widget .monaco-list-row', { hasText: 'Erste Schritte mit Cantus' })
      .click();
    const guide = workbench.page.locator('.gettingStartedContainer .gettingStartedDetailsContent');
    await expect.poll(() => guide.innerText(), SOON).toContain('Beispiel öffnen');
    await workbench.screenshot('german-walkthrough');
  });
});
