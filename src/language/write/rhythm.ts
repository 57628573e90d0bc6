// Lengths that a reader can count: a stretch of sound cut into note values that show the metre. Knows nothing of
// pitch or of text.

import { barTicks, beatTicks, type Interval, type Metre, TICKS_PER_QUARTER, type Tick } from '../time.ts';

const SMALLEST = TICKS_PER_QUARTER / 128;
const LONGEST = 8 * TICKS_PER_QUARTER;

/** Whether one note head with at most one dot has this length: 1/512 to two wholes. */
export function isNoteValue(ticks: Tick): boolean {
  for (let value = SMALLEST; value <= LONGEST; value *= 2) {
    if (ticks === value || ticks === 1.5 * value) return true;
  }
  return false;
}

const isCompound = (metre: Metre): boolean => beatTicks(metre) * metre.unit !== 4 * TICKS_PER_QUARTER;

/** The lengths whose multiples are felt in a bar, longest first: the bar, its halves, beats, parts of beats. */
function levels(metre: Metre): Tick[] {
  const bar = barTicks(metre);
  const beat = beatTicks(metre);
  const beats = bar / beat;
  const result = [bar];
  if (beats > 2 && beats % 2 === 0) result.push(bar / 2);
  let part = isCompound(metre) ? beat / 3 : beat / 2;
  if (beat < bar) result.push(beat);
  for (; part >= SMALLEST; part /= 2) result.push(part);
  return result;
}

/** What a metre says about places in its bars. */
interface Frame {
  readonly levels: readonly Tick[];
  /** In compound metres no note may cross a beat that it does not begin and end on. */
  readonly beat: Tick;
  readonly compound: boolean;
}

const FREE: Frame = {
  levels: [4, 2, 1, 1 / 2, 1 / 4, 1 / 8].map((quarters) => quarters * TICKS_PER_QUARTER),
  beat: TICKS_PER_QUARTER,
  compound: false,
};

const frameOf = (metre: Metre | null): Frame =>
  metre === null ? FREE : { levels: levels(metre), beat: beatTicks(metre), compound: isCompound(metre) };

/** How strong a place is: 0 the strongest level, growing as it gets weaker. */
function weakness(frame: Frame, place: Tick): number {
  const level = frame.levels.findIndex((length) => place % length === 0);
  return level === -1 ? frame.levels.length : level;
}

/** The strongest places strictly inside a stretch, and how strong they are. */
function inside(frame: Frame, { from, to }: Interval): { places: Tick[]; weakness: number } {
  for (let level = 0; level < frame.levels.length; level++) {
    const length = frame.levels[level]!;
    const places: Tick[] = [];
    for (let at = (Math.floor(from / length) + 1) * length; at < to; at += length) places.push(at);
    if (places.length > 0) return { places, weakness: level };
  }
  return { places: [], weakness: frame.levels.length };
}

/** Short-long-short (1 2 1) inside a unit of at most a half note: a syncopation every singer reads. */
function isSyncopation(frame: Frame, { from, to }: Interval): boolean {
  const unit = 2 * (to - from);
  if (frame.compound || unit > 2 * TICKS_PER_QUARTER || !frame.levels.includes(unit)) return false;
  return from % unit === unit / 4;
}

function isReadable(frame: Frame, stretch: Interval): boolean {
  const { from, to } = stretch;
  if (!isNoteValue(to - from)) return false;
  const crossed = inside(frame, stretch);
  if (crossed.places.length === 0) return true;
  if (frame.compound && crossed.places.some((place) => place % frame.beat === 0))
    if (from % frame.beat !== 0 || to % frame.beat !== 0) return false;
  const ends = Math.min(weakness(frame, from), weakness(frame, to));
  return ends <= crossed.weakness || isSyncopation(frame, stretch);
}

/** More places than a bar of music has: with every one more, three times as many ways are compared. */
const MANY_PLACES = 9;

function cut(frame: Frame, stretch: Interval): Interval[] {
  if (isReadable(frame, stretch)) return [stretch];
  const { places } = inside(frame, stretch);
  if (places.length === 0) return [stretch];
  if (places.length > MANY_PLACES)
    return [stretch.from, ...places].flatMap((from, i) => cut(frame, { from, to: places[i] ?? stretch.to }));
  const ways = places.map((place) => [
    ...cut(frame, { from: stretch.from, to: place }),
    ...cut(frame, { from: place, to: stretch.to }),
  ]);
  return ways.reduce((best, way) =>
    way.length < best.length || (way.length === best.length && way[0]!.to > best[0]!.to) ? way : best,
  );
}

/**
 * Cuts a stretch inside one bar into readable note values, to be tied. Places are ticks from the start of the full
 * bar (a pickup of a quarter in 4/4 begins 3 quarters in). A note may cross a place of the metre only if it begins
 * or ends on one at least as strong; in 4/4 nothing else hides the middle of the bar.
 * @example divide({ from: Q, to: 3 * Q }, { beats: 4, unit: 4 }) // two quarters
 */
export const divide = (stretch: Interval, metre: Metre | null): Interval[] => cut(frameOf(metre), stretch);

/** The lengths a beam may span. 3/8 is beamed as one bar. */
const beamTicks = (metre: Metre | null): Tick => {
  if (metre === null) return TICKS_PER_QUARTER;
  return metre.unit === 8 && metre.beats === 3
    ? barTicks(metre)
    : Math.max(beatTicks(metre), TICKS_PER_QUARTER);
};

/** Whether two neighbouring notes share a beam: both shorter than a quarter, in one beat. Places as in `divide`. */
export function isBeamed(left: Interval, right: Interval, metre: Metre | null): boolean {
  const unit = beamTicks(metre);
  const short = ({ from, to }: Interval) => to - from < TICKS_PER_QUARTER;
  return short(left) && short(right) && Math.floor(left.from / unit) === Math.floor(right.from / unit);
}
