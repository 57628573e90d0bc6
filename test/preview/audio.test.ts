// What the panel's own graph plays, rendered without anybody listening and listened to here: pitches and onsets.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { perform } from '../../media/preview/timeline.ts';
import type { Reading } from '../../src/extension/preview/messages.ts';
import { parse } from '../../src/language/read/parse.ts';
import { readingOf } from '../../src/language/write/sheet.ts';
import { hertz, loudness, pitchOf, power } from './listen.ts';
import { piece } from './piece.ts';
import { noStage, type Panel, Stage } from './stage.ts';

interface Heard {
  readonly rate: number;
  /** Both channels together. */
  readonly signal: Float32Array;
}

/** A 16-bit stereo WAV in base64. */
function decode(content: string): Heard {
  const bytes = Buffer.from(content, 'base64');
  expect(bytes.toString('latin1', 0, 4)).toBe('RIFF');
  expect(bytes.readUInt16LE(22)).toBe(2);
  const frames = (bytes.length - 44) / 4;
  const signal = new Float32Array(frames);
  for (let i = 0; i < frames; i++)
    signal[i] = (bytes.readInt16LE(44 + 4 * i) + bytes.readInt16LE(46 + 4 * i)) / 65_536;
  return { rate: bytes.readUInt32LE(24), signal };
}

/** Where the sound grows most within a stretch, in seconds. */
function riseIn({ signal, rate }: Heard, from: number, to: number): number {
  const frame = Math.round(0.02 * rate);
  let best = { at: from, growth: -Infinity };
  for (let at = from; at < to; at += 0.004) {
    const i = Math.round(at * rate);
    const growth = loudness(signal, i, frame) - loudness(signal, Math.max(0, i - frame), frame);
    if (growth > best.growth) best = { at, growth };
  }
  return best.at;
}

describe.skipIf(noStage)('the sound', { timeout: 180_000 }, () => {
  let stage: Stage;
  let panel: Panel;
  beforeAll(async () => {
    stage = await Stage.open();
    panel = await stage.panel();
  }, 120_000);
  afterAll(async () => {
    const { strangers, complaints } = panel;
    await stage.close();
    expect({ strangers, complaints }).toEqual({ strangers: [], complaints: [] });
  });

  const rendered = async (): Promise<Heard> => {
    const before = (await panel.posted()).length;
    await panel.send({ type: 'export', kind: 'wav' });
    return decode((await panel.heard('exported', before)).content);
  };
  const set = async (voice: string, verb: 'Solo' | 'Mute', on: boolean): Promise<void> => {
    const button = panel.page.getByRole('button', { name: `${verb} ${voice}` });
    if ((await button.getAttribute('aria-pressed')) !== String(on)) await button.click();
  };
  const wish = { from: 0, speed: 1, repeats: true, countIn: false };
  /** With a fermata in the soprano alone, and a tie in the bass. */
  const held = (): Reading => {
    const { reading } = piece({ bars: 2 });
    const { beat } = reading.sheet.bars[0]!;
    const notes = reading.sheet.notes.map((note) => ({
      ...note,
      fermata: note.voice === 0 && note.onset === 3 * beat,
    }));
    return { ...reading, sheet: { ...reading.sheet, notes } };
  };

  test.each(['choir', 'organ', 'piano'] as const)(
    '%s: every note of every voice sounds its pitch',
    async (instrument) => {
      const reading = held();
      await panel.show(reading);
      await panel.page.getByRole('combobox', { name: 'Sound' }).selectOption(instrument);
      if (!(await panel.page.locator('.mixer').isVisible()))
        await panel.page.getByRole('button', { name: 'Mixer' }).click();
      const { sounds } = perform(reading.sheet, { ...wish, to: reading.sheet.length });
      for (const [voice, name] of ['Soprano', 'Alto', 'Tenor', 'Bass'].entries()) {
        await set(name, 'Solo', true);
        const heard = await rendered();
        await set(name, 'Solo', false);
        for (const sound of sounds.filter((s) => s.voice === voice)) {
          // A little after the attack, well before the end.
          const from = Math.round((sound.at + 0.12) * heard.rate);
          const pitch = pitchOf(heard.signal, heard.rate, from, Math.round(0.3 * heard.rate), [
            sound.pitch - 6,
            sound.pitch + 6,
          ]);
          expect(pitch, `${name} at ${sound.at.toFixed(2)} s`).toBe(sound.pitch);
        }
      }
    },
  );

  test('notes begin when they should, also after a fermata that only one voice has', async () => {
    const reading = held();
    await panel.show(reading);
    await panel.page.getByRole('combobox', { name: 'Sound' }).selectOption('piano');
    await set('Bass', 'Solo', true);
    const heard = await rendered();
    await set('Bass', 'Solo', false);
    const bass = perform(reading.sheet, { ...wish, to: reading.sheet.length }).sounds.filter(
      (s) => s.voice === 3,
    );
    expect(bass[4]!.at).toBeCloseTo(2.4);
    for (const { at } of bass.slice(1))
      expect(Math.abs(riseIn(heard, at - 0.15, at + 0.15) - at)).toBeLessThan(0.035);
  });

  test('a grace note is heard before its note', async () => {
    const text = 'X:1\nM:4/4\nL:1/4\nQ:1/4=60\nV:S\nK:C\n[V:S] {g}c2 {f}a2|\n';
    await panel.show(readingOf(parse(text)));
    await panel.page.getByRole('combobox', { name: 'Sound' }).selectOption('organ');
    const { signal, rate } = await rendered();
    /** How much stronger one pitch is than another in a stretch of seconds. */
    const ratio = (one: number, other: number, from: number, to: number): number => {
      const of = (midi: number): number =>
        power(signal, rate, Math.round(from * rate), Math.round((to - from) * rate), hertz(midi));
      return of(one) / of(other);
    };
    expect(ratio(79, 72, 0.02, 0.11)).toBeGreaterThan(2);
    expect(ratio(72, 79, 0.25, 0.5)).toBeGreaterThan(2);
    expect(ratio(77, 81, 2.02, 2.11)).toBeGreaterThan(2);
    expect(ratio(81, 77, 2.25, 2.5)).toBeGreaterThan(2);
  });

  test('sustained sounds go on as long as the note', async () => {
    const { reading } = piece({ bars: 2 });
    const notes = reading.sheet.notes
      .filter((note) => note.onset === 0)
      .map((note) => ({ ...note, duration: reading.sheet.length }));
    await panel.show({ ...reading, sheet: { ...reading.sheet, notes } });
    for (const instrument of ['choir', 'organ'] as const) {
      await panel.page.getByRole('combobox', { name: 'Sound' }).selectOption(instrument);
      const { signal, rate } = await rendered();
      const parts = [0.5, 1.5, 2.5, 3.5].map((at) =>
        loudness(signal, Math.round(at * rate), Math.round(0.3 * rate)),
      );
      expect(Math.min(...parts)).toBeGreaterThan(0.4 * Math.max(...parts));
      expect(loudness(signal, Math.round(4.4 * rate), Math.round(0.05 * rate))).toBeLessThan(
        0.1 * Math.max(...parts),
      );
    }
  });

  test('muted voices are silent, and nothing clips', async () => {
    await panel.show(piece({ bars: 2 }).reading);
    const all = await rendered();
    expect(loudness(all.signal, 0, all.signal.length)).toBeGreaterThan(0.02);
    expect(all.signal.reduce((most, value) => Math.max(most, Math.abs(value)), 0)).toBeLessThan(0.98);
    for (const name of ['Soprano', 'Alto', 'Tenor', 'Bass']) await set(name, 'Mute', true);
    const none = await rendered();
    expect(loudness(none.signal, 0, none.signal.length)).toBe(0);
    for (const name of ['Soprano', 'Alto', 'Tenor', 'Bass']) await set(name, 'Mute', false);
  });
});
