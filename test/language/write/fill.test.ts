// Filling as its promises state it: over random texts with random open places and random fills.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { midi } from '../../../src/language/pitch.ts';
import type { Span } from '../../../src/language/problem.ts';
import { toGrid } from '../../../src/language/read/grid.ts';
import { type Parsed, parse } from '../../../src/language/read/parse.ts';
import { type Filled, type Grid, HELD } from '../../../src/language/roll.ts';
import { apply } from '../../../src/language/write/edits.ts';
import { fill } from '../../../src/language/write/fill.ts';
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

describe('fill', () => {
  it('writes what was drawn, and nothing else changes', () => {
    fc.assert(
      fc.property(piece, ({ text, seed }) => {
        const parsed = parse(text);
        const gridded = toGrid(parsed.score, { mode: 'fill' });
        const filled = fillByChance(gridded.grid, chance(seed));
        const edits = fill(parsed, gridded, filled, 'accept');
        const spans = openSpans(parsed);
        for (const { span } of edits) {
          const inside = spans.some((open) => open.start <= span.start && span.end <= open.end);
          expect(inside || span.start === span.end).toBe(true);
        }
        const after = parse(apply(text, edits));
        expect(locked(after)).toEqual(expect.arrayContaining(locked(parsed)));
        const again = toGrid(after.score, NOTHING);
        expect(heard(again.grid, again.grid)).toEqual(heard(gridded.grid, filled));
        expect(after.score.bars.map(({ duration }) => duration)).toEqual(
          parsed.score.bars.map(({ duration }) => duration),
        );
        if (gridded.problems.length === 0) expect(after.text).not.toContain('?');
        if (text.includes('\r\n')) expect(after.text.replaceAll('\r\n', '')).not.toContain('\n');
      }),
      { numRuns: 100 },
    );
  });
});
