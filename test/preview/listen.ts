// Ears for the tests: the pitch that sounds in a stretch of a signal, and where sounds begin.

/** How strongly a period shows: 1 for a signal that repeats exactly after it. Normalized autocorrelation. */
function periodicity(signal: Float32Array, from: number, length: number, period: number): number {
  const lag = Math.floor(period);
  const share = period - lag;
  let [ab, aa, bb] = [0, 1e-12, 1e-12];
  for (let i = from; i < from + length; i++) {
    const later = (1 - share) * signal[i + lag]! + share * signal[i + lag + 1]!;
    ab += signal[i]! * later;
    aa += signal[i]! ** 2;
    bb += later ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

/** Power of one frequency in a stretch (Goertzel with a Hann window), in the units of the signal squared. */
export function power(
  signal: Float32Array,
  rate: number,
  from: number,
  length: number,
  hertz: number,
): number {
  const turn = (2 * Math.PI * hertz) / rate;
  let [re, im] = [0, 0];
  for (let i = 0; i < length; i++) {
    const value = (signal[from + i] ?? 0) * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / length));
    re += value * Math.cos(turn * i);
    im += value * Math.sin(turn * i);
  }
  return (re * re + im * im) / (length * length);
}

export const hertz = (midi: number): number => 440 * 2 ** ((midi - 69) / 12);

/** The pitch (a fractional MIDI number) within a semitone of `near` whose period shows most strongly. */
export function nearestPitch(
  signal: Float32Array,
  rate: number,
  from: number,
  length: number,
  near: number,
): number {
  let best = { midi: near, score: -1 };
  for (let midi = near - 1; midi <= near + 1; midi += 0.02) {
    const score = periodicity(signal, from, length, rate / hertz(midi));
    if (score > best.score) best = { midi, score };
  }
  return best.midi;
}

/**
 * The pitch of a single sounding note as a whole MIDI number between C2 and C6: the one whose first harmonics hold
 * most of the power, each weighed less than the one below it.
 */
export function pitchOf(signal: Float32Array, rate: number, from: number, length: number): number {
  const salience = (midi: number): number => {
    let sum = 0;
    for (let h = 1; h <= 5; h++) sum += Math.sqrt(power(signal, rate, from, length, h * hertz(midi))) / h;
    return sum;
  };
  let best = { midi: 0, salience: -1 };
  for (let midi = 36; midi <= 84; midi++) {
    const found = salience(midi);
    if (found > best.salience) best = { midi, salience: found };
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
