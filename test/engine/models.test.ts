import {
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { findModels, locateModel, modelOpener, openModel } from '../../src/engine/models.ts';
import { specOf } from '../../src/engine/network.ts';
import type { Settings } from '../../src/engine/protocol.ts';
import { CANDIDATES } from '../../src/engine/runtimes/candidates.ts';
import { generateView, generateWeights } from '../../src/engine/runtimes/golden.ts';
import { writeModel } from '../../src/engine/weights.ts';
import type { Resolution } from '../../src/language/roll.ts';

vi.setConfig({ testTimeout: 60_000 });

const TRAINING = { data: ['generated'], pieces: 0, steps: 0, minutes: 0, seed: 1, figures: {} };

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'cantus-models-'));
  save('shipped/chorale-16', bytesOf(16));
  save('shipped/chorale-8', bytesOf(8));
  save('own/mine', bytesOf(16));
  save('own/broken', Buffer.from('not a model at all'));
  mkdirSync(join(root, 'own/empty'));
  writeFileSync(join(root, 'own/readme.txt'), 'a file among the folders');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const at = (path: string) => join(root, path);

function bytesOf(resolution: Resolution): Uint8Array {
  const spec = specOf('cantus', resolution, { layers: 4, filters: 4, pitches: 12, lowest: 55 });
  return writeModel({ spec, training: TRAINING, ...generateWeights(spec, resolution) });
}

function save(path: string, bytes: Uint8Array): string {
  mkdirSync(at(path), { recursive: true });
  writeFileSync(at(`${path}/weights.bin`), bytes);
  return at(path);
}

const settings = (changes: Partial<Settings> = {}): Settings => ({
  modelDirectories: [at('own'), at('shipped'), at('nowhere')],
  anyDirectory: false,
  runtime: 'onnx',
  threads: 1,
  gpuFolder: null,
  ...changes,
});
const query = (model: string | null, resolution: Resolution = 16) => ({ model, resolution });

describe('finding', () => {
  test('lists every folder with weights, in the order of the folders, damaged ones marked', () => {
    const found = findModels(settings().modelDirectories);
    expect(found.map(({ name, spec }) => [name, spec?.resolution ?? null])).toEqual([
      ['broken', null],
      ['mine', 16],
      ['chorale-16', 16],
      ['chorale-8', 8],
    ]);
  });

  test('takes a folder that is a model itself, and a link to one', () => {
    mkdirSync(at('links'));
    symlinkSync(at('shipped/chorale-8'), at('links/linked'));
    expect(findModels([at('shipped/chorale-16')]).map(({ name }) => name)).toEqual(['chorale-16']);
    expect(findModels([at('links')]).map(({ name }) => name)).toEqual(['linked']);
  });

  test('takes the first that fits the grid when none is named', () => {
    expect(locateModel(query(null), settings())).toBe(at('own/mine'));
    expect(locateModel(query(null, 8), settings())).toBe(at('shipped/chorale-8'));
  });

  test.each([
    [
      query('nobody'),
      /no model "nobody"\. There are: mine \(1\/16\), chorale-16 \(1\/16\), chorale-8 \(1\/8\)/,
    ],
    [query(null, 4), /no model for a grid of 1\/4\. There are/],
    [query('own/mine'), /named by its folder, which is allowed in trusted workspaces only/],
    [query('..'), /trusted workspaces only/],
    [query('..\\mine'), /trusted workspaces only/],
  ])('of %o gives no-model', (asked, message) => {
    const call = () => locateModel(asked, settings());
    expect(call).toThrow(message);
    expect(call).toThrow(expect.objectContaining({ reason: 'no-model' }));
  });

  test('takes any directory where that is allowed', () => {
    const trusted = settings({ modelDirectories: [], anyDirectory: true });
    expect(locateModel(query(at('shipped/chorale-8')), trusted)).toBe(at('shipped/chorale-8'));
    expect(() => locateModel(query(at('own/empty')), trusted)).toThrow(/has no weights\.bin/);
    expect(() => locateModel(query(null), trusted)).toThrow(/None was found at all/);
  });
});

describe('opening', () => {
  test('gives a network that runs, and says on what', async () => {
    const { report, predict, dispose } = await openModel(query('chorale-16'), settings());
    expect(report).toMatchObject({
      name: 'chorale-16',
      directory: at('shipped/chorale-16'),
      resolution: 16,
      lowest: 55,
      pitches: 12,
      checksum: expect.stringMatching(/^[0-9a-f]{8}$/),
      runtime: { runtime: 'onnx', threads: 1 },
    });
    const [answer] = await predict([generateView(report, 16, 1)]);
    expect(answer!.pitch).toHaveLength(16 * 4 * 12);
    await dispose();
  });

  test('refuses a model for another grid, naming both', async () => {
    await expect(openModel(query('chorale-8'), settings())).rejects.toMatchObject({
      reason: 'no-model',
      message: expect.stringMatching(/grid of 1\/8, the piece has 1\/16/),
    });
  });

  test('refuses what is no model', async () => {
    await expect(openModel(query('broken'), settings())).rejects.toMatchObject({
      reason: 'bad-model',
      message: expect.stringMatching(/"broken" cannot be used.*not a Cantus weights file/),
    });
  });

  test('refuses a file that is far too large without reading it', async () => {
    save('huge/huge', new Uint8Array(0));
    truncateSync(at('huge/huge/weights.bin'), 300 * 1024 * 1024);
    await expect(
      openModel(query('huge'), settings({ modelDirectories: [at('huge')] })),
    ).rejects.toMatchObject({
      reason: 'bad-model',
      message: expect.stringMatching(/too large/),
    });
  });

  test('of damaged weights is refused, or no harm: never a crash, never a runtime started on them', async () => {
    const whole = bytesOf(16);
    const started: number[] = [];
    const candidates = [
      { ...CANDIDATES[1]!, start: () => Promise.reject(new Error(`started ${started.push(1)}`)) },
    ];
    const damage = fc.oneof(
      fc.nat(whole.length - 1).map((length) => whole.slice(0, length)),
      fc
        .tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }))
        .map(([place, flip]) => whole.map((byte, i) => (i === place ? byte ^ flip : byte))),
      fc.uint8Array({ maxLength: 64 }).map((tail) => Uint8Array.from([...whole, 0, ...tail])),
      fc.uint8Array({ maxLength: 256 }),
    );
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(damage, async (bytes) => {
        save('damaged/it', bytes);
        const opening = openModel(query(at('damaged/it')), settings({ anyDirectory: true }), candidates);
        const failure = await opening.then(
          () => null,
          (error) => error,
        );
        // A flipped letter in the description may leave a file that is whole; it then gets as far as the runtime.
        expect(['bad-model', 'no-model', 'no-runtime']).toContain(failure?.reason);
        if (failure.reason === 'bad-model') refused++;
      }),
      { numRuns: 100 },
    );
    expect(refused).toBeGreaterThan(60);
  });

  test('sees that a model was trained on since', () => {
    const { stamp } = modelOpener();
    const before = stamp(query('mine'), settings());
    expect(stamp(query('mine'), settings())).toBe(before);
    utimesSync(at('own/mine/weights.bin'), new Date(), new Date(Date.now() + 5000));
    expect(stamp(query('mine'), settings())).not.toBe(before);
  });
});
