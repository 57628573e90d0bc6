// The whole way on melodies that nobody here wrote: each hymn's soprano alone becomes four voices, the soprano stays
// as it was, and an independent reader hears what we write as MIDI.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import midiPackage from '@tonejs/midi';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLocalEngine } from '../src/engine/local.ts';
import { modelOpener } from '../src/engine/models.ts';
import { harmonizePiece } from '../src/engine/piece.ts';
import type { Engine } from '../src/engine/protocol.ts';
import { parse } from '../src/language/read/parse.ts';
import { apply } from '../src/language/write/edits.ts';
import { toMidi } from '../src/language/write/midi.ts';

interface Hymn {
  readonly id: string;
  readonly title: string;
  readonly fifths: number;
  readonly time: string | null;
  /** Per voice: onset, duration (48 a quarter), MIDI number, spelling (null: a rest), fermata. */
  readonly voices: readonly (readonly (readonly [number, number, number | null, string | null, number])[])[];
  readonly bars: readonly (readonly [number, number])[];
}

const root = resolve(import.meta.dirname, '..');
const data = join(process.env.CANTUS_DATA ?? join(root, '../shared/data'), 'openhymnal.dev.json');
const hymns: readonly Hymn[] = existsSync(data) ? JSON.parse(readFileSync(data, 'utf8')).pieces : [];
/** All of them with CANTUS_THOROUGH; a dozen spread over the book otherwise. */
const sample = process.env.CANTUS_THOROUGH ? hymns : hymns.filter((_, index) => index % 13 === 0);
const hasAbc2midi = spawnSync('abc2midi', ['-ver']).error === undefined;

const ACCIDENTALS: Record<string, string> = { '': '=', '#': '^', '##': '^^', b: '_', bb: '__' };

function length(ticks: number): string {
  const divide = (a: number, b: number): number => (b === 0 ? a : divide(b, a % b));
  const by = divide(ticks, 48);
  const [over, under] = [ticks / by, 48 / by];
  return `${over === 1 ? '' : over}${under === 1 ? '' : `/${under}`}`;
}

function abcNote(spelling: string | null): string {
  if (spelling === null) return 'z';
  const [, letter, sign, octave] = /^([A-G])(#{0,2}|b{0,2})(-?\d+)$/.exec(spelling)!;
  const height = Number(octave);
  const name = height >= 5 ? letter.toLowerCase() + "'".repeat(height - 5) : letter + ','.repeat(4 - height);
  return ACCIDENTALS[sign] + name;
}

/** The soprano of a hymn as a plain one-voice tune. */
function melodyOf(hymn: Hymn): string {
  const tokens: string[] = [];
  let at = 0;
  const rest = (to: number): void => {
    if (to > at) tokens.push(`z${length(to - at)}`);
    at = to;
  };
  const [, ...barStarts] = hymn.bars.map(([onset]) => onset);
  let bar = 0;
  for (const [onset, duration, , spelling, fermata] of hymn.voices[0]) {
    rest(onset);
    let from = onset;
    const end = onset + duration;
    while (bar < barStarts.length && barStarts[bar] <= from) {
      tokens.push('|');
      bar++;
    }
    // A note over a bar line is two tied ones.
    for (; bar < barStarts.length && barStarts[bar] < end; bar++) {
      tokens.push(`${abcNote(spelling)}${length(barStarts[bar] - from)}${spelling === null ? '' : '-'}`, '|');
      from = barStarts[bar];
    }
    tokens.push(`${fermata ? '!fermata!' : ''}${abcNote(spelling)}${length(end - from)}`);
    at = end;
  }
  const keys = ['Cb', 'Gb', 'Db', 'Ab', 'Eb', 'Bb', 'F', 'C', 'G', 'D', 'A', 'E', 'B', 'F#', 'C#'];
  const lines: string[] = [];
  for (let i = 0; i < tokens.length; i += 24) lines.push(tokens.slice(i, i + 24).join(' '));
  return `X:1\nT:${hymn.title}\nM:${hymn.time ?? 'none'}\nL:1/4\nK:${keys[hymn.fifths + 7]}\n${lines.join('\n')} |]\n`;
}

interface Heard {
  readonly pitch: number;
  /** In quarters. */
  readonly onset: number;
}

/** What a MIDI file sounds, whoever wrote it: all tracks with notes, each as pitches in time. */
function hear(bytes: Uint8Array): Heard[][] {
  const midi = new midiPackage.Midi(bytes);
  return midi.tracks
    .filter(({ notes }) => notes.length > 0)
    .map(({ notes }) =>
      notes
        .map(({ midi: pitch, ticks }) => ({
          pitch,
          onset: Math.round((100 * ticks) / midi.header.ppq) / 100,
        }))
        .sort((a, b) => a.onset - b.onset || a.pitch - b.pitch),
    );
}

describe.skipIf(hymns.length === 0)('hymns, melody given (skipped where the data is absent)', () => {
  let engine: Engine;
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cantus-hymns-'));
    engine = createLocalEngine(
      {
        modelDirectories: [join(root, 'media/model')],
        anyDirectory: true,
        runtime: null,
        threads: 1,
        gpuFolder: null,
      },
      modelOpener(),
    );
  });
  afterAll(async () => {
    await engine.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(sample.map((hymn) => [hymn.id, hymn] as const))('%s', { timeout: 60_000 }, async (_, hymn) => {
    const text = melodyOf(hymn);
    const parsed = parse(text);
    expect(parsed.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    const outcome = await harmonizePiece(
      parsed,
      { selection: { mode: 'fill' }, policy: 'accept', steps: 8 },
      engine,
    );
    expect(outcome.problems).toEqual([]);
    const filled = apply(text, outcome.proposals[0].edits);
    const { score, problems } = parse(filled);
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    const soprano = score.parts[0].events.map(({ onset, duration, pitches }) => [onset, duration, pitches]);
    expect(soprano).toEqual(
      parsed.score.parts[0].events.map(({ onset, duration, pitches }) => [onset, duration, pitches]),
    );
    for (const part of score.parts) expect(part.events.some(({ pitches }) => pitches.length > 0)).toBe(true);
    if (!hasAbc2midi) return;
    const abc = join(folder, 'hymn.abc');
    const mid = join(folder, 'hymn.mid');
    writeFileSync(abc, filled);
    spawnSync('abc2midi', [abc, '-o', mid, '-quiet', '-NFER']);
    expect(hear(readFileSync(mid))).toEqual(hear(toMidi(score).content));
  });
});
