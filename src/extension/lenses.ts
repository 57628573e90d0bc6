// CodeLens: above the piece what can be done with all of it, above each voice what can be done with that voice.

import * as vscode from 'vscode';
import { VOICE_LETTERS, VOICES } from '../language/score.ts';
import type { Runs } from './runs.ts';
import { rangeOf, type Scores } from './scores.ts';

export class Lenses implements vscode.CodeLensProvider {
  readonly onDidChangeCodeLenses: vscode.Event<void>;

  constructor(
    private readonly scores: Scores,
    private readonly runs: Runs,
  ) {
    this.onDidChangeCodeLenses = runs.onDidChange;
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    if (!vscode.workspace.getConfiguration('cantus', document).get<boolean>('codeLens', true)) return [];
    const { score } = await this.scores.of(document);
    if (score.bars.length === 0) return [];
    const top = new vscode.Range(0, 0, 0, 0);
    const lens = (range: vscode.Range, title: string, name: string, ...values: unknown[]): vscode.CodeLens =>
      new vscode.CodeLens(range, { title, command: `cantus.${name}`, arguments: values });
    const uri = document.uri.toString();
    const running = this.runs.labelOf(document);
    const piece =
      running === null
        ? [
            lens(top, vscode.l10n.t('Harmonize'), 'harmonizePiece', uri),
            lens(top, vscode.l10n.t('Try alternatives'), 'tryAlternatives', uri),
            lens(top, vscode.l10n.t('Play'), 'play', uri),
            lens(top, vscode.l10n.t('Preview'), 'preview', document.uri),
          ]
        : [lens(top, vscode.l10n.t('{0} … Cancel', running), 'cancel', uri)];
    const voices = VOICES.flatMap((voice) => {
      const part = score.parts[voice];
      if (part.id === null || part.id === '') return [];
      const range = rangeOf(document, part.span);
      const letter = VOICE_LETTERS[voice];
      const locked = score.directives.lock[voice];
      return [
        lens(range, vscode.l10n.t('Resample {0}', letter), 'resampleVoice', voice, uri),
        lens(range, locked ? vscode.l10n.t('Unlock') : vscode.l10n.t('Lock'), 'lockVoice', voice, uri),
        lens(range, vscode.l10n.t('Open'), 'openVoice', voice, uri),
        lens(range, vscode.l10n.t('Play alone'), 'playVoice', voice, uri),
      ];
    });
    return [...piece, ...voices];
  }
}
