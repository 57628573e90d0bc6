// More ways out of a problem than its reader knows: a table from codes to fixes that need the writers. Edits only;
// knows nothing of editors.

import { LETTERS, midi, type Pitch } from './pitch.ts';
import type { Fix, Problem } from './problem.ts';
import type { Parsed } from './read/parse.ts';
import { type Event, type Range, VOICE_LETTERS, VOICE_NAMES } from './score.ts';
import { insert, replace } from './write/edits.ts';
import { setDirective } from './write/marks.ts';

type Mend = (parsed: Parsed, event: Event) => Fix[];

const MENDS: Readonly<Record<string, Mend>> = {
  'out-of-range': (parsed, event) => [...openIt(event), widenRange(parsed, event)],
  'contradictory-candidates': anyPitch,
};

/** Further fixes of a problem of this text; those of the problem itself are not among them. */
export function mends(parsed: Parsed, { code, span }: Problem): Fix[] {
  const mend = Object.hasOwn(MENDS, code) ? MENDS[code] : undefined;
  if (mend === undefined) return [];
  const event = parsed.score.parts
    .flatMap(({ events }) => events)
    .find((one) => one.span.start === span.start && one.span.end === span.end);
  return event === undefined ? [] : mend(parsed, event);
}

/** An open note may become any pitch of its range; the present one is where the search begins. */
const openIt = ({ span, state, pitches, irregular }: Event): Fix[] =>
  state === 'written' && pitches.length === 1 && irregular === null
    ? [{ title: 'Open this note (write ? before it)', edits: [insert(span.start, '?')] }]
    : [];

function widenRange(parsed: Parsed, { voice, pitches }: Event): Fix {
  const old = parsed.score.directives.range[voice];
  const sounding = pitches.map(midi);
  const range: Range = { low: Math.min(old.low, ...sounding), high: Math.max(old.high, ...sounding) };
  const value = `${VOICE_LETTERS[voice]} ${abcPitch(range.low, pitches)} ${abcPitch(range.high, pitches)}`;
  return {
    title: `Widen the range of the ${VOICE_NAMES[voice].toLowerCase()}`,
    edits: setDirective(parsed, 'range', value),
  };
}

const NATURALS = [0, 2, 4, 5, 7, 9, 11];

/** A pitch in ABC letters, free of any key: as the note itself is spelled where it is that one. */
function abcPitch(number: number, pitches: readonly Pitch[]): string {
  const own = pitches.find((pitch) => midi(pitch) === number);
  const step = (((number % 12) + 12) % 12) as number;
  const letter = own?.letter ?? NATURALS.filter((natural) => natural <= step).length - 1;
  const alter = own?.alter ?? step - NATURALS[letter]!;
  const octave = own?.octave ?? Math.floor(number / 12) - 1;
  const sign = alter < 0 ? '_'.repeat(-alter) : '^'.repeat(alter);
  const name = LETTERS[letter]!;
  return octave > 4
    ? sign + name.toLowerCase() + "'".repeat(octave - 5)
    : sign + name + ','.repeat(4 - octave);
}

/** `?[ceg]2` -> `?x2` */
function anyPitch({ text }: Parsed, { body, candidates }: Event): Fix[] {
  const written = text.slice(body.start, body.end);
  const end = written.startsWith('[') ? written.indexOf(']') + 1 : 0;
  if (candidates === null || end === 0) return [];
  return [{ title: 'Let it take any pitch', edits: [replace(body.start, body.start + end, 'x')] }];
}
