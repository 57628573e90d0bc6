// What tests in the extension host share: the extension, files to open, waiting. Knows nothing of music.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';

/** The extension under test. Its `exports` are what `activate` returned. */
export function extension(): vscode.Extension<unknown> {
  const found = vscode.extensions.getExtension('cantus.cantus');
  assert.ok(found, 'the extension is not installed');
  return found;
}

/** Writes a file into the (temporary) workspace folder and shows it. */
export async function open(name: string, content: string): Promise<vscode.TextDocument> {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, 'the tests need a workspace folder');
  const uri = vscode.Uri.joinPath(folder.uri, name);
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(content));
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document);
  return document;
}

/** Closes every editor without asking about changes. */
export async function closeAll(): Promise<void> {
  for (const document of vscode.workspace.textDocuments.filter(({ isDirty }) => isDirty)) {
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  }
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}

/** Asks again until the answer is there: `undefined`, `null`, `false` and empty lists are not yet an answer. */
export async function eventually<T>(
  ask: () => T | Thenable<T>,
  what = 'an answer',
  milliseconds = 30_000,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    const answer = await ask();
    if (answer && !(Array.isArray(answer) && answer.length === 0)) return answer;
    if (Date.now() > deadline) throw new Error(`no ${what} after ${milliseconds} ms`);
    await new Promise((done) => setTimeout(done, 50));
  }
}
