#!/usr/bin/env node
// Stands in for the desktop VS Code executable: takes the arguments that @vscode/test-electron gives it, runs the
// tests in a code-server workbench inside a headless Chromium, and exits with their code.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'node:util';
import { chromium } from 'playwright-core';
import { browser, FLAGS } from './chromium.mjs';
import { address, install, start } from './code-server.mjs';

const LIMIT = Number(process.env.CANTUS_HOST_TIMEOUT ?? 1200) * 1000;

const options = new Map();
const folders = [];
for (const arg of process.argv.slice(2)) {
  const named = /^--([A-Za-z-]+)(?:=(.*))?$/.exec(arg);
  if (named) options.set(named[1], named[2] ?? '');
  else folders.push(arg);
}

const found = await browser();
const missing = install() ?? found.missing;
if (missing) {
  console.error(missing);
  process.exit(1);
}

const empty = mkdtempSync(join(tmpdir(), 'cantus-empty-'));
const server = await start();
let instance = null;
let code = 1;
try {
  instance = await chromium.launch({ executablePath: found.path, args: FLAGS });
  const page = await instance.newPage({ viewport: { width: 1280, height: 800 } });
  const exit = new Promise((done, fail) => {
    page.on('crash', () => fail(new Error('the workbench crashed')));
    setTimeout(() => fail(new Error(`no end after ${LIMIT / 1000} s`)), LIMIT).unref();
    page.exposeFunction('codeAutomationExit', done).catch(fail);
  });
  // The workbench talks there too: only what the tests' own console has marked is for a reader.
  await page.exposeFunction('codeAutomationLog', (type, args) => {
    const text = format(...args);
    if (process.env.CANTUS_VERBOSE || text.startsWith('|')) {
      process[type === 'error' || type === 'warn' ? 'stderr' : 'stdout'].write(
        `${text.replace(/^\| ?/, '')}\n`,
      );
    }
  });
  const target = {
    extension: options.get('extensionDevelopmentPath'),
    tests: options.get('extensionTestsPath'),
  };
  await page.goto(address(server, folders[0] ?? empty, target), { waitUntil: 'commit', timeout: 120_000 });
  code = await exit;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error(server.log().slice(-4000));
} finally {
  await instance?.close().catch(() => {});
  server.stop();
  rmSync(empty, { recursive: true, force: true });
}
process.exit(code);
