// Findings in a real editor: squiggles that come and go with the text, and fixes, judged by the text after them.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, eventually, open } from './host.ts';

const HEAD = 'X:1\nM:4/4\nL:1/4\nV:S\nV:A\nV:T clef=bass\nV:B clef=bass\nK:C\n';
/** Soprano and bass move in parallel octaves from the first beat to the second. */
const PARALLEL = `${HEAD}[V:S] c d e c |]\n[V:A] E F G E |]\n[V:T] G, A, C G, |]\n[V:B] C, D, C, C, |]\n`;

const found = (document: vscode.TextDocument, code: string): vscode.Diagnostic[] =>
  vscode.languages.getDiagnostics(document.uri).filter((one) => one.code === code);

/** Applies what a quick fix with this title does at a range; the title must be offered. */
async function fix(document: vscode.TextDocument, range: vscode.Range, title: RegExp, kind?: string) {
  const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
    'vscode.executeCodeActionProvider',
    document.uri,
    range,
    kind,
  );
  const action = actions.find((one) => title.test(one.title));
  assert.ok(action, `${title} is not among: ${actions.map((one) => one.title).join('; ')}`);
  if (action.edit) assert.ok(await vscode.workspace.applyEdit(action.edit));
  return action;
}

const settle = (name: string, value: unknown): Thenable<void> =>
  vscode.workspace.getConfiguration('cantus').update(name, value, vscode.ConfigurationTarget.Workspace);

describe('findings', function () {
  this.timeout(180_000);
  after(closeAll);

  it('mends a bar that is too short, and the finding goes', async () => {
    const document = await open('short.satb', `${HEAD}[V:S] c d e | c4 |]\n[V:A] E F G E | E4 |]\n`);
    const [short] = await eventually(() => found(document, 'bar-length'));
    assert.match(short?.message ?? '', /soprano lasts 3\/4 in bar 1/);
    assert.ok(short);
    await fix(document, short.range, /open/);
    assert.match(document.getText(), /^\[V:S\] c d e \?z \| c4 \|\]$/m);
    await eventually(() => found(document, 'bar-length').length === 0, 'end of the finding');
  });

  it('writes bare question marks so that every reader keeps their length', async () => {
    const document = await open('bare.satb', `${HEAD}[V:S] ?2 c ? |]\n`);
    const hints = await eventually(() => found(document, 'portable-open'));
    assert.equal(hints.length, 2);
    assert.ok(hints[0]);
    await fix(document, hints[0].range, /^Write \?x2$/);
    assert.match(document.getText(), /^\[V:S\] \?x2 c \? \|\]$/m);
  });

  it('opens a note out of range or widens the range, drops candidates, fills a missing voice', async () => {
    const document = await open(
      'range.satb',
      `${HEAD}[V:S] C, c ?[C,]2 |]\n[V:A] E F G E |]\n[V:B] C,4 |]\n`,
    );
    const [low] = await eventually(() => found(document, 'out-of-range'));
    assert.ok(low);
    await fix(document, low.range, /^Widen the range of the soprano$/);
    assert.match(document.getText(), /^%%cantus:range S C, a$/m);
    await vscode.commands.executeCommand('undo');
    await fix(document, low.range, /^Open this note/);
    assert.match(document.getText(), /^\[V:S\] \?C, c \?\[C,\]2 \|\]$/m);
    const [hopeless] = await eventually(() => found(document, 'contradictory-candidates'));
    assert.ok(hopeless);
    await fix(document, hopeless.range, /any pitch/);
    assert.match(document.getText(), /^\[V:S\] \?C, c \?x2 \|\]$/m);
    const [missing] = await eventually(() => found(document, 'voice-missing'));
    assert.match(missing?.message ?? '', /tenor/);
    assert.ok(missing);
    const { command } = await fix(document, missing.range, /^Harmonize/);
    assert.equal(command?.command, 'cantus.harmonizePiece');
  });

  it('mends all of them at once, on request', async () => {
    const document = await open('bare-all.satb', `${HEAD}[V:S] ?2 c ? |]\n`);
    const all = new vscode.Range(0, 0, document.lineCount, 0);
    await fix(document, all, /every bare/, vscode.CodeActionKind.SourceFixAll.value);
    assert.match(document.getText(), /^\[V:S\] \?x2 c \?x \|\]$/m);
  });

  it('names both voices and both moments of parallel octaves, and draws the notes again', async () => {
    const document = await open('parallel.satb', PARALLEL);
    const [octaves] = await eventually(() => found(document, 'parallel-octaves'));
    assert.ok(octaves);
    assert.match(octaves.message, /soprano and bass/);
    assert.match(octaves.message, /bar 1, beat 1\).*bar 1, beat 2\)/);
    assert.equal(octaves.severity, vscode.DiagnosticSeverity.Information);
    assert.ok((octaves.relatedInformation ?? []).length >= 2);
    const { command } = await fix(document, octaves.range, /^Resample these notes$/);
    assert.equal(command?.command, 'cantus.resampleSelection');
    const before = document.getText().split('\n');
    assert.equal(await vscode.commands.executeCommand(command.command, ...(command.arguments ?? [])), true);
    const changed = document
      .getText()
      .split('\n')
      .filter((line, i) => line !== before[i]);
    assert.ok(changed.length <= 1, changed.join('\n'));
  });

  it('judges voice leading as the settings say', async () => {
    const document = await open('severity.satb', PARALLEL);
    await eventually(() => found(document, 'parallel-octaves'));
    try {
      await settle('rules.severity', 'warning');
      await eventually(
        () => found(document, 'parallel-octaves')[0]?.severity === vscode.DiagnosticSeverity.Warning,
        'warning',
      );
      await settle('rules.severity', 'off');
      await eventually(() => found(document, 'parallel-octaves').length === 0, 'silence');
    } finally {
      await settle('rules.severity', undefined);
    }
  });

  it('clears what it said when the document is closed', async () => {
    const document = await open('closed.satb', `${HEAD}[V:S] c d e |]\n[V:A] E F G E |]\n`);
    await eventually(() => found(document, 'bar-length'));
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    await vscode.languages.setTextDocumentLanguage(document, 'plaintext').then(undefined, () => {});
    await eventually(() => found(document, 'bar-length').length === 0, 'end of the findings');
  });
});
