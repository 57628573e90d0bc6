// A line of music with the words under it, as one voice reads it: where the voice comes to it with nothing under way
// and leaves it so, the same line under the same conditions is the same music, wherever it stands in whichever text.
// Values only; who reads it is not known here.

import { equalKeys, type Key } from '../pitch.ts';
import { moved } from '../problem.ts';
import { equalMetres, type Metre, type Tick } from '../time.ts';
import type { Item } from './grammar.ts';
import type { Finding, Written } from './raw.ts';
import type { Reach } from './sounds.ts';
import type { Content } from './tree.ts';

/** What a voice between two bars makes of the notes to come. */
export interface Stance {
  readonly key: Key;
  readonly metre: Metre | null;
  readonly unit: Tick;
  readonly clef: string | null;
  readonly octave: number;
  readonly transpose: number;
  readonly reach: Reach;
  /** The letters that `U:` has defined so far. */
  readonly symbols: string;
  /** What the bar line before it says of the next bar. */
  readonly repeat: boolean;
  readonly ending: string | null;
  /** The last bar line of the same line and where it ends, from the start of the line; '' without one. */
  readonly sign: string;
  readonly signEnd: number;
}

export interface Passage {
  /** The line of music and those of its words. */
  readonly contents: readonly Content[];
  /** Where the line of music stands. */
  readonly start: number;
  readonly before: Stance;
  readonly after: Stance;
  /** How many verses are set, and where the last one ends. */
  readonly verse: number;
  readonly verseAt: number;
  readonly bars: readonly Written[];
  readonly findings: readonly Finding[];
}

/** Passages by their line of music. */
export type Passages = ReadonlyMap<Content, Passage>;

/** Fields that concern more than the voice that reads them. */
const COMMON_FIELD = /^\[[IQUV]:/;

/** How many items of a line stand before its music: fields and bar lines. */
export function leadOf(items: readonly Item[]): number {
  const first = items.findIndex(({ kind }) => kind !== 'field' && kind !== 'bar');
  return first < 0 ? items.length : first;
}

/** Whether something before the first event of a line changes the event before it. */
export function reachesBack(items: readonly Item[]): boolean {
  const first = items.findIndex(({ kind }) => kind === 'event' || kind === 'tie' || kind === 'slur-close');
  return first >= 0 && items[first]!.kind !== 'event';
}

/** Whether what follows the lead stays in one voice and on one line. */
export const staysWithin = (items: readonly Item[], lead: number): boolean =>
  items.every(
    (item, i) =>
      i < lead || (item.kind !== 'continuation' && (item.kind !== 'field' || !COMMON_FIELD.test(item.text))),
  );

export const sameStance = (a: Stance, b: Stance): boolean =>
  equalKeys(a.key, b.key) &&
  equalMetres(a.metre, b.metre) &&
  a.unit === b.unit &&
  a.clef === b.clef &&
  a.octave === b.octave &&
  a.transpose === b.transpose &&
  a.reach === b.reach &&
  a.symbols === b.symbols &&
  a.repeat === b.repeat &&
  a.ending === b.ending &&
  a.sign === b.sign &&
  a.signEnd === b.signEnd;

/** A passage where its line stands now. */
export function passageAt(passage: Passage, start: number): Passage {
  const by = start - passage.start;
  if (by === 0) return passage;
  const { contents, before, after, verse, verseAt } = passage;
  const bars = passage.bars.map(({ raw }) => ({ raw, base: start }));
  const findings =
    passage.findings.length === 0 ? passage.findings : passage.findings.map((finding) => moved(finding, by));
  return { contents, start, before, after, verse, verseAt, bars, findings };
}
