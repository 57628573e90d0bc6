// The values of information fields: key, metre, unit length, tempo, voice. Text in, values out; null where the
// text is no such value. Knows nothing of where a field stands or whom it concerns.

import { type Key, keyOf, LETTERS, type Letter, type Mode, midi, type Pitch } from '../pitch.ts';
import { barTicks, type Metre, TICKS_PER_WHOLE, type Tick } from '../time.ts';

const MODES: readonly (readonly [string, Mode])[] = [
  ['maj', 'major'],
  ['ion', 'major'],
  ['min', 'minor'],
  ['aeo', 'minor'],
  ['dor', 'dorian'],
  ['phr', 'phrygian'],
  ['lyd', 'lydian'],
  ['mix', 'mixolydian'],
  ['loc', 'locrian'],
];

const ALTERS: Record<string, number> = { '': 0, '=': 0, '#': 1, b: -1, '^': 1, '^^': 2, _: -1, __: -2 };

export const C_MAJOR: Key = keyOf({ letter: 0, alter: 0 }, 'major');
/** Great Highland pipes: F and C sharp, G natural. */
const PIPES: Key = { ...keyOf({ letter: 5, alter: 0 }, 'mixolydian'), signature: [1, 0, 0, 1, 0, 0, 0] };

/** How the pitches of a voice are written: `octave` and the `-8` of a clef in octaves, `transpose` in semitones. */
export interface Clef {
  readonly name: string | null;
  readonly octave: number;
  readonly transpose: number;
}

export interface KeyField {
  /** Null when the field only sets a clef. */
  readonly key: Key | null;
  readonly properties: Properties;
}

/** The `name=value` pairs and clef words of a `K:` or `V:` field. */
export interface Properties {
  readonly clef: string | null;
  readonly octave: number | null;
  readonly transpose: number | null;
  readonly name: string | null;
}

const CLEF_WORD =
  /^(?:treble|bass|alto|tenor|soprano|mezzosoprano|baritone|perc|none|[GCF]\d)\d?(?:[+^-]\d+|_\d+)?$/i;
const PROPERTY = /([\w-]+)=("[^"]*"|\S+)|(\S+)/g;

/** Reads clef and other properties; words that are none of them are handed back. */
function readProperties(text: string): { properties: Properties; words: string[] } {
  const found: { clef: string | null; octave: number | null; transpose: number | null; name: string | null } =
    {
      clef: null,
      octave: null,
      transpose: null,
      name: null,
    };
  const words: string[] = [];
  for (const [, key, quoted = '', word] of text.matchAll(PROPERTY)) {
    const value = quoted.replace(/^"|"$/g, '');
    if (word !== undefined) {
      if (CLEF_WORD.test(word)) found.clef = word.toLowerCase();
      else words.push(word);
    } else if (key === 'clef') found.clef = value.toLowerCase();
    else if (key === 'octave') found.octave = wholeNumber(value, 9);
    else if (key === 'transpose' || key === 't') found.transpose = wholeNumber(value, 48);
    else if (key === 'name' || key === 'nm') found.name = value;
  }
  return { properties: found, words };
}

const wholeNumber = (text: string, limit: number): number | null => {
  const number = Number(text);
  return Number.isInteger(number) && Math.abs(number) <= limit ? number : null;
};

/** Octaves a clef name moves what is heard: `treble-8` sounds an octave lower. */
export const clefOctave = (clef: string | null): number => {
  const suffix = clef === null ? null : /([+^]|[-_])(8|15)$/.exec(clef);
  if (!suffix) return 0;
  return (suffix[1] === '+' || suffix[1] === '^' ? 1 : -1) * (suffix[2] === '15' ? 2 : 1);
};

/** `K:` in all its forms; null when there is text that is no key. @example readKey('Bb exp _e') */
export function readKey(text: string): KeyField | null {
  const { properties, words } = readProperties(text.trim());
  if (words.length === 0) return { key: text.trim() === '' ? C_MAJOR : null, properties };
  const first = words[0] ?? '';
  if (/^none$/i.test(first)) return { key: altered(C_MAJOR, words.slice(1)), properties };
  if (first === 'HP') return { key: { ...C_MAJOR, tonic: { letter: 5, alter: 0 } }, properties };
  if (first === 'Hp') return { key: PIPES, properties };
  if (/^[_^=]/.test(first)) return { key: altered(C_MAJOR, words), properties };
  const match = /^([A-G])([#b]?)(.*)$/.exec(first);
  if (!match) return null;
  const rest = [...(match[3] ? [match[3]] : []), ...words.slice(1)];
  const mode = rest[0] === undefined ? null : readMode(rest[0]);
  const explicit = rest[mode ? 1 : 0]?.toLowerCase() === 'exp';
  const tonic = { letter: LETTERS.indexOf(match[1] ?? 'C') as Letter, alter: ALTERS[match[2] ?? ''] ?? 0 };
  const plain = keyOf(tonic, mode ?? 'major');
  const base = explicit ? { ...plain, signature: C_MAJOR.signature } : plain;
  const more = rest.slice((mode ? 1 : 0) + (explicit ? 1 : 0));
  if (more.some((word) => !/^[_^=]+[A-Ga-g]$/.test(word))) return null;
  return { key: altered(base, more), properties };
}

const readMode = (word: string): Mode | null => {
  const lower = word.toLowerCase();
  if (lower === 'm') return 'minor';
  return MODES.find(([start]) => lower.startsWith(start))?.[1] ?? null;
};

function altered(key: Key, accidentals: readonly string[]): Key {
  if (accidentals.length === 0) return key;
  const signature: [number, number, number, number, number, number, number] = [...key.signature];
  for (const word of accidentals) {
    const letter = LETTERS.indexOf(word.slice(-1).toUpperCase());
    if (letter >= 0) signature[letter as Letter] = ALTERS[word.slice(0, -1)] ?? 0;
  }
  return { ...key, signature };
}

/** `M:`; null for `none`, undefined when it is no metre. @example readMetre('C|') // { beats: 2, unit: 2 } */
export function readMetre(text: string): Metre | null | undefined {
  const value = text.replace(/\s+/g, '');
  if (value === 'C') return { beats: 4, unit: 4 };
  if (value === 'C|') return { beats: 2, unit: 2 };
  if (/^none$/i.test(value) || value === '') return null;
  const match = /^\(?(\d+(?:\+\d+)*)\)?\/(\d+)$/.exec(value);
  if (!match) return undefined;
  const beats = (match[1] ?? '').split('+').reduce((sum, part) => sum + Number(part), 0);
  const unit = Number(match[2]);
  if (beats < 1 || beats > 64 || unit < 1 || unit > 64 || (unit & (unit - 1)) !== 0) return undefined;
  return { beats, unit };
}

/** `L:` in ticks; null when it is no length. */
export function readUnit(text: string): Tick | null {
  const match = /^(\d+)(?:\s*\/\s*(\d+))?$/.exec(text.trim());
  if (!match) return null;
  const ticks = (Number(match[1]) * TICKS_PER_WHOLE) / Number(match[2] ?? 1);
  return Number.isInteger(ticks) && ticks > 0 && ticks <= 4 * TICKS_PER_WHOLE ? ticks : null;
}

/** Where there is no `L:`: a sixteenth in metres shorter than three quarters of a whole note, else an eighth. */
export const defaultUnit = (metre: Metre | null): Tick =>
  metre && barTicks(metre) < 0.75 * TICKS_PER_WHOLE ? TICKS_PER_WHOLE / 16 : TICKS_PER_WHOLE / 8;

/** Quarters a minute of the usual tempo words, where no number is given. */
const TEMPO_WORDS: Record<string, number> = {
  largo: 50,
  lento: 56,
  adagio: 66,
  andante: 80,
  andantino: 88,
  moderato: 104,
  allegretto: 116,
  allegro: 132,
  vivace: 160,
  presto: 184,
};

/** `Q:`; null when it says nothing about speed. A bare number counts unit lengths, as in old files. */
export function readTempo(text: string, unit: Tick): { quarters: number; text: string | null } | null {
  const words = /"([^"]*)"/.exec(text)?.[1] ?? null;
  const rest = text.replace(/"[^"]*"/g, ' ').trim();
  const perMinute = /^(.*)=\s*(\d+(?:\.\d+)?)$/.exec(rest);
  let quarters: number | null = null;
  if (perMinute) {
    let whole = 0;
    for (const [, num, den] of (perMinute[1] ?? '').matchAll(/(?<!\d)(\d+)\s*\/\s*(\d+)/g))
      whole += Number(num) / Number(den);
    const beat = whole > 0 && Number.isFinite(whole) ? whole : unit / TICKS_PER_WHOLE;
    quarters = 4 * beat * Number(perMinute[2]);
  } else if (/^\d+$/.test(rest)) quarters = (4 * unit * Number(rest)) / TICKS_PER_WHOLE;
  else if (words !== null) quarters = TEMPO_WORDS[words.trim().toLowerCase()] ?? null;
  if (quarters === null || !(quarters > 0) || quarters > 4000) return null;
  return { quarters, text: words };
}

/** `V:`: the voice's id and properties. */
export function readVoice(text: string): { id: string; properties: Properties } {
  const match = /^\s*(\S*)\s*([\s\S]*)$/.exec(text);
  return { id: match?.[1] ?? '', properties: readProperties(match?.[2] ?? '').properties };
}

const PITCH = /^(\^\^|\^|__|_|=)?([A-Ga-g])([,']*)$/;

/** A pitch as written, without key or clef: alter is null when no accidental is written. */
export function readPitch(text: string): { letter: Letter; alter: number | null; octave: number } | null {
  const match = PITCH.exec(text);
  if (!match) return null;
  const name = match[2] ?? 'C';
  const upper = name.toUpperCase();
  let octave = name === upper ? 4 : 5;
  for (const mark of match[3] ?? '') octave += mark === ',' ? -1 : 1;
  return {
    letter: LETTERS.indexOf(upper) as Letter,
    alter: match[1] === undefined ? null : (ALTERS[match[1]] ?? 0),
    octave,
  };
}

/** Diatonic steps of a chromatic interval of 0 to 11 semitones, as transposing instruments are written. */
const STEPS = [0, 1, 1, 2, 2, 3, 3, 4, 5, 5, 6, 6] as const;

/** The pitch some semitones higher, spelled by the usual interval. */
export function transposed(pitch: Pitch, semitones: number): Pitch {
  if (semitones === 0) return pitch;
  const octaves = Math.floor(semitones / 12);
  const steps = pitch.letter + (STEPS[semitones - 12 * octaves] ?? 0);
  const moved = {
    letter: (steps % 7) as Letter,
    alter: 0,
    octave: pitch.octave + octaves + Math.floor(steps / 7),
  };
  return { ...moved, alter: midi(pitch) + semitones - midi(moved) };
}
