// Cantus: Export. The active piece into another format, beside it unless the user says otherwise; what the format
// cannot carry is named. Picture and sound are the preview's; nothing here touches a disk but through the editor.

import * as vscode from 'vscode';
import { announceLosses } from '../losses.ts';
import type { ExportKind } from '../preview/messages.ts';
import type { Previews } from '../preview/previews.ts';
import type { Scores } from '../scores.ts';
import { pieceOf } from '../targets.ts';

const formats = () => import('../../language/formats.ts');

interface Choice {
  readonly name: string;
  readonly label: string;
  readonly extension: string;
}

export class Export implements vscode.Disposable {
  readonly #command: vscode.Disposable;

  constructor(
    private readonly scores: Scores,
    private readonly previews: Previews,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.#command = vscode.commands.registerCommand('cantus.export', (uri, name, target) =>
      this.#export(uri, name, target),
    );
  }

  dispose(): void {
    this.#command.dispose();
  }

  /** Where the file is now; undefined where nothing was written. */
  async #export(given: unknown, name: unknown, into: unknown): Promise<vscode.Uri | undefined> {
    const document = await pieceOf(given);
    if (!document) return undefined;
    const choice = await choose(name);
    if (!choice) return undefined;
    const { score } = await this.scores.of(document);
    const target = into instanceof vscode.Uri ? into : await askForTarget(document, score.title, choice);
    if (!target) return undefined;
    try {
      const { content, losses } = await this.#content(document, choice);
      await vscode.workspace.fs.writeFile(target, content);
      this.log.info(`${vscode.workspace.asRelativePath(target)} written as ${choice.label}.`);
      void announceLosses(this.log, target, losses);
      return target;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.log.error(`${target.toString()}: ${reason}`);
      void vscode.window.showErrorMessage(
        vscode.l10n.t('{0} could not be written: {1}', vscode.workspace.asRelativePath(target), reason),
      );
      return undefined;
    }
  }

  async #content(
    document: vscode.TextDocument,
    { name }: Choice,
  ): Promise<{ content: Uint8Array; losses: readonly string[] }> {
    const format = (await formats()).FORMATS.find((one) => one.name === name);
    if (format) return format.write((await this.scores.of(document)).score);
    const kind = PREVIEWED.find((one) => one === name);
    if (!kind) throw new Error(vscode.l10n.t('There is no format "{0}".', name));
    return { content: await this.previews.export(document, kind), losses: [] };
  }
}

/** What the preview makes. */
const PREVIEWED: readonly ExportKind[] = ['svg', 'html', 'wav'];

async function choices(): Promise<Choice[]> {
  const own = (await formats()).FORMATS.filter(({ name }) => name !== 'satb').map(
    ({ name, title, extensions: [extension] }) => ({ name, label: title, extension }),
  );
  return [
    ...own,
    { name: 'svg', label: vscode.l10n.t('Picture (SVG)'), extension: 'svg' },
    { name: 'html', label: vscode.l10n.t('Page to print (HTML)'), extension: 'html' },
    { name: 'wav', label: vscode.l10n.t('Sound (WAV)'), extension: 'wav' },
  ];
}

async function choose(name: unknown): Promise<Choice | undefined> {
  const all = await choices();
  if (typeof name === 'string') return all.find((choice) => choice.name === name);
  const items = all.map((choice) => ({
    label: choice.label,
    description: `.${choice.extension}`,
    choice,
  }));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Export as') }))?.choice;
}

/** Beside the document and called as it is; what has no file yet is called by its title. */
function askForTarget(
  { uri, isUntitled }: vscode.TextDocument,
  title: string,
  { label, extension }: Choice,
): Thenable<vscode.Uri | undefined> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const name = title.replaceAll(/[^\p{L}\p{N}]+/gu, '-').replaceAll(/^-|-$/g, '') || 'piece';
  const suggested = isUntitled
    ? folder && vscode.Uri.joinPath(folder, `${name}.${extension}`)
    : uri.with({ path: `${uri.path.replace(/\.[^./\\]*$/, '')}.${extension}` });
  return vscode.window.showSaveDialog({
    title: vscode.l10n.t('Export as {0}', label),
    filters: { [label]: [extension] },
    ...(suggested && { defaultUri: suggested }),
  });
}
