// Real four-voice music for tests, from the folder CANTUS_DATA (by default ../shared/data beside the repository).
// It is not part of the repository: tests that need it are skipped where it is absent.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Score } from '../../../src/language/score.ts';
import { spread } from '../../effort.ts';
import { key, piece, type Recipe } from '../analyse/piece.ts';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
export const DATA = process.env.CANTUS_DATA ?? resolve(root, '../shared/data');

export const hasData = (file: string): boolean => existsSync(join(DATA, file));

/** Hymns with their texts. */
export function hymns(): { name: string; text: string }[] {
  return spread(readdirSync(join(DATA, 'abc')), 75).map((name) => ({
    name,
    text: readFileSync(join(DATA, 'abc', name), 'latin1'),
  }));
}

interface Chorale {
  readonly id: string;
  readonly steps: readonly (readonly number[])[];
  readonly onsets?: readonly string[];
  readonly fermatas?: readonly (readonly [number, number])[];
  readonly key?: string;
  readonly phase?: number;
  readonly time?: string;
}

const SHARPS = ['C', 'C#', 'D', 'D#', 'E', 'F', 'F#', 'G', 'G#', 'A', 'A#', 'B'];

function line(chorale: Chorale, voice: number): string {
  const { steps, onsets, fermatas = [] } = chorale;
  const starts = (t: number): boolean =>
    t === 0 || steps[t]![voice] !== steps[t - 1]![voice] || onsets?.[voice]?.[t] === '1';
  const tokens: string[] = [];
  for (let t = 0; t < steps.length; ) {
    let end = t + 1;
    while (end < steps.length && !starts(end)) end++;
    const midi = steps[t]![voice]!;
    const name = midi < 0 ? 'r' : `${SHARPS[midi % 12]}${Math.floor(midi / 12) - 1}`;
    const held = fermatas.some(([from, to]) => t < to && end > from);
    tokens.push(`${name}:${(end - t) / 4}${held ? '!' : ''}`);
    t = end;
  }
  return tokens.join(' ');
}

function keyOfChorale(name: string | undefined): NonNullable<Recipe['key']> {
  const match = /^([A-G][#b]?)(m?)$/.exec(name ?? 'C');
  return match === null ? key('C') : key(match[1]!, match[2] === 'm' ? 'minor' : 'major');
}

/** Chorales as scores; pitches are spelled with sharps, so nothing that depends on spelling may be asked of them. */
export function chorales(file: string): { id: string; score: Score; key: string | undefined }[] {
  const { pieces } = JSON.parse(readFileSync(join(DATA, file), 'utf8')) as { pieces: Chorale[] };
  return pieces.map((chorale) => {
    const [beats, unit] = (chorale.time ?? '4/4').split('/').map(Number);
    const full = (16 * beats!) / unit!;
    const pickup = chorale.phase ? (full - chorale.phase) / 4 : 0;
    const voices = [0, 1, 2, 3].map((voice) => line(chorale, voice));
    const score = piece({
      key: keyOfChorale(chorale.key),
      metre: { beats: beats!, unit: unit! },
      pickup,
      voices,
    });
    return { id: chorale.id, score, key: chorale.key };
  });
}
