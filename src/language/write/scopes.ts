// How far an accidental of a voice reaches: from bar line to bar line as they stand in its text, whatever bars the
// score makes of it. Knows no pitches.

import type { Line } from '../read/tree.ts';
import type { Event } from '../score.ts';
import type { Hands } from './hands.ts';
import { lineAt } from './systems.ts';

/** Bar lines and changes of voice on a line, in order, as offsets of the text. */
type Fences = readonly { readonly at: number; readonly bar: boolean }[];

const fencesOf = (line: Line): Fences =>
  line.items.flatMap((item) => {
    const turns = item.kind === 'field' && item.text.startsWith('[V:');
    return item.kind === 'bar' || turns ? [{ at: line.start + item.start, bar: item.kind === 'bar' }] : [];
  });

/** Whether a bar line stands between an event and the end of what its voice has on the line. */
const barBehind = (fences: Fences, after: number): boolean => {
  const rest = fences.filter(({ at }) => at >= after);
  return rest[0]?.bar === true;
};

const barBefore = (fences: Fences, before: number): boolean => {
  const rest = fences.filter(({ at }) => at < before);
  return rest.at(-1)?.bar === true;
};

/**
 * Numbers the events of one voice so that those share a number between which no bar line and no key stands. Each bar of
 * a `Z2` has its own, and what follows it begins anew, bar line or not.
 */
export function scopesOf(
  lines: readonly Line[],
  events: readonly Event[],
  { turnsBefore, written }: Pick<Hands, 'turnsBefore' | 'written'>,
): Map<Event, number> {
  const known = new Map<number, Fences>();
  const fencesAt = (line: number): Fences => {
    if (!known.has(line)) known.set(line, fencesOf(lines[line]!));
    return known.get(line)!;
  };
  const turns = (one: Event, other: Event): boolean =>
    one.bar === other.bar
      ? turnsBefore(one) !== turnsBefore(other)
      : written(one.voice, one.bar)?.raw.whole === true;
  const scopes = new Map<Event, number>();
  let scope = 0;
  let before: { event: Event; line: number } | null = null;
  for (const event of events) {
    const line = lineAt(lines, event.span.start);
    if (before !== null && (isApart(before, { event, line }, fencesAt) || turns(before.event, event)))
      scope++;
    scopes.set(event, scope);
    before = { event, line };
  }
  return scopes;
}

function isApart(
  before: { event: Event; line: number },
  after: { event: Event; line: number },
  fencesAt: (line: number) => Fences,
): boolean {
  const [from, to] = [before.event.span, after.event.span];
  if (from.start === to.start) return true;
  if (before.line !== after.line)
    return barBehind(fencesAt(before.line), from.end) || barBefore(fencesAt(after.line), to.start);
  const between = fencesAt(before.line).filter(({ at }) => at >= from.end && at < to.start);
  return between[0]?.bar === true || between.at(-1)?.bar === true;
}
