// Real four-voice hymns, note by note against what another reader heard in them. Skipped where the data is absent.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { midi, pitchName } from '../../../src/language/pitch.ts';
import { parse } from '../../../src/language/read/parse.ts';
import { print, readTree } from '../../../src/language/read/tree.ts';
import type { Score, Voice } from '../../../src/language/score.ts';
import { VOICES } from '../../../src/language/score.ts';
import { TICKS_PER_QUARTER } from '../../../src/language/time.ts';
import { cases, spread } from '../../effort.ts';
import { garble } from './garbled.ts';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const data = process.env.CANTUS_DATA ?? resolve(root, '../shared/data');
const known = resolve(data, 'openhymnal.dev.json');
const folder = resolve(data, 'abc');
const present = existsSync(known) && existsSync(folder);
if (!present) console.warn(`hymns.test: no hymns in ${data}; set CANTUS_DATA to the folder that has them.`);

type Heard = [onset: number, duration: number, midi: number, name: string | null, fermata: number];
const TICKS_PER_48TH = TICKS_PER_QUARTER / 48;

/** Tied notes as one, rests in a row as one, the top note where a voice divides. */
function heard(score: Score, voice: Voice): Heard[] {
  const notes: Heard[] = [];
  for (const event of score.parts[voice].events) {
    if (event.irregular === 'grace') continue;
    const top = event.pitches[event.pitches.length - 1];
    const number = top ? midi(top) : -1;
    const last = notes[notes.length - 1];
    const duration = event.duration / TICKS_PER_48TH;
    if (last && last[2] === number && (event.continues || number === -1)) {
      last[1] += duration;
      if (event.fermata) last[4] = 1;
    } else
      notes.push([
        event.onset / TICKS_PER_48TH,
        duration,
        number,
        top ? pitchName(top) : '',
        event.fermata ? 1 : 0,
      ]);
  }
  return notes;
}

const merged = (notes: readonly Heard[]): Heard[] =>
  notes.reduce<Heard[]>((all, [onset, duration, number, name, fermata]) => {
    const last = all[all.length - 1];
    if (last && last[2] === -1 && number === -1) last[1] += duration;
    else all.push([onset, duration, number, name ?? '', fermata]);
    return all;
  }, []);

describe.skipIf(!present)('hymns', { timeout: 120_000 }, () => {
  const files = present ? readdirSync(folder).filter((name) => name.endsWith('.abc')) : [];
  const pieces: { id: string; length: number; voices: Heard[][] }[] = present
    ? JSON.parse(readFileSync(known, 'utf8')).pieces
    : [];

  test('come back byte for byte, whatever the encoding and the line ends', () => {
    expect(files.length).toBeGreaterThan(100);
    for (const name of spread(files)) {
      let tree = readTree('');
      for (const encoding of ['utf8', 'latin1'] as const) {
        const text = readFileSync(resolve(folder, name), encoding);
        for (const version of [text, text.replaceAll('\n', '\r\n')]) {
          tree = readTree(version, tree);
          expect(print(tree) === version, name).toBe(true);
        }
      }
    }
  });

  test('sound as another reader heard them, note by note, without an error', () => {
    for (const piece of spread(pieces)) {
      const text = readFileSync(resolve(folder, `${piece.id.replace(/^oh-/, '')}.abc`), 'latin1');
      const { score, problems } = parse(text);
      const errors = problems.filter((problem) => problem.severity === 'error');
      expect(errors, piece.id).toEqual([]);
      for (const voice of VOICES) {
        const [ours, theirs] = [heard(score, voice), merged(piece.voices[voice] ?? [])].map((notes) =>
          notes.join(' '),
        );
        expect(ours, `${piece.id} ${voice}`).toBe(theirs);
      }
      expect(score.length / TICKS_PER_48TH, piece.id).toBe(piece.length);
    }
  });

  test('come back byte for byte after any damage', () => {
    const texts = files.slice(0, 20).map((name) => readFileSync(resolve(folder, name), 'latin1'));
    fc.assert(
      fc.property(fc.constantFrom(...texts).chain(garble), (text) => print(readTree(text)) === text),
      { numRuns: cases(100) },
    );
  });
});
