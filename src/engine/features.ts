// Views of a grid as the picture the network sees, and its answer back as probabilities per cell. Knows the order
// of the channels; knows no runtime.

import { inScale } from '../language/pitch.ts';
import { HELD, REST, STARTS } from '../language/roll.ts';
import { ECHOES, echoOf } from './echo.ts';
import { beatColumns, COLUMN_PLANES, inputChannels, type NetworkShape, outputChannels } from './network.ts';
import type { Probabilities, View } from './predict.ts';

/** Where the steps of a view lie in the columns of its picture. */
export interface Placement {
  /** Empty steps before the first one, so that columns begin on beats. */
  readonly front: number;
  readonly columns: number;
}

/** Columns begin where the phase is a multiple of the fold; without metre, at the first step. */
export function placementOf(spec: NetworkShape, view: View): Placement {
  const phase = view.steps > 0 ? (view.context.phase?.[0] ?? -1) : -1;
  const front = phase > 0 ? phase % spec.fold : 0;
  return { front, columns: Math.ceil((front + view.steps) / spec.fold) };
}

/** Numbers in one picture of so many columns: channels x columns x pitches. */
export const pictureSize = (spec: NetworkShape, columns: number): number =>
  inputChannels(spec) * columns * spec.pitches;

/** A knowledge of distance d steps is worth 1 / (1 + d / 2). */
const nearness = (distance: number): number => 1 / (1 + distance / 2);

/**
 * Paints one view into `out` (pictureSize numbers from `offset`, all zero before), channels in the order: roll,
 * erased, held left, held right, held by both, onsets, rests, echo (each voice x fold + step in column), then inside,
 * beyond, fermata (step in column), then the planes of a column, the key's last. Pictures may be wider than the view needs; what
 * lies outside is neither known nor erased. Pitches out of the network's range are left out.
 */
export function paint(
  spec: NetworkShape,
  view: View,
  placement: Placement,
  columns: number,
  out: Float32Array,
  offset: number,
): void {
  const { fold, lowest, pitches: P } = spec;
  const { steps, pitch, erased, context } = view;
  const { front } = placement;
  const plane = columns * P;
  const group = 4 * fold * plane;
  let next = offset;
  const take = (): number => {
    next += group;
    return next - group;
  };
  const roll = take();
  const hidden = take();
  const left = spec.inputs.held ? take() : -1;
  const right = spec.inputs.held ? take() : -1;
  const both = spec.inputs.held ? take() : -1;
  const onsets = spec.inputs.onsets ? take() : -1;
  const rests = spec.inputs.rests ? take() : -1;
  const echo = spec.inputs.echo ? take() : -1;

  for (let voice = 0; voice < 4; voice++) {
    const row = (base: number, step: number): number => {
      const slot = front + step;
      return base + (voice * fold + (slot % fold)) * plane + Math.floor(slot / fold) * P;
    };
    for (let step = 0; step < steps; step++) {
      const cell = 4 * step + voice;
      if (onsets >= 0 && context.onset) {
        const onset = context.onset[cell]!;
        const value = onset === STARTS ? 1 : onset === HELD ? -1 : 0;
        if (value !== 0) out.fill(value, row(onsets, step), row(onsets, step) + P);
      }
      if (erased[cell]) {
        out.fill(1, row(hidden, step), row(hidden, step) + P);
        continue;
      }
      const midi = pitch[cell]!;
      if (midi === REST) {
        if (rests >= 0) out.fill(1, row(rests, step), row(rests, step) + P);
      } else if (midi >= lowest && midi < lowest + P) out[row(roll, step) + midi - lowest] = 1;
    }
    if (left >= 0)
      paintHeld(
        view,
        voice,
        spec,
        (kind, step) => row(kind === 0 ? left : kind === 1 ? right : both, step),
        out,
      );
  }
  if (echo >= 0) paintEcho(spec, view, front, columns, out, echo);
  if (spec.inputs.context) paintContext(spec, view, front, columns, out, next);
  if (spec.inputs.key) paintKey(spec, view, front, columns, out, offset + pictureSize(spec, columns));
}

/** The nearest known pitch before and after each erased cell, and where the two are the same. */
function paintHeld(
  view: View,
  voice: number,
  spec: NetworkShape,
  row: (kind: 0 | 1 | 2, step: number) => number,
  out: Float32Array,
): void {
  const { steps, pitch, erased } = view;
  const { lowest, pitches: P } = spec;
  const known = (step: number): boolean => {
    const cell = 4 * step + voice;
    return !erased[cell] && pitch[cell]! >= lowest && pitch[cell]! < lowest + P;
  };
  let before = -1;
  let after = -1;
  for (let step = 0; step < steps; step++) {
    if (known(step)) before = step;
    if (!erased[4 * step + voice]) continue;
    if (after < step) {
      after = step + 1;
      while (after < steps && !known(after)) after++;
    }
    const leftPitch = before >= 0 ? pitch[4 * before + voice]! - lowest : -1;
    const rightPitch = after < steps ? pitch[4 * after + voice]! - lowest : -1;
    if (leftPitch >= 0) out[row(0, step) + leftPitch] = nearness(step - before);
    if (rightPitch >= 0) out[row(1, step) + rightPitch] = nearness(after - step);
    if (leftPitch >= 0 && leftPitch === rightPitch) {
      out[row(2, step) + leftPitch] = nearness(Math.min(step - before, after - step));
    }
  }
}

/** What sounds where the piece sings the same again, as bright as it is sure. */
function paintEcho(
  spec: NetworkShape,
  view: View,
  front: number,
  columns: number,
  out: Float32Array,
  base: number,
): void {
  const { fold, lowest, pitches: P } = spec;
  const cells = 4 * view.steps;
  const { pitch, strength } = view.echo ?? echoOf(view, fold * beatColumns(spec));
  for (let i = 0; i < ECHOES * cells; i++) {
    const row = pitch[i]! - lowest;
    if (strength[i] === 0 || row < 0 || row >= P) continue;
    const slot = front + ((i % cells) >> 2);
    out[base + ((i & 3) * fold + (slot % fold)) * columns * P + Math.floor(slot / fold) * P + row] =
      strength[i]!;
  }
}

/** Planes over steps and columns: bounds, fermatas, height of the row, quarter within the bar, length of the bar. */
function paintContext(
  spec: NetworkShape,
  view: View,
  front: number,
  columns: number,
  out: Float32Array,
  base: number,
): void {
  const { fold, pitches: P } = spec;
  const { steps, context } = view;
  const plane = columns * P;
  const slots = columns * fold;
  const stepRow = (kind: number, slot: number): number =>
    base + (kind * fold + (slot % fold)) * plane + Math.floor(slot / fold) * P;
  const fillStep = (kind: number, slot: number): void => {
    out.fill(1, stepRow(kind, slot), stepRow(kind, slot) + P);
  };
  for (let slot = 0; slot < slots; slot++) {
    const step = slot - front;
    if (step >= 0 && step < steps) {
      fillStep(0, slot);
      if (context.fermata?.[step]) fillStep(2, slot);
    } else if (step < 0 ? context.begins : context.ends) fillStep(1, slot);
  }
  const columnBase = base + 3 * fold * plane;
  const fillColumn = (kind: number, column: number): void => {
    const from = columnBase + kind * plane + column * P;
    out.fill(1, from, from + P);
  };
  const lastColumn = Math.floor((front + steps - 1) / fold);
  if (context.begins) fillColumn(0, 0);
  if (context.ends && steps > 0) fillColumn(1, lastColumn);
  for (let column = 0; column < columns; column++) {
    const height = columnBase + 2 * plane + column * P;
    for (let p = 0; p < P; p++) out[height + p] = (2 * p) / P - 1;
    const step = Math.max(column * fold - front, 0);
    if (step >= steps) continue;
    paintMetre(spec, view, step, column, fillColumn);
  }
}

function paintMetre(
  spec: NetworkShape,
  view: View,
  step: number,
  column: number,
  fillColumn: (kind: number, column: number) => void,
): void {
  const columns = beatColumns(spec);
  const beat = spec.fold * columns;
  const phase = view.context.phase?.[step] ?? -1;
  if (phase >= 0) fillColumn(3 + (Math.floor(phase / beat) % 6), column);
  const bar = view.context.barSteps?.[step] ?? 0;
  if (bar > 0) {
    const beatsInBar = bar / beat;
    fillColumn(beatsInBar === 3 ? 9 : beatsInBar === 4 ? 10 : 11, column);
  }
  if (columns === 1) return;
  const position = phase >= 0 ? phase : step;
  fillColumn(COLUMN_PLANES.length + (Math.floor(position / spec.fold) % columns), column);
}

/** Rows in the scale, and rows of the tonic, as the key is where a column begins; `end` is where the picture ends. */
function paintKey(
  { fold, lowest, pitches: P }: NetworkShape,
  { steps, context: { key } }: View,
  front: number,
  columns: number,
  out: Float32Array,
  end: number,
): void {
  if (key === null) return;
  const tonics = end - columns * P;
  const scales = tonics - columns * P;
  for (let column = 0; column < columns; column++) {
    const step = Math.max(column * fold - front, 0);
    const tonic = step < steps ? key.tonic[step]! : -1;
    if (tonic < 0) continue;
    for (let row = 0; row < P; row++) {
      const midi = lowest + row;
      if (inScale(midi, key.fifths[step]!)) out[scales + column * P + row] = 1;
      if (midi % 12 === tonic) out[tonics + column * P + row] = 1;
    }
  }
}

/** Pictures of several views, all with the same number of columns: [views, channels, columns, pitches]. */
export function paintAll(spec: NetworkShape, views: readonly View[], columns: number): Float32Array {
  const size = pictureSize(spec, columns);
  const out = new Float32Array(size * views.length);
  views.forEach((view, n) => {
    paint(spec, view, placementOf(spec, view), columns, out, n * size);
  });
  return out;
}

/**
 * The `index`-th answer of a run, [batch, outputChannels, columns, pitches] of pitch probabilities (and onset
 * probabilities), as `Probabilities` of the view.
 */
export function readAnswer(
  spec: NetworkShape,
  view: View,
  columns: number,
  answer: Float32Array,
  index: number,
): Probabilities {
  const { fold, pitches: P, lowest } = spec;
  const { front } = placementOf(spec, view);
  const plane = columns * P;
  const base = index * outputChannels(spec) * plane;
  const gather = (first: number): Float32Array => {
    const out = new Float32Array(view.steps * 4 * P);
    for (let step = 0, to = 0; step < view.steps; step++) {
      const slot = front + step;
      const within = (slot % fold) * plane + Math.floor(slot / fold) * P;
      for (let voice = 0; voice < 4; voice++, to += P) {
        const from = first + voice * fold * plane + within;
        out.set(answer.subarray(from, from + P), to);
      }
    }
    return out;
  };
  return {
    lowest,
    pitches: P,
    pitch: gather(base),
    onset: spec.onsetAnswer ? gather(base + 4 * fold * plane) : null,
  };
}
