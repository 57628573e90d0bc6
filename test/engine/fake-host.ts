// A host with an engine, in a process that a test may kill: says which process its engine is, runs one call, and
// then has nothing left to do.
import { createEngine } from '../../src/engine/client.ts';
import { openUnderMelody, WISHES } from './tune.ts';

const [entry, name] = process.argv.slice(2) as [string, string];
const engine = createEngine({
  entry,
  settings: { modelDirectories: [], anyDirectory: false, runtime: null, threads: 1, gpuFolder: null },
});
const query = { model: name, resolution: 16 } as const;

async function run(): Promise<void> {
  await engine.openModel(query);
  const { process: running } = await engine.describe();
  process.send?.({ pid: running?.pid });
  await engine.harmonize(query, openUnderMelody(1), { ...WISHES, steps: name === 'plain' ? 8 : 100_000 });
}

void run();
