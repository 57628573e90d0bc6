// What the command line makes of a piece for the eye and the ear: the picture's note heads against the score, read by
// an XML reader of its own; the sound's pitches measured.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sax from 'sax';
import { describe, expect, test } from 'vitest';
import { pictureOf } from '../../src/cli/picture.ts';
import { soundOf } from '../../src/cli/sound.ts';
import { parse } from '../../src/language/read/parse.ts';
import { writeLetter } from '../../src/language/write/token.ts';
import { hertz, loudness, nearestPitch, power } from '../preview/listen.ts';

const root = join(import.meta.dirname, '../..');
const example = (name: string): string => readFileSync(join(root, 'examples', name), 'utf8');

interface Drawn {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  text: string;
}

/** All elements of a document, in order. @throws where it is no XML */
function elementsOf(xml: string): Drawn[] {
  const reader = sax.parser(true);
  const [all, open]: [Drawn[], Drawn[]] = [[], []];
  reader.onopentag = ({ name, attributes }) => {
    const element = { name, attributes, text: '' };
    all.push(element);
    open.push(element);
  };
  reader.ontext = (text) => {
    const innermost = open.at(-1);
    if (innermost) innermost.text += text;
  };
  reader.onclosetag = () => void open.pop();
  reader.onerror = (error) => {
    throw error;
  };
  reader.write(xml).close();
  return all;
}

const HEADER = 'X:1\nQ:1/4=60\nM:4/4\nL:1/4\nV:S\nV:A\nV:T clef=bass\nV:B clef=bass\nK:C\n';
const surroundings = () => ['document', 'window', 'navigator'].map((name) => Reflect.get(globalThis, name));

describe('a picture', () => {
  test.each(['passion-chorale.satb', 'greensleeves.abc', 'old-hundredth.abc', 'hymn-to-joy.satb'])(
    '%s: has a head for every note of the score, and no other',
    (name) => {
      const parsed = parse(example(name));
      const before = surroundings();
      const elements = elementsOf(pictureOf(parsed));
      expect(surroundings()).toEqual(before);
      const heads = elements.flatMap(({ attributes }) => {
        const letter = /^(?:\^\^?|__?|=)?([A-Ga-g][,']*)$/.exec(attributes['data-name'] ?? '')?.[1];
        return attributes.d !== undefined && letter ? [letter] : [];
      });
      const written = parsed.score.parts.flatMap(({ events }) =>
        events.flatMap(({ pitches }) => pitches.map(writeLetter)),
      );
      expect(written.length).toBeGreaterThan(20);
      expect(heads.sort()).toEqual(written.sort());
      const [width] = elements[0]!.attributes.viewBox!.split(' ').slice(2).map(Number) as [number];
      for (const { attributes } of elements) {
        const x = Number(/^M\s*(-?[\d.]+)/.exec(attributes.d ?? '')?.[1] ?? 0);
        expect(x >= 0 && x <= width).toBe(true);
      }
    },
  );

  test('marks what is open and what is pinned, and says so without colours', () => {
    const marked = `${HEADER}[V:S] ?C @D E F |]\n[V:A] ?Z |]\n[V:T] Z |]\n[V:B] Z |]\n`;
    const elements = elementsOf(pictureOf(parse(marked)));
    const of = (name: string, kind: string) =>
      elements.filter((e) => e.name === name && e.attributes.class?.startsWith(kind)).length;
    expect(of('rect', 'open')).toBe(2);
    expect(of('path', 'pinned')).toBe(1);
    expect(elements.filter(({ text }) => text === '?')).toHaveLength(1);
  });

  test('keeps what XML would read as its own, and leaves room for long names', () => {
    const named = (name: string) =>
      elementsOf(
        pictureOf(parse(`${HEADER.replace('V:S', `T:<A> & "b"\nV:S name="${name}"`)}[V:S] C4 |]\n`)),
      );
    const clefAt = (elements: Drawn[]) =>
      Number(
        /M\s*([\d.]+)/.exec(elements.find((e) => e.attributes['data-name'] === 'clefs.G')!.attributes.d!)![1],
      );
    expect(named('S').some(({ text }) => text === '<A> & "b"')).toBe(true);
    const [short, narrow, wide] = ['S', 'iiiiiiiiii', 'MMMMMMMMMM'].map((name) => clefAt(named(name))) as [
      number,
      number,
      number,
    ];
    expect(narrow).toBeGreaterThan(short + 20);
    expect(wide - short).toBeGreaterThan(2.5 * (narrow - short));
  });

  test('of nothing is refused', () => {
    expect(() => pictureOf(parse('X:1\nK:C\n'))).toThrow(/no notes/);
  });
});

describe('a sound', () => {
  interface Heard {
    readonly rate: number;
    readonly channels: readonly [Float32Array, Float32Array];
  }
  const render = (music: string, instrument = 'organ'): Heard => {
    const bytes = Buffer.from(soundOf(parse(HEADER + music).score, instrument, join(root, 'media/sound')));
    expect(bytes.toString('latin1', 0, 4)).toBe('RIFF');
    expect(bytes.readUInt32LE(40)).toBe(bytes.length - 44);
    const channel = (i: number) =>
      Float32Array.from(
        { length: (bytes.length - 44) / 4 },
        (_, k) => bytes.readInt16LE(44 + 4 * k + 2 * i) / 32_768,
      );
    return { rate: bytes.readUInt32LE(24), channels: [channel(0), channel(1)] };
  };
  /** One voice, the others silent: letters and the MIDI numbers they stand for, a second each. */
  const LINES = {
    S: ['c ^f g a', [72, 78, 79, 81]],
    A: ['F A _B d', [65, 69, 70, 74]],
    T: ['C E, G, B,', [60, 52, 55, 59]],
    B: ['C, F,, G,, D,', [48, 41, 43, 50]],
  } as const;

  test.each(['choir', 'organ', 'piano'])('%s: every note of every voice sounds its pitch', (instrument) => {
    for (const [voice, [letters, pitches]] of Object.entries(LINES)) {
      const { rate, channels } = render(`[V:${voice}] ${letters} |]\n`, instrument);
      expect(channels[0].length / rate).toBeCloseTo(4.5, 1);
      pitches.forEach((pitch, i) => {
        const [from, length] = [Math.round((i + 0.15) * rate), Math.round(0.4 * rate)];
        const found = nearestPitch(channels[0], rate, from, length, pitch, 5);
        expect(Math.abs(found - pitch), `${voice} ${i} sounds ${found}`).toBeLessThan(0.35);
        const powerAt = (midi: number) =>
          [1, 2, 3, 4, 5].reduce(
            (sum, h) => sum + power(channels[0], rate, from, length, h * hertz(midi)),
            0,
          );
        for (const beside of [-2, -1, 1, 2])
          expect(powerAt(pitch)).toBeGreaterThan(4 * powerAt(pitch + beside));
      });
    }
  });

  test('holds a tie, plays a repeat twice, puts the soprano left and the bass right, and clips nothing', () => {
    const second = (channel: Float32Array, rate: number, at: number) =>
      loudness(channel, Math.round((at + 0.4) * rate), Math.round(0.2 * rate));
    const tied = render('[V:S] c4- | c4 |]\n');
    expect(second(tied.channels[0], tied.rate, 7)).toBeGreaterThan(
      0.4 * second(tied.channels[0], tied.rate, 1),
    );
    expect(second(tied.channels[0], tied.rate, 0)).toBeGreaterThan(
      1.2 * second(tied.channels[1], tied.rate, 0),
    );
    const repeated = render('[V:B] |: C,4 :|\n');
    expect(repeated.channels[0].length / repeated.rate).toBeCloseTo(8.5, 1);
    expect(second(repeated.channels[1], repeated.rate, 5)).toBeGreaterThan(
      1.2 * second(repeated.channels[0], repeated.rate, 5),
    );
    const full = render('[V:S] c4 |]\n[V:A] G4 |]\n[V:T] E4 |]\n[V:B] C,4 |]\n', 'organ');
    const most = Math.max(
      ...full.channels.map((channel) => channel.reduce((a, b) => Math.max(a, Math.abs(b)), 0)),
    );
    expect(most).toBeGreaterThan(0.05);
    expect(most).toBeLessThan(0.98);
  });

  test('has no end of patience', () => {
    expect(() => render(`[V:S] ${'c4 | '.repeat(600)}\n`)).toThrow(/40 minutes, of 30 at most/);
  });
});
