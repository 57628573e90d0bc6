// The score as a Standard MIDI File: four named tracks, tempo, metre and key, as it is played.
// Knows nothing of text; how repeats and ties sound is performance.ts's.

import { MidiFile } from '../midifile.ts';
import { type Key, keyFifths, midi as midiNumber } from '../pitch.ts';
import { type Score, VOICE_NAMES, VOICES } from '../score.ts';
import { TICKS_PER_QUARTER, type Tick } from '../time.ts';
import { type Conversion, type Feature, lossesOf } from './losses.ts';
import { type Note, performanceOf, performanceOrder, tempoMap } from './performance.ts';

export interface MidiOptions {
  /** General MIDI program, 0-127; 52 is a choir, 19 a church organ, 0 a piano. */
  readonly program?: number;
  /** How many times longer a note under a fermata lasts, in all voices; 1 by default. */
  readonly fermata?: number;
}

const CHOIR = 52;
/** A moderate loudness: MIDI velocity 80. */
const VELOCITY = 80.5 / 127;
/** 2^5 * 3 * 5 to the quarter: triplets and quintuplets of 32nds are exact. The library's own default. */
export const MIDI_TICKS_PER_QUARTER = 480;
/** Set-tempo events have 24 bits of microseconds, which ends at 3.58 quarters a minute. */
const SLOWEST = 4;

const UNCARRIED: readonly Feature[] = [
  'lyrics',
  'chord symbols',
  'annotations',
  'slurs',
  'decorations',
  'grace notes',
  'open and pinned marks',
  'candidate pitches of open notes',
  'tempo words',
  'composer',
  'modes other than major and minor',
];

/** Ends and beginnings are rounded alike, so that notes that touch still touch. */
const midiTicks = (at: Tick): number => Math.round((at * MIDI_TICKS_PER_QUARTER) / TICKS_PER_QUARTER);

/** The library writes the low byte of each character: UTF-8 has to be made before. */
const asBytes = (text: string): string =>
  String.fromCharCode(...new TextEncoder().encode(text.slice(0, 500)));

const SIGNATURES = ['Cb', 'Gb', 'Db', 'Ab', 'Eb', 'Bb', 'F', 'C', 'G', 'D', 'A', 'E', 'B', 'F#', 'C#'];

/** A MIDI key signature names the major key of its sharps, even where the scale is minor. */
function keySignature(key: Key): { key: string; scale: string } {
  const scale = key.mode === 'minor' ? 'minor' : 'major';
  const fifths = Math.max(-7, Math.min(7, keyFifths(key.tonic, key.mode)));
  return { key: SIGNATURES[fifths + 7]!, scale };
}

const isPowerOfTwo = (n: number): boolean => Number.isInteger(Math.log2(n));
const fitsMidi = ({ pitch }: Note): boolean => midiNumber(pitch) >= 0 && midiNumber(pitch) <= 127;

/** Metre and key at each moment of playing time where they change. */
function addSignatures(file: MidiFile, score: Score): void {
  let [metreBefore, keyBefore] = ['', ''];
  for (const { bar, at } of performanceOrder(score)) {
    const { metre, key } = score.bars[bar]!;
    const ticks = midiTicks(at);
    const metreNow = JSON.stringify(metre);
    if (metre !== null && isPowerOfTwo(metre.unit) && metre.beats < 256 && metreNow !== metreBefore) {
      file.header.timeSignatures.push({ ticks, timeSignature: [metre.beats, metre.unit] });
      metreBefore = metreNow;
    }
    const signature = keySignature(key);
    const keyNow = JSON.stringify(signature);
    if (keyNow !== keyBefore) file.header.keySignatures.push({ ticks, ...signature });
    keyBefore = keyNow;
  }
}

function addTempos(file: MidiFile, score: Score, fermata: number): void {
  for (const { at, quarters } of tempoMap(score, fermata)) {
    file.header.tempos.push({ ticks: midiTicks(at), bpm: Math.max(SLOWEST, quarters) });
  }
}

function addTrack(
  file: MidiFile,
  name: string,
  channel: number,
  program: number,
  notes: readonly Note[],
): void {
  const track = file.addTrack();
  track.name = asBytes(name);
  track.channel = channel;
  track.instrument.number = program;
  for (const note of notes.filter(fitsMidi)) {
    const ticks = midiTicks(note.at);
    const durationTicks = Math.max(1, midiTicks(note.at + note.duration) - ticks);
    track.addNote({ midi: midiNumber(note.pitch), ticks, durationTicks, velocity: VELOCITY });
  }
}

/** Length of a chunk's header: four letters and a 32-bit length. */
const CHUNK_HEADER = 8;
const META = 0xff;
const KEY_SIGNATURE = 0x59;

/** A variable-length quantity: seven bits a byte, the high bit says that more follow. */
function readQuantity(bytes: Uint8Array, at: number): { value: number; end: number } {
  let value = 0;
  let end = at;
  let byte: number;
  do {
    byte = bytes[end++]!;
    value = (value << 7) | (byte & 0x7f);
  } while (byte & 0x80);
  return { value, end };
}

/**
 * The library (2.0.28) writes the number of sharps plus 14 where the file format wants the number itself, as a signed
 * byte. The first track has meta events only, so they are easily walked.
 */
function mendKeySignatures(bytes: Uint8Array): Uint8Array {
  const mended = bytes.slice();
  const view = new DataView(mended.buffer);
  const track = CHUNK_HEADER + view.getUint32(4);
  const trackEnd = track + CHUNK_HEADER + view.getUint32(track + 4);
  for (let at = track + CHUNK_HEADER; at < trackEnd; ) {
    const event = readQuantity(mended, at).end;
    if (mended[event] !== META) throw new Error('the first MIDI track has an event that is not meta');
    const { value: length, end: data } = readQuantity(mended, event + 2);
    if (mended[event + 1] === KEY_SIGNATURE) view.setInt8(data, view.getInt8(data) - 14);
    at = data + length;
  }
  return mended;
}

/**
 * Writes a MIDI file (format 1): a first track with tempo, metre and key, then soprano, alto, tenor and bass on
 * channels 0 to 3. Repeats are played out, tied notes are one note. Notes MIDI has no number for are left out.
 */
export function writeMidi(score: Score, options: MidiOptions = {}): Uint8Array {
  const file = new MidiFile();
  file.name = asBytes(score.title);
  addTempos(file, score, options.fermata ?? 1);
  addSignatures(file, score);
  const performance = performanceOf(score);
  for (const voice of VOICES) {
    addTrack(file, VOICE_NAMES[voice], voice, options.program ?? CHOIR, performance[voice]);
  }
  file.header.update();
  return mendKeySignatures(file.toArray());
}

/** The same with the names of what MIDI could not carry. */
export function toMidi(score: Score, options: MidiOptions = {}): Conversion<Uint8Array> {
  const asWritten = (options.fermata ?? 1) === 1;
  const losses = lossesOf(score, asWritten ? [...UNCARRIED, 'fermatas'] : UNCARRIED);
  const outside = performanceOf(score).some((notes) => !notes.every(fitsMidi));
  return {
    content: writeMidi(score, options),
    losses: outside ? [...losses, 'notes outside the MIDI range'] : losses,
  };
}
