// Ghost text: at an open token the cursor rests on, what the network would write in the rest of that bar. Tab takes
// it and goes on to the next open token of the voice, bar by bar. Knows no rule of music and applies no run.

import * as vscode from 'vscode';
import type { Wish } from '../engine/piece.ts';
import type { Span } from '../language/problem.ts';
import type { Event, Score } from '../language/score.ts';
import type { Languages } from './languages.ts';
import type { Motor } from './motor.ts';
import type { Runs } from './runs.ts';
import { applyEdits, rangeOf, type Scores } from './scores.ts';
import { seedFor } from './seeds.ts';
import { documentOf } from './targets.ts';

/** The cursor rests for so long before the engine is asked, in milliseconds. */
const REST = 250;

/** What Tab has put into a text, and what is to stand there instead. */
interface Taken {
  readonly uri: string;
  readonly start: number;
  readonly inserted: string;
  readonly newText: string;
}

/** A stretch of the text and what the network would write there. */
interface Proposed {
  readonly span: Span;
  readonly newText: string;
}

export class Ghosts implements vscode.InlineCompletionItemProvider, vscode.Disposable {
  readonly #parts: vscode.Disposable[];
  #resting: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly scores: Scores,
    private readonly motor: Motor,
    private readonly runs: Runs,
    private readonly languages: Languages,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.#parts = [
      // By itself the editor asks for ghost text when something is typed, not when the cursor comes by.
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.#rest(textEditor)),
      vscode.commands.registerCommand('cantus.takeGhost', (taken: Taken) => this.#take(taken)),
    ];
  }

  dispose(): void {
    clearTimeout(this.#resting);
    for (const part of this.#parts) part.dispose();
  }

  async provideInlineCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    { triggerKind }: vscode.InlineCompletionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlineCompletionItem[]> {
    if (!this.#isWanted(document)) return [];
    const parsed = await this.scores.of(document);
    const event = openEventAt(parsed.score, document.offsetAt(position));
    if (!event) return [];
    if (triggerKind === vscode.InlineCompletionTriggerKind.Automatic)
      await new Promise((done) => setTimeout(done, REST));
    if (token.isCancellationRequested) return [];
    const stop = new AbortController();
    const cancelled = token.onCancellationRequested(() => stop.abort());
    try {
      const { harmonizePiece } = await import('../engine/piece.ts');
      const model = this.motor.chosenModel;
      const wish: Wish = {
        selection: { mode: 'fill', bars: { from: event.bar, to: event.bar + 1 }, voices: [event.voice] },
        policy: 'accept',
        seed: seedFor(document, parsed.score),
        ...(model !== undefined && { model }),
      };
      const engine = await this.motor.engine();
      const outcome = await harmonizePiece(parsed, wish, engine, { signal: stop.signal });
      this.motor.answered(outcome.model);
      const proposed = await fromHereOn(parsed.text, event, outcome.proposals[0].edits);
      if (!proposed || token.isCancellationRequested) return [];
      return [ghost(document, proposed)];
    } catch (error) {
      this.log.debug(`No ghost text: ${String(error)}`);
      return [];
    } finally {
      cancelled.dispose();
    }
  }

  #isWanted(document: vscode.TextDocument): boolean {
    return (
      this.languages.includes(document) &&
      this.runs.labelOf(document) === null &&
      vscode.workspace.getConfiguration('cantus', document).get<boolean>('ghostText', true)
    );
  }

  #rest({ document, selection }: vscode.TextEditor): void {
    clearTimeout(this.#resting);
    if (!selection.isEmpty || !this.#isWanted(document)) return;
    this.#resting = setTimeout(() => {
      void this.scores.of(document).then(({ score }) => {
        const editor = vscode.window.activeTextEditor;
        if (editor?.document !== document || !editor.selection.isEqual(selection)) return;
        if (openEventAt(score, document.offsetAt(selection.active)))
          void vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
      });
    }, REST);
  }

  /** The open tokens go, the notes stay: one step of undo with the acceptance before it. */
  async #take({ uri, start, inserted, newText }: Taken): Promise<void> {
    const document = await documentOf(uri);
    if (!document) return;
    const span = { start, end: start + inserted.length };
    const range = rangeOf(document, span);
    if (document.getText(range) !== inserted) return;
    const editor = vscode.window.visibleTextEditors.find((one) => one.document === document);
    if (!editor) {
      await applyEdits(document, [{ span, newText }]);
      return;
    }
    await editor.edit((edit) => edit.replace(range, newText), { undoStopBefore: false, undoStopAfter: true });
    const end = start + newText.length;
    const next = await this.#nextOpen(document, end);
    const place = document.positionAt(next?.span.end ?? end);
    editor.selection = new vscode.Selection(place, place);
    editor.revealRange(new vscode.Range(place, place));
  }

  /** The next open token of the voice that has the note in front of an offset. */
  async #nextOpen(document: vscode.TextDocument, offset: number): Promise<Event | undefined> {
    const { score } = await this.scores.of(document);
    const part = score.parts.find(({ events }) =>
      events.some(({ span }) => span.start < offset && offset <= span.end),
    );
    return part?.events.find(({ state, span }) => state === 'open' && span.start >= offset);
  }
}

/** The open token the cursor stands in or right behind. */
function openEventAt(score: Score, offset: number): Event | undefined {
  return score.parts
    .flatMap(({ events }) => events)
    .find(({ state, span }) => state === 'open' && span.start <= offset && offset <= span.end);
}

/** From an open token to the last one of its bar that stands in the same line. */
async function fromHereOn(
  text: string,
  { span: { start, end } }: Event,
  edits: readonly { readonly span: Span; readonly newText: string }[],
): Promise<Proposed | null> {
  const { apply } = await import('../language/write/edits.ts');
  const later = edits.filter(
    ({ span }) => span.end >= start && !/[\r\n]/.test(text.slice(start, Math.max(start, span.end))),
  );
  if (later.length === 0) return null;
  const span = {
    start: Math.min(start, ...later.map((edit) => edit.span.start)),
    end: Math.max(end, ...later.map((edit) => edit.span.end)),
  };
  const filled = apply(text, later);
  return { span, newText: filled.slice(span.start, filled.length - (text.length - span.end)) };
}

/**
 * Ghost text can only add to what is there, never stand for it. So the notes come behind the open tokens, and once
 * they are taken, the tokens go.
 */
function ghost(document: vscode.TextDocument, { span, newText }: Proposed): vscode.InlineCompletionItem {
  const inserted = `${document.getText(rangeOf(document, span))} ${newText}`;
  const taken: Taken = { uri: document.uri.toString(), start: span.start, inserted, newText };
  const item = new vscode.InlineCompletionItem(inserted, rangeOf(document, span));
  item.command = { command: 'cantus.takeGhost', title: '', arguments: [taken] };
  return item;
}
