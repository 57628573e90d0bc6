// The header of a fresh text: fields, voices and directives. Knows nothing of notes.

import { type Key, keyFifths, LETTERS, type Mode, type Pitch, signatureOf } from '../pitch.ts';
import { DEFAULT_RANGES, type Directives, type Score, VOICE_LETTERS, VOICE_NAMES, VOICES } from '../score.ts';
import { type Metre, TICKS_PER_WHOLE, type Tick } from '../time.ts';
import { writeAccidental, writeLength, writeLetter } from './token.ts';

const MODE_SUFFIX: Record<Mode, string> = {
  major: '',
  minor: 'm',
  dorian: ' dor',
  phrygian: ' phr',
  lydian: ' lyd',
  mixolydian: ' mix',
  locrian: ' loc',
};

/**
 * The value of a `K:` field: what the signature has otherwise than the mode stands behind it, so that the tonic is kept
 * whatever the signature. @example writeKey(keyOf(D, 'dorian')) // 'D dor'; `Bb exp _e` is 'Bb =b'
 */
export function writeKey({ tonic, mode, signature }: Key): string {
  const plain = signatureOf(Math.max(-7, Math.min(7, keyFifths(tonic, mode))));
  const sign = tonic.alter < 0 ? 'b' : tonic.alter > 0 ? '#' : '';
  const name = `${LETTERS[tonic.letter]}${sign}${MODE_SUFFIX[mode]}`;
  const own = signature
    .map((alter, letter) =>
      alter === plain[letter] ? '' : ` ${writeAccidental(alter)}${LETTERS[letter]!.toLowerCase()}`,
    )
    .join('');
  return name + own;
}

export const writeMetre = (metre: Metre | null): string =>
  metre === null ? 'none' : `${metre.beats}/${metre.unit}`;

/** The value of a `Q:` field, beats in quarters. */
export const writeTempo = (quarters: number, text: string | null): string =>
  `${text ? `"${text.replaceAll('"', "'")}" ` : ''}1/4=${Math.round(quarters * 100) / 100}`;

/** Text of a field on one line, with nothing that would end it. */
export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').replaceAll('%', '\\%').trim();

/** As a fraction of a whole note, as `L:` wants it. */
export function writeUnit(unit: Tick): string {
  const length = writeLength(unit, TICKS_PER_WHOLE);
  return length === ''
    ? '1/1'
    : length.startsWith('/')
      ? `1${length}`
      : length.includes('/')
        ? length
        : `${length}/1`;
}

const noteOf = (midi: number): string => {
  const sharps: readonly (readonly [number, number])[] = [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
    [2, 0],
    [3, 0],
    [3, 1],
    [4, 0],
    [4, 1],
    [5, 0],
    [5, 1],
    [6, 0],
  ];
  const [letter, alter] = sharps[midi % 12]!;
  const pitch = { letter, alter, octave: Math.floor(midi / 12) - 1 } as Pitch;
  return (alter === 0 ? '' : writeAccidental(alter)) + writeLetter(pitch);
};

/** The `%%cantus:` lines for everything that is not as it would be without them. */
export function writeDirectives(d: Directives): string[] {
  const lines: string[] = [];
  const add = (name: string, value: unknown): void => void lines.push(`%%cantus:${name} ${value}`);
  if (d.grid !== 16) add('grid', `1/${d.grid}`);
  if (d.seed !== null) add('seed', d.seed);
  for (const voice of VOICES) {
    const letter = VOICE_LETTERS[voice];
    const [range, usual] = [d.range[voice], DEFAULT_RANGES[voice]];
    if (d.temperature[voice] !== null) add('temperature', `${letter} ${d.temperature[voice]}`);
    if (range.low !== usual.low || range.high !== usual.high) {
      add('range', `${letter} ${noteOf(range.low)} ${noteOf(range.high)}`);
    }
    if (d.lock[voice]) add('lock', letter);
  }
  if (d.steps !== null) add('steps', d.steps);
  for (const { voice, from, to } of d.open) add('open', `${VOICE_LETTERS[voice]} ${from}-${to}`);
  if (d.chords !== 'prefer') add('chords', d.chords);
  if (d.rules !== 'bach') add('rules', d.rules);
  if (d.model !== null) add('model', d.model);
  return lines;
}

const CLEFS = ['treble', 'treble', 'bass', 'bass'] as const;

/** The header's lines up to and with `K:`. */
export function writeHeader(score: Score, unit: Tick, directives: boolean): string[] {
  const first = score.tempos.find(({ onset }) => onset === 0);
  return [
    'X:1',
    `T:${oneLine(score.title) || 'Untitled'}`,
    ...(score.composer === '' ? [] : [`C:${oneLine(score.composer)}`]),
    `M:${writeMetre(score.bars[0] ? score.bars[0].metre : score.metre)}`,
    `L:${writeUnit(unit)}`,
    ...(first ? [`Q:${writeTempo(first.quarters, first.text)}`] : []),
    ...(directives ? writeDirectives(score.directives) : []),
    '%%score (S A) (T B)',
    ...VOICES.map(
      (v) => `V:${VOICE_LETTERS[v]} clef=${CLEFS[v]} name="${VOICE_NAMES[v]}" snm="${VOICE_LETTERS[v]}"`,
    ),
    `K:${writeKey(score.bars[0]?.key ?? score.key)}`,
  ];
}
