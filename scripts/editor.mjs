// `npm run editor [-- FOLDER] [--port N] [--browser]`: VS Code on the examples with the extension loaded from this
// checkout. The desktop one where there is one (VSCODE_EXECUTABLE, or `code` in the PATH), else the one in the browser.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { installDependencies } from './install.mjs';

const root = resolve(import.meta.dirname, '..');
const args = process.argv.slice(2);
const windows = process.platform === 'win32';
const portAt = args.indexOf('--port');
const port = portAt >= 0 ? Number(args.splice(portAt, 2)[1]) : undefined;
const folder = resolve(args.find((arg) => !arg.startsWith('--')) ?? join(root, 'examples'));
const piece = join(folder, 'evening-tune.satb');

const MAC = '/Applications/Visual Studio Code.app/Contents/Resources/app/bin/code';

/** The command of a desktop VS Code, or null. A browser one's helper is called `code` too: it needs a screen. */
function desktop() {
  if (process.env.VSCODE_EXECUTABLE) return process.env.VSCODE_EXECUTABLE;
  const screen = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (args.includes('--browser') || !screen) return null;
  const answers = (command) =>
    spawnSync(command, ['--version'], { stdio: 'ignore', shell: windows }).status === 0;
  return ['code', 'codium', MAC].find(answers) ?? null;
}

installDependencies();
const { bundle } = await import('./build.mjs');
await bundle();

const command = desktop();
if (command) {
  const files = existsSync(piece) ? [piece] : [];
  const opened = [`--extensionDevelopmentPath=${root}`, '--new-window', folder, ...files];
  spawn(command, opened, { detached: true, stdio: 'ignore', shell: windows }).unref();
  console.log(`VS Code opens ${folder}.`);
} else {
  const { address, install, start } = await import('./code-server.mjs');
  const missing = install();
  if (missing) {
    console.error(`There is no desktop VS Code here, and ${missing}.`);
    process.exit(1);
  }
  const server = await start({ stays: true, ...(port === undefined ? {} : { port }) });
  console.log('VS Code is ready. Open this address in a browser; Ctrl-C stops it.\n');
  console.log(address(server, folder, { extension: root, ...(existsSync(piece) ? { file: piece } : {}) }));
  await server.ended;
}
