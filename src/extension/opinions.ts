// What the network thinks of a document's notes, for hovers, for code actions and for the preview's heat and
// probabilities. Keeps answers until the text changes. Knows nothing of how they are shown.

import * as vscode from 'vscode';
import { EngineFailure } from '../engine/failure.ts';
import type { Isolated, Opinion, Oracle, Survey } from '../engine/opinion.ts';
import type { Query } from '../engine/protocol.ts';
import type { Parsed } from '../language/read/parse.ts';
import type { Event, Voice } from '../language/score.ts';
import type { Motor } from './motor.ts';
import type { AskMessage } from './preview/messages.ts';
import type { Previews } from './preview/previews.ts';
import type { Scores } from './scores.ts';

/** A hover does not wait longer for the network, in milliseconds. The answer is there for the next one. */
const PATIENCE = 300;
/** So many other pitches are named. */
const OTHERS = 3;

/** A note with the opinion on it. */
export interface Judged {
  readonly isolated: Isolated;
  readonly opinion: Opinion;
}

type Asking = Promise<Judged | null>;

/** Loaded with the first question. */
const core = () => import('../engine/opinion.ts');

export class Opinions implements vscode.Disposable {
  /** Answers by text and note: gone when the text is. */
  readonly #judged = new WeakMap<Parsed, Map<Event, Asking>>();
  readonly #surveys = new WeakMap<Parsed, Map<string, Promise<Survey>>>();
  /** What previews have asked for last, by document and subject. */
  readonly #asked = new Map<string, AbortController>();

  constructor(
    private readonly scores: Scores,
    private readonly motor: Motor,
    private readonly previews: Previews,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /**
   * The network's opinion on a note of a document's present text. Null where it has none, where it has not been at
   * work yet, where the user does not want it, and where it does not come soon.
   */
  async on(document: vscode.TextDocument, event: Event): Promise<Judged | null> {
    const settings = vscode.workspace.getConfiguration('cantus.hover', document);
    if (this.motor.model === null || !settings.get<boolean>('network', true)) return null;
    const parsed = await this.scores.of(document);
    const known = this.#judged.get(parsed) ?? new Map<Event, Asking>();
    this.#judged.set(parsed, known);
    const asking = known.get(event) ?? this.#judge(parsed, event);
    known.set(event, asking);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), PATIENCE);
    });
    try {
      return await Promise.race([asking, late]);
    } catch (error) {
      known.delete(event);
      this.log.debug(`No opinion: ${String(error)}`);
      return null;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Answers a preview that wants heat or probabilities, or wants them no more. */
  async answer(document: vscode.TextDocument, { about, wanted, bars }: AskMessage): Promise<void> {
    const key = `${about} ${document.uri.toString()}`;
    this.#asked.get(key)?.abort();
    const stop = new AbortController();
    this.#asked.set(key, stop);
    const { version } = document;
    try {
      const survey = wanted ? await this.#survey(await this.scores.of(document), bars, stop.signal) : null;
      if (stop.signal.aborted || document.version !== version) return;
      if (about === 'surprise') this.previews.surprise(document, survey?.notes ?? []);
      else this.previews.probabilities(document, probabilitiesOf(survey));
    } catch (error) {
      if (error instanceof EngineFailure && error.reason === 'cancelled') return;
      this.log.warn(`The preview's question about ${about} has no answer: ${String(error)}`);
      const { failureText } = await import('./words.ts');
      this.previews.status(document, error instanceof EngineFailure ? failureText(error) : '');
    } finally {
      if (this.#asked.get(key) === stop) this.#asked.delete(key);
    }
  }

  dispose(): void {
    for (const stop of this.#asked.values()) stop.abort();
    this.#asked.clear();
  }

  async #judge(parsed: Parsed, event: Event): Asking {
    const { isolate, opinionOf } = await core();
    const isolated = isolate(parsed, event);
    if (isolated === null) return null;
    return { isolated, opinion: await opinionOf(isolated, await this.#oracle(parsed), OTHERS) };
  }

  /** Heat and probabilities of the same bars are one survey. A survey that was given up is made anew. */
  async #survey(parsed: Parsed, bars: AskMessage['bars'], signal: AbortSignal): Promise<Survey> {
    const key = bars === null ? 'all' : `${bars.from}-${bars.to}`;
    const known = this.#surveys.get(parsed) ?? new Map<string, Promise<Survey>>();
    this.#surveys.set(parsed, known);
    const made = known.get(key)?.catch(() => null);
    const finished = (await made) ?? null;
    if (finished !== null) return finished;
    const { survey } = await core();
    const making = this.#oracle(parsed, signal).then((oracle) => survey(parsed.score, bars, oracle, signal));
    known.set(key, making);
    return making;
  }

  /** The network that goes with a text. */
  async #oracle(parsed: Parsed, signal?: AbortSignal): Promise<Oracle> {
    const { directives } = parsed.score;
    const query: Query = {
      model: this.motor.chosenModel ?? directives.model,
      resolution: directives.grid,
    };
    const engine = await this.motor.engine();
    const model = await engine.openModel(query, { signal });
    this.motor.answered(model);
    return {
      predict: async (views, stop) => [...(await engine.probabilities(query, views, { signal: stop }))],
      range: { lowest: model.lowest, pitches: model.pitches },
    };
  }
}

/** A survey as the preview takes it; without one, nothing to show. */
function probabilitiesOf(survey: Survey | null): Parameters<Previews['probabilities']>[1] {
  if (survey === null || survey.cells.length === 0) return { resolution: 16, from: 0, to: 0, cells: [] };
  const { gridded, cells } = survey;
  return {
    resolution: gridded.grid.resolution,
    from: cells[0]!.cell >> 2,
    to: (cells.at(-1)!.cell >> 2) + 1,
    cells: cells.map(({ cell, drawn, odds }) => ({
      step: cell >> 2,
      voice: (cell & 3) as Voice,
      drawn,
      odds: odds.map(({ pitch, probability }) => [pitch, probability] as const),
    })),
  };
}
