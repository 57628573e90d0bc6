// Which notes of a bar make a tuplet, and what is written for it. Knows lengths only.

import type { Event } from '../score.ts';
import type { Tick } from '../time.ts';
import { isNoteValue } from './rhythm.ts';

/** A note of a tuplet: the length it is written with, and the sign before the first one. */
export interface Member {
  readonly first: boolean;
  /** `(3:2:3` before the first note, '' before the others. */
  readonly sign: string;
  readonly written: Tick;
  /** So many notes in the time of so many. */
  readonly actual: number;
  readonly normal: number;
  readonly last: boolean;
}

/** p notes in the time of q, most usual first. */
const RATIOS: readonly (readonly [number, number])[] = [
  [3, 2],
  [2, 3],
  [6, 4],
  [5, 4],
  [7, 4],
  [4, 3],
  [7, 8],
  [9, 8],
  [5, 6],
  [7, 6],
];

/** How many events from `start` on make a whole tuplet in this ratio: until their sum is a plain note value. */
function lengthIn(events: readonly Event[], start: number, [p, q]: readonly [number, number]): number {
  let sum = 0;
  for (let i = start; i < events.length && events[i]!.irregular === 'tuplet'; i++) {
    const written = (events[i]!.duration * p) / q;
    if (!isNoteValue(written)) return 0;
    sum += written;
    // p of the shortest notes at least, and a sum that is again a plain value when played.
    if (sum % p === 0 && i > start && isNoteValue((sum / p) * q)) return i + 1 - start;
  }
  return 0;
}

/** The tuplets among the events of one bar; events that fit no usual ratio are left out. */
export function groupTuplets(events: readonly Event[]): Map<Event, Member> {
  const members = new Map<Event, Member>();
  for (let i = 0; i < events.length; ) {
    const found =
      events[i]!.irregular !== 'tuplet'
        ? []
        : RATIOS.map((ratio) => ({ ratio, count: lengthIn(events, i, ratio) }));
    const fit = found.find(({ count }) => count > 0);
    if (fit === undefined) {
      i++;
      continue;
    }
    const [actual, normal] = fit.ratio;
    for (let k = 0; k < fit.count; k++) {
      const event = events[i + k]!;
      members.set(event, {
        first: k === 0,
        last: k === fit.count - 1,
        sign: k === 0 ? `(${actual}:${normal}:${fit.count}` : '',
        written: (event.duration * actual) / normal,
        actual,
        normal,
      });
    }
    i += fit.count;
  }
  return members;
}
