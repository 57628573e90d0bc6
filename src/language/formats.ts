// The formats a score comes in and goes out by: one table for both hosts, bytes on either side. Knows no file, no
// editor, and nothing of how a format is read or written.

import { ReadFailure, type Reading } from './read/foreign.ts';
import { readMidi } from './read/midi.ts';
import { readMusicXml } from './read/musicxml.ts';
import { parse } from './read/parse.ts';
import type { Score } from './score.ts';
import { writeAbc } from './write/abc.ts';
import type { Conversion } from './write/losses.ts';
import { toMidi } from './write/midi.ts';
import { toMusicXml, toMxl } from './write/musicxml.ts';

export type FormatName = 'satb' | 'abc' | 'midi' | 'musicxml' | 'mxl';

export interface Format {
  readonly name: FormatName;
  /** As people call it. */
  readonly title: string;
  /** Without the dot, the usual one first. */
  readonly extensions: readonly [string, ...string[]];
  /** Whether its files are texts that this program edits, not files of other programs. */
  readonly isText: boolean;
  /** @throws ReadFailure when the bytes are none of this format, damaged, or too many */
  readonly read: (bytes: Uint8Array) => Reading;
  readonly write: (score: Score) => Conversion<Uint8Array>;
}

const inBytes = ({ content, losses }: Conversion<string>): Conversion<Uint8Array> => ({
  content: new TextEncoder().encode(content),
  losses,
});

export const FORMATS: readonly Format[] = [
  {
    name: 'satb',
    title: 'ABC with open notes',
    extensions: ['satb'],
    isText: true,
    read: readAbc,
    write: (score) => inBytes(writeAbc(score, { dialect: 'satb' })),
  },
  {
    name: 'abc',
    title: 'ABC',
    extensions: ['abc'],
    isText: true,
    read: readAbc,
    write: (score) => inBytes(writeAbc(score, { dialect: 'plain' })),
  },
  {
    name: 'midi',
    title: 'MIDI',
    extensions: ['mid', 'midi'],
    isText: false,
    read: readMidi,
    write: toMidi,
  },
  {
    name: 'musicxml',
    title: 'MusicXML',
    extensions: ['musicxml', 'xml'],
    isText: false,
    read: readMusicXml,
    write: (score) => inBytes(toMusicXml(score)),
  },
  {
    name: 'mxl',
    title: 'Compressed MusicXML',
    extensions: ['mxl'],
    isText: false,
    read: readMusicXml,
    write: toMxl,
  },
];

/** The one of some formats that a file has by its extension. */
export function ofExtension<F extends Pick<Format, 'extensions'>>(
  formats: readonly F[],
  path: string,
): F | null {
  const extension = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase();
  return formats.find(({ extensions }) => extensions.some((one) => one === extension)) ?? null;
}

/** @example formatOf('a/b.MID')?.name // 'midi' */
export const formatOf = (path: string): Format | null => ofExtension(FORMATS, path);

export const formatNamed = (name: FormatName): Format => FORMATS.find((format) => format.name === name)!;

/** UTF-8 where the bytes are valid UTF-8, otherwise Latin-1 (as its superset of Windows), which many old files are. */
export function decode(bytes: Uint8Array): string {
  if (bytes.includes(0)) throw new ReadFailure('This is binary data, not a text in ABC notation.');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

function readAbc(bytes: Uint8Array): Reading {
  const { score, problems } = parse(decode(bytes));
  if (score.bars.length > 0) return { score, losses: [] };
  const why = problems.find(({ severity }) => severity === 'error') ?? problems[0];
  throw new ReadFailure(`No music was found. ${why?.message ?? 'Is this a text in ABC notation?'}`);
}

/**
 * Bytes of one format as bytes of another, with the names of what was lost on either way. Plain ABC is a `satb` text
 * already and stays as it is.
 *
 * @throws ReadFailure when the bytes cannot be read
 */
export function convert(bytes: Uint8Array, from: Format, to: Format): Conversion<Uint8Array> {
  const { score, losses } = from.read(bytes);
  if (from.isText && to.name === 'satb') return { content: bytes, losses };
  const written = to.write(score);
  return { content: written.content, losses: [...new Set([...losses, ...written.losses])] };
}
