// The picture as its text changes: what is kept of it and what is drawn anew make the picture that a fresh drawing
// makes, and a drawing in pieces the one that abcjs makes in one go. On a page that nobody sees.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AbcElem, renderAbc } from 'abcjs';
import { parseHTML } from 'linkedom';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Engraver, type Picture } from '../../media/preview/engrave.ts';
import { Marks } from '../../media/preview/marks.ts';
import { inPlace, rewrite, unixLines } from '../../media/preview/rewrite.ts';
import { parse } from '../../src/language/read/parse.ts';
import { type Reading, readingOf } from '../../src/language/write/sheet.ts';
import { piece } from './piece.ts';

const folder = join(import.meta.dirname, '../../examples');
const examples = readdirSync(folder).filter((name) => /\.(satb|abc)$/.test(name));
const textOf = (name: string): string => readFileSync(join(folder, name), 'utf8');
const WIDTH = 800;

/** All that goes on from one system to the next, and all that stands between and around them. */
const CROSSING = `X:1
T:Over the edge
C:Nobody
M:3/4
L:1/4
Q:1/4=90
V:S
V:B clef=bass
K:D
%%text Before all
[V:S] (d e f | g2 a-) |
w: one two three four five
[V:B] D2 A, | !p!D3- |
[V:S] a2 b) | [1 a3- |
[V:B] D3 | !f!A,2 (B, |
%%text In between
T:A part
[V:S] [M:4/4] a2 z2 :| [2 [K:C] c4 |
[V:B] A,) z z2 | z4 |
%%gchordfont Times 20
%%vskip 30
[V:S] "G"{a}g4 | (3cde f2 |]
w: last words
[V:B] !<(!G,4 | !<)!C4 |]
W:Below
N:A note
`;

/**
 * Voices without music, one of them on the staff of one that has some, one that is not written to the end, and a unit
 * length that only one voice has.
 */
const SILENT = `X:1
T:Not all at once
M:3/4
L:1/4
%%score (S A) T B
V:S name="Soprano"
V:A name="Alto"
V:T clef=bass name="Tenor"
V:B clef=bass name="Bass"
K:D
[V:S] A | d d c | A3 || [K:Bb] [M:4/4] B c d2 |
[V:B] z | ?Z2 || [K:Bb] [M:4/4] [L:1/8] B,8 |
[V:S] B4 |: c4 | [1 d4 :| [2 B4 |]
[V:B] B,8 |: Z | [1 B,8 :| [2 B,8 |]
[V:S] A4 | B4 |]

X:2
K:C
CDE
`;
const OWN: Readonly<Record<string, string>> = { crossing: CROSSING, silent: SILENT };
const pieceOf = (name: string): string => OWN[name] ?? textOf(name);

let before: (PropertyDescriptor | undefined)[];
const SURROUNDINGS = ['document', 'window', 'navigator'] as const;
let page: ReturnType<typeof parseHTML>;
beforeAll(() => {
  page = parseHTML('<!doctype html><html><body></body></html>');
  before = SURROUNDINGS.map((name) => Object.getOwnPropertyDescriptor(globalThis, name));
  for (const name of SURROUNDINGS)
    Object.defineProperty(globalThis, name, { value: page[name], configurable: true });
});
afterAll(() => {
  SURROUNDINGS.forEach((name, i) => {
    Reflect.deleteProperty(globalThis, name);
    if (before[i]) Object.defineProperty(globalThis, name, before[i]);
  });
});

const engraver = (): Engraver => new Engraver(page.document.createElement('div') as unknown as HTMLElement);

/** What is drawn in words, and its places and lengths, which may differ by a hair. */
interface Told {
  readonly words: string;
  readonly numbers: readonly number[];
}

function told(all: string): Told {
  const numbers: number[] = [];
  const words = all.replace(/-?\d+(?:\.\d+)?(?:e-?\d+)?/g, (number) => {
    numbers.push(Number(number));
    return '#';
  });
  return { words, numbers };
}

function expectSame(now: Told | null, wanted: Told | null): void {
  expect(now?.words).toEqual(wanted?.words);
  const apart = (now?.numbers ?? []).map((number, i) => Math.abs(number - wanted!.numbers[i]!));
  expect(Math.max(0, ...apart)).toBeLessThan(0.1);
}

/** A picture that is kept as its text changes, with its marks. */
class Kept {
  readonly #engraver = engraver();
  #marks: Marks | null = null;

  show(reading: Reading): Told | null {
    const picture = this.#engraver.draw(reading, 'source', WIDTH);
    if (picture === null) return null;
    if (this.#marks) this.#marks.update(picture);
    else this.#marks = new Marks(picture);
    return told(flattened(picture) + placesOf(picture));
  }
}

/** The drawing as text, wherever a shape was drawn before it was moved to its place. */
function flattened({ svg }: Picture): string {
  const lines: string[] = [];
  const walk = (drawn: Element, down: number): void => {
    const [, by = '0'] = /^translate\(0 (.+)\)$/.exec(drawn.getAttribute('transform') ?? '') ?? [];
    const now = down + Number(by);
    const attributes = [...drawn.attributes]
      .filter(({ name }) => !['transform', 'd', 'y', 'cy', 'y1', 'y2'].includes(name))
      .map(({ name, value }) => `${name}=${value}`)
      .sort();
    const heights = ['y', 'cy', 'y1', 'y2']
      .filter((name) => drawn.hasAttribute(name))
      .map((name) => String(Number(drawn.getAttribute(name)) + now));
    // Of a path, where it begins and its form from there.
    const path = /^M\s*([-\d.]+)[\s,]+([-\d.]+)([\s\S]*)$/.exec(drawn.getAttribute('d') ?? '');
    const start = path ? `${path[1]} ${Number(path[2]) + now}` : '';
    const relative = path && /^[^A-Z]*$/.test(path[3]!) ? path[3] : '';
    const own = drawn.children.length === 0 ? drawn.textContent : '';
    lines.push([drawn.localName, ...attributes, ...heights, start, relative, own].join(' '));
    for (const child of drawn.children) walk(child, now);
  };
  walk(svg, 0);
  return lines.join('\n');
}

const placesOf = ({ systems, width, height }: Picture): string =>
  JSON.stringify([width, height, systems], (name, value: unknown) => {
    return name === 'ink' || name === 'elements' || name === 'down' ? undefined : value;
  });

/** Texts that somebody makes of a text, key by key, each from the one before. */
function* typed(text: string): Generator<string> {
  let now = text;
  const bars = [...text.matchAll(/\|/g)].map(({ index }) => index);
  const music = text.search(/^\[V:/m);
  for (const share of [0.9, 0.1, 0.5]) {
    const at = bars[Math.floor(bars.length * share)] ?? now.length;
    for (const key of ['g', '2', ' ', 'A', '?', '-', ' | ', '(']) {
      now = now.slice(0, at) + key + now.slice(at);
      yield now;
    }
    now = now.slice(0, at) + now.slice(at + 4);
    yield now;
  }
  yield now.replace(/^T:/m, 'T:Another ');
  yield now.replace(/^K:.*/m, 'K:Eb');
  yield `${now.slice(0, music)}%%text Words above\n${now.slice(music)}`;
  yield now.replace(/\r?\n/g, '\r\n');
  yield text;
}

/** Several drawings of a whole piece, in a document without a browser. */
const MOST = { timeout: 60_000 };

describe('a picture whose text changes', MOST, () => {
  test.each([...examples, ...Object.keys(OWN)])('is the one that a fresh drawing makes: %s', (name) => {
    const kept = new Kept();
    const text = pieceOf(name);
    kept.show(readingOf(parse(text)));
    for (const now of typed(text)) {
      const reading = readingOf(parse(now));
      expectSame(kept.show(reading), new Kept().show(reading));
    }
  });

  test('keeps what is drawn of the systems that have not changed', () => {
    const one = engraver();
    const inks = (now: string): readonly SVGElement[] =>
      one.draw(readingOf(parse(now)), 'source', WIDTH)!.systems.map(({ ink }) => ink);
    const { text } = piece({ bars: 16 });
    const first = inks(text);
    const at = text.indexOf('|', text.length / 2);
    const second = inks(`${text.slice(0, at)}c ${text.slice(at)}`);
    expect(second).toHaveLength(4);
    expect(second.filter((ink) => !first.includes(ink))).toHaveLength(1);
  });

  test('is the same when it is drawn part by part', () => {
    const reading = readingOf(parse(CROSSING + piece({ bars: 32 }).text.replace(/^[^[]*/, '')));
    const tell = (picture: Picture): Told => told(flattened(picture) + placesOf(picture));
    const one = engraver();
    const drawTo = (most: number): Picture => one.draw(reading, 'source', WIDTH, (height) => height > most)!;
    let now = drawTo(300);
    const heights = [now.height];
    while (!now.complete) {
      now = drawTo(now.height + 300);
      heights.push(now.height);
    }
    expect(heights.length).toBeGreaterThan(3);
    expect(heights).toEqual(heights.toSorted((a, b) => a - b));
    expectSame(tell(now), tell(engraver().draw(reading, 'source', WIDTH)!));
  });

  test.each([...examples, ...Object.keys(OWN)])('stands where abcjs draws it in one go: %s', (name) => {
    const reading = readingOf(parse(pieceOf(name)));
    const { abc, added } = reading;
    const host = page.document.createElement('div') as unknown as HTMLElement;
    const whole = rewrite(abc, [...inPlace(abc, added), ...unixLines(abc)]).text;
    const [tune] = renderAbc(host, whole, {
      paddingtop: 8,
      paddingbottom: 14,
      paddingleft: 14,
      paddingright: 14,
      staffwidth: WIDTH - 28,
      ariaLabel: '',
    });
    const picture = engraver().draw(reading, 'source', WIDTH)!;
    const heads = tune!.lines
      .flatMap((line) => line.staff ?? [])
      .flatMap((staff) => staff.voices ?? [])
      .flatMap((voice) => voice as AbcElem[])
      .filter(({ el_type }) => el_type === 'note')
      .flatMap(({ abselem }) => (abselem?.notePositions ?? []).map(({ y }) => `${abselem!.x} ${y}`));
    const drawn = picture.placed.flatMap(({ x, heads: ys }) => ys.map((y) => `${x} ${y}`));
    expectSame(told(drawn.join('; ')), told(heads.join('; ')));
    const svg = host.querySelector('svg')!;
    expect(picture.height).toBeCloseTo(Number(svg.getAttribute('height')), 1);
    for (const shape of ['path', 'text'])
      expect(picture.svg.querySelectorAll(shape)).toHaveLength(svg.querySelectorAll(shape).length);
  });

  test('shows a staff for each voice that the header names, with an open place for each bar', () => {
    const reading = readingOf(parse(SILENT));
    const picture = engraver().draw(reading, 'source', WIDTH)!;
    expect(picture.systems.map(({ staves }) => staves.map(({ voices }) => voices))).toEqual([
      [[0, 1], [2], [3]],
      [[0, 1], [2], [3]],
      [[0, 1], [2], [3]],
    ]);
    const open = picture.placed.filter(({ note }) => reading.sheet.notes[note]!.look === 'open');
    expect(open.map(({ note }) => reading.sheet.notes[note]!.bar)).toEqual([
      0, 1, 2, 3, 0, 1, 2, 3, 1, 2, 4, 5, 6, 7, 4, 5, 6, 7, 8, 9, 8, 9, 8, 9,
    ]);
    for (const { note, x, voice, centred } of open) {
      if (centred) continue;
      const { onset } = reading.sheet.notes[note]!;
      const soprano = picture.placed.find(
        (one) => one.voice === 0 && reading.sheet.notes[one.note]!.onset === onset,
      )!;
      expect(Math.abs(x - soprano.x), `voice ${voice} at ${onset}`).toBeLessThan(20);
    }
  });
});
