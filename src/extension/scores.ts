// Documents as scores: each text is read once a version, and a keystroke reads only what it changed. The reader is
// loaded with the first document. Knows no feature.

import * as vscode from 'vscode';
import type { Span, TextEdit } from '../language/problem.ts';
import type { Parsed } from '../language/read/parse.ts';

interface Kept {
  readonly version: number;
  readonly parsed: Parsed;
}

export class Scores implements vscode.Disposable {
  readonly #kept = new Map<string, Kept>();
  readonly #closed = vscode.workspace.onDidCloseTextDocument((document) => {
    this.#kept.delete(document.uri.toString());
  });

  /** The document's present text as a score. */
  async of(document: vscode.TextDocument): Promise<Parsed> {
    const { parse } = await import('../language/read/parse.ts');
    const key = document.uri.toString();
    const kept = this.#kept.get(key);
    if (kept?.version === document.version) return kept.parsed;
    const parsed = parse(document.getText(), kept?.parsed);
    this.#kept.set(key, { version: document.version, parsed });
    return parsed;
  }

  dispose(): void {
    this.#closed.dispose();
    this.#kept.clear();
  }
}

export const rangeOf = (document: vscode.TextDocument, span: Span): vscode.Range =>
  new vscode.Range(document.positionAt(span.start), document.positionAt(span.end));

export const spanOf = (document: vscode.TextDocument, range: vscode.Range): Span => ({
  start: document.offsetAt(range.start),
  end: document.offsetAt(range.end),
});

export const textEdits = (document: vscode.TextDocument, edits: readonly TextEdit[]): vscode.TextEdit[] =>
  edits.map(({ span, newText }) => vscode.TextEdit.replace(rangeOf(document, span), newText));

/** Applies edits as one step of undo. The focus stays where it is. */
export async function applyEdits(
  document: vscode.TextDocument,
  edits: readonly TextEdit[],
): Promise<boolean> {
  const change = new vscode.WorkspaceEdit();
  change.set(document.uri, textEdits(document, edits));
  return vscode.workspace.applyEdit(change);
}
