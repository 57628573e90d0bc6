// Where a piece sings the same again (the second half of a bar form, a refrain): what sounds there, for cells that are
// erased here. Looks at known cells only; a fact about the notes, not a guess of the network's.

import { REST } from '../language/roll.ts';
import type { Echo, View } from './predict.ts';

/** How many candidates a cell has. */
export const ECHOES = 2;

/** What a beat of one voice says for a repeat when it is the same at both places, and against it when it is not. */
const AGREES = 1.2;
const DIFFERS = 2.8;
/** Most that is believed from either side: about four beats of four voices. */
const MOST = 20;
/** How far on either side of a cell one looks whether the music is the same, and how far its echo may lie. Beats. */
const REACH = 20;
const NEAREST = 4;
const FARTHEST = 64;

/**
 * Compares a piece with itself, shifted by each number of beats either way. Agreement before and after a cell is summed as
 * in a CUSUM chart (Page 1954): never below nothing, so that what comes before a repeat does not count against it.
 *
 * @param beat steps of a beat
 * @returns the echo of the steps `from` to `to`
 */
export function echoOf(
  { steps, pitch, erased }: Pick<View, 'steps' | 'pitch' | 'erased'>,
  beat: number,
  from = 0,
  to = steps,
): Echo {
  const cells = 4 * (to - from);
  const echo: Echo = {
    pitch: new Int16Array(ECHOES * cells).fill(REST),
    strength: new Float32Array(ECHOES * cells),
    step: new Int32Array(ECHOES * cells).fill(-1),
  };
  const asked = erased.subarray(4 * from, 4 * to);
  if (!asked.includes(1)) return echo;
  const opens = from + (asked.indexOf(1) >> 2);
  const closes = from + (asked.lastIndexOf(1) >> 2) + 1;
  const chords = chordsNear({ steps, pitch, erased }, opens, closes, (REACH + FARTHEST) * beat);
  const before = new Float32Array(steps);
  for (let beats = -FARTHEST; beats <= FARTHEST; beats++) {
    if (Math.abs(beats) < NEAREST) continue;
    const lag = beats * beat;
    const first = Math.max(0, opens - REACH * beat, -lag);
    const end = Math.min(steps, closes + REACH * beat, steps - lag);
    const alike = (t: number): number => agreement(chords[t]!, chords[t + lag]!) / beat;
    let sum = 0;
    for (let t = first; t < Math.min(end, closes); t++) {
      before[t] = sum;
      sum = within(sum + alike(t));
    }
    let after = 0;
    for (let t = end - 1; t >= Math.max(first, opens); t--) {
      const here = alike(t);
      const evidence = t < closes ? before[t]! + here + after : 0;
      after = within(after + here);
      if (evidence <= 0) continue;
      for (let cell = 4 * t; cell < 4 * t + 4; cell++) {
        const there = cell + 4 * lag;
        if (erased[cell] && !erased[there])
          suggest(echo, cell - 4 * from, { midi: pitch[there]!, step: there >> 2, evidence });
      }
    }
  }
  for (let i = 0; i < echo.strength.length; i++)
    echo.strength[i] = Math.min(1, echo.strength[i]! / (2 * MOST));
  return echo;
}

const within = (evidence: number): number => Math.max(0, Math.min(MOST, evidence));

/** Marks a voice of a chord that is not known, or silent. */
const MUTE = 0x80;
const MUTES = 0x80808080;

/** What is known of each step, a byte for each voice: its pitch, or MUTE. So far on either side as it may be asked for. */
function chordsNear(
  { steps, pitch, erased }: Pick<View, 'steps' | 'pitch' | 'erased'>,
  from: number,
  to: number,
  reach: number,
): Int32Array {
  const chords = new Int32Array(steps);
  const end = Math.min(steps, to + reach);
  for (let step = Math.max(0, from - reach); step < end; step++) {
    let chord = 0;
    for (let cell = 4 * step; cell < 4 * step + 4; cell++)
      chord = (chord << 8) | (erased[cell] || pitch[cell]! < 0 ? MUTE : pitch[cell]!);
    chords[step] = chord;
  }
  return chords;
}

/** Of the voices that sound and are known in both chords, all four compared at once. */
function agreement(one: number, other: number): number {
  const both = ~(one | other) & MUTES;
  // The highest bit of each byte in which the two differ.
  const unlike = (((one ^ other) & ~MUTES) + ~MUTES) & both;
  const differ = bytesOf(unlike);
  return AGREES * (bytesOf(both) - differ) - DIFFERS * differ;
}

/** How many bytes have their highest bit; no others are set. */
const bytesOf = (bits: number): number => Math.imul(bits >>> 7, 0x01010101) >>> 24;

/** Keeps the best pitches of a cell, each where it is best attested. */
function suggest(
  { pitch, strength, step }: Echo,
  cell: number,
  found: { readonly midi: number; readonly step: number; readonly evidence: number },
): void {
  const second = cell + pitch.length / ECHOES;
  const put = (at: number): void => {
    pitch[at] = found.midi;
    step[at] = found.step;
    strength[at] = found.evidence;
  };
  if (found.midi < 0 || found.evidence <= strength[second]!) return;
  if (found.midi === pitch[cell]) {
    if (found.evidence > strength[cell]!) put(cell);
  } else if (found.evidence > strength[cell]!) {
    pitch[second] = pitch[cell]!;
    step[second] = step[cell]!;
    strength[second] = strength[cell]!;
    put(cell);
  } else put(second);
}
