// The packaged extension on the main paths, as a user goes them: a melody becomes four voices, a voice is redrawn, an
// alternative is heard and kept, ghost text is taken, undo takes it all back, and a dead engine hurts nobody.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeBrowser, openWorkbench, type Workbench } from './workbench.ts';

const example = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../../../examples', name), 'utf8');
const melody = example('old-hundredth.abc');
const tune = example('evening-tune.satb');
/** A run that takes long enough to be killed in the middle. */
const long = tune.replace('%%cantus:seed 42', '%%cantus:seed 42\n%%cantus:steps 3000');

const PATIENCE = { timeout: 60_000 };

/** Process numbers of engines that run for a workbench. */
function engines(): number[] {
  const lines = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => /dist\/engine\.cjs/.test(line)).map((line) => Number.parseInt(line, 10));
}

describe('harmonizing in the workbench', () => {
  let workbench: Workbench;
  beforeAll(async () => {
    workbench = await openWorkbench({
      files: {
        'melody.satb': melody,
        'tune.satb': tune,
        'long.satb': long,
        'broken.satb': `${tune}\n[V:A] "unclosed\n`,
      },
      width: 1500,
      height: 900,
    });
  });
  afterAll(async () => {
    await workbench?.close();
    await closeBrowser();
  });

  it('makes four voices of a melody, and undo takes them back', async () => {
    await workbench.openFile('melody.satb');
    await workbench.command('Cantus: Harmonize Selection');
    await expect.poll(() => workbench.visibleText(), PATIENCE).toMatch(/^\[V:B\] /m);
    const text = await workbench.savedText('melody.satb');
    expect(text).toContain('[V:S] G | G F E D |');
    expect(text.match(/^\[V:[ATB]\]/gm)).toHaveLength(6);
    await workbench.screenshot('harmonize-melody');
    await workbench.page.keyboard.press('Control+Z');
    expect(await workbench.savedText('melody.satb')).toBe(melody);
  });

  it('shows the result in the preview', async () => {
    await workbench.openFile('tune.satb');
    await workbench.command('Cantus: Open Preview to the Side');
    await workbench.webview().locator('svg').first().waitFor();
    await workbench.command('Cantus: Harmonize Piece');
    await expect.poll(() => workbench.visibleText(), PATIENCE).not.toContain('?');
    await workbench.screenshot('harmonize-preview');
    expect(await workbench.savedText('tune.satb')).not.toContain('?');
  });

  it('redraws a voice from its lens, pinned notes excepted', async () => {
    const before = await workbench.savedText('tune.satb');
    await workbench.lens('Resample B').first().click();
    await expect.poll(() => workbench.savedText('tune.satb'), PATIENCE).not.toBe(before);
    const line = (text: string, voice: string): string[] =>
      text.split('\n').filter((one) => one.startsWith(`[V:${voice}]`));
    const after = await workbench.savedText('tune.satb');
    for (const voice of ['S', 'A', 'T']) expect(line(after, voice)).toEqual(line(before, voice));
    expect(line(after, 'B').join()).toContain('@E,2');
  });

  it('offers alternatives and changes nothing until one is kept', async () => {
    const before = await workbench.savedText('tune.satb');
    await workbench.command('Cantus: Try Alternatives');
    await workbench
      .webview()
      .getByText(/1 of 4/)
      .first()
      .waitFor(PATIENCE);
    expect(await workbench.savedText('tune.satb')).toBe(before);
    await workbench.screenshot('harmonize-alternatives');
    await workbench.command('Cantus: Reject Alternatives');
    expect(await workbench.savedText('tune.satb')).toBe(before);
  });

  it('loses nothing when the engine dies in mid-run, and starts it anew', async () => {
    await workbench.openFile('long.satb');
    const known = new Set(engines());
    await workbench.command('Cantus: Harmonize Piece');
    await expect.poll(() => engines().length, PATIENCE).toBeGreaterThan(0);
    for (const pid of [...engines(), ...known]) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has gone by itself.
      }
    }
    await workbench
      .notification(/engine/i)
      .first()
      .waitFor(PATIENCE);
    expect(await workbench.savedText('long.satb')).toBe(long);
    await workbench.openFile('melody.satb');
    await workbench.command('Cantus: Harmonize Selection');
    await expect.poll(() => workbench.visibleText(), PATIENCE).toMatch(/^\[V:B\] /m);
  });

  it('says what is wrong with a broken file and keeps working', async () => {
    await workbench.openFile('broken.satb');
    await workbench.page.locator('.squiggly-error, .squiggly-warning').first().waitFor(PATIENCE);
    await workbench.screenshot('harmonize-broken');
  });

  it('asks nothing of the internet', () => {
    expect(workbench.remote.filter((url) => !/open-vsx|vscode|microsoft|github/.test(url))).toEqual([]);
  });
});
