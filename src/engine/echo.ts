// Where a piece sings the same again (the second half of a bar form, a refrain): what sounds there, for cells that are
// erased here. Looks at known cells only; a fact about the notes, not a guess of the network's.

import { REST } from '../language/roll.ts';
import type { View } from './predict.ts';

/** How many candidates a cell has. */
export const ECHOES = 2;

/**
 * For each erased cell (steps x 4), the pitches best supported by other places of the piece, the best one first: MIDI
 * number (REST where there is none), strength, 0 to 1, and the step where it sounds. All [ECHOES, steps x 4].
 */
export interface Echo {
  readonly pitch: Int16Array;
  readonly strength: Float32Array;
  readonly step: Int32Array;
}

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
  if (!erased.subarray(4 * from, 4 * to).includes(1)) return echo;
  const agreement = new Float32Array(steps);
  const before = new Float32Array(steps);
  for (let beats = -FARTHEST; beats <= FARTHEST; beats++) {
    if (Math.abs(beats) < NEAREST) continue;
    const lag = beats * beat;
    const first = Math.max(0, from - REACH * beat, -lag);
    const end = Math.min(steps, to + REACH * beat, steps - lag);
    let sum = 0;
    for (let t = first; t < end; t++) {
      agreement[t] = agreementAt(pitch, erased, t, lag) / beat;
      before[t] = sum;
      sum = within(sum + agreement[t]!);
    }
    let after = 0;
    for (let t = end - 1; t >= first; t--) {
      const evidence = before[t]! + agreement[t]! + after;
      after = within(after + agreement[t]!);
      if (evidence <= 0 || t < from || t >= to) continue;
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

/** Of the voices known at both places; silence in both says nothing. */
function agreementAt(pitch: Int16Array, erased: Uint8Array, step: number, lag: number): number {
  let found = 0;
  for (let cell = 4 * step; cell < 4 * step + 4; cell++) {
    const there = cell + 4 * lag;
    if (erased[cell] || erased[there]) continue;
    if (pitch[cell] !== pitch[there]) found -= DIFFERS;
    else if (pitch[cell]! >= 0) found += AGREES;
  }
  return found;
}

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
