// All previews: one for each document, opened beside it, back again after a reload. Everything about a preview from
// outside goes through here, and does nothing where a document has none.

import * as vscode from 'vscode';
import type { Span } from '../../language/problem.ts';
import type { Parsed } from '../../language/read/parse.ts';
import type { Interval } from '../../language/time.ts';
import { pieceOf } from '../targets.ts';
import type {
  Alternative,
  ExportKind,
  GhostNote,
  PlayMessage,
  ProbabilitiesMessage,
  SurpriseMessage,
} from './messages.ts';
import type { Panel, Surroundings } from './panel.ts';

const TYPE = 'cantus.preview';

/** One alternative as a text that has been read, with the tokens that are new in it. */
export interface Offer {
  readonly label: string;
  readonly parsed: Parsed;
  readonly filled: readonly Span[];
}

export class Previews implements vscode.Disposable, vscode.WebviewPanelSerializer {
  readonly #panels = new Map<string, Panel>();
  readonly #parts: vscode.Disposable[] = [];

  constructor(readonly surroundings: Surroundings) {
    this.#parts.push(
      vscode.commands.registerCommand('cantus.preview', (uri?: unknown) => this.#open(uri)),
      vscode.window.registerWebviewPanelSerializer(TYPE, this),
    );
  }

  dispose(): void {
    for (const part of this.#parts) part.dispose();
    for (const panel of [...this.#panels.values()]) panel.dispose();
  }

  /** Opens the preview of a document beside it, or brings it to the front. The focus stays where it is. */
  async show(document: vscode.TextDocument): Promise<Panel> {
    // What reads and draws is loaded with the first preview, not when the extension wakes.
    const { Panel } = await import('./panel.ts');
    const known = this.#panels.get(document.uri.toString());
    if (known) {
      known.reveal();
      return known;
    }
    const view = vscode.window.createWebviewPanel(TYPE, vscode.l10n.t('Preview'), {
      viewColumn: vscode.ViewColumn.Beside,
      preserveFocus: true,
    });
    return this.#adopt(new Panel(document, view, this.surroundings));
  }

  has(document: vscode.TextDocument): boolean {
    return this.#panels.has(document.uri.toString());
  }

  #panel(document: vscode.TextDocument): Panel | undefined {
    return this.#panels.get(document.uri.toString());
  }

  #adopt(panel: Panel): Panel {
    const key = panel.uri.toString();
    this.#panels.set(key, panel);
    panel.onGone(() => {
      if (this.#panels.get(key) === panel) this.#panels.delete(key);
    });
    return panel;
  }

  async #open(uri: unknown): Promise<void> {
    const document = await pieceOf(uri);
    if (document) await this.show(document);
  }

  async deserializeWebviewPanel(view: vscode.WebviewPanel, state: unknown): Promise<void> {
    const uri: unknown = typeof state === 'object' && state !== null ? Reflect.get(state, 'uri') : null;
    try {
      if (typeof uri !== 'string' || uri === '') throw new Error('it names no document');
      const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri, true));
      this.#panels.get(document.uri.toString())?.dispose();
      const { Panel } = await import('./panel.ts');
      this.#adopt(new Panel(document, view, this.surroundings));
    } catch (error) {
      this.surroundings.log.info(`A preview could not be restored: ${String(error)}`);
      view.dispose();
    }
  }

  /** The sampler's present notes: `done` from 0 to 1. */
  progress(document: vscode.TextDocument, done: number, notes: readonly GhostNote[], label: string): void {
    this.#panel(document)?.send({ type: 'progress', ...about(document), done, notes, label });
  }

  /** Takes the notes of a run away: it ended, well or not. */
  endProgress(document: vscode.TextDocument): void {
    this.progress(document, 1, [], '');
  }

  /** Marks tokens of the present text as just filled. */
  filled(document: vscode.TextDocument, spans: readonly Span[]): void {
    this.#panel(document)?.showFilled(spans);
  }

  /** Offers alternatives to flip through and hear; the answer comes to `onChoose` with the same `run`. */
  async offer(
    document: vscode.TextDocument,
    run: string,
    offers: readonly Offer[],
    region: Interval,
  ): Promise<void> {
    const { version } = document;
    const { readingOf } = await import('../../language/write/sheet.ts');
    const items = offers.map(
      ({ label, parsed, filled }): Alternative => ({ label, reading: readingOf(parsed, filled) }),
    );
    this.#panel(document)?.send({
      type: 'alternatives',
      uri: document.uri.toString(),
      version,
      run,
      items,
      region,
    });
  }

  /** Takes back what was offered. */
  withdraw(document: vscode.TextDocument, run: string): Promise<void> {
    return this.offer(document, run, [], { from: 0, to: 0 });
  }

  surprise(document: vscode.TextDocument, notes: SurpriseMessage['notes']): void {
    this.#panel(document)?.send({ type: 'surprise', ...about(document), notes });
  }

  probabilities(
    document: vscode.TextDocument,
    what: Omit<ProbabilitiesMessage, 'type' | 'uri' | 'version'>,
  ): void {
    this.#panel(document)?.send({ type: 'probabilities', ...about(document), ...what });
  }

  /** Plays in the document's preview, which opens when there is none. */
  async play(
    document: vscode.TextDocument,
    what: PlayMessage['what'],
    voice: PlayMessage['voice'] = null,
  ): Promise<void> {
    if (what === 'stop' && !this.has(document)) return;
    (await this.show(document)).send({ type: 'play', what, voice });
  }

  status(document: vscode.TextDocument, text: string): void {
    this.#panel(document)?.send({ type: 'status', text });
  }

  /** The picture (SVG, a page to print) or the sound (WAV) as bytes; opens the preview when there is none. */
  async export(document: vscode.TextDocument, kind: ExportKind): Promise<Uint8Array> {
    return (await this.show(document)).export(kind);
  }
}

const about = (document: vscode.TextDocument): { readonly uri: string; readonly version: number } => ({
  uri: document.uri.toString(),
  version: document.version,
});
