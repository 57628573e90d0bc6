// Finds a browser that Playwright can drive: CHROMIUM, an installed one, Playwright's own, or apt's.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { hint, install } from './debian.mjs';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/usr/bin/chromium-browser',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Flags for a browser in a container: no sandbox as root, no background traffic. */
export const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Ubuntu's `chromium-browser` may be a stub that asks for snap: only one that answers counts. */
const answers = (path) => spawnSync(path, ['--version'], { stdio: 'ignore', timeout: 20_000 }).status === 0;

async function find() {
  const { chromium } = await import('playwright-core');
  return (
    [...PLACES, chromium.executablePath()].find((path) => path && existsSync(path) && answers(path)) ?? null
  );
}

/** `{ path }` of a browser, or `{ missing }`: why there is none and how to get one. */
export async function browser() {
  const named = process.env.CHROMIUM;
  if (named) return answers(named) ? { path: named } : { missing: `CHROMIUM=${named} does not run` };
  const path = (await find()) ?? (install(['chromium']) ? await find() : null);
  if (path) return { path };
  return {
    missing: `no Chromium found; to enable: ${hint(['chromium'])}, or npx playwright-core install chromium, or set CHROMIUM=/path/to/chrome`,
  };
}
