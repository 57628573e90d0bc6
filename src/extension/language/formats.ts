// Formatting: bars of voices that sound together stand below each other.

import type * as vscode from 'vscode';
import type { Span } from '../../language/problem.ts';
import { type Scores, spanOf, textEdits } from '../scores.ts';

export class Formats
  implements vscode.DocumentFormattingEditProvider, vscode.DocumentRangeFormattingEditProvider
{
  constructor(private readonly scores: Scores) {}

  provideDocumentFormattingEdits(document: vscode.TextDocument): Promise<vscode.TextEdit[]> {
    return this.#format(document);
  }

  provideDocumentRangeFormattingEdits(
    document: vscode.TextDocument,
    range: vscode.Range,
  ): Promise<vscode.TextEdit[]> {
    return this.#format(document, spanOf(document, range));
  }

  async #format(document: vscode.TextDocument, range?: Span): Promise<vscode.TextEdit[]> {
    const parsed = await this.scores.of(document);
    const { format } = await import('../../language/write/format.ts');
    return textEdits(document, format(parsed, range));
  }
}
