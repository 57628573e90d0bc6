// Hovers in a real editor, and what the network would rather write, judged by the text after it was taken.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, eventually, open } from './host.ts';

const HEAD = 'X:1\nM:4/4\nL:1/4\nV:S\nV:A\nV:T clef=bass\nV:B clef=bass\nK:G\n';
const PIECE = `${HEAD}[V:S] d d e d | c B A2 | B4 |]\n[V:A] G A G G | G G G F | G4 |]\n[V:T] B, D C B, | E D D2 | D4 |]\n[V:B] G, F, C, G, | C, D, D,2 | ?x4 |]\n`;

const placeOf = (document: vscode.TextDocument, text: string, after = 0): vscode.Position =>
  document.positionAt(document.getText().indexOf(text) + after);

async function hoverAt(document: vscode.TextDocument, position: vscode.Position): Promise<string> {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    document.uri,
    position,
  );
  return hovers
    .flatMap(({ contents }) => contents)
    .map((content) => (typeof content === 'string' ? content : content.value))
    .join('\n');
}

describe('hovers', function () {
  this.timeout(180_000);
  after(closeAll);

  it('explain a note', async () => {
    const document = await open('hover.satb', PIECE);
    const text = await eventually(() => hoverAt(document, placeOf(document, 'F, C,')));
    assert.match(text, /Bass F#3/);
    assert.match(text, /bar 1, beat 2/);
    assert.match(text, /quarter/);
    assert.match(text, /D\/F#, V6 of G major/);
    assert.match(text, /Written: only a resample changes it/);
    assert.match(await hoverAt(document, placeOf(document, 'D C B,')), /minor sixth above the bass/);
    assert.match(await hoverAt(document, placeOf(document, '?x4', 1)), /Open: its rhythm stays/);
    assert.equal(await hoverAt(document, new vscode.Position(0, 1)), '');
  });

  it('recall where the phrase stands already', async () => {
    const phrase = [
      ['d e f g | a b d b', 'd e f g | a b d d'],
      ['G A B c | d e f d', 'G A B c | d e f d'],
      ['B, C D E | F G A B,', 'B, C D E | F G A B,'],
      ['G,, A,, B,, C, | D, E, F, G,', 'G,, A,, B,, C, | D, E, F, ?G,'],
    ];
    const music = ['S', 'A', 'T', 'B'].map((voice, i) => `[V:${voice}] ${phrase[i]!.join(' | ')} |]`);
    const document = await open('recall.satb', `${HEAD}${music.join('\n')}\n`);
    assert.equal(await vscode.commands.executeCommand('cantus.harmonizePiece'), true);
    const last = placeOf(document, 'd d |]', 2);
    const changed = await eventually(async () => {
      const text = await hoverAt(document, last);
      return /has the same phrase/.test(text) ? text : '';
    });
    assert.match(changed, /Bar 2 has the same phrase, with B5 here\./);
  });

  it('tell what the network thinks once it has been at work; code actions write it', async () => {
    const document = await open('opinion.satb', PIECE);
    assert.equal(await vscode.commands.executeCommand('cantus.harmonizePiece'), true);
    const place = placeOf(document, 'G F |');
    const likely = await eventually(async () => {
      const text = await hoverAt(document, place);
      return /The network finds it (less than 1|\d+) % likely/.test(text) ? text : '';
    });
    assert.match(likely, /It might also write [A-G][#b]?\d \(/);
    const before = document.getText();
    const actions = await eventually(async () => {
      const all = await vscode.commands.executeCommand<vscode.CodeAction[]>(
        'vscode.executeCodeActionProvider',
        document.uri,
        new vscode.Range(place, place),
        vscode.CodeActionKind.RefactorRewrite.value,
      );
      return all.filter(({ title }) => /^Write [A-G][#b]?\d instead \(/.test(title));
    });
    assert.equal(actions.length, 3);
    assert.ok(actions[0]?.edit);
    assert.ok(await vscode.workspace.applyEdit(actions[0].edit));
    const changed = document.getText();
    assert.notEqual(changed, before);
    assert.match(changed, /^\[V:A\] G A G G \| G G \S+ F \| G4 \|\]$/m);
    const lines = before.split('\n').filter((line, i) => line !== changed.split('\n')[i]);
    assert.equal(lines.length, 1);
  });
});
