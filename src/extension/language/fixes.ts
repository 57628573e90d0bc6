// Quick fixes: what the reader proposes for its own findings, one of a kind or all of them, and drawing notes again
// that break a rule. Knows neither how things are found nor how notes are drawn.

import * as vscode from 'vscode';
import type { Fix, TextEdit } from '../../language/problem.ts';
import type { Parsed } from '../../language/read/parse.ts';
import type { PlaceArgument } from '../commands/harmonize.ts';
import { rangeOf, type Scores, textEdits } from '../scores.ts';
import type { Finding, Findings } from './findings.ts';

/** What is safe to mend everywhere at once: the music stays the same. */
const MENDED_ALL_AT_ONCE = 'portable-open';

/** Voices that lack music: the engine can write it. */
const MUSIC_MISSING = new Set(['voice-missing', 'voice-short']);

const FIX_ALL = vscode.CodeActionKind.SourceFixAll.append('cantus');

export class Fixes implements vscode.CodeActionProvider {
  static readonly metadata: vscode.CodeActionProviderMetadata = {
    providedCodeActionKinds: [vscode.CodeActionKind.QuickFix, FIX_ALL],
  };

  constructor(
    private readonly scores: Scores,
    private readonly findings: Findings,
  ) {}

  async provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    { diagnostics, only }: vscode.CodeActionContext,
  ): Promise<vscode.CodeAction[]> {
    const parsed = await this.scores.of(document);
    const all = await this.findings.of(document);
    const bare = all.filter(({ code }) => code === MENDED_ALL_AT_ONCE);
    const actions: vscode.CodeAction[] = [];
    if (only?.intersects(vscode.CodeActionKind.SourceFixAll) && bare.length > 0)
      actions.push(mendAll(document, bare, FIX_ALL));
    for (const finding of all) {
      if (!range.intersection(rangeOf(document, finding.span))) continue;
      const own = diagnostics.filter(
        ({ code, range: at }) => code === finding.code && at.isEqual(rangeOf(document, finding.span)),
      );
      for (const action of await actionsFor(document, parsed, finding)) {
        action.diagnostics = own;
        actions.push(action);
      }
    }
    if (bare.length > 1 && bare.some(({ span }) => range.intersection(rangeOf(document, span))))
      actions.push(mendAll(document, bare, vscode.CodeActionKind.QuickFix));
    return actions;
  }
}

async function actionsFor(
  document: vscode.TextDocument,
  parsed: Parsed,
  finding: Finding,
): Promise<vscode.CodeAction[]> {
  const [{ mends }, { fixTitle }] = await Promise.all([
    import('../../language/mend.ts'),
    import('../sentences.ts'),
  ]);
  const fixes: readonly Fix[] = [...(finding.fixes ?? []), ...mends(parsed, finding)];
  const actions = fixes.map(({ title, edits }, i) => {
    const action = new vscode.CodeAction(fixTitle(title), vscode.CodeActionKind.QuickFix);
    action.edit = change(document, edits);
    action.isPreferred = i === 0;
    return action;
  });
  if (finding.voiceLeading) actions.push(resample(document, parsed.text, finding));
  if (MUSIC_MISSING.has(finding.code)) actions.push(harmonize(document));
  return actions;
}

function harmonize(document: vscode.TextDocument): vscode.CodeAction {
  const title = vscode.l10n.t('Harmonize: fill what is open');
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  action.command = { command: 'cantus.harmonizePiece', title, arguments: [document.uri.toString()] };
  return action;
}

function resample(document: vscode.TextDocument, text: string, finding: Finding): vscode.CodeAction {
  const title = vscode.l10n.t('Resample these notes');
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  const place: PlaceArgument = { uri: document.uri.toString(), ...stretchOf(text, finding) };
  action.command = { command: 'cantus.resampleSelection', title, arguments: [place] };
  return action;
}

/** The offending note, with those before it that belong to the finding and stand in the same line of one voice. */
function stretchOf(text: string, { span, related = [] }: Finding): { from: number; to: number } {
  const before = related.map((other) => other.span.start).filter((start) => start < span.start);
  const sameLine = before.filter((start) => !/[\r\n]/.test(text.slice(start, span.start)));
  return { from: Math.min(span.start, ...sameLine), to: span.end };
}

function mendAll(
  document: vscode.TextDocument,
  findings: readonly Finding[],
  kind: vscode.CodeActionKind,
): vscode.CodeAction {
  const action = new vscode.CodeAction(vscode.l10n.t('Write every bare ? as ?x'), kind);
  action.edit = change(
    document,
    findings.flatMap(({ fixes = [] }) => fixes[0]?.edits ?? []),
  );
  return action;
}

function change(document: vscode.TextDocument, edits: readonly TextEdit[]): vscode.WorkspaceEdit {
  const all = new vscode.WorkspaceEdit();
  all.set(document.uri, textEdits(document, edits));
  return all;
}
