// Completion, colours, formatting, outline, folding, highlights, selection, rename, hints and transposing in a real
// editor, judged by the text after the edits where there are any.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, eventually, open } from './host.ts';

const HEAD =
  'X:1\nM:4/4\nL:1/4\n%%cantus:lock S\n%%score (S A) (T B)\nV:S\nV:A\nV:T clef=bass\nV:B clef=bass\nK:G\n';
const PIECE = `${HEAD}[V:S] d d e d | d4 |]\n[V:A] G A ?G G | ?x4 |]\n[V:T] B, D C B, | @B,4 |]\n[V:B] G, F, z G, | ?Z |]\n`;

const ask = <T>(command: string, ...values: unknown[]): Thenable<T> =>
  vscode.commands.executeCommand<T>(`vscode.${command}`, ...values);

const placeOf = (document: vscode.TextDocument, text: string, after = 0): vscode.Position =>
  document.positionAt(document.getText().indexOf(text) + after);

const settle = (name: string, value: unknown): Thenable<void> =>
  vscode.workspace.getConfiguration('cantus').update(name, value, vscode.ConfigurationTarget.Workspace);

/** Takes a completion item as the editor would. */
async function take(document: vscode.TextDocument, position: vscode.Position, label: string): Promise<void> {
  const { items } = await ask<vscode.CompletionList>('executeCompletionItemProvider', document.uri, position);
  const item = items.find((one) => (typeof one.label === 'string' ? one.label : one.label.label) === label);
  assert.ok(item, `${label} is not offered`);
  const { range } = item;
  assert.ok(range);
  const change = new vscode.WorkspaceEdit();
  change.replace(
    document.uri,
    range instanceof vscode.Range ? range : range.replacing,
    String(item.insertText),
  );
  assert.ok(await vscode.workspace.applyEdit(change));
}

/** Every coloured token's text with its type and modifiers. */
function coloured(
  document: vscode.TextDocument,
  { tokenTypes, tokenModifiers }: vscode.SemanticTokensLegend,
  { data }: vscode.SemanticTokens,
): Map<string, string> {
  const seen = new Map<string, string>();
  let [line, character] = [0, 0];
  for (let i = 0; i < data.length; i += 5) {
    const [lines = 0, characters = 0, length = 0, type = 0, bits = 0] = data.subarray(i, i + 5);
    character = lines > 0 ? characters : character + characters;
    line += lines;
    const text = document.getText(new vscode.Range(line, character, line, character + length));
    const modifiers = tokenModifiers.filter((_, bit) => bits & (1 << bit));
    seen.set(text, [tokenTypes[type], ...modifiers].join('.'));
  }
  return seen;
}

describe('features of the language', function () {
  this.timeout(180_000);
  after(closeAll);

  it('complete fields, directives, keys, voices and decorations', async () => {
    const document = await open('complete.satb', 'X:1\n%%cantus:rules \nK:B\n[V:] !fer\n');
    await take(document, placeOf(document, '!fer', 4), '!fermata!');
    await take(document, placeOf(document, '[V:', 3), 'S');
    await take(document, placeOf(document, 'K:B', 3), 'Bb');
    await take(document, placeOf(document, 'rules ', 6), 'strict');
    assert.equal(document.getText(), 'X:1\n%%cantus:rules strict\nK:Bb\n[V:S] !fermata!\n');
  });

  it('colour notes by voice and state', async () => {
    const document = await open('colour.satb', PIECE);
    const legend = await eventually(() =>
      ask<vscode.SemanticTokensLegend>('provideDocumentSemanticTokensLegend', document.uri),
    );
    const tokens = await ask<vscode.SemanticTokens>('provideDocumentSemanticTokens', document.uri);
    const seen = coloured(document, legend, tokens);
    assert.equal(seen.get('e'), 'soprano.locked');
    assert.equal(seen.get('?G'), 'alto.open');
    assert.equal(seen.get('@B,4'), 'tenor.pinned');
    assert.equal(seen.get('z'), 'rest');
    assert.equal(seen.get('?Z'), 'bass.open');
  });

  it('colour a stretch of the text alone when it is asked for alone', async () => {
    const document = await open('colour-range.satb', PIECE);
    const from = placeOf(document, 'A ?G', 2);
    const range = new vscode.Range(from, from.translate(0, 4));
    const legend = await eventually(() =>
      ask<vscode.SemanticTokensLegend>('provideDocumentRangeSemanticTokensLegend', document.uri, range),
    );
    const tokens = await ask<vscode.SemanticTokens>(
      'provideDocumentRangeSemanticTokens',
      document.uri,
      range,
    );
    assert.deepEqual(
      [...coloured(document, legend, tokens)],
      [
        ['?G', 'alto.open'],
        ['G', 'alto'],
      ],
    );
  });

  it('format the document: bars stand below each other', async () => {
    const document = await open(
      'format.satb',
      'X:1\nL:1/4\nM:2/4\nK:C\n[V:S] c d | e2 |\n[V:A] ?x2 | c/c/ c |\n',
    );
    const edits = await ask<vscode.TextEdit[]>('executeFormatDocumentProvider', document.uri, {
      tabSize: 2,
      insertSpaces: true,
    });
    const change = new vscode.WorkspaceEdit();
    change.set(document.uri, edits);
    assert.ok(await vscode.workspace.applyEdit(change));
    assert.match(document.getText(), /\[V:S\] c d \| e2 {5}\|\n\[V:A\] \?x2 \| c\/c\/ c \|\n$/);
  });

  it('format a selection: the lines outside of it stay as they are', async () => {
    const wild = 'X:1\nL:1/4\nM:2/4\nK:C\n[V:S] c d | e2 |\n[V:A] ?x2 | c/c/ c |\n';
    const document = await open('format-range.satb', `${wild}${wild.slice(wild.indexOf('[V:S]'))}`);
    const last = document.lineCount - 1;
    const edits = await ask<vscode.TextEdit[]>(
      'executeFormatRangeProvider',
      document.uri,
      new vscode.Range(last - 2, 0, last, 0),
      { tabSize: 2, insertSpaces: true },
    );
    assert.ok(edits.length > 0);
    const change = new vscode.WorkspaceEdit();
    change.set(document.uri, edits);
    assert.ok(await vscode.workspace.applyEdit(change));
    assert.equal(document.getText(), `${wild}[V:S] c d | e2     |\n[V:A] ?x2 | c/c/ c |\n`);
  });

  it('outline voices and bars, and fold header and systems', async () => {
    const document = await open('outline.satb', PIECE);
    const symbols = await eventually(() =>
      ask<vscode.DocumentSymbol[]>('executeDocumentSymbolProvider', document.uri),
    );
    assert.deepEqual(
      symbols.map(({ name }) => name),
      ['Soprano (S)', 'Alto (A)', 'Tenor (T)', 'Bass (B)'],
    );
    assert.deepEqual(
      symbols[1]?.children.map(({ name }) => name),
      ['Bar 1', 'Bar 2'],
    );
    const folds = await ask<vscode.FoldingRange[]>('executeFoldingRangeProvider', document.uri);
    assert.deepEqual(
      folds.map(({ start, end }) => [start, end]),
      [
        [0, 9],
        [10, 13],
      ],
    );
  });

  it('highlight the same moment in all voices', async () => {
    const document = await open('moment.satb', PIECE);
    const highlights = await eventually(() =>
      ask<vscode.DocumentHighlight[]>('executeDocumentHighlights', document.uri, placeOf(document, 'C B,')),
    );
    assert.deepEqual(highlights.map(({ range }) => document.getText(range)).sort(), ['?G', 'C', 'e', 'z']);
  });

  it('grow a selection from note to bar to phrase', async () => {
    const document = await open('grow.satb', PIECE);
    const [range] = await eventually(() =>
      ask<vscode.SelectionRange[]>('executeSelectionRangeProvider', document.uri, [
        placeOf(document, 'D C B'),
      ]),
    );
    const texts: string[] = [];
    for (let at: vscode.SelectionRange | undefined = range; at; at = at.parent)
      texts.push(document.getText(at.range));
    assert.ok(texts.includes('D') && texts.includes('B, D C B,'), texts.join(' / '));
    assert.ok(texts.includes('B, D C B, | @B,4'), texts.join(' / '));
  });

  it('rename a voice wherever it is named, and refuse what would be another part', async () => {
    const document = await open('rename.satb', PIECE);
    const rename = (name: string) =>
      ask<vscode.WorkspaceEdit>(
        'executeDocumentRenameProvider',
        document.uri,
        placeOf(document, '[V:S]', 3),
        name,
      );
    assert.ok(await vscode.workspace.applyEdit(await rename('Sopran')));
    assert.equal(document.getText(), PIECE.replace('(S A)', '(Sopran A)').replaceAll('V:S', 'V:Sopran'));
    const place = placeOf(document, '[V:Sopran]', 3);
    await assert.rejects(
      async () => ask('executeDocumentRenameProvider', document.uri, place, 'A'),
      /Another voice is called A/,
    );
  });

  it('hint at bars and chords, when asked to', async () => {
    const document = await open('hints.satb', PIECE.replace('F, z G,', 'F, C, G,').replace('?G G', 'G G'));
    const all = new vscode.Range(0, 0, document.lineCount, 0);
    const hints = async (): Promise<string[]> =>
      (await ask<vscode.InlayHint[]>('executeInlayHintProvider', document.uri, all)).map(({ label }) =>
        typeof label === 'string' ? label : label.map(({ value }) => value).join(''),
      );
    assert.deepEqual(await hints(), []);
    try {
      await settle('inlayHints.bars', true);
      await settle('inlayHints.chords', true);
      const labels = await eventually(hints);
      assert.equal(labels.filter((label) => label === '1').length, 4);
      assert.ok(labels.includes('G I') && labels.includes('D/F# V6'), labels.join(', '));
    } finally {
      await settle('inlayHints.bars', undefined);
      await settle('inlayHints.chords', undefined);
    }
  });

  it('transpose the piece with its key, or what is selected without', async () => {
    const document = await open('transpose.satb', PIECE);
    assert.equal(await vscode.commands.executeCommand('cantus.transpose', 2), true);
    assert.match(document.getText(), /^K:A$/m);
    assert.match(document.getText(), /^\[V:S\] e e f e \| e4 \|\]$/m);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), PIECE);
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor);
    editor.selection = new vscode.Selection(placeOf(document, 'd d e d'), placeOf(document, 'd d e d', 7));
    await vscode.commands.executeCommand('cantus.transpose', -12);
    assert.equal(document.getText(), PIECE.replace('d d e d', 'D D E D'));
  });
});
