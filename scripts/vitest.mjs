// Runs vitest and counts. Knows nothing of what is tested.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

/** Runs vitest with these arguments; a run that breaks off counts as a failure. */
export async function run(args, env = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'cantus-vitest-'));
  const result = join(folder, 'result.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${result}`];
  const code = await new Promise((done) => {
    const child = spawn(
      process.execPath,
      [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...args, ...reporters],
      {
        cwd: root,
        env: { ...process.env, ...env },
        stdio: ['ignore', 'inherit', 'inherit'],
      },
    );
    child.once('error', () => done(1));
    child.once('close', done);
  });
  const counts = existsSync(result) ? read(result) : { passed: 0, failed: 0, skipped: 0 };
  rmSync(folder, { recursive: true, force: true });
  // Errors outside of tests, or none at all, are in the exit code only.
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

function read(file) {
  const result = JSON.parse(readFileSync(file, 'utf8'));
  // A file that does not even load has no test in it that could fail.
  const broken = result.testResults.filter(
    (test) => test.status === 'failed' && test.assertionResults.length === 0,
  ).length;
  return {
    passed: result.numPassedTests,
    failed: result.numFailedTests + broken,
    skipped: result.numPendingTests + result.numTodoTests,
  };
}
