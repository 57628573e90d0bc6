// Where damaged input begins: real tunes, and a source of chance that makes every case again from its number.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { chance } from '../language/write/filler.ts';

/** The pieces of the repository and, where the folder is there, real hymns. Bytes as they are in the file. */
export function readTunes(root: string): readonly string[] {
  const data = process.env.CANTUS_DATA ?? join(root, '../shared/data');
  return [join(root, 'examples'), join(data, 'abc')].filter(existsSync).flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /\.(satb|abc)$/.test(name))
      .sort()
      .map((name) => readFileSync(join(folder, name), 'latin1')),
  );
}

/** Choices by chance. The same number gives the same choices. */
export class Dice {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = chance(seed);
  }

  /** A whole number from 0 to `below`, exclusive. */
  below(below: number): number {
    return Math.floor(this.#next() * below);
  }

  /** True in so many of a hundred cases. */
  percent(share: number): boolean {
    return this.#next() * 100 < share;
  }

  one<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }

  /** A value of fast-check's. */
  from<T>(arbitrary: fc.Arbitrary<T>): T {
    return fc.sample(arbitrary, { numRuns: 1, seed: this.below(2 ** 31) })[0]!;
  }

  /** Applies a change one to `most` times. */
  often<T>(value: T, most: number, change: (value: T) => T): T {
    let changed = value;
    for (let left = 1 + this.below(most); left > 0; left--) changed = change(changed);
    return changed;
  }
}
