// Code actions on a note: write what the network would rather have there.

import * as vscode from 'vscode';
import { eventAt } from '../../language/outline.ts';
import type { Opinions } from '../opinions.ts';
import { type Scores, textEdits } from '../scores.ts';
import { oddsText, pitchNameIn } from './spelling.ts';

export class Rewrites implements vscode.CodeActionProvider {
  static readonly metadata: vscode.CodeActionProviderMetadata = {
    providedCodeActionKinds: [vscode.CodeActionKind.RefactorRewrite],
  };

  constructor(
    private readonly scores: Scores,
    private readonly opinions: Opinions,
  ) {}

  async provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    _: vscode.CodeActionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.CodeAction[]> {
    const { score } = await this.scores.of(document);
    const event = eventAt(score, document.offsetAt(range.start));
    if (event === null || event.state === 'pinned' || document.offsetAt(range.end) > event.span.end)
      return [];
    const { version } = document;
    const judged = await this.opinions.on(document, event);
    if (judged === null || token.isCancellationRequested || document.version !== version) return [];
    const { rewrite } = await import('../../engine/opinion.ts');
    const key = score.bars[event.bar]?.key ?? score.key;
    return judged.opinion.others.map(({ pitch, probability }) => {
      const [name, odds] = [pitchNameIn(pitch, key), oddsText(probability)];
      const title =
        judged.isolated.written === null
          ? vscode.l10n.t('Write {0} ({1})', name, odds)
          : vscode.l10n.t('Write {0} instead ({1})', name, odds);
      const action = new vscode.CodeAction(title, vscode.CodeActionKind.RefactorRewrite);
      action.edit = new vscode.WorkspaceEdit();
      action.edit.set(document.uri, textEdits(document, rewrite(judged.isolated, pitch)));
      return action;
    });
  }
}
