// Findings as squiggles, a moment after each change of a text. Knows no fix.

import * as vscode from 'vscode';
import type { Severity } from '../../language/problem.ts';
import type { Languages } from '../languages.ts';
import { rangeOf } from '../scores.ts';
import type { Finding, Findings } from './findings.ts';

/** Nothing is said before the typing has paused for so long, in milliseconds. */
const PAUSE = 150;

export const SEVERITIES: Readonly<Record<Severity, vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
  hint: vscode.DiagnosticSeverity.Hint,
};

export class Diagnostics implements vscode.Disposable {
  readonly #shown = vscode.languages.createDiagnosticCollection('cantus');
  readonly #waiting = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #parts: vscode.Disposable[];

  constructor(
    private readonly findings: Findings,
    private readonly languages: Languages,
    private readonly log: vscode.LogOutputChannel,
  ) {
    const all = (): void => {
      for (const document of vscode.workspace.textDocuments) this.#plan(document, 0);
    };
    this.#parts = [
      this.#shown,
      vscode.workspace.onDidOpenTextDocument((document) => this.#plan(document, 0)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.#plan(document, PAUSE)),
      vscode.workspace.onDidCloseTextDocument((document) => this.#forget(document)),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('cantus.rules')) all();
      }),
      // Called anew whenever it is other languages that Cantus is at work in.
      languages.register(() => {
        all();
        return new vscode.Disposable(() => {
          for (const document of vscode.workspace.textDocuments) this.#forget(document);
        });
      }),
    ];
  }

  dispose(): void {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
    for (const part of this.#parts) part.dispose();
  }

  #plan(document: vscode.TextDocument, pause: number): void {
    const key = document.uri.toString();
    clearTimeout(this.#waiting.get(key));
    this.#waiting.set(
      key,
      setTimeout(() => {
        this.#waiting.delete(key);
        if (!this.languages.includes(document)) return;
        void this.#show(document).catch((error: unknown) =>
          this.log.error(error instanceof Error ? error : String(error)),
        );
      }, pause),
    );
  }

  async #show(document: vscode.TextDocument): Promise<void> {
    const { version } = document;
    const [findings, { findingText }, { phrase }] = await Promise.all([
      this.findings.of(document),
      import('../words.ts'),
      import('../sentences.ts'),
    ]);
    if (document.isClosed || document.version !== version || !this.languages.includes(document)) return;
    this.#shown.set(
      document.uri,
      findings.map((finding) => diagnosticOf(document, finding, findingText(finding), phrase)),
    );
  }

  #forget(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    clearTimeout(this.#waiting.get(key));
    this.#waiting.delete(key);
    this.#shown.delete(document.uri);
  }
}

/** @param say puts the names of places into the user's language */
function diagnosticOf(
  document: vscode.TextDocument,
  finding: Finding,
  text: string,
  say: (words: string) => string,
): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(
    rangeOf(document, finding.span),
    text,
    SEVERITIES[finding.severity],
  );
  diagnostic.source = 'cantus';
  diagnostic.code = finding.code;
  diagnostic.relatedInformation = (finding.related ?? []).map(
    ({ message, span }) =>
      new vscode.DiagnosticRelatedInformation(
        new vscode.Location(document.uri, rangeOf(document, span)),
        say(message),
      ),
  );
  return diagnostic;
}
