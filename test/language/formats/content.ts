// What a score says, place by place, without where and how it is written: for comparing what is read with what was meant.

import { midi } from '../../../src/language/pitch.ts';
import type { Score } from '../../../src/language/score.ts';

export function content(score: Score): unknown {
  return {
    bars: score.bars.map(({ number, onset, duration, metre, key, barline, opens }) => ({
      number,
      onset,
      duration,
      metre,
      key,
      barline: barline === 'none' ? 'single' : barline,
      opens,
    })),
    voices: score.parts.map(({ events }) =>
      events.map((e) => [
        e.onset,
        e.duration,
        e.state,
        e.rhythm,
        e.pitches.map(midi),
        e.candidates?.map(midi) ?? null,
        e.tied,
        e.fermata,
        e.chordSymbol,
        e.decorations.join(),
        e.irregular,
        e.lyrics.join('/').replace(/\/+$/, ''),
        e.slurStarts,
        e.slurEnds,
      ]),
    ),
  };
}
