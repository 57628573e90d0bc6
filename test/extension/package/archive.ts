// Reads a .vsix (a zip) from its central directory. Knows only what ours need: stored or deflated, no zip64.
import { readFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';

export interface Entry {
  readonly name: string;
  readonly size: number;
  read(): Buffer;
}

const END = 0x06054b50;
const DIRECTORY = 0x02014b50;

export function entriesOf(path: string): Entry[] {
  const zip = readFileSync(path);
  let end = zip.length - 22;
  while (end >= 0 && zip.readUInt32LE(end) !== END) end--;
  if (end < 0) throw new Error(`${path} is no zip`);
  const entries: Entry[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    if (zip.readUInt32LE(at) !== DIRECTORY) throw new Error(`${path} has a broken directory`);
    const [method, packed, size] = [
      zip.readUInt16LE(at + 10),
      zip.readUInt32LE(at + 20),
      zip.readUInt32LE(at + 24),
    ];
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) =>
      zip.readUInt16LE(at + offset),
    );
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength!);
    const local = zip.readUInt32LE(at + 42);
    const read = () => {
      const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
      const bytes = zip.subarray(start, start + packed);
      return method === 0 ? bytes : inflateRawSync(bytes);
    };
    entries.push({ name, size, read });
    at += 46 + nameLength! + extraLength! + commentLength!;
  }
  return entries;
}
