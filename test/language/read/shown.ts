// A score on one line a voice, as a musician would read it aloud: `S: G4:1/4 ?A4:1/4 | z:1/2`.
// `?` open, `@` pinned, `?*` open in rhythm too, `[D4 F4]` a choice, `D4+F4` divisi, `-` tied on, `~` a grace note.

import { pitchName } from '../../../src/language/pitch.ts';
import type { Event, Score, Voice } from '../../../src/language/score.ts';
import { VOICE_LETTERS, VOICES } from '../../../src/language/score.ts';
import { TICKS_PER_WHOLE, type Tick } from '../../../src/language/time.ts';

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));

export function fraction(ticks: Tick): string {
  const common = divisor(ticks, TICKS_PER_WHOLE);
  return `${ticks / common}/${TICKS_PER_WHOLE / common}`;
}

function shownEvent(event: Event): string {
  const mark = event.state === 'open' ? '?' : event.state === 'pinned' ? '@' : '';
  const names = event.pitches.map(pitchName).join('+');
  const what = event.candidates
    ? `[${event.candidates.map(pitchName).join(' ')}]`
    : event.rhythm === 'free'
      ? '*'
      : names || (event.kind === 'rest' ? 'z' : '');
  if (event.irregular === 'grace') return `~${mark}${what}`;
  return `${mark}${what}:${fraction(event.duration)}${event.tied ? '-' : ''}`;
}

/** One voice; bars without events are `.`. */
export function shownVoice(score: Score, voice: Voice): string {
  const events = score.parts[voice].events;
  const bars = score.bars.map((_, bar) => {
    const own = events.filter((event) => event.bar === bar).map(shownEvent);
    return own.length === 0 ? '.' : own.join(' ');
  });
  return `${VOICE_LETTERS[voice]}: ${bars.join(' | ')}`;
}

/** The voices that have music. */
export const shown = (score: Score): string[] =>
  VOICES.filter((voice) => score.parts[voice].events.length > 0).map((voice) => shownVoice(score, voice));
