// Inlay hints: numbers of bars, and the harmony where it changes. Off unless the settings ask for them.

import * as vscode from 'vscode';
import type { Score } from '../../language/score.ts';
import { VOICES } from '../../language/score.ts';
import { type Scores, spanOf } from '../scores.ts';

interface Hint {
  readonly at: number;
  readonly label: string;
}

export class Hints implements vscode.InlayHintsProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeInlayHints = this.#changed.event;
  readonly #watch = vscode.workspace.onDidChangeConfiguration((change) => {
    if (change.affectsConfiguration('cantus.inlayHints')) this.#changed.fire();
  });

  constructor(private readonly scores: Scores) {}

  async provideInlayHints(document: vscode.TextDocument, range: vscode.Range): Promise<vscode.InlayHint[]> {
    const settings = vscode.workspace.getConfiguration('cantus.inlayHints', document);
    const [bars, chords] = [settings.get('bars', false), settings.get('chords', false)];
    if (!bars && !chords) return [];
    const { score } = await this.scores.of(document);
    const hints = [...(bars ? barHints(score) : []), ...(chords ? await chordHints(score) : [])];
    const { start, end } = spanOf(document, range);
    return hints
      .filter(({ at }) => start <= at && at <= end)
      .map(({ at, label }) => {
        const hint = new vscode.InlayHint(document.positionAt(at), label);
        hint.paddingRight = true;
        return hint;
      });
  }

  dispose(): void {
    this.#watch.dispose();
    this.#changed.dispose();
  }
}

const barHints = ({ bars }: Score): Hint[] =>
  bars.flatMap(({ number, spans }) =>
    spans.flatMap((span) => (span === null ? [] : [{ at: span.start, label: String(number) }])),
  );

/** Before the lowest note that begins with the harmony. */
async function chordHints(score: Score): Promise<Hint[]> {
  const { harmonies } = await import('../../language/analyse/roman.ts');
  let before = '';
  return harmonies(score).flatMap(({ from, name, numeral }) => {
    const label = [name, numeral].filter((part) => part !== null).join(' ');
    const events = [...VOICES]
      .reverse()
      .flatMap((voice) => score.parts[voice].events.filter((event) => event.onset === from));
    const [event] = events.filter(({ pitches, irregular }) => pitches.length > 0 && irregular !== 'grace');
    if (label === '' || label === before || event === undefined) return [];
    before = label;
    return [{ at: event.span.start, label }];
  });
}
