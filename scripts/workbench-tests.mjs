// Tests of the packaged extension in a real workbench: `npm run test:workbench [-- NAME… | vitest's flags]`.
//
// Write one: test/extension/workbench/NAME.test.ts with vitest, `openWorkbench({ files })` from './workbench.ts'
// and the names there (openFile, command, select, savedText, lens, ghostText, webview, screenshot …); anything else
// through `workbench.page`, which is Playwright's. Pictures go to out/screenshots.
// The bundles are built, packed into the .vsix of this platform and installed into a code-server of its own, so
// what is tested is what a user gets. --no-build takes the last .vsix; CHROMIUM names another browser.
import { bundle } from './build.mjs';
import { browser, FLAGS } from './chromium.mjs';
import { install, start } from './code-server.mjs';
import { here, made, pack } from './package.mjs';
import { report, skip } from './tally.mjs';
import { run } from './vitest.mjs';

const args = process.argv.slice(2).filter((arg) => arg !== '--no-build');

/** The .vsix to test: made now, or with --no-build the last one made. */
async function packaged() {
  const last = process.argv.includes('--no-build') ? made(here()) : null;
  if (last) return last;
  await bundle();
  return pack(here());
}

const found = await browser();
const missing = found.missing ?? install();
if (missing) {
  skip('workbench', missing);
} else {
  const extension = await packaged();
  const server = await start({ extensions: [extension] });
  try {
    const env = {
      CANTUS_EDITOR_URL: server.url,
      CANTUS_EDITOR_DATA: server.data,
      CANTUS_EDITOR_EXTENSION: extension,
      CANTUS_CHROMIUM: found.path,
      CANTUS_CHROMIUM_FLAGS: JSON.stringify(FLAGS),
    };
    report('workbench', await run(['--config', 'test/extension/workbench/vitest.config.ts', ...args], env));
  } finally {
    server.stop();
  }
}
