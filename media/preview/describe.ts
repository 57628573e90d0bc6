// A bar in words, for those who hear the page instead of seeing it. Knows no page.

import type { Sheet, SheetNote, Tick } from '../../src/extension/preview/messages.ts';
import { t } from './words.ts';

const LENGTHS: readonly (readonly [share: number, name: string])[] = [
  [2, t('breve')],
  [1.5, t('dotted whole')],
  [1, t('whole')],
  [0.75, t('dotted half')],
  [0.5, t('half')],
  [0.375, t('dotted quarter')],
  [0.25, t('quarter')],
  [0.1875, t('dotted eighth')],
  [0.125, t('eighth')],
  [0.09375, t('dotted sixteenth')],
  [0.0625, t('sixteenth')],
];

/** Languages have names of their own for letters and for flats (`B flat` is `B` in German, and `B` is `H`). */
const NATURALS: Readonly<Record<string, string>> = {
  C: t('C'),
  D: t('D'),
  E: t('E'),
  F: t('F'),
  G: t('G'),
  A: t('A'),
  B: t('B'),
};
const FLATS: Readonly<Record<string, string>> = {
  C: t('C flat'),
  D: t('D flat'),
  E: t('E flat'),
  F: t('F flat'),
  G: t('G flat'),
  A: t('A flat'),
  B: t('B flat'),
};
const ALTERED: Readonly<Record<string, (letter: string) => string>> = {
  '#': (letter) => t('{0} sharp', NATURALS[letter] ?? ''),
  '##': (letter) => t('{0} double sharp', NATURALS[letter] ?? ''),
  b: (letter) => FLATS[letter] ?? '',
  bb: (letter) => t('{0} double flat', NATURALS[letter] ?? ''),
};
const MODES: Readonly<Record<string, (tonic: string) => string>> = {
  major: (tonic) => t('{0} major', tonic),
  minor: (tonic) => t('{0} minor', tonic),
  dorian: (tonic) => t('{0} dorian', tonic),
  phrygian: (tonic) => t('{0} phrygian', tonic),
  lydian: (tonic) => t('{0} lydian', tonic),
  mixolydian: (tonic) => t('{0} mixolydian', tonic),
  locrian: (tonic) => t('{0} locrian', tonic),
};

/** @example lengthName(1, 4) // 'quarter' */
export function lengthName(ticks: Tick, ticksPerWhole: number): string {
  const share = ticks / ticksPerWhole;
  const named = LENGTHS.find(([value]) => value === share);
  return named ? named[1] : t('{0} quarters', Number((share * 4).toFixed(2)));
}

const NAMES = ['C', 'C#', 'D', 'Eb', 'E', 'F', 'F#', 'G', 'Ab', 'A', 'Bb', 'B'];

/** @example midiName(70) // 'Bb4' */
export const midiName = (midi: number): string => `${NAMES[midi % 12]}${Math.floor(midi / 12) - 1}`;

/** A letter with its accidental, whatever follows it: `Bb3`, `Bb`. */
const named = (name: string): string => {
  const [, letter = '', alter = ''] = /^([A-G])(#+|b+)?/.exec(name) ?? [];
  return (ALTERED[alter]?.(letter) ?? NATURALS[letter] ?? '') + name.slice(letter.length + alter.length);
};

/** @example pitchInWords('Bb3') // 'B flat 3' */
export const pitchInWords = (name: string): string => named(name.replace(/(?=-?\d+$)/, ' '));

/** @example keyInWords('Bb major') // 'B flat major' */
export function keyInWords(key: string): string {
  const [tonic = '', mode = ''] = key.split(' ');
  return MODES[mode]?.(named(tonic)) ?? key;
}

/** Without the number of the verse and the hyphen to the next. @example syllable('1. A-') // 'A' */
const syllable = (lyric: string): string => lyric.replace(/^\d+\.\s*/, '').replace(/[-_]+$/, '');

/** One event: `open, now G 4, half`. */
export function noteInWords(note: SheetNote, ticksPerWhole: number): string {
  const length = lengthName(note.duration, ticksPerWhole);
  const pitches = note.names.map(pitchInWords).join(t(' and '));
  const extras = [
    note.fermata ? t('fermata') : '',
    note.tied ? t('tied') : '',
    note.lyric ? t('on "{0}"', syllable(note.lyric)) : '',
  ]
    .filter((part) => part !== '')
    .map((part) => `, ${part}`)
    .join('');
  const what = {
    open: pitches ? t('open, now {0}', pitches) : t('open'),
    written: pitches || t('rest'),
    filled: t('filled {0}', pitches || t('rest')),
    pinned: t('pinned {0}', pitches || t('rest')),
    locked: t('locked {0}', pitches || t('rest')),
  }[note.look];
  return `${what}, ${length}${extras}`;
}

/** The whole bar, voice by voice. */
export function barInWords(sheet: Sheet, index: number): string {
  const bar = sheet.bars[index];
  if (!bar) return '';
  const metre = bar.metre ? `${bar.metre.beats}/${bar.metre.unit}` : t('free time');
  const head = `${bar.number === 0 ? t('Pickup bar') : t('Bar {0}', bar.number)}, ${keyInWords(bar.key)}, ${metre}.`;
  const voices = sheet.voices.map(({ name }, voice) => {
    const notes = sheet.notes.filter((note) => note.voice === voice && note.bar === index && !note.grace);
    const words =
      notes.length === 0
        ? t('nothing')
        : notes.map((note) => noteInWords(note, sheet.ticksPerWhole)).join('; ');
    return `${name}: ${words}.`;
  });
  return [head, ...voices].join(' ');
}
