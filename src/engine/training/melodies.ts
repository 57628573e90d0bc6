// Which pieces sing a melody that another corpus has, too: there the measured network may know the tune, if not its
// harmony. Compares sopranos by their intervals; knows no text titles.

import { REST } from '../../language/roll.ts';
import type { Piece } from './corpus.ts';

/** So many successive intervals in common are no accident: about two phrases of a chorale. */
const COMMON_INTERVALS = 16;

/** Pieces of which no stretch of the soprano occurs in the others, in any key. */
export function withoutSharedMelodies(pieces: readonly Piece[], others: readonly Piece[]): readonly Piece[] {
  const known = new Set(others.flatMap(stretches));
  return pieces.filter((piece) => !stretches(piece).some((stretch) => known.has(stretch)));
}

function stretches(piece: Piece): string[] {
  const intervals: number[] = [];
  let last = REST;
  for (let step = 0; step < piece.steps; step++) {
    const midi = piece.pitch[4 * step]!;
    if (midi === REST || midi === last) continue;
    if (last !== REST) intervals.push(midi - last);
    last = midi;
  }
  const count = Math.max(0, intervals.length - COMMON_INTERVALS + 1);
  return Array.from({ length: count }, (_, i) => intervals.slice(i, i + COMMON_INTERVALS).join());
}
