// The front door of reading: text -> tree -> score and problems. Never throws; knows no editor and keeps no state.

import type { Problem } from '../problem.ts';
import type { Score } from '../score.ts';
import { buildScore, type Reading } from './build.ts';
import { type Checked, check } from './check.ts';
import type { Passages } from './passages.ts';
import { readTune } from './streams.ts';
import { readTree, type Tree } from './tree.ts';

export { print } from './tree.ts';

/** A text as read. */
export interface Parsed {
  readonly text: string;
  readonly tree: Tree;
  readonly score: Score;
  readonly problems: readonly Problem[];
  /** How the text writes the score. */
  readonly reading: Reading;
  /** What the next reading need not do again. */
  readonly kept: Kept;
}

interface Kept {
  readonly passages: Passages;
  readonly checked: Checked;
}

export interface Options {
  /** The reference number (`X:`) of the tune to read; the first tune of the file without it. */
  readonly tune?: number;
}

/** Reads a text. What did not change since `previous` (the same text before an edit) is not read again. */
export function parse(text: string, previous?: Parsed, options: Options = {}): Parsed {
  const tree = readTree(text, previous?.tree);
  const { tune, passages } = readTune(tree, options.tune, previous?.kept.passages);
  const reading = buildScore(tune, previous?.reading);
  const checked = check(reading, tree, text, previous?.kept.checked);
  const { problems } = checked;
  return { text, tree, score: reading.score, problems, reading, kept: { passages, checked } };
}
