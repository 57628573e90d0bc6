// Semantic tokens: notes by their voice, and whether they are open, pinned or locked.

import * as vscode from 'vscode';
import type { Tree } from '../../language/read/tree.ts';
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
    const { score, tree } = await this.scores.of(document);
    const builder = new vscode.SemanticTokensBuilder(Colours.legend);
    const placeOf = placesIn(document, tree);
    for (const event of tokensOf(score, from, to)) {
      const { start, end } = event.span;
      const place = placeOf(start);
      const type = event.kind === 'rest' && event.state !== 'open' ? REST : event.voice;
      builder.push(place.line, place.character, end - start, type, modifiersOf(score, event));
    }
    return builder.build();
  }
}

/** Each token once (`?Z2` is two events) that is in a stretch of the text, in the order of the text. */
function tokensOf({ parts }: Score, from: number, to: number): Event[] {
  const isIn = ({ span }: Event): boolean => span.end > from && span.start < to;
  return parts
    .flatMap(({ events }) => events.filter(isIn))
    .sort((a, b) => a.span.start - b.span.start)
    .filter((event, i, all) => event.span.start !== all[i + 1]?.span.start);
}

/** Lines and characters of offsets that come one after the other: the editor is asked once a line. */
function placesIn(document: vscode.TextDocument, { lines }: Tree): (offset: number) => Place {
  let index = -1;
  let first: Place = { line: 0, character: 0 };
  return (offset) => {
    const before = index;
    while ((lines[index + 1]?.start ?? Number.POSITIVE_INFINITY) <= offset) index++;
    if (index > before) first = document.positionAt(lines[index]!.start);
    return { line: first.line, character: first.character + offset - lines[index]!.start };
  };
}

type Place = Pick<vscode.Position, 'line' | 'character'>;

/** A set of modifiers as bits, in their order. */
const modifiersOf = ({ directives }: Score, { state, voice }: Event): number =>
  (state === 'open' ? 1 : 0) | (state === 'pinned' ? 2 : 0) | (directives.lock[voice] ? 4 : 0);
