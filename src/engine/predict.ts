// The narrow waist between the sampler and whatever runs the network. No tensor library is known here.

/** Per step; a step without a tonic is in no key that is known. */
export interface KeyContext {
  /** The signature, sharps positive. */
  readonly fifths: Int8Array;
  /** Pitch class; -1 where it is not known. */
  readonly tonic: Int8Array;
}

/** What the network may know besides the pitches. Every part may be left out (null). Per step unless said. */
export interface Context {
  /** Position in the full bar, in steps; -1 without metre. */
  readonly phase: Int16Array | null;
  /** Length of the full bar, in steps; 0 without metre. */
  readonly barSteps: Int16Array | null;
  readonly fermata: Uint8Array | null;
  readonly key: KeyContext | null;
  /** steps x 4: HELD, STARTS or EITHER (unknown). */
  readonly onset: Uint8Array | null;
  /** Whether the first step is where the piece begins, and the last where it ends (false inside a window). */
  readonly begins: boolean;
  readonly ends: boolean;
}

/**
 * For each erased cell (steps x 4), the pitches best supported by other places of the piece, the best one first: MIDI
 * number (REST where there is none), strength, 0 to 1, and the step where it sounds. All [ranks, steps x 4].
 */
export interface Echo {
  readonly pitch: Int16Array;
  readonly strength: Float32Array;
  readonly step: Int32Array;
}

/** A partly erased piece, or a window of one. */
export interface View {
  readonly steps: number;
  /** steps x 4, MIDI number or REST; ignored where `erased` is 1. */
  readonly pitch: Int16Array;
  /** steps x 4: 1 = the network may not see this cell and is asked for it. */
  readonly erased: Uint8Array;
  readonly context: Context;
  /** What the whole piece says, where this is a part of it; otherwise the view is compared with itself. */
  readonly echo?: Echo;
}

/** The network's answer for one view. */
export interface Probabilities {
  /** MIDI number of the first pitch. */
  readonly lowest: number;
  /** Number of pitches P. */
  readonly pitches: number;
  /** steps x 4 x P, each row sums to 1 (rows of cells that were not erased are defined but not asked for). */
  readonly pitch: Float32Array;
  /**
   * steps x 4 x P: were this pitch to sound here, and the same pitch in the step before, the probability that
   * it is struck anew. Null when the network has no onset answer.
   */
  readonly onset: Float32Array | null;
}

/**
 * Asks the network about several views at once, one answer a view, in order. Pitches outside the network's range
 * are the caller's to transpose. Rejects with an `EngineFailure` when the runtime fails or the signal is aborted.
 */
export type Predict = (views: readonly View[], signal?: AbortSignal) => Promise<Probabilities[]>;
