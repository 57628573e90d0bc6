// MIDI files that contradict themselves are refused at once; those that other programs write are not.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ReadFailure } from '../../../src/language/read/foreign.ts';
import { readMidi } from '../../../src/language/read/midi.ts';
import { checkMidiBytes } from '../../../src/language/read/midibytes.ts';
import { parse } from '../../../src/language/read/parse.ts';
import { toMidi } from '../../../src/language/write/midi.ts';

const tune = readFileSync(join(import.meta.dirname, '../../../examples/adeste.satb'), 'utf8');
const whole = toMidi(parse(tune).score).content;
const secondTrack = 14 + 8 + new DataView(whole.buffer, whole.byteOffset).getUint32(14 + 4);

function changed(at: number, ...bytes: number[]): Uint8Array {
  const copy = Uint8Array.from(whole);
  copy.set(bytes, at);
  return copy;
}

describe('bytes of a MIDI file', () => {
  test('as we write them are well', () => {
    expect(() => checkMidiBytes(whole)).not.toThrow();
  });

  test('may use running status', () => {
    const track = [0, 0x90, 60, 64, 0, 62, 64, 96, 0x80, 60, 0, 0, 62, 0, 0, 0xff, 0x2f, 0];
    const head = [0x4d, 0x54, 0x68, 0x64, 0, 0, 0, 6, 0, 0, 0, 1, 0, 96];
    const file = Uint8Array.from([...head, 0x4d, 0x54, 0x72, 0x6b, 0, 0, 0, track.length, ...track]);
    expect(() => checkMidiBytes(file)).not.toThrow();
  });

  test.each([
    ['a part that claims 2 GB', changed(secondTrack + 4, 0xff, 0xff, 0xff, 0xf0)],
    ['a length without end', changed(secondTrack + 8, 0xff, 0xff, 0xff, 0xff, 0xff)],
    ['a file that is cut off', whole.slice(0, whole.length - 5)],
    ['an event without a kind', changed(secondTrack + 8, 0, 0xf4)],
  ])('%s is refused', (_, bytes) => {
    expect(() => readMidi(bytes)).toThrow(ReadFailure);
  });
});
