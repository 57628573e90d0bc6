// Debian packages that the editor tests need. Installs only as root where apt is; otherwise says what to type.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const APT = '/usr/bin/apt-get';

/** What a person types to get these packages. */
export const hint = (packages) =>
  existsSync(APT) ? `sudo apt-get install ${packages.join(' ')}` : 'a Debian or Ubuntu machine or container';

/** Tries to install packages. True when apt says they are there. `CANTUS_NO_APT=1` forbids it. */
export function install(packages) {
  if (process.env.CANTUS_NO_APT || process.getuid?.() !== 0 || !existsSync(APT)) return false;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) =>
    spawnSync(APT, ['-q', '-y', ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
  const get = () => apt('install', '--no-install-recommends', ...packages);
  console.error(`Installing ${packages.join(' ')} with apt …`);
  return get() || (apt('update') && get());
}
