// Which voice of the text sings soprano, alto, tenor, bass. Knows names, clefs and order; not a single note.
//
// In this order: ids and names that say it (`S`, `alto`, `V:T name="Tenor"`); four or more others by their order in
// `%%score` or in the text (`S1V1 S1V2 S2V1 S2V2`); fewer by clef: bass clefs are B, or T and B when there are two,
// the rest S, A, T from above. So one voice is S, and two are S and B where the second has a bass clef, else S and A.
// A voice that is added later under a name of its own moves none of the others.

import type { Voice } from '../score.ts';
import type { Stream } from './raw.ts';

const NAMES: readonly (readonly [Voice, readonly string[]])[] = [
  [
    0,
    [
      's',
      'sop',
      'soprano',
      'sopran',
      'sopraan',
      'soprani',
      'cantus',
      'canto',
      'superius',
      'discantus',
      'melody',
    ],
  ],
  [1, ['a', 'alt', 'alto', 'altus', 'contralto', 'alti']],
  [2, ['t', 'ten', 'tenor', 'tenore', 'tenors', 'tenori']],
  [3, ['b', 'bas', 'bass', 'basso', 'bassus', 'basses', 'bassi']],
];
const INSTRUMENT =
  /organ|piano|keyb|violin|viola|cello|guitar|continuo|drum|flute|trumpet|oboe|harp|descant/i;

export interface Casting {
  /** S, A, T, B; null where the text has no such voice. */
  readonly cast: readonly [Stream | null, Stream | null, Stream | null, Stream | null];
  /** Voices that found no place. */
  readonly others: readonly Stream[];
}

/** Gives each of the four parts its voice. `order` are ids as `%%score` lists them. */
export function castVoices(streams: readonly Stream[], order: readonly string[]): Casting {
  const sorted = inOrder(streams, order);
  const cast: [Stream | null, Stream | null, Stream | null, Stream | null] = [null, null, null, null];
  const singers = sorted.filter((stream) => !INSTRUMENT.test(`${stream.id} ${stream.name}`));
  const left = (singers.length > 0 ? singers : sorted).filter((stream) => {
    const voice = named(stream);
    if (voice === null || cast[voice]) return true;
    cast[voice] = stream;
    return false;
  });
  const untaken = ([0, 1, 2, 3] as const).filter((voice) => !cast[voice]);
  if (left.length >= 4 || left.length > untaken.length)
    for (const voice of untaken) cast[voice] = left.shift() ?? null;
  else if (singers.length === 1) cast[0] ??= left[0] ?? null;
  else placeByClef(left, cast);
  const taken = new Set<Stream | null>(cast);
  return { cast, others: sorted.filter((stream) => !taken.has(stream)) };
}

function placeByClef(
  left: readonly Stream[],
  cast: [Stream | null, Stream | null, Stream | null, Stream | null],
): void {
  const low = left.filter(isLow);
  const lowest = ([3, 2] as const)
    .filter((voice) => !cast[voice])
    .slice(0, low.length)
    .reverse();
  for (const voice of lowest) cast[voice] = low.shift() ?? null;
  const rest = left.filter((stream) => !cast.includes(stream));
  for (const voice of [0, 1, 2, 3] as const) if (!cast[voice]) cast[voice] = rest.shift() ?? null;
}

const isLow = (stream: Stream): boolean => /^(?:bass|f)/.test(stream.clef ?? '');

function named(stream: Stream): Voice | null {
  for (const text of [stream.id, stream.name]) {
    const word = text.toLowerCase().replace(/[^a-z]+$/, '');
    if (word !== text.toLowerCase() && text === stream.id) continue;
    const row = NAMES.find(([, names]) => names.includes(word));
    if (row) return row[0];
  }
  return null;
}

function inOrder(streams: readonly Stream[], order: readonly string[]): readonly Stream[] {
  if (order.length === 0) return streams;
  const place = new Map(order.map((id, i) => [id, i]));
  return [...streams].sort((a, b) => (place.get(a.id) ?? order.length) - (place.get(b.id) ?? order.length));
}
