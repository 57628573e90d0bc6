// Runtimes that take the whole process with them when they start: a crash cannot be caught, so it is announced
// beforehand what is tried, and what crashed once is passed over by the next process.

import type { Rejection, RuntimeName } from '../protocol.ts';
import type { Candidate } from './choose.ts';

/** The same candidates, telling when they are tried, less those that crashed. `tell` settles when it is heard. */
export function wary(
  candidates: readonly Candidate[],
  crashed: readonly Rejection[],
  tell: (runtime: RuntimeName) => Promise<void>,
): readonly Candidate[] {
  return candidates.map((candidate) => ({
    ...candidate,
    async start(network, choosing) {
      const past = crashed.find(({ runtime }) => runtime === candidate.runtime);
      if (past !== undefined) throw new Error(past.reason);
      await tell(candidate.runtime);
      return candidate.start(network, choosing);
    },
  }));
}
