import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { MidiFile } from '../../../src/language/midifile.ts';
import { midi, pitchName } from '../../../src/language/pitch.ts';
import { ReadFailure } from '../../../src/language/read/foreign.ts';
import { readMidi } from '../../../src/language/read/midi.ts';
import { parse } from '../../../src/language/read/parse.ts';
import { separate } from '../../../src/language/read/separate.ts';
import type { Score } from '../../../src/language/score.ts';
import { TICKS_PER_QUARTER } from '../../../src/language/time.ts';
import { writeAbc } from '../../../src/language/write/abc.ts';
import { writeMidi } from '../../../src/language/write/midi.ts';
import { performanceOf } from '../../../src/language/write/performance.ts';
import { cases } from '../../effort.ts';
import { hasData, hymns } from './corpus.ts';

// Real music and many random cases take a while on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const HYMN = `X:1
T:Lobgesang – ä
M:3/4
L:1/4
Q:1/4=72
K:F#m
[V:S] f2 ^e | f3- | f g a |]
[V:A] c2 c | c3 | c c c |]
[V:T] A2 G | A3 | A c e |]
[V:B] F,2 C, | F,3 | F, E, A, |]
`;
const hymn = parse(HYMN).score;

const sound = (score: Score): string[] =>
  performanceOf(score).map((notes) =>
    notes
      .map((n) => `${n.at / TICKS_PER_QUARTER}+${n.duration / TICKS_PER_QUARTER}:${midi(n.pitch)}`)
      .join(' '),
  );

/** A file with these notes: [pitch, from, length] in quarters, one list a track. */
function fileOf(tracks: readonly (readonly (readonly [number, number, number])[])[]): Uint8Array {
  const file = new MidiFile();
  tracks.forEach((notes, channel) => {
    const track = file.addTrack();
    track.channel = channel;
    for (const [pitch, from, length] of notes) {
      track.addNote({ midi: pitch, ticks: Math.round(from * 480), durationTicks: Math.round(length * 480) });
    }
  });
  return file.toArray();
}

describe('a MIDI file of ours', () => {
  const { score, losses } = readMidi(writeMidi(hymn));
  it('is read as it was meant', () => {
    expect(sound(score)).toEqual(sound(hymn));
    expect(score.title).toBe('Lobgesang – ä');
    expect(score.metre).toEqual({ beats: 3, unit: 4 });
    expect(score.key).toEqual(hymn.key);
    expect(score.tempos).toEqual(hymn.tempos);
    expect(losses).toEqual([]);
  });
  it('is spelled in its key', () => {
    const names = score.parts[0].events.map(({ pitches }) => pitches.map(pitchName).join());
    expect(names).toEqual(['F#5', 'E#5', 'F#5', 'F#5', 'G#5', 'A5']);
  });
  it('becomes a text without errors', () => {
    const text = writeAbc(score, { dialect: 'satb' }).content;
    expect(parse(text).problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(sound(parse(text).score)).toEqual(sound(hymn));
  });
});

describe('a foreign MIDI file', () => {
  it('has four voices in one chordal track, held notes in their voice', () => {
    const chords = [
      [72, 0, 2],
      [67, 0, 1],
      [64, 0, 2],
      [48, 0, 2],
      [65, 1, 1],
      [71, 2, 2],
      [67, 2, 2],
      [62, 2, 2],
      [43, 2, 2],
    ] as const;
    expect(sound(readMidi(fileOf([chords])).score)).toEqual([
      '0+2:72 2+2:71',
      '0+1:67 1+1:65 2+2:67',
      '0+2:64 2+2:62',
      '0+2:48 2+2:43',
    ]);
  });
  it('has its voices in order of pitch, whatever the order of the tracks', () => {
    const { score } = readMidi(fileOf([[[48, 0, 4]], [[60, 0, 4]], [[72, 0, 4]], [[67, 0, 4]]]));
    expect(sound(score)).toEqual(['0+4:72', '0+4:67', '0+4:60', '0+4:48']);
  });
  it('is a melody when there is one line', () => {
    expect(
      sound(
        readMidi(
          fileOf([
            [
              [72, 0, 1],
              [74, 1, 3],
            ],
          ]),
        ).score,
      ),
    ).toEqual(['0+1:72 1+3:74', '', '', '']);
  });
  it('is rounded to the grid, and says so', () => {
    const { score, losses } = readMidi(
      fileOf([
        [
          [72, 0.02, 0.9],
          [74, 1.1, 0.8],
        ],
      ]),
    );
    expect(sound(score)[0]).toBe('0+1:72 1+1:74');
    expect(losses).toEqual(['timing finer than 1/16']);
  });
  it('without a key gets the one that fits', () => {
    const scale = [67, 69, 71, 72, 74, 76, 78, 79].map((pitch, i) => [pitch, i, 1] as const);
    const { score } = readMidi(fileOf([[...scale, [67, 8, 4]]]));
    expect(score.key.tonic).toEqual({ letter: 4, alter: 0 });
  });

  it.skipIf(!hasData('abc'))(
    'of a real hymn sounds the same (skipped without the hymns)',
    () => {
      for (const { name, text: source } of hymns()) {
        const { score } = parse(source);
        const single = score.parts.every(({ events }) =>
          events.every((e) => e.pitches.length < 2 && e.irregular === null),
        );
        if (single) expect(sound(readMidi(writeMidi(score)).score), name).toEqual(sound(score));
      }
    },
    60_000,
  );
});

describe('separating voices', () => {
  it('keeps every note of four-part chords, one at a time in each voice', () => {
    const chord = fc.uniqueArray(fc.integer({ min: 40, max: 80 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(chord, { minLength: 1, maxLength: 12 }), (chords) => {
        const notes = chords.flatMap((pitches, i) =>
          pitches.map((pitch) => ({ midi: pitch, from: i, to: i + 1 })),
        );
        const { voices, dropped } = separate(notes);
        expect(dropped).toBe(false);
        expect(voices.flat()).toHaveLength(notes.length);
        for (const voice of voices) {
          const times = voice.map(({ from }) => from);
          expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
        }
        chords.forEach((_, i) => {
          const now = voices.flatMap((voice) => voice.filter(({ from }) => from === i).map((n) => n.midi));
          expect(now).toEqual([...now].sort((a, b) => b - a));
        });
      }),
    );
  });
});

describe('MIDI that is none', () => {
  it.each([
    ['nothing', new Uint8Array()],
    ['text', new TextEncoder().encode('X:1\nK:C\n')],
    ['a header alone', writeMidi(hymn).slice(0, 14)],
    ['no notes', fileOf([[]])],
    ['a note after 2^27 beats', late()],
    ['a file of film frames', frames()],
  ])('%s is refused with a message', (_, bytes) => expect(() => readMidi(bytes)).toThrow(ReadFailure));

  it('never breaks in another way', () => {
    const good = writeMidi(hymn);
    const change = fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), (changes) => {
        const data = good.slice();
        for (const [at, value] of changes) data[at] = value;
        try {
          readMidi(data);
        } catch (error) {
          expect(error).toBeInstanceOf(ReadFailure);
        }
      }),
      { numRuns: cases(200) },
    );
  });
});

/** Time signature aside, one note that comes after 2^28 - 1 ticks. */
function late(): Uint8Array {
  const header = [77, 84, 104, 100, 0, 0, 0, 6, 0, 0, 0, 1, 0, 2];
  const events = [0xff, 0xff, 0xff, 0x7f, 0x90, 60, 80, 1, 0x80, 60, 0, 0, 0xff, 0x2f, 0];
  return Uint8Array.from([...header, 77, 84, 114, 107, 0, 0, 0, events.length, ...events]);
}

function frames(): Uint8Array {
  const data = writeMidi(hymn).slice();
  data[12] = 0xe8;
  data[13] = 40;
  return data;
}
