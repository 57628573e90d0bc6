// Cantus: Import. A file of another program as a new untitled piece beside what is open; what could not be carried
// over is named. The file itself stays as it is.

import * as vscode from 'vscode';
import { SATB } from '../languages.ts';
import { announceLosses } from '../losses.ts';

const formats = () => import('../../language/formats.ts');

/** Larger than any score; what is larger is not even read. */
const LARGEST = 64 * 2 ** 20;

export class Import implements vscode.Disposable {
  readonly #command: vscode.Disposable;

  constructor(private readonly log: vscode.LogOutputChannel) {
    this.#command = vscode.commands.registerCommand('cantus.import', (uri) => this.#import(uri));
  }

  dispose(): void {
    this.#command.dispose();
  }

  async #import(given: unknown): Promise<vscode.TextDocument | undefined> {
    const uri = given instanceof vscode.Uri ? given : await askForSource();
    if (!uri) return undefined;
    try {
      const { content, losses } = await this.#read(uri);
      const document = await vscode.workspace.openTextDocument({ language: SATB, content });
      await vscode.window.showTextDocument(document, vscode.ViewColumn.Beside);
      void announceLosses(this.log, uri, losses);
      return document;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.log.error(`${uri.toString()}: ${reason}`);
      void vscode.window.showErrorMessage(
        vscode.l10n.t('{0} could not be imported: {1}', vscode.workspace.asRelativePath(uri), reason),
      );
      return undefined;
    }
  }

  async #read(uri: vscode.Uri): Promise<{ content: string; losses: readonly string[] }> {
    const { convert, decode, formatNamed, formatOf } = await formats();
    const from = formatOf(uri.path);
    if (!from) throw new Error(vscode.l10n.t('No format is known by this extension.'));
    if ((await vscode.workspace.fs.stat(uri)).size > LARGEST)
      throw new Error(vscode.l10n.t('The file is too large for a score.'));
    const bytes = await vscode.workspace.fs.readFile(uri);
    const { content, losses } = convert(bytes, from, formatNamed('satb'));
    return { content: decode(content), losses };
  }
}

async function askForSource(): Promise<vscode.Uri | undefined> {
  const { FORMATS } = await formats();
  const chosen = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Import'),
    canSelectMany: false,
    filters: { [vscode.l10n.t('Music')]: FORMATS.flatMap(({ extensions }) => [...extensions]) },
  });
  return chosen?.[0];
}
