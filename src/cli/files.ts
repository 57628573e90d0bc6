// Bytes in, bytes out: the command line's only way to the disk. Knows nothing of music.

import { randomBytes } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** A "no" that the user can act on. Exit code 2 for wrong usage, 1 for everything else. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  constructor(
    message: string,
    readonly exitCode: 1 | 2 = 1,
  ) {
    super(message);
  }
}

/** How a file's bytes were read as text, so that the same bytes can be written again. */
export type Encoding = 'utf8' | 'latin1';

export interface SourceText {
  readonly text: string;
  readonly encoding: Encoding;
}

/** Larger than any score: a 300-bar piece for four voices has about 50 kB. */
const LARGEST = { text: 4 * 2 ** 20, binary: 64 * 2 ** 20 } as const;

/** All bytes of a file (`-`: standard input), never more than `largest`. */
function readBounded(path: string, largest: number): Buffer {
  if (path === '-') {
    const chunks: Buffer[] = [];
    let total = 0;
    for (;;) {
      const chunk = Buffer.alloc(65_536);
      const read = readSync(0, chunk, 0, chunk.length, null);
      if (read === 0) return Buffer.concat(chunks);
      total += read;
      if (total > largest)
        throw new CommandFailure(`standard input: more than ${largest >> 20} MB, too large for a score`);
      chunks.push(chunk.subarray(0, read));
    }
  }
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new CommandFailure(`${path}: no such file`);
  if (!found.isFile()) throw new CommandFailure(`${path}: not a file`);
  if (found.size > largest) {
    throw new CommandFailure(
      `${path}: ${(found.size / 2 ** 20).toFixed(1)} MB, too large for a score (at most ${largest >> 20} MB)`,
    );
  }
  return readFileSync(path);
}

/** Reads a score's text: UTF-8 where the bytes are valid UTF-8, otherwise Latin-1, which keeps every byte. */
export function readText(path: string): SourceText {
  const bytes = guarded(path, () => readBounded(path, LARGEST.text));
  if (bytes.includes(0)) throw new CommandFailure(`${path}: binary data, not a text in ABC notation`);
  try {
    return {
      text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
      encoding: 'utf8',
    };
  } catch {
    return { text: bytes.toString('latin1'), encoding: 'latin1' };
  }
}

export function readBytes(path: string, kind: keyof typeof LARGEST = 'binary'): Uint8Array {
  return guarded(path, () => readBounded(path, LARGEST[kind]));
}

/** The bytes of a text in the encoding it was read in. */
export function encode(text: string, encoding: Encoding): Buffer {
  // Everything Cantus inserts is ASCII, so a Latin-1 file stays one.
  return Buffer.from(text, encoding);
}

/** Writes a whole file or nothing: to a neighbour first, then renamed over the target. */
export function writeWhole(path: string, bytes: Uint8Array): void {
  guarded(path, () => {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory()) throw new CommandFailure(`${path}: is a folder`);
    // A device or a pipe is written to, not replaced.
    if (found && !found.isFile()) return writeFileSync(path, bytes);
    // What a link leads to is replaced, not the link.
    const target = found ? realpathSync(path) : path;
    const folder = dirname(target);
    makeFolder(folder);
    const draft = join(folder, `.${basename(target)}.${randomBytes(4).toString('hex')}`);
    try {
      const handle = openSync(draft, 'wx', found?.mode ?? 0o666);
      try {
        writeFileSync(handle, bytes);
      } finally {
        closeSync(handle);
      }
      renameSync(draft, target);
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    }
  });
}

/** Level by level: Node's own recursive way never ends where the system refuses with "no such file" (as /proc does). */
function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'is a folder',
  ENOENT: 'no such file or folder',
  ENOTDIR: 'a part of the path is not a folder',
  ENOSPC: 'no space left',
  EROFS: 'read-only',
  EAGAIN: 'standard input is not ready',
};

/** What a user can make of an error: the system's codes in words, with the path they are about. */
export function messageOf(error: unknown, path?: string): string {
  const { code, path: named, message } = Object(error) as NodeJS.ErrnoException;
  const what = path ?? named;
  const said = (code !== undefined && REASONS[code]) || message || String(error);
  return what === undefined || error instanceof CommandFailure ? said : `${what}: ${said}`;
}

/** Turns what the system says into one line a user can act on. */
function guarded<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof CommandFailure ? error : new CommandFailure(messageOf(error, path));
  }
}
