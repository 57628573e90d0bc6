// Cantus: Transpose. The selected bars and voices, or the whole piece with its keys and chord symbols.

import * as vscode from 'vscode';
import { selectionIn } from '../places.ts';
import { applyEdits, type Scores } from '../scores.ts';

/** Nobody sings further away. */
const FURTHEST = 36;

export class Transpose implements vscode.Disposable {
  readonly #command: vscode.Disposable;

  constructor(private readonly scores: Scores) {
    this.#command = vscode.commands.registerCommand('cantus.transpose', (given: unknown) => this.#run(given));
  }

  dispose(): void {
    this.#command.dispose();
  }

  async #run(given: unknown): Promise<boolean> {
    const editor = vscode.window.activeTextEditor;
    if (!editor) return false;
    const semitones = isInterval(given) ? given : await askForInterval();
    if (semitones === undefined) return false;
    const parsed = await this.scores.of(editor.document);
    const { transpose } = await import('../../language/write/transpose.ts');
    const { bars, voices } = selectionIn(editor, parsed.score, 'fill', true);
    const region = { ...(bars && { bars }), ...(voices && { voices }) };
    const edits = transpose(parsed, region, semitones);
    return edits.length > 0 && applyEdits(editor.document, edits);
  }
}

const isInterval = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= FURTHEST;

async function askForInterval(): Promise<number | undefined> {
  const answer = await vscode.window.showInputBox({
    title: vscode.l10n.t('Transpose'),
    prompt: vscode.l10n.t('By how many semitones? Down with a minus.'),
    value: '2',
    validateInput: (text) =>
      text.trim() !== '' && isInterval(Number(text))
        ? null
        : vscode.l10n.t('A whole number from {0} to {1}, please.', -FURTHEST, FURTHEST),
  });
  return answer === undefined ? undefined : Number(answer);
}
