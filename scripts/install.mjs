// Sees to it that node_modules is there and as the lock file says. Imports nothing that it would have to install.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const OLDEST = [20, 19];
/** npm is a script on Windows. */
const shell = process.platform === 'win32';

/** npm writes this file last: it is there only when an install has come to its end. */
const mark = join(root, 'node_modules/.package-lock.json');

const upToDate = () =>
  existsSync(mark) && statSync(mark).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;

/** Runs `npm ci` where something is missing. Ends the process when that fails. */
export function installDependencies() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    console.error(`Node ${OLDEST.join('.')} or newer is needed; this is ${process.versions.node}.`);
    process.exit(1);
  }
  if (upToDate()) return;
  // A checkout gives every file the time of the checkout: an older mark may still belong to the same lock file.
  const listed =
    existsSync(mark) &&
    spawnSync('npm', ['ls', '--all', '--loglevel=silent'], { cwd: root, shell, stdio: 'ignore' }).status ===
      0;
  if (listed) return;
  console.error('Installing dependencies …');
  // `npm ci` refuses a lock file in which a registry's gap has left out some platform's optional package.
  if (npm('ci') || npm('install', '--no-save')) return;
  console.error('npm could not install the dependencies. Is the package registry within reach?');
  process.exit(1);
}

function npm(...command) {
  const flags = ['--no-fund', '--no-audit', '--loglevel=error'];
  return (
    spawnSync('npm', [...command, ...flags], { cwd: root, shell, stdio: ['ignore', 'inherit', 'inherit'] })
      .status === 0
  );
}
