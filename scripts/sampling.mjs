// Compares ways of sampling on the chorales: node scripts/sampling.mjs [--way schedule[:steps[:rules]] …]
//   [--fills N] [--steps N] [--data FILE] [--model FILE] [--temperature T] [--seed N] [--voices ATB] [--json FILE]
// Withheld voices are filled and counted beside Bach's own. The data is not part of the project: see the README.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadSource } from './source.mjs';

const root = resolve(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    way: { type: 'string', multiple: true, default: ['chorale'] },
    fills: { type: 'string', default: '64' },
    steps: { type: 'string', default: '128' },
    data: {
      type: 'string',
      default: join(process.env.CANTUS_DATA ?? join(root, '../shared/data'), 'jsb16.valid.json'),
    },
    model: { type: 'string', default: join(root, 'media/model/chorale-16/weights.bin') },
    temperature: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    voices: { type: 'string', default: 'ATB' },
    threads: { type: 'string', default: '1' },
    json: { type: 'string' },
  },
});
if (!existsSync(values.data)) {
  console.error(`${values.data} is not there: set CANTUS_DATA or give --data`);
  process.exit(2);
}

const engine = await loadSource('sampling', [
  'engine/training/withheld',
  'engine/training/sampling',
  'engine/profile',
  'engine/weights',
  'engine/runtimes/onnx',
]);

const network = engine.readNetwork(new Uint8Array(readFileSync(values.model)));
const { predict, close } = await engine.startOnnx(network, { threads: Number(values.threads) });
const { lowest, pitches, resolution } = network.spec;
const all = await engine.readChorales([values.data], resolution);
const fills = Number(values.fills);
// More fills than pieces: the pieces again, with other seeds.
const chorales = Array.from({ length: fills }, (_, i) =>
  engine.endOf(all[i % all.length], Math.round((Number(values.steps) * resolution) / 16)),
);
const voices = [...values.voices].map((letter) => 'SATB'.indexOf(letter));

const bach = await engine.measureChorales(predict, chorales, voices);
const rows = { Bach: bach };
for (const way of values.way) {
  const [schedule, steps, rules] = way.split(':');
  const temperature = Number(values.temperature);
  rows[way] = await engine.measureFills(
    predict,
    chorales,
    {
      seed: Number(values.seed) * 100_000,
      temperature: [temperature, temperature, temperature, temperature],
      steps: steps ? Number(steps) : null,
      schedule,
      rules: rules ?? 'bach',
      range: { lowest, pitches },
      window: 16 * resolution,
      voices,
    },
    (done) => process.stderr.write(`\r${way}: ${done} of ${fills} `),
  );
  process.stderr.write(`\r${' '.repeat(60)}\r`);
}
await close();

console.log(
  `${fills} fills of ${values.voices}, the last ${values.steps} sixteenths of each piece, temperature ${values.temperature}`,
);
console.log(`${'way'.padEnd(26)}forwards   ms/fill   loss at 10 %   50 %    all erased`);
for (const [way, { losses, forwards, milliseconds }] of Object.entries(rows)) {
  const figures = losses.map((loss) => loss.toFixed(3).padStart(9)).join('');
  console.log(
    `${way.padEnd(26)}${forwards.toFixed(1).padStart(8)}${milliseconds.toFixed(0).padStart(10)}   ${figures}`,
  );
}
console.log();
const { Bach, ...ours } = Object.fromEntries(
  Object.entries(rows).map(([way, { profile }]) => [way, profile]),
);
for (const line of engine.compareProfiles(Bach, ours)) console.log(line);
if (values.json) {
  const plain = Object.entries(rows).map(([way, row]) => [
    way,
    { ...row, profile: Object.fromEntries(row.profile) },
  ]);
  writeFileSync(values.json, `${JSON.stringify(Object.fromEntries(plain), null, 2)}\n`);
}
