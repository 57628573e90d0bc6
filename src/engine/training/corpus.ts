// Chorales as the training and the measuring read them: rolls on a grid with what is known of metre, fermatas and
// onsets. Reads the JSON of the data folder; refuses pieces it cannot use, with the reason.

import { readFile } from 'node:fs/promises';
import { HELD, REST, type Resolution, STARTS } from '../../language/roll.ts';

/** A whole piece on a grid. Per step unless said; null where the source does not tell. */
export interface Piece {
  readonly id: string;
  readonly steps: number;
  /** steps x 4: MIDI number or REST. */
  readonly pitch: Int16Array;
  readonly phase: Int16Array | null;
  readonly barSteps: Int16Array | null;
  readonly fermata: Uint8Array | null;
  /** steps x 4: HELD or STARTS. */
  readonly onset: Uint8Array | null;
}

export interface Corpus {
  readonly pieces: readonly Piece[];
  readonly refused: readonly { readonly id: string; readonly reason: string }[];
}

interface SourcePiece {
  readonly id: string;
  readonly steps: readonly (readonly number[])[];
  readonly time?: string | null;
  readonly timeChanges?: unknown;
  readonly phase?: number | null;
  readonly fermatas?: readonly (readonly [number, number])[];
  readonly onsets?: readonly string[];
}

/** Reads `{ pieces: [...] }` files of 16th steps, and strides them to the grid. */
export async function readCorpus(files: readonly string[], resolution: Resolution): Promise<Corpus> {
  const pieces: Piece[] = [];
  const refused: { id: string; reason: string }[] = [];
  for (const file of files) {
    const parsed = JSON.parse(await readFile(file, 'utf8')) as { pieces?: readonly SourcePiece[] };
    if (!Array.isArray(parsed.pieces)) throw new Error(`${file} has no list of pieces`);
    for (const source of parsed.pieces as readonly SourcePiece[]) {
      const reason = unusable(source);
      if (reason) refused.push({ id: source.id, reason });
      else pieces.push(pieceOf(source, 16 / resolution, resolution));
    }
  }
  return { pieces, refused };
}

function unusable({ steps }: SourcePiece): string | null {
  if (!Array.isArray(steps) || steps.length === 0) return 'it has no steps';
  if (steps.some((step: unknown) => !Array.isArray(step) || step.length !== 4))
    return 'not every step has four voices';
  if (
    steps.some((step: readonly number[]) =>
      step.some((p: number) => !Number.isInteger(p) || p < REST || p > 127),
    )
  )
    return 'a pitch is no MIDI number';
  return null;
}

function pieceOf(source: SourcePiece, stride: number, resolution: Resolution): Piece {
  const steps = Math.ceil(source.steps.length / stride);
  const pitch = new Int16Array(4 * steps);
  for (let t = 0; t < steps; t++) pitch.set(source.steps[t * stride]!, 4 * t);
  return {
    id: source.id,
    steps,
    pitch,
    ...metreOf(source, steps, stride, resolution),
    ...marksOf(source, steps, stride),
  };
}

function metreOf(
  source: SourcePiece,
  steps: number,
  stride: number,
  resolution: Resolution,
): Pick<Piece, 'phase' | 'barSteps'> {
  const [beats, unit] = (source.time ?? '').split('/').map(Number);
  // A change of metre whose place is not told leaves the phase unknown from somewhere on.
  if (!beats || !unit || typeof source.phase !== 'number' || source.timeChanges)
    return { phase: null, barSteps: null };
  const bar = (beats * resolution) / unit;
  const start = Math.floor(source.phase / stride);
  return {
    phase: Int16Array.from({ length: steps }, (_, t) => (start + t) % bar),
    barSteps: new Int16Array(steps).fill(bar),
  };
}

function marksOf(source: SourcePiece, steps: number, stride: number): Pick<Piece, 'fermata' | 'onset'> {
  let fermata: Uint8Array | null = null;
  if (source.fermatas) {
    fermata = new Uint8Array(steps);
    for (const [from, to] of source.fermatas)
      fermata.fill(1, Math.floor(from / stride), Math.ceil(to / stride));
  }
  let onset: Uint8Array | null = null;
  if (source.onsets?.length === 4) {
    onset = new Uint8Array(4 * steps);
    for (let t = 0; t < steps; t++) {
      for (let v = 0; v < 4; v++) {
        const row = source.onsets[v]!;
        // A coarse step starts a note when one started since the step before.
        const window = t === 0 ? row.slice(0, 1) : row.slice((t - 1) * stride + 1, t * stride + 1);
        onset[4 * t + v] = window.includes('1') ? STARTS : HELD;
      }
    }
  }
  return { fermata, onset };
}
