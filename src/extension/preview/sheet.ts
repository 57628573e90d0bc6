// From what was read to what the preview needs: Parsed -> Reading and Trouble. Knows no editor.

import { type Key, LETTERS, midi, pitchName } from '../../language/pitch.ts';
import type { Problem, Span } from '../../language/problem.ts';
import type { Parsed } from '../../language/read/parse.ts';
import type { Event, Part, Score } from '../../language/score.ts';
import { beatTicks, TICKS_PER_WHOLE } from '../../language/time.ts';
import { previewText } from '../../language/write/preview.ts';
import type { Look, Reading, Sheet, SheetBar, SheetNote, SheetVoice, Trouble } from './messages.ts';

/** What to draw, and what it means. `filled` are tokens that a run has just written. */
export function readingOf(parsed: Parsed, filled: readonly Span[] = []): Reading {
  return { abc: previewText(parsed), sheet: sheetOf(parsed.score, filled) };
}

export function sheetOf(score: Score, filled: readonly Span[] = []): Sheet {
  const [s, a, t, b] = score.parts;
  return {
    title: score.title,
    ticksPerWhole: TICKS_PER_WHOLE,
    length: score.length,
    voices: [voiceOf(s), voiceOf(a), voiceOf(t), voiceOf(b)],
    notes: score.parts.flatMap((part) =>
      part.events.map((event) => noteOf(event, lookOf(event, filled, score.directives.lock[part.voice]))),
    ),
    bars: score.bars.map(
      (bar): SheetBar => ({
        number: bar.number,
        onset: bar.onset,
        duration: bar.duration,
        metre: bar.metre,
        phase: bar.phase,
        beat: bar.metre ? beatTicks(bar.metre) : 0,
        key: keyName(bar.key),
        repeatStarts: bar.opens.repeat || bar.barline === 'repeat-start',
        repeatEnds: bar.barline === 'repeat-end' || bar.barline === 'repeat-both',
        ending: bar.opens.ending ?? '',
        spans: bar.spans,
      }),
    ),
    tempos: score.tempos.map(({ onset, quarters }) => ({ onset, quarters })),
  };
}

const voiceOf = ({ id, name }: Part): SheetVoice => ({ id, name });

function noteOf(event: Event, look: Look): SheetNote {
  return {
    voice: event.voice,
    onset: event.onset,
    duration: event.duration,
    bar: event.bar,
    look,
    rest: event.kind === 'rest' && event.state === 'written',
    pitches: event.pitches.map(midi),
    names: event.pitches.map(pitchName),
    span: event.span,
    tied: event.tied,
    fermata: event.fermata,
    grace: event.irregular === 'grace',
    lyric: event.lyrics[0] ?? '',
    chord: event.chordSymbol ?? '',
  };
}

function lookOf({ state, span }: Event, filled: readonly Span[], locked: boolean): Look {
  if (state !== 'written') return state;
  if (filled.some((done) => span.start < done.end && done.start < span.end)) return 'filled';
  return locked ? 'locked' : 'written';
}

function keyName({ tonic, mode }: Key): string {
  const alter = tonic.alter === 0 ? '' : tonic.alter > 0 ? '#' : 'b';
  return `${LETTERS[tonic.letter]}${alter} ${mode}`;
}

/** One line about what is wrong; `say` puts a problem into the user's language. */
export function troubleOf(
  { text, problems, score }: Parsed,
  say: (problem: Problem) => string = ({ message }) => message,
): Trouble {
  const errors = problems.filter((problem) => problem.severity === 'error');
  const warnings = problems.filter((problem) => problem.severity === 'warning');
  const first = errors[0] ?? warnings[0];
  return {
    errors: errors.length,
    warnings: warnings.length,
    first: first ? { message: say(first), line: lineOf(text, first.span.start), span: first.span } : null,
    broken: errors.length > 0 && score.parts.every((part) => part.events.length === 0),
  };
}

const lineOf = (text: string, offset: number): number => text.slice(0, offset).split(/\r\n?|\n/).length;

/**
 * The stretches of the text that hold some bars, one or more for each voice: where a voice's bars stand in one line
 * they are one stretch. Bars are indices, both included.
 */
export function spansOfBars(text: string, sheet: Sheet, from: number, to: number): Span[] {
  const found: Span[] = [];
  for (let voice = 0; voice < 4; voice++) {
    let last: Span | null = null;
    for (const bar of sheet.bars.slice(from, to + 1)) {
      const span = bar.spans[voice];
      if (!span) continue;
      if (last && !/[\r\n]/.test(text.slice(last.end, span.start))) {
        last = { start: last.start, end: span.end };
        found[found.length - 1] = last;
      } else {
        last = span;
        found.push(span);
      }
    }
  }
  return found;
}
