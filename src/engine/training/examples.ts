// Training examples: a crop of a piece, transposed, with some cells erased in one of the ways a user or the
// measuring erases them. Chance comes in as a function.

import { EITHER, HELD, REST } from '../../language/roll.ts';
import { echoOf } from '../echo.ts';
import { paint, pictureSize, placementOf } from '../features.ts';
import { beatColumns, type NetworkShape } from '../network.ts';
import type { Context, Echo, KeyContext, Predict, View } from '../predict.ts';
import { transposedKey } from '../transpose.ts';
import type { Piece } from './corpus.ts';

/** Uniform in [0, 1). */
export type Chance = () => number;

export interface Example {
  readonly view: View;
  /** How its cells were erased. */
  readonly kind: MaskKind;
  /** The context of the view with nothing dropped: what a teacher is told. */
  readonly told: Context;
  /** steps x 4: HELD, STARTS, whether or not the view shows them; null where unknown. */
  readonly onset: Uint8Array | null;
}

/** How cells are erased; the weights are shares of the examples. */
export type MaskKind = 'cells' | 'frames' | 'frame-parts' | 'melody' | 'voices' | 'block';
export const MASK_SHARES: Readonly<Record<MaskKind, number>> = {
  cells: 0.2,
  frames: 0.16,
  'frame-parts': 0.31,
  melody: 0.14,
  voices: 0.09,
  block: 0.1,
};

/**
 * Few frames are erased more often than many: a uniform share to this power. Of those orderings that decide the framewise
 * loss, half know both neighbours of a frame; of a uniform share's gradient, half comes from gaps of 17 frames and more.
 */
const FEWER_FRAMES = 1.7;
/** Share of the erased frames that are erased in all voices where parts of frames are: one of these for an example. */
const WHOLE_AMONG_PARTS = [0.6, 0.8] as const;

/** Lowest and highest pitch of each voice that transposed examples may reach. */
const TRANSPOSED_RANGES = [
  [58, 81],
  [50, 76],
  [45, 70],
  [36, 66],
] as const;
const FARTHEST_TRANSPOSITION = 6;

const below = (chance: Chance, n: number): number => Math.floor(chance() * n);

function pick<K extends string>(chance: Chance, shares: Readonly<Record<K, number>>): K {
  const entries = Object.entries(shares) as [K, number][];
  let left = chance() * entries.reduce((sum, [, share]) => sum + share, 0);
  for (const [kind, share] of entries) {
    left -= share;
    if (left < 0) return kind;
  }
  return entries.at(-1)![0];
}

/** steps x 4; always at least one cell erased. */
export function drawMask(chance: Chance, steps: number, kind: MaskKind): Uint8Array {
  const erased = new Uint8Array(4 * steps);
  const share = chance();
  const eraseVoices = (voices: readonly number[], from: number, to: number): void => {
    for (let t = from; t < to; t++) for (const v of voices) erased[4 * t + v] = 1;
  };
  const someVoices = (): number[] => {
    const count = 1 + below(chance, 3);
    return shuffled(chance, 4).slice(0, count);
  };
  if (kind === 'cells') for (let i = 0; i < erased.length; i++) erased[i] = chance() < share ? 1 : 0;
  else if (kind === 'melody') eraseVoices([1, 2, 3], 0, steps);
  else if (kind === 'voices') eraseVoices(someVoices(), 0, steps);
  else if (kind === 'block') {
    const length = 1 + below(chance, steps);
    const from = below(chance, steps - length + 1);
    eraseVoices(chance() < 0.5 ? [0, 1, 2, 3] : someVoices(), from, from + length);
  } else {
    const few = share ** FEWER_FRAMES;
    const wholes = kind === 'frames' ? 1 : WHOLE_AMONG_PARTS[below(chance, 2)]!;
    for (let t = 0; t < steps; t++) {
      if (chance() >= few) continue;
      const whole = chance() < wholes;
      eraseVoices(whole ? [0, 1, 2, 3] : someVoices(), t, t + 1);
    }
  }
  if (!erased.includes(1)) erased[below(chance, erased.length)] = 1;
  return erased;
}

function shuffled(chance: Chance, n: number): number[] {
  const out = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = below(chance, i + 1);
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}

/** Share of the crops that begin with the piece, and as many end with it: there is one beginning among many beats. */
const AT_EITHER_END = 0.12;

/** A stretch of a piece as long as `columns` allow, beginning on a beat or where the piece does. */
export function cropOf(
  chance: Chance,
  piece: Piece,
  shape: NetworkShape,
  columns: number,
): { from: number; to: number } {
  const beat = shape.fold * beatColumns(shape);
  const phase = piece.phase?.[0] ?? 0;
  const lead = (beat - (phase % beat)) % beat;
  const most = columns * shape.fold;
  if (piece.steps <= most - (lead === 0 ? 0 : beat)) return { from: 0, to: piece.steps };
  const place = chance();
  if (place < AT_EITHER_END) return { from: 0, to: Math.min(piece.steps, most - (phase % shape.fold)) };
  const last = lead + beat * Math.ceil((piece.steps - most - lead) / beat);
  if (place < 2 * AT_EITHER_END || last <= lead) return { from: Math.max(lead, last), to: piece.steps };
  const from = lead + beat * below(chance, (last - lead) / beat);
  return { from, to: from + most };
}

/** The part of a piece as a view with everything known. */
export function excerpt(piece: Piece, from: number, to: number): Omit<Example, 'kind'> {
  const steps = to - from;
  const context: Context = {
    phase: piece.phase?.slice(from, to) ?? null,
    barSteps: piece.barSteps?.slice(from, to) ?? null,
    fermata: piece.fermata?.slice(from, to) ?? null,
    key: keyOf(piece, steps),
    onset: null,
    begins: from === 0,
    ends: to === piece.steps,
  };
  return {
    onset: piece.onset?.slice(4 * from, 4 * to) ?? null,
    told: context,
    view: {
      steps,
      pitch: piece.pitch.slice(4 * from, 4 * to),
      erased: new Uint8Array(4 * steps),
      context,
    },
  };
}

/** The one key of a piece. */
const keyOf = ({ key }: Piece, steps: number): KeyContext | null =>
  key
    ? {
        fifths: new Int8Array(steps).fill(key.fifths),
        tonic: new Int8Array(steps).fill(key.tonic ?? -1),
      }
    : null;

/** Shifts that keep every voice in its range, at most six semitones either way. */
function transpositions(pitch: Int16Array): number[] {
  let least = -FARTHEST_TRANSPOSITION;
  let most = FARTHEST_TRANSPOSITION;
  for (let cell = 0; cell < pitch.length; cell++) {
    const midi = pitch[cell]!;
    if (midi === REST) continue;
    const [low, high] = TRANSPOSED_RANGES[cell % 4]!;
    least = Math.max(least, Math.min(0, low - midi));
    most = Math.min(most, Math.max(0, high - midi));
  }
  return Array.from({ length: most - least + 1 }, (_, i) => least + i);
}

/** Share of the examples in notes twice as long: many books print hymns in halves and wholes. */
const DOUBLED = 0.1;

/** The piece in notes twice as long: in bars twice as long or, where it is in four-four time, sometimes in twice as many.
 * `wholeNote` is in steps. */
export function doubled(chance: Chance, piece: Piece, wholeNote: number): Piece {
  const { pitch, onset, fermata, phase, barSteps } = piece;
  const split = (barSteps?.every((bar) => bar === wholeNote) ?? false) && chance() < 0.5;
  return {
    ...piece,
    steps: 2 * piece.steps,
    pitch: Int16Array.from({ length: 2 * pitch.length }, (_, cell) => pitch[sourceCell(cell)]!),
    onset:
      onset &&
      Uint8Array.from({ length: 2 * onset.length }, (_, cell) =>
        (cell >> 2) % 2 === 0 ? onset[sourceCell(cell)]! : HELD,
      ),
    fermata: fermata && Uint8Array.from({ length: 2 * fermata.length }, (_, step) => fermata[step >> 1]!),
    phase:
      phase &&
      Int16Array.from({ length: 2 * phase.length }, (_, step) => {
        const since = 2 * phase[step >> 1]! + (step % 2);
        return split ? since % wholeNote : since;
      }),
    barSteps:
      barSteps &&
      Int16Array.from({ length: 2 * barSteps.length }, (_, step) => (split ? 1 : 2) * barSteps[step >> 1]!),
  };
}

/** The cell of a piece that a cell of the piece in notes twice as long comes from. */
const sourceCell = (cell: number): number => 4 * (cell >> 3) + (cell % 4);

/** Share of the examples that know neither metre nor fermatas. */
const BARE = 0.25;

/** Share of the examples that know their key, where it is known. */
const TELLS_KEY = 0.5;

/** A random example: crop, transposition, mask, and context of which parts are dropped at random. */
export function drawExample(chance: Chance, source: Piece, shape: NetworkShape, columns: number): Example {
  const beat = shape.fold * beatColumns(shape);
  const piece = chance() < DOUBLED ? doubled(chance, source, 4 * beat) : source;
  const { from, to } = cropOf(chance, piece, shape, columns);
  const { view, onset, told: untransposed } = excerpt(piece, from, to);
  const shifts = transpositions(view.pitch);
  const shift = shifts[below(chance, shifts.length)]!;
  const pitch = transposed(view.pitch, shift);
  const kind = pick(chance, MASK_SHARES);
  const everywhere = drawPieceMask(chance, piece.steps, kind, from, to);
  const erased = everywhere.slice(4 * from, 4 * to);
  const bare = chance() < BARE;
  const metre = !bare && chance() < 0.8;
  const fermata = !bare && chance() < 0.8;
  const bounds = chance() < 0.9;
  const tellsKey = chance() < TELLS_KEY;
  const { key } = untransposed;
  const told: Context = {
    ...untransposed,
    key: key && transposedKey(key.fifths, key.tonic, shift),
    onset: drawOnsets(chance, onset, erased),
  };
  const context: Context = {
    phase: metre ? told.phase : null,
    barSteps: metre ? told.barSteps : null,
    fermata: fermata ? told.fermata : null,
    key: tellsKey ? told.key : null,
    onset: told.onset,
    begins: bounds && told.begins,
    ends: bounds && told.ends,
  };
  const echo = shape.inputs.echo ? echoes(piece, everywhere, shift, from, to, shape) : undefined;
  return { view: { ...view, pitch, erased, context, ...(echo ? { echo } : {}) }, kind, told, onset };
}

const transposed = (pitch: Int16Array, shift: number): Int16Array =>
  pitch.map((midi) => (midi === REST ? REST : midi + shift));

/**
 * A mask over the whole piece of which the crop has its share: what is erased at random or by voices is so everywhere,
 * a block lies in the crop.
 */
function drawPieceMask(chance: Chance, steps: number, kind: MaskKind, from: number, to: number): Uint8Array {
  if (kind === 'block') {
    const erased = new Uint8Array(4 * steps);
    erased.set(drawMask(chance, to - from, kind), 4 * from);
    return erased;
  }
  const erased = drawMask(chance, steps, kind);
  if (!erased.subarray(4 * from, 4 * to).includes(1)) erased[4 * from + below(chance, 4 * (to - from))] = 1;
  return erased;
}

/** What the rest of the piece says of the crop. */
function echoes(
  piece: Piece,
  erased: Uint8Array,
  shift: number,
  from: number,
  to: number,
  shape: NetworkShape,
): Echo {
  const whole = { steps: piece.steps, pitch: transposed(piece.pitch, shift), erased };
  return echoOf(whole, shape.fold * beatColumns(shape), from, to);
}

/** Onsets are mostly not told; sometimes those of the known cells, sometimes all (an open note of fixed rhythm). */
function drawOnsets(chance: Chance, onset: Uint8Array | null, erased: Uint8Array): Uint8Array | null {
  const told = chance();
  if (!onset || told < 0.6) return null;
  return told < 0.8 ? onset.map((o, cell) => (erased[cell] ? EITHER : o)) : onset;
}

/** The tensors of one batch, laid out as the training step takes them. */
export interface Batch {
  readonly picture: Float32Array;
  readonly target: Float32Array;
  /** What the pitch answers are compared with: the target, or also what a teacher says. */
  readonly expected: Float32Array;
  readonly cells: Float32Array;
  readonly struck: Float32Array;
  readonly repeats: Float32Array;
}

/** Every example weighs the same, whatever the number of its erased cells (as in Coconet's loss). */
export function batchOf(spec: NetworkShape, examples: readonly Example[], columns: number): Batch {
  const { fold, pitches: P, lowest } = spec;
  const size = pictureSize(spec, columns);
  const cellCount = 4 * fold * columns;
  const picture = new Float32Array(size * examples.length);
  const target = new Float32Array(cellCount * P * examples.length);
  const [cells, struck, repeats] = [0, 1, 2].map(() => new Float32Array(cellCount * examples.length)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  let repeated = 0;
  examples.forEach(({ view, onset }, n) => {
    const placement = placementOf(spec, view);
    paint(spec, view, placement, columns, picture, n * size);
    const inRange = (midi: number): boolean => midi >= lowest && midi < lowest + P;
    let asked = 0;
    for (let cell = 0; cell < view.pitch.length; cell++)
      if (view.erased[cell] && inRange(view.pitch[cell]!)) asked++;
    for (let step = 0; step < view.steps; step++) {
      const slot = placement.front + step;
      for (let voice = 0; voice < 4; voice++) {
        const cell = 4 * step + voice;
        const midi = view.pitch[cell]!;
        if (!inRange(midi)) continue;
        const at = ((n * 4 + voice) * fold + (slot % fold)) * columns + Math.floor(slot / fold);
        target[at * P + midi - lowest] = 1;
        if (view.erased[cell]) cells[at] = 1 / (asked * examples.length);
        const told = view.context.onset !== null && view.context.onset[cell] !== EITHER;
        if (onset && !told && step > 0 && view.pitch[cell - 4] === midi) {
          struck[at] = onset[cell] === 1 ? 1 : 0;
          repeats[at] = 1;
          repeated++;
        }
      }
    }
  });
  if (repeated > 0) for (let i = 0; i < repeats.length; i++) repeats[i]! /= repeated;
  return { picture, target, expected: target, cells, struck, repeats };
}

/** Other networks, and how much the mean of their answers counts beside the true pitches, 0 to 1. */
export interface Teacher {
  readonly predicts: readonly Predict[];
  readonly trust: number;
}

/**
 * Where whole voices are erased a piece is one example, whatever else varies, and is soon known by heart: there a teacher
 * is trusted half of the way on to alone.
 */
const trustFor = (kind: MaskKind, trust: number): number =>
  kind === 'melody' || kind === 'voices' ? (1 + trust) / 2 : trust;

/**
 * A batch whose erased cells are expected to be what the teacher says as well (distillation, Hinton et al. 2015): of
 * several pitches that would do, the true one teaches less than their likelihoods. The teacher is told metre, fermatas and key
 * also where the pupil is not: the mean of what can then be said is what the pupil should say.
 */
export async function taught(
  batch: Batch,
  { predicts, trust }: Teacher,
  shape: NetworkShape,
  examples: readonly Example[],
  columns: number,
): Promise<Batch> {
  const { fold, pitches: P } = shape;
  const expected = batch.target.slice();
  const views = examples.map(({ view, told }) => ({ ...view, context: told }));
  const answers = await Promise.all(predicts.map((predict) => predict(views)));
  examples.forEach(({ view, kind }, n) => {
    const { front } = placementOf(shape, view);
    const share = trustFor(kind, trust);
    for (let cell = 0; cell < view.pitch.length; cell++) {
      if (!view.erased[cell]) continue;
      const slot = front + (cell >> 2);
      const at = ((n * 4 + (cell % 4)) * fold + (slot % fold)) * columns + Math.floor(slot / fold);
      for (let p = 0; p < P; p++) {
        const said = answers.reduce((sum, answer) => sum + answer[n]!.pitch[cell * P + p]!, 0);
        expected[at * P + p] = (1 - share) * expected[at * P + p]! + (share * said) / answers.length;
      }
    }
  });
  return { ...batch, expected };
}
