// Refuses files that would not fit into memory, before anything is unpacked. Knows XML and zip, nothing of music.

import { ReadFailure } from './foreign.ts';

/** Limits: the largest hymnal is far below them, a bomb far above. */
const LONGEST_XML = 40_000_000;
const LONGEST_ZIP = 2_000_000;
const LONGEST_UNZIPPED = 40_000_000;
/** Scores shrink to a twentieth, rarely to a fiftieth; what shrinks further, and is no small file, is one thing over and over. */
const MOST_SHRUNK = 100;
const SMALL_UNZIPPED = 4_000_000;
const MOST_FILES = 200;

/** Entities of its own have no place in MusicXML; they are how XML bombs are built. */
export function checkXml(bytes: Uint8Array): void {
  if (bytes.length > LONGEST_XML)
    throw new ReadFailure(
      `This file has ${megabytes(bytes.length)}; more than ${megabytes(LONGEST_XML)} are not read.`,
    );
  const start = new TextDecoder('utf-8').decode(bytes.subarray(0, 65_536)).replaceAll('\0', '');
  if (/<!ENTITY/i.test(start))
    throw new ReadFailure('This file declares XML entities of its own. Such files are not read.');
  if (!/<score-(?:partwise|timewise)/.test(start))
    throw new ReadFailure('This is no MusicXML file: it has no score in it.');
  if (/<score-timewise/.test(start))
    throw new ReadFailure(
      'This MusicXML file is ordered by time (score-timewise). Save it part by part (score-partwise).',
    );
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;

/** Adds up what a zip says it will unpack to, before anything is unpacked. */
export function checkZip(bytes: Uint8Array): void {
  const tooLarge = new ReadFailure(
    'This zipped file would unpack to far more than a score needs. It is not read.',
  );
  const damaged = new ReadFailure('This zipped file is damaged: its table of contents cannot be read.');
  if (bytes.length > LONGEST_ZIP) throw tooLarge;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== END_OF_DIRECTORY) end--;
  if (end < 0) throw damaged;
  const files = view.getUint16(end + 10, true);
  if (files > MOST_FILES) throw tooLarge;
  let at = view.getUint32(end + 16, true);
  let unpacked = 0;
  for (let i = 0; i < files; i++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== DIRECTORY_ENTRY) throw damaged;
    unpacked += view.getUint32(at + 24, true);
    at += 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  if (unpacked > LONGEST_UNZIPPED || unpacked > Math.max(SMALL_UNZIPPED, MOST_SHRUNK * bytes.length))
    throw tooLarge;
}
