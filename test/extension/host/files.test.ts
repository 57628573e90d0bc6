// Music in and out of a real editor: exports read back, imports as new pieces, the sample, and the tool for
// assistants.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, eventually, extension, open } from './host.ts';

const FULL =
  'X:1\nT:Tune\nM:4/4\nL:1/4\nV:S\nV:A\nV:T clef=bass\nV:B clef=bass\nK:G\n' +
  '[V:S] G A B c | d4 |]\n[V:A] D F G G | F4 |]\n[V:T] B, D D E | A,4 |]\n[V:B] G, D, G, C, | D,4 |]\n';
const MELODY = 'X:1\nT:Tune\nM:4/4\nL:1/4\nK:G\nG A B c | d4 |]\n';

const run = <T>(name: string, ...values: unknown[]): Thenable<T> =>
  vscode.commands.executeCommand<T>(`cantus.${name}`, ...values);

const beside = (document: vscode.TextDocument, name: string): vscode.Uri =>
  vscode.Uri.joinPath(document.uri, '..', name);

const read = async (uri: vscode.Uri): Promise<string> =>
  Buffer.from(await vscode.workspace.fs.readFile(uri)).toString('latin1');

/** What the voices sing, without what an export or import may lay out anew. */
const sung = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('[V:'))
    .map((line) => line.replace(/\s+/g, ''));

describe('files', function () {
  this.timeout(120_000);
  before(() => extension().activate());
  after(closeAll);

  const HEADS: Record<string, RegExp> = {
    midi: /^MThd/,
    musicxml: /^<\?xml/,
    mxl: /^PK/,
    abc: /^X:1/,
  };
  for (const [name, head] of Object.entries(HEADS)) {
    it(`go out as ${name} and come back with the same notes`, async () => {
      const document = await open('whole.satb', FULL);
      const extensionOf: Record<string, string> = { midi: 'mid' };
      const target = beside(document, `whole-out.${extensionOf[name] ?? name}`);
      const written = await run<vscode.Uri>('export', document.uri, name, target);
      assert.equal(written.toString(), target.toString());
      assert.match(await read(target), head);
      const imported = await run<vscode.TextDocument>('import', target);
      assert.ok(imported);
      assert.ok(imported.isUntitled && imported.languageId === 'satb');
      assert.deepEqual(sung(imported.getText()), sung(FULL));
      await closeAll();
    });
  }

  it('go out as a picture', async () => {
    const document = await open('picture.satb', FULL);
    const target = beside(document, 'picture.svg');
    await run('export', document.uri, 'svg', target);
    assert.match(await read(target), /<svg[\s\S]*<\/svg>/);
  });

  it('go out as a page that needs nothing else', async () => {
    const document = await open('page.satb', FULL);
    const target = beside(document, 'page.html');
    assert.ok(await run('export', document.uri, 'html', target));
    const page = await read(target);
    assert.match(page, /^<!doctype html>[\s\S]*<svg[\s\S]*<\/svg>/i);
    assert.doesNotMatch(page, /<script|<link|src="(?!data:)/);
  });

  it('go out as sound, which is as long as the piece and not silent', async () => {
    const document = await open('sound.satb', FULL);
    const target = beside(document, 'sound.wav');
    assert.ok(await run('export', document.uri, 'wav', target));
    const bytes = Buffer.from(await vscode.workspace.fs.readFile(target));
    assert.equal(bytes.toString('latin1', 0, 4), 'RIFF');
    assert.equal(bytes.toString('latin1', 8, 12), 'WAVE');
    const data = bytes.indexOf('data', 12, 'latin1') + 8;
    assert.equal(bytes.readUInt32LE(data - 4), bytes.length - data);
    const seconds = (bytes.length - data) / bytes.readUInt32LE(28);
    // Eight quarters at 120 in the minute, and what rings on.
    assert.ok(seconds > 3.9 && seconds < 12, `${seconds} s`);
    let loudest = 0;
    for (let at = data; at + 1 < bytes.length; at += 2)
      loudest = Math.max(loudest, Math.abs(bytes.readInt16LE(at)));
    assert.ok(loudest > 1000, `${loudest}`);
  });

  it('that cannot be read change nothing and say why', async () => {
    const document = await open('none.mid', 'no MIDI at all');
    const before = vscode.workspace.textDocuments.length;
    assert.equal(await run('import', document.uri), undefined);
    assert.equal(vscode.workspace.textDocuments.length, before);
  });

  it('come as a sample to be spoiled', async () => {
    await run('openSample');
    const document = vscode.window.activeTextEditor?.document;
    assert.ok(document?.isUntitled);
    assert.equal(document.languageId, 'satb');
    assert.match(document.getText(), /\?Z/);
  });

  it('are filled by the tool, which changes none', async () => {
    const tool = await eventually(() => vscode.lm.tools.find(({ name }) => name === 'cantus_harmonize'));
    assert.ok(tool.inputSchema);
    const document = await open('asked.satb', MELODY);
    for (const input of [
      { text: MELODY, seed: 3 },
      { uri: document.uri.toString(), seed: 3, voices: 'A,T,B' },
    ]) {
      const { content } = await vscode.lm.invokeTool(tool.name, { input, toolInvocationToken: undefined });
      const [text, done] = content.map((part) =>
        part instanceof vscode.LanguageModelTextPart ? part.value : '',
      );
      assert.match(String(text), /G A B c \| d4 \|\]/);
      assert.match(String(text), /V:B/);
      assert.match(String(done), /seed 3/);
    }
    assert.equal(document.getText(), MELODY);
    await assert.rejects(async () =>
      vscode.lm.invokeTool(tool.name, { input: { text: '' }, toolInvocationToken: undefined }),
    );
  });
});
