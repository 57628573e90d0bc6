// The packaged extension on the main paths, as a user goes them: a melody becomes four voices, a voice is redrawn, an
// alternative is heard and kept, ghost text is taken, undo takes it all back, and a dead engine hurts nobody.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeBrowser, engines, openWorkbench, type Workbench } from './workbench.ts';

const example = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../../../examples', name), 'utf8');
const melody = example('old-hundredth.abc');
const tune = example('evening-tune.satb');
/** A run that takes long enough to be stopped in the middle. */
const long = tune.replace('%%cantus:seed 42', '%%cantus:seed 42\n%%cantus:steps 9000');

/** The engine may have to start first. */
const FILLED = { timeout: 60_000 };
const SOON = { timeout: 30_000 };

/** The lines of a voice, however wide their columns are. */
const sung = (text: string, voice: string): string[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith(`[V:${voice}]`))
    .map((line) => line.replaceAll(/ +/g, ' '));

describe('harmonizing in the workbench', () => {
  let workbench: Workbench;
  beforeAll(async () => {
    workbench = await openWorkbench({
      files: {
        'melody.satb': melody,
        'tune.satb': tune,
        'ghost.satb': tune,
        'long.satb': long,
        'killed.satb': long,
        'broken.satb': `${tune.replace('G, C, G, A,', 'G, C, G,')}[V:A] "unclosed\n`,
      },
      width: 1500,
      height: 900,
    });
    workbench.page.setDefaultTimeout(30_000);
  });
  afterAll(async () => {
    await workbench?.close();
    await closeBrowser();
  });
  const progress = (of: string) => workbench.statusItem(new RegExp(`Harmonizing the whole piece.*${of}`));

  it('makes four voices of a melody, and one undo takes them back', async () => {
    await workbench.openFile('melody.satb');
    await workbench.command('Cantus: Harmonize Selection');
    await expect.poll(() => workbench.visibleText(), FILLED).toMatch(/^\[V:B\] /m);
    const text = await workbench.savedText('melody.satb');
    expect(sung(text, 'S')[0]).toMatch(/^\[V:S\] G \| G F E D \|/);
    for (const voice of ['A', 'T', 'B']) expect(sung(text, voice)).toHaveLength(2);
    await workbench.screenshot('harmonize-melody');
    await workbench.page.keyboard.press('Control+Z');
    expect(await workbench.savedText('melody.satb')).toBe(melody);
  });

  it('shows in the preview what is open, and then what was filled', async () => {
    await workbench.openFile('tune.satb');
    await workbench.command('Cantus: Open Preview to the Side');
    const frame = workbench.webview();
    await frame.locator('.sheet .abcjs-notehead').first().waitFor();
    expect(await frame.locator('rect.open').count()).toBeGreaterThan(10);
    await workbench.command('Cantus: Harmonize Piece');
    await expect.poll(() => workbench.visibleText(), FILLED).not.toContain('?');
    await workbench.statusItem(/seed 42/).waitFor();
    await expect.poll(() => frame.locator('rect.open').count(), SOON).toBe(0);
    await workbench.screenshot('harmonize-preview');
    const text = await workbench.savedText('tune.satb');
    expect(text.slice(text.indexOf('[V:'))).not.toContain('?');
    expect(sung(text, 'S')).toEqual(sung(tune, 'S'));
    // The bars stood in columns, and still do.
    const columns = text.split('\n').flatMap((line) => /^\[V:.*?(?=\|)/.exec(line)?.[0].length ?? []);
    expect(new Set(columns.slice(0, 4)).size).toBe(1);
  });

  it('redraws a voice from its lens, pinned notes excepted', async () => {
    const before = await workbench.savedText('tune.satb');
    await workbench.lens('Resample B').click();
    await expect.poll(() => workbench.savedText('tune.satb'), FILLED).not.toBe(before);
    const after = await workbench.savedText('tune.satb');
    for (const voice of ['S', 'A', 'T']) expect(sung(after, voice)).toEqual(sung(before, voice));
    expect(sung(after, 'B').join()).toContain('@E,2');
  });

  it('says that nothing is open any more, and offers to draw again what is written', async () => {
    const before = await workbench.savedText('tune.satb');
    await workbench.command('Cantus: Harmonize Piece');
    await workbench.notification('Nothing is open here');
    await workbench.screenshot('harmonize-nothing-open');
    expect(await workbench.savedText('tune.satb')).toBe(before);
    await workbench.page
      .locator('.notifications-center .notification-list-item')
      .getByRole('button', { name: 'Resample' })
      .click();
    await expect.poll(() => workbench.savedText('tune.satb'), FILLED).not.toBe(before);
    await workbench.focusText();
    await workbench.page.keyboard.press('Control+Z');
    expect(await workbench.savedText('tune.satb')).toBe(before);
  });

  it('offers alternatives to hear, and changes nothing until one is kept', async () => {
    const before = await workbench.savedText('tune.satb');
    const frame = workbench.webview();
    const flip = frame.getByRole('group', { name: 'Alternatives' });
    const line = tune.split('\n').findIndex((text) => text.startsWith('[V:S] d2')) + 1;
    await workbench.select([line, 7], [line, 9]);
    await workbench.command('Cantus: Try Alternatives');
    await flip.getByText(/Alternative 1 of 4: seed \d+, \d+ % new/).waitFor(FILLED);
    await workbench.screenshot('harmonize-alternatives');
    await flip.getByRole('button', { name: 'Next' }).click();
    await flip.getByText(/Alternative 2 of 4/).waitFor();
    const at = async () => Number(await frame.locator('line.head').getAttribute('x1'));
    await frame.locator('line.head').waitFor({ state: 'attached' });
    const first = await at();
    await expect.poll(at, SOON).not.toBe(first);
    await workbench.focusText();
    expect(await workbench.savedText('tune.satb')).toBe(before);
    await workbench.page.keyboard.press('Escape');
    await flip.waitFor({ state: 'hidden' });
    expect(await workbench.savedText('tune.satb')).toBe(before);

    await workbench.command('Cantus: Try Alternatives');
    await flip.getByText(/Alternative 1 of 4/).waitFor(FILLED);
    await flip.getByRole('button', { name: 'Next' }).click();
    await workbench.page.keyboard.press('k');
    await flip.waitFor({ state: 'hidden' });
    await workbench.focusText();
    await expect.poll(() => workbench.savedText('tune.satb'), SOON).not.toBe(before);
    await workbench.page.keyboard.press('Control+Z');
    expect(await workbench.savedText('tune.satb')).toBe(before);
  });

  it('proposes at an open token what Tab takes, bar by bar', async () => {
    await workbench.openFile('ghost.satb');
    await workbench.lens('Harmonize').first().waitFor(FILLED);
    const lines = tune.split('\n');
    const line = lines.findIndex((text) => text.startsWith('[V:T] ?Z          |'));
    await workbench.goTo(line + 1, lines[line]!.indexOf('?Z') + 3);
    await workbench.ghostText().first().waitFor(FILLED);
    await workbench.screenshot('harmonize-ghost');
    await workbench.page.keyboard.press('Tab');
    // The notes come first, then the open tokens go.
    await expect.poll(() => workbench.visibleText(), SOON).toMatch(/^\[V:T\] [^?|]*[A-G][^?|]*\| \?B,/m);
    const first = await workbench.savedText('ghost.satb');
    expect(sung(first, 'T')[0]).toMatch(/^\[V:T\] [^?|]*[A-G][^?|]*\| \?B, @C D2 \| \?x4 /);
    // The cursor has gone on to the next open token.
    await workbench.ghostText().first().waitFor(FILLED);
    await workbench.page.keyboard.press('Tab');
    await expect.poll(() => workbench.visibleText(), SOON).toMatch(/^\[V:T\] [^?]*\| [^?|]+ @C D2/m);
    expect(sung(await workbench.savedText('ghost.satb'), 'T')[0]).toMatch(/\| [^?|]+ @C D2 \| \?x4 /);
    await workbench.page.keyboard.press('Control+Z');
    expect(await workbench.savedText('ghost.satb')).toBe(first);
    await workbench.page.keyboard.press('Control+Z');
    expect(await workbench.savedText('ghost.satb')).toBe(tune);
  });

  it('stops a long run when asked to, and changes nothing', async () => {
    await workbench.openFile('long.satb');
    await workbench.command('Cantus: Harmonize Piece');
    await progress('[1-9]').waitFor(FILLED);
    await workbench.lens(/Cancel/).click();
    await progress('').waitFor({ state: 'hidden' });
    expect(await workbench.savedText('long.satb')).toBe(long);
  });

  it('loses nothing when the engine dies in mid-run, and starts it anew', async () => {
    await workbench.openFile('killed.satb');
    await workbench.command('Cantus: Harmonize Piece');
    await progress('[1-9]').waitFor(FILLED);
    const killed = engines();
    expect(killed.length).toBeGreaterThan(0);
    for (const pid of killed) process.kill(pid, 'SIGKILL');
    await workbench.notification(/engine stopped/i);
    await workbench.screenshot('harmonize-killed');
    expect(await workbench.savedText('killed.satb')).toBe(long);
    await workbench.openFile('melody.satb');
    await workbench.command('Cantus: Harmonize Selection');
    await expect.poll(() => workbench.visibleText(), FILLED).toMatch(/^\[V:B\] /m);
    expect(engines().filter((pid) => !killed.includes(pid)).length).toBeGreaterThan(0);
  });

  it('says what is wrong with a broken file and keeps working', async () => {
    await workbench.openFile('broken.satb');
    await workbench.page.locator('.squiggly-error').first().waitFor();
    await workbench.screenshot('harmonize-broken');
    await workbench.command('Cantus: Harmonize Piece');
    await expect.poll(() => workbench.visibleText(), FILLED).not.toMatch(/^\[V:T\].*\?/m);
  });

  it('asks nothing of the internet', () => {
    expect(workbench.errors().filter((text) => /content security|cantus/i.test(text))).toEqual([]);
    expect(workbench.remote.filter((url) => !/open-vsx|vscode|microsoft|github/.test(url))).toEqual([]);
  });
});
