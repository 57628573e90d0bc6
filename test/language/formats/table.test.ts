// The table of formats: every reader reads what every writer wrote, and says what is lost.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { convert, decode, FORMATS, formatNamed, formatOf } from '../../../src/language/formats.ts';
import { midi } from '../../../src/language/pitch.ts';
import { parse } from '../../../src/language/read/parse.ts';
import type { Score } from '../../../src/language/score.ts';
import { spread } from '../../effort.ts';

const examples = join(import.meta.dirname, '../../../examples');
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const FULL =
  'X:1\nT:Tune\nM:4/4\nL:1/4\nV:S\nV:A\nV:T clef=bass\nV:B clef=bass\nK:G\n' +
  '[V:S] G A B c | d4 |]\n[V:A] D F G G | F4 |]\n[V:T] B, D D E | A,4 |]\n[V:B] G, D, G, C, | D,4 |]\n';

/** Sounding pitches of each voice, with ties as one. */
const sung = ({ parts }: Score): number[][] =>
  parts.map(({ events }) =>
    events.flatMap(({ pitches, continues }) => (continues ? [] : pitches.map((pitch) => midi(pitch)))),
  );

describe('formats', () => {
  it('are known by their extensions', () => {
    for (const format of FORMATS)
      for (const extension of format.extensions)
        expect(formatOf(`a.b/c.${extension.toUpperCase()}`)).toBe(format);
    expect(formatOf('mid')).toBeNull();
    expect(formatOf('a.midi/b')).toBeNull();
    expect(new Set(FORMATS.flatMap(({ extensions }) => extensions)).size).toBe(7);
  });

  const pairs = FORMATS.flatMap((from) => FORMATS.map((to) => [from.name, to.name] as const));
  it.each(pairs)('%s becomes %s with the same notes', (fromName, toName) => {
    const from = formatNamed(fromName);
    const to = formatNamed(toName);
    const given = from.write(parse(FULL).score).content;
    const { content } = convert(given, from, to);
    expect(sung(to.read(content).score)).toEqual(sung(parse(FULL).score));
  });

  it('keep a text as it is where the target is a text with open notes', () => {
    const bytes = bytesOf(`${FULL}% odd   bytes\r\n`);
    expect(convert(bytes, formatNamed('abc'), formatNamed('satb')).content).toEqual(bytes);
  });

  it('name what a target cannot carry', () => {
    const text = readFileSync(join(examples, 'amazing-grace.satb'));
    const { losses } = convert(text, formatNamed('satb'), formatNamed('midi'));
    expect(losses).toContain('lyrics');
    expect(losses).toContain('open and pinned marks');
    expect(new Set(losses).size).toBe(losses.length);
  });

  it.each(spread(readdirSync(examples), 4))('%s goes into every format', (name) => {
    const from = formatOf(name)!;
    for (const to of FORMATS) {
      const { content } = convert(readFileSync(join(examples, name)), from, to);
      expect(content.length).toBeGreaterThan(50);
    }
  });

  it.each(FORMATS.map(({ name }) => name))('%s says so when bytes are none of it', (name) => {
    for (const bytes of [
      new Uint8Array(),
      bytesOf('\n% nothing\n'),
      Uint8Array.from([0, 1, 2, 255, 254, 0]),
    ]) {
      expect(() => formatNamed(name).read(bytes)).toThrow(expect.objectContaining({ name: 'ReadFailure' }));
    }
  });

  it('read old files that are not UTF-8', () => {
    expect(decode(Uint8Array.from([0x54, 0x3a, 0xe9]))).toBe('T:é');
    expect(decode(bytesOf('T:é'))).toBe('T:é');
  });
});
