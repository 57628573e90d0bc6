// Where the extension begins: builds every part in order, each from what it needs. Knows no part from inside, so
// it stays a list; what is costly to load, a part loads when it is first used.
import * as vscode from 'vscode';
import { NewPiece } from './commands/newPiece.ts';
import { Languages } from './languages.ts';
import { Previews } from './preview/previews.ts';

export function activate(context: vscode.ExtensionContext): void {
  const add = <T extends vscode.Disposable>(part: T): T => {
    context.subscriptions.push(part);
    return part;
  };

  const log = add(vscode.window.createOutputChannel('Cantus', { log: true }));
  add(new Languages(log));
  add(new NewPiece());
  add(
    new Previews({
      extensionUri: context.extensionUri,
      log,
      parse: async (document) => (await import('../language/read/parse.ts')).parse(document.getText()),
      onChoose: (_, { run, index }) => log.debug(`Run ${run}: alternative ${index ?? 'none'} chosen.`),
      onAsk: (_, { about }) => log.debug(`The preview asks for ${about}.`),
      onCommand: (_, { name }) =>
        vscode.commands
          .executeCommand(`cantus.${name}`)
          .then(undefined, (error: unknown) => log.warn(String(error))),
    }),
  );
}
