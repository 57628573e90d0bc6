// How soon a picture follows a key in a workbench: printed, not judged, since other work on the machine counts. What
// is judged is the picture: after every key it has the notes of the text.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { piece } from '../../preview/piece.ts';
import { closeBrowser, openWorkbench, type Workbench } from './workbench.ts';

/** What the two pages write down: moments in milliseconds, on the same clock. */
interface Seen {
  readonly keys: number[];
  /** The document arrives, its picture stands, and is on the screen. */
  readonly came: number[];
  readonly drawn: number[];
  readonly painted: number[];
}

const BARS = [64, 300];
const TIMES = 6;

describe('the speed of the preview in the workbench', () => {
  let workbench: Workbench;
  beforeAll(async () => {
    workbench = await openWorkbench({
      files: Object.fromEntries(
        BARS.map((bars) => [`${bars}-bars.satb`, piece({ bars, title: `${bars} bars` }).text]),
      ),
      settings: { 'files.autoSave': 'off' },
      width: 1400,
      height: 820,
    });
    await workbench.page.evaluate(() => {
      const keys: number[] = [];
      Object.assign(window, { seen: { keys } });
      window.addEventListener('keydown', () => keys.push(performance.timeOrigin + performance.now()), true);
    });
  });
  afterAll(async () => {
    await workbench?.close();
    await closeBrowser();
  });

  const heads = (): Promise<number> => workbench.webview().locator('.sheet .abcjs-notehead').count();

  it.each(BARS)('%i bars', async (bars) => {
    await workbench.openFile(`${bars}-bars.satb`);
    await workbench.command('Cantus: Open Preview to the Side');
    await expect.poll(heads, { timeout: 120_000 }).toBe(16 * bars);
    const panel = await workbench.webviewPage();
    await panel.evaluate(() => {
      const seen = { came: [] as number[], drawn: [] as number[], painted: [] as number[] };
      Object.assign(window, { seen });
      const now = (): number => performance.timeOrigin + performance.now();
      window.addEventListener(
        'message',
        ({ data }) => {
          if (data?.type === 'document' || data?.type === 'change') seen.came.push(now());
        },
        true,
      );
      new MutationObserver((records) => {
        if (!records.some(({ target }) => target instanceof Element && target.closest('.sheet svg'))) return;
        if (seen.drawn.length === seen.came.length) return;
        seen.drawn.push(now());
        requestAnimationFrame(() => setTimeout(() => seen.painted.push(now())));
      }).observe(document.querySelector('main')!, { childList: true, subtree: true });
    });
    const page = workbench.page;
    const text = piece({ bars, title: `${bars} bars` }).text.split('\n');
    // In the middle of the piece, a note more and a note less.
    const line = Math.round(text.length / 2);
    const column = text[line - 1]!.indexOf('|') + 1;
    const parts: Record<string, number[]> = { all: [], 'till it comes': [], drawing: [], painting: [] };
    for (let i = 0; i < TIMES; i++) {
      await workbench.goTo(line, column);
      await page.waitForTimeout(1200);
      await page.keyboard.press(i % 2 === 0 ? 'c' : 'Delete');
      await page.waitForTimeout(2500);
      expect(await heads()).toBe(16 * bars + (i % 2 === 0 ? 1 : 0));
      const { keys } = await page.evaluate(() => (window as unknown as { seen: Pick<Seen, 'keys'> }).seen);
      const { came, drawn, painted } = await panel.evaluate(() => (window as unknown as { seen: Seen }).seen);
      const [came1, drawn1, painted1] = [came.at(-1)!, drawn.at(-1)!, painted.at(-1)!];
      const key = keys.filter((at) => at < came1).at(-1)!;
      parts.all!.push(painted1 - key);
      parts['till it comes']!.push(came1 - key);
      parts.drawing!.push(drawn1 - came1);
      parts.painting!.push(painted1 - drawn1);
    }
    const told = Object.entries(parts).map(([name, taken]) => {
      const sorted = taken.map(Math.round).sort((a, b) => a - b);
      return `${name} ${sorted[Math.floor(sorted.length / 2)]} (${sorted.join(' ')})`;
    });
    console.log(`${bars} bars, from a key to the screen, ms: ${told.join('; ')}`);
  });
});
