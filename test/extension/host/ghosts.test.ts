// Ghost text in a real editor: proposed where the cursor rests on an open token, taken bar by bar, one undo a bar.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, eventually, open } from './host.ts';

const PIECE =
  'X:1\nM:4/4\nL:1/4\n%%cantus:seed 7\nV:S\nV:A\nV:T clef=bass\nV:B clef=bass\nK:G\n' +
  '[V:S] G A B c | d2 G2 |]\n[V:A] D ?x2 D | ?z4 |]\n[V:T] B, C D E | D2 B,2 |]\n[V:B] G, ?x @G, ?x | D,2 G,2 |]\n';

const run = (name: string): Thenable<unknown> =>
  vscode.commands.executeCommand(`editor.action.inlineSuggest.${name}`);

function rest(document: vscode.TextDocument, text: string, after: number): void {
  const editor = vscode.window.activeTextEditor;
  assert.equal(editor?.document, document);
  const place = document.positionAt(document.getText().indexOf(text) + after);
  editor.selection = new vscode.Selection(place, place);
}

const openCount = (text: string): number => text.split('?').length;

/** Takes what is proposed, as soon as something is; open tokens go with it. */
async function take(document: vscode.TextDocument): Promise<string> {
  const before = document.getText();
  await eventually(async () => {
    await run('commit');
    return document.getText() !== before;
  }, 'ghost text');
  await eventually(() => openCount(document.getText()) < openCount(before), 'end of the open tokens');
  return document.getText();
}

describe('ghost text', function () {
  this.timeout(120_000);
  after(closeAll);

  it('is taken bar by bar, each bar one step of undo', async () => {
    const document = await open('ghost.satb', PIECE);
    rest(document, '?x2', 3);
    const first = await take(document);
    assert.match(first, /^\[V:A\] D [^?|]+ D \| \?z4 \|\]$/m);
    const second = await take(document);
    assert.match(second, /^\[V:A\] D [^?|]+ D \| [^?|]+ \|\]$/m);
    const lines = PIECE.split('\n').filter((line, i) => line !== second.split('\n')[i]);
    assert.equal(lines.length, 1);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), first);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), PIECE);
  });

  it('fills the rest of the bar and leaves pinned notes', async () => {
    const document = await open('ghost-pinned.satb', PIECE);
    rest(document, '?x @G', 2);
    assert.match(await take(document), /^\[V:B\] G, [^?|]+ @G, [^?|]+ \| D,2 G,2 \|\]$/m);
  });

  it('is not there on a written note, nor where the settings are against it', async () => {
    const document = await open('ghost-none.satb', PIECE);
    const quiet = async (text: string): Promise<void> => {
      rest(document, text, 1);
      await run('trigger');
      await new Promise((done) => setTimeout(done, 1500));
      await run('commit');
      assert.equal(document.getText(), PIECE);
    };
    await quiet('d2 G2');
    const settings = vscode.workspace.getConfiguration('cantus');
    await settings.update('ghostText', false, vscode.ConfigurationTarget.Workspace);
    try {
      await quiet('?x2');
    } finally {
      await settings.update('ghostText', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });
});
