// Cantus: Harmonize Selection, Harmonize Melody, Resample Selection, Resample Voice, Cancel. What the user selects
// becomes a wish; the run and its result are somebody else's business.

import * as vscode from 'vscode';
import type { Wish } from '../../engine/piece.ts';
import type { Selection } from '../../language/read/grid.ts';
import { isVoice, type Score, VOICE_LETTERS, VOICE_NAMES, VOICES, type Voice } from '../../language/score.ts';
import type { Motor } from '../motor.ts';
import { barsName, selectionIn, stretchAt } from '../places.ts';
import type { Runs } from '../runs.ts';
import type { Scores } from '../scores.ts';
import { seedFor } from '../seeds.ts';
import { documentOf, editorOf, pieceOf } from '../targets.ts';

/** So often other notes are drawn, each time with the next seed, until they are not the ones that stand there. */
const MOST_TRIES = 4;

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
      command('harmonizeSelection', (uri) => this.#onSelection('fill', uri)),
      command('harmonizePiece', (uri) => this.#onPiece(uri, { mode: 'fill' })),
      command('harmonizeMelody', (uri) => this.#onPiece(uri, { mode: 'fill' })),
      command('resampleSelection', (given) => this.#onSelection('resample', given)),
      command('varySelection', (uri, others) => this.#vary(uri, others)),
      command('resampleVoice', (voice, uri) => this.#resampleVoice(voice, uri)),
      command('cancel', async (uri) => this.runs.cancel(await documentOf(uri))),
    ];
  }

  dispose(): void {
    for (const part of this.#parts) part.dispose();
  }

  async #onSelection(mode: Selection['mode'], given: unknown): Promise<boolean> {
    if (isPlace(given)) return this.#onPlace(mode, given);
    const editor = await editorOf(given);
    if (!editor) return this.#onPiece(given, { mode });
    const { score } = await this.scores.of(editor.document);
    return this.#run(editor.document, selectionIn(editor, score, mode, mode === 'resample'));
  }

  /** Draws again what is selected, near to what is written; without a selection what Cantus has written. */
  async #vary(uri: unknown, given: unknown): Promise<boolean> {
    const others = typeof given === 'number' ? given : await askHowFar();
    const document = others === undefined ? undefined : await pieceOf(uri);
    if (!document) return false;
    const editor = await editorOf(uri);
    const { score } = await this.scores.of(document);
    const selected: Selection = editor ? selectionIn(editor, score, 'resample', true) : { mode: 'resample' };
    const own = selected.bars ? null : this.runs.ownVoices(document);
    return this.#run(document, { ...selected, ...(own && { voices: own }) }, others);
  }

  async #onPlace(mode: Selection['mode'], { uri, from, to }: PlaceArgument): Promise<boolean> {
    const document = await documentOf(uri);
    if (!document) return false;
    const stretch = stretchAt((await this.scores.of(document)).score, { start: from, end: to });
    return stretch !== null && this.#run(document, { mode, ...stretch });
  }

  async #onPiece(uri: unknown, selection: Selection): Promise<boolean> {
    const document = await pieceOf(uri);
    return document ? this.#run(document, selection) : false;
  }

  async #resampleVoice(given: unknown, uri: unknown): Promise<boolean> {
    const voice = isVoice(given) ? given : await askForVoice();
    return voice === undefined ? false : this.#onPiece(uri, { mode: 'resample', voices: [voice] });
  }

  async #run(document: vscode.TextDocument, selection: Selection, others?: number): Promise<boolean> {
    const parsed = await this.scores.of(document);
    if (selection.mode === 'fill' && (await isFilled(parsed.score, selection))) {
      return this.#offerResample(document, selection);
    }
    const bars = barsName(parsed.score, selection.bars);
    const label =
      selection.mode === 'fill'
        ? vscode.l10n.t('Harmonizing {0}', bars)
        : vscode.l10n.t('Resampling {0}', bars);
    const model = this.motor.chosenModel;
    const own = seedFor(document, parsed.score);
    // Whoever asks again for other notes wants others than last time, and others than stand there.
    const again = selection.mode === 'resample';
    for (let tries = 1; ; tries++) {
      const wish: Wish = {
        selection,
        policy: policyOf(document),
        seed: again ? this.runs.freshSeed(document, own) : own,
        ...(model !== undefined && { model }),
      };
      const finished = await this.runs.start(document, wish, label, others);
      try {
        if (finished && again && others === undefined && tries < MOST_TRIES && finished.same(0)) continue;
        return (await finished?.apply(0)) ?? false;
      } finally {
        finished?.dispose();
      }
    }
  }

  /** Nothing is open there: says so, and draws again what Cantus had written when the user agrees. */
  async #offerResample(document: vscode.TextDocument, selection: Selection): Promise<boolean> {
    const voices = this.runs.ownVoices(document) ?? selection.voices;
    const resample = voices
      ? vscode.l10n.t('Resample {0}', voices.map((voice) => VOICE_LETTERS[voice]).join(' '))
      : vscode.l10n.t('Resample');
    const answer = await vscode.window.showInformationMessage(
      vscode.l10n.t(
        'Nothing is open here. Put `?` before the notes that may change, or redraw what is written.',
      ),
      resample,
    );
    if (answer !== resample) return false;
    return this.#run(document, { ...selection, mode: 'resample', ...(voices && { voices }) });
  }
}

/** Whether a selection has nothing to fill. */
async function isFilled(score: Score, selection: Selection): Promise<boolean> {
  const { toGrid } = await import('../../language/read/grid.ts');
  const { grid, problems } = toGrid(score, selection);
  return problems.length === 0 && !grid.open.includes(1);
}

export const policyOf = (document: vscode.TextDocument): Wish['policy'] =>
  vscode.workspace.getConfiguration('cantus', document).get<string>('fill') === 'keep-open'
    ? 'keep-open'
    : 'accept';

/** Where a quick fix wants notes redrawn: a document and offsets in its present text. */
export interface PlaceArgument {
  readonly uri: string;
  readonly from: number;
  readonly to: number;
}

const isPlace = (value: unknown): value is PlaceArgument =>
  typeof value === 'object' &&
  value !== null &&
  typeof Reflect.get(value, 'uri') === 'string' &&
  typeof Reflect.get(value, 'from') === 'number' &&
  typeof Reflect.get(value, 'to') === 'number';

/** How likely other pitches than the present ones are, as users say it. */
async function askHowFar(): Promise<number | undefined> {
  const items = [
    { label: vscode.l10n.t('A few other notes'), others: 0.01 },
    { label: vscode.l10n.t('Some other notes'), others: 0.1 },
    { label: vscode.l10n.t('Many other notes'), others: 0.4 },
  ];
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('How far from what is written?') }))
    ?.others;
}

async function askForVoice(): Promise<Voice | undefined> {
  const { phrase } = await import('../sentences.ts');
  const items = VOICES.map((voice) => ({ label: phrase(VOICE_NAMES[voice]), voice }));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Resample which voice?') }))?.voice;
}
