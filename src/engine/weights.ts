// The neutral file of a network: a description and its numbers, for every runtime alike. Works on bytes; where
// they come from is the caller's.

import { EngineFailure } from './failure.ts';
import {
  type FoldedNetwork,
  foldNetwork,
  type NetworkSpec,
  parametersOf,
  statisticsOf,
  totalSize,
} from './network.ts';

/** How the weights came about, for the model card and for those who train on. */
export interface TrainingRecord {
  readonly data: readonly string[];
  readonly pieces: number;
  readonly steps: number;
  readonly minutes: number;
  readonly seed: number;
  /** Named figures, e.g. masked NLL on validation pieces. */
  readonly figures: Readonly<Record<string, number>>;
}

export interface Model {
  readonly spec: NetworkSpec;
  readonly training: TrainingRecord;
  /** As `parametersOf`. */
  readonly weights: Float32Array;
  /** As `statisticsOf`. */
  readonly statistics: Float32Array;
}

/**
 * The file: eight bytes that name it, of which the last is the version of the format; the header's length; since
 * version 2 a checksum of all that and of the header; the header, JSON; the numbers, whose checksum is in the header.
 */
const MAGIC = 'CANTUSW';
/** Bytes before the header, by version. Version 1 is read still: there, only the numbers have a checksum. */
const PREFIX: Readonly<Record<string, number>> = { 1: 12, 2: 16 };
const VERSION = 2;
type Storage = 'f16' | 'f32';
const BYTES: Record<Storage, number> = { f16: 2, f32: 4 };

interface TensorEntry {
  readonly name: string;
  readonly type: Storage;
  readonly length: number;
}

/** Any JSON beside any vectors, as a file of the newest version. */
export function packTensors(
  description: Readonly<Record<string, unknown>>,
  tensors: readonly { readonly name: string; readonly type: Storage; readonly values: Float32Array }[],
): Uint8Array {
  const size = tensors.reduce((sum, t) => sum + t.values.length * BYTES[t.type], 0);
  const body = new Uint8Array(size);
  const view = new DataView(body.buffer);
  let at = 0;
  for (const { type, values } of tensors) {
    for (const value of values) {
      if (type === 'f32') view.setFloat32(at, value, true);
      else view.setUint16(at, toHalf(value), true);
      at += BYTES[type];
    }
  }
  const entries: TensorEntry[] = tensors.map(({ name, type, values }) => ({
    name,
    type,
    length: values.length,
  }));
  const header = new TextEncoder().encode(
    JSON.stringify({ ...description, tensors: entries, checksum: crc32(body) }),
  );
  const prefix = PREFIX[VERSION]!;
  const out = new Uint8Array(prefix + header.length + size);
  out.set(new TextEncoder().encode(`${MAGIC}${VERSION}`));
  new DataView(out.buffer).setUint32(8, header.length, true);
  out.set(header, prefix);
  out.set(body, prefix + header.length);
  new DataView(out.buffer).setUint32(12, headChecksum(out, prefix, header.length), true);
  return out;
}

/** CRC-32 of what stands before the checksum and of the header after it. */
const headChecksum = (bytes: Uint8Array, prefix: number, length: number): number =>
  crc32(bytes.subarray(prefix, prefix + length), crc32(bytes.subarray(0, 12)));

const damaged = (what: string): EngineFailure =>
  new EngineFailure('bad-model', `The model file cannot be used: ${what}.`);

/** The opposite of `packTensors`. Throws an EngineFailure `bad-model` for anything it did not write. */
export function unpackTensors(bytes: Uint8Array): {
  readonly description: Readonly<Record<string, unknown>>;
  readonly tensors: ReadonlyMap<string, Float32Array>;
} {
  const { tensors: entries, checksum, ...description } = parseHeader(headerOf(bytes));
  const body = bytes.subarray(headLength(bytes));
  const size = entries.reduce((sum, e) => sum + e.length * BYTES[e.type], 0);
  if (body.length !== size) throw damaged('its length is not the one it names');
  if (crc32(body) !== checksum) throw damaged('its checksum does not match, it is damaged');
  const view = new DataView(body.buffer, body.byteOffset);
  let at = 0;
  const tensors = entries.map(({ name, type, length }) => {
    const values = new Float32Array(length);
    for (let i = 0; i < length; i++, at += BYTES[type]) {
      values[i] = type === 'f32' ? view.getFloat32(at, true) : fromHalf(view.getUint16(at, true));
    }
    return [name, values] as const;
  });
  return { description, tensors: new Map(tensors) };
}

/** How many bytes stand before the header; null where the bytes are no weights file of a version known here. */
function prefixOf(bytes: Uint8Array): number | null {
  const name = new TextDecoder().decode(bytes.subarray(0, 8));
  const prefix = name.startsWith(MAGIC) ? PREFIX[name.slice(MAGIC.length)] : undefined;
  return prefix !== undefined && bytes.length >= prefix ? prefix : null;
}

/** The bytes of the header. Throws an EngineFailure `bad-model` where they are not as they were written. */
function headerOf(bytes: Uint8Array): Uint8Array {
  const prefix = prefixOf(bytes);
  if (prefix === null) throw damaged(notOurs(bytes));
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const length = view.getUint32(8, true);
  if (prefix + length > bytes.length) throw damaged('it is cut short');
  if (prefix > 12 && headChecksum(bytes, prefix, length) !== view.getUint32(12, true))
    throw damaged('the checksum of its header does not match, it is damaged');
  return bytes.subarray(prefix, prefix + length);
}

const notOurs = (bytes: Uint8Array): string =>
  /^CANTUSW\d/.test(new TextDecoder().decode(bytes.subarray(0, 8)))
    ? 'it is cut short, or was written by a newer version of this program'
    : 'it is not a Cantus weights file';

function parseHeader(
  bytes: Uint8Array,
): Record<string, unknown> & { tensors: TensorEntry[]; checksum: number } {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw damaged('its header cannot be read');
  }
  if (!isRecord(header) || !Array.isArray(header.tensors) || typeof header.checksum !== 'number') {
    throw damaged('its header is incomplete');
  }
  const entries = header.tensors.filter(
    (e): e is TensorEntry =>
      isRecord(e) &&
      typeof e.name === 'string' &&
      (e.type === 'f16' || e.type === 'f32') &&
      Number.isInteger(e.length) &&
      Number(e.length) >= 0,
  );
  if (entries.length !== header.tensors.length) throw damaged('its table of tensors is wrong');
  return { ...header, tensors: entries, checksum: header.checksum };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** A model as the bytes of its file: weights in half precision, statistics in full. */
export function writeModel({ spec, training, weights, statistics }: Model): Uint8Array {
  return packTensors({ spec, training }, [
    { name: 'weights', type: 'f16', values: weights },
    { name: 'statistics', type: 'f32', values: statistics },
  ]);
}

/** Reads a model. Throws an EngineFailure `bad-model` when the file is damaged or describes something else. */
export function readModel(bytes: Uint8Array): Model {
  const { description, tensors } = unpackTensors(bytes);
  const { spec, training } = description;
  const weights = tensors.get('weights');
  const statistics = tensors.get('statistics');
  if (!isSpec(spec) || !isRecord(training) || !weights || !statistics)
    throw damaged('it does not describe a network');
  if (
    weights.length !== totalSize(parametersOf(spec)) ||
    statistics.length !== totalSize(statisticsOf(spec))
  ) {
    throw damaged('its weights are not those of the network it describes');
  }
  if (weights.some(isWild) || statistics.some(isWild))
    throw damaged('it contains numbers that are not finite');
  return { spec, training: training as unknown as TrainingRecord, weights, statistics };
}

/** How many bytes at the start of a file tell `headLength`. */
export const HEAD_START = PREFIX[VERSION]!;

/** How many bytes of a file hold all that `readSpec` needs. */
export function headLength(start: Uint8Array): number {
  const prefix = prefixOf(start);
  return prefix === null
    ? HEAD_START
    : prefix + new DataView(start.buffer, start.byteOffset).getUint32(8, true);
}

/**
 * What a model's file describes, from its head alone: the numbers are not looked at. Throws an EngineFailure
 * `bad-model` when that cannot be read.
 */
export function readSpec(head: Uint8Array): NetworkSpec {
  const { spec } = parseHeader(headerOf(head));
  if (!isSpec(spec)) throw damaged('it does not describe a network');
  return spec;
}

/** Reads a model as the runtimes want it. */
export function readNetwork(bytes: Uint8Array): FoldedNetwork {
  const { spec, weights, statistics } = readModel(bytes);
  return foldNetwork(spec, weights, statistics);
}

const isWild = (value: number): boolean => !Number.isFinite(value);
const isCount = (value: unknown, most: number): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= most;

function isSpec(value: unknown): value is NetworkSpec {
  if (!isRecord(value) || !isRecord(value.inputs) || !Array.isArray(value.dilations)) return false;
  const pairs = [value.kernel, ...value.dilations];
  return (
    [16, 8, 4].includes(Number(value.resolution)) &&
    [1, 2, 4].includes(Number(value.fold)) &&
    Number.isInteger(value.lowest) &&
    isCount(value.pitches, 128) &&
    isCount(value.layers, 256) &&
    isCount(value.filters, 1024) &&
    pairs.length > 1 &&
    pairs.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every((n) => isCount(n, 64))) &&
    typeof value.separable === 'boolean' &&
    typeof value.onsetAnswer === 'boolean'
  );
}

/** IEEE 754 half precision, rounded to nearest, ties to even; too large becomes the largest. */
export function toHalf(value: number): number {
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = Math.min(Math.abs(scratch.getFloat32(0)), LARGEST_HALF);
  if (magnitude < 2 ** -14) return sign | roundEven(magnitude * 2 ** 24);
  const exponent = Math.floor(Math.log2(magnitude));
  const fraction = roundEven((magnitude / 2 ** exponent - 1) * 1024);
  return sign | (((exponent + 15) << 10) + fraction);
}

const scratch = new DataView(new ArrayBuffer(4));
const LARGEST_HALF = 65504;

function roundEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

export function fromHalf(bits: number): number {
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  const magnitude = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return bits & 0x8000 ? -magnitude : magnitude;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** CRC-32 as in ISO 3309 (zip, PNG); of bytes that follow others when the checksum of those is given. */
export function crc32(bytes: Uint8Array, before = 0): number {
  let c = before ^ 0xffffffff;
  for (const byte of bytes) c = CRC_TABLE[(c ^ byte) & 255]! ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}
