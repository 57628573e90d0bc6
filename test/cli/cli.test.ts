// The command line as its users have it: the bundle, run as a process. Every "no" is one line and an exit code; what
// comes out is the file, whole and byte for byte, or nothing.

import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { midi } from '../../src/language/pitch.ts';
import { parse } from '../../src/language/read/parse.ts';

const root = join(import.meta.dirname, '../..');
const HYMN = join(root, 'examples/hymn-to-joy.satb');
/** A fill that is over at once. */
const QUICK = ['--bars', '1', '--voices', 'A', '--steps', '2'];

let folder = '';
const at = (name: string): string => join(folder, name);

interface Run {
  readonly code: number | null;
  readonly out: Buffer;
  readonly err: string;
}

function cantus(args: readonly string[], input?: string | Uint8Array): Run {
  const { status, stdout, stderr } = spawnSync(process.execPath, [at('dist/cli.js'), ...args], {
    input: input ?? '',
    maxBuffer: 2 ** 26,
    timeout: 120_000,
  });
  return { code: status, out: stdout, err: stderr.toString() };
}

/** Says no: one line, no stack, nothing on standard output. */
function refuses(args: readonly string[], code: number, reason: string | RegExp, input?: string): void {
  const run = cantus(args, input);
  expect(run.err).toMatch(reason);
  expect(run.err).toMatch(/^cantus: [^\n]+\n$/);
  expect(run.err).not.toMatch(/\bat .*:\d+:\d+\)?$/m);
  expect(run.out.toString()).toBe('');
  expect(run.code).toBe(code);
}

const FULL =
  'X:1\nT:Tune\nM:4/4\nL:1/4\nV:S\nV:A\nV:T clef=bass\nV:B clef=bass\nK:G\n' +
  '[V:S] G A B c |]\n[V:A] D F G G |]\n[V:T] B, D D E |]\n[V:B] G, D, G, C, |]\n';

beforeAll(() => {
  // Inside the tree, so that packages are found from there; beside it what the bundle expects one folder above.
  mkdirSync(join(root, '.cache'), { recursive: true });
  folder = mkdtempSync(join(root, '.cache/cli-'));
  symlinkSync(join(root, 'package.json'), at('package.json'));
  symlinkSync(join(root, 'media'), at('media'));
  const build = spawnSync(process.execPath, ['scripts/build.mjs', `--into=${at('dist')}`, 'cli'], {
    cwd: root,
  });
  expect(build.stderr.toString()).toBe('');
  writeFileSync(at('full.satb'), FULL);
  writeFileSync(
    at('binary.satb'),
    Uint8Array.from({ length: 4000 }, (_, i) => (i * 7919) % 256),
  );
  writeFileSync(
    at('odd.satb'),
    Uint8Array.from({ length: 4000 }, (_, i) => 128 + ((i * 7919) % 128)),
  );
  writeFileSync(at('large.satb'), 'C'.repeat(10 * 2 ** 20));
  mkdirSync(at('results'));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('wrong usage', { timeout: 120_000 }, () => {
  it.each<[string, string[], RegExp]>([
    ['no command', [], /no command/],
    ['a command that is none', ['sing'], /no command "sing"/],
    ['a file too few', ['harmonize'], /missing required/],
    ['a file too many', ['harmonize', HYMN, HYMN], /Unused args/],
    ['an option that is none', ['harmonize', HYMN, '--louder'], /Unknown option `--louder`/],
    ['an option without its value', ['harmonize', HYMN, '--seed'], /value is missing/],
    ['bars that are not there', ['harmonize', HYMN, '--bars', '90-95'], /bars 1 to 16/],
    ['bars backwards', ['harmonize', HYMN, '--bars', '6-3'], /--bars: wants/],
    ['voices that are none', ['harmonize', HYMN, '--voices', 'A,Q'], /--voices: wants voices out of S,A,T,B/],
    ['a seed that is none', ['harmonize', HYMN, '--seed', 'x'], /--seed: wants a whole number/],
    ['a temperature too high', ['harmonize', HYMN, '--temperature', '11'], /--temperature: wants a number/],
    ['a runtime that is none', ['harmonize', HYMN, '--runtime', 'gpu'], /--runtime: wants one of/],
    ['fills that end up in one place', ['harmonize', HYMN, '--alternatives', '2'], /--alternatives: needs/],
    ['an unknown extension', ['convert', HYMN, 'tune.pdf'], /tune\.pdf: no format known/],
    ['training without data', ['train'], /--data and --out are needed/],
    ['evaluating without data', ['evaluate'], /--data is needed/],
  ])('%s', (_, args, reason) => refuses(args, 2, reason));
});

describe('what cannot be done', { timeout: 120_000 }, () => {
  it.each<[string, (path: (name: string) => string) => string[], RegExp]>([
    ['a file that is not there', (path) => ['harmonize', path('none.satb')], /no such file/],
    ['data that is not there', (path) => ['evaluate', '--data', path('none.json')], /no such file/],
    ['a folder', (path) => ['check', path('results')], /not a file/],
    ['binary data', (path) => ['harmonize', path('binary.satb')], /binary data/],
    ['bytes that mean nothing', (path) => ['harmonize', path('odd.satb')], /no music found/],
    ['binary data to convert', (path) => ['convert', path('binary.satb'), path('results/a.mid')], /binary/],
    [
      'a MIDI file that is none',
      (p) => ['convert', '--from', 'midi', p('odd.satb'), p('results/a.satb')],
      /MIDI/,
    ],
    ['XML that is none', (p) => ['convert', '--from', 'musicxml', p('odd.satb'), p('results/a.satb')], /XML/],
    ['10 MB', (path) => ['harmonize', path('large.satb')], /too large for a score/],
    ['nothing open', (path) => ['harmonize', path('full.satb')], /Nothing is open/],
    ['a model that is not there', () => ['harmonize', HYMN, '--model', 'bach'], /no model "bach"/],
    ['a folder as output', (path) => ['midi', path('full.satb'), path('results')], /is a folder/],
  ])('%s', (_, args, reason) => {
    refuses(args(at), 1, reason);
    expect(readdirSync(at('results'))).toEqual([]);
  });

  it('an output in a file’s place: nothing is left behind', () => {
    refuses(['midi', at('full.satb'), at('full.satb/tune.mid')], 1, /a part of the path is not a folder/);
    refuses(['harmonize', HYMN, ...QUICK, '-o', at('full.satb/a.satb')], 1, /not a folder/);
    expect(readFileSync(at('full.satb'), 'utf8')).toBe(FULL);
  });

  it.skipIf(process.getuid?.() === 0)('an output where nothing may be written', () => {
    mkdirSync(at('closed'));
    chmodSync(at('closed'), 0o500);
    refuses(['midi', at('full.satb'), at('closed/tune.mid')], 1, /permission denied/);
    expect(readdirSync(at('closed'))).toEqual([]);
  });

  it.skipIf(!existsSync('/proc/self'))('an output where no folder can be made', () => {
    refuses(['midi', at('full.satb'), '/proc/nowhere/tune.mid'], 1, /no such file or folder/);
  });
});

describe('what comes out', { timeout: 120_000 }, () => {
  it('is the same bytes for the same seed, outside the open tokens those that went in', () => {
    const [one, two] = [cantus(['harmonize', HYMN, ...QUICK]), cantus(['harmonize', HYMN, ...QUICK])];
    expect(one.code).toBe(0);
    expect(two.out.equals(one.out)).toBe(true);
    const given = readFileSync(HYMN, 'utf8');
    const before = given.slice(0, given.indexOf('?Z4'));
    expect(one.out.toString().startsWith(before)).toBe(true);
    expect(one.out.toString()).toContain('V:T\n?Z4 |\n');
  });

  it('goes from standard input to standard output', () => {
    const { code, out } = cantus(['harmonize', '-', ...QUICK], readFileSync(HYMN));
    expect(code).toBe(0);
    expect(out.toString()).toContain('F F G A | A G F E');
    expect(cantus(['check', '-'], FULL)).toMatchObject({ code: 0, err: '' });
    const converted = cantus(['convert', '-', '-', '--to', 'musicxml'], FULL);
    expect(converted.out.toString()).toMatch(/^<\?xml[\s\S]*<\/score-partwise>\s*$/);
  });

  it('begins and ends in the key that the file names', () => {
    const ends = (key: string): (number | undefined)[] => {
      const text = `X:1\nM:4/4\nL:1/4\nK:${key}\ne c d c | B A c2 |]\n`;
      const { events } = parse(cantus(['harmonize', '-'], text).out.toString()).score.parts[3];
      return [events[0]!, events.at(-1)!].map(({ pitches }) => midi(pitches[0]!) % 12);
    };
    expect(ends('C')).toEqual([0, 0]);
    expect(ends('Am')).toEqual([9, 9]);
  });

  it('keeps bytes that are not UTF-8', () => {
    const bytes = Buffer.from(FULL.replace('T:Tune', 'T:Andr\xe9').replace('D F G G', 'D ?F G G'), 'latin1');
    const { code, out } = cantus(['harmonize', '-', '--steps', '2'], bytes);
    expect(code).toBe(0);
    expect(out.includes(Buffer.from('T:Andr\xe9\n', 'latin1'))).toBe(true);
  });

  it('keeps `?` with --keep-open', () => {
    const { out } = cantus(['harmonize', HYMN, ...QUICK, '--keep-open']);
    expect(out.toString()).toMatch(/V:A\n\?[A-Ga-g]/);
  });

  it('is a report with --json', () => {
    const { out } = cantus(['harmonize', HYMN, ...QUICK, '--json', '--seed', '5', '--alternatives', '2']);
    const report = JSON.parse(out.toString());
    expect(report).toMatchObject({ seed: 5, grid: 16, openCells: 16 });
    expect(report.alternatives).toHaveLength(2);
    expect(report.alternatives[0].text).toContain('F F G A | A G F E');
    expect(report.why).not.toBe('');
  });

  it('is problems by place, and as JSON, with exit code 1 for errors', () => {
    writeFileSync(at('short.satb'), FULL.replace('D F G G', 'D F G'));
    const { code, out } = cantus(['check', at('short.satb'), at('full.satb')]);
    expect(code).toBe(1);
    expect(out.toString()).toMatch(/short\.satb:\d+:\d+: error bar-length /);
    expect(out.toString()).not.toContain('full.satb');
    const [first] = JSON.parse(cantus(['check', '--json', at('short.satb')]).out.toString());
    expect(first).toMatchObject({ code: 'bar-length', severity: 'error' });
  });

  it('is a MIDI file, beside the text and out of it; what is lost is said', () => {
    const run = cantus(['harmonize', HYMN, ...QUICK, '-o', at('made/a.satb'), '--midi', at('made/a.mid')]);
    expect(run).toMatchObject({ code: 0, err: '' });
    expect(readFileSync(at('made/a.mid')).subarray(0, 4).toString()).toBe('MThd');
    const { code, err } = cantus(['convert', at('made/a.satb'), at('made/a.mxl')]);
    expect(code).toBe(0);
    expect(err).toContain('not carried over: open and pinned marks\n');
    expect(readdirSync(at('made')).sort()).toEqual(['a.mid', 'a.mxl', 'a.satb']);
  });

  it('goes through a link and keeps a file’s rights', () => {
    writeFileSync(at('loose.satb'), FULL.replace('G A B c', 'G    A B c'), { mode: 0o640 });
    symlinkSync(at('loose.satb'), at('link.satb'));
    expect(cantus(['format', '--check', at('link.satb')]).code).toBe(1);
    expect(cantus(['format', at('link.satb')]).code).toBe(0);
    expect(cantus(['format', '--check', at('loose.satb')]).code).toBe(0);
  });

  it.skipIf(!existsSync('/dev/null'))('writes to a device without replacing it', () => {
    expect(cantus(['midi', at('full.satb'), '/dev/null'])).toMatchObject({ code: 0, err: '' });
    expect(readFileSync('/dev/null').length).toBe(0);
  });

  it('ends quietly when nobody reads on', async () => {
    const big = `${FULL}${'% comment\n'.repeat(60_000)}`;
    writeFileSync(at('long.satb'), big);
    const child = spawn(process.execPath, [at('dist/cli.js'), 'convert', at('long.satb'), '-']);
    let err = '';
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(err).toBe('');
    expect(code).toBe(0);
  });
});

it('says its version and its commands', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(cantus(['--version']).out.toString()).toContain(version);
  const help = cantus(['--help']).out.toString();
  for (const name of ['harmonize', 'check', 'format', 'midi', 'convert', 'train', 'evaluate'])
    expect(help).toContain(`  ${name} `);
});
