// How each voice of a text writes its bars: unit length, octave shift, key in its own signature. Read again from the
// tree, since a score does not keep it. Knows nothing of what will be written.

import type { Key, Pitch } from '../pitch.ts';
import { clefOctave, transposed } from '../read/fields.ts';
import type { Parsed } from '../read/parse.ts';
import { type RawBar, readTune, type Tune } from '../read/streams.ts';
import { castVoices } from '../read/voices.ts';
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
  readonly rawBar: (voice: Voice, bar: number) => RawBar | null;
  readonly clef: (voice: Voice) => string | null;
  readonly propagation: Propagation;
  readonly tune: Tune;
}

export function handsOf(parsed: Parsed): Hands {
  const { score, rows } = parsed;
  const tune = readTune(parsed.tree);
  const { cast } = castVoices(tune.streams, tune.order);
  const rawBar = (voice: Voice, bar: number): RawBar | null => rows[bar]?.[voice] ?? null;
  const clef = (voice: Voice): string | null => cast[voice]?.clef ?? null;
  const at = (voice: Voice, bar: number): Hand => {
    const own = rawBar(voice, bar);
    if (own !== null) return own;
    const key = score.bars[bar]?.key ?? score.key;
    for (let before = bar - 1; before >= 0; before--) {
      const raw = rawBar(voice, before);
      if (raw !== null) return { unit: raw.unit, octave: raw.octave, transpose: raw.transpose, key };
    }
    return { unit: tune.unit, octave: clefOctave(clef(voice)), transpose: 0, key };
  };
  const spoken = tune.directives.filter(({ name }) => name === 'propagate-accidentals').at(-1)?.value;
  const propagation = spoken === 'octave' || spoken === 'not' ? spoken : 'pitch';
  return { at, rawBar, clef, propagation, tune };
}

/** A sounding pitch as the voice writes it. */
export function asWritten(pitch: Pitch, { octave, transpose }: Hand): Pitch {
  const moved = transposed(pitch, -transpose);
  return octave === 0 ? moved : { ...moved, octave: moved.octave - octave };
}
