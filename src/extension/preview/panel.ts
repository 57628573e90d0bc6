// One preview beside one document: sends what it shows, checks what comes back. Knows no engine; what the user
// wants of the network is told to whoever listens.

import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { Span } from '../../language/problem.ts';
import type { Parsed } from '../../language/read/parse.ts';
import { type Drawing, drawingOf, spansOfBars, writtenOut } from '../../language/write/sheet.ts';
import { findingText } from '../words.ts';
import { changeOf } from './difference.ts';
import { pageHtml } from './document.ts';
import type {
  AskMessage,
  ChooseMessage,
  CommandMessage,
  ExportKind,
  HostMessage,
  PanelMessage,
  PlaybackMessage,
  Sync,
} from './messages.ts';
import { troubleOf } from './trouble.ts';
import { panelMessage } from './validate.ts';

/** What one key does to a text is told in several changes now and then. */
const PAUSE = 2;
/** Only so long after a change an editor is sure to say whether there is something to be saved. */
const SETTLED = 250;
const SAVED: Readonly<Record<ExportKind, string>> = { svg: 'SVG', html: 'HTML', wav: 'WAV' };

/** What a panel needs of the rest of the extension. */
export interface Surroundings {
  readonly extensionUri: vscode.Uri;
  readonly log: vscode.LogOutputChannel;
  /** Reads a document's present text; cheap when it has been read already. */
  readonly parse: (document: vscode.TextDocument) => Parsed | Promise<Parsed>;
  /** The user chose an alternative, or none. */
  readonly onChoose: (document: vscode.TextDocument, message: ChooseMessage) => void;
  /** The user wants to see what the network thinks, or no more. */
  readonly onAsk: (document: vscode.TextDocument, message: AskMessage) => void;
  /** The user pressed a button that stands for a command. */
  readonly onCommand: (document: vscode.TextDocument, message: CommandMessage) => void;
  readonly onPlayback?: (document: vscode.TextDocument, message: PlaybackMessage) => void;
}

type Receiver = {
  readonly [T in PanelMessage['type']]: (message: Extract<PanelMessage, { type: T }>) => unknown;
};

/** How long an export may take, in milliseconds: the sound of a long piece takes its time. */
const PATIENCE = 60_000;

export class Panel implements vscode.Disposable {
  readonly #gone = new vscode.EventEmitter<void>();
  readonly onGone = this.#gone.event;
  readonly #parts: vscode.Disposable[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** What was sent last: offsets that come back are about this. */
  #drawing: Drawing | null = null;
  #version = -1;
  #filled: readonly Span[] = [];
  /** The page listens. */
  #standing = false;
  /** It has had the piece, too. */
  #shown = false;
  /** Sent once the page has the piece it is about. */
  readonly #waiting: HostMessage[] = [];
  readonly #wanted = new Map<ExportKind, ((content: string) => void)[]>();

  /** Another object for the same file, once it was closed and opened again. */
  #document: vscode.TextDocument;

  constructor(
    document: vscode.TextDocument,
    readonly view: vscode.WebviewPanel,
    readonly surroundings: Surroundings,
  ) {
    this.#document = document;
    const media = vscode.Uri.joinPath(surroundings.extensionUri, 'media');
    const dist = vscode.Uri.joinPath(surroundings.extensionUri, 'dist');
    const sounds = vscode.Uri.joinPath(media, 'sound');
    view.webview.options = { enableScripts: true, localResourceRoots: [dist, sounds] };
    view.title = vscode.l10n.t('Preview {0}', document.uri.path.split('/').at(-1) ?? '');
    this.#parts.push(
      view.webview.onDidReceiveMessage((message: unknown) => this.#receive(message)),
      view.onDidDispose(() => this.#end()),
      vscode.workspace.onDidChangeTextDocument((change) => this.#changed(change)),
      vscode.workspace.onDidSaveTextDocument((saved) => {
        if (this.#isMine(saved)) this.#update();
      }),
      vscode.workspace.onDidOpenTextDocument((opened) => {
        if (this.#isMine(opened)) this.#update();
      }),
      vscode.window.onDidChangeTextEditorSelection((change) => this.#selected(change)),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('cantus.preview')) this.#settings();
      }),
    );
    view.webview.html = pageHtml({
      script: view.webview.asWebviewUri(vscode.Uri.joinPath(dist, 'preview.js')).toString(),
      style: view.webview.asWebviewUri(vscode.Uri.joinPath(dist, 'preview.css')).toString(),
      sounds: view.webview.asWebviewUri(sounds).toString(),
      source: view.webview.cspSource,
      nonce: randomBytes(18).toString('base64url'),
      // Without a bundle for the editor's language everything is said in English.
      language: vscode.l10n.bundle ? vscode.env.language : 'en',
      words: vscode.l10n.bundle ?? {},
    });
  }

  /** Sends a message about this document, as soon as the page has it. */
  send(message: HostMessage): void {
    if (this.#shown) this.#post(message);
    else this.#waiting.push(message);
  }

  #post(message: HostMessage): void {
    if (this.#standing) void this.view.webview.postMessage(message);
  }

  /** Shows tokens as just filled, until they are edited or another run fills others. */
  showFilled(spans: readonly Span[]): void {
    this.#filled = spans;
    this.#update();
  }

  /** The picture or the sound as bytes. Rejects when the panel closes first, or cannot draw the text in a minute. */
  export(kind: ExportKind): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const waiting = this.#wanted.get(kind) ?? [];
      const answer = (content: string): void => {
        end();
        resolve(bytesOf(kind, content));
      };
      const refuse = (reason: string): void => {
        end();
        reject(new Error(reason));
      };
      const end = (): void => {
        clearTimeout(limit);
        gone.dispose();
        const place = waiting.indexOf(answer);
        if (place >= 0) waiting.splice(place, 1);
      };
      const gone = this.onGone(() => refuse(vscode.l10n.t('The preview was closed.')));
      const limit = setTimeout(() => refuse(vscode.l10n.t('The preview has not drawn the piece.')), PATIENCE);
      waiting.push(answer);
      this.#wanted.set(kind, waiting);
      this.send({ type: 'export', kind });
    });
  }

  reveal(): void {
    this.view.reveal(undefined, true);
  }

  dispose(): void {
    this.view.dispose();
  }

  #end(): void {
    if (this.#timer) clearTimeout(this.#timer);
    for (const part of this.#parts) part.dispose();
    this.#gone.fire();
    this.#gone.dispose();
  }

  get uri(): vscode.Uri {
    return this.#document.uri;
  }

  #isMine(document: vscode.TextDocument): boolean {
    if (document.uri.toString() !== this.#document.uri.toString()) return false;
    this.#document = document;
    return true;
  }

  get #about(): { readonly uri: string; readonly version: number } {
    return { uri: this.#document.uri.toString(), version: this.#version };
  }

  get #configuration(): vscode.WorkspaceConfiguration {
    return vscode.workspace.getConfiguration('cantus.preview', this.#document);
  }

  #changed(change: vscode.TextDocumentChangeEvent): void {
    if (!this.#isMine(change.document) || change.contentChanges.length === 0) return;
    this.#filled = shifted(this.#filled, change.contentChanges);
    // What has no file yet would never be shown.
    const late =
      oneOf(this.#configuration.get('update'), ['type', 'save'] as const) === 'save' &&
      !this.#document.isUntitled;
    this.#timer ??= setTimeout(
      () => {
        this.#timer = null;
        // Changes that are as good as saved (undone, or read from the disk) are shown all the same.
        if (!late || !this.#document.isDirty) this.#update();
      },
      late ? SETTLED : PAUSE,
    );
  }

  #update(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#show().catch((error: unknown) =>
      this.surroundings.log.error('The preview could not be brought up to date.', error),
    );
  }

  async #show(): Promise<void> {
    const { version } = this.#document;
    const parsed = await this.surroundings.parse(this.#document);
    // Overtaken by another change, which brings its own picture.
    if (version !== this.#document.version) return;
    const [before, since] = [this.#shown ? this.#drawing : null, this.#version];
    const drawing = drawingOf(parsed, this.#filled);
    this.#drawing = drawing;
    this.#version = version;
    const trouble = troubleOf(parsed, findingText);
    this.#post(
      before
        ? { type: 'change', ...this.#about, since, change: changeOf(before, drawing), trouble }
        : { type: 'document', ...this.#about, reading: writtenOut(drawing), trouble },
    );
    if (this.#standing) this.#release();
    const editor = this.#editor();
    if (editor) this.#selected({ textEditor: editor });
  }

  #editor(): vscode.TextEditor | undefined {
    return vscode.window.visibleTextEditors.find((editor) => this.#isMine(editor.document));
  }

  #settings(): void {
    const configuration = this.#configuration;
    this.#post({
      type: 'settings',
      sync: oneOf(configuration.get('sync'), ['both', 'text-to-preview', 'preview-to-text', 'off'] as const),
      paper: configuration.get('paper') === true,
      layout: oneOf(configuration.get('staves'), ['source', 'two', 'four'] as const),
      instrument: oneOf(configuration.get('sound'), ['choir', 'organ', 'piano'] as const),
    });
  }

  #selected({
    textEditor,
    kind,
  }: {
    textEditor: vscode.TextEditor;
    kind?: vscode.TextEditorSelectionChangeKind | undefined;
  }): void {
    if (!this.#isMine(textEditor.document)) return;
    const spans = textEditor.selections.map((selection) => ({
      start: this.#document.offsetAt(selection.start),
      end: this.#document.offsetAt(selection.end),
    }));
    const reveal =
      kind === vscode.TextEditorSelectionChangeKind.Keyboard ||
      kind === vscode.TextEditorSelectionChangeKind.Mouse;
    // The picture still has the old offsets while an edit waits to be drawn; the cursor comes after it again.
    if (this.#version === this.#document.version)
      this.send({ type: 'selection', ...this.#about, spans, reveal });
  }

  #receive(raw: unknown): void {
    const message = panelMessage(raw);
    if (message) (this.#receivers[message.type] as (message: PanelMessage) => unknown)(message);
    else this.surroundings.log.warn('The preview sent a message of the wrong shape; it was ignored.');
  }

  readonly #receivers: Receiver = {
    ready: () => this.#stand(),
    select: async ({ version, span, focus }) => {
      if (version !== this.#document.version || this.#sync === 'off') return;
      await this.#mark([span], focus);
    },
    'select-bars': async ({ version, from, to }) => {
      if (version !== this.#document.version || !this.#drawing) return;
      const { text, score } = this.#drawing.parsed;
      await this.#mark(spansOfBars(text, score.bars, from, to), false);
    },
    choose: (message) => this.surroundings.onChoose(this.#document, message),
    ask: (message) => this.surroundings.onAsk(this.#document, message),
    command: (message) => this.surroundings.onCommand(this.#document, message),
    playback: (message) => this.surroundings.onPlayback?.(this.#document, message),
    exported: ({ kind, content }) => this.#exported(kind, content),
    failed: ({ message }) => this.surroundings.log.warn(`Preview: ${message}`),
    drawn: ({ milliseconds }) =>
      this.surroundings.log.trace(`Preview drawn in ${milliseconds.toFixed(0)} ms`),
  };

  get #sync(): Sync {
    return oneOf(this.#configuration.get('sync'), [
      'both',
      'text-to-preview',
      'preview-to-text',
      'off',
    ] as const);
  }

  /** A page that was hidden and comes back begins anew. */
  #stand(): void {
    this.#standing = true;
    this.#shown = false;
    this.#settings();
    this.#update();
  }

  #release(): void {
    this.#shown = true;
    for (const message of this.#waiting.splice(0)) this.#post(message);
  }

  async #mark(spans: readonly Span[], focus: boolean): Promise<void> {
    const selections = spans.map(
      ({ start, end }) =>
        new vscode.Selection(this.#document.positionAt(start), this.#document.positionAt(end)),
    );
    const [first] = selections;
    if (!first) return;
    let editor = this.#editor();
    if (!editor || focus) {
      const column =
        editor?.viewColumn ??
        (this.view.viewColumn === vscode.ViewColumn.One ? vscode.ViewColumn.Beside : vscode.ViewColumn.One);
      editor = await vscode.window.showTextDocument(this.#document, {
        viewColumn: column,
        preserveFocus: !focus,
      });
    }
    editor.selections = selections;
    editor.revealRange(first, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }

  async #exported(kind: ExportKind, content: string): Promise<void> {
    const waiting = this.#wanted.get(kind)?.shift();
    if (waiting) {
      waiting(content);
      return;
    }
    const name = this.#document.uri.path.replace(/\.[^./]*$/, '');
    const target = await vscode.window.showSaveDialog({
      defaultUri: this.#document.uri.with({ path: `${name}.${kind}` }),
      filters: { [SAVED[kind]]: [kind] },
    });
    if (target) await vscode.workspace.fs.writeFile(target, bytesOf(kind, content));
  }
}

const bytesOf = (kind: ExportKind, content: string): Uint8Array =>
  Buffer.from(content, kind === 'wav' ? 'base64' : 'utf8');

/** A setting's value; the first of those it may have where it is none of them. */
const oneOf = <T extends string>(value: unknown, values: readonly [T, ...T[]]): T =>
  values.find((known) => known === value) ?? values[0];

/** Stretches of a text after it was changed; those that the change touched are gone. */
function shifted(spans: readonly Span[], changes: readonly vscode.TextDocumentContentChangeEvent[]): Span[] {
  let now = [...spans];
  for (const { rangeOffset, rangeLength, text } of changes) {
    const by = text.length - rangeLength;
    now = now.flatMap((span) => {
      if (span.end <= rangeOffset) return [span];
      if (span.start >= rangeOffset + rangeLength) return [{ start: span.start + by, end: span.end + by }];
      return [];
    });
  }
  return now;
}
