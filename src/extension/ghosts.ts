// Ghost text: at an open token the cursor stands on, what the network would write in the rest of that bar. Tab takes
// it. Asked of the engine only when the cursor rests there, and only where the engine runs already or may start.

import * as vscode from 'vscode';
import type { Wish } from '../engine/piece.ts';
import type { Event, Score } from '../language/score.ts';
import type { Motor } from './motor.ts';
import type { Runs } from './runs.ts';
import { rangeOf, type Scores } from './scores.ts';
import { seedFor } from './seeds.ts';

/** The cursor rests for so long before the engine is asked, in milliseconds. */
const REST = 250;

export class Ghosts implements vscode.InlineCompletionItemProvider {
  constructor(
    private readonly scores: Scores,
    private readonly motor: Motor,
    private readonly runs: Runs,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  async provideInlineCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    _: vscode.InlineCompletionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlineCompletionItem[]> {
    const settings = vscode.workspace.getConfiguration('cantus', document);
    if (!settings.get<boolean>('ghostText', true) || this.runs.labelOf(document) !== null) return [];
    const parsed = await this.scores.of(document);
    const event = openEventAt(parsed.score, document.offsetAt(position));
    if (!event) return [];
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
      const edit = outcome.proposals[0].edits.find(
        ({ span }) => span.start < event.span.end && event.span.start <= span.end,
      );
      if (!edit || token.isCancellationRequested) return [];
      return [completion(document, event, edit)];
    } catch (error) {
      this.log.debug(`No ghost text: ${String(error)}`);
      return [];
    } finally {
      cancelled.dispose();
    }
  }
}

/** The open token the cursor stands in or right behind. */
function openEventAt(score: Score, offset: number): Event | undefined {
  return score.parts
    .flatMap(({ events }) => events)
    .find(({ state, span }) => state === 'open' && span.start <= offset && offset <= span.end);
}

/** Ghost text must replace a stretch around the cursor that its own text goes on from: the whole token. */
function completion(
  document: vscode.TextDocument,
  event: Event,
  edit: { readonly span: { readonly start: number; readonly end: number }; readonly newText: string },
): vscode.InlineCompletionItem {
  const text = document.getText();
  const before = text.slice(event.span.start, Math.max(event.span.start, edit.span.start));
  const behind = text.slice(Math.min(event.span.end, edit.span.end), event.span.end);
  const item = new vscode.InlineCompletionItem(before + edit.newText + behind, rangeOf(document, event.span));
  // What is typed at an open token is not the beginning of what is proposed.
  item.filterText = text.slice(event.span.start, event.span.end);
  return item;
}
