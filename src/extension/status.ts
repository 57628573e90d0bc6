// One language-status item: which model, which runtime, which key; and Cantus: Report, which copies all that a bug
// report needs. Knows no music.

import * as vscode from 'vscode';
import type { Key } from '../language/pitch.ts';
import { LETTERS } from '../language/pitch.ts';
import type { Languages } from './languages.ts';
import type { Motor } from './motor.ts';
import type { Runs } from './runs.ts';
import type { Scores } from './scores.ts';

export class Status implements vscode.Disposable {
  readonly #parts: vscode.Disposable[];
  #item: vscode.LanguageStatusItem | null = null;

  constructor(
    private readonly scores: Scores,
    private readonly motor: Motor,
    private readonly runs: Runs,
    languages: Languages,
    private readonly version: string,
  ) {
    this.#parts = [
      languages.register((selector) => {
        this.#item = vscode.languages.createLanguageStatusItem('cantus.status', selector);
        this.#item.name = 'Cantus';
        void this.#update();
        return this.#item;
      }),
      motor.onDidChange(() => this.#update()),
      runs.onDidChange(() => this.#update()),
      vscode.window.onDidChangeActiveTextEditor(() => this.#update()),
      vscode.workspace.onDidSaveTextDocument(() => this.#update()),
      vscode.commands.registerCommand('cantus.report', () => this.#report()),
    ];
  }

  dispose(): void {
    for (const part of this.#parts) part.dispose();
  }

  async #update(): Promise<void> {
    const item = this.#item;
    const document = vscode.window.activeTextEditor?.document;
    if (!item) return;
    const isPiece = document !== undefined && vscode.languages.match(item.selector, document) > 0;
    const [{ keyText }, parsed] = await Promise.all([
      import('./sentences.ts'),
      isPiece ? this.scores.of(document) : null,
    ]);
    const key = parsed ? `${keyText(keyName(parsed.score.key))} · ` : '';
    const { model } = this.motor;
    const running = document ? this.runs.labelOf(document) : null;
    item.busy = running !== null;
    item.text = running ?? (model ? `${model.name}, ${model.runtime.runtime}` : 'Cantus');
    item.command = { command: 'cantus.report', title: vscode.l10n.t('Report') };
    item.detail =
      key +
      (model
        ? vscode.l10n.t('{0} on {1}', model.name, model.runtime.device)
        : vscode.l10n.t('The engine starts with the first harmonization.'));
  }

  async #report(): Promise<string> {
    const report = await this.motor.report();
    const text = [
      `Cantus ${this.version}`,
      `VS Code ${vscode.version}, ${process.platform} ${process.arch}, Node ${process.versions.node}`,
      `Model ${this.motor.model ? `${this.motor.model.name} ${this.motor.model.checksum}` : 'not opened yet'}`,
      `Last run ${this.runs.last ?? 'not yet'}`,
      report === null ? 'Engine not started' : JSON.stringify(report, null, 2),
    ].join('\n');
    await vscode.env.clipboard.writeText(text);
    vscode.window.setStatusBarMessage(vscode.l10n.t('The report is in the clipboard.'), 5000);
    return text;
  }
}

/** @example keyName(keyOf({ letter: 6, alter: -1 }, 'major')) // 'Bb major' */
const keyName = ({ tonic, mode }: Key): string =>
  `${LETTERS[tonic.letter]}${tonic.alter < 0 ? 'b'.repeat(-tonic.alter) : '#'.repeat(tonic.alter)} ${mode}`;
