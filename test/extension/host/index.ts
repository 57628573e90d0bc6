// What VS Code calls in its extension host: runs the compiled *.test.cjs files beside it with Mocha.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'node:util';
import Mocha from 'mocha';
import { say } from './say.ts';

/** VS Code keeps its console for itself, but Mocha's reporters print through a function of their own. */
const reporters = Mocha.reporters.Base as unknown as { consoleLog: (...args: unknown[]) => void };

export function run(): Promise<void> {
  reporters.consoleLog = (...args) => say(format(...args));
  const grep = process.env.CANTUS_HOST_GREP;
  const mocha = new Mocha({
    ui: 'bdd',
    timeout: 120_000,
    color: false,
    ...(grep ? { grep: new RegExp(grep, 'i') } : {}),
  });
  for (const file of readdirSync(__dirname).sort()) {
    if (file.endsWith('.test.cjs')) mocha.addFile(join(__dirname, file));
  }
  return new Promise((done, fail) => {
    const runner = mocha.run((failures) => {
      const { passes, pending } = runner.stats ?? { passes: 0, pending: 0 };
      const report = process.env.CANTUS_HOST_REPORT;
      if (report)
        writeFileSync(report, JSON.stringify({ passed: passes, failed: failures, skipped: pending }));
      if (failures > 0) fail(new Error(`${failures} tests failed`));
      else if (passes === 0) fail(new Error('no test ran'));
      else done();
    });
  });
}
