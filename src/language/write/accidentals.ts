// Which notes of a bar need an accidental in front, so that every reader hears the pitch that is meant and the
// notes that stand keep theirs. One voice, one bar; knows nothing of rhythm or of how pitches are chosen.

import type { Key, Letter, Pitch } from '../pitch.ts';
import { type WrittenPitch, writeAccidental } from './token.ts';

/** A note that stands in the text: what is written, and what it sounds. */
export interface Standing {
  readonly kind: 'standing';
  readonly written: readonly WrittenPitch[];
  /** What the text meant before any edit, in the order of `written`. */
  readonly sounds: readonly (Pitch | undefined)[];
  /** Held over from the note before: what is held does not depend on the bar, other notes of a chord do. */
  readonly continues: boolean;
}

type Sounds = Standing['sounds'];

/** An open note as it was in the text (`?^F2` sets an accidental for readers that ignore the `?`). */
export interface Replaced {
  readonly kind: 'replaced';
  readonly written: readonly WrittenPitch[];
}

/** The spellings that will do for a note to be written, the best first. */
export type Options = readonly [Pitch, ...Pitch[]];

/** A note to be written. Tied ones share their options and take one spelling. */
export interface Fresh {
  readonly kind: 'fresh';
  readonly options: Options;
}

export type Slot = Standing | Replaced | Fresh;

/** The accidental in front of a fresh note, or one that a standing note now needs. */
export type Verdict =
  | { readonly kind: 'fresh'; readonly pitch: Pitch; readonly accidental: string }
  /** For each written pitch of the standing note, in order: the accidental to be added, or ''. */
  | { readonly kind: 'standing'; readonly accidentals: readonly string[] }
  | { readonly kind: 'replaced' };

/** What an accidental in a bar holds for. Readers differ on other octaves: a fresh note is safe with both. */
interface Memory {
  readonly everywhere: Map<Letter, number>;
  readonly octave: Map<string, number>;
}

const remember = (memory: Memory, letter: Letter, octave: number, alter: number): void => {
  memory.everywhere.set(letter, alter);
  memory.octave.set(`${letter}${octave}`, alter);
};

const newMemory = (): Memory => ({ everywhere: new Map(), octave: new Map() });

type Reading = (memory: Memory, letter: Letter, octave: number) => number;

/** `%%propagate-accidentals`: what an accidental holds for until the bar line. */
export type Propagation = 'pitch' | 'octave' | 'not';

const readers = (key: Key): Record<Propagation, Reading> => ({
  pitch: (memory, letter) => memory.everywhere.get(letter) ?? key.signature[letter],
  octave: (memory, letter, octave) => memory.octave.get(`${letter}${octave}`) ?? key.signature[letter],
  not: (_, letter) => key.signature[letter],
});

/** Whether an accidental here would change a standing note further on in the bar. */
function harms(rest: readonly Slot[], { letter, alter, octave }: Pitch, wide: boolean): boolean {
  for (const slot of rest) {
    if (slot.kind !== 'standing') continue;
    for (const [i, written] of slot.written.entries()) {
      if (written.letter !== letter || (!wide && written.octave !== octave)) continue;
      if (written.alter !== null) return false;
      const held = slot.continues && slot.written.length === 1;
      if (!held && slot.sounds[i]?.alter !== alter) return true;
    }
  }
  return false;
}

/**
 * Goes through the slots of one bar of one voice, in the order of the text.
 *
 * A fresh note takes its first spelling that needs no accidental or whose accidental changes no standing note
 * after it (in any octave, or in its own where the text says so); when there is none, its first spelling, and the standing
 * note gets the accidental that keeps its pitch. So does a standing note that lived on the accidental of a
 * replaced one.
 * @param settled spellings taken so far, in earlier bars too; the new ones are added
 */
export function writeAccidentals(
  key: Key,
  slots: readonly Slot[],
  propagation: Propagation,
  settled: Map<Options, Pitch>,
): Verdict[] {
  const readings = readers(key);
  const reads = readings[propagation];
  const asked = [readings.pitch, readings.octave, reads];
  const before = newMemory();
  const after = newMemory();

  const needed = ({ letter, alter, octave }: Pitch): boolean =>
    asked.some((reading) => reading(after, letter, octave) !== alter);

  const writeFresh = ({ options }: Fresh, rest: readonly Slot[]): Verdict & { kind: 'fresh' } => {
    const safe = (wide: boolean) => (pitch: Pitch) => !needed(pitch) || !harms(rest, pitch, wide);
    const narrowly = propagation === 'pitch' ? undefined : options.find(safe(false));
    const pitch = settled.get(options) ?? options.find(safe(true)) ?? narrowly ?? options[0];
    settled.set(options, pitch);
    if (!needed(pitch)) return { kind: 'fresh', pitch, accidental: '' };
    remember(after, pitch.letter, pitch.octave, pitch.alter);
    return { kind: 'fresh', pitch, accidental: writeAccidental(pitch.alter) };
  };

  const keepStanding = (slot: Standing, last: Sounds): Verdict => {
    const isHeld = ({ letter, octave }: WrittenPitch): boolean =>
      slot.continues &&
      (slot.written.length === 1 ||
        last.some((pitch) => pitch?.letter === letter && pitch.octave === octave));
    const accidentals = slot.written.map((written, i) => {
      const { letter, octave, alter } = written;
      if (alter !== null) {
        remember(before, letter, octave, alter);
        remember(after, letter, octave, alter);
        return '';
      }
      const meant = slot.sounds[i]?.alter;
      const changed = reads(before, letter, octave) === meant && reads(after, letter, octave) !== meant;
      if (isHeld(written) || meant === undefined || !changed) return '';
      remember(after, letter, octave, meant);
      return writeAccidental(meant);
    });
    return { kind: 'standing', accidentals };
  };

  let last: Sounds = [];
  return slots.map((slot, i) => {
    if (slot.kind === 'replaced') {
      for (const { letter, octave, alter } of slot.written)
        if (alter !== null) remember(before, letter, octave, alter);
      return { kind: 'replaced' };
    }
    if (slot.kind === 'fresh') {
      const verdict = writeFresh(slot, slots.slice(i + 1));
      last = [verdict.pitch];
      return verdict;
    }
    const verdict = keepStanding(slot, last);
    last = slot.sounds;
    return verdict;
  });
}
