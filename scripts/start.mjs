// `npm start`: installs what is missing, builds the command line, harmonizes the examples and shows one of them.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { installDependencies } from './install.mjs';

const SHOWN = 'evening-tune.satb';

const root = resolve(import.meta.dirname, '..');
const examples = join(root, 'examples');
const results = join(root, 'out/harmonized');
const cantus = join(root, 'dist/cli.js');

installDependencies();
const { bundle } = await import('./build.mjs');
await bundle(['cli', 'engine']);
// What an earlier run has left must not be taken for a result of this one.
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

const report = (label, piece, text) => console.log(`${label.padEnd(9)}${piece.padEnd(24)}${text}`);

/** Harmonizes one piece; true when both files were written. */
function harmonize(piece) {
  const out = join(results, piece);
  const midi = out.replace(/\.\w+$/, '.mid');
  const run = spawnSync(
    process.execPath,
    [cantus, 'harmonize', join(examples, piece), '-o', out, '--midi', midi, '--json'],
    { encoding: 'utf8', maxBuffer: 64 << 20 },
  );
  if (run.status === 0) report('filled', piece, summary(JSON.parse(run.stdout)));
  else report('FAILED', piece, run.stderr.trim());
  return run.status === 0;
}

const summary = ({ openCells, secondsInAll, seed, model, runtime }) =>
  `${openCells} cells in ${secondsInAll.toFixed(1)} s, seed ${seed}, model ${model} on ${runtime}`;

const pieces = readdirSync(examples)
  .filter((name) => /\.(satb|abc)$/.test(name))
  .sort();
const failed = pieces.filter((piece) => !harmonize(piece));

const show = (title, path) =>
  console.log(`\n--- ${title}: ${relative(root, path)}\n${readFileSync(path, 'utf8').trimEnd()}`);
if (!failed.includes(SHOWN)) {
  show('before', join(examples, SHOWN));
  show('after', join(results, SHOWN));
}
console.log(
  `\n${pieces.length - failed.length} of ${pieces.length} pieces are in ${results}: text (.satb, .abc) and sound (.mid).`,
);
console.log('Next: npm run editor opens them in VS Code.');
if (failed.length > 0) process.exitCode = 1;
