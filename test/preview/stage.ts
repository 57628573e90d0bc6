// A stage for the preview without an editor: a local server, a headless browser, and this file in the host's part.
// The page, its policy and its messages are the real ones.
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { pageHtml } from '../../src/extension/preview/document.ts';
import type {
  DocumentMessage,
  HostMessage,
  PanelMessage,
  Reading,
} from '../../src/extension/preview/messages.ts';

const root = join(import.meta.dirname, '../..');
const GERMAN: Record<string, string> = JSON.parse(
  readFileSync(join(root, 'l10n/bundle.l10n.de.json'), 'utf8'),
);
const CANDIDATES = [
  process.env.CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const executable = CANDIDATES.find((path) => path !== '' && existsSync(path));

/** Why the tests of this folder that need a browser are left out, or null. */
export const noStage = executable ? null : 'no Chromium found (set CHROMIUM to one)';

export type Theme = 'light' | 'dark' | 'contrast';

const THEMES: Record<Theme, { readonly body: string; readonly colours: Record<string, string> }> = {
  light: {
    body: 'vscode-light',
    colours: {
      'editor-foreground': '#3b3b3b',
      'editor-background': '#ffffff',
      descriptionForeground: '#3b3b3b',
      focusBorder: '#005fb8',
      'textLink-foreground': '#005fb8',
      'editor-selectionBackground': '#add6ff',
      'charts-orange': '#d18616',
      'widget-border': '#e5e5e5',
      'inputValidation-warningBackground': '#f6f5d2',
      'editorWidget-background': '#f8f8f8',
    },
  },
  dark: {
    body: 'vscode-dark',
    colours: {
      'editor-foreground': '#cccccc',
      'editor-background': '#1f1f1f',
      descriptionForeground: '#9d9d9d',
      focusBorder: '#0078d4',
      'textLink-foreground': '#4daafc',
      'editor-selectionBackground': '#264f78',
      'charts-orange': '#d18616',
      'widget-border': '#313131',
      'dropdown-background': '#313131',
      'dropdown-foreground': '#cccccc',
      'inputValidation-warningBackground': '#352a05',
      'editorWidget-background': '#202020',
    },
  },
  contrast: {
    body: 'vscode-high-contrast',
    colours: {
      'editor-foreground': '#ffffff',
      'editor-background': '#000000',
      descriptionForeground: '#ffffff',
      focusBorder: '#f38518',
      'textLink-foreground': '#21a6ff',
      contrastBorder: '#6fc3df',
      'editor-selectionBackground': '#ffffff55',
      'charts-orange': '#ffb05c',
      'dropdown-background': '#000000',
      'dropdown-foreground': '#ffffff',
      'inputValidation-warningBackground': '#352a05',
      'editorWidget-background': '#0c141f',
    },
  },
};

declare global {
  interface Window {
    posted: PanelMessage[];
    memory: unknown;
  }
}

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript',
  css: 'text/css',
  json: 'application/json',
  wav: 'audio/wav',
};

/** One browser and one server for a file of tests. */
export class Stage {
  readonly #server: Server;
  readonly #browser: Browser;
  readonly #bundle: ReadonlyMap<string, Uint8Array>;

  private constructor(server: Server, browser: Browser, bundle: ReadonlyMap<string, Uint8Array>) {
    this.#server = server;
    this.#browser = browser;
    this.#bundle = bundle;
    server.on('request', (request, response) => {
      const { pathname: path, search } = new URL(request.url ?? '/', 'http://stage');
      const bytes = this.#fileOf(path, search === '?de');
      response.statusCode = bytes ? 200 : 404;
      response.setHeader('content-type', TYPES[path.split('.').at(-1) ?? ''] ?? 'text/html');
      response.end(bytes ?? '');
    });
  }

  static async open(): Promise<Stage> {
    const built = await build({
      bundle: true,
      write: false,
      platform: 'browser',
      target: 'es2022',
      format: 'iife',
      entryPoints: [join(root, 'media/preview/main.ts')],
      outfile: join(root, 'preview.js'),
      logLevel: 'silent',
    });
    const bundle = new Map(
      built.outputFiles.map((file) => [`/${file.path.split(/[\\/]/).at(-1)}`, file.contents]),
    );
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const args = [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
    ];
    args.push('--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required');
    const browser = await chromium.launch({ executablePath: executable!, args });
    return new Stage(server, browser, bundle);
  }

  get origin(): string {
    const address = this.#server.address();
    return typeof address === 'object' && address ? `http://127.0.0.1:${address.port}` : '';
  }

  #fileOf(path: string, german: boolean): Uint8Array | string | null {
    if (path === '/')
      return pageHtml({
        script: '/preview.js',
        style: '/preview.css',
        sounds: '/sound',
        source: this.origin,
        nonce: 'n0nce',
        language: german ? 'de' : 'en',
        words: german ? GERMAN : {},
      });
    const sound = /^\/sound\/([a-z]+\.(?:wav|json))$/.exec(path)?.[1];
    if (sound) return readFileSync(join(root, 'media/sound', sound));
    return this.#bundle.get(path) ?? null;
  }

  /** A fresh panel. */
  async panel(
    options: {
      theme?: Theme;
      width?: number;
      height?: number;
      memory?: unknown;
      language?: 'en' | 'de';
      /** As it is at first, with nothing unfolded. */
      folded?: boolean;
      reducedMotion?: boolean;
    } = {},
  ): Promise<Panel> {
    const context = await this.#browser.newContext({
      viewport: { width: options.width ?? 900, height: options.height ?? 800 },
      reducedMotion: options.reducedMotion ? 'reduce' : 'no-preference',
    });
    const page = await context.newPage();
    const panel = new Panel(page, this.origin);
    const theme = THEMES[options.theme ?? 'light'];
    await page.addInitScript(
      ({ theme: chosen, memory }) => {
        window.posted = [];
        window.memory = memory;
        Object.assign(window, {
          acquireVsCodeApi: () => ({
            postMessage: (message: PanelMessage) => window.posted.push(message),
            getState: () => window.memory,
            setState: (state: unknown) => {
              window.memory = state;
            },
          }),
        });
        document.addEventListener('DOMContentLoaded', () => {
          document.body.classList.add(chosen.body);
          for (const [name, value] of Object.entries(chosen.colours))
            document.documentElement.style.setProperty(`--vscode-${name}`, value);
        });
      },
      { theme, memory: options.memory },
    );
    await page.goto(`${this.origin}/${options.language === 'de' ? '?de' : ''}`);
    await panel.heard('ready');
    const more = page.locator('button[aria-controls=more][aria-expanded=false]');
    if (!options.folded && (await more.count()) > 0) await more.click();
    return panel;
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await new Promise((done) => this.#server.close(done));
  }
}

export const URI = 'file:///piece.satb';

/** A panel and the host's end of its line. */
export class Panel {
  /** Everything that the page complained of. */
  readonly complaints: string[] = [];
  /** Requests to anywhere but the stage. */
  readonly strangers: string[] = [];

  constructor(
    readonly page: Page,
    origin: string,
  ) {
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('request', (request) => {
      if (!request.url().startsWith(`${origin}/`)) this.strangers.push(request.url());
    });
  }

  async send(message: HostMessage | Record<string, unknown>): Promise<void> {
    await this.page.evaluate((m) => {
      window.postMessage(m, '*');
      return new Promise((done) => setTimeout(done, 0));
    }, message as unknown);
  }

  /** Sends a document and waits for its picture. @returns milliseconds that drawing took */
  async show(
    reading: Reading,
    version = 1,
    trouble: Partial<DocumentMessage['trouble']> = {},
  ): Promise<number> {
    const before = await this.page.evaluate(() => window.posted.length);
    await this.send({
      type: 'document',
      uri: URI,
      version,
      reading,
      trouble: { errors: 0, warnings: 0, first: null, broken: false, ...trouble },
    });
    const drawn = await this.heard('drawn', before);
    return drawn.milliseconds;
  }

  /** The first message of a type after the `after`th; waits for it. */
  async heard<T extends PanelMessage['type']>(
    type: T,
    after = 0,
  ): Promise<Extract<PanelMessage, { type: T }>> {
    const found = await this.page.waitForFunction(
      ([wanted, from]) => window.posted.slice(from).find((message) => message.type === wanted),
      [type, after] as const,
    );
    return (await found.jsonValue()) as Extract<PanelMessage, { type: T }>;
  }

  posted(): Promise<PanelMessage[]> {
    return this.page.evaluate(() => window.posted);
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}
