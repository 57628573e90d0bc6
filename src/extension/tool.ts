// `cantus_harmonize`, for assistants in the editor: text in, the filled text and what was done out. Edits nothing,
// and reads no file but the one that is named, through the editor.

import * as vscode from 'vscode';
import type { Wish } from '../engine/piece.ts';
import type { Bar } from '../language/score.ts';
import { VOICE_LETTERS, VOICES } from '../language/score.ts';
import type { Motor } from './motor.ts';
import { documentOf } from './targets.ts';

const NAME = 'cantus_harmonize';

/** As package.json declares it; the editor has checked the shape, but a model's sense is its own. */
interface Input {
  readonly text?: string;
  readonly uri?: string;
  readonly bars?: string;
  readonly voices?: string;
  readonly seed?: number;
}

export class Tool implements vscode.Disposable, vscode.LanguageModelTool<Input> {
  readonly #registered: vscode.Disposable;

  constructor(
    private readonly motor: Motor,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.#registered = vscode.lm.registerTool(NAME, this);
  }

  dispose(): void {
    this.#registered.dispose();
  }

  prepareInvocation({
    input,
  }: vscode.LanguageModelToolInvocationPrepareOptions<Input>): vscode.PreparedToolInvocation {
    const what = input.uri ?? vscode.l10n.t('a piece');
    return {
      invocationMessage: vscode.l10n.t('Harmonizing {0}', what),
      confirmationMessages: {
        title: vscode.l10n.t('Harmonize with Cantus'),
        message: vscode.l10n.t(
          'Fill the open notes of {0} and hand the text back. No file is changed.',
          what,
        ),
      },
    };
  }

  async invoke(
    { input }: vscode.LanguageModelToolInvocationOptions<Input>,
    token: vscode.CancellationToken,
  ): Promise<vscode.LanguageModelToolResult> {
    const stop = new AbortController();
    const cancelled = token.onCancellationRequested(() => stop.abort());
    if (token.isCancellationRequested) stop.abort();
    try {
      const { text, done } = await this.#harmonize(input, stop.signal);
      return new vscode.LanguageModelToolResult([
        new vscode.LanguageModelTextPart(text),
        new vscode.LanguageModelTextPart(done),
      ]);
    } finally {
      cancelled.dispose();
    }
  }

  async #harmonize(input: Input, signal: AbortSignal): Promise<{ text: string; done: string }> {
    const [{ parse }, { harmonizePiece }, { apply }] = await Promise.all([
      import('../language/read/parse.ts'),
      import('../engine/piece.ts'),
      import('../language/write/edits.ts'),
    ]);
    const parsed = parse(await textOf(input));
    if (parsed.score.bars.length === 0)
      throw new Error('No music was found in the text. It must be ABC notation.');
    const model = this.motor.chosenModel;
    const wish: Wish = {
      selection: {
        mode: 'fill',
        ...(input.bars !== undefined && { bars: barsOf(parsed.score.bars, input.bars) }),
        ...(input.voices !== undefined && { voices: voicesOf(input.voices) }),
      },
      policy: 'accept',
      ...(input.seed !== undefined && { seed: Math.max(0, Math.floor(input.seed)) }),
      ...(model !== undefined && { model }),
    };
    const outcome = await harmonizePiece(parsed, wish, await this.motor.engine(), { signal });
    this.motor.answered(outcome.model);
    const [{ edits, harmonization }] = outcome.proposals as [(typeof outcome.proposals)[number]];
    const done = [
      `Filled ${edits.length} places with seed ${outcome.order.wishes.seed}, model ${outcome.model.name} on ${outcome.model.runtime.runtime}, in ${outcome.seconds.total.toFixed(1)} s; everything else is as it was.`,
      `Mean surprise ${harmonization.meanNll.toFixed(2)} nats a cell; ${harmonization.offences.length} offences against the rules of part-writing remain.`,
      ...outcome.problems.map(({ message }) => message),
    ].join('\n');
    this.log.info(`${NAME}: ${done}`);
    return { text: apply(parsed.text, edits), done };
  }
}

async function textOf({ text, uri }: Input): Promise<string> {
  if (text !== undefined) return text;
  const document = uri === undefined ? undefined : await documentOf(uri);
  if (!document) throw new Error('Give either the text of a piece in ABC notation, or the URI of a file.');
  return document.getText();
}

/** Bar numbers as musicians count, such as `3-6`, as indices of bars, `to` exclusive. */
function barsOf(bars: readonly Bar[], text: string): { from: number; to: number } {
  const [, first, last] = /^\s*(\d+)(?:\s*-\s*(\d+))?\s*$/.exec(text) ?? [];
  const inside = bars.flatMap(({ number }, index) =>
    number >= Number(first) && number <= Number(last ?? first) ? [index] : [],
  );
  if (inside.length === 0)
    throw new Error(
      `There are no bars "${text}". The piece has bars ${bars[0]!.number} to ${bars.at(-1)!.number}.`,
    );
  return { from: inside[0]!, to: inside.at(-1)! + 1 };
}

function voicesOf(text: string): NonNullable<Wish['selection']['voices']> {
  const letters = text.toUpperCase().split(/[\s,]+/);
  const voices = VOICES.filter((voice) => letters.includes(VOICE_LETTERS[voice]));
  if (voices.length === 0) throw new Error(`There are no voices "${text}". The voices are S, A, T and B.`);
  return voices;
}
