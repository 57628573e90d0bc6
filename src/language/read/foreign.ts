// What readers of other formats share: lines of music of any number -> a score of four voices without a text.
// Knows nothing of the formats, and nothing of ABC.

import { type Key, midi, type Pitch } from '../pitch.ts';
import {
  type Bar,
  DEFAULT_RANGES,
  type Event,
  type Part,
  type Score,
  type Tempo,
  VOICE_LETTERS,
  VOICE_NAMES,
  VOICES,
  type Voice,
} from '../score.ts';
import { barTicks, type Metre, TICKS_PER_WHOLE, type Tick } from '../time.ts';

/** A file that cannot be read: not of its format, damaged, or too large. `message` is fit to show. */
export class ReadFailure extends Error {
  override readonly name = 'ReadFailure';
}

/** What was read, and the names of what was left out. */
export interface Reading {
  readonly score: Score;
  readonly losses: readonly string[];
}

/** Something that sounds or rests, before its voice and bar are known. Chords have their pitches low to high. */
export type Found = { -readonly [K in keyof Event]: Event[K] };

/** One line of music of a foreign file, in time order. */
export interface Line {
  readonly name: string;
  readonly events: Found[];
}

const NOWHERE = { start: 0, end: 0 };

/** A rest of no length at the beginning, to be filled in. */
export const blank = (onset: Tick, duration: Tick): Found => ({
  kind: 'rest',
  state: 'written',
  rhythm: 'fixed',
  voice: 0,
  onset,
  duration,
  bar: 0,
  pitches: [],
  candidates: null,
  span: NOWHERE,
  body: NOWHERE,
  tied: false,
  continues: false,
  fermata: false,
  irregular: null,
  broken: null,
  decorations: [],
  chordSymbol: null,
  annotations: [],
  lyrics: [],
  slurStarts: 0,
  slurEnds: 0,
});

const sounding = ({ events }: Line): Found[] => events.filter((event) => event.pitches.length > 0);
const mostPitches = (line: Line): number =>
  sounding(line).reduce((most, event) => Math.max(most, event.pitches.length), 0);

/** One pitch of a chord as an event of its own: words, marks and slurs stay with the top. */
function pick(event: Found, pitch: Pitch | undefined, top: boolean): Found {
  const bare = top
    ? event
    : { ...blank(event.onset, event.duration), fermata: event.fermata, irregular: event.irregular };
  const { kind, tied, continues } = event;
  if (event.pitches.length === 0) return { ...bare, kind };
  // A chord with fewer notes than voices leaves one to be found.
  if (pitch === undefined)
    return { ...bare, kind: 'note', state: 'open', pitches: [], tied: false, continues: false };
  return { ...bare, kind, tied, continues, pitches: [pitch] };
}

/** Which pitch of a chord each of `voices` lines takes, from the top: the outer ones first. */
function places(count: number, voices: number): (number | undefined)[] {
  const order = voices === 2 ? [0, 1] : [0, 3, 1, 2];
  const taken = order.slice(0, Math.min(count, voices)).sort((a, b) => a - b);
  return Array.from({ length: voices }, (_, line) => {
    const rank = taken.indexOf(line);
    return rank < 0 ? undefined : rank === taken.length - 1 ? (rank === 0 ? 0 : count - 1) : rank;
  });
}

/** A line of chords as several lines, top first. */
function split(line: Line, voices: number): Line[] {
  return Array.from({ length: voices }, (_, v) => ({
    name: line.name,
    events: line.events.map((event) => {
      const fromTop = [...event.pitches].sort((a, b) => midi(b) - midi(a));
      const place = places(fromTop.length, voices)[v];
      return pick(event, place === undefined ? undefined : fromTop[place], v === 0);
    }),
  }));
}

/**
 * Four lines, soprano first, from any number: four as they are; one or two of chords split; fewer where there is less
 * (a melody is a soprano, two lines are soprano and bass). Lines beyond four are left out and named.
 */
export function castFour(all: readonly Line[]): { voices: (Line | null)[]; losses: string[] } {
  const lines = all.filter((line) => sounding(line).length > 0);
  const losses = lines.slice(4).map(({ name }) => `the part "${name}" (only four voices are kept)`);
  const [first, second, third] = lines;
  if (lines.length >= 4) return { voices: lines.slice(0, 4), losses };
  if (first === undefined) return { voices: [null, null, null, null], losses };
  if (lines.length === 1) {
    const most = mostPitches(first);
    if (most < 2) return { voices: [first, null, null, null], losses };
    if (most > 4) losses.push('inner notes of chords of more than four');
    return { voices: split(first, 4), losses };
  }
  if (lines.length === 2) {
    if (lines.every((line) => mostPitches(line) < 2)) return { voices: [first, null, null, second!], losses };
    return { voices: [...split(first, 2), ...split(second!, 2)], losses };
  }
  return { voices: [first, second!, null, third!], losses };
}

/** A bar of a foreign file. */
export interface FoundBar {
  readonly onset: Tick;
  readonly duration: Tick;
  readonly metre: Metre | null;
  readonly key: Key;
  readonly barline: Bar['barline'];
  readonly opens: Bar['opens'];
}

/** A bar line says too that the next bar opens a repeat. */
function barlineBefore(barline: Bar['barline'], next: FoundBar | undefined): Bar['barline'] {
  if (!next?.opens.repeat) return barline;
  return barline === 'repeat-end' ? 'repeat-both' : 'repeat-start';
}

/** Numbers the bars: a short first one is a pickup. */
function ruled(found: readonly FoundBar[]): Bar[] {
  const [first] = found;
  const full = first?.metre ? barTicks(first.metre) : 0;
  const pickup = first !== undefined && found.length > 1 && first.duration < full;
  return found.map((bar, i) => ({
    ...bar,
    barline: barlineBefore(bar.barline, found[i + 1]),
    number: pickup ? i : i + 1,
    phase: pickup && i === 0 ? full - bar.duration : 0,
    spans: [null, null, null, null],
  }));
}

/** Cuts an event at bar lines (tied), and tells each piece its bar. */
function place(event: Found, voice: Voice, bars: readonly Bar[], from: number): Event[] {
  const pieces: Event[] = [];
  let { onset, duration } = event;
  for (let bar = from; bar < bars.length && (duration > 0 || pieces.length === 0); bar++) {
    const end = bars[bar]!.onset + bars[bar]!.duration;
    if (onset >= end && bar + 1 < bars.length) continue;
    const here = Math.min(duration, end - onset);
    const last = here >= duration || bar + 1 === bars.length;
    const first = pieces.length === 0;
    const holds = event.kind === 'note' && event.pitches.length > 0;
    pieces.push({
      ...(first
        ? event
        : { ...blank(onset, here), kind: event.kind, state: event.state, pitches: event.pitches }),
      voice,
      bar,
      onset,
      duration: here,
      continues: first ? event.continues : holds,
      tied: last ? event.tied : holds,
      fermata: event.fermata && last,
      slurEnds: last ? event.slurEnds : 0,
      irregular: event.irregular,
    });
    onset += here;
    duration -= here;
  }
  return pieces;
}

/** A voice without holes: rests where nothing is said, each in its bar. */
function complete(line: Line, voice: Voice, bars: readonly Bar[]): Event[] {
  const events: Event[] = [];
  let at = 0;
  let bar = 0;
  const rest = (to: Tick): void => {
    while (at < to && bar < bars.length) {
      const end = bars[bar]!.onset + bars[bar]!.duration;
      if (at < end) events.push({ ...blank(at, Math.min(to, end) - at), voice, bar });
      at = Math.min(to, Math.max(at, end));
      if (at >= end) bar++;
    }
  };
  for (const event of line.events) {
    if (event.onset < at || (event.duration === 0 && event.irregular !== 'grace')) continue;
    rest(event.onset);
    while (bar + 1 < bars.length && bars[bar]!.onset + bars[bar]!.duration <= event.onset) bar++;
    const pieces = place(event, voice, bars, bar);
    events.push(...pieces);
    const last = pieces[pieces.length - 1];
    if (last === undefined) continue;
    at = last.onset + last.duration;
    bar = last.bar;
  }
  const end = bars[bars.length - 1];
  if (end !== undefined) rest(end.onset + end.duration);
  return events;
}

export interface Material {
  readonly title: string;
  readonly composer: string;
  readonly lines: readonly Line[];
  readonly bars: readonly FoundBar[];
  readonly tempos: readonly Tempo[];
}

/** Puts a score together. Its spans are empty: it has no text yet. */
export function assemble(material: Material): Reading {
  const { voices, losses } = castFour(material.lines);
  const bars = ruled(material.bars);
  const [first] = bars;
  const last = bars[bars.length - 1];
  if (first === undefined || last === undefined) throw new ReadFailure('There are no bars in this file.');
  const parts = VOICES.map((voice): Part => {
    const line = voices[voice];
    const events = line ? complete(line, voice, bars) : [];
    const gaps = line ? [] : [{ from: 0, to: last.onset + last.duration }];
    return {
      voice,
      id: line ? VOICE_LETTERS[voice] : null,
      name: VOICE_NAMES[voice],
      span: NOWHERE,
      events,
      gaps,
    };
  });
  const score: Score = {
    title: material.title,
    composer: material.composer,
    unit: TICKS_PER_WHOLE / 8,
    key: first.key,
    metre: first.metre,
    tempos: material.tempos,
    parts: [parts[0]!, parts[1]!, parts[2]!, parts[3]!],
    bars,
    length: last.onset + last.duration,
    directives: {
      grid: 16,
      seed: null,
      temperature: [null, null, null, null],
      steps: null,
      range: DEFAULT_RANGES,
      lock: [false, false, false, false],
      open: [],
      chords: 'prefer',
      rules: 'bach',
      model: null,
    },
  };
  return { score, losses };
}
