// A piece as a WAV file: the preview's own performance and samples, mixed here instead of in a browser.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bank } from '../../media/preview/bank.ts';
import { perform } from '../../media/preview/timeline.ts';
import { ATTACK, MASTER, PLACES, type Tone, toneOf } from '../../media/preview/tone.ts';
import { wavBytes } from '../../media/preview/wav.ts';
import type { Score } from '../language/score.ts';
import { sheetOf } from '../language/write/sheet.ts';
import { CommandFailure } from './files.ts';

/** Frames a second of what is made. */
const RATE = 44_100;
/** Silence at the end, in which the last note dies away. */
const TAIL = 0.5;
/** Minutes; a file of more would not fit into memory everywhere. */
const LONGEST = 30;

/** The piece as it is played from beginning to end, by one of the instruments in a folder with a bank of samples. */
export function soundOf(score: Score, instrument: string, folder: string): Uint8Array {
  const bank: Bank = JSON.parse(readFileSync(join(folder, 'bank.json'), 'utf8'));
  const found = bank.instruments[instrument];
  if (!found) throw new CommandFailure(`there is no sound called ${instrument}`, 2);
  const recorded = samplesIn(readFileSync(join(folder, found.file)));
  const sheet = sheetOf(score);
  const { sounds, seconds } = perform(sheet, {
    from: 0,
    to: sheet.length,
    speed: 1,
    repeats: true,
    countIn: false,
  });
  if (seconds > 60 * LONGEST)
    throw new CommandFailure(`it lasts ${Math.round(seconds / 60)} minutes, of ${LONGEST} at most`);
  const channels = [0, 1].map(() => new Float32Array(Math.ceil((seconds + TAIL) * RATE)));
  for (const { voice, pitch, at, length } of sounds) {
    const turn = ((PLACES[voice] + 1) * Math.PI) / 4;
    const gains = [MASTER * Math.cos(turn), MASTER * Math.sin(turn)];
    mix(channels, Math.round(at * RATE), toneOf(found, pitch, length), recorded, bank.rate, gains);
  }
  return wavBytes(channels, RATE);
}

/** Adds a tone to all channels, from a frame on. */
function mix(
  channels: readonly Float32Array[],
  from: number,
  { sample, speed, end, fading, stop }: Tone,
  recorded: Float32Array,
  rate: number,
  gains: readonly number[],
): void {
  const { start, length, loopStart, loopEnd } = sample;
  const last = start + (loopEnd > 0 ? loopEnd : length);
  const step = (speed * rate) / RATE;
  let place = start;
  for (let frame = 0; frame < stop * RATE; frame++, place += step) {
    if (place >= last) {
      if (loopEnd === 0) return;
      place -= loopEnd - loopStart;
    }
    const seconds = frame / RATE;
    const fade = seconds < end ? 1 : Math.exp((end - seconds) / fading);
    const value = between(recorded, place) * Math.min(1, seconds / ATTACK) * fade;
    channels.forEach((channel, i) => {
      // What rings on behind the end of the file is not heard.
      if (from + frame < channel.length) channel[from + frame]! += value * gains[i]!;
    });
  }
}

/** The recording between two of its frames: a cubic through the four around (Catmull and Rom's). */
function between(recorded: Float32Array, place: number): number {
  const at = Math.floor(place);
  const t = place - at;
  const [a, b, c, d] = [-1, 0, 1, 2].map((by) => recorded[at + by] ?? 0) as [number, number, number, number];
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

/** The samples of a 16-bit mono WAV as the bank's are: behind 44 bytes. */
function samplesIn(bytes: Buffer): Float32Array {
  return Float32Array.from(
    { length: (bytes.length - 44) >> 1 },
    (_, i) => bytes.readInt16LE(44 + 2 * i) / 2 ** 15,
  );
}
