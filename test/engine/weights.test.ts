// A weights file comes back as it was written, and a damaged one is refused with a reason.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EngineFailure } from '../../src/engine/failure.ts';
import {
  PRESETS,
  type PresetName,
  parametersOf,
  specOf,
  statisticsOf,
  totalSize,
} from '../../src/engine/network.ts';
import {
  crc32,
  fromHalf,
  headLength,
  type Model,
  packTensors,
  readModel,
  readSpec,
  toHalf,
  writeModel,
} from '../../src/engine/weights.ts';

const spec = specOf('cantus', 8, { filters: 3, layers: 4, pitches: 9 });

const model: Model = {
  spec,
  training: { data: ['made up'], pieces: 1, steps: 2, minutes: 3, seed: 4, figures: { masked: 0.5 } },
  weights: Float32Array.from({ length: totalSize(parametersOf(spec)) }, (_, i) => Math.sin(i)),
  statistics: Float32Array.from({ length: totalSize(statisticsOf(spec)) }, (_, i) => 1 + i / 7),
};

/** The same file as the first version of the format had it: no checksum before the header. */
function versionOne(bytes: Uint8Array): Uint8Array {
  const old = new Uint8Array(bytes.length - 4);
  old.set(bytes.subarray(0, 12));
  old[7] = 49;
  old.set(bytes.subarray(16), 12);
  return old;
}

const refusal = (bytes: Uint8Array): string => {
  try {
    readModel(bytes);
  } catch (error) {
    if (error instanceof EngineFailure) return error.reason;
    throw error;
  }
  return 'accepted';
};

describe('a weights file', () => {
  it('brings back description and numbers, weights to three digits', () => {
    const read = readModel(writeModel(model));
    expect(read.spec).toEqual(model.spec);
    expect(read.training).toEqual(model.training);
    expect(read.statistics).toEqual(model.statistics);
    read.weights.forEach((w, i) => {
      expect(Math.abs(w - model.weights[i]!)).toBeLessThanOrEqual(
        2 ** -11 * Math.abs(model.weights[i]!) + 2 ** -24,
      );
    });
  });

  it('is the same bytes for the same network, and after being read and written again', () => {
    const bytes = writeModel(model);
    expect(writeModel(model)).toEqual(bytes);
    expect(writeModel(readModel(bytes))).toEqual(bytes);
  });

  it('is refused when any byte changes, a digit of its header too, or any part of it is missing', () => {
    const bytes = writeModel(model);
    const digits = [...bytes.slice(0, headLength(bytes))].flatMap((byte, at) =>
      byte >= 48 && byte <= 57 ? [at] : [],
    );
    for (const at of digits) {
      const damaged = bytes.slice();
      damaged[at] = damaged[at] === 57 ? 48 : damaged[at]! + 1;
      expect(refusal(damaged)).toBe('bad-model');
    }
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: bytes.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        (at, flip) => {
          const damaged = bytes.slice();
          damaged[at]! ^= flip;
          expect(refusal(damaged)).toBe('bad-model');
        },
      ),
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), (length) => {
        expect(refusal(bytes.slice(0, length))).toBe('bad-model');
      }),
    );
  });

  it('of version 1 is read as before', () => {
    const old = versionOne(writeModel(model));
    expect(readModel(old)).toEqual(readModel(writeModel(model)));
    expect(readSpec(old.slice(0, headLength(old)))).toEqual(spec);
  });

  it('tells what it describes from its head, unless that is damaged', () => {
    const head = writeModel(model).slice(0, headLength(writeModel(model)));
    expect(readSpec(head)).toEqual(spec);
    const damaged = head.slice();
    damaged[damaged.length - 9]! ^= 1;
    expect(() => readSpec(damaged)).toThrow(EngineFailure);
    expect(() => readSpec(head.slice(0, -1))).toThrow(EngineFailure);
  });

  it('never throws anything but a refusal, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.constantFrom(1, 2, 3), (bytes, version) => {
        expect(refusal(bytes)).toBe('bad-model');
        const headed = new Uint8Array(12 + bytes.length);
        headed.set(new TextEncoder().encode(`CANTUSW${version}`));
        headed[8] = bytes.length;
        headed.set(bytes, 12);
        expect(refusal(headed)).toBe('bad-model');
      }),
    );
  });

  it('is refused when its numbers are not finite or belong to another network', () => {
    const { weights, statistics, training } = model;
    expect(
      refusal(writeModel({ ...model, statistics: statistics.map((_, i) => (i === 2 ? Number.NaN : 1)) })),
    ).toBe('bad-model');
    expect(refusal(writeModel({ ...model, weights: weights.slice(1) }))).toBe('bad-model');
    expect(refusal(writeModel({ ...model, spec: { ...spec, filters: 5 } }))).toBe('bad-model');
    expect(refusal(packTensors({ spec: { ...spec, fold: 3 }, training }, []))).toBe('bad-model');
    expect(refusal(packTensors({}, []))).toBe('bad-model');
  });
});

describe('half precision', () => {
  it('gives back every number it can hold', () => {
    for (let bits = 0; bits < 0x7c00; bits++) {
      expect(toHalf(fromHalf(bits))).toBe(bits);
      expect(fromHalf(bits | 0x8000)).toBe(-fromHalf(bits));
    }
  });

  it('rounds to the nearest, ties to even', () => {
    expect(fromHalf(toHalf(1 + 2 ** -11))).toBe(1);
    expect(fromHalf(toHalf(1 + 3 * 2 ** -11))).toBe(1 + 2 ** -9);
    expect(fromHalf(toHalf(2 - 2 ** -12))).toBe(2);
    expect(fromHalf(toHalf(-1e9))).toBe(-65504);
    expect(fromHalf(toHalf(2 ** -25))).toBe(0);
  });
});

describe('checksum', () => {
  it("is the CRC-32 of zip and PNG: the standard's check value", () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  });
});

describe('presets', () => {
  it.each(Object.keys(PRESETS) as PresetName[])('%s can be written and read on every grid', (name) => {
    for (const grid of [16, 8, 4] as const) {
      const small = specOf(name, grid, { filters: 2, layers: 4 });
      const made: Model = {
        ...model,
        spec: small,
        weights: new Float32Array(totalSize(parametersOf(small))),
        statistics: new Float32Array(totalSize(statisticsOf(small))).fill(1),
      };
      expect(readModel(writeModel(made)).spec).toEqual(small);
    }
  });
});
