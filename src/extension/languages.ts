// Which documents are Cantus' own: `satb`, and the languages that `cantus.languages` names. Knows no feature; every
// provider registers through it, so that a changed setting takes effect at once.
import * as vscode from 'vscode';

export const SATB = 'satb';

export class Languages implements vscode.Disposable {
  readonly #registered = new Map<Register, vscode.Disposable>();
  readonly #watch: vscode.Disposable;
  #ids = idsFromSettings();

  constructor(private readonly log: vscode.LogOutputChannel) {
    this.#watch = vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('cantus.languages')) this.#reload();
    });
  }

  includes(document: vscode.TextDocument): boolean {
    return this.#ids.includes(document.languageId);
  }

  /** Registers a provider now, and again whenever the languages change; the end of the result ends it. */
  register(register: Register): vscode.Disposable {
    this.#registered.set(register, register(this.#selector()));
    return new vscode.Disposable(() => {
      this.#registered.get(register)?.dispose();
      this.#registered.delete(register);
    });
  }

  dispose(): void {
    this.#watch.dispose();
    for (const registration of this.#registered.values()) registration.dispose();
    this.#registered.clear();
  }

  #selector(): vscode.DocumentSelector {
    return this.#ids.map((language) => ({ language }));
  }

  #reload(): void {
    this.#ids = idsFromSettings();
    this.log.info(`At work in: ${this.#ids.join(', ')}`);
    for (const [register, registration] of this.#registered) {
      registration.dispose();
      this.#registered.set(register, register(this.#selector()));
    }
  }
}

type Register = (selector: vscode.DocumentSelector) => vscode.Disposable;

/** What the settings say is only as good as what was typed: anything but texts is left out. */
function idsFromSettings(): readonly string[] {
  const named = vscode.workspace.getConfiguration('cantus').get<unknown>('languages');
  const ids = Array.isArray(named) ? named.filter((id): id is string => typeof id === 'string') : [];
  return [...new Set([SATB, ...ids])];
}
