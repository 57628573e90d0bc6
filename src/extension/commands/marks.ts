// Cantus: Open, Lock, Pin and Accept Selection, Lock and Open Voice, Set Seed, Next Seed. Each is one edit of the
// text, one step of undo. Knows no engine.

import * as vscode from 'vscode';
import type { TextEdit } from '../../language/problem.ts';
import type { Parsed } from '../../language/read/parse.ts';
import { isVoice, VOICE_LETTERS, VOICES } from '../../language/score.ts';
import { selectionIn } from '../places.ts';
import { applyEdits, type Scores } from '../scores.ts';
import { seedFor } from '../seeds.ts';

type MarkName = 'open' | 'lock' | 'pin' | 'accept';
const MARKS: readonly MarkName[] = ['open', 'lock', 'pin', 'accept'];

/** Loaded with the first command that marks. */
const writer = () => import('../../language/write/marks.ts');

export class Marks implements vscode.Disposable {
  readonly #parts: vscode.Disposable[];

  constructor(private readonly scores: Scores) {
    const command = (name: string, act: (...values: unknown[]) => unknown): vscode.Disposable =>
      vscode.commands.registerCommand(`cantus.${name}`, act);
    this.#parts = [
      ...MARKS.map((mark) => command(`${mark}Selection`, () => this.#markSelection(mark))),
      command('openVoice', (voice) => this.#markVoice('open', voice)),
      command('acceptPiece', () => this.#edit(async (parsed) => (await writer()).accept(parsed, {}))),
      command('lockVoice', (voice) => this.#lockVoice(voice)),
      command('setSeed', () => this.#setSeed()),
      command('nextSeed', () => this.#nextSeed()),
    ];
  }

  dispose(): void {
    for (const part of this.#parts) part.dispose();
  }

  async #edit(
    make: (parsed: Parsed, editor: vscode.TextEditor) => Promise<readonly TextEdit[]>,
  ): Promise<boolean> {
    const editor = vscode.window.activeTextEditor;
    if (!editor) return false;
    const edits = await make(await this.scores.of(editor.document), editor);
    return edits.length > 0 && applyEdits(editor.document, edits);
  }

  async #markSelection(mark: MarkName): Promise<void> {
    let hadSelection = false;
    const done = await this.#edit(async (parsed, editor) => {
      hadSelection = true;
      return (await writer())[mark](parsed, selectionIn(editor, parsed.score, 'fill', true));
    });
    if (!done && hadSelection)
      vscode.window.setStatusBarMessage(vscode.l10n.t('Nothing to change here.'), 3000);
  }

  async #markVoice(mark: MarkName, given: unknown): Promise<void> {
    if (!isVoice(given)) return this.#markSelection(mark);
    await this.#edit(async (parsed) => (await writer())[mark](parsed, { voices: [given] }));
  }

  /** `%%cantus:lock`: the voice's letter comes in or goes out. */
  async #lockVoice(given: unknown): Promise<void> {
    if (!isVoice(given)) return;
    await this.#edit(async (parsed) => {
      const { lock } = parsed.score.directives;
      const letters = VOICES.filter((voice) => (voice === given ? !lock[voice] : lock[voice])).map(
        (voice) => VOICE_LETTERS[voice],
      );
      return (await writer()).setDirective(parsed, 'lock', letters.join(' '));
    });
  }

  async #setSeed(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (!editor) return;
    const { score } = await this.scores.of(editor.document);
    const answer = await vscode.window.showInputBox({
      title: vscode.l10n.t('Seed'),
      prompt: vscode.l10n.t('The same text and the same seed give the same notes.'),
      value: String(score.directives.seed ?? seedFor(editor.document, score)),
      validateInput: (text) =>
        /^\d{1,15}$/.test(text.trim()) ? null : vscode.l10n.t('A whole number, please.'),
    });
    if (answer === undefined) return;
    await this.#edit(async (parsed) => (await writer()).setDirective(parsed, 'seed', answer.trim()));
  }

  async #nextSeed(): Promise<void> {
    await this.#edit(async (parsed, { document }) => {
      const next = (parsed.score.directives.seed ?? seedFor(document, parsed.score)) + 1;
      return (await writer()).setDirective(parsed, 'seed', String(next));
    });
  }
}
