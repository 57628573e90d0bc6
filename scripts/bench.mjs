// How fast it is, as ratios measured side by side in one run: npm run bench [-- --only PART]
//   [--quick] [--threads N] [--rounds N] [--readme]
// Contenders take turns, warm; a figure is the median of its turns. Parts: editing, fill, length, host, training; all
// take about six minutes on a quiet machine, for which this is meant. Writes out/bench.json,
// and with --readme the table in the README.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { bundle } from './build.mjs';
import { loadSource } from './source.mjs';

const root = resolve(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    threads: { type: 'string', default: String(Math.max(1, cpus().length - 1)) },
    rounds: { type: 'string' },
    readme: { type: 'boolean', default: false },
  },
});
const threads = Number(values.threads);
const turns = Number(values.rounds ?? (values.quick ? 1 : 7));
/** So many rounds of a slow sampler are run, and their time is multiplied: a round costs what the next one costs. */
const MOST_ROUNDS = values.quick ? 3 : 12;
/** After so many seconds contenders begin no further turn. */
const BUDGET = values.quick ? 10 : 70;
const FEWEST_TURNS = values.quick ? 1 : 3;

const engine = await loadSource('bench', [
  'engine/harmonizer',
  'engine/weights',
  'engine/network',
  'engine/schedule',
  'engine/features',
  'engine/onnx/graph',
  'engine/runtimes/onnx',
  'engine/runtimes/tfjs-wasm',
  'engine/client',
  'engine/piece',
  'engine/training/step',
  'language/read/parse',
  'language/read/grid',
  'language/analyse/rules',
]);
const now = () => performance.now();
const sorted = (list) => [...list].sort((a, b) => a - b);
const median = (list) => sorted(list)[Math.floor(list.length / 2)];
const round = (x, digits = 3) => Number(x.toPrecision(digits));

// ---- the music

const LINES = {
  S: ['G A B c', 'd2 c B', 'A B/c/ d c', 'B A !fermata!G2'],
  A: ['D D D E', 'F2 E D', 'D D D E', 'D D !fermata!D2'],
  T: ['B, D D C', 'A,2 A, B,', 'A, G, A, A,', 'G, F, !fermata!G,2'],
  B: ['G, F, G, C,', 'D,2 A,, B,,', 'F, G, D, A,,', 'B,, D, !fermata!G,,2'],
};
const HEADER = 'X:1\nT:Bench\nM:4/4\nL:1/4\nV:S\nV:A\nV:T clef=bass\nV:B clef=bass\nK:G\n';

/** So many bars of 4/4 in systems of four, in these voices. */
function tune(bars, voices = 'SATB') {
  let text = HEADER;
  for (let bar = 0; bar < bars; bar += 4)
    for (const voice of voices) {
      const music = LINES[voice].slice(0, Math.min(4, bars - bar)).join(' | ');
      text += `[V:${voice}] ${music} |\n`;
      if (voice === 'S' && bars >= 1000) text += 'w: one two three four five six se- ven eight nine ten\n';
    }
  return text;
}

/** A melody over three voices that are open: what the Doodle does in two bars. */
const underMelody = (bars) => engine.toGrid(engine.parse(tune(bars, 'S')).score, { mode: 'fill' }).grid;

// ---- the contenders

const readModel = () =>
  engine.readNetwork(new Uint8Array(readFileSync(join(root, 'media/model/chorale-16/weights.bin'))));

/** A network of a preset with made-up weights: its speed does not depend on them. */
function madeUp(preset) {
  const spec = engine.specOf(preset, 16);
  const sized = (parameters) => new Float32Array(engine.totalSize(parameters));
  const weights = sized(engine.parametersOf(spec)).map((_, i) => 0.05 * Math.sin(i));
  return engine.foldNetwork(spec, weights, sized(engine.statisticsOf(spec)).fill(1));
}

/** Multiplications and additions for one column of the picture. */
const flopsPerColumn = ({ spec, layers }) =>
  layers.reduce(
    (sum, l) => sum + 2 * (l.depthwise ? 1 : l.inputs) * l.outputs * l.kernel[0] * l.kernel[1] * spec.pitches,
    0,
  );

/** A network on a runtime, which counts the multiplications it is asked for. */
async function started(name, network, start, schedule, rules) {
  const { predict } = await start(network);
  const { spec } = network;
  const perColumn = flopsPerColumn(network);
  const contender = { name, spec, schedule, rules, flops: 0 };
  contender.predict = (views, signal) => {
    for (const view of views) contender.flops += perColumn * engine.placementOf(spec, view).columns;
    return predict(views, signal);
  };
  return contender;
}

const onnx = (network) => engine.startOnnx(network, { threads });

const WINDOW_STEPS = 256;
const TEMPERATURE = 0.9;

/** One fill: seconds of all of it (scaled where only some rounds were run) and until every place had a note. */
async function fill(contender, grid, most = Number.POSITIVE_INFINITY) {
  const open = grid.open.reduce((sum, cell) => sum + cell, 0);
  const of = engine.roundsOf(engine.SCHEDULES[contender.schedule], null, open, 3);
  const steps = Math.min(of, most);
  contender.flops = 0;
  let first = null;
  const begun = now();
  const [done] = await engine.harmonize(grid, contender.predict, {
    seed: 1,
    temperature: [TEMPERATURE, TEMPERATURE, TEMPERATURE, TEMPERATURE],
    steps: most === Number.POSITIVE_INFINITY ? null : steps,
    alternatives: 1,
    schedule: contender.schedule,
    rules: contender.rules,
    range: { lowest: contender.spec.lowest, pitches: contender.spec.pitches },
    window: WINDOW_STEPS,
    onProgress: ({ pitch }) => {
      if (first === null && !pitch.includes(-2)) first = (now() - begun) / 1000;
    },
  });
  const scale = most === Number.POSITIVE_INFINITY ? 1 : of / steps;
  const seconds = (now() - begun) / 1000;
  return {
    seconds: seconds * scale,
    first,
    forwards: done.forwards * scale,
    scaled: scale > 1,
    flops: contender.flops,
    run: seconds,
  };
}

/** Contenders one after the other, again and again, after one turn that does not count. */
async function takeTurns(contenders, grid) {
  const times = new Map(contenders.map(({ name }) => [name, []]));
  const begun = now();
  for (let turn = 0; turn <= turns; turn++) {
    if (turn > FEWEST_TURNS && now() - begun > 1000 * BUDGET) break;
    for (const contender of contenders) {
      if (turn === 0 && values.quick && contender.most) continue;
      const result = await fill(contender, grid, turn === 0 && contender.most ? 1 : contender.most);
      if (turn > 0) times.get(contender.name).push(result);
    }
  }
  return Object.fromEntries(
    [...times].map(([name, results]) => [
      name,
      sorted(results.map((r) => r.seconds)).length &&
        results.sort((a, b) => a.seconds - b.seconds)[Math.floor(results.length / 2)],
    ]),
  );
}

/**
 * What the machine's convolutions reach: the best of several runs of a session that is one large convolution and
 * nothing else, in GFLOP/s, over a few shapes.
 */
async function measurePeak() {
  const ort = await engine.loadOnnx();
  let best = 0;
  for (const [filters, kernel] of [
    [64, 5],
    [96, 3],
    [256, 3],
  ]) {
    const graph = new engine.Graph();
    const size = [1, filters, 64, 48];
    const weight = graph.constant(new Float32Array(filters * filters * kernel * kernel).fill(0.01), [
      filters,
      filters,
      kernel,
      kernel,
    ]);
    const pad = (kernel - 1) / 2;
    const y = graph.node('Conv', [graph.input('x', size), weight], {
      kernel_shape: [kernel, kernel],
      pads: [pad, pad, pad, pad],
    });
    graph.output('y', y, size);
    const session = await ort.InferenceSession.create(graph.finish(), {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
    });
    const x = new ort.Tensor('float32', new Float32Array(filters * 64 * 48).fill(0.5), size);
    const flops = 2 * filters * filters * kernel * kernel * 64 * 48;
    for (let run = 0; run < (values.quick ? 6 : 30); run++) {
      const begun = now();
      await session.run({ x });
      best = Math.max(best, flops / (now() - begun) / 1e6);
    }
    await session.release();
  }
  return best;
}

async function benchFill() {
  const ours = readModel();
  const wasm = (network) => engine.startWasm(network);
  const most = MOST_ROUNDS;
  const contenders = [
    await started('ours', ours, onnx, 'chorale', 'bach'),
    { ...(await started('doodle on tfjs wasm', madeUp('doodle'), wasm, 'magenta', 'off')), most },
    { ...(await started('seed preset on onnx', madeUp('seed'), onnx, 'seed', 'off')), most },
    { ...(await started('our network on tfjs wasm', ours, wasm, 'chorale', 'bach')), most },
  ];
  const report = {};
  for (const [task, bars] of [
    ['2 bars', 2],
    ['16 bars', 16],
  ]) {
    const peaks = [await measurePeak()];
    const results = await takeTurns(contenders, underMelody(bars));
    peaks.push(await measurePeak());
    const peak = Math.max(...peaks);
    const { ours: mine } = results;
    const reached = mine.flops / mine.run / 1e9;
    report[task] = {
      seconds: Object.fromEntries(Object.entries(results).map(([name, r]) => [name, round(r.seconds)])),
      scaled: Object.keys(results).filter((name) => results[name].scaled),
      slower: Object.fromEntries(
        Object.entries(results).map(([name, r]) => [name, round(r.seconds / mine.seconds)]),
      ),
      firstFillShare: round(mine.first / mine.seconds, 2),
      forwards: mine.forwards,
      peakGflops: round(peak),
      shareOfPeak: round(reached / peak, 2),
    };
  }
  return report;
}

async function benchLength() {
  const contender = await started('ours', readModel(), onnx, 'chorale', 'bach');
  await fill(contender, underMelody(4));
  const length = {};
  for (const bars of values.quick ? [4, 16] : [4, 16, 64, 256]) {
    const grid = underMelody(bars);
    const before = process.memoryUsage.rss();
    const { seconds, forwards } = await fill(contender, grid);
    length[bars] = {
      seconds: round(seconds),
      perBar: round(seconds / bars),
      forwards,
      grownMB: Math.round((process.memoryUsage.rss() - before) / 1e6),
    };
  }
  const { score } = engine.parse(tune(16));
  const open = {};
  for (const voices of [[1], [1, 2], [1, 2, 3], [0, 1, 2, 3]]) {
    const { grid } = engine.toGrid(score, { mode: 'resample', voices, rhythm: 'free' });
    const results = [];
    for (let turn = 0; turn < turns; turn++) results.push((await fill(contender, grid)).seconds);
    open[voices.length] = {
      seconds: round(median(results)),
      perVoice: round(median(results) / voices.length),
    };
  }
  return { length, open, rssMB: Math.round(process.memoryUsage.rss() / 1e6) };
}

/** A fill as an editor asks for it: what its own thread waits for, and what the engine's process holds. */
async function benchHost() {
  const folder = join(root, '.cache/bench');
  await bundle(['engine'], { folder });
  const settings = {
    modelDirectories: [join(root, 'media/model')],
    anyDirectory: false,
    runtime: 'onnx',
    gpuFolder: null,
  };
  const client = engine.createEngine({
    entry: join(folder, 'engine.cjs'),
    settings: { ...settings, threads },
  });
  const open = tune(16, 'S').replace(/^\[V:S\].*$/gm, '$&\n[V:A] ?Z4 |\n[V:T] ?Z4 |\n[V:B] ?Z4 |');
  const wish = { selection: { mode: 'fill' }, policy: 'accept', seed: 1 };
  const delays = [];
  const seconds = [];
  const firstBegun = now();
  for (let turn = 0; turn <= turns; turn++) {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    await new Promise((done) => setTimeout(done, 50));
    delay.enable();
    const begun = now();
    await engine.harmonizePiece(engine.parse(open), wish, client, { onProgress: () => {} });
    const took = (now() - begun) / 1000;
    delay.disable();
    if (turn === 0) continue;
    seconds.push(took);
    // Its timer fires once a millisecond, so that this much is no waiting.
    delays.push(Math.max(0, delay.max / 1e6 - 1));
  }
  const all = (now() - firstBegun) / 1000;
  const { process: running } = await client.describe();
  await client.dispose();
  return {
    bars: 16,
    seconds: round(median(seconds)),
    longestBlockedMs: round(median(delays)),
    worstBlockedMs: round(Math.max(...delays)),
    engineMB: Math.round(running.residentBytes / 1e6),
    withStartSeconds: round(all - seconds.reduce((sum, s) => sum + s, 0)),
  };
}

/** Steps of training the shipped network, as `cantus train` takes them: one graph for all of a step. */
async function benchTraining() {
  const ort = await engine.loadOnnx();
  const { spec } = readModel();
  const [batch, steps] = [16, 64];
  const { columns } = engine.placementOf(spec, { steps, context: {} });
  const model = engine.stepModel(spec, { batch, columns, kind: 'train' });
  const session = await ort.InferenceSession.create(model, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
  });
  const feeds = Object.fromEntries(
    session.inputMetadata.map(({ name, shape }) => {
      const size = shape.reduce((product, length) => product * length, 1);
      return [
        name,
        new ort.Tensor(
          'float32',
          Float32Array.from({ length: size }, (_, i) => 0.05 * Math.sin(i)),
          shape,
        ),
      ];
    }),
  );
  const peak = await measurePeak();
  const times = [];
  for (let turn = 0; turn <= (values.quick ? 2 : turns); turn++) {
    const begun = now();
    await session.run(feeds);
    if (turn > 0) times.push((now() - begun) / 1000);
  }
  await session.release();
  const seconds = median(times);
  // Backwards there are two products of the same size for each one forwards.
  const flops = 3 * batch * columns * flopsPerColumn(readModel());
  return {
    batch,
    steps,
    stepsPerSecond: round(1 / seconds),
    peakGflops: round(peak),
    shareOfPeak: round(flops / seconds / 1e9 / peak, 2),
  };
}

function timed(act) {
  const begun = now();
  const result = act();
  return [now() - begun, result];
}

function benchEditing() {
  const text = tune(1000);
  const [cold, first] = timed(() => engine.parse(text));
  const many = values.quick ? 5 : 30;
  const [warm, rules, keys, rulesOn] = [[], [], [], []];
  let before = first;
  let judged = engine.judge(first.score);
  const at = text.indexOf('[V:S]', text.length / 2) + 6;
  for (let i = 0; i < many; i++) {
    // In turn: all of it, and what one keystroke in the middle takes, which moves what is behind it or does not.
    const [took, fresh] = timed(() => engine.parse(text));
    warm.push(took);
    rules.push(timed(() => engine.judge(fresh.score))[0]);
    const typed = text.slice(0, at) + ['G', '^A', 'B', 'c2'][i % 4] + text.slice(at + 1);
    const [key, after] = timed(() => engine.parse(typed, before));
    keys.push(key);
    const [on, judgement] = timed(() => engine.judge(after.score, undefined, judged));
    rulesOn.push(on);
    [before, judged] = [after, judgement];
  }
  return {
    bars: first.score.bars.length,
    coldMs: round(cold),
    warmMs: round(median(warm)),
    rulesMs: round(median(rules)),
    keystrokeMs: round(median(keys)),
    keystrokeRulesMs: round(median(rulesOn)),
    keystrokeShare: round(median(keys) / median(warm), 2),
    activation: benchActivation(),
  };
}

/** How long the editor waits for the extension's bundle to load, beside a process that does nothing; milliseconds. */
function benchActivation() {
  const file = join(root, 'dist/extension.cjs');
  if (!existsSync(file)) return null;
  // An editor whose every name is something that can be called, extended and asked for more.
  const declared = readFileSync(join(root, 'node_modules/@types/vscode/index.d.ts'), 'utf8');
  const names = [
    ...new Set(
      [...declared.matchAll(/export (?:class|namespace|enum|function|const) (\w+)/g)].map((m) => m[1]),
    ),
  ];
  const code = `const M = require('module'), load = M._load;
    const any = new Proxy(class {}, { get: (t, k) => (k === 'prototype' ? t.prototype : any), apply: () => any });
    const vscode = Object.fromEntries(${JSON.stringify(names)}.map((name) => [name, any]));
    M._load = (name, ...rest) => (name === 'vscode' ? vscode : load(name, ...rest));
    const begun = performance.now(); require(${JSON.stringify(file)}); console.log(performance.now() - begun);`;
  const times = Array.from({ length: values.quick ? 3 : 9 }, () => {
    const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`the extension does not load: ${stderr.slice(0, 500)}`);
    return Number(stdout);
  });
  return { loadMs: round(median(times)) };
}

// ---- the report

/** In this order: what is cold must come before anything has warmed it. */
const PARTS = {
  editing: benchEditing,
  fill: benchFill,
  length: benchLength,
  host: benchHost,
  training: benchTraining,
};
if (values.only && !(values.only in PARTS)) {
  console.error(`No such part: ${values.only}. There are ${Object.keys(PARTS).join(', ')}.`);
  process.exit(2);
}

function tableOf({ fill: fills, length, editing, host, training }) {
  const rows = [];
  for (const [task, { seconds, slower, firstFillShare, shareOfPeak }] of Object.entries(fills ?? {})) {
    rows.push([`three voices under ${task}`, `${seconds.ours} s`]);
    for (const [name, ratio] of Object.entries(slower))
      if (name !== 'ours') rows.push([`… ${name}`, `${ratio} x`]);
    rows.push(['… first complete fill after', `${Math.round(100 * firstFillShare)} % of it`]);
    rows.push(['… share of the measured peak of convolutions', `${Math.round(100 * shareOfPeak)} %`]);
  }
  for (const [bars, { perBar }] of Object.entries(length?.length ?? {}))
    rows.push([`a bar, in a piece of ${bars}`, `${Math.round(1000 * perBar)} ms`]);
  for (const [voices, { perVoice }] of Object.entries(length?.open ?? {}))
    rows.push([`a voice of 16 bars, with ${voices} open`, `${Math.round(1000 * perVoice)} ms`]);
  if (host) {
    rows.push(['the editor’s longest wait during a fill of 16 bars', `${host.longestBlockedMs} ms`]);
    rows.push(['memory of the engine’s process', `${host.engineMB} MB`]);
  }
  if (training) {
    const { batch, steps, stepsPerSecond, shareOfPeak } = training;
    rows.push([`training steps of ${batch} x ${steps} places`, `${stepsPerSecond} a second`]);
    rows.push(['… share of the measured peak of convolutions', `${Math.round(100 * shareOfPeak)} %`]);
  }
  if (editing) {
    rows.push(['reading and checking 1,000 bars, first / again', `${editing.coldMs} / ${editing.warmMs} ms`]);
    rows.push(['… after a keystroke', `${editing.keystrokeMs} ms`]);
    rows.push([
      'its voice leading, first / after a keystroke',
      `${editing.rulesMs} / ${editing.keystrokeRulesMs} ms`,
    ]);
    if (editing.activation) rows.push(['loading the extension', `${editing.activation.loadMs} ms`]);
  }
  return ['| what | takes |', '| --- | --- |', ...rows.map((row) => `| ${row.join(' | ')} |`)].join('\n');
}

const report = {
  node: process.version,
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  threads,
  turns,
  quick: values.quick,
};
for (const [name, part] of Object.entries(PARTS))
  if (!values.only || values.only === name) report[name] = await part();
mkdirSync(join(root, 'out'), { recursive: true });
writeFileSync(join(root, 'out/bench.json'), `${JSON.stringify(report, null, 2)}\n`);
const table = tableOf(report);
console.log(table);
for (const { scaled } of Object.values(report.fill ?? {}))
  if (scaled.length > 0) console.log(`Scaled from ${MOST_ROUNDS} rounds: ${scaled.join(', ')}.`);
if (values.readme) {
  const path = join(root, 'README.md');
  const about = `${report.cpu}, ${report.cores} cores, ${threads} threads; \`npm run bench -- --readme\`:`;
  const readme = readFileSync(path, 'utf8');
  writeFileSync(
    path,
    readme.replace(/(<!-- bench -->\n)[\s\S]*?(<!-- \/bench -->)/, `$1${about}\n\n${table}\n$2`),
  );
}
// The tfjs backend keeps timers of its own.
process.exit(0);
