// Musical time as whole numbers. Knows nothing of text.

/**
 * Ticks in a whole note: 2^9 * 3^2 * 5 * 7, so that 512th notes, triplets within triplets, quintuplets and
 * septuplets are exact.
 */
export const TICKS_PER_WHOLE = 161_280;
export const TICKS_PER_QUARTER = TICKS_PER_WHOLE / 4;

/** A moment or a length, in ticks from the start of the piece. */
export type Tick = number;

/** A stretch of time, end exclusive. */
export interface Interval {
  readonly from: Tick;
  readonly to: Tick;
}

/** A time signature; `null` where a score says `M:none`. */
export interface Metre {
  readonly beats: number;
  readonly unit: number;
}

export const equalMetres = (a: Metre | null, b: Metre | null): boolean =>
  a === b || (a !== null && b !== null && a.beats === b.beats && a.unit === b.unit);

/** The length of one full bar in ticks. */
export const barTicks = (metre: Metre): Tick => (metre.beats * TICKS_PER_WHOLE) / metre.unit;

/** Compound metres (6/8, 9/8, 12/8) beat in dotted notes. In ticks. */
export function beatTicks(metre: Metre): Tick {
  const unit = TICKS_PER_WHOLE / metre.unit;
  return metre.unit >= 8 && metre.beats % 3 === 0 && metre.beats > 3 ? 3 * unit : unit;
}
