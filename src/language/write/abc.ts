// A score as a fresh text, for imports and for other ABC programs: one system of a few bars after the other.
// Filling a text that exists is fill.ts's; this one starts from nothing and lays everything out anew.

import type { Key, Pitch } from '../pitch.ts';
import { parse } from '../read/parse.ts';
import { type Bar, type Event, type Score, VOICE_LETTERS, VOICES, type Voice } from '../score.ts';
import { TICKS_PER_QUARTER, TICKS_PER_WHOLE, type Tick } from '../time.ts';
import { type Slot, writeAccidentals } from './accidentals.ts';
import { apply } from './edits.ts';
import { format } from './format.ts';
import { writeHeader, writeKey, writeMetre, writeTempo } from './header.ts';
import { type Conversion, lossesOf } from './losses.ts';
import { isBeamed } from './rhythm.ts';
import { writeLength, writeLetter } from './token.ts';
import { groupTuplets } from './tuplets.ts';

/** `satb` keeps open and pinned notes and directives; `plain` is ABC 2.1 and nothing else. */
export type Dialect = 'satb' | 'plain';

export interface AbcOptions {
  readonly dialect: Dialect;
  /** Bars on a line; 4 by default. */
  readonly barsPerLine?: number;
}

const PREFIX: Record<Dialect, Record<Event['state'], string>> = {
  satb: { written: '', open: '?', pinned: '@' },
  plain: { written: '', open: '', pinned: '' },
};

/** What a bar of a voice is written with. */
interface Page {
  readonly score: Score;
  readonly unit: Tick;
  readonly dialect: Dialect;
}

/** An eighth where half of the notes are shorter than a quarter, else a quarter: the fewest digits. */
function handyUnit(score: Score): Tick {
  const lengths = score.parts
    .flatMap(({ events }) => events.map(({ duration }) => duration))
    .filter((d) => d > 0);
  const short = lengths.filter((duration) => duration < TICKS_PER_QUARTER).length;
  return 2 * short > lengths.length ? TICKS_PER_WHOLE / 8 : TICKS_PER_QUARTER;
}

/** The pitches an event shows, low to high; none for what only other programs would mishear. */
function shownPitches(event: Event, dialect: Dialect): readonly Pitch[] {
  if (event.kind === 'rest') return [];
  return event.candidates !== null && dialect === 'satb' ? event.candidates : event.pitches;
}

/** Accidentals for the notes of one bar, by event, in the order of their pitches. */
function accidentalsOf(events: readonly Event[], key: Key, dialect: Dialect): Map<Event, string[]> {
  const places = events.flatMap((event) => shownPitches(event, dialect).map((pitch) => ({ event, pitch })));
  const slots = places.map(({ pitch }): Slot => ({ kind: 'fresh', options: [pitch] }));
  const signs = new Map<Event, string[]>();
  writeAccidentals(key, slots, 'pitch', new Map()).forEach((verdict, i) => {
    const sign = verdict.kind === 'fresh' ? verdict.accidental : '';
    const { event } = places[i]!;
    signs.set(event, [...(signs.get(event) ?? []), sign]);
  });
  return signs;
}

/** A rest, an open span, or notes: without prefix, length and tie. */
function headOf(event: Event, signs: readonly string[], dialect: Dialect): string {
  const pitches = shownPitches(event, dialect).map((pitch, i) => (signs[i] ?? '') + writeLetter(pitch));
  const chord = pitches.length > 1 || (event.candidates !== null && pitches.length > 0);
  if (chord) return `[${pitches.join('')}]`;
  if (pitches.length === 1) return pitches[0]!;
  return event.state === 'open' && event.rhythm === 'fixed' ? 'x' : 'z';
}

/** Everything that stands before the note. */
function ornaments(event: Event): string {
  const symbol = event.chordSymbol === null ? '' : `"${event.chordSymbol}"`;
  const notes = event.annotations.map((text) => `"${text}"`).join('');
  const decorations = event.decorations.map((name) => `!${name}!`).join('');
  const fermata =
    event.fermata && !event.decorations.some((name) => name.includes('fermata')) ? '!fermata!' : '';
  return symbol + notes + decorations + fermata + '('.repeat(event.slurStarts);
}

function tokenOf(event: Event, written: Tick, signs: readonly string[], { unit, dialect }: Page): string {
  const length = event.irregular === 'grace' ? '' : writeLength(written, unit);
  const tie = event.tied ? '-' : '';
  return (
    ornaments(event) +
    PREFIX[dialect][event.state] +
    headOf(event, signs, dialect) +
    length +
    tie +
    ')'.repeat(event.slurEnds)
  );
}

/** Fields that this bar changes for its voice. */
function changes({ score }: Page, bar: number): string {
  const [now, before] = [score.bars[bar]!, score.bars[bar - 1]];
  if (before === undefined) return '';
  const key = writeKey(now.key) === writeKey(before.key) ? '' : `[K:${writeKey(now.key)}]`;
  const metre = writeMetre(now.metre) === writeMetre(before.metre) ? '' : `[M:${writeMetre(now.metre)}]`;
  return metre + key;
}

/** Tempo marks after the first moment stand in the soprano, before the note they fall on. */
function tempoBefore({ score }: Page, event: Event): string {
  if (event.voice !== 0 || event.onset === 0 || event.irregular === 'grace') return '';
  const tempo = score.tempos.find(({ onset }) => onset === event.onset);
  return tempo === undefined ? '' : `[Q:${writeTempo(tempo.quarters, tempo.text)}]`;
}

/** Whether two neighbours are written without a space. */
function beamed(left: Event | undefined, right: Event, bar: Bar): boolean {
  if (left === undefined || left.kind === 'rest' || right.kind === 'rest') return false;
  const place = ({ onset, duration }: Event) => {
    const from = onset - bar.onset + bar.phase;
    return { from, to: from + duration };
  };
  return isBeamed(place(left), place(right), bar.metre);
}

/** The notes of one voice in one bar. */
function writeBar(page: Page, index: number, events: readonly Event[]): string {
  const bar = page.score.bars[index]!;
  const fields = changes(page, index);
  if (events.length === 0) {
    const rest = page.dialect === 'satb' ? '?z' : 'x';
    return `${fields}${rest}${writeLength(bar.duration, page.unit)}`;
  }
  const signs = accidentalsOf(events, bar.key, page.dialect);
  const tuplets = groupTuplets(events);
  let text = '';
  let before: Event | undefined;
  let inGrace = false;
  events.forEach((event, i) => {
    const grace = event.irregular === 'grace';
    const tuplet = tuplets.get(event);
    const open = grace && !inGrace ? '{' : '';
    const close = inGrace && !grace ? '}' : '';
    const joined =
      i === 0 || inGrace || (tuplet !== undefined && !tuplet.first) || beamed(before, event, bar);
    const token = tokenOf(event, tuplet?.written ?? event.duration, signs.get(event) ?? [], page);
    text += `${close}${joined ? '' : ' '}${tempoBefore(page, event)}${open}${tuplet?.sign ?? ''}${token}`;
    inGrace = grace;
    if (!grace) before = event;
  });
  return fields + text + (inGrace ? '}' : '');
}

const BARLINE: Record<Bar['barline'], string> = {
  single: '|',
  double: '||',
  final: '|]',
  'repeat-end': ':|',
  'repeat-both': '::',
  'repeat-start': '|:',
  none: '|',
};

/** What closes a bar, the repeat sign of the next one included. */
function barlineAfter(bars: readonly Bar[], index: number): string {
  const bar = bars[index]!;
  const next = bars[index + 1];
  if (next === undefined) return bar.barline === 'none' ? '' : BARLINE[bar.barline];
  const repeats = next.opens.repeat;
  if (!repeats) return BARLINE[bar.barline === 'repeat-both' ? 'repeat-end' : bar.barline];
  return bar.barline === 'repeat-end' || bar.barline === 'repeat-both' ? '::' : '|:';
}

const ESCAPED = /[\\\-_*|%~]/g;

/** A syllable as `w:` wants it: a trailing hyphen joins it to the next, blanks are `~`. */
function syllable(text: string): string {
  if (text === '') return '*';
  if (text === '_') return text;
  const hyphen = text.length > 1 && text.endsWith('-') ? '-' : '';
  const body = hyphen === '' ? text : text.slice(0, -1);
  return body.replace(ESCAPED, (sign) => `\\${sign}`).replace(/\s+/g, '~') + hyphen;
}

/** The `w:` lines under a line of music; none where it has no words. */
function wordLines(events: readonly Event[]): string[] {
  const sung = events.filter((e) => e.kind === 'note' && e.irregular !== 'grace' && e.rhythm === 'fixed');
  const verses = Math.max(0, ...sung.map(({ lyrics }) => lyrics.length));
  return Array.from({ length: verses }, (_, verse) => {
    const words = sung.map(({ lyrics }) => syllable(lyrics[verse] ?? '')).join(' ');
    return `w: ${words.replace(/( \*)+$/, '')}`;
  });
}

function writeLine(
  page: Page,
  voice: Voice,
  byBar: readonly (readonly Event[])[],
  from: number,
  to: number,
): string[] {
  const { bars } = page.score;
  const opens = from === 0 && bars[0]?.opens.repeat ? '|: ' : '';
  let text = `[V:${VOICE_LETTERS[voice]}] ${opens}`;
  for (let bar = from; bar < to; bar++) {
    const ending = bars[bar]!.opens.ending;
    text += `${ending === null ? '' : `[${ending.replace(/[^\d,-]/g, '') || '1'} `}${writeBar(page, bar, byBar[bar]!)} ${barlineAfter(bars, bar)} `;
  }
  return [text.trimEnd(), ...wordLines(byBar.slice(from, to).flat())];
}

/**
 * A score as text, bars aligned. Reading it again gives the same music: pitches, lengths, ties, keys, metres, words,
 * repeats and (in the `satb` dialect) what is open or pinned.
 */
export function writeAbc(score: Score, options: AbcOptions): Conversion<string> {
  const page: Page = { score, unit: handyUnit(score), dialect: options.dialect };
  const perLine = Math.max(1, options.barsPerLine ?? 4);
  const byVoice = VOICES.map((voice) => {
    const bars: Event[][] = score.bars.map(() => []);
    for (const event of score.parts[voice].events) bars[event.bar]?.push(event);
    return bars;
  });
  // A voice without music counts as open from start to end: it needs no bars of its own.
  const sounding = VOICES.filter((voice) => score.parts[voice].events.length > 0);
  const lines = writeHeader(score, page.unit, options.dialect === 'satb');
  for (let bar = 0; bar < score.bars.length; bar += perLine) {
    const to = Math.min(score.bars.length, bar + perLine);
    for (const voice of sounding) lines.push(...writeLine(page, voice, byVoice[voice]!, bar, to));
  }
  const text = `${lines.join('\n')}\n`;
  const losses =
    options.dialect === 'satb'
      ? []
      : lossesOf(score, ['open and pinned marks', 'candidate pitches of open notes']);
  return { content: apply(text, format(parse(text))), losses };
}
