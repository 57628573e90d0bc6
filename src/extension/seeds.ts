// Which seed a run takes: the text's own, else the user's setting. Repeatable unless the setting asks for chance.

import * as vscode from 'vscode';
import { DEFAULTS } from '../engine/defaults.ts';
import type { Score } from '../language/score.ts';

/** Seeds people can read out to each other. */
const MOST = 999_999;

/** `chance` is a number in [0, 1). */
export function seedFor(
  document: vscode.TextDocument,
  score: Score,
  chance: () => number = Math.random,
): number {
  if (score.directives.seed !== null) return score.directives.seed;
  const settings = vscode.workspace.getConfiguration('cantus', document);
  if (settings.get<string>('seed.behaviour') === 'random') return 1 + Math.floor(chance() * MOST);
  return settings.get<number>('seed.default', DEFAULTS.seed);
}
