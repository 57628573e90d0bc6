// How each voice of a text writes its bars: unit length, octave shift, key in its own signature. Knows nothing of what
// will be written.

import type { Pitch } from '../pitch.ts';
import { transposed } from '../read/fields.ts';
import type { Parsed } from '../read/parse.ts';
import type { Stand, Tune, Turn, Written } from '../read/raw.ts';
import type { Event, Voice } from '../score.ts';
import type { Tick } from '../time.ts';
import type { Propagation } from './accidentals.ts';
import { type Layout, layoutOf, placeOfNew } from './systems.ts';

export interface Hands {
  /** How the voice writes at one of its events, or where the bar ends; in a bar that it lacks, also where a new line begins. */
  readonly at: (voice: Voice, bar: number, place?: Event | Tick) => Stand;
  /** Counts where accidentals are over within the bar before an event of it. */
  readonly turnsBefore: (event: Event) => number;
  /** The voice's own bar as written, with nothing in it perhaps; null where its text has none. */
  readonly written: (voice: Voice, bar: number) => Written | null;
  readonly clef: (voice: Voice) => string | null;
  readonly propagation: Propagation;
  readonly tune: Tune;
}

export function handsOf(parsed: Parsed): Hands {
  const { score, tree } = parsed;
  const { rows, tune, casting } = parsed.reading;
  const written = (voice: Voice, bar: number): Written | null => rows[bar]?.[voice] ?? null;
  const clef = (voice: Voice): string | null => casting.cast[voice]?.clef ?? null;
  let layout: Layout | null = null;
  const at = (voice: Voice, bar: number, place?: Event | Tick): Stand => {
    const bars = written(voice, bar);
    const event = typeof place === 'object' ? place : undefined;
    if (bars !== null) return turnsOf(bars, event).at(-1) ?? bars.raw;
    const key = score.bars[bar]?.key ?? score.key;
    for (let before = bar - 1; before >= 0; before--) {
      const raw = written(voice, before)?.raw;
      if (raw) return { unit: raw.unit, octave: raw.octave, transpose: raw.transpose, key };
    }
    const own = casting.cast[voice];
    const plain: Stand = { unit: tune.unit, octave: 0, transpose: 0, key };
    if (!own) return plain;
    // What is said of a voice without music holds from there on.
    layout ??= layoutOf(parsed);
    const moment = typeof place === 'number' ? place : (score.bars[bar]?.onset ?? score.length);
    const line = placeOfNew(layout, tree.lines, voice, moment);
    const { octave, transpose } = own;
    return line === null || own.span.start < line ? { ...plain, octave, transpose } : plain;
  };
  const spoken = tune.directives.filter(({ name }) => name === 'propagate-accidentals').at(-1)?.value;
  const propagation = spoken === 'octave' || spoken === 'not' ? spoken : 'pitch';
  const turnsBefore = (event: Event): number => {
    const own = written(event.voice, event.bar);
    return own === null ? 0 : turnsOf(own, event).filter(({ forgets }) => forgets).length;
  };
  return { at, turnsBefore, written, clef, propagation, tune };
}

/** What has changed in a bar when an event begins; all that does, without one. */
function turnsOf({ raw, base }: Written, event?: Event): readonly Turn[] {
  if (raw.turns.length === 0 || event === undefined) return raw.turns;
  const before = raw.events.filter(({ start }) => base + start < event.span.start).length;
  return raw.turns.filter(({ from }) => from <= before);
}

/** A sounding pitch as the voice writes it. */
export function asWritten(pitch: Pitch, { octave, transpose }: Stand): Pitch {
  const moved = transposed(pitch, -transpose);
  return octave === 0 ? moved : { ...moved, octave: moved.octave - octave };
}
