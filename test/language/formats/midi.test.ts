import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { MidiFile } from '../../../src/language/midifile.ts';
import { parse } from '../../../src/language/read/parse.ts';
import { toMidi, writeMidi } from '../../../src/language/write/midi.ts';
import { piece } from '../analyse/piece.ts';
import { hasData, hymns } from './corpus.ts';

// Real music and many random cases take a while on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const score = parse(
  'X:1\nT:Übung\nM:3/4\nL:1/4\nQ:1/4=72\nK:F# minor\nV:S\nV:A\nV:T\nV:B\n' +
    '[V:S] f2 !fermata!g | a3- | a3 |]\n[V:A] c2 c | c3 | c3 |]\n[V:T] A2 G | F3 | F3 |]\n[V:B] F,2 C, | F,3 | F,3 |]\n',
).score;
const file = new MidiFile(writeMidi(score));

describe('a MIDI file', () => {
  it('has four named tracks on four channels', () => {
    expect(file.tracks.map((t) => `${t.name} ${t.channel} ${t.instrument.number}`)).toEqual([
      'Soprano 0 52',
      'Alto 1 52',
      'Tenor 2 52',
      'Bass 3 52',
    ]);
  });

  it('has title, tempo, metre and key', () => {
    const bytes = Uint8Array.from(file.name, (sign) => sign.charCodeAt(0));
    expect(new TextDecoder().decode(bytes)).toBe('Übung');
    expect(file.header.ppq).toBe(480);
    expect(file.header.tempos.map(({ ticks, bpm }) => [ticks, Math.round(bpm)])).toEqual([[0, 72]]);
    expect(file.header.timeSignatures.map((t) => t.timeSignature)).toEqual([[3, 4]]);
    expect(file.header.keySignatures).toEqual([{ ticks: 0, key: 'A', scale: 'minor' }]);
  });

  it('merges ties and does not stretch a fermata', () => {
    const soprano = file.tracks[0]!.notes.map((n) => [n.midi, n.ticks, n.durationTicks]);
    expect(soprano).toEqual([
      [78, 0, 960],
      [80, 960, 480],
      [81, 1440, 2880],
    ]);
  });

  it('slows all voices under a fermata when asked', () => {
    const { tempos } = new MidiFile(writeMidi(score, { fermata: 2 })).header;
    expect(tempos.map(({ ticks, bpm }) => [ticks, Math.round(bpm)])).toEqual([
      [0, 72],
      [960, 36],
      [1440, 72],
    ]);
  });

  it('names what it leaves out', () => {
    expect(toMidi(score).losses).toEqual(['fermatas']);
    expect(toMidi(piece({ voices: ['C4'] })).losses).toEqual([]);
  });
});

/** Each track that sounds, as `onset:pitch` with the onset in sixteenths of a quarter. */
function heard(bytes: Uint8Array): string[][] {
  const midi = new MidiFile(bytes);
  return midi.tracks
    .filter((track) => track.notes.length > 0)
    .map((track) =>
      track.notes
        .map((note) => [Math.round((16 * note.ticks) / midi.header.ppq), note.midi] as const)
        .sort((a, b) => a[0] - b[0] || a[1] - b[1])
        .map(([at, pitch]) => `${at}:${pitch}`),
    );
}

const hasAbc2midi = spawnSync('abc2midi', ['-ver']).error === undefined;

describe.skipIf(!hasAbc2midi || !hasData('abc'))(
  'beside abc2midi (skipped without it, or without the hymns)',
  () => {
    let folder = '';
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'cantus-midi-'));
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it('every fourth hymn sounds the same, note for note in four voices', () => {
      for (const { name, text: source } of hymns()) {
        // abc2midi stretches a fermata in the one voice that has it; nobody else does.
        const text = source.replace(/!fermata!/g, '');
        const [tune, target] = [join(folder, 'tune.abc'), join(folder, 'tune.mid')];
        writeFileSync(tune, text, 'latin1');
        execFileSync('abc2midi', [tune, '-o', target], { stdio: 'ignore' });
        expect(heard(writeMidi(parse(text).score)), name).toEqual(heard(readFileSync(target)));
      }
    });
  },
);
