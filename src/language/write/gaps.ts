// Bars that a voice does not have in the text: where they are to be written, bar by bar and system by system.
// Knows places in the text, not the notes that go there.

import type { Gridded, Target } from '../read/grid.ts';
import type { Parsed } from '../read/parse.ts';
import type { Line } from '../read/tree.ts';
import type { Score, Voice } from '../score.ts';
import type { Interval, Tick } from '../time.ts';
import type { Hands } from './hands.ts';
import type { Outline } from './pieces.ts';
import { type Layout, lineAt } from './systems.ts';

/** Where the music of a gap goes. */
export type Spot =
  /** Between the bar lines of an empty bar. */
  | { readonly kind: 'inside'; readonly at: number }
  /** After what the voice has on its last line. */
  | { readonly kind: 'append'; readonly at: number; readonly needsBarLine: boolean }
  /** A new line; the voice's line before it may lack its bar line. */
  | { readonly kind: 'line'; readonly system: number; readonly needsBarLine: boolean };

export interface GapOutline extends Outline {
  readonly spot: Spot;
}

type Part = Outline['parts'][number];

/** The gaps of one voice that hold any target, in order of time. */
export function gapOutlines(
  parsed: Parsed,
  gridded: Gridded,
  hands: Hands,
  layout: Layout,
  voice: Voice,
): GapOutline[] {
  const { score } = parsed;
  const targets = new Map<number, Target>();
  for (const target of gridded.targets)
    if (target.voice === voice && target.event === null) targets.set(target.bar, target);
  if (targets.size === 0) return [];
  const inside = [...targets.values()].filter(({ bar }) => hands.written(voice, bar) !== null);
  const behind = [...targets.keys()].filter((bar) => hands.written(voice, bar) === null);
  const outlines = inside.map(({ bar, interval, ...target }): GapOutline => {
    const parts = [{ ...interval, bar, target: { ...target, bar, interval } }];
    const { raw, base } = hands.written(voice, bar)!;
    const at = base + raw.end;
    return { voice, events: [], rhythm: 'free', parts, spot: { kind: 'inside', at } };
  });
  if (behind.length === 0) return outlines;
  const parts: Part[] = [];
  const first = score.bars.findIndex((_, bar) => hands.written(voice, bar) === null);
  for (let bar = first; bar <= Math.max(...behind); bar++)
    parts.push(...cutAtLines(score, gridded, layout, bar, targets.get(bar) ?? null));
  for (const [system, here] of bySystem(layout, voice, parts)) {
    const spot = spotOf(parsed, layout, voice, system, here[0]!.from);
    outlines.push({ voice, events: [], rhythm: 'free', parts: here, spot });
  }
  return outlines;
}

/** A bar that goes over the end of a line is cut there, if the grid allows. */
function cutAtLines(
  score: Score,
  gridded: Gridded,
  layout: Layout,
  bar: number,
  target: Target | null,
): Part[] {
  const { onset, duration } = score.bars[bar]!;
  const onGrid = (tick: Tick): boolean => (tick - gridded.origin) % gridded.stepTicks === 0;
  const cuts = layout.systems
    .map(({ from }) => from)
    .filter((tick) => tick > onset && tick < onset + duration && onGrid(tick));
  const edges = [onset, ...cuts, onset + duration];
  return edges.slice(1).map((to, i) => ({ from: edges[i]!, to, bar, target }));
}

/** Parts by the system they begin in; a voice that is late in the text goes on where it is. */
function bySystem(layout: Layout, voice: Voice, parts: readonly Part[]): Map<number, Part[]> {
  const groups = new Map<number, Part[]>();
  const line = layout.voices.findLastIndex((here) => here.has(voice));
  const least = layout.systems.findLastIndex(({ first }) => first <= line);
  for (const part of parts) {
    const found = layout.systems.findIndex(({ from, to }: Interval) => from <= part.from && part.from < to);
    const system = Math.max(least, found === -1 ? layout.systems.length - 1 : found);
    groups.set(system, [...(groups.get(system) ?? []), part]);
  }
  return groups;
}

function spotOf(parsed: Parsed, layout: Layout, voice: Voice, system: number, from: Tick): Spot {
  const last = parsed.score.parts[voice].events.at(-1);
  const { from: begins } = layout.systems[system]!;
  if (last === undefined) return { kind: 'line', system, needsBarLine: false };
  const end = endOfLine(parsed.tree.lines, last.span.end);
  if (from !== begins && !layout.blocks) return end;
  const follows = last.onset + last.duration === from;
  return { kind: 'line', system, needsBarLine: follows && end.needsBarLine };
}

/** Behind an event and the bar lines, slurs and decorations that follow it on its line. */
function endOfLine(lines: readonly Line[], offset: number): Extract<Spot, { kind: 'append' }> {
  const line = lines[lineAt(lines, offset - 1)]!;
  let at = offset;
  let needsBarLine = true;
  for (const item of line.items) {
    if (line.start + item.start < offset) continue;
    if (item.kind === 'field' || item.kind === 'continuation' || item.kind === 'event') break;
    at = line.start + item.end;
    if (item.kind === 'bar') needsBarLine = false;
  }
  return { kind: 'append', at, needsBarLine };
}
