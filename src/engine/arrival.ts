// Messages between host and engine, checked on arrival on both sides. Says whether they have their shape, never
// what they are good for.

import type { Filled, Grid } from '../language/roll.ts';
import { ECHOES } from './echo.ts';
import type { Harmonization, Progress } from './harmonizer.ts';
import { type Offence, TARIFFS } from './offences.ts';
import type { Context, Echo, KeyContext, Probabilities, View } from './predict.ts';
import {
  type Answers,
  type Fills,
  type Kind,
  type ModelReport,
  type ProcessReport,
  type Query,
  type Rejection,
  type Reply,
  type Request,
  RUNTIME_NAMES,
  type RuntimeReport,
  type Settings,
  type Wishes,
} from './protocol.ts';
import { SCHEDULES, type ScheduleName } from './schedule.ts';
import {
  fourOf,
  type Guard,
  instance,
  isBoolean,
  isCount,
  isNumber,
  isString,
  listOf,
  nullable,
  oneOf,
  optional,
  record,
  where,
} from './shape.ts';

/** Longer pieces than this are refused: over a thousand bars of sixteenths. */
export const MOST_STEPS = 65_536;
const MOST_VIEWS = 256;

const isId = isCount;
const isSteps: Guard<number> = where(isCount, (steps) => steps <= MOST_STEPS);
const isResolution = oneOf(16, 8, 4);
const isVoice = oneOf(0, 1, 2, 3);
const isPath: Guard<string> = where(isString, (path) => path.length > 0 && path.length < 4096);
const int16 = instance(Int16Array);
const int32 = instance(Int32Array);
const int8 = instance(Int8Array);
const bytes = instance(Uint8Array);
const floats = instance(Float32Array);

const isSettings = record<Settings>({
  modelDirectories: listOf(isPath),
  anyDirectory: isBoolean,
  runtime: nullable(oneOf(...RUNTIME_NAMES)),
  threads: nullable(where(isCount, (threads) => threads >= 1 && threads <= 256)),
  gpuFolder: nullable(isPath),
});

const isQuery = record<Query>({ model: nullable(isPath), resolution: isResolution });

const all = (array: ArrayLike<number>, holds: (value: number) => boolean): boolean => {
  for (let i = 0; i < array.length; i++) if (!holds(array[i]!)) return false;
  return true;
};

/** MIDI number, REST or UNKNOWN. */
const isCellPitch = (value: number): boolean => value >= -2 && value <= 127;

export const isGrid: Guard<Grid> = where(
  record<Grid>({
    resolution: isResolution,
    steps: isSteps,
    pitch: int16,
    open: bytes,
    onset: bytes,
    note: int32,
    candidates: int32,
    weights: listOf(
      where(floats, (set) => set.length === 128 && all(set, (weight) => weight >= 0 && weight <= 1e6)),
      4 * MOST_STEPS,
    ),
    phase: int16,
    barSteps: int16,
    bar: int32,
    fermata: bytes,
    fifths: int8,
    tonic: int8,
  }),
  (grid) =>
    [grid.pitch, grid.open, grid.onset, grid.note, grid.candidates].every(
      (cells) => cells.length === 4 * grid.steps,
    ) &&
    [grid.phase, grid.barSteps, grid.bar, grid.fermata, grid.fifths, grid.tonic].every(
      (steps) => steps.length === grid.steps,
    ) &&
    all(grid.pitch, isCellPitch) &&
    all(grid.onset, (onset) => onset <= 2) &&
    all(grid.candidates, (set) => set >= -1 && set < grid.weights.length),
);

const isContext = record<Context>({
  phase: nullable(int16),
  barSteps: nullable(int16),
  fermata: nullable(bytes),
  key: nullable(record<KeyContext>({ fifths: int8, tonic: int8 })),
  onset: nullable(bytes),
  begins: isBoolean,
  ends: isBoolean,
});

const hasLength = (array: ArrayLike<number> | null, length: number): boolean =>
  array === null || array.length === length;

export const isView: Guard<View> = where(
  record<View>({
    steps: isSteps,
    pitch: int16,
    erased: bytes,
    context: isContext,
    echo: optional(record<Echo>({ pitch: int16, strength: floats, step: int32 })),
  }),
  ({ steps, pitch, erased, context, echo }) =>
    hasLength(pitch, 4 * steps) &&
    hasLength(erased, 4 * steps) &&
    hasLength(context.phase, steps) &&
    hasLength(context.barSteps, steps) &&
    hasLength(context.fermata, steps) &&
    hasLength(context.key?.fifths ?? null, steps) &&
    hasLength(context.key?.tonic ?? null, steps) &&
    hasLength(context.onset, 4 * steps) &&
    (echo === undefined ||
      [echo.pitch, echo.strength, echo.step].every((a) => a.length === ECHOES * 4 * steps)) &&
    all(pitch, isCellPitch),
);

const isProbabilities: Guard<Probabilities> = where(
  record<Probabilities>({ lowest: isCount, pitches: isCount, pitch: floats, onset: nullable(floats) }),
  ({ pitches, pitch, onset }) => pitch.length % (4 * pitches || 1) === 0 && hasLength(onset, pitch.length),
);

const isRejection = record<Rejection>({ runtime: oneOf(...RUNTIME_NAMES), reason: isString });

const isRuntimeReport = record<RuntimeReport>({
  runtime: oneOf(...RUNTIME_NAMES),
  device: isString,
  threads: isCount,
  reason: isString,
  rejected: listOf(isRejection),
  error: isNumber,
});

const isModelReport = record<ModelReport>({
  name: isString,
  directory: isString,
  resolution: isResolution,
  lowest: isCount,
  pitches: isCount,
  checksum: isString,
  runtime: isRuntimeReport,
  seconds: isNumber,
});

const keysOf = <K extends string>(table: Readonly<Record<K, unknown>>): readonly K[] =>
  Object.keys(table) as K[];

const isTemperature: Guard<number> = where(isNumber, (temperature) => temperature >= 0 && temperature <= 100);

const isWishes = record<Wishes>({
  seed: isNumber,
  temperature: fourOf(isTemperature),
  steps: nullable(where(isCount, (steps) => steps >= 1 && steps <= 1_000_000)),
  alternatives: where(isCount, (count) => count >= 1 && count <= 64),
  schedule: oneOf<ScheduleName>(...keysOf(SCHEDULES)),
  rules: oneOf(...keysOf(TARIFFS)),
});

const isProgress: Guard<Progress> = record<Progress>({
  step: isCount,
  of: isCount,
  alternative: isCount,
  pitch: int16,
});

const isOffence = record<Offence>({
  kind: oneOf(...keysOf(TARIFFS.strict!)),
  step: isCount,
  voices: where(listOf(isVoice), (voices) => voices.length === 2) as unknown as Guard<Offence['voices']>,
});

const isFill: Guard<Harmonization> = where(
  record<Harmonization>({
    filled: record<Filled>({ pitch: int16, onset: bytes }),
    nll: floats,
    // NaN where nothing was drawn.
    meanNll: (value): value is number => typeof value === 'number',
    forwards: isCount,
    offences: listOf(isOffence, 16 * MOST_STEPS),
  }),
  ({ filled, nll }) => filled.pitch.length === nll.length && filled.onset.length === nll.length,
);

const isFills = record<Fills>({
  fills: listOf(isFill),
  model: isModelReport,
  seconds: record<Fills['seconds']>({ network: isNumber, total: isNumber }),
});

const isProcessReport = record<ProcessReport>({
  pid: isCount,
  node: isString,
  upSeconds: isNumber,
  residentBytes: isCount,
  running: isCount,
  models: listOf(isModelReport),
});

type Of<K extends Request['kind']> = Extract<Request, { readonly kind: K }>;

const REQUESTS: { readonly [K in Request['kind']]: Guard<Of<K>> } = {
  'open-model': record<Of<'open-model'>>({ id: isId, kind: oneOf('open-model'), query: isQuery }),
  harmonize: record<Of<'harmonize'>>({
    id: isId,
    kind: oneOf('harmonize'),
    query: isQuery,
    grid: isGrid,
    wishes: isWishes,
  }),
  probabilities: record<Of<'probabilities'>>({
    id: isId,
    kind: oneOf('probabilities'),
    query: isQuery,
    views: listOf(isView, MOST_VIEWS),
  }),
  describe: record<Of<'describe'>>({ id: isId, kind: oneOf('describe') }),
  configure: record<Of<'configure'>>({
    id: isId,
    kind: oneOf('configure'),
    settings: isSettings,
    crashed: listOf(isRejection),
  }),
  cancel: record<Of<'cancel'>>({ id: isId, kind: oneOf('cancel'), target: isId }),
  shutdown: record<Of<'shutdown'>>({ id: isId, kind: oneOf('shutdown') }),
};

const kindOf = record<{ readonly kind: Request['kind'] }>({ kind: oneOf(...keysOf(REQUESTS)) });

export const isRequest: Guard<Request> = (value): value is Request =>
  kindOf(value) && (REQUESTS[value.kind] as Guard<unknown>)(value);

const FAILURE_REASONS = [
  'cancelled',
  'no-model',
  'bad-model',
  'no-runtime',
  'runtime-failed',
  'unsatisfiable',
  'nothing-open',
  'fault',
] as const;

type ReplyOf<K extends Reply['kind']> = Extract<Reply, { readonly kind: K }>;

const isPlace = record<{ readonly step: number; readonly voice: number }>({ step: isCount, voice: isVoice });

const REPLIES: { readonly [K in Reply['kind']]: Guard<ReplyOf<K>> } = {
  taken: record<ReplyOf<'taken'>>({ id: isId, kind: oneOf('taken') }),
  progress: record<ReplyOf<'progress'>>({ id: isId, kind: oneOf('progress'), progress: isProgress }),
  trying: record<ReplyOf<'trying'>>({
    id: isId,
    kind: oneOf('trying'),
    runtime: nullable(oneOf(...RUNTIME_NAMES)),
  }),
  // What is in it depends on the request: see `isAnswer`.
  result: record<ReplyOf<'result'>>({
    id: isId,
    kind: oneOf('result'),
    result: (value): value is unknown => value !== undefined,
  }),
  failure: record<ReplyOf<'failure'>>({
    id: isId,
    kind: oneOf('failure'),
    reason: oneOf(...FAILURE_REASONS),
    message: isString,
    place: nullable(isPlace),
  }),
};

const replyKind = record<{ readonly kind: Reply['kind'] }>({ kind: oneOf(...keysOf(REPLIES)) });

export const isReply: Guard<Reply> = (value): value is Reply =>
  replyKind(value) && (REPLIES[value.kind] as Guard<unknown>)(value);

const ANSWERS: { readonly [K in Kind]: Guard<Answers[K]> } = {
  'open-model': isModelReport,
  harmonize: isFills,
  probabilities: listOf(isProbabilities, MOST_VIEWS),
  describe: isProcessReport,
};

/** Whether a result is one for such a request. */
export const isAnswer = <K extends Kind>(kind: K, value: unknown): value is Answers[K] =>
  ANSWERS[kind](value);

/** The id of a message whose other parts are out of shape, so that it can be answered; null if it has none. */
export function requestId(value: unknown): number | null {
  return record<{ readonly id: number }>({ id: isId })(value) ? value.id : null;
}
