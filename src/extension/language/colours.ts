// Semantic tokens: notes by their voice, and whether they are open, pinned or locked.

import * as vscode from 'vscode';
import type { Event, Score } from '../../language/score.ts';
import type { Scores } from '../scores.ts';

const TYPES = ['soprano', 'alto', 'tenor', 'bass', 'rest'] as const;
const REST = TYPES.indexOf('rest');
const MODIFIERS = ['open', 'pinned', 'locked'] as const;

export class Colours
  implements vscode.DocumentSemanticTokensProvider, vscode.DocumentRangeSemanticTokensProvider
{
  static readonly legend = new vscode.SemanticTokensLegend([...TYPES], [...MODIFIERS]);

  constructor(private readonly scores: Scores) {}

  provideDocumentSemanticTokens(document: vscode.TextDocument): Promise<vscode.SemanticTokens> {
    return this.#build(document, 0, Number.POSITIVE_INFINITY);
  }

  provideDocumentRangeSemanticTokens(
    document: vscode.TextDocument,
    range: vscode.Range,
  ): Promise<vscode.SemanticTokens> {
    return this.#build(document, document.offsetAt(range.start), document.offsetAt(range.end));
  }

  async #build(document: vscode.TextDocument, from: number, to: number): Promise<vscode.SemanticTokens> {
    const { score } = await this.scores.of(document);
    const builder = new vscode.SemanticTokensBuilder(Colours.legend);
    for (const event of tokensOf(score)) {
      const { start, end } = event.span;
      if (end <= from || start >= to) continue;
      const place = document.positionAt(start);
      const type = event.kind === 'rest' && event.state !== 'open' ? REST : event.voice;
      builder.push(place.line, place.character, end - start, type, modifiersOf(score, event));
    }
    return builder.build();
  }
}

/** Each token once (`?Z2` is two events), in the order of the text. */
function tokensOf({ parts }: Score): Event[] {
  const byStart = new Map<number, Event>();
  for (const { events } of parts) for (const event of events) byStart.set(event.span.start, event);
  return [...byStart.values()].sort((a, b) => a.span.start - b.span.start);
}

/** A set of modifiers as bits. */
function modifiersOf({ directives }: Score, { state, voice }: Event): number {
  const bits = { open: state === 'open', pinned: state === 'pinned', locked: directives.lock[voice] };
  return MODIFIERS.reduce((sum, name, i) => sum + (bits[name] ? 1 << i : 0), 0);
}
