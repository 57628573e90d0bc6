// Which document a command is about, and the editor it is in: what its argument names, else the active one. Knows no
// command.

import * as vscode from 'vscode';
import { SATB } from './languages.ts';

/** `given` is a URI, its text (from a CodeLens or a preview), or nothing of use. */
export async function documentOf(given: unknown): Promise<vscode.TextDocument | undefined> {
  const uri =
    given instanceof vscode.Uri ? given : typeof given === 'string' ? vscode.Uri.parse(given) : null;
  if (uri === null) return vscode.window.activeTextEditor?.document ?? onlyPiece();
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  return open ?? vscode.workspace.openTextDocument(uri);
}

/** The same; where there is none, the user is told how to come by one. */
export async function pieceOf(given: unknown): Promise<vscode.TextDocument | undefined> {
  const document = await documentOf(given);
  if (document) return document;
  const sample = vscode.l10n.t('Open Sample');
  const text = vscode.l10n.t('Go to the text of a piece first: a .satb file, or the sample.');
  void vscode.window
    .showInformationMessage(text, sample)
    .then((answer) => answer === sample && vscode.commands.executeCommand('cantus.openSample'));
  return undefined;
}

/** While a page without text is in front, such as the walkthrough: the piece beside it, or the only one there is. */
function onlyPiece(): vscode.TextDocument | undefined {
  const beside = vscode.window.visibleTextEditors.find(({ document }) => document.languageId === SATB);
  if (beside) return beside.document;
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  const open = new Set(
    tabs.flatMap(({ input }) => (input instanceof vscode.TabInputText ? input.uri.toString() : [])),
  );
  const pieces = vscode.workspace.textDocuments.filter(
    ({ languageId, uri }) => languageId === SATB && open.has(uri.toString()),
  );
  return pieces.length === 1 ? pieces[0] : undefined;
}

/** The editor a document is seen in, also while a preview has the focus. */
export async function editorOf(given: unknown): Promise<vscode.TextEditor | undefined> {
  const document = await documentOf(given);
  const active = vscode.window.activeTextEditor;
  if (active?.document === document) return active;
  return vscode.window.visibleTextEditors.find((editor) => editor.document === document);
}
