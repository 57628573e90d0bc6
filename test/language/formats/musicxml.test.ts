import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { midi } from '../../../src/language/pitch.ts';
import { ReadFailure } from '../../../src/language/read/foreign.ts';
import { readMusicXml } from '../../../src/language/read/musicxml.ts';
import { parse } from '../../../src/language/read/parse.ts';
import type { Score } from '../../../src/language/score.ts';
import { TICKS_PER_QUARTER } from '../../../src/language/time.ts';
import { writeAbc } from '../../../src/language/write/abc.ts';
import { toMusicXml, toMxl } from '../../../src/language/write/musicxml.ts';
import { cases } from '../../effort.ts';
import { content } from './content.ts';
import { hasData, hymns } from './corpus.ts';

// Real music and many random cases take a while on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const again = (score: Score): Score => readMusicXml(bytes(toMusicXml(score).content)).score;

const TEXT = `X:1
T:Fünf & <vier>
C:Anon.
M:3/4
L:1/4
Q:1/4=72
V:S
V:A
V:T
V:B
K:F#m
[V:S] "F#m"f |: (e/d/) c !fermata!B- | B3 |1 (3ABc d2 :|2 !trill!A3 || [K:A][M:4/4] "E7/G#"e4 | a5/2g3/2 |]
w: Lau- da_ te Do- mi- num om- nes gen- tes, lau- da te
[V:A] c |: c2 F | z3 |1 F3 :|2 F3 || [K:A][M:4/4] G4 | {B}A4 |]
[V:T] A, |: A,2 =G, | [F,A,]3 |1 ^B,3 :|2 C3 || [K:A][M:4/4] B,4 | A,4 |]
[V:B] F, |: F,,2 ^E,, | D,,3 |1 D,3 :|2 F,,3 || [K:A][M:4/4] E,4 | A,,4 |]
`;

describe('MusicXML', () => {
  const { score } = parse(TEXT);

  it('carries a piece there and back', () => {
    const back = again(score);
    expect(back.title).toBe('Fünf & <vier>');
    expect(back.composer).toBe('Anon.');
    expect(back.tempos).toEqual(score.tempos);
    const two = parse(TEXT.replace('a5/2g3/2', 'a2-a/g/-g')).score;
    expect(content(again(two))).toEqual(content(two));
  });

  it('cuts lengths that no head can show into tied notes', () => {
    const last = again(score).parts[0].events.slice(-3);
    expect(last.map(({ duration, tied }) => [duration / TICKS_PER_QUARTER, tied])).toEqual([
      [2, true],
      [0.5, false],
      [1.5, false],
    ]);
  });

  it('is the same zipped', () => {
    expect(content(readMusicXml(toMxl(score).content).score)).toEqual(content(again(score)));
  });

  it('is zipped into the same bytes today and tomorrow', () => {
    const zipped = (day: string) => {
      vi.setSystemTime(day);
      return toMxl(parse(TEXT).score).content;
    };
    vi.useFakeTimers();
    expect(zipped('2031-05-06T07:08:09')).toEqual(zipped('2026-11-22T23:00:00'));
    vi.useRealTimers();
  });

  it('names what it leaves out', () => {
    expect(toMusicXml(parse('X:1\nM:4/4\nK:C exp ^f\n[V:S] !roll!?G2 ?[DF]2 |]\n').score).losses).toEqual([
      'open and pinned marks',
      'candidate pitches of open notes',
      'decorations (roll)',
      'key signatures with accidentals of their own',
    ]);
  });

  it('becomes a text that says the same', () => {
    const imported = again(parse(TEXT.replace('a5/2g3/2', 'a2-a/g/-g')).score);
    const text = writeAbc(imported, { dialect: 'satb' }).content;
    const read = parse(text);
    expect(read.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(content(read.score)).toEqual(content(imported));
  });

  it.skipIf(!hasData('abc'))(
    'carries real hymns (skipped without them)',
    () => {
      for (const { name, text: source } of hymns()) {
        const hymn = parse(source).score;
        const sound = (of: Score) =>
          of.parts.map(({ events }) =>
            events.map((e) => [e.onset, e.duration, e.pitches.map(midi), e.tied, e.fermata]),
          );
        expect(sound(again(hymn)), name).toEqual(sound(hymn));
      }
    },
    60_000,
  );
});

const measure = (attributes: string, notes: string): Uint8Array =>
  bytes(
    `<score-partwise><part-list><score-part id="P1"><part-name>Organ</part-name></score-part></part-list><part id="P1"><measure number="1"><attributes><divisions>1</divisions><time><beats>4</beats><beat-type>4</beat-type></time>${attributes}</attributes>${notes}</measure></part></score-partwise>`,
  );
const note = (step: string, octave: number, rest = ''): string =>
  `<note>${rest}<pitch><step>${step}</step><octave>${octave}</octave></pitch><duration>4</duration>`;
const voices = (data: Uint8Array): string[] =>
  readMusicXml(data).score.parts.map(({ events }) =>
    events
      .map((e) => (e.pitches.length > 0 ? e.pitches.map(midi).join('+') : e.state === 'open' ? '?' : 'z'))
      .join(' '),
  );

describe('the voices of foreign MusicXML', () => {
  const end = '</note>';
  it('are found on two staves with two voices each', () => {
    const one = (step: string, octave: number, voice: number, staff: number): string =>
      `${note(step, octave)}<voice>${voice}</voice><staff>${staff}</staff>${end}`;
    const back = '<backup><duration>4</duration></backup>';
    const notes = [one('C', 5, 1, 1), one('G', 4, 2, 1), one('E', 4, 5, 2), one('C', 3, 6, 2)].join(back);
    expect(voices(measure('<staves>2</staves>', notes))).toEqual(['72', '67', '64', '48']);
  });

  it('are split from chords, top first', () => {
    const chord =
      note('C', 3) +
      end +
      note('E', 4, '<chord/>') +
      end +
      note('G', 4, '<chord/>') +
      end +
      note('C', 5, '<chord/>') +
      end;
    expect(voices(measure('', chord))).toEqual(['72', '67', '64', '48']);
  });

  it('stay open where a chord has too few notes', () => {
    const chord = note('C', 3) + end + note('G', 4, '<chord/>') + end + note('C', 5, '<chord/>') + end;
    expect(voices(measure('', chord))).toEqual(['72', '67', '?', '48']);
  });

  it('are one for a melody', () =>
    expect(voices(measure('', note('C', 5) + end))).toEqual(['72', '', '', '']));
});

describe('MusicXML that is none', () => {
  it.each([
    ['an empty file', bytes('')],
    ['text', bytes('X:1\nK:C\n')],
    [
      'entities',
      bytes('<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><score-partwise>&b;</score-partwise>'),
    ],
    ['an empty score', bytes('<score-partwise></score-partwise>')],
    ['a score by time', bytes('<score-timewise></score-timewise>')],
    ['a damaged zip', Uint8Array.of(80, 75, 3, 4, 0, 0, 0, 0)],
    ['a zip that claims to unpack to gigabytes', bomb(0xfffffff0)],
    ['a zip that unpacks to thousands of times its size', bomb(30_000_000)],
  ])('%s is refused with a message', (_, data) => {
    expect(() => readMusicXml(data)).toThrow(ReadFailure);
  });

  it.each(['<octave>99</octave>', '<alter>2147483648</alter><octave>4</octave>'])(
    'refuses a pitch that nobody means: %s',
    (pitch) => {
      const good = toMusicXml(parse(TEXT).score).content;
      const odd = good.replace(
        /(<step>\w<\/step>)(?:\s*<alter>.*?<\/alter>)?\s*<octave>\d<\/octave>/,
        `$1${pitch}`,
      );
      expect(odd).not.toBe(good);
      expect(() => readMusicXml(bytes(odd))).toThrow(ReadFailure);
    },
  );

  it('never breaks in another way', () => {
    const good = bytes(toMusicXml(parse(TEXT).score).content);
    const zipped = toMxl(parse(TEXT).score).content;
    const damage = fc.array(
      fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 255 })),
      {
        minLength: 1,
        maxLength: 20,
      },
    );
    fc.assert(
      fc.property(fc.boolean(), damage, (zip, changes) => {
        const data = (zip ? zipped : good).slice();
        for (const [place, value] of changes) data[Math.floor(place * (data.length - 1))] = value;
        try {
          readMusicXml(data);
        } catch (error) {
          expect(error).toBeInstanceOf(ReadFailure);
        }
      }),
      { numRuns: cases(60) },
    );
  });
});

/** A zip whose table of contents promises so many bytes. */
function bomb(size: number): Uint8Array {
  const data = toMxl(parse(TEXT).score).content.slice();
  const view = new DataView(data.buffer);
  for (let at = 0; at + 46 < data.length; at++) {
    if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, size, true);
  }
  return data;
}
