// The structure of a piece where the editor asks for it: outline, folding, what sounds together, what encloses a
// selection.

import * as vscode from 'vscode';
import { eventAt, outline, selectionRanges, together } from '../../language/outline.ts';
import { rangeOf, type Scores } from '../scores.ts';

export class Structure
  implements
    vscode.DocumentSymbolProvider,
    vscode.FoldingRangeProvider,
    vscode.DocumentHighlightProvider,
    vscode.SelectionRangeProvider
{
  constructor(private readonly scores: Scores) {}

  async provideDocumentSymbols(document: vscode.TextDocument): Promise<vscode.DocumentSymbol[]> {
    const [{ score }, { phrase }] = await Promise.all([this.scores.of(document), import('../sentences.ts')]);
    return outline(score).map(({ title, span, bars }) => {
      const own = rangeOf(document, span);
      const inner = bars.map((bar) => rangeOf(document, bar.span));
      const whole = inner.reduce((all, range) => all.union(range), own);
      const symbol = new vscode.DocumentSymbol(
        title.replace(/^\w+/, phrase),
        '',
        vscode.SymbolKind.Class,
        whole,
        own,
      );
      symbol.children = bars.map((bar, i) => {
        const range = inner[i] ?? own;
        return new vscode.DocumentSymbol(phrase(bar.title), '', vscode.SymbolKind.Field, range, range);
      });
      return symbol;
    });
  }

  async provideFoldingRanges(document: vscode.TextDocument): Promise<vscode.FoldingRange[]> {
    const { tree } = await this.scores.of(document);
    const { folds } = await import('../../language/folds.ts');
    const kinds = { header: undefined, music: undefined, comment: vscode.FoldingRangeKind.Comment };
    return folds(tree).map(({ from, to, kind }) => {
      const [first, last] = [tree.lines[from]!, tree.lines[to]!].map(
        ({ start }) => document.positionAt(start).line,
      );
      return new vscode.FoldingRange(first!, last!, kinds[kind]);
    });
  }

  async provideDocumentHighlights(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.DocumentHighlight[]> {
    const { score } = await this.scores.of(document);
    const event = eventAt(score, document.offsetAt(position));
    if (event === null) return [];
    return together(score, event).map(
      ({ span }) => new vscode.DocumentHighlight(rangeOf(document, span), vscode.DocumentHighlightKind.Text),
    );
  }

  async provideSelectionRanges(
    document: vscode.TextDocument,
    positions: readonly vscode.Position[],
  ): Promise<vscode.SelectionRange[]> {
    const { score } = await this.scores.of(document);
    return positions.map((position) => {
      const here = new vscode.Range(position, position);
      const ranges = selectionRanges(score, document.offsetAt(position))
        .map((span) => rangeOf(document, span))
        .filter((range) => range.contains(position));
      return (
        ranges.reduceRight<vscode.SelectionRange | undefined>(
          (parent, range) => new vscode.SelectionRange(range, parent),
          undefined,
        ) ?? new vscode.SelectionRange(here)
      );
    });
  }
}
