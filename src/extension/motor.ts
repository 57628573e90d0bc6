// The engine as the extension has it: set up from the settings, in a process of its own, talking into the output
// channel. Nothing is started before the first call.

import * as vscode from 'vscode';
import type { Engine, EngineReport, ModelReport, RuntimeName, Settings } from '../engine/protocol.ts';
import { RUNTIME_NAMES } from '../engine/protocol.ts';

/** Settings whose change means another engine. */
const WATCHED = [
  'cantus.model',
  'cantus.modelFolders',
  'cantus.runtime',
  'cantus.threads',
  'cantus.gpuFolder',
];

export class Motor implements vscode.Disposable {
  #engine: Engine | null = null;
  #model: ModelReport | null = null;
  readonly #changed = new vscode.EventEmitter<void>();
  /** The model, its runtime or whether it runs has changed. */
  readonly onDidChange = this.#changed.event;
  readonly #parts: vscode.Disposable[] = [];

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.#parts.push(
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (WATCHED.some((name) => change.affectsConfiguration(name))) this.#configure();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#configure()),
      this.#changed,
    );
  }

  /** The model that was used last, null before the first call. */
  get model(): ModelReport | null {
    return this.#model;
  }

  /** What the settings say, for a document's `model` and everything else that is not in its text. */
  get chosenModel(): string | undefined {
    const named = vscode.workspace.getConfiguration('cantus').get<string>('model', '').trim();
    return named === '' ? undefined : named;
  }

  /** The engine; the code that talks to it is loaded with the first call. */
  async engine(): Promise<Engine> {
    if (this.#engine === null) {
      const { createEngine } = await import('../engine/client.ts');
      this.#engine ??= createEngine({
        entry: vscode.Uri.joinPath(this.extensionUri, 'dist', 'engine.cjs').fsPath,
        settings: this.#settings(),
        log: (line) => this.log.info(line),
      });
    }
    return this.#engine;
  }

  /** Remembers which model answered, and says so once in the channel. */
  answered(model: ModelReport): void {
    const { runtime } = model;
    if (model.checksum !== this.#model?.checksum || runtime.runtime !== this.#model.runtime.runtime) {
      for (const { runtime: name, reason } of runtime.rejected)
        this.log.info(`Runtime ${name} not taken: ${reason}.`);
      this.log.info(
        `Model ${model.name} (${model.checksum}) on ${runtime.runtime}, ${runtime.device}, ${runtime.threads} thread(s): ${runtime.reason}; ready in ${model.seconds.toFixed(2)} s.`,
      );
    }
    this.#model = model;
    this.#changed.fire();
  }

  async report(): Promise<EngineReport | null> {
    return (await this.#engine?.describe()) ?? null;
  }

  dispose(): void {
    for (const part of this.#parts) part.dispose();
    void this.#engine?.dispose();
  }

  #configure(): void {
    this.#model = null;
    this.#changed.fire();
    void this.#engine?.configure(this.#settings());
  }

  #settings(): Settings {
    const settings = vscode.workspace.getConfiguration('cantus');
    const runtime = settings.get<string>('runtime', 'auto');
    const threads = settings.get<number>('threads', 0);
    const gpuFolder = settings.get<string>('gpuFolder', '').trim();
    const shipped = vscode.Uri.joinPath(this.extensionUri, 'media', 'model').fsPath;
    return {
      modelDirectories: [...settings.get<string[]>('modelFolders', []), shipped],
      anyDirectory: vscode.workspace.isTrusted,
      runtime: RUNTIME_NAMES.find((name): name is RuntimeName => name === runtime) ?? null,
      threads: threads > 0 ? Math.floor(threads) : null,
      gpuFolder: gpuFolder === '' ? null : gpuFolder,
    };
  }
}
