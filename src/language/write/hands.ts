// How each voice of a text writes its bars: unit length, octave shift, key in its own signature. Read again from the
// tree, since a score does not keep it. Knows nothing of what will be written.

import type { Key, Pitch } from '../pitch.ts';
import { buildScore, type Reading } from '../read/build.ts';
import { clefOctave, transposed } from '../read/fields.ts';
import type { Parsed } from '../read/parse.ts';
import { type RawBar, readTune } from '../read/streams.ts';
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
  readonly propagation: Propagation;
  readonly reading: Reading;
}

export function handsOf(parsed: Parsed): Hands {
  const reading = buildScore(readTune(parsed.tree));
  const { tune, casting, rows, score } = reading;
  const rawBar = (voice: Voice, bar: number): RawBar | null => rows[bar]?.[voice] ?? null;
  const newcomer = (voice: Voice): Omit<Hand, 'key'> => ({
    unit: tune.unit,
    octave: clefOctave(casting.cast[voice]?.clef ?? null),
    transpose: 0,
  });
  const at = (voice: Voice, bar: number): Hand => {
    const own = rawBar(voice, bar);
    if (own !== null) return own;
    for (let before = bar - 1; before >= 0; before--) {
      const raw = rawBar(voice, before);
      if (raw !== null) return { ...raw, key: score.bars[bar]!.key };
    }
    return { ...newcomer(voice), key: score.bars[bar]?.key ?? score.key };
  };
  const spoken = tune.directives.filter(({ name }) => name === 'propagate-accidentals').at(-1)?.value;
  const propagation = spoken === 'octave' || spoken === 'not' ? spoken : 'pitch';
  return { at, rawBar, propagation, reading };
}

/** A sounding pitch as the voice writes it. */
export function asWritten(pitch: Pitch, { octave, transpose }: Hand): Pitch {
  const moved = transposed(pitch, -transpose);
  return octave === 0 ? moved : { ...moved, octave: moved.octave - octave };
}
