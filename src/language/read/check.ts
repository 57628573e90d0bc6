// What is wrong with a reading: a table of checks, each a code, a severity and a way to find it. Adding a check is
// adding a row. Knows nothing of editors; voice leading is judged elsewhere.

import { parseChordSymbol } from '../analyse/symbol.ts';
import { midi, type Pitch, pitchName } from '../pitch.ts';
import { type Fix, moved, type Problem, type Severity, type Span } from '../problem.ts';
import { type Directives, type Event, type Range, VOICE_NAMES, VOICES, type Voice } from '../score.ts';
import { barTicks, TICKS_PER_WHOLE, type Tick } from '../time.ts';
import { deviations } from './bars.ts';
import type { Measure, Measures, Reading } from './build.ts';
import type { Finding, Written } from './raw.ts';
import type { Tree } from './tree.ts';

/** What a check may look at. */
interface Case extends Reading {
  readonly tree: Tree;
  readonly text: string;
}

/** What a check of notes may look at: those of one voice in one bar. */
interface Notes {
  readonly voice: Voice;
  readonly events: readonly Event[];
  /** The event before them that is no grace note. */
  readonly before: () => Event | null;
  readonly directives: Directives;
  readonly text: string;
}

type Found = Omit<Finding, 'code'>;

interface Check {
  readonly code: string;
  readonly severity: Severity;
  /** Without any of these it is found while reading the tune or its directives. */
  readonly find?: (one: Case) => Iterable<Found>;
  /** Bar by bar and voice by voice: what it says of a bar that stays as it is stays as it is. */
  readonly hear?: (notes: Notes) => Iterable<Found>;
  /** The same, asked only where something is open. */
  readonly hearOpen?: (notes: Notes) => Iterable<Found>;
}

const CHECKS: readonly Check[] = [
  { code: 'no-music', severity: 'warning', find: noMusic },
  { code: 'missing-field', severity: 'warning', find: missingFields },
  { code: 'bad-field', severity: 'error' },
  { code: 'text-after-tune', severity: 'warning', find: textAfterTune },
  { code: 'more-tunes', severity: 'information' },
  { code: 'more-voices', severity: 'information', find: moreVoices },
  { code: 'voice-missing', severity: 'information', find: missingVoices },
  { code: 'voice-short', severity: 'information', find: shortVoices },
  { code: 'bar-length', severity: 'error', find: barLengths },
  { code: 'bar-line-missing', severity: 'warning', find: missingBarLines },
  { code: 'bar-metre', severity: 'warning', find: barMetres },
  { code: 'bad-length', severity: 'error' },
  { code: 'dangling-tie', severity: 'warning' },
  { code: 'out-of-range', severity: 'warning', hear: outOfRange },
  { code: 'open-off-grid', severity: 'error', hearOpen: openOffGrid },
  { code: 'contradictory-candidates', severity: 'error', hearOpen: contradictions },
  { code: 'portable-open', severity: 'hint', hearOpen: bareOpens },
  { code: 'unknown-directive', severity: 'warning' },
  { code: 'bad-directive', severity: 'error' },
  { code: 'overlay', severity: 'information' },
  { code: 'unclosed-chord', severity: 'error' },
  { code: 'unclosed-quote', severity: 'error' },
  { code: 'unclosed-grace', severity: 'warning' },
  { code: 'unclosed-decoration', severity: 'warning' },
  { code: 'unknown-token', severity: 'warning' },
];

/** Every code a problem of this table can have, with its usual severity. */
export const CODES: readonly { readonly code: string; readonly severity: Severity }[] = CHECKS.map(
  ({ code, severity }) => ({ code, severity }),
);

const RANKS: ReadonlyMap<string, number> = new Map(CHECKS.map(({ code }, rank) => [code, rank]));

/** A reading with what is wrong with it. */
export interface Checked {
  readonly reading: Reading;
  readonly problems: readonly Problem[];
  /** Of the notes of each bar, where there are any. */
  readonly heard: ReadonlyMap<Measure, readonly Problem[]>;
}

/** Runs all checks; problems come in the order of the text. What was found `before` in the same bars is kept. */
export function check(reading: Reading, tree: Tree, text: string, before?: Checked): Checked {
  const one: Case = { ...reading, tree, text };
  const problems: Problem[] = [];
  for (const finding of [...reading.tune.findings, ...reading.findings])
    problems.push({ severity: CHECKS[RANKS.get(finding.code)!]!.severity, ...finding });
  for (const { code, severity, find } of CHECKS)
    if (find) for (const found of find(one)) problems.push({ severity, ...found, code });
  const heard = hearAll(reading, text, before);
  for (const found of heard.values()) problems.push(...found);
  const rank = ({ code }: Problem): number => RANKS.get(code)!;
  problems.sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end || rank(a) - rank(b));
  return { reading, problems, heard };
}

function hearAll({ score, measures }: Reading, text: string, before?: Checked): Checked['heard'] {
  const heard = new Map<Measure, readonly Problem[]>();
  const { directives } = score;
  const stands = before && sameLaws(before.reading.score.directives, directives);
  const step = TICKS_PER_WHOLE / directives.grid;
  for (const voice of VOICES) {
    const now = measures[voice];
    const old = stands ? before.reading.measures[voice] : [];
    for (let bar = 0; bar < now.length; bar++) {
      const measure = now[bar];
      if (!measure) continue;
      const known = old[bar];
      const found =
        known && saysTheSame(known, measure, step)
          ? movedWith(measure, known, before?.heard.get(known))
          : hearIn(now, voice, bar, directives, text);
      if (found && found.length > 0) heard.set(measure, found);
    }
  }
  return heard;
}

function hearIn(
  measures: Measures,
  voice: Voice,
  bar: number,
  directives: Directives,
  text: string,
): readonly Problem[] {
  const { events } = measures[bar]!;
  return hear({ voice, events, before: () => eventBefore(measures, bar), directives, text });
}

/** What was found in a bar that has moved to where another one stands now. */
function movedWith(now: Measure, then: Measure, found?: readonly Problem[]): readonly Problem[] | undefined {
  const by = now === then ? 0 : now.written.base - then.written.base;
  return by === 0 ? found : found?.map((problem) => moved(problem, by));
}

function eventBefore(measures: Measures, bar: number): Event | null {
  for (let i = bar - 1; i >= 0; i--) {
    const event = measures[i]?.events.findLast(({ irregular }) => irregular !== 'grace');
    if (event) return event;
  }
  return null;
}

/** Whether two bars are the same to checks of notes: a tie into the first note is judged by the bar before. */
const saysTheSame = (a: Measure, b: Measure, step: Tick): boolean =>
  !a.held &&
  (a === b ||
    (a.written.raw === b.written.raw && a.duration === b.duration && (a.onset - b.onset) % step === 0));

const OF_NOTES = CHECKS.filter(({ hear, hearOpen }) => hear ?? hearOpen);

function hear(notes: Notes): Problem[] {
  const problems: Problem[] = [];
  const isOpen = notes.events.some(({ state }) => state === 'open');
  for (const { code, severity, hear, hearOpen } of OF_NOTES) {
    const asked = hear ?? (isOpen ? hearOpen : undefined);
    if (asked) for (const found of asked(notes)) problems.push({ severity, ...found, code });
  }
  return problems;
}

/** Whether the same notes are found right and wrong. */
const sameLaws = (a: Directives, b: Directives): boolean =>
  a.grid === b.grid &&
  a.chords === b.chords &&
  a.range.every(({ low, high }, voice) => {
    const other = b.range[voice]!;
    return low === other.low && high === other.high;
  });

// ---- the tune as a whole

function* noMusic({ score, tune }: Case): Iterable<Found> {
  if (score.bars.length > 0) return;
  const message =
    'There is no music here. Write a melody for the soprano, such as `[V:S] G4 | A4 |]` after the `K:` line.';
  yield { message, span: { start: tune.headerEnd, end: tune.headerEnd } };
}

const FIELDS: readonly (readonly [string, string, Severity])[] = [
  ['X', 'Add `X:1` as the first line: other programs find no tune without it.', 'warning'],
  ['K', 'Add a key such as `K:G` as the last line of the header; until then it is C major.', 'warning'],
  [
    'M',
    'Add a metre such as `M:4/4`; without one, bar lengths are only compared between voices.',
    'information',
  ],
  [
    'L',
    'Add `L:1/4` or another length, so that no reader has to guess what a plain note lasts.',
    'information',
  ],
];

function* missingFields({ tune, score }: Case): Iterable<Found> {
  if (score.bars.length === 0) return;
  const at = { X: tune.span.start, K: tune.headerEnd };
  for (const [letter, message, severity] of FIELDS) {
    if (tune.fields.has(letter)) continue;
    const start = letter === 'K' ? at.K : at.X;
    const value = { X: 'X:1\n', K: 'K:C\n' }[letter];
    const span = { start, end: start };
    const fixes = value ? [{ title: `Add ${value.trim()}`, edits: [{ span, newText: value }] }] : [];
    yield { message: `The header has no \`${letter}:\` field. ${message}`, span, severity, fixes };
  }
}

/** Music after a blank line belongs to no tune: readers stop there. */
function* textAfterTune({ tree, tune }: Case): Iterable<Found> {
  let blank = -1;
  for (let i = 0; i < tree.lines.length; i++) {
    const line = tree.lines[i]!;
    if (line.start < tune.headerEnd) continue;
    if (line.kind === 'field' && line.text.startsWith('X:')) return;
    if (line.kind === 'blank' && blank < 0) blank = i;
    if (line.kind !== 'text' || blank < 0 || !/^\[?[VKMLw]:|\|/.test(line.text)) continue;
    const edits = tree.lines
      .slice(blank, i)
      .filter((other) => other.kind === 'blank')
      .map((other) => ({ span: { start: other.start, end: other.end }, newText: '%' }));
    const message =
      'A blank line has ended the tune, so this is not read. Remove the blank line, or write % on it.';
    yield {
      message,
      span: { start: line.start, end: line.end },
      fixes: [{ title: 'Write % on the blank lines', edits }],
    };
    return;
  }
}

// ---- voices

function* moreVoices({ casting }: Case): Iterable<Found> {
  for (const { id, span } of casting.others) {
    const message = `Four voices are read; voice ${id} is not one of them and stays as it is. Name the four S, A, T and B to choose others.`;
    yield { message, span };
  }
}

function* missingVoices({ score }: Case): Iterable<Found> {
  if (score.bars.length === 0) return;
  for (const { voice, id, events, span } of score.parts) {
    if (events.length > 0) continue;
    const what = id === null ? 'is not in the text' : 'has no music yet';
    yield {
      message: `The ${VOICE_NAMES[voice].toLowerCase()} ${what}: it counts as open from start to end.`,
      span,
    };
  }
}

function* shortVoices({ score }: Case): Iterable<Found> {
  for (const { voice, events, gaps, span } of score.parts) {
    if (events.length === 0) continue;
    let bar = 0;
    let event = 0;
    for (const { from, to } of gaps) {
      while (score.bars[bar] && score.bars[bar]!.onset < from) bar++;
      const first = score.bars[bar]?.number;
      while (score.bars[bar] && score.bars[bar]!.onset < to) bar++;
      const last = score.bars[bar - 1]?.number;
      while (events[event + 1] && events[event + 1]!.onset < from) event++;
      const where = first === last ? `bar ${first}` : `bars ${first}-${last}`;
      const message = `The ${VOICE_NAMES[voice].toLowerCase()} has no music in ${where}: it counts as open there. Write \`?Z\` for an open bar, \`Z\` for a bar's rest.`;
      yield { message, span: from === 0 ? span : (events[event]?.span ?? span) };
    }
  }
}

// ---- bars

function* barLengths({ score, rows, text }: Case): Iterable<Found> {
  for (let i = 0; i < rows.length; i++) {
    const bar = score.bars[i]!;
    for (const { voice, written } of deviations(rows[i]!, bar.duration)) {
      const { raw } = written;
      const difference = bar.duration - raw.length;
      const advice = difference > 0 ? `Add ${fraction(difference)}` : `Take away ${fraction(-difference)}`;
      const message = `The ${VOICE_NAMES[voice].toLowerCase()} lasts ${fraction(raw.length)} in bar ${bar.number}, the bar ${fraction(bar.duration)}. ${advice}.`;
      const span = bar.spans[voice] ?? placeOf(written);
      yield { message, span, fixes: difference > 0 ? [fillUp(written, difference, text)] : [] };
    }
  }
}

const placeOf = ({ raw, base }: Written): Span => ({ start: base + raw.start, end: base + raw.end });

/** Leaves what is missing at the end of a bar open. */
function fillUp(written: Written, missing: Tick, text: string): Fix {
  let at = placeOf(written).end;
  while (')-'.includes(text[at] ?? ' ')) at++;
  const newText = ` ?z${lengthText(missing, written.raw.unit)}`;
  return {
    title: `Leave the missing ${fraction(missing)} open`,
    edits: [{ span: { start: at, end: at }, newText }],
  };
}

function* missingBarLines({ score, rows }: Case): Iterable<Found> {
  for (let i = 0; i < rows.length; i++) {
    for (const voice of VOICES) {
      const written = rows[i]![voice];
      if (!written || written.raw.lineMissing < 0) continue;
      const at = written.base + written.raw.lineMissing;
      const message = `The ${VOICE_NAMES[voice].toLowerCase()} has no bar line before bar ${score.bars[i]?.number}, where the other voices have one. Add \`|\`.`;
      const span = { start: at, end: at };
      yield { message, span, fixes: [{ title: 'Add the bar line', edits: [{ span, newText: '| ' }] }] };
    }
  }
}

/** Bars on which the voices agree, but not with the metre. Pickups and bars split by a repeat are fine. */
function* barMetres({ score, rows }: Case): Iterable<Found> {
  for (let i = 0; i < score.bars.length; i++) {
    const bar = score.bars[i]!;
    const full = bar.metre ? barTicks(bar.metre) : bar.duration;
    if (bar.duration === full) continue;
    if (bar.duration < full && mayBeShort(i, score.bars, rows)) continue;
    const written = rows[i]?.find((one) => one && one.raw.events.length > 0);
    const span = bar.spans.find((one) => one !== null) ?? (written ? placeOf(written) : null);
    if (!span) continue;
    const message = `Bar ${bar.number} lasts ${fraction(bar.duration)}, the metre says ${bar.metre?.beats}/${bar.metre?.unit}. Mend its lengths, or write the metre it has, as in \`[M:3/4]\`.`;
    yield { message, span };
  }
}

function mayBeShort(i: number, bars: Reading['score']['bars'], rows: Reading['rows']): boolean {
  const bar = bars[i]!;
  const next = bars[i + 1];
  if (bar.phase > 0 || !next || next.phase > 0 || next.opens.repeat || bar.barline !== 'single') return true;
  return rows[i]!.some((one) => one?.raw.lineEnd) || i === 0;
}

// ---- notes

function outOfRange({ voice, events, directives }: Notes): Iterable<Found> {
  const range = directives.range[voice];
  let found: Found[] | null = null;
  for (const event of events) {
    if (event.continues || event.irregular === 'grace' || event.state === 'open') continue;
    const pitch = firstOutside(event.pitches, range);
    if (!pitch) continue;
    const message = `${pitchName(pitch)} is ${midi(pitch) < range.low ? 'below' : 'above'} the ${VOICE_NAMES[voice].toLowerCase()}'s range. Move it, or widen the range with \`%%cantus:range\`.`;
    found ??= [];
    found.push({ message, span: event.span });
  }
  return found ?? NOTHING;
}

const NOTHING: readonly Found[] = [];

function firstOutside(pitches: readonly Pitch[], { low, high }: Range): Pitch | null {
  for (const pitch of pitches) {
    const number = midi(pitch);
    if (number < low || number > high) return pitch;
  }
  return null;
}

function* openOffGrid({ events, directives: { grid }, text }: Notes): Iterable<Found> {
  const step = TICKS_PER_WHOLE / grid;
  for (const event of events) {
    if (event.state !== 'open') continue;
    const fits = event.onset % step === 0 && event.duration % step === 0;
    if (fits && event.irregular === null) continue;
    const why =
      event.irregular === 'grace'
        ? 'A grace note'
        : event.irregular === 'tuplet'
          ? 'A note in a tuplet'
          : `A note that does not lie on the grid of 1/${grid}`;
    const message = `${why} cannot be open: it stays as it is written. Remove the \`?\`, or give the note a place on the grid.`;
    yield { message, span: event.span, fixes: [close(event, text)] };
  }
}

/** Takes the `?` away; a bare one becomes a rest. */
function close(event: Event, text: string): Fix {
  const span = { start: event.span.start, end: event.body.start };
  const newText = isBare(event, text) ? 'z' : '';
  return { title: 'Leave it as it is written (remove ?)', edits: [{ span, newText }] };
}

function* contradictions({ voice, events, before, directives }: Notes): Iterable<Found> {
  const { low, high } = directives.range[voice];
  let last = before();
  for (const event of events) {
    const { candidates } = event;
    if (candidates) {
      if (!candidates.some((pitch) => midi(pitch) >= low && midi(pitch) <= high)) {
        const message = `None of ${names(candidates)} is in the ${VOICE_NAMES[voice].toLowerCase()}'s range. Offer other pitches, or widen the range with \`%%cantus:range\`.`;
        yield { message, span: event.span };
      }
      if (event.continues && last && last.pitches.length > 0 && !shared(candidates, last.pitches)) {
        const message = `${names(last.pitches)} is tied into this note, but only ${names(candidates)} may stand here. Add the tied pitch, or remove the tie.`;
        yield { message, span: event.span };
      }
      const symbol = directives.chords === 'require' ? event.chordSymbol : null;
      const chord = symbol ? parseChordSymbol(symbol) : null;
      if (chord && !candidates.some((pitch) => chord.classes.includes(midi(pitch) % 12))) {
        const message = `None of ${names(candidates)} is in the chord ${event.chordSymbol}, which \`%%cantus:chords require\` asks for. Offer a tone of the chord, or write \`%%cantus:chords prefer\`.`;
        yield { message, span: event.span };
      }
    }
    if (event.irregular !== 'grace') last = event;
  }
}

function* bareOpens({ events, text }: Notes): Iterable<Found> {
  for (const event of events) {
    if (event.state !== 'open' || !isBare(event, text)) continue;
    const span: Span = { start: event.body.start, end: event.body.start };
    const message =
      'Other programs pass over a bare `?` together with its length. Write `?x`, which every reader takes as a rest.';
    const written = text.slice(event.body.start, event.body.end);
    yield {
      message,
      span: event.span,
      fixes: [{ title: `Write ?x${written}`, edits: [{ span, newText: 'x' }] }],
    };
  }
}

const isBare = (event: Event, text: string): boolean =>
  event.body.start === event.body.end || /[\d/-]/.test(text[event.body.start] ?? '');

const names = (pitches: readonly Pitch[]): string => pitches.map(pitchName).join(', ');

const shared = (a: readonly Pitch[], b: readonly Pitch[]): boolean =>
  a.some((one) => b.some((other) => midi(one) === midi(other)));

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));

/** A length as musicians say it, in whole notes. @example fraction(TICKS_PER_WHOLE * 5 / 4) // '5/4' */
function fraction(ticks: Tick): string {
  const common = divisor(ticks, TICKS_PER_WHOLE);
  const den = TICKS_PER_WHOLE / common;
  return den === 1 ? `${ticks / common}/1` : `${ticks / common}/${den}`;
}

/** A length as ABC writes it, in units. @example lengthText(3 * unit / 2, unit) // '3/2' */
function lengthText(ticks: Tick, unit: Tick): string {
  const common = divisor(ticks, unit);
  const [num, den] = [ticks / common, unit / common];
  return `${num === 1 ? '' : num}${den === 1 ? '' : `/${den}`}`;
}
