// A Standard MIDI File -> a score of four voices: rounded to a grid, spelled in its key, cut into bars.
// What MIDI does not say (ties, voices in a chordal track) is worked out here. Knows nothing of ABC text.

import { rankKeys } from '../analyse/key.ts';
import { MidiFile } from '../midifile.ts';
import { type Key, keyFifths, keyOf, type Letter, type Mode } from '../pitch.ts';
import type { Tempo } from '../score.ts';
import { barTicks, type Metre, TICKS_PER_QUARTER, TICKS_PER_WHOLE, type Tick } from '../time.ts';
import { spellings } from '../write/spell.ts';
import { assemble, blank, type FoundBar, type Line, ReadFailure, type Reading } from './foreign.ts';
import { checkMidiBytes } from './midibytes.ts';
import { isSingle, type Sounding, separate } from './separate.ts';

export interface MidiReadOptions {
  /** What onsets and ends are rounded to, in parts of a whole note; 16 by default. */
  readonly grid?: 16 | 8 | 4;
}

/** Limits: a hymnal's piece is far below them. The library takes time with the square of the notes of a track. */
const LONGEST = 400_000;
const MOST_BARS = 2_000;
const MOST_NOTES = 60_000;
const MOST_TEMPOS = 100;

/**
 * Reads a MIDI file: four tracks or channels as they are, fewer or more as `castFour` says, chordal tracks split.
 * @throws ReadFailure when it is none, damaged, or too large
 */
export function readMidi(bytes: Uint8Array, options: MidiReadOptions = {}): Reading {
  const file = open(bytes);
  const { ppq } = file.header;
  if (!Number.isInteger(ppq) || ppq <= 0)
    throw new ReadFailure('This MIDI file counts in film frames, not in beats. It cannot be read as bars.');
  const grid = TICKS_PER_WHOLE / (options.grid ?? 16);
  const losses = new Set<string>();
  const ticksOf = (ticks: number): Tick => (ticks * TICKS_PER_QUARTER) / ppq;
  const rounded = (ticks: number): Tick => grid * Math.round(ticksOf(ticks) / grid);
  const tracks = file.tracks
    .filter((track) => track.notes.length > 0)
    .filter((track) => track.channel !== 9 || void losses.add('percussion'));
  if (tracks.length === 0) throw new ReadFailure('There are no notes in this MIDI file.');
  if (tracks.reduce((sum, { notes }) => sum + notes.length, 0) > MOST_NOTES)
    throw new ReadFailure(`This MIDI file has more than ${MOST_NOTES} notes. It is not read.`);
  const sung = tracks.map((track) => ({
    name: textOf(track.name),
    notes: track.notes.map((note): Sounding => {
      const from = rounded(note.ticks);
      if (Math.abs(from - ticksOf(note.ticks)) > grid / 4)
        losses.add(`timing finer than 1/${options.grid ?? 16}`);
      return { midi: note.midi, from, to: Math.max(from + grid, rounded(note.ticks + note.durationTicks)) };
    }),
  }));
  if (tracks.some(({ controlChanges }) => '64' in controlChanges)) losses.add('pedal');
  if (new Set(tracks.flatMap(({ notes }) => notes.map(({ velocity }) => velocity))).size > 8)
    losses.add('loudness');
  return compose(file, sung, rounded, losses);
}

function open(bytes: Uint8Array): MidiFile {
  if (bytes.length > LONGEST)
    throw new ReadFailure(`This MIDI file has more than ${LONGEST / 1000} kB. It is not read.`);
  if (String.fromCharCode(...bytes.subarray(0, 4)) !== 'MThd')
    throw new ReadFailure('This is no MIDI file: it does not begin as one.');
  try {
    checkMidiBytes(bytes);
    return new MidiFile(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ReadFailure(`This MIDI file is damaged: ${reason.slice(0, 200)}`);
  }
}

interface Sung {
  readonly name: string;
  readonly notes: readonly Sounding[];
}

function compose(
  file: MidiFile,
  sung: readonly Sung[],
  rounded: (ticks: number) => Tick,
  losses: Set<string>,
): Reading {
  const end = sung.reduce((last, { notes }) => notes.reduce((most, { to }) => Math.max(most, to), last), 0);
  const keys = keysOf(file, sung, rounded);
  const bars = barsOf(file, keys, end, rounded);
  const lines = linesOf(sung, losses).map(({ name, notes }) => lineOf(name, notes, bars));
  const all = file.header.tempos.map(
    ({ ticks, bpm }): Tempo => ({ onset: rounded(ticks), quarters: Math.round(bpm * 100) / 100, text: null }),
  );
  const tempos = all.filter(
    ({ quarters, onset }, i) =>
      onset < end && quarters > 0 && quarters !== all[i - 1]?.quarters && onset !== all[i - 1]?.onset,
  );
  if (tempos.length > MOST_TEMPOS) losses.add(`tempo changes after the first ${MOST_TEMPOS}`);
  const reading = assemble({
    title: textOf(file.name),
    composer: '',
    lines,
    bars,
    tempos: tempos.slice(0, MOST_TEMPOS),
  });
  return { score: reading.score, losses: [...reading.losses, ...losses] };
}

/** Names are bytes; new files mean UTF-8 by them, old ones Latin-1. */
function textOf(name: string): string {
  const bytes = Uint8Array.from(name, (sign) => sign.charCodeAt(0) & 0xff);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replaceAll('\0', '').trim();
  } catch {
    return name.replaceAll('\0', '').trim();
  }
}

/** Four tracks or more are the voices, and so are fewer that never have two notes at once; other notes are parted. */
function linesOf(sung: readonly Sung[], losses: Set<string>): Sung[] {
  if (sung.length >= 4 || sung.every(({ notes }) => isSingle(notes))) {
    const mean = ({ notes }: Sung): number => notes.reduce((sum, { midi }) => sum + midi, 0) / notes.length;
    return [...sung].sort((a, b) => mean(b) - mean(a));
  }
  const { voices, dropped } = separate(sung.flatMap(({ notes }) => notes));
  if (dropped) losses.add('inner notes of chords of more than four');
  return voices.map((notes, i) => ({ name: `Voice ${i + 1}`, notes }));
}

/** Notes that begin together, low to high, each pitch once. */
function chordsOf(notes: readonly Sounding[]): Sounding[][] {
  const chords: Sounding[][] = [];
  for (const note of [...notes].sort((a, b) => a.from - b.from || a.midi - b.midi)) {
    const last = chords[chords.length - 1];
    if (last?.[0]?.from !== note.from) chords.push([note]);
    else if (!last.some(({ midi }) => midi === note.midi)) last.push(note);
  }
  return chords;
}

/** One line, spelled in the key of each moment. A note ends where the next begins. */
function lineOf(name: string, notes: readonly Sounding[], bars: readonly FoundBar[]): Line {
  let bar = 0;
  const chords = chordsOf(notes);
  const events = chords.map((chord, i) => {
    const { from } = chord[0]!;
    while (bar + 1 < bars.length && bars[bar + 1]!.onset <= from) bar++;
    const next = chords[i + 1]?.[0];
    const longest = Math.max(...chord.map(({ to }) => to));
    const to = next === undefined ? longest : Math.min(longest, next.from);
    const company = { key: bars[bar]!.key, near: [], next: next?.midi ?? null };
    const pitches = chord.map(({ midi }) => spellings(midi, company)[0]!);
    return { ...blank(from, to - from), kind: 'note' as const, pitches };
  });
  return { name, events: events.filter(({ duration }) => duration > 0) };
}

interface KeyChange {
  readonly at: Tick;
  readonly key: Key;
}

const LETTER_OF: Record<string, Letter> = { C: 0, D: 1, E: 2, F: 3, G: 4, A: 5, B: 6 };

/** The key with the signature of a major key's name: MIDI names a minor key by its relative major's signature. */
function keyFrom(name: string, scale: string): Key | null {
  const letter = LETTER_OF[name[0] ?? ''];
  if (letter === undefined) return null;
  const major = { letter, alter: name[1] === '#' ? 1 : name[1] === 'b' ? -1 : 0 };
  const mode: Mode = scale === 'minor' ? 'minor' : 'major';
  if (mode === 'major') return keyOf(major, mode);
  const fifths = keyFifths(major, 'major');
  const found = rankKeys(new Array<number>(12).fill(1), fifths).find(
    ({ key }) => key.mode === 'minor' && keyFifths(key.tonic, 'minor') === fifths,
  );
  return found?.key ?? keyOf(major, 'major');
}

/** The keys a file names; where it names none, the one its notes fit best. */
function keysOf(file: MidiFile, sung: readonly Sung[], rounded: (ticks: number) => Tick): KeyChange[] {
  const named = file.header.keySignatures.flatMap(({ ticks, key, scale }) => {
    const found = keyFrom(key ?? '', scale);
    return found === null ? [] : [{ at: rounded(ticks), key: found }];
  });
  if (named.length > 0) return named;
  const durations = new Array<number>(12).fill(0);
  for (const { notes } of sung) for (const { midi, from, to } of notes) durations[midi % 12]! += to - from;
  return [{ at: 0, key: rankKeys(durations)[0]!.key }];
}

const isPlain = ([beats = 0, unit = 0]: readonly number[]): boolean =>
  beats >= 1 && beats <= 64 && unit >= 1 && unit <= 64 && Number.isInteger(Math.log2(unit));

/** Bars in the metres the file names (4/4 without one) up to the last note. */
function barsOf(
  file: MidiFile,
  keys: readonly KeyChange[],
  end: Tick,
  rounded: (ticks: number) => Tick,
): FoundBar[] {
  const metres = file.header.timeSignatures
    .filter(({ timeSignature }) => isPlain(timeSignature))
    .map(({ ticks, timeSignature: [beats, unit] }) => ({
      at: rounded(ticks),
      metre: { beats: beats!, unit: unit! },
    }));
  const bars: FoundBar[] = [];
  let metre: Metre = { beats: 4, unit: 4 };
  let key = keys[0]!.key;
  for (let onset = 0; onset < end || bars.length === 0; ) {
    if (bars.length >= MOST_BARS)
      throw new ReadFailure(`This MIDI file has more than ${MOST_BARS} bars. It is not read.`);
    metre = metres.filter(({ at }) => at <= onset).slice(-1)[0]?.metre ?? metre;
    key = keys.filter(({ at }) => at <= onset).slice(-1)[0]?.key ?? key;
    const full = onset + barTicks(metre);
    const change = metres.find(({ at }) => at > onset && at < full);
    const duration = (change?.at ?? full) - onset;
    const last = onset + duration >= end;
    bars.push({
      onset,
      duration,
      metre,
      key,
      barline: last ? 'final' : 'single',
      opens: { repeat: false, ending: null },
    });
    onset += duration;
  }
  return bars;
}
