// A score in stretches of some bars, each heard with the notes around it that it comes from and leads to: what was
// found in a stretch holds while all that was heard for it sounds the same. Knows no rule.

import { equalKeys, type Pitch } from '../pitch.ts';
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
interface Stretch<T> {
  readonly first: number;
  readonly last: number;
  readonly found: T;
}

export class Stretches<T> {
  /** Of each voice, the index of the first event of each bar; behind the last bar, how many there are. */
  private readonly starts: readonly Int32Array[];
  private readonly all: readonly Stretch<T>[];

  /** @param before what was found in another score; kept where that sounds the same */
  constructor(
    readonly score: Score,
    find: (hearing: Hearing, places: Stretches<T>) => T,
    before?: Stretches<T>,
  ) {
    this.starts = VOICES.map((voice) => startsOf(score, voice));
    const { length } = score.bars;
    const others = before?.score.bars.length ?? 0;
    const alike = score.bars.map((_, bar) => bar < others && this.#soundsAs(before!, bar));
    const stays = ({ first, last }: Stretch<T>): boolean =>
      (length === others || last + 1 < Math.min(length, others)) &&
      !alike.slice(first, last + 1).includes(false);
    const all: Stretch<T>[] = [];
    for (let from = 0; from < length; from += BARS) {
      const known = before?.all[all.length];
      all.push(known && stays(known) ? known : this.#hear(from, Math.min(length, from + BARS), find));
    }
    this.all = all;
  }

  /** What was found, in the order of time. */
  get found(): readonly T[] {
    return this.all.map(({ found }) => found);
  }

  placeOf(event: Event): Place {
    const { voice, bar } = event;
    const start = this.starts[voice]![bar]!;
    return { voice, bar, nth: this.score.parts[voice].events.indexOf(event, start) - start };
  }

  eventAt({ voice, bar, nth }: Place): Event {
    return this.score.parts[voice].events[this.starts[voice]![bar]! + nth]!;
  }

  #hear(from: number, to: number, find: (hearing: Hearing, places: Stretches<T>) => T): Stretch<T> {
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
    return { first: begin, last: Math.min(end, bars.length - 1), found };
  }

  #eventsIn(voice: Voice, bar: number): readonly Event[] {
    const starts = this.starts[voice]!;
    return this.score.parts[voice].events.slice(starts[bar], starts[bar + 1]);
  }

  #isSilent(bar: number): boolean {
    return VOICES.every((voice) => melody(this.#eventsIn(voice, bar)).length === 0);
  }

  #soundsAs(other: Stretches<T>, bar: number): boolean {
    const [a, b] = [this.score.bars[bar]!, other.score.bars[bar]!];
    const same =
      a === b ||
      (a.number === b.number &&
        a.onset === b.onset &&
        a.phase === b.phase &&
        equalMetres(a.metre, b.metre) &&
        equalKeys(a.key, b.key));
    return same && VOICES.every((voice) => this.#singsAs(other, voice, bar));
  }

  #singsAs(other: Stretches<T>, voice: Voice, bar: number): boolean {
    const [starts, others] = [this.starts[voice]!, other.starts[voice]!];
    const [events, old] = [this.score.parts[voice].events, other.score.parts[voice].events];
    const [start, from] = [starts[bar]!, others[bar]!];
    const count = starts[bar + 1]! - start;
    if (count !== others[bar + 1]! - from) return false;
    for (let i = 0; i < count; i++) if (!equalSounds(events[start + i]!, old[from + i]!)) return false;
    return true;
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
  a === b ||
  (a.onset === b.onset &&
    a.duration === b.duration &&
    a.kind === b.kind &&
    a.continues === b.continues &&
    a.fermata === b.fermata &&
    a.irregular === b.irregular &&
    equalPitches(a.pitches, b.pitches));

const equalPitches = (a: readonly Pitch[], b: readonly Pitch[]): boolean =>
  a === b ||
  (a.length === b.length &&
    a.every(({ letter, alter, octave }, i) => {
      const other = b[i]!;
      return letter === other.letter && alter === other.alter && octave === other.octave;
    }));
