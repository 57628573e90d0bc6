// The fast tests, counted: what `npx vitest run` runs.
import { report } from './tally.mjs';
import { run } from './vitest.mjs';

report('unit', await run(process.argv.slice(2)));
