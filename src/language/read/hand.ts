// Items of music -> the bars of one voice. A hand writes one voice from token to token: lengths, tuplets, broken
// rhythm, ties, graces, bar lines. Knows no other voice and no fields; those are told to it.

import type { Key } from '../pitch.ts';
import type { Fix, Span } from '../problem.ts';
import type { Bar, Event } from '../score.ts';
import { type Metre, TICKS_PER_WHOLE, type Tick } from '../time.ts';
import { readBarline, stronger } from './barlines.ts';
import type { EventItem, Item, Length, MarkItem } from './grammar.ts';
import { alignLyrics, alignSymbols, FERMATAS, type Word } from './lyrics.ts';
import type { Passage, Stance } from './passages.ts';
import type { Draft, RawBar, Speed, Stream, Turn, Written } from './raw.ts';
import { NO_PITCHES, Sounds, type Spellings, same } from './sounds.ts';
import type { Line } from './tree.ts';

/** Longest event, and most bars one `Z` may ask for: more is a slip of the pen. */
const LONGEST = 64 * TICKS_PER_WHOLE;
const MOST_BARS = 100;
/** More verses under a note than this are not kept. */
const MOST_VERSES = 99;
const NONE: readonly string[] = [];
const NO_TURNS: readonly Turn[] = [];

/** What all hands of a tune share. */
export interface Desk {
  readonly spellings: Spellings;
  /** Decorations of one letter, as `U:` defines them. */
  readonly symbols: ReadonlyMap<string, string>;
  note(code: string, message: string, span: Span, fixes?: readonly Fix[]): void;
  /** The tempo that begins with the next event, if any; nobody gets it twice. */
  takeSpeed(): Speed | null;
}

/** What a passage is besides what its voice has made of it. */
type Frame = Omit<Passage, 'verse' | 'verseAt' | 'bars'>;

export class Hand {
  readonly sounds: Sounds;
  bar: RawBar;
  /** Where the line stands on which the bar begins: its offsets count from there. */
  private base = 0;
  private last: Draft | null = null;
  private lastBar: RawBar | null = null;
  private lastBase = 0;
  private decorations: string[] = [];
  private annotations: string[] = [];
  private chordSymbol: string | null = null;
  private slurs = 0;
  /** What a broken-rhythm sign makes of the next length. */
  private broken: Length | null = null;
  private tuplet: { readonly p: number; readonly q: number; left: number } | null = null;
  /** The brace that has opened grace notes; null outside them. */
  private grace: Span | null = null;
  private overlay = false;
  /** The last bar line: the index of its line, its text, and where it ends. */
  private signLine = -1;
  private sign = '';
  private signEnd = -1;
  /** Where the last music line begins: a bar and the number of its events before the line. For `w:`. */
  private lineBar = 0;
  private lineEvent = 0;
  private verse = 0;
  /** Where a `+:` line goes on in the verse. */
  private verseAt = 0;
  /** Which run of music lines that is. */
  private group = -1;
  /** So many bars belong to passages, which others may share: they are copied before they change. */
  private shared = 0;
  private lastShared = false;

  constructor(
    private readonly desk: Desk,
    readonly stream: Stream,
    public unit: Tick,
    public metre: Metre | null,
    key: Key,
  ) {
    this.sounds = new Sounds(desk.spellings, key);
    this.bar = this.openBar();
  }

  /** Takes the next item; `index` is that of its line, `group` that of the run of lines joined by `\`. */
  take(item: Item, line: Line, index: number, group: number): void {
    this.beginGroup(group);
    if (item.kind === 'bar') {
      this.closeAt(item, line, index);
      return;
    }
    if (this.bar.start < 0) this.beginBar(line, item.start);
    if (item.kind === 'event') this.event(item, line);
    else this.mark(item, line);
  }

  private beginGroup(group: number): void {
    if (this.group === group) return;
    this.group = group;
    this.lineBar = this.stream.bars.length;
    this.lineEvent = this.bar.events.length;
    this.verse = 0;
  }

  private beginBar(line: Line, at: number): void {
    this.base = line.start;
    this.bar.start = at;
  }

  /** A place on a line, counted from the base of the bar. */
  private inBar(line: Line, at: number): number {
    return line.start - this.base + at;
  }

  /** Whether the voice is between two bars, and nothing that it has read waits for what is to come. */
  get rests(): boolean {
    return (
      this.bar.start < 0 &&
      this.last?.tied !== true &&
      this.decorations.length === 0 &&
      this.annotations.length === 0 &&
      this.chordSymbol === null &&
      this.slurs === 0 &&
      this.broken === null &&
      this.tuplet === null &&
      this.grace === null &&
      !this.overlay
    );
  }

  /** How it goes on from here; for a voice that rests. */
  stance(index: number, symbols: string): Stance {
    const { key, octave, transpose, reach } = this.sounds;
    const { metre, unit, bar, stream } = this;
    const here = this.signLine === index;
    return {
      key,
      metre,
      unit,
      clef: stream.clef,
      octave,
      transpose,
      reach,
      symbols,
      repeat: bar.repeat,
      ending: bar.ending,
      sign: here ? this.sign : '',
      signEnd: here ? this.signEnd : 0,
    };
  }

  /** Goes from the `before` to the `after` of a passage. */
  repeat({ bars, start, after, verse, verseAt }: Passage, group: number): void {
    this.beginGroup(group);
    for (const bar of bars) this.stream.bars.push(bar);
    this.last = lastOf(bars) ?? this.last;
    this.lastBase = start;
    this.stream.clef = after.clef;
    this.sounds.key = after.key;
    this.sounds.octave = after.octave;
    this.sounds.transpose = after.transpose;
    this.metre = after.metre;
    this.unit = after.unit;
    this.refresh();
    this.bar.repeat = after.repeat;
    this.bar.ending = after.ending;
    this.verse = verse;
    this.verseAt = verseAt;
    this.share();
  }

  /** What it has read since it had so many bars, and can be read again in one. */
  passage(since: number, { contents, start, before, after, findings }: Frame): Passage {
    this.share();
    const { verse, verseAt, stream } = this;
    const bars = stream.bars.slice(since);
    return { contents, start, before, after, verse, verseAt, bars, findings };
  }

  private share(): void {
    this.shared = this.stream.bars.length;
    this.lastShared = true;
  }

  /** The text turns to another voice. */
  leave(): void {
    if (this.bar.cut < 0 && occupied(this.bar)) this.bar.cut = this.bar.end;
  }

  private openBar(): RawBar {
    return {
      events: [],
      length: 0,
      whole: false,
      empty: false,
      start: -1,
      end: -1,
      cut: -1,
      key: this.sounds.key,
      metre: this.metre,
      unit: this.unit,
      octave: this.sounds.octave,
      transpose: this.sounds.transpose,
      turns: NO_TURNS,
      barline: 'none',
      repeat: false,
      ending: null,
      lineEnd: false,
      lineMissing: -1,
    };
  }

  /** A bar without events begins with what was said last; a later event goes on with it. */
  refresh(forgets = false): void {
    const { bar, unit } = this;
    if (occupied(bar)) {
      const { key, octave, transpose } = this.sounds;
      const last = bar.turns.at(-1) ?? bar;
      const isSame = last.key === key && last.unit === unit && last.octave === octave;
      if (!forgets && isSame && last.transpose === transpose) return;
      bar.turns = [...bar.turns, { from: bar.events.length, forgets, key, unit, octave, transpose }];
      return;
    }
    bar.key = this.sounds.key;
    bar.metre = this.metre;
    bar.unit = this.unit;
    bar.octave = this.sounds.octave;
    bar.transpose = this.sounds.transpose;
  }

  private closeBar(barline: Bar['barline']): void {
    this.bar.barline = barline;
    // A list that has grown keeps room for more: one as long as it is takes a third of that.
    this.bar.events = this.bar.events.slice();
    this.stream.bars.push({ raw: this.bar, base: this.base });
    this.bar = this.openBar();
    this.sounds.forget();
    this.overlay = false;
    this.endGrace();
  }

  closeAt(item: MarkItem, line: Line, index: number): void {
    const { barline, starts, ending, text } = readBarline(item.text);
    const between = this.signLine === index && this.sign === '|' && /^\|[|\]]?$/.test(text);
    if (occupied(this.bar) || between) {
      this.bar.empty = !occupied(this.bar);
      if (this.bar.empty) {
        this.beginBar(line, this.signEnd);
        this.bar.end = item.start;
      }
      this.bar.lineEnd = item === line.items[line.items.length - 1];
      this.closeBar(barline);
    } else this.strengthen(barline);
    if (starts) this.bar.repeat = true;
    if (ending !== null) this.bar.ending = ending;
    this.signLine = index;
    this.sign = text;
    this.signEnd = item.end;
    this.decorations = [];
  }

  /** Another bar line behind the last one. */
  private strengthen(barline: Bar['barline']): void {
    const { bars } = this.stream;
    const before = bars.at(-1);
    if (!before) return;
    const both = stronger(before.raw.barline, barline);
    // A copy, since the bar may be shared.
    if (both !== before.raw.barline)
      bars[bars.length - 1] = { raw: { ...before.raw, barline: both }, base: before.base };
  }

  private endGrace(): void {
    if (!this.grace) return;
    this.desk.note(
      'unclosed-grace',
      'These grace notes have no end. Write `}` behind the last of them.',
      this.grace,
    );
    this.grace = null;
  }

  /** What stands behind a `Z` begins a new bar, bar line or not. */
  private breakBar(line: Line, at: number): void {
    const { grace } = this;
    this.grace = null;
    this.closeBar('single');
    this.grace = grace;
    this.beginBar(line, at);
    this.bar.lineMissing = at;
  }

  /** The last bar may lack its bar line. */
  finish(): void {
    if (occupied(this.bar)) this.closeBar('none');
    if (this.last?.tied) this.dangling(this.last);
    this.stream.octave = this.sounds.octave;
    this.stream.transpose = this.sounds.transpose;
  }

  private mark(item: MarkItem, line: Line): void {
    switch (item.kind) {
      case 'ending':
        this.bar.ending = item.text.replace(/[["]/g, '');
        return;
      case 'chord-symbol':
        this.chordSymbol = item.text.slice(1, -1);
        return;
      case 'annotation':
        this.annotations.push(item.text.slice(1, -1));
        return;
      case 'decoration':
        this.decoration(item, line);
        return;
      case 'tuplet':
        this.beginTuplet(item);
        return;
      case 'slur-open':
        this.slurs++;
        return;
      case 'slur-close':
        this.ownLast();
        if (this.last) this.last.slurEnds++;
        if (occupied(this.bar)) this.bar.end = this.inBar(line, item.end);
        return;
      case 'tie':
        this.ownLast();
        if (this.last?.kind === 'note') this.tie(this.last);
        if (occupied(this.bar)) this.bar.end = this.inBar(line, item.end);
        return;
      case 'broken':
        this.breakRhythm(item);
        return;
      case 'grace-open':
        this.grace = at(line, item);
        return;
      case 'grace-close':
        this.grace = null;
        return;
      case 'overlay':
        if (!this.overlay)
          this.desk.note(
            'overlay',
            'A second layer (`&`) is not read: only the first layer of the bar counts. It stays as it is.',
            at(line, item),
          );
        this.overlay = true;
        return;
      case 'unclosed-quote':
        this.desk.note(
          'unclosed-quote',
          'This text has no closing quotation mark. Add `"` at its end.',
          at(line, item),
        );
        return;
      case 'unclosed-decoration':
        if (item.text.length === 1) return;
        this.desk.note(
          'unclosed-decoration',
          `This decoration has no end. Write \`${item.text}${item.text[0]}\`.`,
          at(line, item),
          [
            {
              title: `Close the decoration with ${item.text[0]}`,
              edits: [{ span: after(line, item), newText: item.text[0] ?? '' }],
            },
          ],
        );
        return;
      default:
        this.desk.note(
          'unknown-token',
          `\`${item.text}\` means nothing here and is passed over. Remove it, or write % before it to make it a comment.`,
          at(line, item),
        );
        return;
    }
  }

  private decoration(item: MarkItem, line: Line): void {
    const name = item.text.length > 1 ? item.text.slice(1, -1) : this.desk.symbols.get(item.text);
    if (name === undefined)
      this.desk.note(
        'unknown-token',
        `\`${item.text}\` is no note and no symbol that \`U:\` has defined. Remove it, or define it with \`U:${item.text} = !fermata!\`.`,
        at(line, item),
      );
    else this.decorations.push(name);
  }

  /** `(p:q:r`: r notes, p in the time of q. */
  private beginTuplet(item: MarkItem): void {
    const [p = 0, q = 0, r = 0] = item.text.slice(1).split(':').map(Number);
    if (p < 1 || p > 99) return;
    const compound = this.metre !== null && this.metre.unit >= 8 && this.metre.beats % 3 === 0;
    const usual = [0, 1, 3, 2, 3, compound ? 3 : 2, 2, compound ? 3 : 2, 3, compound ? 3 : 2][p] ?? p;
    this.tuplet = { p, q: q > 0 && q < 100 ? q : usual, left: r || p };
  }

  private breakRhythm(item: MarkItem): void {
    const half = 2 ** Math.min(item.text.length, 6);
    const longer = { num: 2 * half - 1, den: half };
    const shorter = { num: 1, den: half };
    const { last } = this;
    if (!last || this.lastBar !== this.bar || this.bar.whole || this.grace) return;
    const first = item.text[0] === '>' ? longer : shorter;
    const duration = Math.round((last.duration * first.num) / first.den);
    const later = duration - last.duration;
    this.bar.length += later;
    last.duration = duration;
    last.broken = { before: last.broken?.before ?? 1, after: first.num / first.den };
    // Grace notes may stand before the sign: `A{g}>B`.
    for (const grace of this.bar.events.slice(this.bar.events.indexOf(last) + 1)) grace.onset += later;
    this.broken = item.text[0] === '>' ? shorter : longer;
  }

  /** Of the event that comes now. */
  private brokenBefore(): Event['broken'] {
    return this.broken && { before: this.broken.num / this.broken.den, after: 1 };
  }

  private event(item: EventItem, line: Line): void {
    if (!item.closed)
      this.desk.note(
        'unclosed-chord',
        'This chord has no closing bracket. Write `]` after its last note.',
        at(line, item),
        [
          {
            title: 'Close the chord',
            edits: [{ span: { start: line.start + item.end, end: line.start + item.end }, newText: ']' }],
          },
        ],
      );
    if (this.overlay) return;
    if (this.bar.whole) this.breakBar(line, item.start);
    if (item.core === 'bars') {
      this.wholeBars(item, line);
      return;
    }
    const { bar } = this;
    const open = item.prefix === '?';
    const pitches = this.sounds.of(item.pitches, this.grace !== null);
    const note = pitches.length > 0 || (open && item.letter !== 'z');
    const draft = this.draft(item, line, note ? 'note' : 'rest');
    draft.onset = bar.length;
    draft.rhythm = open && item.letter === 'z' ? 'free' : 'fixed';
    if (open && item.core === 'chord') draft.candidates = pitches;
    else draft.pitches = pitches;
    if (this.grace) draft.irregular = 'grace';
    else {
      draft.broken = this.brokenBefore();
      draft.duration = this.duration(item, line);
      if (this.tuplet) {
        if (this.tuplet.q !== this.tuplet.p) draft.irregular = 'tuplet';
        if (--this.tuplet.left === 0) this.tuplet = null;
      }
    }
    this.attach(draft);
    this.join(draft, item);
    bar.length += draft.duration;
    bar.end = draft.end;
    bar.events.push(draft);
  }

  private draft(item: EventItem, line: Line, kind: Event['kind']): Draft {
    return {
      kind,
      state: item.prefix === '?' ? 'open' : item.prefix === '@' ? 'pinned' : 'written',
      rhythm: 'fixed',
      onset: 0,
      duration: 0,
      pitches: NO_PITCHES,
      candidates: null,
      start: this.inBar(line, item.start),
      body: this.inBar(line, item.body),
      end: this.inBar(line, item.end),
      tied: false,
      continues: false,
      fermata: false,
      irregular: null,
      broken: null,
      decorations: NONE,
      chordSymbol: null,
      annotations: NONE,
      lyrics: NONE,
      slurStarts: 0,
      slurEnds: 0,
      speed: null,
    };
  }

  /** Hands over what stood before the event. */
  private attach(draft: Draft): void {
    draft.speed = this.desk.takeSpeed();
    if (this.decorations.length > 0) {
      draft.decorations = this.decorations;
      draft.fermata = this.decorations.some((name) => FERMATAS.has(name));
      this.decorations = [];
    }
    if (this.annotations.length > 0) {
      draft.annotations = this.annotations;
      this.annotations = [];
    }
    if (this.chordSymbol !== null && !this.grace) {
      draft.chordSymbol = this.chordSymbol;
      this.chordSymbol = null;
    }
    if (this.slurs > 0) {
      draft.slurStarts = this.slurs;
      this.slurs = 0;
    }
  }

  /** Ties the event to the one before it, and remembers its own tie. */
  private join(draft: Draft, item: EventItem): void {
    if (this.grace) return;
    const { last } = this;
    if (last?.tied) {
      draft.continues =
        draft.state === 'open' && draft.pitches.length === 0
          ? draft.kind === 'note' || draft.rhythm === 'free'
          : draft.pitches.some((pitch) => last.pitches.some((other) => same(pitch, other))) ||
            (last.state === 'open' && last.pitches.length === 0 && draft.kind === 'note');
      if (!draft.continues) this.dangling(last);
    }
    this.sounds.held = NO_PITCHES;
    this.last = draft;
    this.lastShared = false;
    this.lastBar = this.bar;
    this.lastBase = this.base;
    if (item.tied || item.pitches.some((pitch) => pitch.tied)) this.tie(draft);
  }

  private tie(draft: Draft): void {
    if (draft.kind !== 'note') return;
    draft.tied = true;
    this.sounds.held = draft.pitches;
  }

  /** Of the last event. */
  private dangling({ start, end }: Draft): void {
    this.desk.note(
      'dangling-tie',
      'This tie leads to no note of the same pitch. Repeat the pitch after it, or remove the `-`.',
      { start: this.lastBase + start, end: this.lastBase + end },
    );
  }

  private duration(item: EventItem, line: Line): Tick {
    const inner = item.pitches[0]?.length;
    let num = this.unit * item.length.num * (inner ? inner.num : 1);
    let den = item.length.den * (inner ? inner.den : 1);
    if (this.broken) {
      num *= this.broken.num;
      den *= this.broken.den;
      this.broken = null;
    }
    if (this.tuplet) {
      num *= this.tuplet.q;
      den *= this.tuplet.p;
    }
    const ticks = num / den;
    if (ticks >= 1 && ticks <= LONGEST) return Math.round(ticks);
    this.desk.note(
      'bad-length',
      'No note can be as long or as short as this. Write a length such as 2, 3/2 or /2.',
      at(line, item),
    );
    return ticks > LONGEST ? LONGEST : this.unit;
  }

  /** `Z3`: the rest of this bar and two whole ones. */
  private wholeBars(item: EventItem, line: Line): void {
    this.endGrace();
    const asked = item.length.den === 1 ? item.length.num : 0;
    const count = Math.min(MOST_BARS, Math.max(1, asked));
    if (count !== asked)
      this.desk.note(
        'bad-length',
        `A rest of whole bars takes a whole number from 1 to ${MOST_BARS}, as in \`Z2\`.`,
        at(line, item),
      );
    for (let i = 0; i < count; i++) {
      if (i > 0) this.closeBar('single');
      if (this.bar.start < 0) this.beginBar(line, item.start);
      const draft = this.draft(item, line, 'rest');
      draft.rhythm = item.prefix === '?' ? 'free' : 'fixed';
      draft.onset = this.bar.length;
      if (i === 0) {
        this.attach(draft);
        draft.broken = this.brokenBefore();
        this.broken = null;
      }
      this.join(draft, item);
      this.bar.whole = true;
      this.bar.events.push(draft);
      this.bar.end = draft.end;
    }
  }

  /** Sets a `w:` line to the last music line; a second one is the next verse, `more` goes on with this one. */
  sing(words: readonly Word[], more: boolean): void {
    if (this.verse >= MOST_VERSES) return;
    if (more && this.verse > 0) this.verse--;
    else this.verseAt = 0;
    const { sung, bars } = this.singable();
    this.verseAt = alignLyrics(words, sung, bars, this.verse, this.verseAt);
    this.verse++;
  }

  /** Sets an `s:` line to the last music line. */
  adorn(words: readonly Word[]): void {
    const { sung, bars } = this.singable();
    alignSymbols(words, sung, bars);
  }

  /** The last event is to change: copies its bar where that is shared. */
  private ownLast(): void {
    if (!this.lastShared) return;
    const at = this.stream.bars.findLastIndex(
      ({ raw }) => this.last !== null && raw.events.includes(this.last),
    );
    if (at >= 0) this.own(at);
    this.lastShared = false;
  }

  private own(at: number): void {
    const { raw, base } = this.stream.bars[at]!;
    const events = raw.events.map((event) => {
      const copy = { ...event };
      if (event === this.last) this.last = copy;
      return copy;
    });
    this.stream.bars[at] = { raw: { ...raw, events }, base };
  }

  /** What can bear a syllable in the last music line (notes, and open notes that will be some), with their bars. */
  private singable(): { sung: Draft[]; bars: number[] } {
    const sung: Draft[] = [];
    const bars: number[] = [];
    const all = this.stream.bars;
    for (; this.shared > this.lineBar; this.shared--) this.own(this.shared - 1);
    for (let i = this.lineBar; i <= all.length; i++) {
      const { events } = all[i]?.raw ?? this.bar;
      for (let j = i === this.lineBar ? this.lineEvent : 0; j < events.length; j++) {
        const event = events[j]!;
        if (event.kind !== 'note' || event.irregular === 'grace' || event.rhythm === 'free') continue;
        sung.push(event);
        bars.push(i);
      }
    }
    return { sung, bars };
  }
}

function lastOf(bars: readonly Written[]): Draft | undefined {
  for (let i = bars.length - 1; i >= 0; i--) {
    const last = bars[i]!.raw.events.findLast(({ irregular }) => irregular !== 'grace');
    if (last) return last;
  }
  return undefined;
}

const occupied = (bar: RawBar): boolean => bar.events.length > 0;

const at = (line: Line, item: Item): Span => ({ start: line.start + item.start, end: line.start + item.end });

const after = (line: Line, item: Item): Span => ({
  start: line.start + item.end,
  end: line.start + item.end,
});
