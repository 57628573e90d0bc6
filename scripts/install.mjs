// Sees to it that node_modules is there and as the lock file says. Imports nothing that it would have to install.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const OLDEST = [20, 19];
/** npm is a script on Windows. */
const shell = process.platform === 'win32';

const packagesOf = (file) => JSON.parse(readFileSync(join(root, file), 'utf8')).packages;

/** npm writes what it has installed into this file last, when it has come to its end. */
const DONE = 'node_modules/.package-lock.json';

/** Whether every package that the lock file asks of any platform is there in the locked version. */
function upToDate() {
  if (!existsSync(join(root, DONE))) return false;
  const there = packagesOf(DONE);
  return Object.entries(packagesOf('package-lock.json')).every(
    ([place, { version, optional, peer }]) =>
      place === '' || optional || peer || there[place]?.version === version,
  );
}

/** Runs `npm ci` where something is missing. Ends the process when that fails. */
export function installDependencies() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    console.error(`Node ${OLDEST.join('.')} or newer is needed; this is ${process.versions.node}.`);
    process.exit(1);
  }
  if (upToDate()) return;
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
