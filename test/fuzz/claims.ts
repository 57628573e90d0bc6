// What must hold of a text, however broken: the promises of reading, filling and formatting. Each throws where
// something does not hold.

import { midi } from '../../src/language/pitch.ts';
import type { Span, TextEdit } from '../../src/language/problem.ts';
import { type Gridded, type Selection, toGrid } from '../../src/language/read/grid.ts';
import { type Parsed, parse } from '../../src/language/read/parse.ts';
import { type Filled, HELD } from '../../src/language/roll.ts';
import type { Event, State } from '../../src/language/score.ts';
import { apply } from '../../src/language/write/edits.ts';
import { fill, type Policy } from '../../src/language/write/fill.ts';
import { format } from '../../src/language/write/format.ts';
import { previewOf } from '../../src/language/write/preview.ts';
import { holds } from '../language/read/invariants.ts';
import { chance, fillByChance } from '../language/write/filler.ts';
import type { Dice } from './source.ts';

export function claim(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

const meaning = ({ score, problems }: Parsed): string => JSON.stringify([score, problems]);

/** Reads and prints; every fix of every problem can be applied. */
export function readsBack(text: string): void {
  holds(text);
  for (const { fixes = [], code } of parse(text).problems) {
    for (const { edits } of fixes)
      claim(parse(apply(text, edits)).text !== text, `the fix of ${code} does nothing`);
  }
}

/** A text read after another one is read as if it were the first. */
export function readsOn(before: string, text: string): void {
  claim(meaning(parse(text, parse(before))) === meaning(parse(text)), 'read on is not as read afresh');
}

const WITHOUT_SPACE = /[ \t]+/g;

/** Formatting moves spaces only, and is done after once. */
export function formats(text: string): void {
  const parsed = parse(text);
  const once = apply(text, format(parsed));
  claim(
    once.replace(WITHOUT_SPACE, '') === text.replace(WITHOUT_SPACE, ''),
    'formatting changed more than spaces',
  );
  claim(apply(once, format(parse(once))) === once, 'formatting twice is not formatting once');
  claim(previewOf(parsed).text.length === text.length, 'the text for the preview has another length');
}

const events = ({ score }: Parsed, ...states: readonly State[]): Event[] =>
  score.parts.flatMap((part) => part.events.filter(({ state }) => states.includes(state)));

/** Written events of bars that no directive opens. */
const closed = (parsed: Parsed): Event[] => {
  const { bars, directives } = parsed.score;
  return events(parsed, 'written').filter(({ voice, bar }) => {
    const { number } = bars[bar]!;
    return !directives.open.some((open) => open.voice === voice && open.from <= number && number <= open.to);
  });
};

const touches = (edit: Span, token: Span): boolean => edit.start < token.end && edit.end > token.start;

/** Only an accidental may come into a token that is not to change: an open note before it may have said it so far. */
function keepsTokens(kept: readonly Event[], edits: readonly TextEdit[]): void {
  const sorted = [...kept].sort((a, b) => a.span.start - b.span.start);
  for (const { span, newText } of edits) {
    for (const { span: token } of sorted) {
      if (token.start >= span.end && span.end > span.start) break;
      const accidental = span.start === span.end && /^[\^_=]{1,2}$/.test(newText);
      const inside = touches(span, token) || (span.start > token.start && span.end < token.end);
      claim(!inside || accidental, `a token that stands was changed: ${JSON.stringify(newText)}`);
    }
  }
}

const lettersOf = (text: string, { start, end }: Span): string =>
  text.slice(start, end).replace(/[\^_=]/g, '');

const sounds = (parsed: Parsed, kept: readonly Event[]): string[] =>
  kept.map(
    ({ voice, onset, span, pitches }) =>
      `${voice} ${onset} ${lettersOf(parsed.text, span)} ${pitches.map(midi).join()}`,
  );

const heard = ({ grid }: Pick<Gridded, 'grid'>, filled: Filled): string =>
  Array.from(filled.pitch, (pitch, cell) => {
    const struck = cell >= 4 && filled.pitch[cell - 4]! >= 0 && filled.onset[cell] !== HELD;
    return grid.open[cell] === 1 && pitch >= 0 ? `${pitch}${struck ? "'" : ''}` : '.';
  }).join(' ');

const ALL: Selection = { mode: 'fill', bars: { from: 0, to: 0 } };

/** Whether the sampler would have something to choose everywhere; where not, it refuses before anything is filled. */
const isSatisfiable = ({ grid }: Gridded): boolean =>
  grid.weights.every((weights) => weights.some((weight) => weight > 0));

function anySelection(parsed: Parsed, dice: Dice): Selection {
  const from = dice.below(parsed.score.bars.length + 1);
  const bars = dice.percent(60) ? {} : { bars: { from, to: from + dice.below(6) } };
  const voices = dice.percent(60) ? {} : { voices: ([0, 1, 2, 3] as const).filter(() => dice.percent(50)) };
  const rhythm = dice.percent(50) ? {} : { rhythm: dice.one(['free', 'keep'] as const) };
  return { mode: dice.percent(70) ? 'fill' : 'resample', ...bars, ...voices, ...rhythm };
}

const UNCERTAIN = new Set(['unknown-token', 'unclosed-decoration', 'unclosed-grace', 'overlay']);

/** A random fill of a random selection changes what is open and nothing else; what was drawn is what is then read. */
export function fills(text: string, dice: Dice): void {
  const parsed = parse(text);
  const selection = anySelection(parsed, dice);
  const policy: Policy = dice.percent(50) ? 'accept' : 'keep-open';
  const gridded = toGrid(parsed.score, selection);
  if (!isSatisfiable(gridded)) return;
  const filled = fillByChance(gridded.grid, chance(dice.below(2 ** 31)));
  const edits = fill(parsed, gridded, filled, policy);
  const isFill = selection.mode === 'fill';
  const standing = [...events(parsed, 'pinned'), ...(isFill ? closed(parsed) : [])];
  keepsTokens(standing, edits);
  const after = parse(apply(text, edits));
  // Where lengths are wrong or signs unknown, what a reader hears after the fill is anyone's guess.
  if (parsed.problems.some(({ severity, code }) => severity === 'error' || UNCERTAIN.has(code))) return;
  const heardAfter = sounds(after, events(after, 'written', 'pinned', 'open'));
  for (const one of sounds(parsed, standing))
    claim(heardAfter.includes(one), `a note that stands sounds another way: ${one}`);
  const again = toGrid(after.score, ALL).grid;
  const now = { grid: gridded.grid };
  claim(
    again.steps === gridded.grid.steps && heard(now, again) === heard(now, filled),
    'what is read is not what was drawn',
  );
}
