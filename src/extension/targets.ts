// Which document a command is about, and the editor it is in: what its argument names, else the active one. Knows no
// command.

import * as vscode from 'vscode';

/** `given` is a URI, its text (from a CodeLens or a preview), or nothing of use. */
export async function documentOf(given: unknown): Promise<vscode.TextDocument | undefined> {
  const uri =
    given instanceof vscode.Uri ? given : typeof given === 'string' ? vscode.Uri.parse(given) : null;
  if (uri === null) return vscode.window.activeTextEditor?.document;
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  return open ?? vscode.workspace.openTextDocument(uri);
}

/** The editor a document is seen in, also while a preview has the focus. */
export async function editorOf(given: unknown): Promise<vscode.TextEditor | undefined> {
  const document = await documentOf(given);
  const active = vscode.window.activeTextEditor;
  if (active?.document === document) return active;
  return vscode.window.visibleTextEditors.find((editor) => editor.document === document);
}
