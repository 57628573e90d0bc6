// The tests that need no editor, counted; in full, where `npx vitest run` tries a tenth of the cases.
import { report } from './tally.mjs';
import { run } from './vitest.mjs';

report('unit', await run(process.argv.slice(2), { CANTUS_EFFORT: 'full' }));
