// How each voice of a text writes its bars: unit length, octave shift, key in its own signature. Knows nothing of what
// will be written.

import type { Key, Pitch } from '../pitch.ts';
import { transposed } from '../read/fields.ts';
import type { Parsed } from '../read/parse.ts';
import type { Tune, Written } from '../read/raw.ts';
import type { Voice } from '../score.ts';
import type { Tick } from '../time.ts';
import type { Propagation } from './accidentals.ts';

/** One voice at one bar. */
export interface Hand {
  /** What a note without a number lasts. */
  readonly unit: Tick;
  readonly key: Key;
  /** What sounds is so many octaves above what is written… */
  readonly octave: number;
  /** … and so many semitones. */
  readonly transpose: number;
}

export interface Hands {
  readonly at: (voice: Voice, bar: number) => Hand;
  /** The voice's own bar as written, with nothing in it perhaps; null where its text has none. */
  readonly written: (voice: Voice, bar: number) => Written | null;
  readonly clef: (voice: Voice) => string | null;
  readonly propagation: Propagation;
  readonly tune: Tune;
}

export function handsOf(parsed: Parsed): Hands {
  const { score } = parsed;
  const { rows, tune, casting } = parsed.reading;
  const written = (voice: Voice, bar: number): Written | null => rows[bar]?.[voice] ?? null;
  const clef = (voice: Voice): string | null => casting.cast[voice]?.clef ?? null;
  const at = (voice: Voice, bar: number): Hand => {
    const own = written(voice, bar);
    if (own !== null) return own.raw;
    const key = score.bars[bar]?.key ?? score.key;
    for (let before = bar - 1; before >= 0; before--) {
      const raw = written(voice, before)?.raw;
      if (raw) return { unit: raw.unit, octave: raw.octave, transpose: raw.transpose, key };
    }
    const { octave = 0, transpose = 0 } = casting.cast[voice] ?? {};
    return { unit: tune.unit, octave, transpose, key };
  };
  const spoken = tune.directives.filter(({ name }) => name === 'propagate-accidentals').at(-1)?.value;
  const propagation = spoken === 'octave' || spoken === 'not' ? spoken : 'pitch';
  return { at, written, clef, propagation, tune };
}

/** A sounding pitch as the voice writes it. */
export function asWritten(pitch: Pitch, { octave, transpose }: Hand): Pitch {
  const moved = transposed(pitch, -transpose);
  return octave === 0 ? moved : { ...moved, octave: moved.octave - octave };
}
