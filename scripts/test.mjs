// `npm test`: installs what is missing and runs everything there is. The last line is the sum of all runners.
// `npm test -- NAME…` runs some of them: types, style, unit, package, host, workbench.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { installDependencies } from './install.mjs';
import { line, report } from './tally.mjs';

const root = resolve(import.meta.dirname, '..');
const chosen = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'cantus-test-'));
const tally = join(folder, 'tally');

/** Runs one of our own scripts, or a tool's; true when it ended well. Nothing may wait for a keyboard. */
function node(...args) {
  const { status } = spawnSync(process.execPath, args, {
    cwd: root,
    env: { ...process.env, CANTUS_TALLY: tally },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return status === 0;
}

/** A tool that only says yes or no counts as one test. */
const check = (name, ...args) => {
  const passed = node(...args);
  report(name, { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 });
};

/** A runner reports for itself; one that breaks off before that has failed. */
function runner(name, ...args) {
  const before = reported().length;
  const ended = node(...args);
  if (reported().length === before) report(name, { passed: 0, failed: 1, skipped: 0 });
  else if (!ended) process.exitCode = 1;
}

const reported = () =>
  readFileSync(tally, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((text) => JSON.parse(text));

/** In the order of how soon they tell: seconds first, minutes last. */
const STEPS = {
  types: () => check('types', 'node_modules/typescript/bin/tsc', '--noEmit'),
  style: () => check('style', 'node_modules/@biomejs/biome/bin/biome', 'check', '.'),
  build: () => check('build', 'scripts/build.mjs'),
  unit: () => runner('unit', 'scripts/unit-tests.mjs'),
  package: () => runner('package', 'scripts/package.mjs', '--no-build', '--check'),
  host: () => runner('extension host', 'scripts/host-tests.mjs', '--no-build'),
  workbench: () => runner('workbench', 'scripts/workbench-tests.mjs', '--no-build'),
};

const unknown = chosen.filter((name) => !(name in STEPS));
if (unknown.length > 0) {
  console.error(`No such tests: ${unknown.join(', ')}. There are ${Object.keys(STEPS).join(', ')}.`);
  process.exit(2);
}

installDependencies();
process.env.CANTUS_TALLY = tally;
writeFileSync(tally, '');
const started = Date.now();
for (const [name, step] of Object.entries(STEPS)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  console.log(`\n=== ${name}`);
  step();
}

const all = reported();
const sum = (key) => all.reduce((total, counts) => total + counts[key], 0);
console.log(`\nAfter ${Math.round((Date.now() - started) / 1000)} s:`);
for (const counts of all) console.log(`  ${counts.runner}: ${line(counts)}`);
rmSync(folder, { recursive: true, force: true });
console.log(line({ passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') }));
