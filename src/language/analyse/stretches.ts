// A score in stretches of some bars, each heard with the notes around it that it comes from and leads to: what was
// found in a stretch holds while all that was heard for it sounds the same. Knows no rule.

import { equalKeys, type Pitch } from '../pitch.ts';
import { isSameDraft } from '../read/placed.ts';
import { type Event, type Score, VOICES, type Voice } from '../score.ts';
import { equalMetres, type Tick } from '../time.ts';
import { melody, type Sound } from './slice.ts';

/** So many bars are one stretch. */
const BARS = 16;

/** Where an event is, wherever its text stands: the so many-th of its voice in its bar. */
export interface Place {
  readonly voice: Voice;
  readonly bar: number;
  readonly nth: number;
}

/** What sounds in some bars, and right before and behind them. */
export interface Hearing {
  readonly score: Score;
  readonly melodies: readonly (readonly Sound[])[];
  /** When the bars themselves begin and end. */
  readonly from: Tick;
  readonly to: Tick;
}

/** What was found in a stretch, and the bars that it hangs on, both included. */
interface Stretch<Found, Told> {
  readonly first: number;
  readonly last: number;
  readonly found: Found;
  readonly told: Told;
}

/** How a bar is to the one in its place in another score. */
type Likeness = 'other' | 'sounds the same' | 'same events';

/** What is done with each stretch. */
interface Task<Found, Told> {
  /** Holds wherever the text stands. */
  readonly find: (hearing: Hearing, places: Places) => Found;
  /** Says it of the text as it stands. */
  readonly tell: (found: Found, places: Places) => Told;
}

/** Events and where they are, both ways. */
export interface Places {
  placeOf(event: Event): Place;
  eventAt(place: Place): Event;
}

export class Stretches<Found, Told> implements Places {
  /** Of each voice, the index of the first event of each bar; behind the last bar, how many there are. */
  private readonly starts: readonly Int32Array[];
  private readonly all: readonly Stretch<Found, Told>[];

  /** @param before what was found in another score; kept where that sounds the same */
  constructor(
    readonly score: Score,
    task: Task<Found, Told>,
    before?: Stretches<Found, Told>,
  ) {
    this.starts = VOICES.map((voice) => startsOf(score, voice));
    const { length } = score.bars;
    const others = before?.score.bars.length ?? 0;
    const likeness = score.bars.map((_, bar) => (bar < others ? this.#likenessTo(before!, bar) : 'other'));
    const all: Stretch<Found, Told>[] = [];
    for (let from = 0; from < length; from += BARS) {
      const known = before?.all[all.length];
      const reaches = known && (length === others || known.last + 1 < Math.min(length, others));
      const bars = reaches ? likeness.slice(known.first, known.last + 1) : [];
      if (!reaches || bars.includes('other')) all.push(this.#hear(from, Math.min(length, from + BARS), task));
      else if (!bars.includes('sounds the same')) all.push(known);
      else all.push({ ...known, told: task.tell(known.found, this) });
    }
    this.all = all;
  }

  /** What was found, in the order of time. */
  get found(): readonly Found[] {
    return this.all.map(({ found }) => found);
  }

  /** The same, told. */
  get told(): readonly Told[] {
    return this.all.map(({ told }) => told);
  }

  placeOf(event: Event): Place {
    const { voice, bar } = event;
    const start = this.starts[voice]![bar]!;
    return { voice, bar, nth: this.score.parts[voice].events.indexOf(event, start) - start };
  }

  eventAt({ voice, bar, nth }: Place): Event {
    return this.score.parts[voice].events[this.starts[voice]![bar]! + nth]!;
  }

  #hear(from: number, to: number, { find, tell }: Task<Found, Told>): Stretch<Found, Told> {
    const { score } = this;
    const { bars, parts } = score;
    let [first, last] = [from, to];
    while (first > 0 && this.#isSilent(--first));
    while (last < bars.length && this.#isSilent(last++));
    let [begin, end] = [first, last];
    const melodies = parts.map(({ voice, events }) => {
      let [a, b] = [this.starts[voice]![first]!, this.starts[voice]![last]!];
      while (a > 0 && goesOn(events[a])) a--;
      while (goesOn(events[b])) b++;
      begin = Math.min(begin, events[a]?.bar ?? begin);
      end = Math.max(end, (events[b - 1]?.bar ?? 0) + 1);
      return melody(events.slice(a, b));
    });
    const until = bars[to]?.onset ?? Number.POSITIVE_INFINITY;
    const found = find({ score, melodies, from: bars[from]!.onset, to: until }, this);
    return { first: begin, last: Math.min(end, bars.length - 1), found, told: tell(found, this) };
  }

  #eventsIn(voice: Voice, bar: number): readonly Event[] {
    const starts = this.starts[voice]!;
    return this.score.parts[voice].events.slice(starts[bar], starts[bar + 1]);
  }

  #isSilent(bar: number): boolean {
    return VOICES.every((voice) => melody(this.#eventsIn(voice, bar)).length === 0);
  }

  #likenessTo(other: Stretches<Found, Told>, bar: number): Likeness {
    const a = this.score.bars[bar]!;
    const b = other.score.bars[bar]!;
    const same =
      a === b ||
      (a.number === b.number &&
        a.onset === b.onset &&
        a.phase === b.phase &&
        equalMetres(a.metre, b.metre) &&
        equalKeys(a.key, b.key));
    if (!same) return 'other';
    let least: Likeness = 'same events';
    for (const voice of VOICES) {
      const likeness = this.#singsAs(other, voice, bar);
      if (likeness === 'other') return likeness;
      if (likeness !== 'same events') least = likeness;
    }
    return least;
  }

  #singsAs(other: Stretches<Found, Told>, voice: Voice, bar: number): Likeness {
    const { events } = this.score.parts[voice];
    const old = other.score.parts[voice].events;
    const starts = this.starts[voice]!;
    const others = other.starts[voice]!;
    const start = starts[bar]!;
    const from = others[bar]!;
    const count = starts[bar + 1]! - start;
    if (count !== others[bar + 1]! - from) return 'other';
    let same = true;
    for (let i = 0; i < count; i++) {
      const a = events[start + i]!;
      const b = old[from + i]!;
      if (a === b) continue;
      if (!equalSounds(a, b)) return 'other';
      same = false;
    }
    return same ? 'same events' : 'sounds the same';
  }
}

function startsOf({ bars, parts }: Score, voice: Voice): Int32Array {
  const { events } = parts[voice];
  const starts = new Int32Array(bars.length + 1);
  let i = 0;
  for (let bar = 0; bar <= bars.length; bar++) {
    while (i < events.length && events[i]!.bar < bar) i++;
    starts[bar] = i;
  }
  return starts;
}

/** Whether an event may be heard as one with those before it. */
const goesOn = (event: Event | undefined): boolean =>
  event !== undefined && (event.continues || event.irregular === 'grace');

const equalSounds = (a: Event, b: Event): boolean =>
  a.onset === b.onset &&
  a.duration === b.duration &&
  (isSameDraft(a, b) ||
    (a.kind === b.kind &&
      a.continues === b.continues &&
      a.fermata === b.fermata &&
      a.irregular === b.irregular &&
      equalPitches(a.pitches, b.pitches)));

const equalPitches = (a: readonly Pitch[], b: readonly Pitch[]): boolean =>
  a === b ||
  (a.length === b.length &&
    a.every(({ letter, alter, octave }, i) => {
      const other = b[i]!;
      return letter === other.letter && alter === other.alter && octave === other.octave;
    }));
