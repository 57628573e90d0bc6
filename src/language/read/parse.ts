// The front door of reading: text -> tree -> score and problems. Never throws; knows no editor and keeps no state.

import type { Problem } from '../problem.ts';
import type { Score } from '../score.ts';
import type { Row } from './bars.ts';
import { buildScore } from './build.ts';
import { check } from './check.ts';
import { readTune } from './streams.ts';
import { readTree, type Tree } from './tree.ts';

export { print } from './tree.ts';

/** A text as read. */
export interface Parsed {
  readonly text: string;
  readonly tree: Tree;
  readonly score: Score;
  readonly problems: readonly Problem[];
  /** Parallel to `score.bars`: how each voice writes that bar (unit length, octave, where its text ends). */
  readonly rows: readonly Row[];
}

export interface Options {
  /** The reference number (`X:`) of the tune to read; the first tune of the file without it. */
  readonly tune?: number;
}

/** Reads a text. What did not change since `previous` (the same text before an edit) is not read again. */
export function parse(text: string, previous?: Parsed, options: Options = {}): Parsed {
  const tree = readTree(text, previous?.tree);
  const reading = buildScore(readTune(tree, options.tune));
  return { text, tree, score: reading.score, rows: reading.rows, problems: check(reading, tree, text) };
}
