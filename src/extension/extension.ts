// Where the extension begins: builds every part in order, each from what it needs. Knows no part from inside, so
// it stays a list; what is costly to load, a part loads when it is first used.
import * as vscode from 'vscode';
import { Harmonize } from './commands/harmonize.ts';
import { NewPiece } from './commands/newPiece.ts';
import { Languages } from './languages.ts';
import { Motor } from './motor.ts';
import { Previews } from './preview/previews.ts';
import { Runs } from './runs.ts';
import { Scores } from './scores.ts';

export function activate(context: vscode.ExtensionContext): void {
  const add = <T extends vscode.Disposable>(part: T): T => {
    context.subscriptions.push(part);
    return part;
  };

  const log = add(vscode.window.createOutputChannel('Cantus', { log: true }));
  add(new Languages(log));
  const scores = add(new Scores());
  const motor = add(new Motor(context.extensionUri, log));
  const previews = add(
    new Previews({
      extensionUri: context.extensionUri,
      log,
      parse: (document) => scores.of(document),
      onChoose: (_, { run, index }) => log.debug(`Run ${run}: alternative ${index ?? 'none'} chosen.`),
      onAsk: (_, { about }) => log.debug(`The preview asks for ${about}.`),
      onCommand: (_, { name }) =>
        vscode.commands
          .executeCommand(`cantus.${name}`)
          .then(undefined, (error: unknown) => log.warn(String(error))),
    }),
  );
  const runs = add(new Runs(scores, motor, previews, log));
  add(new Harmonize(scores, motor, runs));
  add(new NewPiece());
}
