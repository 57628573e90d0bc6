// Whether bytes are laid out as a Standard MIDI File says, before a library reads them: it trusts the lengths that
// are written there, and a length with its highest bit set would send it backwards, for ever. Knows no music.

/** Data bytes behind a channel message, by its upper half byte (8 to E). */
const DATA_BYTES: Readonly<Record<number, number>> = { 8: 2, 9: 2, 10: 2, 11: 2, 12: 1, 13: 1, 14: 2 };
/** Longest number of variable length: four bytes of seven bits. */
const MOST_DIGITS = 4;

class Walk {
  constructor(
    private readonly bytes: Uint8Array,
    public at: number,
    private readonly end: number,
  ) {}

  get done(): boolean {
    return this.at >= this.end;
  }

  byte(): number {
    if (this.done) throw new RangeError('an event is cut off');
    return this.bytes[this.at++]!;
  }

  variable(): number {
    let value = 0;
    for (let digits = 0; digits < MOST_DIGITS; digits++) {
      const byte = this.byte();
      value = value * 128 + (byte & 0x7f);
      if (byte < 0x80) return value;
    }
    throw new RangeError('a number has too many digits');
  }

  skip(count: number): void {
    if (count > this.end - this.at) throw new RangeError('an event is longer than its track');
    this.at += count;
  }
}

function walkTrack(walk: Walk): void {
  let running = 0;
  while (!walk.done) {
    walk.variable();
    const first = walk.byte();
    if (first === 0xff) {
      walk.skip(1);
      walk.skip(walk.variable());
    } else if (first === 0xf0 || first === 0xf7) walk.skip(walk.variable());
    else {
      const status = first >= 0x80 ? first : running;
      const data = DATA_BYTES[status >> 4];
      if (data === undefined) throw new RangeError('an event has no kind');
      // Where the kind is the one before, the first byte is data already.
      walk.skip(first >= 0x80 ? data : data - 1);
      running = status;
    }
  }
}

/** @throws RangeError with the reason in words where the bytes contradict themselves */
export function checkMidiBytes(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; ) {
    if (bytes.length - at < 8) throw new RangeError('its last part is cut off');
    const length = view.getUint32(at + 4);
    const begin = at + 8;
    if (length > bytes.length - begin) throw new RangeError('a part claims to be longer than the file');
    if (String.fromCharCode(...bytes.subarray(at, at + 4)) === 'MTrk')
      walkTrack(new Walk(bytes, begin, begin + length));
    at = begin + length;
  }
}
