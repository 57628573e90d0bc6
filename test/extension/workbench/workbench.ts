// Drives a real VS Code workbench, with the packaged extension installed, as a person would: keys, clicks, looking.
// Knows nothing of music. The server is started by scripts/workbench-tests.mjs, which says where it is.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  type Browser,
  chromium,
  type Frame,
  type FrameLocator,
  type Locator,
  type Page,
} from 'playwright-core';
import { vi } from 'vitest';

/** What the workbench itself complains about where there is no internet and no account. */
const CHATTER = [
  /ENOTFOUND|ERR_NAME_NOT_RESOLVED|ERR_INTERNET_DISCONNECTED|ERR_CONNECTION|Failed to fetch/i,
  /ServiceWorker|\[Service Worker\]/,
  /authentication provider/,
  /Failed to load resource/,
  /workbench contribution/,
  /\[AgentHost/,
];

export interface Start {
  /** Text files of the workspace folder, by their path in it. */
  readonly files: Readonly<Record<string, string>>;
  /** Settings of the workspace. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly width?: number;
  readonly height?: number;
  /** Another server than the one all tests share. */
  readonly server?: string;
  /** The language of the display; English without. */
  readonly language?: string;
  /** A folder with an extension under development, loaded besides the packaged one. */
  readonly extension?: string;
  /** Opens this workspace instead of the folder with the files: `memory:/choir`. */
  readonly workspace?: string;
}

let browser: Browser | null = null;

/** What scripts/workbench-tests.mjs hands on. */
export function asked(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error('run these tests with `npm run test:workbench`');
  return value;
}

/** Opens the workbench on a fresh folder with these files. Close it when done. */
export async function openWorkbench(start: Start): Promise<Workbench> {
  const server = start.server ?? asked('CANTUS_EDITOR_URL');
  const folder = mkdtempSync(join(tmpdir(), 'cantus-workspace-'));
  const files = { ...start.files, '.vscode/settings.json': JSON.stringify(start.settings ?? {}) };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  browser ??= await chromium.launch({
    executablePath: asked('CANTUS_CHROMIUM'),
    args: JSON.parse(process.env.CANTUS_CHROMIUM_FLAGS ?? '[]'),
  });
  const context = await browser.newContext({
    viewport: { width: start.width ?? 1280, height: start.height ?? 800 },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  // The editor reads it before anything else; its own words stay English without a language pack.
  if (start.language !== undefined)
    await page.addInitScript((language) => {
      Object.defineProperty(globalThis, '_VSCODE_NLS_LANGUAGE', { get: () => language, set: () => {} });
    }, start.language);
  // A busy machine is no failure.
  page.setDefaultTimeout(60_000);
  const workbench = new Workbench(page, folder);
  const payload = start.extension && [
    ['extensionDevelopmentPath', `vscode-remote://${new URL(server).host}${start.extension}`],
  ];
  const query = new URLSearchParams({
    folder: start.workspace ?? folder,
    ...(payload && { payload: JSON.stringify(payload) }),
  });
  await page.goto(`${server}/?${query}`, { waitUntil: 'commit', timeout: 120_000 });
  await page
    .locator('.monaco-workbench .explorer-folders-view .monaco-list-row')
    .first()
    .waitFor({ timeout: 120_000 });
  return workbench;
}

/** Ends the browser; call it once in `afterAll`. */
export async function closeBrowser(): Promise<void> {
  await browser?.close();
  browser = null;
}

/** Acts until what is asked holds: a key or a click that comes while the focus moves is lost, as it is for a person. */
async function again(act: () => Promise<void>, holds: () => Promise<void>): Promise<void> {
  await vi.waitFor(
    async () => {
      await act();
      await holds();
    },
    { timeout: 60_000, interval: 100 },
  );
}

const isHidden = (what: Locator) => () => what.waitFor({ state: 'hidden', timeout: 3_000 });
const isShown = (what: Locator) => () => what.waitFor({ state: 'visible', timeout: 3_000 });

/** Process numbers of the engines that run in this server's extension hosts; those of other programs never. */
export function engines(): number[] {
  const data = asked('CANTUS_EDITOR_DATA');
  return execFileSync('ps', ['-ww', '-eo', 'pid,args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(data) && /dist\/engine\.cjs/.test(line))
    .map((line) => Number.parseInt(line, 10));
}

export class Workbench {
  readonly #errors: string[] = [];
  /** Addresses that were asked for outside this machine. */
  readonly remote: string[] = [];

  constructor(
    /** Playwright's page, for what has no name here. */
    readonly page: Page,
    /** The workspace folder on disk. */
    readonly folder: string,
  ) {
    page.on('pageerror', (error) => this.#errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') this.#errors.push(message.text());
    });
    page.on('request', (request) => {
      const { protocol, hostname } = new URL(request.url());
      const here = ['127.0.0.1', 'localhost'].includes(hostname) || hostname.endsWith('.vscode-cdn.net');
      if (protocol.startsWith('http') && !here) this.remote.push(request.url());
    });
  }

  /** Errors of the page and of the extension host's console so far, without the workbench's usual ones. */
  errors(): string[] {
    return this.#errors.filter((text) => !CHATTER.some((usual) => usual.test(text)));
  }

  /** Opens a file of the folder by its name and puts the focus into it. */
  async openFile(name: string): Promise<void> {
    await this.#ask('Control+P');
    await this.#answer(name);
    await this.page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
    await this.page.locator('.editor-instance .monaco-editor .view-line').first().waitFor();
  }

  /** Runs a command from the palette, by its whole title: `Cantus: New Piece`. */
  async command(title: string): Promise<void> {
    const input = await this.#ask('F1');
    await input.fill(`>${title}`);
    const row = this.page.locator(`.quick-input-widget .monaco-list-row[aria-label^="${title}"]`).first();
    await row.waitFor();
    await row.click();
  }

  /** The labels that the palette offers for what is typed. */
  async palette(typed: string): Promise<string[]> {
    const input = await this.#ask('F1');
    await input.fill(`>${typed}`);
    await this.page.locator('.quick-input-widget .monaco-list-row').first().waitFor();
    const labels = await this.page
      .locator('.quick-input-widget .monaco-list-row .label-name')
      .allTextContents();
    await this.page.keyboard.press('Escape');
    return labels;
  }

  /** Opens the quick input with a key. */
  async #ask(key: string): Promise<Locator> {
    const input = this.page.locator('.quick-input-widget input');
    await again(() => this.page.keyboard.press(key), isShown(input));
    return input;
  }

  /** Takes the row of an open quick input that begins with this text, and waits until it is gone. */
  async #answer(text: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input');
    await input.fill(text);
    // Quick Open looks for files as one types: until then the files that were open last stand first.
    await this.page
      .locator(`.quick-input-widget .monaco-list-row.focused[aria-label^="${text}"]`)
      .first()
      .waitFor();
    await again(() => input.press('Enter'), isHidden(this.page.locator('.quick-input-widget')));
  }

  /**
   * Puts the focus into the text of the first group, until the status bar speaks of it (as `place` says). After a click
   * into a webview the focus may go there once more.
   * @returns what the status bar says of it
   */
  async focusText(place: string | RegExp = ''): Promise<string> {
    const text = this.page.locator('.editor-group-container.active .editor-instance .monaco-editor.focused');
    const status = this.page.locator('[id="status.editor.selection"]', { hasText: place });
    let told: string | null = null;
    await again(
      () => this.page.keyboard.press('Control+1'),
      async () => {
        await isShown(text)();
        told = await status.textContent({ timeout: 3_000 });
      },
    );
    return told ?? '';
  }

  /** Clicks an entry of the context menu of something. A menu that is just opening takes no click. */
  async menu(of: Locator, entry: string): Promise<void> {
    const menu = this.page.locator('.context-view .monaco-menu');
    await again(async () => {
      if (await menu.isHidden()) await of.click({ button: 'right' });
      await menu.getByText(entry).click();
    }, isHidden(menu));
  }

  /** Puts the cursor somewhere; lines and columns as the status bar counts them, from 1. */
  async goTo(line: number, column: number): Promise<void> {
    const input = await this.#ask('Control+G');
    await input.fill(`:${line}:${column}`);
    await again(() => input.press('Enter'), isHidden(this.page.locator('.quick-input-widget')));
  }

  /** Selects from one place to another (line and column, from 1). */
  async select(from: readonly [number, number], to: readonly [number, number]): Promise<void> {
    await this.goTo(...from);
    await this.command('Set Selection Anchor');
    await this.goTo(...to);
    await this.command('Select from Anchor to Cursor');
  }

  /** The lines of the active editor that are on the screen, as one reads them (ghost text and lenses left out). */
  async visibleText(): Promise<string> {
    return this.page.evaluate(() => {
      const lines = [
        ...document.querySelectorAll('.editor-group-container.active .monaco-editor .view-lines .view-line'),
      ];
      const top = (line: Element) => Number.parseFloat((line as HTMLElement).style.top);
      return lines
        .sort((a, b) => top(a) - top(b))
        .map((line) => (line.textContent ?? '').replace(/\u00a0/g, ' ').replace(/\u200c|\u200b/g, ''))
        .join('\n');
    });
  }

  /** Saves the active editor and reads the whole file from disk. */
  async savedText(name: string): Promise<string> {
    // A key press reaches the model, and the tab its mark, a moment later.
    await this.page.waitForTimeout(200);
    const tab = this.page.locator(`.tab.active[data-resource-name="${name}"]`);
    let first = true;
    await again(
      async () => {
        if (!first) await tab.click();
        first = false;
        await this.page.keyboard.press('Control+S');
      },
      isShown(tab.and(this.page.locator(':not(.dirty)'))),
    );
    // A file is emptied before it is written.
    const read = (): string => readFileSync(join(this.folder, name), 'utf8');
    for (let wait = 0; wait < 20 && read() === ''; wait++) await this.page.waitForTimeout(100);
    return read();
  }

  /** Types into whatever has the focus, key by key. Brackets and quotes close themselves, as for a person. */
  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text, { delay: 15 });
  }

  /** The inside of the (only, or first visible) preview. */
  webview(): FrameLocator {
    return this.page
      .frameLocator('iframe.webview.ready[src*="extensionId=cantus.cantus"]')
      .frameLocator('iframe#active-frame');
  }

  /** The webview's own page, for what locators cannot ask. */
  async webviewPage(): Promise<Frame> {
    const body = await this.webview().locator('body').elementHandle();
    const frame = await body?.ownerFrame();
    if (!frame) throw new Error('the webview has no page');
    return frame;
  }

  /** CodeLens links. They take some ten seconds to show after a cold start. */
  lens(text: string | RegExp): Locator {
    return this.page.locator('.codelens-decoration a', { hasText: text });
  }

  ghostText(): Locator {
    return this.page.locator('.ghost-text-decoration, .ghost-text');
  }

  /** Waits for a message. It is looked up in the list of all of them: under test the corner shows none. */
  async notification(text: string | RegExp): Promise<void> {
    await this.command('Notifications: Show Notifications');
    await this.page.locator('.notifications-center .notification-list-item', { hasText: text }).waitFor();
  }

  /** What the language-status item of the active editor says, with its button. It is open until Escape. */
  async languageStatus(): Promise<Locator> {
    const shown = this.page.locator('.hover-language-status');
    await this.page.locator('[id="status.languageStatus"]').click();
    await shown.waitFor();
    return shown;
  }

  statusItem(text: string | RegExp): Locator {
    return this.page.locator('.statusbar-item', { hasText: text });
  }

  /** Language, scopes and colour of the token under the cursor, as the editor's own inspector tells them. */
  async tokenAtCursor(): Promise<{ language: string; scopes: string[] }> {
    await this.command('Developer: Inspect Editor Tokens and Scopes');
    const widget = this.page.locator('.token-inspect-widget');
    await widget.locator('.tiw-metadata-table').first().waitFor();
    const cells = await widget.locator('.tiw-metadata-table tr').evaluateAll((rows) =>
      rows.map((row) =>
        [...row.querySelectorAll('td')].map((cell) =>
          [...cell.childNodes]
            .map((part) => part.textContent)
            .join(' ')
            .trim(),
        ),
      ),
    );
    await this.page.keyboard.press('Escape');
    const value = (key: string) => cells.find(([name]) => name === key)?.[1] ?? '';
    return { language: value('language'), scopes: value('textmate scopes').split(/\s+/).filter(Boolean) };
  }

  /** Keeps a picture of the window in out/screenshots, and says where. */
  async screenshot(name: string): Promise<string> {
    const path = join(import.meta.dirname, '../../../out/screenshots', `${name}.png`);
    mkdirSync(dirname(path), { recursive: true });
    await this.page.screenshot({ path });
    return path;
  }

  async close(): Promise<void> {
    await this.page.context().close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
