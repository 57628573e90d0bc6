import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changeOf } from '../../src/extension/preview/difference.ts';
import type { HostMessage, PanelMessage } from '../../src/extension/preview/messages.ts';
import { hostMessage, panelMessage } from '../../src/extension/preview/validate.ts';
import { parse } from '../../src/language/read/parse.ts';
import { drawingOf } from '../../src/language/write/sheet.ts';
import { piece } from './piece.ts';

const { text, reading: whole } = piece({ bars: 1 });
/** Small: every place of it is spoiled in turn. */
const reading = { ...whole, sheet: { ...whole.sheet, notes: whole.sheet.notes.slice(0, 2) } };
const about = { uri: 'file:///a.satb', version: 3 };
const span = { start: 1, end: 4 };

/** One of each, so that the table of checks is known to let the real ones through. */
const HOST: readonly HostMessage[] = [
  {
    type: 'document',
    ...about,
    reading,
    trouble: { errors: 1, warnings: 0, first: { message: 'm', line: 1, span }, broken: false },
  },
  {
    type: 'change',
    ...about,
    since: 2,
    change: changeOf(drawingOf(parse(text)), drawingOf(parse(`${text}[V:S] c4 |\n`))),
    trouble: { errors: 0, warnings: 1, first: null, broken: false },
  },
  {
    type: 'progress',
    ...about,
    done: 0.5,
    notes: [{ voice: 2, pitch: 60, from: 0, to: 4 }],
    label: 'Harmonizing',
  },
  {
    type: 'alternatives',
    ...about,
    run: 'r',
    items: [{ label: 'seed 1', reading }],
    region: { from: 0, to: 4 },
  },
  { type: 'selection', ...about, spans: [span], reveal: true },
  { type: 'surprise', ...about, notes: [{ span, nats: 2.5 }] },
  {
    type: 'probabilities',
    ...about,
    resolution: 16,
    from: 0,
    to: 1,
    cells: [{ step: 0, voice: 0, drawn: -2, odds: [[60, 0.5]] }],
  },
  { type: 'settings', sync: 'both', paper: false, layout: 'two', instrument: 'organ' },
  { type: 'play', what: 'cursor', voice: null },
  { type: 'export', kind: 'wav' },
  { type: 'status', text: '' },
];
const PANEL: readonly PanelMessage[] = [
  { type: 'ready' },
  { type: 'select', ...about, span, focus: false },
  { type: 'select-bars', ...about, from: 0, to: 2 },
  { type: 'choose', ...about, run: 'r', index: null },
  { type: 'ask', ...about, about: 'surprise', wanted: true, bars: { from: 0, to: 1 } },
  { type: 'command', ...about, name: 'harmonize' },
  { type: 'playback', ...about, state: 'paused', at: 5 },
  { type: 'exported', ...about, kind: 'svg', content: '<svg/>' },
  { type: 'failed', message: 'm' },
  { type: 'drawn', ...about, milliseconds: 12.5 },
];

/** Every way to spoil one place of a message: taken out, or of another kind. */
function spoiled(message: object): unknown[] {
  const places: (readonly (string | number)[])[] = [];
  const walk = (value: unknown, path: readonly (string | number)[]): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const key of Object.keys(value)) {
      places.push([...path, key]);
      walk(Reflect.get(value, key), [...path, key]);
    }
  };
  walk(message, []);
  return places.flatMap((path) =>
    [undefined, Symbol.for('gone')].map((by) => {
      const copy: unknown = structuredClone(message);
      const parent = path
        .slice(0, -1)
        .reduce<unknown>((value, key) => Reflect.get(value as object, key), copy);
      if (by === undefined) Reflect.deleteProperty(parent as object, path.at(-1)!);
      else Reflect.set(parent as object, path.at(-1)!, { not: 'this' });
      return copy;
    }),
  );
}

describe.each([
  ['host', HOST, hostMessage],
  ['panel', PANEL, panelMessage],
] as const)('messages of the %s', (_, messages, check) => {
  test.each(messages.map((message) => [message.type, message] as const))(
    '%s passes as it is',
    (_, message) => {
      expect(check(structuredClone(message))).toEqual(message);
    },
  );

  test.each(messages.map((message) => [message.type, message] as const))(
    '%s spoiled anywhere is refused',
    (_, message) => {
      // An element taken out of a list is a hole, which is no message either.
      for (const wrong of spoiled(message))
        expect(check(wrong), JSON.stringify(wrong)?.slice(0, 200)).toBeNull();
    },
  );

  test('whatever arrives, it answers', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (value) => {
        expect(check(value)).toBeNull();
      }),
    );
    for (const type of ['toString', '__proto__', 'constructor']) expect(check({ type })).toBeNull();
  });
});

test('numbers that are none, and stretches that run backwards, are refused', () => {
  const select = { type: 'select', ...about, span, focus: false };
  expect(panelMessage({ ...select, span: { start: 4, end: 1 } })).toBeNull();
  expect(panelMessage({ ...select, span: { start: -1, end: 1 } })).toBeNull();
  expect(panelMessage({ ...select, span: { start: 0.5, end: 1 } })).toBeNull();
  expect(panelMessage({ ...select, version: Number.NaN })).toBeNull();
  expect(panelMessage({ type: 'select-bars', ...about, from: 3, to: 1 })).toBeNull();
});
