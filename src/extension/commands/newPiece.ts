// Cantus: New Piece. An untitled four-voice document with the piece snippet running in it.
import * as vscode from 'vscode';
import { SATB } from '../languages.ts';

export class NewPiece implements vscode.Disposable {
  readonly #command = vscode.commands.registerCommand('cantus.newPiece', async () => {
    const document = await vscode.workspace.openTextDocument({ language: SATB });
    await vscode.window.showTextDocument(document);
    // By name, so that the text of the snippet is in one place only.
    await vscode.commands.executeCommand('editor.action.insertSnippet', {
      langId: SATB,
      name: 'New SATB piece',
    });
  });

  dispose(): void {
    this.#command.dispose();
  }
}
