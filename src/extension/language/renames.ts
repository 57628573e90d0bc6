// Rename of a voice, wherever the text names it.

import * as vscode from 'vscode';
import type { Refusal } from '../../language/names.ts';
import { rangeOf, type Scores, textEdits } from '../scores.ts';

export class Renames implements vscode.RenameProvider {
  constructor(private readonly scores: Scores) {}

  async prepareRename(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<{ range: vscode.Range; placeholder: string }> {
    const { tree } = await this.scores.of(document);
    const { voiceNameAt } = await import('../../language/names.ts');
    const name = voiceNameAt(tree, document.offsetAt(position));
    if (name === null)
      throw new Error(vscode.l10n.t('Only voices can be renamed: put the cursor on a `V:`.'));
    return { range: rangeOf(document, name.span), placeholder: name.id };
  }

  async provideRenameEdits(
    document: vscode.TextDocument,
    position: vscode.Position,
    newName: string,
  ): Promise<vscode.WorkspaceEdit> {
    const parsed = await this.scores.of(document);
    const { renameVoice, voiceNameAt } = await import('../../language/names.ts');
    const name = voiceNameAt(parsed.tree, document.offsetAt(position));
    const change = new vscode.WorkspaceEdit();
    if (name === null) return change;
    const edits = renameVoice(parsed, name.id, newName.trim());
    if (typeof edits === 'string') throw new Error(wordsFor(edits, newName));
    change.set(document.uri, textEdits(document, edits));
    return change;
  }
}

const wordsFor = (refusal: Refusal, name: string): string =>
  ({
    'not-an-id': vscode.l10n.t('A voice’s name is one word without brackets.'),
    taken: vscode.l10n.t('Another voice is called {0}.', name),
    'another-part': vscode.l10n.t(
      'A voice called {0} would sing another part than now. Choose another name.',
      name,
    ),
  })[refusal];
