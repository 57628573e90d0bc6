// The commands that no other test runs, in a real editor: what a newcomer does first, marks on voices and pieces, the
// seed, the preview and its sound.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, eventually, extension, open } from './host.ts';

const HEAD = 'X:1\nM:4/4\nL:1/4\n%%cantus:seed 7\nV:S\nV:A\nV:T clef=bass\nV:B clef=bass\nK:G\n';
const PIECE = `${HEAD}[V:S] G A B c | d4 |]\n[V:A] D ?F G G | ?F4 |]\n[V:T] B, D @D E | A,4 |]\n[V:B] G, D, ?x C, | D,4 |]\n`;

const run = (name: string, ...values: unknown[]): Thenable<unknown> =>
  vscode.commands.executeCommand(`cantus.${name}`, ...values);

const changed = (before: string, after: string): string[] => {
  const lines = before.split('\n');
  return after.split('\n').filter((line, i) => line !== lines[i]);
};

/** What the sample's soprano sings. */
const melodyOf = (text: string): string => text.slice(text.indexOf('\nV:S\n'), text.indexOf('\nV:A\n'));

function select(text: string): void {
  const editor = vscode.window.activeTextEditor;
  assert.ok(editor);
  const at = editor.document.getText().indexOf(text);
  assert.ok(at >= 0, text);
  const [from, to] = [at, at + text.length].map((offset) => editor.document.positionAt(offset));
  editor.selection = new vscode.Selection(from!, to!);
}

const previews = (): vscode.Tab[] =>
  vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(({ input }) => input instanceof vscode.TabInputWebview && /cantus/.test(input.viewType));

/** What text tabs show. */
const texts = (): string[] =>
  vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .flatMap(({ input }) => (input instanceof vscode.TabInputText ? [input.uri.toString()] : []));

/** The editor tells of its tabs a moment later. */
const previewed = (many: number): Promise<boolean> =>
  eventually(() => previews().length === many, `${many} preview(s)`, 10_000);

/** Answers the box that a command has opened: with the value it proposes, or one that is typed. */
async function answer(command: Thenable<unknown>): Promise<void> {
  let done = false;
  const ended = command.then(() => {
    done = true;
  });
  while (!done) {
    await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
    await new Promise((next) => setTimeout(next, 100));
  }
  await ended;
}

describe('commands', function () {
  this.timeout(120_000);
  before(() => extension().activate());
  afterEach(closeAll);

  it('lead a newcomer from the sample to a harmonized, previewed and exported piece', async () => {
    await run('openSample');
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor?.document.isUntitled);
    const { document } = editor;
    const before = document.getText();
    // Back to the walkthrough, which stands in front of the piece now, and on with its buttons.
    await vscode.commands.executeCommand('workbench.action.openWalkthrough', 'cantus.cantus#start', false);
    await eventually(() => vscode.window.activeTextEditor === undefined, 'walkthrough');
    await eventually(() => texts().join() === document.uri.toString(), 'the sample alone', 10_000);
    assert.equal(await run('harmonizePiece'), true);
    assert.ok(!/^\[V:.*\?/m.test(document.getText()));
    await run('play');
    await previewed(1);
    // Others than the first ones, but the melody is not Cantus'.
    const harmonized = document.getText();
    assert.equal(await run('tryAlternatives'), 4);
    assert.equal(await run('keepAlternative', 1), true);
    assert.notEqual(document.getText(), harmonized);
    assert.equal(melodyOf(document.getText()), melodyOf(before));
    const folder = vscode.workspace.workspaceFolders?.[0];
    assert.ok(folder);
    const target = vscode.Uri.joinPath(folder.uri, 'first.mid');
    assert.ok(await run('export', undefined, 'midi', target));
    assert.ok((await vscode.workspace.fs.readFile(target)).length > 500);
    await vscode.window.showTextDocument(document, vscode.ViewColumn.One);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), harmonized);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), before);
  });

  it('do nothing where there is no piece', async () => {
    await eventually(() => vscode.window.activeTextEditor === undefined, 'end of all editors');
    assert.equal(await run('harmonizePiece'), false);
    assert.equal(await run('harmonizeSelection'), false);
    assert.equal(await run('tryAlternatives'), 0);
    assert.equal(await run('export', undefined, 'midi'), undefined);
    await previewed(0);
  });

  it('change nothing while the network that is asked for is not there', async () => {
    const settings = vscode.workspace.getConfiguration('cantus');
    const document = await open('no-model.satb', PIECE);
    await settings.update('model', 'nowhere', vscode.ConfigurationTarget.Workspace);
    try {
      assert.equal(await run('harmonizePiece'), false);
      assert.equal(document.getText(), PIECE);
    } finally {
      await settings.update('model', undefined, vscode.ConfigurationTarget.Workspace);
    }
    assert.equal(await run('harmonizePiece'), true);
  });

  it('begin a piece from nothing, with four voices to fill', async () => {
    await run('newPiece');
    const document = vscode.window.activeTextEditor?.document;
    assert.ok(document?.isUntitled);
    assert.equal(document.languageId, 'satb');
    await eventually(() => /^\[V:B\] .*\?/m.test(document.getText()), 'snippet');
    for (const voice of ['S', 'A', 'T', 'B'])
      assert.match(document.getText(), new RegExp(`^\\[V:${voice}\\]`, 'm'));
  });

  it('open and lock a voice, and take the marks of the whole piece away', async () => {
    const document = await open('voice.satb', PIECE);
    await run('openVoice', 2);
    // Pinned notes stay pinned.
    assert.deepEqual(changed(PIECE, document.getText()), ['[V:T] ?B, ?D @D ?E | ?A,4 |]']);
    await vscode.commands.executeCommand('undo');
    for (const voice of [1, 0]) await run('lockVoice', voice);
    assert.deepEqual(document.getText().match(/^%%cantus:lock .*$/gm), ['%%cantus:lock S A']);
    await run('lockVoice', 0);
    assert.deepEqual(document.getText().match(/^%%cantus:lock .*$/gm), ['%%cantus:lock A']);
    await run('lockVoice', 1);
    assert.equal(document.getText(), PIECE);
    await run('acceptPiece');
    assert.match(document.getText(), /^\[V:A\] D F G G \| F4 \|\]$/m);
    // What has no value yet has nothing to be accepted.
    assert.match(document.getText(), /^\[V:B\] G, D, \?x C, \| D,4 \|\]$/m);
  });

  it('lock a selection: its open notes are written from then on', async () => {
    const document = await open('lock.satb', PIECE);
    select('D ?F');
    await run('lockSelection');
    assert.match(document.getText(), /^\[V:A\] D F G G \| \?F4 \|\]$/m);
  });

  it('never touch a locked voice', async () => {
    const document = await open('locked.satb', PIECE.replace('K:G\n', '%%cantus:lock B\nK:G\n'));
    assert.equal(await run('resampleVoice', 1), true);
    const before = document.getText();
    select('D, ?x C,');
    await run('resampleSelection');
    assert.deepEqual(changed(before, document.getText()), []);
  });

  it('keep a melody that no soprano can sing, and harmonize it all the same', async () => {
    const document = await open('high.satb', "X:1\nM:4/4\nL:1/4\nK:C\nc' d' e' f' | g'4 |]\n");
    await eventually(() =>
      vscode.languages.getDiagnostics(document.uri).some(({ code }) => code === 'out-of-range'),
    );
    assert.equal(await run('harmonizeMelody'), true);
    assert.match(document.getText(), /c' d' e' f' \| g'4 \|\]/);
    for (const voice of ['A', 'T', 'B'])
      assert.match(document.getText(), new RegExp(`^\\[V:${voice}\\] [^|]*[A-Ga-g]`, 'm'));
  });

  it('ask for a seed and write it', async () => {
    const document = await open('set-seed.satb', PIECE.replace('%%cantus:seed 7\n', ''));
    await answer(run('setSeed'));
    assert.match(document.getText(), /^%%cantus:seed 1$/m);
    await run('nextSeed');
    assert.match(document.getText(), /^%%cantus:seed 2$/m);
  });

  it('show the preview once, play in it and stop, and leave the focus in the text', async () => {
    const document = await open('play.satb', PIECE);
    await run('preview');
    await run('preview', document.uri);
    await previewed(1);
    await run('playVoice', 3, document.uri.toString());
    await run('stop', document.uri);
    await previewed(1);
    assert.equal(vscode.window.activeTextEditor?.document, document);
    await vscode.window.tabGroups.close(previews());
    // There is nothing to stop: no preview opens for that.
    await run('stop', document.uri);
    await previewed(0);
  });

  it('are at home in other languages that the settings name', async () => {
    const settings = vscode.workspace.getConfiguration('cantus');
    await settings.update('languages', ['plaintext'], vscode.ConfigurationTarget.Workspace);
    try {
      const document = await open('plain.txt', PIECE);
      assert.equal(document.languageId, 'plaintext');
      await eventually(async () => {
        const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
          'vscode.executeCodeLensProvider',
          document.uri,
          10,
        );
        return lenses.some(({ command }) => command?.title === 'Harmonize');
      });
      assert.equal(await run('harmonizePiece'), true);
      assert.ok(!/^\[V:.*\?/m.test(document.getText()));
    } finally {
      await settings.update('languages', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });
});
