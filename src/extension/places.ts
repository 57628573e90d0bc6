// From where the user is in a text to what that means in the score: bars and voices. Knows no commands.

import * as vscode from 'vscode';
import type { Span } from '../language/problem.ts';
import type { Selection } from '../language/read/grid.ts';
import type { Score, Voice } from '../language/score.ts';
import { VOICES } from '../language/score.ts';

/** A stretch of the score. */
export interface Stretch {
  /** Indices into `Score.bars`, `to` exclusive. */
  readonly bars: { readonly from: number; readonly to: number };
  readonly voices: readonly Voice[];
}

const touch = (a: Span, b: Span): boolean =>
  a.start === a.end ? b.start <= a.start && a.start <= b.end : a.start < b.end && b.start < a.end;

/** The bars and voices a span of the text touches; null where it touches no music. */
export function stretchAt(score: Score, span: Span): Stretch | null {
  const voices = new Set<Voice>();
  let from = Number.POSITIVE_INFINITY;
  let to = -1;
  score.bars.forEach((bar, index) => {
    for (const voice of VOICES) {
      const text = bar.spans[voice];
      if (text === null || !touch(span, text)) continue;
      voices.add(voice);
      from = Math.min(from, index);
      to = Math.max(to, index + 1);
    }
  });
  return to < 0 ? null : { bars: { from, to }, voices: VOICES.filter((voice) => voices.has(voice)) };
}

/** Two stretches as one where they touch; else the first of them. */
const joined = (a: Stretch, b: Stretch): Stretch =>
  a.bars.to < b.bars.from || b.bars.to < a.bars.from
    ? a
    : {
        bars: { from: Math.min(a.bars.from, b.bars.from), to: Math.max(a.bars.to, b.bars.to) },
        voices: VOICES.filter((voice) => a.voices.includes(voice) || b.voices.includes(voice)),
      };

/** The text of some bars in all voices that have them. */
export const spansOf = (score: Score, { from, to }: Stretch['bars']): Span[] =>
  score.bars.slice(from, to).flatMap(({ spans }) => spans.filter((span): span is Span => span !== null));

/**
 * What *Harmonize Selection* and its kin mean: the selected bars, or the whole piece where nothing is selected.
 * Without `voicesToo` all four voices of those bars are meant. Bars over the ends of lines are several selections.
 */
export function selectionIn(
  editor: vscode.TextEditor,
  score: Score,
  mode: Selection['mode'],
  voicesToo: boolean,
): Selection {
  const { document, selections } = editor;
  const [main, ...others] = selections
    .filter((selection) => !selection.isEmpty)
    .map(({ start, end }) => ({ start: document.offsetAt(start), end: document.offsetAt(end) }))
    .flatMap((span) => stretchAt(score, span) ?? []);
  if (!main) return { mode };
  const { bars, voices } = others.sort((a, b) => a.bars.from - b.bars.from).reduce(joined, main);
  return { mode, bars, ...(voicesToo && { voices }) };
}

/** @example barsName(score, { from: 2, to: 6 }) // 'bars 3-6' */
export function barsName(score: Score, bars: Stretch['bars'] | undefined): string {
  if (bars === undefined) return vscode.l10n.t('the whole piece');
  const first = score.bars[bars.from]?.number ?? 0;
  const last = score.bars[bars.to - 1]?.number ?? first;
  return first === last ? vscode.l10n.t('bar {0}', first) : vscode.l10n.t('bars {0}-{1}', first, last);
}
