// A bar in words, for those who hear the page instead of seeing it. Knows no page.

import type { Sheet, SheetNote, Tick } from '../../src/extension/preview/messages.ts';

const LENGTHS: readonly (readonly [share: number, name: string])[] = [
  [2, 'breve'],
  [1.5, 'dotted whole'],
  [1, 'whole'],
  [0.75, 'dotted half'],
  [0.5, 'half'],
  [0.375, 'dotted quarter'],
  [0.25, 'quarter'],
  [0.1875, 'dotted eighth'],
  [0.125, 'eighth'],
  [0.09375, 'dotted sixteenth'],
  [0.0625, 'sixteenth'],
];

/** @example lengthName(1, 4) // 'quarter' */
export function lengthName(ticks: Tick, ticksPerWhole: number): string {
  const share = ticks / ticksPerWhole;
  const named = LENGTHS.find(([value]) => value === share);
  return named ? named[1] : `${Number((share * 4).toFixed(2))} quarters`;
}

/** @example pitchInWords('Bb3') // 'B flat 3' */
export const pitchInWords = (name: string): string =>
  name.replace(
    /^([A-G])(#+|b+)?(-?\d+)$/,
    (_, letter: string, alter: string | undefined, octave: string) =>
      `${letter}${{ '#': ' sharp', '##': ' double sharp', b: ' flat', bb: ' double flat' }[alter ?? ''] ?? ''} ${octave}`,
  );

/** One event: `open, now G 4, half`. */
export function noteInWords(note: SheetNote, ticksPerWhole: number): string {
  const length = lengthName(note.duration, ticksPerWhole);
  const pitches = note.names.map(pitchInWords).join(' and ');
  const extras = [
    note.fermata ? 'fermata' : '',
    note.tied ? 'tied' : '',
    note.lyric ? `on "${note.lyric}"` : '',
  ]
    .filter((part) => part !== '')
    .map((part) => `, ${part}`)
    .join('');
  if (note.look === 'open') return `open${pitches ? `, now ${pitches}` : ''}, ${length}${extras}`;
  if (note.pitches.length === 0) return `rest, ${length}${extras}`;
  const look = note.look === 'written' ? '' : `${note.look} `;
  return `${look}${pitches}, ${length}${extras}`;
}

/** The whole bar, voice by voice. */
export function barInWords(sheet: Sheet, index: number): string {
  const bar = sheet.bars[index];
  if (!bar) return '';
  const metre = bar.metre ? `${bar.metre.beats}/${bar.metre.unit}` : 'free time';
  const head = `${bar.number === 0 ? 'Pickup bar' : `Bar ${bar.number}`}, ${bar.key}, ${metre}.`;
  const voices = sheet.voices.map(({ name }, voice) => {
    const notes = sheet.notes.filter((note) => note.voice === voice && note.bar === index && !note.grace);
    const words =
      notes.length === 0 ? 'nothing' : notes.map((note) => noteInWords(note, sheet.ticksPerWhole)).join('; ');
    return `${name}: ${words}.`;
  });
  return [head, ...voices].join(' ');
}
