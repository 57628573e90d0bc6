// A real VS Code (server, workbench, extension host) from npm, for machines where the desktop one cannot be had.
// Kept in .cache/code-server, installed when first needed; knows nothing of tests or of browsers.
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { install as aptInstall, hint } from './debian.mjs';

const VERSION = '4.139.1';
const NODE_VERSION = '24.21.0';
const home = resolve(import.meta.dirname, '../.cache/code-server');
const nodePackage = `node-linux-${process.arch}`;
/** Its kerberos module is compiled on the spot. */
const BUILD_TOOLS = ['libkrb5-dev', 'g++', 'make', 'python3'];

/** Longer, and a test run would be over its time; in milliseconds. */
const LONGEST_INSTALL = 8 * 60_000;
/** What went wrong last; not tried again for a while, so that one test run tries once. */
const refusal = join(home, 'failed');
const REFUSAL_HOLDS = 20 * 60_000;

const place = join(home, `${VERSION}-${NODE_VERSION}-${process.arch}`);
const nodeHome = join(place, 'node', 'node_modules', nodePackage);
const node = join(nodeHome, 'bin', 'node');
const main = join(place, 'server', 'node_modules', 'code-server', 'lib', 'vscode', 'out', 'server-main.js');

/** Without what an outer `npm test` says of itself: the inner npm would take it for its own settings. */
const cleanEnvironment = () =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(?!config_(registry|cache)$)/i.test(name)),
  );

function npm(prefix, spec, env = {}) {
  mkdirSync(prefix, { recursive: true });
  const log = join(home, 'install.log');
  const flags = ['--no-fund', '--no-audit', '--loglevel=error', '--prefix', prefix];
  const run = spawnSync('npm', ['install', ...flags, spec], {
    cwd: prefix,
    env: { ...cleanEnvironment(), ...env },
    encoding: 'utf8',
    timeout: LONGEST_INSTALL,
  });
  writeFileSync(log, `${run.stdout ?? ''}${run.stderr ?? ''}${run.error ?? ''}`, { flag: 'a' });
  return run.status === 0 ? null : `installing ${spec} failed (see ${log})`;
}

const canCompile = () =>
  ['/usr/include/krb5.h', '/usr/include/krb5/krb5.h'].some(existsSync) &&
  ['g++', 'make', 'python3'].every(
    (tool) => spawnSync(tool, ['--version'], { stdio: 'ignore' }).status === 0,
  );

/** Installs the server where it is missing (two minutes, 800 MB). Null when it is there, else why it is not. */
export function install() {
  if (existsSync(main)) return null;
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
    return 'the browser VS Code for tests runs on Linux only; to enable here: set VSCODE_EXECUTABLE to a desktop VS Code';
  }
  if (existsSync(refusal) && Date.now() - statSync(refusal).mtimeMs < REFUSAL_HOLDS) {
    return readFileSync(refusal, 'utf8');
  }
  if (!canCompile() && !aptInstall(BUILD_TOOLS)) {
    return `code-server needs ${BUILD_TOOLS.join(', ')} to be built; to enable: ${hint(BUILD_TOOLS)}`;
  }
  console.error(`Installing code-server ${VERSION} into .cache (about two minutes, once) …`);
  // Built aside and moved into place whole, so that an interrupted install never looks finished.
  mkdirSync(home, { recursive: true });
  const aside = mkdtempSync(join(home, 'new-'));
  const asideNode = join(aside, 'node', 'node_modules', nodePackage);
  const env = { PATH: `${join(asideNode, 'bin')}:${process.env.PATH}`, npm_config_nodedir: asideNode };
  const problem =
    npm(join(aside, 'node'), `${nodePackage}@${NODE_VERSION}`) ??
    npm(join(aside, 'server'), `code-server@${VERSION}`, env);
  if (problem === null && !existsSync(place)) renameSync(aside, place);
  rmSync(aside, { recursive: true, force: true });
  if (existsSync(main)) return null;
  const why = problem ?? 'code-server was installed but has no server-main.js';
  writeFileSync(refusal, why);
  return why;
}

function freePort() {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}

/** What has to be undone when this process ends, in order. */
const running = new Set();
/** What the last server said that did not start. */
let lastLog = '';
function stopAll() {
  for (const stop of [...running].reverse()) stop();
}
process.once('exit', stopAll);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    stopAll();
    process.exit(1);
  });
}

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

async function ready(url, child) {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(100)) {
    if (child.exitCode !== null) return false;
    const answer = await fetch(`${url}/version`).catch(() => null);
    if (answer?.ok) return true;
  }
  return false;
}

/** The whole group: the server, the extension host and whatever extensions have started. */
function kill(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}

/** One try: a running server, or null when it did not come up on this port. */
async function launch(port, flags, env) {
  const command = [main, '--host', '127.0.0.1', '--port', String(port), ...flags];
  const child = spawn(node, command, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part) => {
      log = (log + part).slice(-100_000);
    });
  }
  const ended = new Promise((done) => child.once('exit', done));
  const url = `http://127.0.0.1:${port}`;
  const stop = () => kill(child);
  running.add(stop);
  if (await ready(url, child)) return { url, authority: `127.0.0.1:${port}`, stop, ended, log: () => log };
  stop();
  running.delete(stop);
  lastLog = log;
  return null;
}

function addExtension(path, folders) {
  const command = [main, ...folders, '--install-extension', resolve(path), '--force'];
  const added = spawnSync(node, command, { encoding: 'utf8' });
  if (added.status === 0 && /successfully installed/.test(added.stdout)) return;
  throw new Error(`VS Code refused ${path}: ${added.stdout}${added.stderr}`);
}

/**
 * Starts a server with its own empty user data. `extensions` are .vsix files to install first, `settings` the
 * user's settings; with `trust` it asks whether a folder is trusted. It stops by `stop()`, when this process ends in
 * any way that runs handlers, and by itself when nobody has been connected for five minutes (unless it `stays`).
 * @param {{ extensions?: string[], settings?: object, env?: object, port?: number, stays?: boolean, trust?: boolean }} options
 */
export async function start({
  extensions = [],
  settings = {},
  env = {},
  port,
  stays = false,
  trust = false,
} = {}) {
  const data = mkdtempSync(join(tmpdir(), 'cantus-editor-'));
  const clean = () => rmSync(data, { recursive: true, force: true, maxRetries: 5 });
  running.add(clean);
  const folders = [
    '--server-data-dir',
    data,
    '--user-data-dir',
    data,
    '--extensions-dir',
    join(data, 'extensions'),
  ];
  mkdirSync(join(data, 'User'), { recursive: true });
  writeFileSync(join(data, 'User', 'settings.json'), JSON.stringify({ ...QUIET, ...settings }, null, 2));
  for (const extension of extensions) addExtension(extension, folders);

  const flags = [
    ...folders,
    ...SERVER_FLAGS,
    ...(stays ? [] : ['--enable-remote-auto-shutdown']),
    ...(trust ? [] : ['--disable-workspace-trust']),
  ];
  // Between asking for a free port and taking it, another program may be faster.
  for (let tries = port === undefined ? 3 : 1; tries > 0; tries--) {
    const server = await launch(port ?? (await freePort()), flags, env);
    if (!server) continue;
    const stop = () => {
      server.stop();
      clean();
      running.delete(server.stop);
      running.delete(clean);
    };
    return { ...server, data, stop };
  }
  clean();
  throw new Error(`VS Code's server did not start:\n${lastLog}`);
}

const SERVER_FLAGS = [
  '--without-connection-token',
  '--accept-server-license-terms',
  '--enable-smoke-test-driver',
  '--disable-telemetry',
  '--telemetry-level',
  'off',
];

/** What would get in the way of a first look or of a test. */
const QUIET = {
  'files.autoSave': 'off',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.commandCenter.enabled': false,
  'chat.disableAIFeatures': true,
  'extensions.ignoreRecommendations': true,
  'update.showReleaseNotes': false,
};

/**
 * The address that opens a folder. `extension` is a folder with an extension under development, `tests` a
 * CommonJS file that exports `run()`, `file` one to open at once.
 */
export function address(server, folder, { extension, tests, file } = {}) {
  const remote = (path) => `vscode-remote://${server.authority}${encodeURI(resolve(path))}`;
  const payload = [
    ...(extension ? [['extensionDevelopmentPath', remote(extension)]] : []),
    ...(tests ? [['extensionTestsPath', remote(tests)]] : []),
    ...(file ? [['openFile', remote(file)]] : []),
  ];
  const query = `folder=${encodeURIComponent(resolve(folder))}`;
  return `${server.url}/?${query}${payload.length > 0 ? `&payload=${encodeURIComponent(JSON.stringify(payload))}` : ''}`;
}
