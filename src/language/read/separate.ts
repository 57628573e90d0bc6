// Notes that overlap as they like -> four lines of one note at a time. Knows only pitches and times.

import type { Tick } from '../time.ts';

/** A note as MIDI knows it. */
export interface Sounding {
  readonly midi: number;
  readonly from: Tick;
  readonly to: Tick;
}

/** Where the four voices usually lie: the first guess for a voice that has not sung yet. */
const USUAL = [69, 64, 57, 48] as const;
/** A held note should not change its voice. */
const SWITCH = 100;

/** Whether a list (in time order) never has two notes at once. */
export const isSingle = (notes: readonly Sounding[]): boolean =>
  notes.every((note, i) => {
    const next = notes[i + 1];
    return next === undefined || next.from > note.from;
  });

/** All ways to choose `count` of four voices, in order. */
function choices(count: number): number[][] {
  const all = [0, 1, 2, 3];
  return [...Array(16).keys()]
    .map((bits) => all.filter((voice) => bits & (1 << voice)))
    .filter((voices) => voices.length === count);
}
const CHOICES = [0, 1, 2, 3, 4].map(choices);

/**
 * Gives each note a voice, moment by moment: higher notes to higher voices, held notes stay, others go where the
 * voice has least far to move. A fifth note at once is dropped (`dropped`), inner ones first.
 */
export function separate(notes: readonly Sounding[]): { voices: Sounding[][]; dropped: boolean } {
  const sorted = [...notes].sort((a, b) => a.from - b.from || b.midi - a.midi);
  const voices: Sounding[][] = [[], [], [], []];
  const voiceOf = new Map<Sounding, number>();
  let active: Sounding[] = [];
  let dropped = false;
  for (let i = 0; i < sorted.length; ) {
    const { from } = sorted[i]!;
    active = active.filter(({ to }) => to > from);
    const fresh: Sounding[] = [];
    for (; i < sorted.length && sorted[i]!.from === from; i++) fresh.push(sorted[i]!);
    const chord = [...active, ...fresh].sort((a, b) => b.midi - a.midi);
    const kept = chord.length > 4 ? [...chord.slice(0, 2), ...chord.slice(-2)] : chord;
    dropped ||= kept.length < chord.length;
    const taken = bestChoice(kept, voiceOf, voices);
    kept.forEach((note, rank) => {
      const voice = taken[rank]!;
      if (voiceOf.get(note) === voice) return;
      // A held note that must change its voice goes on there from now.
      const part = voiceOf.has(note) ? { ...note, from } : note;
      voiceOf.set(note, voice);
      voices[voice]!.push(part);
    });
    active = kept;
  }
  return { voices, dropped };
}

function bestChoice(
  chord: readonly Sounding[],
  voiceOf: ReadonlyMap<Sounding, number>,
  voices: readonly Sounding[][],
): number[] {
  let best: number[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (const taken of CHOICES[chord.length]!) {
    const cost = chord.reduce((sum, note, rank) => {
      const voice = taken[rank]!;
      const held = voiceOf.get(note);
      const last = voices[voice]!.slice(-1)[0]?.midi ?? USUAL[voice]!;
      return sum + Math.abs(note.midi - last) + (held !== undefined && held !== voice ? SWITCH : 0);
    }, 0);
    if (cost < least) [best, least] = [taken, cost];
  }
  return best;
}
