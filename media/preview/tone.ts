// How a struck note sounds, whatever plays it: which sample, how fast, how it begins and ends, and where it comes
// from. Knows no audio graph.

import type { Sample } from './bank.ts';

/** Seconds until a note is at its full strength. */
export const ATTACK = 0.012;
/** Where each voice stands, from -1 on the left to 1 on the right. */
export const PLACES = [-0.35, -0.12, 0.12, 0.35] as const;
export const MASTER = 0.75;

/** Notes end a little early, so that one that is repeated is heard again. */
const GAP = 0.02;
const SHORTEST = 0.05;

export interface Tone {
  readonly sample: Sample;
  /** How many times faster than recorded. */
  readonly speed: number;
  /** Seconds after the stroke: when it begins to fade, the fading's time constant, and when it has died away. */
  readonly end: number;
  readonly fading: number;
  readonly stop: number;
}

/** The tone of a MIDI number that is held for `length` seconds. */
export function toneOf(
  { samples, release }: { readonly samples: readonly Sample[]; readonly release: number },
  pitch: number,
  length: number,
): Tone {
  const sample = samples.reduce((a, b) => (Math.abs(b.pitch - pitch) < Math.abs(a.pitch - pitch) ? b : a));
  const end = Math.max(SHORTEST, length - GAP);
  const speed = 2 ** ((pitch - sample.pitch) / 12);
  return { sample, speed, end, fading: release / 3, stop: end + release * 1.5 };
}
