// Giving a run up in a real editor, at every stage of it: the text stays, the end comes soon, the next run works.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, extension, open } from './host.ts';
import { say } from './say.ts';

const HEAD = 'X:1\nM:4/4\nL:1/4\n%%cantus:steps 9000\nV:S\nV:A\nV:T clef=bass\nV:B clef=bass\nK:G\n';
const LONG = `${HEAD}[V:S] G A B c | d2 G2 |]\n[V:A] ?Z2 |]\n[V:T] ?Z2 |]\n[V:B] ?Z2 |]\n`;
const SHORT = LONG.replace('%%cantus:steps 9000\n', '');

const run = (name: string, ...values: unknown[]): Thenable<unknown> =>
  vscode.commands.executeCommand(`cantus.${name}`, ...values);

const pause = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

/** Cancels until the command has ended: it may not have come to anything yet that could be cancelled. */
async function cancel(command: Thenable<unknown>): Promise<unknown> {
  const ended = new Promise<{ result: unknown }>((done, fail) =>
    command.then((result) => done({ result }), fail),
  );
  for (;;) {
    await run('cancel');
    const answer = await Promise.race([ended, pause(20)]);
    if (answer) return answer.result;
  }
}

/** Other settings are another engine process, so that the next run begins with its start. */
let threads = 1;
const renewEngine = (): Thenable<void> => {
  threads = 3 - threads;
  return vscode.workspace
    .getConfiguration('cantus')
    .update('threads', threads, vscode.ConfigurationTarget.Workspace);
};

describe('cancelling', function () {
  this.timeout(120_000);
  before(() => extension().activate());
  after(async () => {
    await vscode.workspace
      .getConfiguration('cantus')
      .update('threads', undefined, vscode.ConfigurationTarget.Workspace);
    await closeAll();
  });

  for (const stage of [0, 30, 150, 400, 2000]) {
    it(`${stage} ms after a run has begun from cold changes nothing, and soon`, async () => {
      await renewEngine();
      const document = await open(`cancel-${stage}.satb`, LONG);
      const command = run('harmonizePiece');
      await pause(stage);
      const asked = performance.now();
      assert.equal(await cancel(command), false);
      const waited = performance.now() - asked;
      say(`      ended ${waited.toFixed(0)} ms after it was asked to`);
      assert.ok(waited < 5000, `${waited} ms`);
      assert.equal(document.getText(), LONG);
      assert.equal(vscode.window.activeTextEditor?.document, document);
    });
  }

  it('alternatives offers none', async () => {
    const document = await open('cancel-alternatives.satb', LONG);
    const command = run('tryAlternatives');
    await pause(1000);
    assert.equal(await cancel(command), 0);
    assert.equal(await run('keepAlternative', 0), false);
    assert.equal(document.getText(), LONG);
  });

  it('happens to a run that another one on the same document follows', async () => {
    const document = await open('cancel-superseded.satb', LONG);
    const first = run('harmonizePiece');
    await pause(1000);
    const second = run('resampleVoice', 1);
    assert.equal(await first, false);
    assert.equal(await cancel(second), false);
    assert.equal(document.getText(), LONG);
  });

  it('one run leaves that of another document alone, and the next one works', async () => {
    const other = await open('cancel-other.satb', SHORT);
    const document = await open('cancel-one.satb', LONG);
    const long = run('harmonizePiece', document.uri);
    await pause(500);
    const short = run('harmonizePiece', other.uri);
    assert.equal(await short, true);
    assert.ok(!other.getText().includes('?'));
    assert.equal(await cancel(long), false);
    assert.equal(document.getText(), LONG);
    await open('cancel-next.satb', SHORT);
    assert.equal(await run('harmonizePiece'), true);
  });
});
