// Small harmonizing problems for tests of what carries them about.
import type { View } from '../../src/engine/predict.ts';
import type { Wishes } from '../../src/engine/protocol.ts';
import { EITHER, type Grid, STARTS, UNKNOWN } from '../../src/language/roll.ts';

const MELODY = [67, 69, 71, 72, 74, 72, 71, 69];

/** A soprano in quarters over three open voices, in bars of 4/4 sixteenths. */
export function openUnderMelody(bars: number): Grid {
  const steps = 16 * bars;
  const cells = 4 * steps;
  const isSoprano = (cell: number) => cell % 4 === 0;
  const each = (of: (cell: number) => number) => Array.from({ length: cells }, (_, cell) => of(cell));
  return {
    resolution: 16,
    steps,
    pitch: Int16Array.from(
      each((cell) => (isSoprano(cell) ? MELODY[Math.floor(cell / 16) % MELODY.length]! : UNKNOWN)),
    ),
    open: Uint8Array.from(each((cell) => (isSoprano(cell) ? 0 : 1))),
    onset: Uint8Array.from(each((cell) => (isSoprano(cell) ? (cell % 16 === 0 ? STARTS : 0) : EITHER))),
    note: new Int32Array(cells).fill(-1),
    candidates: new Int32Array(cells).fill(-1),
    weights: [],
    phase: Int16Array.from({ length: steps }, (_, step) => step % 16),
    barSteps: new Int16Array(steps).fill(16),
    bar: Int32Array.from({ length: steps }, (_, step) => Math.floor(step / 16)),
    fermata: new Uint8Array(steps),
    fifths: new Int8Array(steps).fill(1),
    tonic: new Int8Array(steps).fill(7),
  };
}

export const WISHES: Wishes = {
  seed: 1,
  temperature: [1, 1, 1, 1],
  steps: 8,
  alternatives: 1,
  schedule: 'blocks',
  rules: 'off',
};

/** The same problem as a question to the network: everything that is open erased. */
export const viewOf = (grid: Grid): View => ({
  steps: grid.steps,
  pitch: grid.pitch.map((pitch) => Math.max(pitch, -1)),
  erased: grid.open,
  context: {
    phase: grid.phase,
    barSteps: grid.barSteps,
    fermata: null,
    key: { fifths: grid.fifths, tonic: grid.tonic },
    onset: null,
    begins: true,
    ends: true,
  },
});
