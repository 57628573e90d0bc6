// Lines that a voice of the text does not have yet, all of them or the last ones, as bars of rests, so that a picture has
// all its staves in all its systems. Knows no picture.

import type { Span } from '../problem.ts';
import type { Parsed } from '../read/parse.ts';
import type { Part, Voice } from '../score.ts';
import type { Interval, Tick } from '../time.ts';
import type { Addition } from './preview.ts';
import { layoutOf } from './systems.ts';
import { writeLength } from './token.ts';
import { closing, opening, writeUnit } from './voices.ts';

/** A bar (or what a line has of it) in which nothing is written. */
export interface SilentBar extends Interval {
  readonly voice: Voice;
  readonly bar: number;
  /** Of its rest in the text of the silence. */
  readonly span: Span;
}

export interface Silence extends Addition {
  readonly bars: readonly SilentBar[];
}

/** Where a voice's music ends. */
const endOf = ({ events }: Part): Tick => {
  const last = events.at(-1);
  return last === undefined ? 0 : last.onset + last.duration;
};

/** Null where every voice that the text names has music to the end, or none has any. */
export function silenceOf(parsed: Parsed): Silence | null {
  const { score, tree } = parsed;
  const silent = score.parts.filter((part) => part.id && endOf(part) < score.length);
  if (silent.length === 0 || score.bars.length === 0) return null;
  const { systems, lastLine } = layoutOf(parsed);
  const bars: SilentBar[] = [];
  let lines = '';
  for (const part of silent) {
    const { voice, id } = part;
    const first = systems.findIndex(({ from }) => from === endOf(part));
    for (const { from, to } of first < 0 ? [] : systems.slice(first)) {
      lines += `\n[V:${id}] ${writeUnit(score.unit)}`;
      score.bars.forEach(({ onset, duration }, bar) => {
        const here = { from: Math.max(from, onset), to: Math.min(to, onset + duration) };
        if (here.from >= here.to) return;
        if (here.from === onset) lines += opening(score, bar, onset === from);
        const start = lines.length;
        lines += `x${writeLength(here.to - here.from, score.unit)}`;
        bars.push({ ...here, voice, bar, span: { start, end: lines.length } });
        if (here.to === onset + duration) lines += ` ${closing(score, bar, here.to === to)} `;
      });
    }
  }
  if (lines === '') return null;
  return { text: lines, at: tree.lines[lastLine]!.end, bars };
}
