// Cantus: Open Sample. A copy of a short melody, so that the first try spoils nothing.

import * as vscode from 'vscode';
import { SATB } from '../languages.ts';

const SAMPLE = 'hymn-to-joy.satb';

export class OpenSample implements vscode.Disposable {
  readonly #command = vscode.commands.registerCommand('cantus.openSample', () => this.#open());

  constructor(private readonly extensionUri: vscode.Uri) {}

  dispose(): void {
    this.#command.dispose();
  }

  async #open(): Promise<vscode.TextDocument> {
    const bytes = await vscode.workspace.fs.readFile(
      vscode.Uri.joinPath(this.extensionUri, 'examples', SAMPLE),
    );
    const content = new TextDecoder().decode(bytes);
    const document = await vscode.workspace.openTextDocument({ language: SATB, content });
    await vscode.window.showTextDocument(document);
    return document;
  }
}
