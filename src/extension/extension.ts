// Where the extension begins: builds every part in order, each from what it needs. Knows no part from inside, so
// it stays a list; what is costly to load, a part loads when it is first used.
import * as vscode from 'vscode';
import { Alternatives } from './commands/alternatives.ts';
import { Export } from './commands/export.ts';
import { Harmonize } from './commands/harmonize.ts';
import { Import } from './commands/import.ts';
import { Marks } from './commands/marks.ts';
import { NewPiece } from './commands/newPiece.ts';
import { OpenSample } from './commands/openSample.ts';
import { Play } from './commands/play.ts';
import { Transpose } from './commands/transpose.ts';
import { Ghosts } from './ghosts.ts';
import { Colours } from './language/colours.ts';
import { Completions } from './language/completions.ts';
import { Diagnostics } from './language/diagnostics.ts';
import { Findings } from './language/findings.ts';
import { Fixes } from './language/fixes.ts';
import { Formats } from './language/formats.ts';
import { Hints } from './language/hints.ts';
import { Hovers } from './language/hovers.ts';
import { Renames } from './language/renames.ts';
import { Rewrites } from './language/rewrites.ts';
import { Structure } from './language/structure.ts';
import { Languages } from './languages.ts';
import { Lenses } from './lenses.ts';
import { Motor } from './motor.ts';
import { Opinions } from './opinions.ts';
import type { PanelCommand } from './preview/messages.ts';
import { Previews } from './preview/previews.ts';
import { Runs } from './runs.ts';
import { Scores } from './scores.ts';
import { Status } from './status.ts';
import { Tool } from './tool.ts';

/** The preview's buttons by the commands they stand for. */
const BUTTONS: Readonly<Record<PanelCommand, string>> = {
  harmonize: 'harmonizeSelection',
  resample: 'resampleSelection',
  alternatives: 'tryAlternatives',
  accept: 'acceptSelection',
  open: 'openSelection',
  lock: 'lockSelection',
  pin: 'pinSelection',
  cancel: 'cancel',
};

export function activate(context: vscode.ExtensionContext): void {
  const add = <T extends vscode.Disposable>(part: T): T => {
    context.subscriptions.push(part);
    return part;
  };

  const log = add(vscode.window.createOutputChannel('Cantus', { log: true }));
  const languages = add(new Languages(log));
  const scores = add(new Scores());
  const motor = add(new Motor(context.extensionUri, log));
  const previews: Previews = add(
    new Previews({
      extensionUri: context.extensionUri,
      log,
      parse: (document) => scores.of(document),
      onChoose: (document, message) => void alternatives.choose(document, message),
      onAsk: (document, message) => void opinions.answer(document, message),
      onCommand: (document, { name }) =>
        void vscode.commands.executeCommand(`cantus.${BUTTONS[name]}`, document.uri),
    }),
  );
  const opinions: Opinions = add(new Opinions(scores, motor, previews, log));
  const runs = add(new Runs(scores, motor, previews, log));
  const alternatives: Alternatives = add(new Alternatives(scores, motor, runs, previews));
  add(new Harmonize(scores, motor, runs));
  add(new Marks(scores));
  add(new Play(previews));
  add(new NewPiece());
  add(new Transpose(scores));
  add(new OpenSample(context.extensionUri));
  add(new Export(scores, previews, log));
  add(new Import(log));
  add(new Tool(motor, log));

  const lenses = new Lenses(scores, runs);
  const ghosts = add(new Ghosts(scores, motor, runs, languages, log));
  add(languages.register((selector) => vscode.languages.registerCodeLensProvider(selector, lenses)));
  add(
    languages.register((selector) => vscode.languages.registerInlineCompletionItemProvider(selector, ghosts)),
  );
  const findings = new Findings(scores);
  const fixes = new Fixes(scores, findings);
  add(new Diagnostics(findings, languages, log));
  add(
    languages.register((selector) =>
      vscode.languages.registerCodeActionsProvider(selector, fixes, Fixes.metadata),
    ),
  );
  const hovers = new Hovers(scores, opinions);
  const rewrites = new Rewrites(scores, opinions);
  add(languages.register((selector) => vscode.languages.registerHoverProvider(selector, hovers)));
  add(
    languages.register((selector) =>
      vscode.languages.registerCodeActionsProvider(selector, rewrites, Rewrites.metadata),
    ),
  );
  const completions = new Completions(scores);
  const colours = new Colours(scores);
  const formats = new Formats(scores);
  const structure = new Structure(scores);
  const renames = new Renames(scores);
  const hints = add(new Hints(scores));
  const { languages: vs } = vscode;
  const providers: readonly ((selector: vscode.DocumentSelector) => vscode.Disposable)[] = [
    (selector) => vs.registerCompletionItemProvider(selector, completions, ...Completions.triggers),
    (selector) => vs.registerDocumentSemanticTokensProvider(selector, colours, Colours.legend),
    (selector) => vs.registerDocumentRangeSemanticTokensProvider(selector, colours, Colours.legend),
    (selector) => vs.registerDocumentFormattingEditProvider(selector, formats),
    (selector) => vs.registerDocumentRangeFormattingEditProvider(selector, formats),
    (selector) => vs.registerDocumentSymbolProvider(selector, structure),
    (selector) => vs.registerFoldingRangeProvider(selector, structure),
    (selector) => vs.registerDocumentHighlightProvider(selector, structure),
    (selector) => vs.registerSelectionRangeProvider(selector, structure),
    (selector) => vs.registerRenameProvider(selector, renames),
    (selector) => vs.registerInlayHintsProvider(selector, hints),
  ];
  for (const register of providers) add(languages.register(register));
  add(new Status(scores, motor, runs, languages, String(context.extension.packageJSON.version)));
}
