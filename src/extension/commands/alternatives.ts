// Cantus: Try Alternatives. Several fills of the same place, heard and seen in the preview; nothing changes until
// one is kept, and keeping none is as easy.

import * as vscode from 'vscode';
import type { Order, Wish } from '../../engine/piece.ts';
import type { Selection } from '../../language/read/grid.ts';
import type { Filled } from '../../language/roll.ts';
import type { Interval } from '../../language/time.ts';
import type { Motor } from '../motor.ts';
import { barsName, selectionIn } from '../places.ts';
import type { ChooseMessage } from '../preview/messages.ts';
import type { Offer, Previews } from '../preview/previews.ts';
import type { Finished, Runs } from '../runs.ts';
import type { Scores } from '../scores.ts';
import { seedFor } from '../seeds.ts';
import { editorOf, pieceOf } from '../targets.ts';
import { policyOf } from './harmonize.ts';

const COUNT = 4;

interface Offered {
  readonly run: string;
  readonly finished: Finished;
  readonly document: vscode.TextDocument;
}

export class Alternatives implements vscode.Disposable {
  readonly #offered = new Map<string, Offered>();
  readonly #parts: vscode.Disposable[];
  #runs = 0;

  constructor(
    private readonly scores: Scores,
    private readonly motor: Motor,
    private readonly runs: Runs,
    private readonly previews: Previews,
  ) {
    const command = (name: string, act: (...values: unknown[]) => unknown): vscode.Disposable =>
      vscode.commands.registerCommand(`cantus.${name}`, act);
    this.#parts = [
      command('tryAlternatives', (uri) => this.#try(uri)),
      command('keepAlternative', (index) => this.#keepNamed(index)),
      command('rejectAlternatives', () => this.#rejectShown()),
      vscode.workspace.onDidCloseTextDocument((document) => this.#forget(document)),
    ];
  }

  /** What the preview's user decided. */
  async choose(
    document: vscode.TextDocument,
    { run, index }: Pick<ChooseMessage, 'run' | 'index'>,
  ): Promise<boolean> {
    const offered = this.#offered.get(document.uri.toString());
    if (!offered || offered.run !== run) return false;
    const kept = index !== null && (await offered.finished.apply(index));
    await this.previews.withdraw(document, run);
    this.#forget(document);
    return kept;
  }

  dispose(): void {
    for (const part of this.#parts) part.dispose();
    for (const { finished } of this.#offered.values()) finished.dispose();
    void vscode.commands.executeCommand('setContext', 'cantus.alternatives', false);
  }

  async #try(uri: unknown): Promise<number> {
    const document = await pieceOf(uri);
    if (!document) return 0;
    const parsed = await this.scores.of(document);
    const editor = await editorOf(uri);
    const selected = (mode: Selection['mode']): Selection =>
      editor ? selectionIn(editor, parsed.score, mode, mode === 'resample') : { mode };
    const fill = selected('fill');
    const { orderOf } = await import('../../engine/piece.ts');
    const isOpen = (wish: Wish): boolean => orderOf(parsed, wish).gridded.grid.open.includes(1);
    const count = vscode.workspace.getConfiguration('cantus', document).get<number>('alternatives', COUNT);
    const model = this.motor.chosenModel;
    const base = {
      policy: policyOf(document),
      alternatives: Math.max(2, Math.min(8, Math.floor(count))),
      ...(model !== undefined && { model }),
    };
    // Where nothing is open, alternatives are to what is written: best to what was not written by the user.
    const voices = this.runs.ownVoices(document);
    const seed = seedFor(document, parsed.score);
    const wish: Wish = isOpen({ ...base, selection: fill })
      ? { ...base, seed, selection: fill }
      : {
          ...base,
          seed: this.runs.freshSeed(document, seed),
          selection: { ...selected('resample'), ...(voices && { voices }) },
        };
    await this.previews.show(document);
    const label = vscode.l10n.t('Alternatives for {0}', barsName(parsed.score, wish.selection.bars));
    const finished = await this.runs.start(document, wish, label);
    if (!finished) return 0;
    this.#forget(document);
    const run = String(++this.#runs);
    this.#offered.set(document.uri.toString(), { run, finished, document });
    const offers = await offersOf(finished);
    await this.previews.offer(document, run, offers, regionOf(finished));
    await vscode.commands.executeCommand('setContext', 'cantus.alternatives', true);
    return offers.length;
  }

  async #keepNamed(index: unknown): Promise<boolean> {
    const offered = this.#shown();
    if (!offered) return false;
    const chosen = typeof index === 'number' ? index : await this.#ask(offered);
    if (chosen === undefined || offered.finished.outcome.proposals[chosen] === undefined) return false;
    return this.choose(offered.document, { run: offered.run, index: chosen });
  }

  async #rejectShown(): Promise<void> {
    const offered = this.#shown();
    if (offered) await this.choose(offered.document, { run: offered.run, index: null });
  }

  #shown(): Offered | undefined {
    const active = vscode.window.activeTextEditor?.document.uri.toString();
    return (active && this.#offered.get(active)) || [...this.#offered.values()].at(-1);
  }

  async #ask({ finished }: Offered): Promise<number | undefined> {
    const items = finished.outcome.proposals.map(({ harmonization }, index) => ({
      label: vscode.l10n.t('Alternative {0}', index + 1),
      description: vscode.l10n.t('{0} nats a cell', harmonization.meanNll.toFixed(2)),
      index,
    }));
    return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Keep which alternative?') }))
      ?.index;
  }

  #forget(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    this.#offered.get(key)?.finished.dispose();
    this.#offered.delete(key);
    if (this.#offered.size === 0)
      void vscode.commands.executeCommand('setContext', 'cantus.alternatives', false);
  }
}

async function offersOf({ parsed, outcome }: Finished): Promise<Offer[]> {
  const [{ parse }, { apply, landings }] = await Promise.all([
    import('../../language/read/parse.ts'),
    import('../../language/write/edits.ts'),
  ]);
  const seed = vscode.l10n.t('seed {0}', outcome.order.wishes.seed);
  return outcome.proposals.map(({ edits, harmonization }) => ({
    label: [seed, ...newness(outcome.order.gridded, harmonization.filled)].join(', '),
    parsed: parse(apply(parsed.text, edits), parsed),
    filled: landings(edits),
  }));
}

/** How much of what was written is other than before; nothing where nothing was. */
function newness({ grid }: Order['gridded'], { pitch }: Filled): string[] {
  const before = [...grid.open.keys()].filter((cell) => grid.open[cell] === 1 && grid.pitch[cell] >= 0);
  const others = before.filter((cell) => pitch[cell] !== grid.pitch[cell]).length;
  return before.length === 0 ? [] : [vscode.l10n.t('{0} % new', Math.round((100 * others) / before.length))];
}

/** From the first bar with a drawn note to the last. */
function regionOf({ parsed: { score }, outcome }: Finished): Interval {
  const { targets } = outcome.order.gridded;
  const bars = targets.map(({ bar }) => bar);
  const first = score.bars[Math.min(...bars)];
  const last = score.bars[Math.max(...bars)];
  return { from: first.onset, to: last.onset + last.duration };
}
