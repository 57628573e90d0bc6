// Cantus: Play, Play Voice, Stop. The preview has the sound; it opens when there is none.

import * as vscode from 'vscode';
import { VOICES, type Voice } from '../../language/score.ts';
import type { Previews } from '../preview/previews.ts';
import { documentOf, pieceOf } from '../targets.ts';

export class Play implements vscode.Disposable {
  readonly #parts: vscode.Disposable[];

  constructor(private readonly previews: Previews) {
    this.#parts = [
      vscode.commands.registerCommand('cantus.play', (uri) => this.#play(uri, null)),
      vscode.commands.registerCommand('cantus.playVoice', (voice, uri) => this.#play(uri, voice)),
      vscode.commands.registerCommand('cantus.stop', async (uri) => {
        const document = await documentOf(uri);
        if (document) await this.previews.play(document, 'stop');
      }),
    ];
  }

  dispose(): void {
    for (const part of this.#parts) part.dispose();
  }

  async #play(uri: unknown, given: unknown): Promise<void> {
    const document = await pieceOf(uri);
    const voice = VOICES.find((one): one is Voice => one === given) ?? null;
    if (document) await this.previews.play(document, 'all', voice);
  }
}
