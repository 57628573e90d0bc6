// Runs of the engine on documents: one at a time for a document, any number of documents at once. Shows how far a
// run is, lets it be cancelled, and applies a result only to the text it was computed from. Knows no command.

import * as vscode from 'vscode';
import { EngineFailure } from '../engine/failure.ts';
import type { Progress } from '../engine/harmonizer.ts';
import type { Order, Outcome, Wish } from '../engine/piece.ts';
import type { Call } from '../engine/protocol.ts';
import type { TextEdit } from '../language/problem.ts';
import { tickOf } from '../language/read/grid.ts';
import type { Parsed } from '../language/read/parse.ts';
import { VOICES, type Voice } from '../language/score.ts';
import { apply as applied, landings } from '../language/write/edits.ts';
import type { Motor } from './motor.ts';
import { spansOf } from './places.ts';
import type { GhostNote } from './preview/messages.ts';
import type { Previews } from './preview/previews.ts';
import { applyEdits, rangeOf, type Scores } from './scores.ts';
import { seedFor } from './seeds.ts';
import { Track } from './track.ts';

/** A finished run: what it proposes and how to apply it, as long as the text allows. */
export interface Finished {
  readonly parsed: Parsed;
  readonly outcome: Outcome;
  /** Whether a proposal is the text as it was. */
  same(proposal: number): boolean;
  /**
   * Applies a proposal; false (and a word to the user) where the text has changed there meanwhile. One that is the
   * text as it was leaves text and undo history alone, and the user is told.
   */
  apply(proposal: number, extra?: readonly TextEdit[]): Promise<boolean>;
  dispose(): void;
}

interface Running {
  readonly stop: AbortController;
  readonly label: string;
}

/** There are as many seeds. */
const SEEDS = 2 ** 32;
/** So long the status bar says which seed a run had, in milliseconds. */
const SEED_SHOWN = 10_000;

/** The way from text to text, loaded with the first run. */
const core = () => import('../engine/piece.ts');

export class Runs implements vscode.Disposable {
  readonly #running = new Map<string, Running>();
  /** The voices of each document that runs have written into since it was opened. */
  readonly #written = new Map<string, ReadonlySet<Voice>>();
  readonly #closed = vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#forget(uri.toString()));
  /** The seed that a document names, and the last one that a run of it had. */
  readonly #seeds = new Map<string, { readonly own: number; readonly last: number }>();
  #last: string | null = null;
  readonly #changed = new vscode.EventEmitter<void>();
  /** A run has begun or ended. */
  readonly onDidChange = this.#changed.event;

  constructor(
    private readonly scores: Scores,
    private readonly motor: Motor,
    private readonly previews: Previews,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** The last run that came to its end, with its seed and how long it took; null before the first. */
  get last(): string | null {
    return this.#last;
  }

  /** What runs for a document, or null. */
  labelOf(document: vscode.TextDocument): string | null {
    return this.#running.get(document.uri.toString())?.label ?? null;
  }

  /**
   * The voices of a document that are the engine's and not the user's, as far as is known: what is drawn again where
   * nothing is open, so that a melody stays what it was. Null where nothing is known.
   */
  ownVoices(document: vscode.TextDocument): readonly Voice[] | null {
    const written = this.#written.get(document.uri.toString());
    return written ? VOICES.filter((voice) => written.has(voice)) : null;
  }

  /** A seed for drawing again what is written: the document's own, or the one after the last that was drawn with. */
  freshSeed(document: vscode.TextDocument, own: number): number {
    const known = this.#seeds.get(document.uri.toString());
    return known?.own === own ? (known.last + 1) % SEEDS : own;
  }

  /** Cancels the run of a document, or all runs. */
  cancel(document?: vscode.TextDocument): void {
    if (document) this.#running.get(document.uri.toString())?.stop.abort();
    else for (const { stop } of this.#running.values()) stop.abort();
  }

  /**
   * Runs the engine on the document's present text. Null where nothing came of it; the user has been told why. A
   * second run on a document cancels the first.
   *
   * @param others how likely pitches are that do not stand there yet, beside what the network thinks: 1 as it thinks
   */
  async start(
    document: vscode.TextDocument,
    wish: Wish,
    label: string,
    others = 1,
  ): Promise<Finished | null> {
    const key = document.uri.toString();
    this.#running.get(key)?.stop.abort();
    const running: Running = { stop: new AbortController(), label };
    this.#running.set(key, running);
    this.#changed.fire();
    const parsed = await this.scores.of(document);
    const track = new Track(document);
    this.#noteSeed(key, seedFor(document, parsed.score), wish.seed);
    try {
      const outcome = await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Window, title: label },
        (bar) => this.#run(document, parsed, wish, running, others, (done) => bar.report({ message: done })),
      );
      this.motor.answered(outcome.model);
      this.#say(document, outcome, label);
      return this.#finished(document, parsed, wish, outcome, track);
    } catch (error) {
      track.dispose();
      await this.#complain(document, parsed, wish, error);
      return null;
    } finally {
      this.previews.endProgress(document);
      if (this.#running.get(key) === running) this.#running.delete(key);
      this.#changed.fire();
    }
  }

  dispose(): void {
    this.cancel();
    this.#closed.dispose();
    this.#changed.dispose();
  }

  #noteSeed(key: string, own: number, seed = own): void {
    const known = this.#seeds.get(key);
    this.#seeds.set(key, { own, last: known?.own === own ? Math.max(known.last, seed) : seed });
  }

  #forget(key: string): void {
    this.#written.delete(key);
    this.#seeds.delete(key);
  }

  #remember(document: vscode.TextDocument, { gridded }: Order): void {
    const key = document.uri.toString();
    const voices = gridded.targets.map(({ voice }) => voice);
    this.#written.set(key, new Set([...(this.#written.get(key) ?? []), ...voices]));
  }

  async #run(
    document: vscode.TextDocument,
    parsed: Parsed,
    wish: Wish,
    running: Running,
    others: number,
    report: (done: string) => void,
  ): Promise<Outcome> {
    const { harmonizePiece, orderOf } = await core();
    const order = orderOf(parsed, wish);
    const engine = await this.motor.engine();
    const asked = others < 1 ? (await import('../engine/near.ts')).near(engine, others) : engine;
    const call: Call = {
      signal: running.stop.signal,
      onProgress: (progress) => {
        const alternatives = wish.alternatives ?? 1;
        const done = (progress.alternative + progress.step / progress.of) / alternatives;
        report(`${Math.round(100 * done)} %`);
        if (this.previews.has(document))
          this.previews.progress(document, done, ghosts(order, progress), running.label);
      },
    };
    return harmonizePiece(parsed, wish, asked, call, order);
  }

  #finished(
    document: vscode.TextDocument,
    parsed: Parsed,
    wish: Wish,
    outcome: Outcome,
    track: Track,
  ): Finished {
    const { bars } = outcome.order.gridded.selection;
    const regions = bars ? spansOf(parsed.score, bars) : [{ start: 0, end: parsed.text.length }];
    const same = (proposal: number, extra: readonly TextEdit[] = []): boolean =>
      applied(parsed.text, [...outcome.proposals[proposal].edits, ...extra]) === parsed.text;
    return {
      parsed,
      outcome,
      same,
      apply: async (proposal, extra = []) => {
        if (same(proposal, extra)) {
          void vscode.window.showInformationMessage(
            vscode.l10n.t('The same notes were drawn again, so the text stays as it is.'),
          );
          return true;
        }
        const plain = [...outcome.proposals[proposal].edits, ...extra];
        // Where others have written meanwhile, their spaces are left alone.
        const edits = track.changed ? plain : await aligned(document, parsed, plain);
        const sound =
          !document.isClosed &&
          (!track.changed ||
            (await sameQuestion(outcome.order, parsed, await this.scores.of(document), wish)));
        const followed = sound ? track.follow(edits, regions) : null;
        if (followed === null || !(await applyEdits(document, followed))) {
          void vscode.window.showInformationMessage(
            vscode.l10n.t('The text has changed there meanwhile, so nothing was filled in. Run it again.'),
          );
          return false;
        }
        this.#remember(document, outcome.order);
        this.previews.filled(document, landings(followed));
        track.dispose();
        return true;
      },
      dispose: () => track.dispose(),
    };
  }

  #say(document: vscode.TextDocument, { order, proposals, seconds, problems }: Outcome, label: string): void {
    const forwards = proposals.reduce((sum, { harmonization }) => sum + harmonization.forwards, 0);
    this.#last = `seed ${order.wishes.seed}, ${forwards} forward passes, ${seconds.network.toFixed(2)} s in the network, ${seconds.total.toFixed(2)} s in all`;
    this.log.info(`${label}: ${vscode.workspace.asRelativePath(document.uri)}, ${this.#last}.`);
    for (const { message } of problems) this.log.warn(message);
    const done = vscode.l10n.t('{0}: seed {1}, {2} s', label, order.wishes.seed, seconds.total.toFixed(1));
    vscode.window.setStatusBarMessage(done, SEED_SHOWN);
  }

  /** Tells the user why there is no result; a cancelled run needs no words. */
  async #complain(document: vscode.TextDocument, parsed: Parsed, wish: Wish, error: unknown): Promise<void> {
    const [{ orderOf, spanAt }, { failureText }] = await Promise.all([core(), import('./words.ts')]);
    if (!(error instanceof EngineFailure)) {
      this.log.error(error instanceof Error ? error : String(error));
      void vscode.window.showErrorMessage(
        vscode.l10n.t(
          'Cantus has made a mistake; your text is as it was. The output channel "Cantus" tells more.',
        ),
      );
      return;
    }
    if (error.reason === 'cancelled') return;
    this.log.warn(`${error.reason}: ${error.message}`);
    const span = error.place && spanAt(parsed, orderOf(parsed, wish), error.place);
    const show = vscode.l10n.t('Show');
    const text = failureText(error);
    void vscode.window.showWarningMessage(text, ...(span ? [show] : [])).then(async (answer) => {
      if (answer !== show || !span) return;
      await vscode.window.showTextDocument(document, { selection: rangeOf(document, span) });
    });
  }
}

/** The edits, and those that leave bars in columns where they stood in columns. */
async function aligned(
  document: vscode.TextDocument,
  parsed: Parsed,
  edits: readonly TextEdit[],
): Promise<readonly TextEdit[]> {
  if (!vscode.workspace.getConfiguration('cantus', document).get<boolean>('alignAfterFill', true))
    return edits;
  const { keepColumns } = await import('../language/write/format.ts');
  return keepColumns(parsed, edits);
}

/** Whether a text that has changed elsewhere still asks the same: the same open places, keys, metres and lengths. */
async function sameQuestion({ gridded }: Order, before: Parsed, now: Parsed, wish: Wish): Promise<boolean> {
  if (now.score.unit !== before.score.unit) return false;
  const { grid } = (await core()).orderOf(now, wish).gridded;
  return (['open', 'note', 'fifths', 'phase', 'bar'] as const).every((name) => {
    const was: ArrayLike<number> = gridded.grid[name];
    const is: ArrayLike<number> = grid[name];
    return was.length === is.length && Array.prototype.every.call(was, (value, i) => value === is[i]);
  });
}

/** The open cells of a run as notes for the preview: equal neighbours are one note. */
function ghosts({ gridded }: Order, { pitch }: Progress): GhostNote[] {
  const { grid } = gridded;
  const notes: GhostNote[] = [];
  for (const voice of VOICES) {
    for (let step = 0; step < grid.steps; ) {
      const cell = 4 * step + voice;
      let next = step + 1;
      if (grid.open[cell] && pitch[cell] >= 0) {
        while (next < grid.steps && grid.open[4 * next + voice] && pitch[4 * next + voice] === pitch[cell])
          next++;
        notes.push({ voice, pitch: pitch[cell], from: tickOf(gridded, step), to: tickOf(gridded, next) });
      }
      step = next;
    }
  }
  return notes;
}
