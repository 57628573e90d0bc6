// What the network is shown at once: stretches of the piece around the open cells, with the music on either side
// of them. Knows nothing of what is drawn from the answers.

import { EITHER, type Grid, HELD, REST, STARTS } from '../language/roll.ts';
import { echoOf } from './echo.ts';
import type { Echo, Predict, Probabilities, View } from './predict.ts';
import { foldInto, type NetworkRange, type Offsets, transposedKey } from './transpose.ts';

/** A stretch that is shown (`from`..`to`) and the part of it whose answers are used (`coreFrom`..`coreTo`). Steps. */
export interface Window {
  readonly from: number;
  readonly to: number;
  readonly coreFrom: number;
  readonly coreTo: number;
}

/** Whether a beat begins here, so that a network that folds beats into columns may begin here too. */
function isOnBeat(grid: Grid, step: number): boolean {
  const position = grid.phase[step] >= 0 ? grid.phase[step] : step;
  return position % Math.max(1, grid.resolution / 4) === 0;
}

/** Stretches that are not divided: bars, or beats' worth of a bar that is longer than `limit` steps. */
function pieces(grid: Grid, limit: number): [number, number][] {
  const seams: number[] = [0];
  for (let step = 1; step < grid.steps; step++) {
    const newBar = grid.bar[step] !== grid.bar[step - 1] || grid.phase[step] === 0;
    if (newBar || (step - seams[seams.length - 1] >= limit && isOnBeat(grid, step))) seams.push(step);
  }
  return seams.map((from, i) => [from, seams[i + 1] ?? grid.steps]);
}

/** A core with its context, widened to whole beats. */
function widen(grid: Grid, coreFrom: number, coreTo: number, margin: number): Window {
  let from = Math.max(0, coreFrom - margin);
  while (from > 0 && !isOnBeat(grid, from)) from--;
  let to = Math.min(grid.steps, coreTo + margin);
  while (to < grid.steps && !isOnBeat(grid, to)) to++;
  return { from, to, coreFrom, coreTo };
}

/**
 * Lays windows over the open music, so that every open cell has at least `margin` steps of context (or the end of the
 * piece) on either side; less where `longest` leaves no room for that. Windows begin on beats.
 *
 * @param longest most steps in a window, at least 16
 * @param margin  steps of context on either side
 */
export function layWindows(grid: Grid, longest: number, margin: number): Window[] {
  const context = Math.min(margin, Math.floor(longest / 4));
  const windows: Window[] = [];
  for (const [from, to] of pieces(grid, Math.floor(longest / 8))) {
    if (!grid.open.subarray(4 * from, 4 * to).includes(1)) continue;
    const last = windows.at(-1);
    const joined = last && from - last.coreTo <= 2 * context ? widen(grid, last.coreFrom, to, context) : null;
    if (joined && joined.to - joined.from <= longest) windows[windows.length - 1] = joined;
    else windows.push(widen(grid, from, to, context));
  }
  return windows;
}

/** What is known when the network is asked. The arrays are steps x 4. */
export interface Sight {
  /** As it sounds. */
  readonly pitch: Int16Array;
  readonly erased: Uint8Array;
  readonly onset: Uint8Array;
  /** How far an echo is believed, 0 to 1. */
  readonly belief: number;
}

/**
 * How far an echo is believed in a piece that is being drawn: what agrees there was drawn to agree. At full strength nine
 * in ten returning notes come out as before, where Bach has two in three.
 */
export const BELIEF_IN_DRAWN = 0.5;

/** A window of the piece as the network wants it: transposed, and with nothing in it that is erased. */
function viewOf(grid: Grid, sight: Sight, window: Window, range: NetworkRange, offsets: Offsets): View {
  const { from, to } = window;
  const pitch = sight.pitch.slice(4 * from, 4 * to);
  const erased = sight.erased.slice(4 * from, 4 * to);
  const onset = sight.onset.slice(4 * from, 4 * to);
  for (let cell = 0; cell < pitch.length; cell++) {
    if (erased[cell]) {
      pitch[cell] = REST;
      if (grid.onset[4 * from + cell] === EITHER) onset[cell] = EITHER;
    } else if (pitch[cell] >= 0) pitch[cell] = foldInto(range, pitch[cell] + offsets[cell % 4]);
  }
  return {
    steps: to - from,
    pitch,
    erased,
    context: {
      phase: grid.phase.slice(from, to),
      barSteps: grid.barSteps.slice(from, to),
      fermata: grid.fermata.slice(from, to),
      key: transposedKey(grid.fifths.slice(from, to), grid.tonic.slice(from, to), offsets[0]),
      onset,
      begins: from === 0,
      ends: to === grid.steps,
    },
    echo: echoIn(grid, sight, window, range, offsets),
  };
}

/** What the rest of the piece, also outside of the window, says of the erased cells. */
function echoIn(grid: Grid, sight: Sight, window: Window, range: NetworkRange, offsets: Offsets): Echo {
  const beat = Math.max(1, grid.resolution / 4);
  const echo = echoOf({ steps: grid.steps, ...sight }, beat, window.from, window.to);
  const pitch = echo.pitch.map((midi, i) => (midi < 0 ? midi : foldInto(range, midi + offsets[i & 3])));
  return { ...echo, pitch, strength: echo.strength.map((sure) => sight.belief * sure) };
}

/** The network's answers to one round, by cell of the piece and by sounding pitch. */
export interface Answer {
  /** log p; never less than log 1e-12, so that what is allowed can always be drawn. */
  logp(cell: number, midi: number): number;
  /** The probability that a pitch which also sounds in the step before is struck anew; null where unknown. */
  struck(cell: number, midi: number): number | null;
  readonly forwards: number;
}

const LEAST = 1e-12;

/** Asks about some windows at once. One call of `predict`. */
export async function ask(
  predict: Predict,
  grid: Grid,
  sight: Sight,
  windows: readonly Window[],
  range: NetworkRange,
  offsets: Offsets,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const answers = await predict(
    windows.map((w) => viewOf(grid, sight, w, range, offsets)),
    signal,
  );
  // For each step, which answer speaks of it.
  const speaker = new Int32Array(grid.steps).fill(-1);
  windows.forEach((w, i) => {
    speaker.fill(i, w.coreFrom, w.coreTo);
  });
  const index = (answer: Probabilities, window: Window, cell: number, midi: number): number => {
    const within = foldInto(answer, midi + offsets[cell & 3]) - answer.lowest;
    return (cell - 4 * window.from) * answer.pitches + within;
  };
  return {
    forwards: windows.length,
    logp(cell, midi) {
      const i = speaker[cell >> 2];
      return Math.log(Math.max(LEAST, answers[i].pitch[index(answers[i], windows[i], cell, midi)]));
    },
    struck(cell, midi) {
      const i = speaker[cell >> 2];
      return answers[i].onset?.[index(answers[i], windows[i], cell, midi)] ?? null;
    },
  };
}

/**
 * Onsets of a roll: a change of pitch strikes; where a pitch of free rhythm repeats, `struck` says (1 = anew), and
 * without it the onset stays EITHER. Silent cells keep what the grid says.
 */
export function onsetsOf(grid: Grid, pitch: Int16Array, struck: Uint8Array | null): Uint8Array {
  const onset = grid.onset.slice();
  for (let cell = 0; cell < onset.length; cell++) {
    if (onset[cell] !== EITHER || pitch[cell] < 0) continue;
    const repeats = cell >= 4 && pitch[cell] === pitch[cell - 4];
    if (!repeats) onset[cell] = STARTS;
    else if (struck) onset[cell] = struck[cell] ? STARTS : HELD;
  }
  return onset;
}
