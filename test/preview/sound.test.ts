import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Bank } from '../../media/preview/bank.ts';
import { hertz, nearestPitch, pcm, power } from './listen.ts';

const folder = join(import.meta.dirname, '../../media/sound');
const bank = JSON.parse(readFileSync(join(folder, 'bank.json'), 'utf8')) as Bank;

/** Power of the first five harmonics. */
const harmonics = (signal: Float32Array, from: number, pitch: number): number =>
  [1, 2, 3, 4, 5].reduce((sum, h) => sum + power(signal, bank.rate, from, 7000, h * hertz(pitch)), 0);

describe('the committed sounds', () => {
  test('are small and carry the notice of the bank they come from', () => {
    const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    expect(bytes).toBeLessThan(4e6);
    expect(readFileSync(join(folder, 'NOTICE'), 'utf8')).toContain('Frank Wen');
  });

  for (const [name, instrument] of Object.entries(bank.instruments)) {
    const signal = pcm(readFileSync(join(folder, instrument.file)));
    test(`${name}: each sample sounds the pitch that the bank's list says`, () => {
      for (const { pitch, start } of instrument.samples) {
        const from = start + Math.round(0.3 * bank.rate);
        const heard = nearestPitch(signal, bank.rate, from, 7000, pitch, name === 'piano' ? 2 : 5);
        expect(Math.abs(heard - pitch), `${pitch} sounds ${heard.toFixed(2)}`).toBeLessThan(0.35);
        const tone = harmonics(signal, from, pitch);
        const beside = harmonics(signal, from, pitch + 1.5);
        expect(tone, `${pitch} against its neighbour`).toBeGreaterThan(4 * beside);
      }
    });
    test(`${name}: no click where a loop closes`, () => {
      for (const { start, loopStart, loopEnd } of instrument.samples) {
        if (loopEnd === 0) continue;
        const jump = Math.abs(signal[start + loopEnd - 1]! - signal[start + loopStart - 1]!);
        expect(jump).toBeLessThan(0.02);
      }
    });
  }
});
