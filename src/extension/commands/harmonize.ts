// Cantus: Harmonize Selection, Harmonize Melody, Resample Selection, Resample Voice, Cancel. What the user selects
// becomes a wish; the run and its result are somebody else's business.

import * as vscode from 'vscode';
import type { Wish } from '../../engine/piece.ts';
import type { Selection } from '../../language/read/grid.ts';
import { VOICE_NAMES, VOICES, type Voice } from '../../language/score.ts';
import type { Motor } from '../motor.ts';
import { barsName, selectionIn } from '../places.ts';
import type { Runs } from '../runs.ts';
import type { Scores } from '../scores.ts';
import { seedFor } from '../seeds.ts';

export class Harmonize implements vscode.Disposable {
  readonly #parts: vscode.Disposable[];

  constructor(
    private readonly scores: Scores,
    private readonly motor: Motor,
    private readonly runs: Runs,
  ) {
    const command = (name: string, act: (...values: unknown[]) => unknown): vscode.Disposable =>
      vscode.commands.registerCommand(`cantus.${name}`, act);
    this.#parts = [
      command('harmonizeSelection', () => this.#onSelection('fill')),
      command('harmonizeMelody', () => this.#onPiece({ mode: 'fill' })),
      command('resampleSelection', () => this.#onSelection('resample')),
      command('resampleVoice', (voice) => this.#resampleVoice(voice)),
      command('cancel', () => this.runs.cancel(vscode.window.activeTextEditor?.document)),
    ];
  }

  dispose(): void {
    for (const part of this.#parts) part.dispose();
  }

  async #onSelection(mode: Selection['mode']): Promise<boolean> {
    const editor = vscode.window.activeTextEditor;
    if (!editor) return false;
    const { score } = await this.scores.of(editor.document);
    return this.#run(editor.document, selectionIn(editor, score, mode, mode === 'resample'));
  }

  async #onPiece(selection: Selection): Promise<boolean> {
    const document = vscode.window.activeTextEditor?.document;
    return document ? this.#run(document, selection) : false;
  }

  async #resampleVoice(given: unknown): Promise<boolean> {
    const voice = isVoice(given) ? given : await askForVoice();
    return voice === undefined ? false : this.#onPiece({ mode: 'resample', voices: [voice] });
  }

  async #run(document: vscode.TextDocument, selection: Selection): Promise<boolean> {
    const parsed = await this.scores.of(document);
    const bars = barsName(parsed.score, selection.bars);
    const label =
      selection.mode === 'fill'
        ? vscode.l10n.t('Harmonizing {0}', bars)
        : vscode.l10n.t('Resampling {0}', bars);
    const model = this.motor.chosenModel;
    const wish: Wish = {
      selection,
      policy: policyOf(document),
      seed: seedFor(document, parsed.score),
      ...(model !== undefined && { model }),
    };
    const finished = await this.runs.start(document, wish, label);
    try {
      return (await finished?.apply(0)) ?? false;
    } finally {
      finished?.dispose();
    }
  }
}

export const policyOf = (document: vscode.TextDocument): Wish['policy'] =>
  vscode.workspace.getConfiguration('cantus', document).get<string>('fill') === 'keep-open'
    ? 'keep-open'
    : 'accept';

const isVoice = (value: unknown): value is Voice => VOICES.some((voice) => voice === value);

async function askForVoice(): Promise<Voice | undefined> {
  const items = VOICES.map((voice) => ({ label: VOICE_NAMES[voice], voice }));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Resample which voice?') }))?.voice;
}
