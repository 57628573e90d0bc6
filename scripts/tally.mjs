// How the runners tell each other what happened: a line for people, and for the sum a file named by CANTUS_TALLY.
import { appendFileSync } from 'node:fs';

export const line = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`;

/** Prints one runner's counts, hands them on, and makes the process fail when a test did. */
export function report(runner, counts) {
  if (process.env.CANTUS_TALLY)
    appendFileSync(process.env.CANTUS_TALLY, `${JSON.stringify({ runner, ...counts })}\n`);
  console.log(`${runner}: ${line(counts)}`);
  if (counts.failed > 0) process.exitCode = 1;
}

/** A runner that cannot run here counts as one skipped test, and says how to enable it. */
export function skip(runner, why) {
  console.log(`${runner}: skipped, ${why}`);
  report(runner, { passed: 0, failed: 0, skipped: 1 });
}
