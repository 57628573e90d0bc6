// Ears for the tests: the pitch that sounds in a stretch of a signal, and where sounds begin.

const windows = new Map<number, Float32Array>();

function hann(length: number): Float32Array {
  const known = windows.get(length);
  if (known) return known;
  const made = Float32Array.from({ length }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / length));
  windows.set(length, made);
  return made;
}

/** Power of one frequency in a stretch (Goertzel with a Hann window), in the units of the signal squared. */
export function power(
  signal: Float32Array,
  rate: number,
  from: number,
  length: number,
  frequency: number,
): number {
  const window = hann(length);
  const turn = 2 * Math.cos((2 * Math.PI * frequency) / rate);
  let [last, before] = [0, 0];
  for (let i = 0; i < length; i++) {
    const next = (signal[from + i] ?? 0) * window[i]! + turn * last - before;
    before = last;
    last = next;
  }
  return (last * last + before * before - turn * last * before) / (length * length);
}

export const hertz = (midi: number): number => 440 * 2 ** ((midi - 69) / 12);

/** The pitch (a fractional MIDI number) within a semitone of `near` whose first partials are strongest. */
export function nearestPitch(
  signal: Float32Array,
  rate: number,
  from: number,
  length: number,
  near: number,
  partials: number,
): number {
  let best = { midi: near, power: -1 };
  for (let midi = near - 1; midi <= near + 1; midi += 0.04) {
    let found = 0;
    for (let h = 1; h <= partials; h++) found += power(signal, rate, from, length, h * hertz(midi));
    if (found > best.power) best = { midi, power: found };
  }
  return best.midi;
}

/**
 * The sounding pitch as a whole MIDI number between two: the one whose first partials hold most of the power, each
 * weighed less than the one below it. Registers of an octave apart sound together in an organ, so the bounds are
 * best less than an octave apart.
 */
export function pitchOf(
  signal: Float32Array,
  rate: number,
  from: number,
  length: number,
  [low, high]: readonly [number, number],
): number {
  let best = { midi: 0, salience: -1 };
  for (let midi = low; midi <= high; midi++) {
    let salience = 0;
    for (let h = 1; h <= 4; h++)
      salience += Math.sqrt(power(signal, rate, from, length, h * hertz(midi))) / h;
    if (salience > best.salience) best = { midi, salience };
  }
  return best.midi;
}

/** Root mean square of a stretch. */
export function loudness(signal: Float32Array, from: number, length: number): number {
  let sum = 0;
  for (let i = from; i < from + length; i++) sum += (signal[i] ?? 0) ** 2;
  return Math.sqrt(sum / length);
}

/** The samples of a 16-bit mono WAV with a plain 44-byte header. */
export function pcm(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from(
    { length: (bytes.byteLength - 44) >> 1 },
    (_, i) => view.getInt16(44 + 2 * i, true) / 32768,
  );
}
