// Chorales as the training and the measuring read them: rolls on a grid with what is known of metre, fermatas and
// onsets. Reads the JSON of the data folder, and four-voice scores of every format, one by one or in folders; refuses
// pieces it cannot use, with the reason.

import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Format, formatOf } from '../../language/formats.ts';
import { keyFifths, midi } from '../../language/pitch.ts';
import { ReadFailure } from '../../language/read/foreign.ts';
import { toGrid } from '../../language/read/grid.ts';
import { HELD, REST, type Resolution, STARTS, UNKNOWN } from '../../language/roll.ts';
import { EngineFailure } from '../failure.ts';

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
  /** Null or absent where the source does not tell. */
  readonly key?: PieceKey | null;
}

export interface PieceKey {
  /** Sharps in the signature (flats negative). */
  readonly fifths: number;
  /** Pitch class; null where only the signature is known. */
  readonly tonic: number | null;
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
  readonly fifths?: number | null;
  readonly key?: string | null;
}

/**
 * Reads JSON files of `{ pieces: [...] }` on 16th steps, scores of every format there is (ABC with or without open
 * notes, MusicXML, MIDI), and folders of such scores, and lays them on the grid.
 *
 * @throws EngineFailure `unsatisfiable` when a file is none of these
 */
export async function readCorpus(paths: readonly string[], resolution: Resolution): Promise<Corpus> {
  const pieces: Piece[] = [];
  const refused: { id: string; reason: string }[] = [];
  const take = (id: string, found: Piece | string): void => {
    if (typeof found === 'string') refused.push({ id, reason: found });
    else pieces.push(found);
  };
  for (const path of await filesIn(paths)) {
    const bytes = await readFile(path);
    const format = formatOf(path);
    if (format) take(path, pieceOfScore(path, bytes, format, resolution));
    else
      for (const source of sourcesIn(path, bytes.toString('utf8')))
        take(source.id, pieceOf(source, resolution));
  }
  return { pieces, refused };
}

async function filesIn(paths: readonly string[]): Promise<string[]> {
  const all = await Promise.all(
    paths.map(async (path) => {
      if (!(await stat(path)).isDirectory()) return [path];
      const names = (await readdir(path, { recursive: true })).sort();
      return names.filter((name) => formatOf(name) !== null).map((name) => join(path, name));
    }),
  );
  return all.flat();
}

function sourcesIn(path: string, text: string): readonly SourcePiece[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new EngineFailure('unsatisfiable', `${path} is neither a score nor JSON.`);
  }
  if (
    typeof parsed !== 'object' ||
    parsed === null ||
    !('pieces' in parsed) ||
    !Array.isArray(parsed.pieces)
  ) {
    throw new EngineFailure('unsatisfiable', `${path} has no list of pieces.`);
  }
  return parsed.pieces as readonly SourcePiece[];
}

/** What readers say they left out when a file has more than four voices: then these four are not the piece. */
const MORE_THAN_FOUR = /only four voices|chords of more than four/;

/** A score without open places, or why it cannot be used. */
function pieceOfScore(id: string, bytes: Uint8Array, format: Format, resolution: Resolution): Piece | string {
  try {
    const { score, losses } = format.read(bytes);
    const excess = losses.find((loss) => MORE_THAN_FOUR.test(loss));
    if (excess !== undefined) return `it has more than four voices: ${excess}`;
    const onGrid = { ...score, directives: { ...score.directives, grid: resolution } };
    const { grid } = toGrid(onGrid, { mode: 'fill' });
    if (grid.open.includes(1) || grid.pitch.includes(UNKNOWN)) return 'a voice is missing or has open places';
    const { steps, pitch, phase, barSteps, fermata, onset } = grid;
    const metred = phase.every((p) => p >= 0);
    const { tonic, mode } = score.key;
    return {
      id,
      steps,
      pitch,
      phase: metred ? phase : null,
      barSteps: metred ? barSteps : null,
      fermata,
      onset,
      key: { fifths: keyFifths(tonic, mode), tonic: midi({ ...tonic, octave: 4 }) % 12 },
    };
  } catch (error) {
    if (error instanceof ReadFailure) return error.message;
    throw error;
  }
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

function pieceOf(source: SourcePiece, resolution: Resolution): Piece | string {
  const reason = unusable(source);
  if (reason) return reason;
  const stride = 16 / resolution;
  const steps = Math.ceil(source.steps.length / stride);
  const pitch = new Int16Array(4 * steps);
  for (let t = 0; t < steps; t++) pitch.set(source.steps[t * stride], 4 * t);
  return {
    id: source.id,
    steps,
    pitch,
    ...metreOf(source, steps, stride, resolution),
    ...marksOf(source, steps, stride),
    key: keyOf(source),
  };
}

const NATURALS: Readonly<Record<string, number>> = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 };

/** The key of a source that names it as `Bb`, `F#m` or `D`. */
function keyOf({ fifths, key }: SourcePiece): PieceKey | null {
  if (typeof fifths !== 'number') return null;
  const match = /^([A-G])([b#]?)/.exec(key ?? '');
  if (!match) return { fifths, tonic: null };
  const alter = match[2] === '#' ? 1 : match[2] === 'b' ? -1 : 0;
  return { fifths, tonic: (NATURALS[match[1]] + alter + 12) % 12 };
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
        const row = source.onsets[v];
        // A coarse step starts a note when one started since the step before.
        const window = t === 0 ? row.slice(0, 1) : row.slice((t - 1) * stride + 1, t * stride + 1);
        onset[4 * t + v] = window.includes('1') ? STARTS : HELD;
      }
    }
  }
  return { fermata, onset };
}
