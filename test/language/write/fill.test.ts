// Filling as its promises state it: over random texts with random open places and random fills.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { midi } from '../../../src/language/pitch.ts';
import type { Span } from '../../../src/language/problem.ts';
import { type Gridded, type Selection, toGrid } from '../../../src/language/read/grid.ts';
import { type Parsed, parse } from '../../../src/language/read/parse.ts';
import { type Filled, type Grid, HELD } from '../../../src/language/roll.ts';
import type { Voice } from '../../../src/language/score.ts';
import { apply } from '../../../src/language/write/edits.ts';
import { fill, type Policy } from '../../../src/language/write/fill.ts';
import { cases } from '../../effort.ts';
import { chance, fillByChance } from './filler.ts';

/** Header settings, and lengths in units that fill a bar. */
interface Shape {
  readonly metre: string;
  readonly unit: string;
  /** Units in a bar. */
  readonly units: number;
}

const SHAPES: readonly Shape[] = [
  { metre: '4/4', unit: '1/4', units: 4 },
  { metre: '4/4', unit: '1/8', units: 8 },
  { metre: 'C|', unit: '1/4', units: 4 },
  { metre: '3/4', unit: '1/8', units: 6 },
  { metre: '6/8', unit: '1/8', units: 6 },
  { metre: '3/2', unit: '1/4', units: 6 },
  { metre: '9/8', unit: '1/16', units: 18 },
];
const KEYS = ['C', 'G', 'Dm', 'Bb', 'E', 'F#m', 'A dor', 'Eb mix', 'E phr', 'Db', 'Bb exp _e'];
/** Letters inside each voice's range, with marks of octave. */
const LETTERS = [
  ['D', 'F', 'G', 'A', 'B', 'c', 'd', 'e'],
  ['A,', 'C', 'D', 'E', 'F', 'G', 'A'],
  ['D,', 'F,', 'G,', 'A,', 'B,', 'C', 'D'],
  ['F,,', 'G,,', 'A,,', 'C,', 'D,', 'F,', 'A,'],
] as const;
const ACCIDENTALS = ['', '', '', '', '^', '_', '='];

const lengthText = (units: number): string =>
  units === 1 ? '' : Number.isInteger(units) ? String(units) : `${units === 0.5 ? '' : 2 * units}/2`;

/** Lengths that add up to a bar. */
const splits = (units: number): fc.Arbitrary<number[]> =>
  fc.array(fc.constantFrom(0.5, 1, 1, 2, 2, 3, 4), { minLength: 1, maxLength: 10 }).map((lengths) => {
    const result: number[] = [];
    let left = units;
    for (const length of lengths) {
      const taken = Math.min(length, left);
      if (taken > 0) result.push(taken);
      left -= taken;
    }
    if (left > 0) result.push(left);
    return result;
  });

const note = (voice: number): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...ACCIDENTALS), fc.constantFrom(...LETTERS[voice]!))
    .map((parts) => parts.join(''));

function token(voice: number, units: number): fc.Arbitrary<string> {
  const length = lengthText(units);
  return fc.oneof(
    { weight: 5, arbitrary: note(voice).map((n) => n + length) },
    { weight: 1, arbitrary: note(voice).map((n) => `!fermata!${n}${length}`) },
    { weight: 1, arbitrary: note(voice).map((n) => `@${n}${length}`) },
    { weight: 1, arbitrary: note(voice).map((n) => `?${n}${length}`) },
    { weight: 1, arbitrary: fc.constant(`z${length}`) },
    { weight: 3, arbitrary: fc.constant(`?x${length}`) },
    { weight: 1, arbitrary: fc.constant(`?${length}`) },
    { weight: 3, arbitrary: fc.constant(`?z${length}`) },
    { weight: 1, arbitrary: fc.constant(`"D7"?x${length}`) },
    { weight: 1, arbitrary: fc.constant(`[${LETTERS[voice]![1]}${LETTERS[voice]![3]}]${length}`) },
    {
      weight: 1,
      arbitrary: fc
        .uniqueArray(fc.constantFrom(...LETTERS[voice]!.slice(1, -1)), { minLength: 1, maxLength: 3 })
        .map((names) => `?[${names.join('')}]${length}`),
    },
    { weight: 1, arbitrary: note(voice).map((n) => `${n}${length}-`) },
    { weight: 1, arbitrary: fc.constant(`?x${length}-`) },
  );
}

const bar = (voice: number, units: number): fc.Arbitrary<string> =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: splits(units)
        .chain((lengths) => fc.tuple(...lengths.map((length) => token(voice, length))))
        .map((tokens) => tokens.join(' ')),
    },
    { weight: 1, arbitrary: fc.constant('?Z') },
  );

/** A voice of so many bars; sometimes only its beginning, or `?Z2` over two bars. */
const voice = (index: number, units: number, bars: number): fc.Arbitrary<string[]> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.array(bar(index, units), { minLength: bars, maxLength: bars }) },
    { weight: 1, arbitrary: fc.array(bar(index, units), { minLength: 0, maxLength: bars }) },
    { weight: index === 0 ? 0 : 1, arbitrary: fc.constant<string[]>(['?Z2']) },
  );

interface Piece {
  readonly text: string;
  readonly seed: number;
}

const piece: fc.Arbitrary<Piece> = fc
  .record({
    shape: fc.constantFrom(...SHAPES),
    key: fc.constantFrom(...KEYS),
    bars: fc.integer({ min: 1, max: 4 }),
    blocks: fc.boolean(),
    crlf: fc.boolean(),
    grid: fc.constantFrom('', '%%cantus:grid 1/16\n', '%%cantus:grid 1/8\n'),
    chords: fc.constantFrom('', '%%cantus:chords ignore\n', '%%cantus:chords require\n'),
    seed: fc.nat(),
  })
  .chain((settings) => {
    const { units } = settings.shape;
    const voices = [0, 1, 2, 3].map((index) => voice(index, units, settings.bars));
    return fc.tuple(fc.constant(settings), fc.tuple(...voices));
  })
  .map(([{ shape, key, bars, blocks, crlf, grid, chords, seed }, voices]) => {
    const head = `X:1\nT:Chance\nM:${shape.metre}\nL:${shape.unit}\n${grid}${chords}V:S\nV:A\nV:T clef=bass\nV:B clef=bass\nK:${key}\n`;
    const line = (name: string, music: readonly string[]) => `[V:${name}] ${music.join(' | ')} |\n`;
    const names = ['S', 'A', 'T', 'B'];
    const half = Math.ceil(bars / 2);
    const body = blocks
      ? names.map((name, v) => (voices[v]!.length > 0 ? line(name, voices[v]!) : '')).join('')
      : [0, half]
          .flatMap((from) =>
            names.map((name, v) => {
              const music = voices[v]!.slice(from, from === 0 ? half : undefined);
              return music.length > 0 ? line(name, music) : '';
            }),
          )
          .join('');
    const text = head + body;
    return { text: crlf ? text.replaceAll('\n', '\r\n') : text, seed };
  });

/** The stretches of text that may change: open tokens. */
const openSpans = (parsed: Parsed) =>
  parsed.score.parts.flatMap((part) =>
    part.events.filter((event) => event.state === 'open').map((e) => e.span),
  );

/** Written and pinned notes, as text and as sound, voice by voice. */
const locked = (parsed: Parsed): string[] =>
  parsed.score.parts.flatMap((part) =>
    part.events
      .filter((event) => event.state !== 'open')
      .map(
        (event) =>
          `${part.voice} ${event.onset} ${plain(parsed, event.span)} ${event.pitches.map(midi).join()}`,
      ),
  );

/** A token without accidentals: one may be added where an open note takes away what it relied on. */
const plain = ({ text }: Parsed, { start, end }: Span): string =>
  text.slice(start, end).replace(/[\^_=]/g, '');

/** Pitches and struck notes of a grid, as far as something sounds (and sounded before). */
const heard = (grid: Pick<Grid, 'steps'>, filled: Filled): string[] =>
  [0, 1, 2, 3].map((v) =>
    Array.from({ length: grid.steps }, (_, step) => {
      const cell = 4 * step + v;
      const pitch = filled.pitch[cell]!;
      const after = step > 0 && filled.pitch[cell - 4]! >= 0;
      return pitch < 0 ? '.' : `${pitch}${after && filled.onset[cell] !== HELD ? "'" : ''}`;
    }).join(' '),
  );

const NOTHING = { mode: 'fill', bars: { from: 0, to: 0 } } as const;

/** The text after a random fill, with every promise checked that holds for all fills. */
function checkFill(
  text: string,
  selection: Selection,
  policy: Policy,
  seed: number,
): { gridded: Gridded; after: Parsed } {
  const parsed = parse(text);
  const gridded = toGrid(parsed.score, selection);
  const filled = fillByChance(gridded.grid, chance(seed));
  const edits = fill(parsed, gridded, filled, policy);
  const spans = openSpans(parsed);
  for (const { span } of edits) {
    const inside = spans.some((open) => open.start <= span.start && span.end <= open.end);
    expect(inside || span.start === span.end).toBe(true);
  }
  const after = parse(apply(text, edits));
  expect(locked(after)).toEqual(expect.arrayContaining(locked(parsed)));
  const again = toGrid(after.score, NOTHING);
  expect(heard(again.grid, again.grid)).toEqual(heard(gridded.grid, filled));
  const lengths = ({ score }: Parsed) => score.bars.map(({ duration }) => duration);
  expect(lengths(after)).toEqual(lengths(parsed));
  if (text.includes('\r\n')) expect(after.text.replaceAll('\r\n', '')).not.toContain('\n');
  return { gridded, after };
}

const RUNS = { numRuns: cases(50) };
const TIME = 60_000;

describe('fill, whatever stands and whatever is drawn', () => {
  it(
    'writes what was drawn, changes nothing else, and leaves nothing open',
    () => {
      fc.assert(
        fc.property(piece, ({ text, seed }) => {
          const { gridded, after } = checkFill(text, { mode: 'fill' }, 'accept', seed);
          if (gridded.problems.length === 0) expect(after.text).not.toContain('?');
        }),
        RUNS,
      );
    },
    TIME,
  );

  it(
    'fills a selection and no more',
    () => {
      const region = fc.record({
        from: fc.nat(3),
        length: fc.nat(3),
        voices: fc.subarray([0, 1, 2, 3] as Voice[]),
      });
      fc.assert(
        fc.property(piece, region, ({ text, seed }, { from, length, voices }) => {
          const bars = { from, to: from + length };
          checkFill(text, { mode: 'fill', bars, voices }, 'accept', seed);
        }),
        RUNS,
      );
    },
    TIME,
  );

  it(
    'kept open, can be drawn again from what it says now',
    () => {
      fc.assert(
        fc.property(piece, ({ text, seed }) => {
          const { gridded, after } = checkFill(text, { mode: 'fill' }, 'keep-open', seed);
          const again = toGrid(after.score, { mode: 'fill' });
          gridded.grid.open.forEach((open, cell) => {
            if (open === 0 || again.grid.pitch[cell]! < 0) return;
            expect(again.grid.open[cell]).toBe(1);
          });
          if (gridded.targets.length > 0) expect(after.text).toContain('?');
          checkFill(after.text, { mode: 'fill' }, 'accept', seed + 1);
        }),
        RUNS,
      );
    },
    TIME,
  );

  it(
    'gives the same edits in texts with CRLF and LF',
    () => {
      fc.assert(
        fc.property(piece, ({ text, seed }) => {
          const lf = text.replaceAll('\r\n', '\n');
          const written = (abc: string) => checkFill(abc, { mode: 'fill' }, 'accept', seed).after.text;
          expect(written(lf.replaceAll('\n', '\r\n')).replaceAll('\r\n', '\n')).toBe(written(lf));
        }),
        { numRuns: cases(20) },
      );
    },
    TIME,
  );

  it(
    'sets three voices to a melody without any',
    () => {
      const melody = fc
        .record({
          key: fc.constantFrom(...KEYS),
          bars: fc.array(
            splits(4).chain((lengths) =>
              fc.tuple(...lengths.map((n) => note(0).map((name) => name + lengthText(n)))),
            ),
            { minLength: 1, maxLength: 6 },
          ),
          breaks: fc.array(fc.constantFrom(' ', ' ', '\n', '\\\n', '\nw: la la la\n'), {
            minLength: 6,
            maxLength: 6,
          }),
          change: fc.constantFrom('', 'K:D\n', '[K:Eb]', 'L:1/8\nL:1/4\n'),
          pickup: fc.constantFrom('', 'G | ', 'G/2A/2 | '),
          seed: fc.nat(),
        })
        .map(({ key, bars, breaks, change, pickup, seed }) => {
          const music = bars.map(
            (bar, i) =>
              `${bar.join(' ')} |${breaks[i]!}${i === 2 && breaks[i]!.endsWith('\n') ? change : ''}`,
          );
          return { text: `X:1\nM:4/4\nL:1/4\nK:${key}\n${pickup}${music.join('')}`, seed };
        });
      fc.assert(
        fc.property(melody, ({ text, seed }) => {
          const { after } = checkFill(text, { mode: 'fill' }, 'accept', seed);
          expect(after.score.parts.map(({ gaps }) => gaps.length)).toEqual([0, 0, 0, 0]);
          expect(after.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
        }),
        RUNS,
      );
    },
    TIME,
  );
});
