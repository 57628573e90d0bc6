// What training and measuring read, and what is drawn from it.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { specOf } from '../../src/engine/network.ts';
import type { Predict, View } from '../../src/engine/predict.ts';
import { seededChance } from '../../src/engine/training/chance.ts';
import { type Piece, readCorpus } from '../../src/engine/training/corpus.ts';
import {
  batchOf,
  doubled,
  drawExample,
  drawMask,
  MASK_SHARES,
  type MaskKind,
  taught,
} from '../../src/engine/training/examples.ts';
import { withoutSharedMelodies } from '../../src/engine/training/melodies.ts';
import { formatNamed } from '../../src/language/formats.ts';
import { parse } from '../../src/language/read/parse.ts';
import { HELD, REST, STARTS } from '../../src/language/roll.ts';

let folder = '';
const steps = Array.from({ length: 40 }, (_, t) => [t < 8 ? 72 : 74, 67, 60, t % 8 < 4 ? 48 : 50]);
const onsets = ['1000000010000000', '1', '1', '10001000'].map((row) => row.padEnd(40, '0'));

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'corpus-'));
  const pieces = [
    { id: 'whole', steps, time: '4/4', phase: 12, fermatas: [[4, 8]], onsets },
    { id: 'bare', steps },
    { id: 'three voices', steps: [[60, 60, 60]] },
    { id: 'no pitch', steps: [[60, 60, 60, 300]] },
  ];
  writeFileSync(join(folder, 'pieces.json'), JSON.stringify({ pieces }));
  const head = 'X:1\nM:4/4\nL:1/4\nK:C\n';
  writeFileSync(
    join(folder, 'one.satb'),
    `${head}V:S\nc2 !fermata!c2|]\nV:A\nE2 E E|]\nV:T clef=bass\nC4|]\nV:B clef=bass\nC,4|]\n`,
  );
  writeFileSync(
    join(folder, 'open.satb'),
    `${head}V:S\nc2 c2|]\nV:A\n?z4|]\nV:T clef=bass\nC4|]\nV:B clef=bass\nC,4|]\n`,
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a corpus', () => {
  it('is laid on the grid, with metre, fermatas and onsets', async () => {
    const { pieces } = await readCorpus([join(folder, 'pieces.json')], 8);
    const [whole, bare] = pieces;
    expect(whole!.steps).toBe(20);
    expect([...whole!.pitch.subarray(0, 4)]).toEqual([72, 67, 60, 48]);
    expect([...whole!.phase!.subarray(0, 4)]).toEqual([6, 7, 0, 1]);
    expect([...whole!.fermata!.subarray(0, 5)]).toEqual([0, 0, 1, 1, 0]);
    expect([0, 1, 2, 4].map((t) => whole!.onset![4 * t])).toEqual([STARTS, HELD, HELD, STARTS]);
    expect(bare).toMatchObject({ phase: null, barSteps: null, fermata: null, onset: null });
  });

  it('names what it cannot use, with the reason', async () => {
    const { refused } = await readCorpus([join(folder, 'pieces.json'), folder], 16);
    expect(refused.map(({ id }) => id.slice(id.lastIndexOf('/') + 1))).toEqual([
      'three voices',
      'no pitch',
      'open.satb',
    ]);
    for (const { reason } of refused) expect(reason).toMatch(/\w+ \w+/);
  });

  it('reads folders of texts', async () => {
    const { pieces } = await readCorpus([folder], 4);
    expect(pieces.length).toBe(1);
    const [piece] = pieces;
    expect(piece!.steps).toBe(4);
    expect([...piece!.pitch.subarray(0, 4)]).toEqual([72, 64, 60, 48]);
    expect([...piece!.phase!]).toEqual([0, 1, 2, 3]);
    expect([0, 1, 2, 3].map((t) => piece!.onset![4 * t + 1])).toEqual([STARTS, HELD, STARTS, STARTS]);
  });
});

describe('scores of other programs', () => {
  const text =
    'X:1\nM:4/4\nL:1/4\nK:D\nV:S\nd2 !fermata!d2|]\nV:A\nF2 F F|]\nV:T clef=bass\nD4|]\nV:B clef=bass\nD,4|]\n';
  const { score } = parse(text);
  let place = '';
  beforeAll(() => {
    place = mkdtempSync(join(tmpdir(), 'scores-'));
    for (const [name, format] of [
      ['a.musicxml', 'musicxml'],
      ['b.mxl', 'mxl'],
      ['c.MID', 'midi'],
      ['d.abc', 'abc'],
    ] as const)
      writeFileSync(join(place, name), formatNamed(format).write(score).content);
    writeFileSync(join(place, 'e.mid'), 'MThd and nothing more');
    writeFileSync(join(place, 'f.xml'), '<html/>');
    const [soprano] = score.parts;
    const melody = { ...score, parts: [soprano, ...score.parts.slice(1).map((p) => ({ ...p, events: [] }))] };
    writeFileSync(
      join(place, 'g.musicxml'),
      formatNamed('musicxml').write(melody as unknown as typeof score).content,
    );
    writeFileSync(join(place, 'notes.txt'), 'not music');
  });
  afterAll(() => rmSync(place, { recursive: true }));

  it('are read from a folder, and sound alike', async () => {
    const { pieces } = await readCorpus([place], 16);
    expect(pieces.map(({ id }) => id.slice(place.length + 1))).toEqual([
      'a.musicxml',
      'b.mxl',
      'c.MID',
      'd.abc',
    ]);
    for (const { pitch, phase, key, onset } of pieces) {
      expect([...pitch]).toEqual([...pieces[0].pitch]);
      expect([...onset!]).toEqual([...pieces[0].onset!]);
      expect(phase![15]).toBe(15);
      expect(key).toEqual({ fifths: 2, tonic: 2 });
    }
    expect(pieces[0].fermata![8]).toBe(1);
  });

  it('are named with the reason where they cannot be used', async () => {
    const { refused } = await readCorpus([place], 16);
    const reasons = refused.map(({ id, reason }) => `${id.slice(place.length + 1)}: ${reason}`);
    expect(reasons).toEqual([
      expect.stringMatching(/^e\.mid: .*damaged/),
      expect.stringMatching(/^f\.xml: \w+ \w+/),
      'g.musicxml: a voice is missing or has open places',
    ]);
  });

  it('with five voices are no chorale, not four of the five', async () => {
    const notes = (step: string, octave: number) =>
      `<note><pitch><step>${step}</step><octave>${octave}</octave></pitch><duration>4</duration></note>`;
    const part = (n: number) =>
      `<part id="P${n}"><measure number="1"><attributes><divisions>1</divisions></attributes>${notes('C', 6 - n)}</measure></part>`;
    const ids = [1, 2, 3, 4, 5];
    const xml = `<score-partwise version="4.0"><part-list>${ids.map((n) => `<score-part id="P${n}"><part-name>${n}</part-name></score-part>`).join('')}</part-list>${ids.map(part).join('')}</score-partwise>`;
    writeFileSync(join(folder, 'five.musicxml'), xml);
    const { pieces, refused } = await readCorpus([join(folder, 'five.musicxml')], 16);
    expect(pieces).toEqual([]);
    expect(refused[0].reason).toContain('more than four voices');
    rmSync(join(folder, 'five.musicxml'));
  });
});

describe('shared melodies', () => {
  const tune = (pitches: readonly number[]): Piece => ({
    id: pitches.join(),
    steps: pitches.length,
    pitch: Int16Array.from(pitches.flatMap((p) => [p, 60, 55, 48])),
    phase: null,
    barSteps: null,
    fermata: null,
    onset: null,
  });
  const line = Array.from({ length: 24 }, (_, i) => 60 + ((i * 7) % 12));

  it('are found in another key and another rhythm, under another harmony', () => {
    const slow = tune(line.flatMap((p) => [p + 3, p + 3]));
    expect(withoutSharedMelodies([slow], [tune(line)])).toEqual([]);
  });

  it('are not seen in what only begins alike', () => {
    const other = tune([...line.slice(0, 8), ...line.slice(8).map((p, i) => p + (i % 3))]);
    expect(withoutSharedMelodies([other], [tune(line)])).toEqual([other]);
  });
});

describe('masks', () => {
  const kinds = Object.keys(MASK_SHARES) as MaskKind[];
  const erasedVoices = (mask: Uint8Array): Set<number> =>
    new Set([...mask.keys()].filter((cell) => mask[cell]).map((cell) => cell % 4));

  it('always hide something', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        fc.nat(),
        fc.integer({ min: 1, max: 40 }),
        (kind, seed, length) => {
          const mask = drawMask(seededChance(seed).next, length, kind);
          expect(mask.length).toBe(4 * length);
          expect(mask.includes(1)).toBe(true);
        },
      ),
    );
  });

  it('hide what their names say', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 2, max: 40 }), (seed, length) => {
        const draw = (kind: MaskKind) => drawMask(seededChance(seed).next, length, kind);
        expect([...draw('melody')]).toEqual(
          Array.from({ length: 4 * length }, (_, cell) => (cell % 4 === 0 ? 0 : 1)),
        );
        const voices = draw('voices');
        expect(voices.reduce((a, b) => a + b, 0)).toBe(erasedVoices(voices).size * length);
        expect(erasedVoices(voices).size).toBeLessThan(4);
        const frames = draw('frames');
        const hidden = frames.reduce((a, b) => a + b, 0);
        if (hidden > 1)
          expect([...frames.keys()].every((cell) => frames[cell] === frames[cell - (cell % 4)])).toBe(true);
      }),
    );
  });

  it('hide few frames more often than many', () => {
    for (const kind of ['frames', 'frame-parts'] as const) {
      const shares = Array.from({ length: 600 }, (_, seed) => {
        const mask = drawMask(seededChance(seed).next, 100, kind);
        return [...mask.keys()].filter((cell) => cell % 4 === 0 && mask.subarray(cell, cell + 4).includes(1))
          .length;
      });
      const below = (most: number) => shares.filter((share) => share < most).length / shares.length;
      // Were the shares uniform, a quarter and a half.
      expect(below(25)).toBeGreaterThan(0.38);
      expect(below(50)).toBeGreaterThan(0.6);
      expect(below(90)).toBeLessThan(0.97);
    }
  });
});

describe('examples', () => {
  it('are the piece, transposed within the voices, with nothing told that is hidden', async () => {
    const { pieces } = await readCorpus([join(folder, 'pieces.json')], 16);
    const spec = specOf('cantus', 16);
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 1 }), (seed, which) => {
        const piece = pieces[which]!;
        const example = drawExample(seededChance(seed).next, piece, spec, 5);
        const { view } = example;
        expect(view.steps).toBeLessThanOrEqual(20);
        const shift = view.pitch[1]! - 67;
        expect(view.pitch.every((p, cell) => p === REST || (cell % 4 === 1 ? p === 67 + shift : true))).toBe(
          true,
        );
        expect(Math.abs(shift)).toBeLessThanOrEqual(6);
        expect((view.context.phase?.[0] ?? 0) % 4).toBe(0);
        const batch = batchOf(spec, [example], 5);
        const asked = batch.cells.reduce((a, b) => a + b, 0);
        expect(asked).toBeCloseTo(1, 4);
        batch.cells.forEach((weight, cell) => {
          if (weight > 0)
            expect(batch.target.subarray(cell * 46, cell * 46 + 46).reduce((a, b) => a + b, 0)).toBe(1);
        });
      }),
    );
  });

  it('may be in notes twice as long, in bars twice as long or twice as many', async () => {
    const { pieces } = await readCorpus([join(folder, 'pieces.json')], 16);
    const [whole, bare] = pieces as [Piece, Piece];
    const sumOf = (row: Uint8Array): number => row.reduce((a, b) => a + b, 0);
    for (const [draw, bar] of [
      [0.2, 16],
      [0.8, 32],
    ] as const) {
      const long = doubled(() => draw, whole, 16);
      expect(long.steps).toBe(80);
      for (const voice of [0, 1, 2, 3])
        for (let step = 0; step < 80; step++)
          expect(long.pitch[4 * step + voice]).toBe(whole.pitch[4 * (step >> 1) + voice]);
      expect(sumOf(long.onset!)).toBe(sumOf(whole.onset!));
      expect(long.onset![4 * 16]).toBe(STARTS);
      expect([...long.barSteps!]).toEqual(Array(80).fill(bar));
      // The note of a quarter before the bar has become one of a half.
      expect([...long.phase!.subarray(0, 9)].map((phase) => (phase + 8) % bar)).toEqual([
        0, 1, 2, 3, 4, 5, 6, 7, 8,
      ]);
      expect([7, 8, 15, 16].map((step) => long.fermata![step])).toEqual([0, 1, 1, 0]);
    }
    expect(doubled(() => 0.2, bare, 16)).toMatchObject({
      steps: 80,
      phase: null,
      barSteps: null,
      onset: null,
    });
  });

  it('are expected to be what teachers say on the mean, as far as they are trusted, where they are erased', async () => {
    const { pieces } = await readCorpus([join(folder, 'pieces.json')], 16);
    const spec = specOf('fine', 16);
    const example = drawExample(seededChance(3).next, pieces[0]!, spec, 10);
    const { view } = example;
    const alone = batchOf(spec, [example], 10);
    // The first teacher says in each cell the pitch whose row is the number of the cell, the second that of the cell before.
    const counting =
      (further: number): Predict =>
      async (views) =>
        views.map(({ steps }) => {
          const pitch = new Float32Array(4 * steps * 46);
          for (let cell = 0; cell < 4 * steps; cell++) pitch[cell * 46 + ((cell + further) % 46)] = 1;
          return { lowest: 36, pitches: 46, pitch, onset: null };
        });
    const batch = await taught(
      alone,
      { predicts: [counting(0), counting(45)], trust: 0.5 },
      spec,
      [example],
      10,
    );
    expect(batch.target).toEqual(alone.target);
    for (let cell = 0; cell < view.pitch.length; cell++) {
      const step = cell >> 2;
      const at = (cell % 4) * 2 * 10 + (step % 2) * 10 + Math.floor(step / 2);
      const row = batch.expected.subarray(at * 46, at * 46 + 46);
      const right = view.pitch[cell]! - 36;
      for (const said of [cell % 46, (cell + 45) % 46])
        expect(row[said]).toBe(
          (view.erased[cell] ? 0.25 : 0) + (said === right ? (view.erased[cell] ? 0.5 : 1) : 0),
        );
      expect(row.reduce((sum, value) => sum + value)).toBe(1);
    }
  });

  it('trust a teacher more where whole voices are open', async () => {
    const { pieces } = await readCorpus([join(folder, 'pieces.json')], 16);
    const spec = specOf('fine', 16);
    const drawn = Array.from({ length: 60 }, (_, seed) =>
      drawExample(seededChance(seed).next, pieces[0]!, spec, 10),
    );
    // It says nothing: what is left is how much the true pitch counts.
    const silent: Predict = async (views) =>
      views.map(({ steps }) => ({
        lowest: 36,
        pitches: 46,
        pitch: new Float32Array(4 * steps * 46),
        onset: null,
      }));
    for (const kind of Object.keys(MASK_SHARES) as MaskKind[]) {
      const examples = drawn.filter((example) => example.kind === kind).slice(0, 1);
      expect(examples).toHaveLength(1);
      const alone = batchOf(spec, examples, 10);
      const { expected, cells } = await taught(alone, { predicts: [silent], trust: 0.5 }, spec, examples, 10);
      const left = [...cells.keys()]
        .filter((cell) => cells[cell]! > 0)
        .map((cell) => expected.subarray(cell * 46, cell * 46 + 46).reduce((a, b) => a + b));
      expect(new Set(left)).toEqual(new Set([kind === 'melody' || kind === 'voices' ? 0.25 : 0.5]));
    }
  });

  it('show a teacher the metre, fermatas and key that a pupil is not told', async () => {
    const key = { fifths: 2, tonic: 2 };
    const piece = { ...(await readCorpus([join(folder, 'pieces.json')], 16)).pieces[0]!, key };
    const spec = specOf('fine', 16);
    const { next } = seededChance(5);
    const examples = Array.from({ length: 40 }, () => drawExample(next, piece, spec, 20));
    const seen: View[] = [];
    const predict: Predict = async (views) =>
      views.map((view) => {
        seen.push(view);
        return { lowest: 36, pitches: 46, pitch: new Float32Array(4 * view.steps * 46), onset: null };
      });
    await taught(batchOf(spec, examples, 20), { predicts: [predict], trust: 0.5 }, spec, examples, 20);
    for (const part of ['phase', 'barSteps', 'fermata', 'key'] as const) {
      expect(examples.filter(({ view }) => view.context[part] === null).length).toBeGreaterThan(4);
      expect(seen.filter(({ context }) => context[part] === null)).toEqual([]);
    }
    examples.forEach(({ view: { context, ...view } }, n) => {
      expect(seen[n]).toMatchObject(view);
      if (context.key) expect(seen[n]!.context.key).toEqual(context.key);
      expect(seen[n]!.context.onset).toEqual(context.onset);
    });
  });
});
