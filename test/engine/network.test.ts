// The network's description, and the pictures painted for it.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paint, paintAll, pictureSize, placementOf, readAnswer } from '../../src/engine/features.ts';
import {
  COLUMN_PLANES,
  foldNetwork,
  inputChannels,
  KEY_PLANES,
  layersOf,
  outputChannels,
  PULSE_PLANES,
  parametersOf,
  specOf,
  statisticsOf,
  totalSize,
} from '../../src/engine/network.ts';
import type { View } from '../../src/engine/predict.ts';
import { EITHER, HELD, REST, STARTS } from '../../src/language/roll.ts';

const NOTHING = {
  phase: null,
  barSteps: null,
  fermata: null,
  key: null,
  onset: null,
  begins: false,
  ends: false,
};

function viewOf(rows: readonly (readonly (number | null)[])[], context: Partial<View['context']> = {}): View {
  const cells = rows.flat();
  return {
    steps: rows.length,
    pitch: Int16Array.from(cells, (p) => p ?? 60),
    erased: Uint8Array.from(cells, (p) => (p === null ? 1 : 0)),
    context: { ...NOTHING, ...context },
  };
}

describe('layers', () => {
  it('of the seed are 20 convolutions of 64 filters 5 x 5, skipping every two', () => {
    const layers = layersOf(specOf('seed', 16));
    expect(layers.length).toBe(20);
    expect(layers[0]).toMatchObject({ inputs: 8, outputs: 64, kernel: [5, 5], skipFrom: null });
    expect(layers[19]).toMatchObject({ inputs: 64, outputs: 4, relu: false, norm: false, skipFrom: null });
    expect(layers.filter((layer) => layer.skipFrom !== null).map((layer) => layer.skipFrom)).toEqual([
      0, 2, 4, 6, 8, 10, 12, 14, 16,
    ]);
  });

  it('of Coconet have the 9.1 million weights of the paper', () => {
    expect(totalSize(parametersOf(specOf('coconet', 16))) / 1e6).toBeCloseTo(9.1, 0);
  });

  it('hold the same beat in a column on every grid', () => {
    expect([16, 8, 4].map((grid) => specOf('cantus', grid as 16 | 8 | 4).fold)).toEqual([4, 2, 1]);
    expect(outputChannels(specOf('cantus', 16))).toBe(32);
  });

  it('lay their parameters end to end', () => {
    const parameters = parametersOf(specOf('doodle', 16));
    let end = 0;
    for (const { offset, size, shape } of parameters) {
      expect(offset).toBe(end);
      expect(size).toBe(shape.reduce((a, b) => a * b, 1));
      end += size;
    }
  });
});

describe('folding', () => {
  it('puts normalisation into weight and bias', () => {
    const spec = specOf('seed', 16, { layers: 3, filters: 1, kernel: [1, 1] });
    const weights = new Float32Array(totalSize(parametersOf(spec)));
    const statistics = new Float32Array(totalSize(statisticsOf(spec)));
    const set = (list: ReturnType<typeof parametersOf>, to: Float32Array, name: string, value: number) => {
      const p = list.find((each) => each.name === name)!;
      to.fill(value, p.offset, p.offset + p.size);
    };
    set(parametersOf(spec), weights, 'layer1.weight', 6);
    set(parametersOf(spec), weights, 'layer1.scale', 2);
    set(parametersOf(spec), weights, 'layer1.shift', 0.5);
    set(statisticsOf(spec), statistics, 'layer1.mean', 3);
    set(statisticsOf(spec), statistics, 'layer1.variance', 16);
    const layer = foldNetwork(spec, weights, statistics).layers[1]!;
    expect(layer.weight[0]).toBeCloseTo(6 * (2 / 4), 4);
    expect(layer.bias[0]).toBeCloseTo(0.5 - 3 * (2 / 4), 4);
  });
});

describe('placement', () => {
  it('begins columns on beats', () => {
    const spec = specOf('cantus', 16);
    const at = (phase: number | null) =>
      placementOf(spec, {
        ...viewOf(Array.from({ length: 6 }, () => [60, 60, 60, 60])),
        context: {
          ...NOTHING,
          phase: phase === null ? null : Int16Array.from({ length: 6 }, (_, t) => phase + t),
        },
      });
    expect(at(12)).toEqual({ front: 0, columns: 2 });
    expect(at(14)).toEqual({ front: 2, columns: 2 });
    expect(at(15)).toEqual({ front: 3, columns: 3 });
    expect(at(null)).toEqual({ front: 0, columns: 2 });
    expect(at(-1)).toEqual({ front: 0, columns: 2 });
  });
});

describe('pictures', () => {
  const spec = specOf('cantus', 4, { lowest: 60, pitches: 4 });
  /** Value of a cell plane for the soprano: plane index, step, pitch. */
  const soprano = (view: View, plane: number, step: number): number[] => {
    const { columns } = placementOf(spec, view);
    const picture = paintAll(spec, [view], columns);
    const from = (plane * 4 * columns + step) * 4;
    return Array.from(picture.subarray(from, from + 4));
  };
  const line = (pitches: readonly (number | null)[], context: Partial<View['context']> = {}) =>
    viewOf(
      pitches.map((p) => [p, 61, 61, 61]),
      context,
    );

  it('show known pitches, and where pitches are hidden', () => {
    const view = line([62, null, REST]);
    expect(soprano(view, 0, 0)).toEqual([0, 0, 1, 0]);
    expect(soprano(view, 0, 1)).toEqual([0, 0, 0, 0]);
    expect(soprano(view, 1, 1)).toEqual([1, 1, 1, 1]);
    expect(soprano(view, 1, 0)).toEqual([0, 0, 0, 0]);
    expect(soprano(view, 6, 2)).toEqual([1, 1, 1, 1]);
  });

  it('show in hidden cells what is known nearest before and after, and where the two agree', () => {
    const view = line([62, null, null, 63, null, 63]);
    expect(soprano(view, 2, 1)[2]).toBeCloseTo(1 / 1.5);
    expect(soprano(view, 2, 2)[2]).toBeCloseTo(1 / 2);
    expect(soprano(view, 3, 1)[3]).toBeCloseTo(1 / 2);
    expect(soprano(view, 4, 1)).toEqual([0, 0, 0, 0]);
    expect(soprano(view, 4, 4)[3]).toBeCloseTo(1 / 1.5);
    expect(soprano(view, 2, 0)).toEqual([0, 0, 0, 0]);
  });

  it('show what sounds where the piece sings the same again, as bright as it is sure', () => {
    const phrase = [62, 60, 63, 61, 62];
    const view = line([...phrase, null, ...phrase.slice(1)]);
    const [faint, none, bright, neither] = soprano(view, 7, 5);
    expect(bright).toBeGreaterThan(faint!);
    expect(faint).toBeGreaterThan(0);
    expect([none, neither]).toEqual([0, 0]);
    expect(soprano(view, 7, 4)).toEqual([0, 0, 0, 0]);
    const told = {
      pitch: new Int16Array(2 * 40).fill(REST),
      strength: new Float32Array(2 * 40),
      step: new Int32Array(2 * 40),
    };
    told.pitch.set([61], 20);
    told.pitch.set([63], 60);
    told.strength.set([0.75], 20);
    told.strength.set([0.25], 60);
    expect(soprano({ ...view, echo: told }, 7, 5)).toEqual([0, 0.75, 0, 0.25]);
  });

  it('show onsets only where they are told', () => {
    const onset = Uint8Array.from([STARTS, 2, 2, 2, HELD, 2, 2, 2, EITHER, 2, 2, 2]);
    const view = line([62, 62, null], { onset });
    expect([0, 1, 2].map((step) => soprano(view, 5, step)[0])).toEqual([1, -1, 0]);
    expect(soprano(line([62]), 5, 0)).toEqual([0, 0, 0, 0]);
  });

  it('tell nothing about hidden cells but that they are hidden', () => {
    const cell = fc.record({
      pitch: fc.integer({ min: 60, max: 63 }),
      other: fc.integer({ min: 60, max: 63 }),
      open: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 12 }), (cells) => {
        const one = line(cells.map((c) => c.pitch));
        const two = line(cells.map((c) => (c.open ? c.other : c.pitch)));
        cells.forEach((c, t) => {
          one.erased[4 * t] = two.erased[4 * t] = c.open ? 1 : 0;
        });
        expect(paintAll(spec, [one], cells.length)).toEqual(paintAll(spec, [two], cells.length));
      }),
    );
  });

  it('are a function of the view alone: dropping all context leaves only zeros in its planes', () => {
    const full = specOf('cantus', 16);
    const view = viewOf(Array.from({ length: 8 }, () => [60, null, 55, 48]));
    const picture = new Float32Array(pictureSize(full, 2));
    paint(full, view, placementOf(full, view), 2, picture, 0);
    const plane = 2 * full.pitches;
    const sums = Array.from({ length: inputChannels(full) }, (_, c) =>
      picture.subarray(c * plane, (c + 1) * plane).reduce((a, b) => a + Math.abs(b), 0),
    );
    const columnPlanes = sums.slice(-COLUMN_PLANES.length - KEY_PLANES.length);
    expect(columnPlanes.filter((sum) => sum > 0).length).toBe(1);
    expect(columnPlanes[COLUMN_PLANES.indexOf('height')]).toBeGreaterThan(0);
  });

  it('tell the key last of all: the scale, and the tonic', () => {
    const full = specOf('cantus', 16);
    const rows = Array.from({ length: 8 }, () => [60, null, 55, 48]);
    // Two sharps, then one flat in minor, then no key.
    const key = {
      fifths: Int8Array.of(2, 2, 2, 2, -1, -1, -1, -1),
      tonic: Int8Array.of(2, 2, 2, 2, 2, -1, -1, -1),
    };
    const columns = 3;
    const picture = paintAll(
      full,
      [
        viewOf([...rows, rows[0]!], {
          key: { fifths: Int8Array.of(...key.fifths, 0), tonic: Int8Array.of(...key.tonic, -1) },
        }),
      ],
      columns,
    );
    const names = (plane: number, column: number): number[] => {
      const from = ((inputChannels(full) - KEY_PLANES.length + plane) * columns + column) * full.pitches;
      const octave = [...picture.subarray(from, from + full.pitches)].map((on, row) =>
        on ? (full.lowest + row) % 12 : -1,
      );
      return [...new Set(octave)].filter((pitchClass) => pitchClass >= 0).sort((a, b) => a - b);
    };
    expect([0, 1, 2].map((column) => names(0, column))).toEqual([
      [1, 2, 4, 6, 7, 9, 11],
      [0, 2, 4, 5, 7, 9, 10],
      [],
    ]);
    expect([0, 1, 2].map((column) => names(1, column))).toEqual([[2], [2], []]);
  });
});

describe('columns shorter than a beat', () => {
  it('are told which of the beat they are, with a metre or without', () => {
    const spec = specOf('fine', 16);
    expect([spec.fold, spec.inputs.pulse]).toEqual([2, 2]);
    const columns = 6;
    const told = (view: View): number[] => {
      const picture = paintAll(spec, [view], columns);
      const first = inputChannels(spec) - KEY_PLANES.length - PULSE_PLANES.length;
      return Array.from({ length: columns }, (_, column) =>
        PULSE_PLANES.findIndex((_, i) => picture[((first + i) * columns + column) * spec.pitches] === 1),
      );
    };
    const view = viewOf(Array.from({ length: 12 }, () => [60, null, 55, 48]));
    expect(told(view)).toEqual([0, 1, 0, 1, 0, 1]);
    const pickup = Int16Array.from({ length: 12 }, (_, t) => (t + 14) % 16);
    const context = { ...view.context, phase: pickup, barSteps: new Int16Array(12).fill(16) };
    expect(told({ ...view, context })).toEqual([1, 0, 1, 0, 1, 0]);
  });

  it('are no other network than before where a beat is one column', () => {
    expect(specOf('cantus', 16)).toMatchObject({ fold: 4, inputs: { context: true } });
    expect(specOf('cantus', 16).inputs.pulse).toBeUndefined();
    expect([8, 4].map((grid) => specOf('fine', grid as 8 | 4).fold)).toEqual([1, 1]);
    expect(specOf('fine', 8).inputs.pulse).toBe(2);
    expect(specOf('fine', 4).inputs.pulse).toBeUndefined();
  });
});

describe('answers', () => {
  it('come back to the cell they were asked for', () => {
    const spec = specOf('cantus', 16, { pitches: 3 });
    const view: View = {
      ...viewOf(Array.from({ length: 5 }, () => [60, 60, 60, 60])),
      context: { ...NOTHING, phase: Int16Array.of(3, 4, 5, 6, 7) },
    };
    const { front, columns } = placementOf(spec, view);
    const answer = Float32Array.from({ length: 2 * outputChannels(spec) * columns * 3 }, (_, i) => i);
    const read = readAnswer(spec, view, columns, answer, 1);
    for (let step = 0; step < 5; step++) {
      for (let voice = 0; voice < 4; voice++) {
        const slot = front + step;
        const channel = voice * 4 + (slot % 4);
        const at = ((outputChannels(spec) + channel) * columns + Math.floor(slot / 4)) * 3;
        expect(read.pitch[(4 * step + voice) * 3]).toBe(at);
        expect(read.onset![(4 * step + voice) * 3 + 2]).toBe(at + 16 * columns * 3 + 2);
      }
    }
  });
});
