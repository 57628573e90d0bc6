// Where the extension begins: builds every part in order, each from what it needs. Knows no part from inside, so
// it stays a list; what is costly to load, a part loads when it is first used.
import * as vscode from 'vscode';
import { NewPiece } from './commands/newPiece.ts';
import { Languages } from './languages.ts';

export function activate(context: vscode.ExtensionContext): void {
  const add = <T extends vscode.Disposable>(part: T): T => {
    context.subscriptions.push(part);
    return part;
  };

  const log = add(vscode.window.createOutputChannel('Cantus', { log: true }));
  add(new Languages(log));
  add(new NewPiece());
}
