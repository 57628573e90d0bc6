// Completion: what may be written at the cursor.

import * as vscode from 'vscode';
import type { SuggestionKind } from '../../language/complete.ts';
import { rangeOf, type Scores } from '../scores.ts';

const KINDS: Readonly<Record<SuggestionKind, vscode.CompletionItemKind>> = {
  field: vscode.CompletionItemKind.Field,
  directive: vscode.CompletionItemKind.Property,
  value: vscode.CompletionItemKind.Value,
  key: vscode.CompletionItemKind.EnumMember,
  mode: vscode.CompletionItemKind.EnumMember,
  clef: vscode.CompletionItemKind.EnumMember,
  voice: vscode.CompletionItemKind.Variable,
  decoration: vscode.CompletionItemKind.Event,
};

/** After these there is more to choose. */
const GOES_ON = /(?:^[VKMLQ]:|=|^%%cantus:\w+)$/;

export class Completions implements vscode.CompletionItemProvider {
  static readonly triggers = [':', '!', '%', '=', '[', ' '];

  constructor(private readonly scores: Scores) {}

  async provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.CompletionItem[]> {
    const { tree } = await this.scores.of(document);
    const [{ suggestions }, { suggestedText }] = await Promise.all([
      import('../../language/complete.ts'),
      import('./suggested.ts'),
    ]);
    return suggestions(tree, document.offsetAt(position)).map((suggestion, i) => {
      const { kind, text, detail, doc, span } = suggestion;
      const item = new vscode.CompletionItem(
        { label: text, description: suggestedText(detail) },
        KINDS[kind],
      );
      item.range = rangeOf(document, span);
      item.insertText = kind === 'directive' ? `${text} ` : text;
      item.filterText = text;
      item.sortText = String(i).padStart(3, '0');
      if (doc !== '') item.documentation = new vscode.MarkdownString(suggestedText(doc));
      if (GOES_ON.test(text))
        item.command = { command: 'editor.action.triggerSuggest', title: vscode.l10n.t('Suggest') };
      return item;
    });
  }
}
