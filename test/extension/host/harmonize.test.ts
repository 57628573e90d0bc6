// Harmonizing in a real editor: what is open is filled, what is written stays byte for byte, one undo takes it back.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { toGrid } from '../../../src/language/read/grid.ts';
import { parse } from '../../../src/language/read/parse.ts';
import { closeAll, eventually, open } from './host.ts';
import { say } from './say.ts';

const HEAD =
  'X:1\nM:4/4\nL:1/4\n%%cantus:seed 7\nV:S clef=treble\nV:A clef=treble\nV:T clef=bass\nV:B clef=bass\nK:G\n';
const PIECE = `${HEAD}[V:S] G A B c | d2 G2 |]\n[V:A] ?z4 | ?x2 D2 |]\n[V:T] ?Z | ?Z |]\n[V:B] G, ?x @G, ?x | D,2 ?x2 |]\n`;

/** The same bars four times: room for chance. */
const LONGER = PIECE.replace(/^(\[V:.\]) (.*) \|\]$/gm, '$1 $2 | $2 | $2 | $2 |]');

const run = (name: string, ...values: unknown[]): Thenable<unknown> =>
  vscode.commands.executeCommand(`cantus.${name}`, ...values);

const voiceLine = (document: vscode.TextDocument, voice: string): string =>
  document
    .getText()
    .split('\n')
    .find((line) => line.startsWith(`[V:${voice}]`)) ?? '';

/** MIDI numbers by step and voice. */
const sounding = (text: string): readonly number[] => [
  ...toGrid(parse(text).score, { mode: 'fill' }).grid.pitch,
];

function select(text: string): void {
  const editor = vscode.window.activeTextEditor;
  assert.ok(editor);
  const at = editor.document.getText().indexOf(text);
  assert.ok(at >= 0, text);
  editor.selection = new vscode.Selection(
    editor.document.positionAt(at),
    editor.document.positionAt(at + text.length),
  );
}

describe('harmonizing', function () {
  this.timeout(60_000);
  after(closeAll);

  it('fills what is open and nothing else; one undo takes it back', async () => {
    const document = await open('fill.satb', PIECE);
    const started = performance.now();
    assert.equal(await run('harmonizePiece'), true);
    say(`      the first fill, engine started for it: ${(performance.now() - started).toFixed(0)} ms`);
    const text = document.getText();
    assert.ok(!text.includes('?'), text);
    assert.equal(voiceLine(document, 'S'), '[V:S] G A B c | d2 G2 |]');
    assert.match(voiceLine(document, 'A'), / D2 \|\]$/);
    assert.match(voiceLine(document, 'B'), /^\[V:B\] G, \S+ @G, \S+ \| D,2 \S+ \|\]$/);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), PIECE);
  });

  it('leaves bars in columns where they stood in columns, in the same step of undo', async () => {
    const columns = `${HEAD}[V:S] G A B c | d2 G2 |]\n[V:A] ?z4     | ?z4   |]\n[V:T] B,4     | B,4   |]\n[V:B] G,4     | G,4   |]\n`;
    const document = await open('columns.satb', columns);
    await run('harmonizePiece');
    const bars = ['S', 'A', 'T', 'B'].map((voice) => voiceLine(document, voice).indexOf('|'));
    assert.equal(new Set(bars).size, 1, document.getText());
    assert.match(voiceLine(document, 'S'), /^\[V:S\] G A B c +\| d2 G2 +\|\]$/);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), columns);
    await vscode.workspace
      .getConfiguration('cantus')
      .update('alignAfterFill', false, vscode.ConfigurationTarget.Workspace);
    try {
      await run('harmonizePiece');
      assert.equal(voiceLine(document, 'S'), '[V:S] G A B c | d2 G2 |]');
    } finally {
      await vscode.workspace
        .getConfiguration('cantus')
        .update('alignAfterFill', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  it('gives the same bytes for the same seed', async () => {
    const document = await open('seed.satb', PIECE);
    await run('harmonizePiece');
    const first = document.getText();
    await vscode.commands.executeCommand('undo');
    await run('harmonizePiece');
    assert.equal(document.getText(), first);
  });

  it('fills the selected bars only', async () => {
    const document = await open('bars.satb', PIECE);
    select('d2 G2');
    await run('harmonizeSelection');
    assert.match(voiceLine(document, 'A'), /^\[V:A\] \?z4 \| [^?]+ D2 \|\]$/);
    assert.match(voiceLine(document, 'T'), /^\[V:T\] \?Z \| [^?]+ \|\]$/);
  });

  it('makes four voices of a melody', async () => {
    const document = await open('melody.satb', 'X:1\nT:Tune\nM:4/4\nL:1/4\nK:F\nF G A B | c2 F2 |]\n');
    await run('harmonizeMelody');
    assert.match(voiceLine(document, 'S'), /F G A B \| c2 F2 \|\]$/);
    for (const voice of ['A', 'T', 'B']) assert.notEqual(voiceLine(document, voice), '');
  });

  it('redraws a voice but not its pinned notes', async () => {
    const document = await open('resample.satb', PIECE);
    await run('harmonizePiece');
    const before = ['S', 'A', 'T', 'B'].map((voice) => voiceLine(document, voice));
    assert.equal(await run('resampleVoice', 3), true);
    const after = ['S', 'A', 'T', 'B'].map((voice) => voiceLine(document, voice));
    assert.deepEqual(after.slice(0, 3), before.slice(0, 3));
    assert.notEqual(after[3], before[3]);
    assert.ok(after[3]?.includes('@G,'));
  });

  it('leaves text and undo history alone where nothing else can be drawn', async () => {
    // One note alone is not pinned, and the likeliest is always taken.
    const settled = PIECE.replace('seed 7', 'temperature 0')
      .replace(/^(\[V:A\]).*$/m, '$1 @D @D @D @E | @F2 @D2 |]')
      .replace(/^(\[V:T\]).*$/m, '$1 @B, @A, @G, @G, | @A,2 @B,2 |]')
      .replace(/^(\[V:B\]).*$/m, '$1 @G, @F, @G, @C, | @D,2 G,2 |]');
    const document = await open('same.satb', settled);
    assert.equal(await run('resampleVoice', 3), true);
    assert.equal(document.getText(), settled);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), settled);
  });

  it('redraws with another seed each time, and with the same one when it is asked for', async () => {
    const document = await open('again.satb', LONGER);
    await run('harmonizePiece');
    const harmonized = document.getText();
    const drawn = new Set([harmonized]);
    const seeds: string[] = [];
    for (let i = 0; i < 3; i++) {
      await run('resampleVoice', 2);
      drawn.add(document.getText());
      seeds.push(/^Last run seed (\d+)/m.exec(String(await run('report')))?.[1] ?? '');
    }
    assert.deepEqual(seeds, ['8', '9', '10']);
    assert.ok(drawn.size > 2, [...drawn].join('\n'));
    const last = document.getText();
    await vscode.commands.executeCommand('undo');
    const editor = vscode.window.activeTextEditor;
    const at = document.getText().indexOf('seed 7') + 'seed '.length;
    await editor?.edit((edit) =>
      edit.replace(new vscode.Range(document.positionAt(at), document.positionAt(at + 1)), '10'),
    );
    await run('resampleVoice', 2);
    assert.equal(document.getText().replace('seed 10', 'seed 7'), last);
  });

  it('varies what it has written: the nearer it is to stay, the fewer notes are others', async () => {
    const document = await open('vary.satb', LONGER);
    await run('harmonizePiece');
    const soprano = voiceLine(document, 'S');
    const harmonized = document.getText();
    const before = sounding(harmonized);
    const others = async (how: number): Promise<number> => {
      assert.equal(await run('varySelection', undefined, how), true);
      assert.equal(voiceLine(document, 'S'), soprano);
      const now = sounding(document.getText());
      if (document.getText() !== harmonized) await vscode.commands.executeCommand('undo');
      assert.equal(now.length, before.length);
      return now.filter((midi, cell) => midi !== before[cell]).length;
    };
    const few = await others(1e-9);
    const many = await others(1);
    say(`      ${few} of ${before.length} cells are others when it stays near, ${many} when it need not`);
    assert.ok(few < many, `${few} of ${many}`);
  });

  it('applies nothing where the text has changed meanwhile', async () => {
    const document = await open('raced.satb', PIECE);
    const result = run('harmonizePiece');
    const editor = vscode.window.activeTextEditor;
    await editor?.edit((edit) => edit.insert(document.positionAt(PIECE.indexOf('d2 G2')), 'c'));
    const edited = document.getText();
    assert.equal(await result, false);
    assert.equal(document.getText(), edited);
  });

  it('stops when it is cancelled', async () => {
    const long = PIECE.replace('%%cantus:seed 7', '%%cantus:steps 5000');
    const document = await open('cancelled.satb', long);
    let settled = false;
    const result = run('harmonizePiece');
    const end = result.then(() => {
      settled = true;
    });
    // The command takes a moment until there is something to cancel.
    while (!settled) {
      await run('cancel');
      await new Promise((done) => setTimeout(done, 50));
    }
    await end;
    assert.equal(await result, false);
    assert.equal(document.getText(), long);
  });

  it('keeps an alternative, or none', async () => {
    const document = await open('alternatives.satb', PIECE);
    assert.equal(await run('tryAlternatives'), 4);
    assert.equal(document.getText(), PIECE);
    await run('rejectAlternatives');
    assert.equal(document.getText(), PIECE);
    await run('tryAlternatives');
    assert.equal(await run('keepAlternative', 1), true);
    assert.ok(!document.getText().includes('?'));
  });

  it('opens, pins, locks and accepts', async () => {
    const document = await open('marks.satb', PIECE);
    select('D2 |]');
    await run('openSelection');
    assert.match(voiceLine(document, 'A'), /\?D2 \|\]$/);
    select('?D2 |]');
    await run('acceptSelection');
    assert.match(voiceLine(document, 'A'), / D2 \|\]$/);
    select('D2 |]');
    await run('pinSelection');
    assert.match(voiceLine(document, 'A'), /@D2 \|\]$/);
    await run('nextSeed');
    assert.match(document.getText(), /^%%cantus:seed 8$/m);
    await run('lockVoice', 0);
    assert.match(document.getText(), /^%%cantus:lock S$/m);
  });

  it('offers lenses above the piece and above each voice', async () => {
    const document = await open('lenses.satb', PIECE);
    const lenses = await eventually(() =>
      vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', document.uri, 100),
    );
    const titles = lenses.map(({ command }) => command?.title);
    assert.ok(titles.includes('Harmonize'));
    for (const letter of ['S', 'A', 'T', 'B']) assert.ok(titles.includes(`Resample ${letter}`));
  });

  it('reports what runs', async () => {
    const report = await run('report');
    assert.match(String(report), /chorale-16/);
    assert.match(String(report), /^Last run seed 7, \d+ forward passes, [\d.]+ s in the network/m);
    assert.equal(await vscode.env.clipboard.readText(), report);
  });
});
