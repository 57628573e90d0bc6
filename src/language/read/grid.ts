// Score -> Grid: the selection's open places as cells, everything else as context that stands. Refuses to know the
// text; what a cell came from is kept in targets, so that `write/fill` finds its way back.

import { inScale, midi } from '../pitch.ts';
import type { Problem } from '../problem.ts';
import { EITHER, type Grid, HELD, REST, STARTS, UNKNOWN } from '../roll.ts';
import { type Bar, type Event, type Score, VOICES, type Voice } from '../score.ts';
import { barTicks, type Tick } from '../time.ts';
import {
  anyPitch,
  both,
  chordAt,
  chordsOf,
  isEmpty,
  only,
  readableBeside,
  stricter,
  type Weights,
} from './constraints.ts';
import {
  findTargets,
  outerPitch,
  type Ruler,
  rulerOf,
  type Selection,
  type Target,
  timed,
} from './targets.ts';

export { outerPitch, type Selection, type Target } from './targets.ts';

export interface Gridded {
  readonly grid: Grid;
  /** The tick of step 0: 0, or just before it where a short pickup would put bar lines between steps. */
  readonly origin: Tick;
  readonly stepTicks: Tick;
  readonly selection: Selection;
  /** In the order of time within each voice. */
  readonly targets: readonly Target[];
  /** Open places that cannot be filled; they stay as they are. */
  readonly problems: readonly Problem[];
}

/** The tick at which a step begins. */
export const tickOf = (gridded: Pick<Gridded, 'origin' | 'stepTicks'>, step: number): Tick =>
  gridded.origin + step * gridded.stepTicks;

/** The grid while it is being filled in. */
interface Draft extends Grid {
  readonly weights: Weights[];
}

function emptyDraft(score: Score, ruler: Ruler): Draft {
  const { steps } = ruler;
  return {
    resolution: score.directives.grid,
    steps,
    pitch: new Int16Array(4 * steps).fill(REST),
    open: new Uint8Array(4 * steps),
    onset: new Uint8Array(4 * steps).fill(STARTS),
    note: new Int32Array(4 * steps).fill(-1),
    candidates: new Int32Array(4 * steps).fill(-1),
    weights: [],
    phase: new Int16Array(steps).fill(-1),
    barSteps: new Int16Array(steps),
    bar: new Int32Array(steps),
    fermata: new Uint8Array(steps),
    fifths: new Int8Array(steps),
    tonic: new Int8Array(steps).fill(-1),
  };
}

const fifthsOf = (bar: Bar): number => {
  const sum = bar.key.signature.reduce((total, alter) => total + alter, 0);
  return Math.max(-7, Math.min(7, sum));
};

function fillFrame(draft: Draft, score: Score, ruler: Ruler): void {
  let index = 0;
  for (let step = 0; step < draft.steps; step++) {
    const tick = Math.max(0, tickOf(ruler, step));
    while (index + 1 < score.bars.length && score.bars[index + 1]!.onset <= tick) index++;
    const bar = score.bars[index];
    if (bar === undefined) continue;
    draft.bar[step] = index;
    draft.fifths[step] = fifthsOf(bar);
    draft.tonic[step] = midi({ ...bar.key.tonic, octave: 4 }) % 12;
    if (bar.metre === null) continue;
    const full = barTicks(bar.metre);
    const place = bar.phase + tickOf(ruler, step) - bar.onset;
    draft.phase[step] = Math.floor((((place % full) + full) % full) / ruler.stepTicks);
    draft.barSteps[step] = Math.round(full / ruler.stepTicks);
  }
}

/** Most of the written notes that may lie out of the scale, as a share, before the key is doubted; leading tones may. */
const CHROMATIC = 0.1;

/** A piece without a key, or with `K:none`, is read as C major: its notes tell whether that is so. */
function doubtKey(draft: Draft): void {
  let notes = 0;
  let strange = 0;
  draft.pitch.forEach((pitch, cell) => {
    if (pitch < 0) return;
    notes++;
    const [fifths, tonic] = [draft.fifths[cell >> 2]!, draft.tonic[cell >> 2]!];
    const leading = pitch % 12 === (tonic + 11) % 12;
    if (!inScale(pitch, fifths) && !leading) strange++;
  });
  if (strange > CHROMATIC * notes) draft.tonic.fill(-1);
}

/** What sounds at the start of each step, and where fermatas stand. */
function fillContext(draft: Draft, score: Score, ruler: Ruler, voice: Voice): void {
  const events = timed(score, voice);
  const gaps = score.parts[voice].gaps;
  let next = 0;
  let last: Event | null = null;
  for (let step = 0; step < draft.steps; step++) {
    const tick = Math.max(0, tickOf(ruler, step));
    while (next < events.length && events[next]!.onset + events[next]!.duration <= tick) next++;
    const event = events[next];
    const cell = 4 * step + voice;
    const sounding = event !== undefined && event.onset <= tick ? event : null;
    const inGap = sounding === null && gaps.some(({ from, to }) => from <= tick && tick < to);
    const pitch = sounding === null ? undefined : outerPitch(sounding);
    if (pitch !== undefined) draft.pitch[cell] = midi(pitch);
    else if (inGap || sounding?.state === 'open') draft.pitch[cell] = UNKNOWN;
    const afterOpen = last?.state === 'open' && last === events[next - 1];
    const same = step > 0 && (draft.pitch[cell] === draft.pitch[cell - 4] || afterOpen);
    const held = sounding === last || (sounding?.continues === true && same);
    draft.onset[cell] = step > 0 && held ? HELD : STARTS;
    if (sounding?.fermata === true) draft.fermata[step] = 1;
    last = sounding;
  }
}

/** Fixed notes that are tied together share one number. */
function fillTarget(
  draft: Draft,
  score: Score,
  target: Target,
  before: Target | null,
  noteNumber: number,
): number {
  const follows = before !== null && before.to === target.from;
  const number = target.tiedIn && before?.rhythm === 'fixed' && follows ? noteNumber - 1 : noteNumber;
  for (let step = target.from; step < target.to; step++) {
    const cell = 4 * step + target.voice;
    draft.open[cell] = 1;
    const first = step === target.from;
    if (target.rhythm === 'fixed') draft.note[cell] = number;
    if (first) draft.onset[cell] = firstOnset(draft, score, target, before, cell);
    else draft.onset[cell] = target.rhythm === 'fixed' ? HELD : EITHER;
  }
  return Math.max(noteNumber, number + (target.rhythm === 'fixed' ? 1 : 0));
}

function firstOnset(draft: Draft, score: Score, target: Target, before: Target | null, cell: number): number {
  if (target.from === 0) return STARTS;
  const adjacent = before !== null && before.to === target.from ? before : null;
  if (adjacent === null)
    return target.heldFrom !== null && target.heldFrom === draft.pitch[cell - 4] ? HELD : STARTS;
  if (target.tiedIn && target.rhythm === 'fixed' && adjacent.rhythm === 'fixed') return HELD;
  if (target.rhythm === 'fixed') return STARTS;
  const mayJoin = target.tiedIn || adjacent.rhythm === 'free';
  return mayJoin && !isSection(score, adjacent, target) ? EITHER : STARTS;
}

/** Whether a double bar or a repeat lies between two neighbours: no note is held over it. */
function isSection(score: Score, before: Target, after: Target): boolean {
  if (before.bar === after.bar) return false;
  const barline = score.bars[before.bar]!.barline;
  return !(barline === 'single' || barline === 'none') || score.bars[after.bar]!.opens.repeat;
}

/** The pitches an open token names itself (`?[DFA]2`). */
const named = ({ event }: Target): Weights => {
  const pitches = event?.candidates?.map(midi);
  return pitches === undefined ? anyPitch() : only((pitch) => pitches.includes(pitch));
};

/** What ties to written notes ask of a target's first and last cell; null where nothing does. */
function heldBy(target: Target): { first: Weights | null; last: Weights | null } {
  const row = (pitch: number | null): Weights | null =>
    pitch === null
      ? null
      : both(
          only((other) => other === pitch),
          named(target),
        );
  return { first: row(target.heldFrom), last: row(target.heldInto) };
}

/** What holds for all targets of a voice, found once. */
interface Rules {
  readonly range: Weights;
  readonly chords: ReturnType<typeof chordsOf>;
  /** Notes that stand, by bar. */
  readonly locked: ReadonlyMap<number, readonly Event[]>;
}

function rulesOf(score: Score, targets: readonly Target[], voice: Voice): Rules {
  const own = new Set(targets.map(({ event }) => event));
  const locked = new Map<number, Event[]>();
  for (const event of timed(score, voice))
    if (!own.has(event)) locked.set(event.bar, [...(locked.get(event.bar) ?? []), event]);
  const { low, high } = score.directives.range[voice];
  return { range: only((pitch) => pitch >= low && pitch <= high), chords: chordsOf(score, voice), locked };
}

/** Range, candidates, accidentals and chord of each cell of a target; the same row object for equal rows. */
function weightsOf(score: Score, rules: Rules, target: Target, stepTicks: Tick): Weights[] {
  const { interval, bar } = target;
  const possible = target.event?.candidates ? both(named(target), rules.range) : rules.range;
  const { signature } = score.bars[bar]!.key;
  const readable = readableBeside(rules.locked.get(bar) ?? [], interval.from, signature);
  const narrowed = readable === null ? possible : both(possible, readable);
  const base = isEmpty(narrowed) ? possible : narrowed;
  const rows = new Map<Weights | null, Weights>([[null, base]]);
  return Array.from({ length: target.to - target.from }, (_, i) => {
    const chord = chordAt(rules.chords, interval.from + i * stepTicks);
    if (!rows.has(chord)) rows.set(chord, both(base, chord!));
    return rows.get(chord)!;
  });
}

const ownSpan = (score: Score, target: Target) => target.event?.span ?? score.parts[target.voice].span;

function unsatisfiable(score: Score, target: Target): Problem {
  const bar = score.bars[target.bar]!.number;
  return {
    code: 'no-pitch-left',
    severity: 'error',
    message: `No pitch is left for this note of the ${score.parts[target.voice].name} in bar ${bar}: its candidates, the voice’s range (%%cantus:range), the chord symbol and its ties contradict each other. Widen one of them.`,
    span: ownSpan(score, target),
  };
}

/** Groups whose cells must take one pitch: tied fixed notes together, every other target alone. */
function groupsOf(draft: Draft, targets: readonly Target[]): Target[][] {
  const groups: Target[][] = [];
  let last = -1;
  for (const target of targets) {
    const number = draft.note[4 * target.from + target.voice]!;
    if (number >= 0 && number === last) groups.at(-1)!.push(target);
    else groups.push([target]);
    last = number;
  }
  return groups;
}

/** The one row of a note of fixed rhythm. A tie to a written note overrules range and chord. */
function onePitch(group: readonly Target[], rows: readonly Weights[]): Weights {
  const ties = group.flatMap((target) => {
    const { first, last } = heldBy(target);
    return [first, last].filter((row) => row !== null);
  });
  return ties.length > 0
    ? [...ties, ...group.map(named)].reduce(stricter)
    : [...new Set(rows)].reduce(stricter);
}

/** The rows of a free span, its ends under their ties. */
function freeRows(target: Target, rows: readonly Weights[]): Weights[] {
  const { first, last } = heldBy(target);
  const result = [...rows];
  if (first !== null) result[0] = first;
  if (last !== null)
    result[result.length - 1] = rows.length === 1 && first !== null ? both(first, last) : last;
  return result;
}

/** Writes the conditions into the draft; returns the groups that no pitch satisfies. */
function constrain(draft: Draft, score: Score, targets: readonly Target[], stepTicks: Tick): Target[][] {
  const rules = VOICES.map((voice) => rulesOf(score, targets, voice));
  const indices = new Map<string, number>();
  const seen = new Map<Weights, number>();
  const indexOf = (weights: Weights): number => {
    if (!seen.has(weights)) seen.set(weights, indexOfEqual(weights));
    return seen.get(weights)!;
  };
  const indexOfEqual = (weights: Weights): number => {
    const key = weights.join();
    const known = indices.get(key);
    if (known !== undefined) return known;
    indices.set(key, draft.weights.length);
    return draft.weights.push(weights) - 1;
  };
  const write = (target: Target, rows: readonly Weights[]): void => {
    rows.forEach((weights, i) => {
      const cell = 4 * (target.from + i) + target.voice;
      draft.candidates[cell] = indexOf(weights);
      const present = draft.pitch[cell]!;
      if (present < 0 || weights[present] === 0) draft.pitch[cell] = UNKNOWN;
    });
  };
  return groupsOf(draft, targets).filter((group) => {
    const plain = group.map((target) => weightsOf(score, rules[target.voice]!, target, stepTicks));
    const one = group[0]!.rhythm === 'fixed' ? onePitch(group, plain.flat()) : null;
    const rows = group.map((target, g) =>
      one === null ? freeRows(target, plain[g]!) : plain[g]!.map(() => one),
    );
    if (rows.flat().some(isEmpty)) return true;
    group.forEach((target, g) => {
      write(target, rows[g]!);
    });
    return false;
  });
}

/**
 * Lays a score on its grid (`%%cantus:grid`). Divided voices are heard by their outer note (upper in soprano and
 * alto, lower in tenor and bass), notes between steps by what sounds when the step begins. `%%cantus:lock` wins
 * over every selection. Open places that cannot be held by the grid, or that no pitch satisfies, become problems
 * and stay context.
 */
export function toGrid(score: Score, selection: Selection): Gridded {
  const ruler = rulerOf(score);
  const problems: Problem[] = [];
  let targets = findTargets(score, selection, ruler, problems);
  for (;;) {
    const draft = emptyDraft(score, ruler);
    fillFrame(draft, score, ruler);
    for (const voice of VOICES) fillContext(draft, score, ruler, voice);
    doubtKey(draft);
    openTargets(draft, score, targets);
    const hopeless = new Set(constrain(draft, score, targets, ruler.stepTicks).flat());
    if (hopeless.size === 0) return { grid: draft, ...places(ruler), selection, targets, problems };
    for (const target of hopeless) problems.push(unsatisfiable(score, target));
    targets = targets.filter((target) => !hopeless.has(target));
  }
}

const places = ({ origin, stepTicks }: Ruler) => ({ origin, stepTicks });

function openTargets(draft: Draft, score: Score, targets: readonly Target[]): void {
  let number = 0;
  let before: Target | null = null;
  for (const target of targets) {
    const same: Target | null = before !== null && before.voice === target.voice ? before : null;
    number = fillTarget(draft, score, target, same, number);
    before = target;
  }
}
