// Which document a command is about: the one its argument names, else the active one. Knows no command.

import * as vscode from 'vscode';

/** `given` is a URI, its text (from a CodeLens or a preview), or nothing of use. */
export async function documentOf(given: unknown): Promise<vscode.TextDocument | undefined> {
  const uri =
    given instanceof vscode.Uri ? given : typeof given === 'string' ? vscode.Uri.parse(given) : null;
  if (uri === null) return vscode.window.activeTextEditor?.document;
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  return open ?? vscode.workspace.openTextDocument(uri);
}
