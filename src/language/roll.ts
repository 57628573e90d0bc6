// The score on a grid: what the engine sees. Steps x 4 voices, step-major: cell = 4 * step + voice.

/** Nothing sounds. */
export const REST = -1;
/**
 * An open cell without a present value. In a cell that is not open: music still to be written that nobody asked
 * for (open notes outside a selection): always hidden from the network, never drawn.
 */
export const UNKNOWN = -2;

/** A cell starts a note, holds the one before it, or that is for the sampler to say. */
export const HELD = 0;
export const STARTS = 1;
export const EITHER = 2;

/** Steps in a whole note. */
export type Resolution = 16 | 8 | 4;

/**
 * A harmonizing problem: what stands, what is open and what each open cell may become.
 * All arrays over cells have 4 * steps entries, arrays over steps have `steps`.
 */
export interface Grid {
  readonly resolution: Resolution;
  readonly steps: number;
  /** MIDI number, REST, or UNKNOWN; an open cell with a number starts from it. */
  readonly pitch: Int16Array;
  /** 1 where the sampler draws. */
  readonly open: Uint8Array;
  /** HELD, STARTS or EITHER; EITHER only in open cells of free rhythm. */
  readonly onset: Uint8Array;
  /** Cells that share a number >= 0 are one note of fixed rhythm and take one pitch; -1: each on its own. */
  readonly note: Int32Array;
  /** Index into `weights`, or -1 where an open cell may take any pitch the network knows. */
  readonly candidates: Int32Array;
  /** By MIDI number (128 entries): 0 forbids, 1 allows, between discourages. Multiplied into the distribution. */
  readonly weights: readonly Float32Array[];
  /** The step's position in its full bar, in steps; -1 where there is no metre. */
  readonly phase: Int16Array;
  /** Length of the full bar around the step, in steps; 0 where there is no metre. */
  readonly barSteps: Int16Array;
  /** Index of the bar in the score. */
  readonly bar: Int32Array;
  readonly fermata: Uint8Array;
  /** Pitch classes of the key's signature as sharps (positive) or flats, for spelling-free rules: -7 to 7. */
  readonly fifths: Int8Array;
  /** Pitch class of the key's tonic; -1 where the written notes make the key doubtful. */
  readonly tonic: Int8Array;
}

/** A solved grid: every cell has a pitch (or REST) and an onset (HELD or STARTS). */
export interface Filled {
  readonly pitch: Int16Array;
  readonly onset: Uint8Array;
}
