// What a host and the engine's process say to each other. Types only: knows neither processes nor networks.

import type { Grid, Resolution } from '../language/roll.ts';
import type { FailureReason } from './failure.ts';
import type { Harmonization, HarmonizeOptions, Progress } from './harmonizer.ts';
import type { Probabilities, View } from './predict.ts';

/** What can run a network, by the names a user pins one with. */
export const RUNTIME_NAMES = [
  'tfjs-node-gpu',
  'onnx',
  'onnx-cuda',
  'onnx-webgpu',
  'onnx-directml',
  'onnx-coreml',
  'tfjs-wasm',
] as const;
export type RuntimeName = (typeof RUNTIME_NAMES)[number];

/** How an engine is set up. */
export interface Settings {
  /** Folders that hold models, most important first. */
  readonly modelDirectories: readonly string[];
  /** Whether a query may name any folder on the disk. Not where a text that is not trusted names the model. */
  readonly anyDirectory: boolean;
  /** The runtime to use and no other; null: the first that works. */
  readonly runtime: RuntimeName | null;
  /** Threads of a CPU runtime; null: as many as there are physical cores, less one, at least one. */
  readonly threads: number | null;
  /** Where tfjs-node-gpu is installed, if not beside this program; null: as the environment's CANTUS_TFJS_GPU says. */
  readonly gpuFolder: string | null;
}

/** What a process is told first. */
export interface Setup {
  readonly settings: Settings;
  /** Runtimes that took an earlier process with them when they were started. */
  readonly crashed: readonly Rejection[];
}

/** Which network: by name or by directory, or (null) the default one for the grid. */
export interface Query {
  readonly model: string | null;
  readonly resolution: Resolution;
}

/** A runtime that was not taken. */
export interface Rejection {
  readonly runtime: RuntimeName;
  readonly reason: string;
}

/** Which runtime was taken and why. */
export interface RuntimeReport {
  readonly runtime: RuntimeName;
  readonly device: string;
  readonly threads: number;
  readonly reason: string;
  /** Those that were tried or looked at before it, in order. */
  readonly rejected: readonly Rejection[];
  /** Largest difference from the golden probabilities of a small network of this kind. */
  readonly error: number;
}

export interface ModelReport {
  readonly name: string;
  readonly directory: string;
  readonly resolution: Resolution;
  /** MIDI numbers the network knows. */
  readonly lowest: number;
  readonly pitches: number;
  /** CRC-32 of its file, in hexadecimal. */
  readonly checksum: string;
  readonly runtime: RuntimeReport;
  /** What it took to read the weights and to start the runtime. */
  readonly seconds: number;
}

export interface ProcessReport {
  readonly pid: number;
  readonly node: string;
  readonly upSeconds: number;
  readonly residentBytes: number;
  /** Calls under way. */
  readonly running: number;
  readonly models: readonly ModelReport[];
}

/** The state of an engine, for a report to a user. */
export interface EngineReport {
  readonly settings: Settings;
  /** How often a process was started, and how many of them died lately. */
  readonly starts: number;
  readonly crashes: number;
  /** null while none runs, or while it is too busy to say. */
  readonly process: ProcessReport | null;
}

/** How to fill; the rest (the network's range, the size of a window) the engine knows. */
export type Wishes = Pick<
  HarmonizeOptions,
  'seed' | 'temperature' | 'steps' | 'alternatives' | 'schedule' | 'rules'
>;

/** Filled grids, one an alternative, and what filled them. */
export interface Fills {
  readonly fills: readonly Harmonization[];
  readonly model: ModelReport;
  /** In the network, and in all (opening the model aside). */
  readonly seconds: { readonly network: number; readonly total: number };
}

/** How a call may be given up, and who hears how far it is. */
export interface Call {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * An engine, wherever it runs. Every call rejects with an `EngineFailure` for an expected "no" (`cancelled`,
 * `no-model`, `bad-model`, `no-runtime`, `runtime-failed`, `unsatisfiable`, `nothing-open`), with a plain Error for
 * a bug, and at once with `cancelled` when its signal is aborted.
 */
export interface Engine {
  /** Loads a model ahead of time and tells how it runs. */
  openModel(query: Query, call?: Call): Promise<ModelReport>;
  harmonize(query: Query, grid: Grid, wishes: Wishes, call?: Call): Promise<Fills>;
  /** The network's own distribution for each view, one answer a view. */
  probabilities(query: Query, views: readonly View[], call?: Call): Promise<readonly Probabilities[]>;
  /** Starts nothing and never rejects. */
  describe(): Promise<EngineReport>;
  /** From now on; calls under way end as they began. */
  configure(settings: Settings): Promise<void>;
  /** Frees what an idle engine holds; the next call starts it anew. Calls under way are cancelled. */
  stop(): Promise<void>;
  /** For good. Settles when no process is left. */
  dispose(): Promise<void>;
}

/** What each kind of request carries and what answers it. */
export interface Asks {
  'open-model': { readonly query: Query };
  harmonize: { readonly query: Query; readonly grid: Grid; readonly wishes: Wishes };
  probabilities: { readonly query: Query; readonly views: readonly View[] };
  describe: object;
}
export interface Answers {
  'open-model': ModelReport;
  harmonize: Fills;
  probabilities: readonly Probabilities[];
  describe: ProcessReport;
}
export type Kind = keyof Asks;
export type Ask<K extends Kind> = Asks[K];

export type Request =
  | { [K in Kind]: { readonly id: number; readonly kind: K } & Asks[K] }[Kind]
  | ({ readonly id: number; readonly kind: 'configure' } & Setup)
  | { readonly id: number; readonly kind: 'cancel'; readonly target: number }
  | { readonly id: number; readonly kind: 'shutdown' };

export type Reply =
  | { readonly id: number; readonly kind: 'taken' }
  | { readonly id: number; readonly kind: 'progress'; readonly progress: Progress }
  | { readonly id: number; readonly kind: 'result'; readonly result: unknown }
  /** About no request: a runtime is about to be started (it may crash), or no longer. */
  | { readonly id: number; readonly kind: 'trying'; readonly runtime: RuntimeName | null }
  | {
      readonly id: number;
      readonly kind: 'failure';
      /** `fault` is our own bug. */
      readonly reason: FailureReason | 'fault';
      readonly message: string;
      readonly place: { readonly step: number; readonly voice: number } | null;
    };
