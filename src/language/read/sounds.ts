// Written pitches -> what they sound, by key, accidentals in the bar, ties, clef and transposition. Knows one voice
// and no time beyond the bar line.

import { type Key, type Letter, midi, type Pitch } from '../pitch.ts';
import { readPitch, transposed } from './fields.ts';
import type { WrittenPitch } from './grammar.ts';

export const NO_PITCHES: readonly Pitch[] = [];
const UNREADABLE = { letter: 0, alter: null, octave: 4 } as const;

/** How far an accidental reaches in its bar (`%%propagate-accidentals`; ABC 2.1: all octaves, `pitch`). */
export type Reach = 'pitch' | 'octave' | 'not';

/** A pitch as written, and what it has sounded so far by accidental, octave and transposition. */
interface Spelling {
  readonly letter: Letter;
  readonly alter: number | null;
  readonly octave: number;
  readonly sounds: Map<number, readonly Pitch[]>;
}

/** The pitches of a tune, each made once: equal sounds are the same list. */
export type Spellings = Map<string, Spelling>;

/** What one voice makes of written pitches. */
export class Sounds {
  reach: Reach = 'pitch';
  octave = 0;
  transpose = 0;
  /** The pitches a tie holds over into the next event. */
  held: readonly Pitch[] = NO_PITCHES;
  private readonly accidentals = new Map<number, number>();
  private readonly spellings: Spellings;

  constructor(
    spellings: Spellings,
    public key: Key,
  ) {
    this.spellings = spellings;
  }

  /** A bar line, or a new key: accidentals are over. */
  forget(): void {
    this.accidentals.clear();
  }

  /** What an event sounds, low to high, unisons once. */
  of(written: readonly WrittenPitch[], grace: boolean): readonly Pitch[] {
    const [first] = written;
    if (!first) return NO_PITCHES;
    if (written.length === 1) return this.one(first.text, grace);
    const pitches: Pitch[] = [];
    for (const { text } of written) {
      const [pitch] = this.one(text, grace);
      if (pitch && !pitches.some((other) => same(other, pitch))) pitches.push(pitch);
    }
    return pitches.sort((a, b) => midi(a) - midi(b));
  }

  private one(text: string, grace: boolean): readonly Pitch[] {
    const spelling = this.spellings.get(text) ?? this.learn(text);
    const { letter } = spelling;
    const octave = spelling.octave + this.octave;
    const place = this.reach === 'octave' ? letter + 7 * (octave + 20) : letter;
    let { alter } = spelling;
    if (alter === null) {
      const held = grace ? undefined : this.heldAlter(letter, octave);
      alter = held ?? this.accidentals.get(place) ?? this.key.signature[letter];
    } else if (this.reach !== 'not') this.accidentals.set(place, alter);
    const how = (alter + 8) * 4096 + (this.octave + 16) * 128 + this.transpose + 64;
    let sound = spelling.sounds.get(how);
    if (!sound) {
      sound = [transposed({ letter, alter, octave }, this.transpose)];
      spelling.sounds.set(how, sound);
    }
    return sound;
  }

  private learn(text: string): Spelling {
    const spelling = { ...(readPitch(text) ?? UNREADABLE), sounds: new Map<number, readonly Pitch[]>() };
    this.spellings.set(text, spelling);
    return spelling;
  }

  /** A note tied to the one before keeps its accidental, over the bar line too (a transposed voice spells anew). */
  private heldAlter(letter: Letter, octave: number): number | undefined {
    if (this.held.length === 0 || this.transpose !== 0) return undefined;
    return this.held.find((pitch) => pitch.letter === letter && pitch.octave === octave)?.alter;
  }
}

export const same = (a: Pitch, b: Pitch): boolean =>
  a.letter === b.letter && a.alter === b.alter && a.octave === b.octave;
