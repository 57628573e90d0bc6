// Checks messages between host and preview on arrival, on both sides. Knows their shapes, not their meaning.

import type {
  Alternative,
  HostMessage,
  Interval,
  PanelMessage,
  Reading,
  ReadingChange,
  Sheet,
  SheetBar,
  SheetNote,
  Splice,
  Trouble,
} from './messages.ts';

type Check<T> = (value: unknown) => value is T;
type Shape<T> = { readonly [K in keyof T]-?: Check<T[K]> };

/** Nothing that a person writes comes near these; what does is a mistake or an attack. */
const LONGEST_TEXT = 64 * 1024 * 1024;
const LONGEST_LIST = 1_000_000;

const text: Check<string> = (v): v is string => typeof v === 'string' && v.length <= LONGEST_TEXT;
const flag: Check<boolean> = (v): v is boolean => typeof v === 'boolean';
const finite: Check<number> = (v): v is number => typeof v === 'number' && Number.isFinite(v);
const whole: Check<number> = (v): v is number => Number.isSafeInteger(v);
const count: Check<number> = (v): v is number => Number.isSafeInteger(v) && (v as number) >= 0;
const share: Check<number> = (v): v is number => finite(v) && v >= 0 && v <= 1;

const oneOf =
  <T>(...values: readonly T[]): Check<T> =>
  (v): v is T =>
    values.includes(v as T);

const orNull =
  <T>(check: Check<T>): Check<T | null> =>
  (v): v is T | null =>
    v === null || check(v);

const list =
  <T>(check: Check<T>): Check<readonly T[]> =>
  (v): v is readonly T[] => {
    if (!Array.isArray(v) || v.length > LONGEST_LIST) return false;
    // Not `every`: it does not see holes.
    for (const item of v) if (!check(item)) return false;
    return true;
  };

const tuple =
  <T extends readonly unknown[]>(...checks: { readonly [K in keyof T]: Check<T[K]> }): Check<T> =>
  (v): v is T =>
    Array.isArray(v) && v.length === checks.length && checks.every((check, i) => check(v[i]));

const record =
  <T>(shape: Shape<T>): Check<T> =>
  (v): v is T =>
    typeof v === 'object' &&
    v !== null &&
    !Array.isArray(v) &&
    (Object.keys(shape) as (keyof T)[]).every((key) => Object.hasOwn(v, key) && shape[key]((v as T)[key]));

const forward =
  <T>(check: Check<T>, low: keyof T, high: keyof T): Check<T> =>
  (v): v is T =>
    check(v) && v[low] <= v[high];

const voice = oneOf(0 as const, 1 as const, 2 as const, 3 as const);
const span = forward(record({ start: count, end: count }), 'start', 'end');
const interval: Check<Interval> = forward(record({ from: count, to: count }), 'from', 'to');
const barRange = forward(record({ from: count, to: count }), 'from', 'to');
const metre = record({ beats: count, unit: count });

const sheetNote: Check<SheetNote> = record<SheetNote>({
  voice,
  onset: count,
  duration: count,
  bar: count,
  look: oneOf('written', 'open', 'filled', 'pinned', 'locked'),
  rest: flag,
  pitches: list(count),
  names: list(text),
  span,
  tied: flag,
  fermata: flag,
  grace: flag,
  lyric: text,
  chord: text,
});

const sheetBar: Check<SheetBar> = record<SheetBar>({
  number: whole,
  onset: count,
  duration: count,
  metre: orNull(metre),
  phase: count,
  beat: count,
  key: text,
  repeatStarts: flag,
  repeatEnds: flag,
  ending: text,
  spans: tuple(orNull(span), orNull(span), orNull(span), orNull(span)),
});

const sheetVoice = record({ id: orNull(text), name: text });

const sheetRest: Shape<Omit<Sheet, 'notes' | 'bars'>> = {
  title: text,
  ticksPerWhole: count,
  length: count,
  voices: tuple(sheetVoice, sheetVoice, sheetVoice, sheetVoice),
  tempos: list(record({ onset: count, quarters: finite })),
};

const sheet: Check<Sheet> = record<Sheet>({ ...sheetRest, notes: list(sheetNote), bars: list(sheetBar) });

const trouble: Check<Trouble> = record<Trouble>({
  errors: count,
  warnings: count,
  first: orNull(record({ message: text, line: count, span })),
  broken: flag,
});

const added = list(forward(record({ start: count, end: count, at: count }), 'start', 'end'));
const splice = <T>(insert: Check<T>): Check<Splice<T>> =>
  record<Splice<T>>({ at: count, remove: count, insert });
const noteSplice = splice(list(sheetNote));
const change: Check<ReadingChange> = record<ReadingChange>({
  abc: splice(text),
  later: record({ bar: count, bars: whole, ticks: whole }),
  notes: tuple(noteSplice, noteSplice, noteSplice, noteSplice),
  bars: splice(list(sheetBar)),
  rest: record(sheetRest),
  added,
});

const reading: Check<Reading> = record<Reading>({ abc: text, sheet, added });
const alternative: Check<Alternative> = record<Alternative>({ label: text, reading });
const about = { uri: text, version: whole };

/** One row a message type, so that a new message cannot be forgotten here. */
type Table<M extends { readonly type: string }> = {
  readonly [T in M['type']]: Check<Extract<M, { readonly type: T }>>;
};

const fromHost: Table<HostMessage> = {
  document: record({
    ...about,
    type: oneOf('document' as const),
    reading,
    trouble,
  }),
  change: record({ ...about, type: oneOf('change' as const), since: whole, change, trouble }),
  progress: record({
    ...about,
    type: oneOf('progress' as const),
    done: share,
    notes: list(record({ voice, pitch: count, from: count, to: count })),
    label: text,
  }),
  alternatives: record({
    ...about,
    type: oneOf('alternatives' as const),
    run: text,
    items: list(alternative),
    region: interval,
  }),
  selection: record({ ...about, type: oneOf('selection' as const), spans: list(span), reveal: flag }),
  surprise: record({
    ...about,
    type: oneOf('surprise' as const),
    notes: list(record({ span, nats: finite })),
  }),
  probabilities: record({
    ...about,
    type: oneOf('probabilities' as const),
    resolution: count,
    from: count,
    to: count,
    cells: list(
      record({
        step: count,
        voice,
        drawn: whole,
        odds: list(tuple<readonly [number, number]>(count, share)),
      }),
    ),
  }),
  settings: record({
    type: oneOf('settings' as const),
    sync: oneOf('both', 'text-to-preview', 'preview-to-text', 'off'),
    paper: flag,
    layout: oneOf('source', 'two', 'four'),
    instrument: oneOf('choir', 'organ', 'piano'),
  }),
  play: record({
    type: oneOf('play' as const),
    what: oneOf('all', 'cursor', 'selection', 'stop'),
    voice: orNull(voice),
  }),
  export: record({ type: oneOf('export' as const), kind: oneOf('svg', 'html', 'wav') }),
  status: record({ type: oneOf('status' as const), text }),
};

const fromPanel: Table<PanelMessage> = {
  ready: record({ type: oneOf('ready' as const) }),
  select: record({ ...about, type: oneOf('select' as const), span, focus: flag }),
  'select-bars': forward(
    record({ ...about, type: oneOf('select-bars' as const), from: count, to: count }),
    'from',
    'to',
  ),
  choose: record({ ...about, type: oneOf('choose' as const), run: text, index: orNull(count) }),
  ask: record({
    ...about,
    type: oneOf('ask' as const),
    about: oneOf('surprise', 'probabilities'),
    wanted: flag,
    bars: orNull(barRange),
  }),
  command: record({
    ...about,
    type: oneOf('command' as const),
    name: oneOf('harmonize', 'resample', 'alternatives', 'accept', 'open', 'lock', 'pin', 'cancel'),
  }),
  playback: record({
    ...about,
    type: oneOf('playback' as const),
    state: oneOf('playing', 'paused', 'stopped'),
    at: count,
  }),
  exported: record({
    ...about,
    type: oneOf('exported' as const),
    kind: oneOf('svg', 'html', 'wav'),
    content: text,
  }),
  failed: record({ type: oneOf('failed' as const), message: text }),
  drawn: record({ ...about, type: oneOf('drawn' as const), milliseconds: finite }),
};

function checked<M extends { readonly type: string }>(table: Table<M>, value: unknown): M | null {
  const type: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'type') : null;
  if (typeof type !== 'string' || !Object.hasOwn(table, type)) return null;
  return table[type as M['type']](value) ? (value as M) : null;
}

/** The message, if it is one that the host may send; null otherwise. */
export const hostMessage = (value: unknown): HostMessage | null => checked<HostMessage>(fromHost, value);

/** The message, if it is one that the preview may send; null otherwise. */
export const panelMessage = (value: unknown): PanelMessage | null => checked<PanelMessage>(fromPanel, value);
