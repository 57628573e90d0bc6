// Hover on a note: what it is, where it stands, what it belongs to, and what the network thinks of it.

import * as vscode from 'vscode';
import type { Explanation } from '../../language/analyse/explain.ts';
import { eventAt } from '../../language/outline.ts';
import type { Event } from '../../language/score.ts';
import type { Judged, Opinions } from '../opinions.ts';
import { rangeOf, type Scores } from '../scores.ts';
import { oddsText, pitchNameIn } from './spelling.ts';

/** Ways to say in the user's language what the analysis says in English. */
type Words = Pick<typeof import('../sentences.ts'), 'phrase' | 'keyText'>;

export class Hovers implements vscode.HoverProvider {
  constructor(
    private readonly scores: Scores,
    private readonly opinions: Opinions,
  ) {}

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.Hover | undefined> {
    const { score } = await this.scores.of(document);
    const event = eventAt(score, document.offsetAt(position));
    if (event === null) return undefined;
    const [{ explain }, { lengthName }, words] = await Promise.all([
      import('../../language/analyse/explain.ts'),
      import('../../language/analyse/lengths.ts'),
      import('../sentences.ts'),
    ]);
    const judged = await this.opinions.on(document, event);
    const lines = [
      ...linesOf(explain(score, event), event, lengthName(event.duration), words),
      ...(judged === null ? [] : opinionLines(judged)),
    ];
    const text = new vscode.MarkdownString(lines.join('  \n'));
    return new vscode.Hover(text, rangeOf(document, event.span));
  }
}

function linesOf(
  explanation: Explanation,
  event: Event,
  length: string,
  { phrase, keyText }: Words,
): string[] {
  const { note, place, interval, chord, numeral, key } = explanation;
  const lines = [`**${phrase(note.replace(/^\w+/, phrase))}** · ${phrase(place)} · ${phrase(length)}`];
  if (interval !== null) lines.push(vscode.l10n.t('{0} above the bass', phrase(interval)));
  if (chord !== null) {
    lines.push(
      numeral === null
        ? vscode.l10n.t('in {0}, {1}', chord, keyText(key))
        : vscode.l10n.t('in {0}, {1} of {2}', chord, numeral, keyText(key)),
    );
  }
  lines.push(stateOf(event));
  return lines;
}

function stateOf({ state, pitches, candidates, rhythm, kind }: Event): string {
  if (state === 'pinned') return vscode.l10n.t('Pinned: no command changes it.');
  if (state === 'written')
    return kind === 'rest'
      ? vscode.l10n.t('A written rest: it stays.')
      : vscode.l10n.t('Written: only a resample changes it.');
  if (candidates !== null) return vscode.l10n.t('Open: one of the pitches named here.');
  if (rhythm === 'free') return vscode.l10n.t('Open: rhythm and pitches are free.');
  return pitches.length > 0
    ? vscode.l10n.t('Open: this is its present value.')
    : vscode.l10n.t('Open: its rhythm stays.');
}

function opinionLines({ isolated, opinion }: Judged): string[] {
  const { score } = isolated.parsed;
  const key = score.bars[isolated.events[0]!.bar]?.key ?? score.key;
  const named = opinion.others.map(
    ({ pitch, probability }) => `${pitchNameIn(pitch, key)} (${oddsText(probability)})`,
  );
  const lines: string[] = [];
  if (opinion.written !== null)
    lines.push(vscode.l10n.t('The network finds it {0} likely.', oddsText(opinion.written)));
  if (named.length > 0) lines.push(vscode.l10n.t('It might also write {0}.', named.join(', ')));
  const { echo } = opinion;
  const bar = echo === null ? undefined : score.bars[echo.bar]?.number;
  if (echo !== null && bar !== undefined)
    lines.push(
      echo.pitch === isolated.written
        ? vscode.l10n.t('Bar {0} has the same phrase, and the same note here.', bar)
        : vscode.l10n.t('Bar {0} has the same phrase, with {1} here.', bar, pitchNameIn(echo.pitch, key)),
    );
  return lines;
}
