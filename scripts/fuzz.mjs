// Looks for input that breaks a promise: npm run fuzz -- --minutes N [--seed S] [--only NAME] [--case N]
// Prints what was tried, keeps the smallest form of whatever fails in out/fuzz, and ends with 1 if anything does.
// test/fuzz says what is tried; `--case` runs one case again.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const root = resolve(import.meta.dirname, '..');
const outfile = join(root, '.cache/fuzz/fuzz.mjs');
/** No case takes that long, however busy the machine is. */
const HANG_SECONDS = 60;

if (isMainThread) await main();
else await work(workerData);

async function main() {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string' },
      seconds: { type: 'string' },
      seed: { type: 'string' },
      only: { type: 'string' },
      case: { type: 'string' },
    },
  });
  const seconds = values.minutes ? 60 * Number(values.minutes) : Number(values.seconds ?? 60);
  const seed = Number(values.seed ?? Date.now() % 1e9);
  const one = values.case === undefined ? {} : { from: Number(values.case), most: 1 };
  if (![seconds, seed, one.from ?? 0].every(Number.isFinite)) {
    console.error('Usage: npm run fuzz -- --minutes N [--seed S] [--only NAME] [--case N]');
    process.exit(2);
  }
  await bundle();
  const wanted = { seconds, seed, only: values.only ?? null, ...one };
  const { tallies, losses } = await watched(wanted);
  const folder = join(root, 'out/fuzz');
  console.log(
    `seed ${seed}\n${'target'.padEnd(12)}${['cases', 'refused', 'losses'].map((h) => h.padStart(10)).join('')}`,
  );
  const line = (name, { cases, refused, losses: lost }) =>
    console.log(name.padEnd(12) + [cases, refused, lost].map((n) => String(n).padStart(10)).join(''));
  const sum = { cases: 0, refused: 0, losses: 0 };
  for (const [name, tally] of tallies) {
    line(name, tally);
    for (const key of Object.keys(sum)) sum[key] += tally[key];
  }
  line('all', sum);
  for (const loss of losses)
    console.log(
      `\nLOSS in "${loss.target}": ${loss.what.split('\n').slice(0, 6).join('\n')}\n  kept in ${keep(folder, loss)}\n  again: npm run fuzz -- --seed ${seed} --case ${loss.number}${values.only ? ` --only "${values.only}"` : ''}`,
    );
  if (losses.length > 0) process.exitCode = 1;
}

async function bundle() {
  const { build } = await import('esbuild');
  await build({
    entryPoints: [join(root, 'test/fuzz/main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    sourcemap: 'inline',
    external: ['onnxruntime-node'],
    logLevel: 'warning',
    banner: { js: "import { createRequire as _r } from 'node:module'; const require = _r(import.meta.url);" },
  });
}

/** The report of a thread, or, where it does not come to an end, of the case it hangs in. */
function watched(wanted) {
  return new Promise((done, fail) => {
    const worker = new Worker(import.meta.filename, { workerData: wanted });
    let number = 0;
    let since = Date.now();
    const watch = setInterval(() => {
      if (Date.now() - since < 1000 * HANG_SECONDS) return;
      const loss = { target: 'any', number, seed: wanted.seed, what: 'it never ends', input: '' };
      finish({ tallies: new Map([['any', { cases: number + 1, refused: 0, losses: 1 }]]), losses: [loss] });
    }, 1000);
    const finish = (report) => {
      clearInterval(watch);
      worker.terminate();
      done(report);
    };
    worker.on('message', (message) => {
      if (typeof message !== 'number') return finish(message);
      number = message;
      since = Date.now();
    });
    worker.on('error', (error) => {
      clearInterval(watch);
      fail(error);
    });
  });
}

async function work({ seconds, seed, only, from, most }) {
  process.setSourceMapsEnabled(true);
  const { fuzz, readTunes, TARGETS } = await import(pathToFileURL(outfile).href);
  const targets = only === null ? TARGETS : TARGETS.filter(({ name }) => name === only);
  if (targets.length === 0)
    throw new Error(`There is no "${only}": ${TARGETS.map(({ name }) => name).join(', ')}`);
  const report = fuzz({
    targets,
    tunes: readTunes(root),
    seed,
    seconds,
    ...(from !== undefined && { from, most }),
    onCase: (number) => parentPort.postMessage(number),
  });
  const { inspect } = await import('node:util');
  // Not everything strange can be sent; as text it can.
  const losses = report.losses.map((loss) => ({
    ...loss,
    input:
      typeof loss.input === 'string' || ArrayBuffer.isView(loss.input)
        ? loss.input
        : inspect(loss.input, { depth: 9 }),
  }));
  parentPort.postMessage({ tallies: report.tallies, losses });
}

function keep(folder, { target, seed, number, input }) {
  mkdirSync(folder, { recursive: true });
  const file = join(
    folder,
    `${target.replaceAll(' ', '-')}-${seed}-${number}${typeof input === 'string' ? '.abc' : '.bin'}`,
  );
  writeFileSync(file, input);
  return file;
}
