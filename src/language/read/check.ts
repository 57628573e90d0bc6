// What is wrong with a reading: a table of checks, each a code, a severity and a way to find it. Adding a check is
// adding a row. Knows nothing of editors; voice leading is judged elsewhere.

import type { Problem, Severity } from '../problem.ts';
import type { Reading } from './build.ts';
import type { Finding } from './streams.ts';

interface Check {
  readonly code: string;
  readonly severity: Severity;
}

const CHECKS: readonly Check[] = [];

export function check(reading: Reading): readonly Problem[] {
  const severities = new Map(CHECKS.map((row) => [row.code, row.severity]));
  const of = (finding: Finding): Problem => ({
    severity: severities.get(finding.code) ?? 'warning',
    ...finding,
  });
  return [...reading.tune.findings, ...reading.findings].map(of);
}
