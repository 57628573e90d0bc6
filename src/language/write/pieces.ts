// Filled cells -> pieces: notes and rests of readable length, each at its place in the text, ties noted.
// Knows nothing of spelling or of how a token looks.

import type { Gridded, Target } from '../read/grid.ts';
import { type Filled, HELD, REST, STARTS } from '../roll.ts';
import type { Event, Score, Voice } from '../score.ts';
import type { Interval, Tick } from '../time.ts';
import { divide } from './rhythm.ts';

/** One note head or rest to be written. */
export interface Piece extends Interval {
  readonly voice: Voice;
  readonly bar: number;
  /** MIDI number or REST. */
  readonly pitch: number;
  /** Held over into what follows, a written note perhaps. */
  readonly tied: boolean;
  /** Held over from what is before. */
  readonly continues: boolean;
}

/** The part of a place that lies in one bar. Without pieces it stays open: nobody asked for it. */
export interface Stretch extends Interval {
  readonly bar: number;
  readonly pieces: readonly Piece[];
  readonly asked: boolean;
}

/** What is written at one place of the text: instead of one token or a run of them, or in a gap. */
export interface Place {
  readonly voice: Voice;
  /** The tokens it replaces, in order; none in a gap. */
  readonly events: readonly Event[];
  readonly rhythm: 'fixed' | 'free';
  readonly stretches: readonly Stretch[];
}

/** A place before its cells are read. */
export interface Outline {
  readonly voice: Voice;
  readonly events: readonly Event[];
  readonly rhythm: 'fixed' | 'free';
  /** One or more in a row for each bar. Null where it stays open. */
  readonly parts: readonly (Interval & { readonly bar: number; readonly target: Target | null })[];
}

const cellAt = (gridded: Gridded, tick: Tick, voice: Voice): number =>
  4 * ((tick - gridded.origin) / gridded.stepTicks) + voice;

/** Whether the cell goes on with the note of the cell before it. Two pitches or a rest never do. */
function isHeld(gridded: Gridded, filled: Filled, cell: number): boolean {
  if (cell < 4 || gridded.grid.onset[cell] === STARTS || filled.onset[cell] !== HELD) return false;
  return filled.pitch[cell] === filled.pitch[cell - 4] && filled.pitch[cell]! >= 0;
}

interface Run extends Interval {
  readonly pitch: number;
}

/** Cells of an interval joined into notes; rests join rests. */
function runsOf(gridded: Gridded, filled: Filled, voice: Voice, { from, to }: Interval): Run[] {
  const runs: Run[] = [];
  for (let tick = from; tick < to; tick += gridded.stepTicks) {
    const cell = cellAt(gridded, tick, voice);
    const pitch = filled.pitch[cell]! >= 0 ? filled.pitch[cell]! : REST;
    const last = runs.at(-1);
    const joins =
      last !== undefined && (pitch === REST ? last.pitch === REST : isHeld(gridded, filled, cell));
    if (joins) runs[runs.length - 1] = { ...last, to: tick + gridded.stepTicks };
    else runs.push({ from: tick, to: tick + gridded.stepTicks, pitch });
  }
  return runs;
}

/**
 * Reads the cells of each place of one voice. `outlines` are in the order of time.
 * @param holdsOn whether the written or filled note that begins at a tick holds the one before it
 */
export function placesOf(
  score: Score,
  gridded: Gridded,
  filled: Filled,
  outlines: readonly Outline[],
): Place[] {
  const begins = new Map<string, boolean>();
  for (const { voice, parts } of outlines) {
    for (const { from, target } of parts) {
      if (target === null) continue;
      const cell = cellAt(gridded, from, voice);
      const written = target.tiedIn && target.interval.from === from && gridded.grid.open[cell - 4] !== 1;
      begins.set(`${voice} ${from}`, written || isHeld(gridded, filled, cell));
    }
  }
  return outlines.map((outline) => {
    const { voice, events, rhythm } = outline;
    const stretches = outline.parts.map(({ from, to, bar, target }): Stretch => {
      if (target === null) return { from, to, bar, pieces: [], asked: false };
      const cell = cellAt(gridded, from, voice);
      const fixed = [{ from, to, pitch: Math.max(REST, filled.pitch[cell]!) }];
      const runs = rhythm === 'fixed' ? fixed : runsOf(gridded, filled, voice, { from, to });
      const intoWritten = target.tiedOut && target.interval.to === to && !begins.has(`${voice} ${to}`);
      const ends = begins.get(`${voice} ${to}`) ?? intoWritten;
      const starts = begins.get(`${voice} ${from}`) ?? false;
      const pieces = runs.flatMap((run, i) => {
        const joins = { in: i === 0 && starts, out: i === runs.length - 1 && ends };
        return piecesOf(score, voice, bar, run, joins, rhythm);
      });
      return { from, to, bar, pieces, asked: true };
    });
    return { voice, events, rhythm, stretches };
  });
}

function piecesOf(
  score: Score,
  voice: Voice,
  bar: number,
  run: Run,
  joins: { readonly in: boolean; readonly out: boolean },
  rhythm: 'fixed' | 'free',
): Piece[] {
  const { onset, phase, metre } = score.bars[bar]!;
  const shift = phase - onset;
  const inBar = { from: run.from + shift, to: run.to + shift };
  const values = rhythm === 'fixed' ? [inBar] : divide(inBar, metre);
  const sounds = run.pitch !== REST;
  return values.map(({ from, to }, i) => ({
    from: from - shift,
    to: to - shift,
    voice,
    bar,
    pitch: run.pitch,
    tied: sounds && (i < values.length - 1 || joins.out),
    continues: sounds && (i > 0 || joins.in),
  }));
}
