import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { isReply, isRequest, isView, requestId } from '../../src/engine/arrival.ts';
import type { Engine, Reply, Request } from '../../src/engine/protocol.ts';
import { serve } from '../../src/engine/server.ts';
import { openUnderMelody, viewOf, WISHES } from './tune.ts';

vi.setConfig({ testTimeout: 30_000 });

const grid = openUnderMelody(1);
const query = { model: null, resolution: 16 } as const;
const REQUESTS: readonly Request[] = [
  { id: 1, kind: 'open-model', query },
  { id: 2, kind: 'harmonize', query, grid, wishes: WISHES },
  { id: 3, kind: 'probabilities', query, views: [viewOf(grid)] },
  { id: 4, kind: 'describe' },
  {
    id: 5,
    kind: 'configure',
    crashed: [{ runtime: 'onnx', reason: 'it crashed' }],
    settings: {
      modelDirectories: ['/m'],
      anyDirectory: true,
      runtime: 'onnx',
      threads: null,
      gpuFolder: null,
    },
  },
  { id: 6, kind: 'cancel', target: 2 },
  { id: 7, kind: 'shutdown' },
];

/** Every way to reach a value inside a message: keys from the top. */
function pathsOf(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return [[...path]];
  return [[...path], ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))];
}

/** The same message with something else at one place. */
function replaced(message: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by;
  const inner = replaced((message as Record<string, unknown>)[key], rest, by);
  return Array.isArray(message)
    ? message.map((entry, i) => (String(i) === key ? inner : entry))
    : { ...(message as object), [key]: inner };
}

const strange = fc.oneof(
  fc.anything({ withTypedArray: true, withMap: true, withDate: true }),
  fc.constantFrom(
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -1,
    0.5,
    2 ** 53,
    new Int16Array(1e4),
    new Float32Array(3),
  ),
);

describe('requests', () => {
  test.each(REQUESTS.map((request) => [request.kind, request] as const))('of kind %s pass', (_, request) => {
    expect(isRequest(request)).toBe(true);
    expect(isRequest(structuredClone(request))).toBe(true);
  });

  test.each<[string, (request: Request) => unknown]>([
    ['a pitch that is none', () => ({ ...grid, pitch: grid.pitch.map(() => 128) })],
    ['an array of the wrong length', () => ({ ...grid, fermata: new Uint8Array(1) })],
    ['an array of the wrong type', () => ({ ...grid, open: new Int8Array(grid.open) })],
    ['a plain list for an array', () => ({ ...grid, open: [...grid.open] })],
    ['candidates that do not exist', () => ({ ...grid, candidates: grid.candidates.map(() => 3) })],
    ['weights that are no weights', () => ({ ...grid, weights: [new Float32Array(128).fill(Number.NaN)] })],
    ['more steps than there are cells', () => ({ ...grid, steps: 17 })],
    ['a grid that nobody uses', () => ({ ...grid, resolution: 12 })],
  ])('with %s do not', (_, change) => {
    expect(isRequest({ ...REQUESTS[1], grid: change(REQUESTS[1]!) })).toBe(false);
  });

  test('with anything at any place are judged without a throw, and none is both refused and without an answer', () => {
    const anyChange = fc
      .constantFrom(...REQUESTS)
      .chain((request) => fc.tuple(fc.constant(request), fc.constantFrom(...pathsOf(request)), strange));
    let refused = 0;
    fc.assert(
      fc.property(anyChange, ([request, path, by]) => {
        const message = replaced(request, path, by);
        const replies: Reply[] = [];
        const engine = new Proxy({} as Engine, { get: () => () => Promise.resolve(null) });
        const receive = serve(
          { send: (reply) => replies.push(reply), leave: () => {}, log: () => {} },
          () => engine,
          () => 0,
        );
        receive(message);
        if (isRequest(message)) return;
        refused++;
        expect(replies).toHaveLength(requestId(message) === null ? 0 : 1);
        for (const reply of replies) expect(isReply(reply)).toBe(true);
      }),
      { numRuns: 500 },
    );
    expect(refused).toBeGreaterThan(250);
  });
});

test('anything at all is a reply or not, a view or not, without a throw', () => {
  fc.assert(
    fc.property(strange, (value) => {
      expect(isReply(value)).toBe(false);
      expect(isView(value)).toBe(false);
    }),
    { numRuns: 500 },
  );
});
