// Tree -> one stream of bars for each voice of the first tune, in its own time. Applies keys, lengths, accidentals,
// ties, tuplets and fields as ABC 2.1 says. Knows nothing of soprano or bass, or of the other voices' bars.

import { type Key, type Letter, midi, type Pitch } from '../pitch.ts';
import type { Fix, Severity, Span } from '../problem.ts';
import type { Bar, Event } from '../score.ts';
import { type Metre, TICKS_PER_WHOLE, type Tick } from '../time.ts';
import {
  C_MAJOR,
  clefOctave,
  defaultUnit,
  type Properties,
  readKey,
  readMetre,
  readPitch,
  readTempo,
  readUnit,
  readVoice,
  transposed,
} from './fields.ts';
import type { EventItem, Item, Length, MarkItem } from './grammar.ts';
import { alignLyrics, readWords, type Word } from './lyrics.ts';
import { fieldLetter, type Line, type Tree } from './tree.ts';

/** An event under construction. `onset` counts from the start of its bar until the bars are laid out. */
export type Draft = { -readonly [K in keyof Event]: Event[K] };

/** A bar of one voice, as written. */
export interface RawBar {
  readonly events: Draft[];
  /** Sum of the lengths in it; what `Z` adds is not known yet. */
  length: Tick;
  /** The `Z` that fills it (from `length` on), if any. */
  whole: Draft | null;
  /** Two bar lines on one line with nothing between them: a bar to be filled. */
  empty: boolean;
  /** From its first token to the end of its last event (or the slur or tie on it). */
  start: number;
  end: number;
  /** Where the text goes on to another voice before the bar is over; -1 where it does not. */
  cut: number;
  key: Key;
  metre: Metre | null;
  /** How this voice writes lengths and pitches when the bar begins. */
  unit: Tick;
  octave: number;
  transpose: number;
  barline: Bar['barline'];
  repeat: boolean;
  ending: string | null;
  /** Whether the bar line is the last thing on its line. */
  lineEnd: boolean;
  /** Where a bar line is missing before this bar; -1 where none is. */
  lineMissing: number;
}

export interface Stream {
  /** '' for the voice of a tune without `V:`. */
  readonly id: string;
  name: string;
  clef: string | null;
  span: Span;
  readonly bars: RawBar[];
}

/** Something to tell the user, noted while reading. */
export interface Finding {
  readonly code: string;
  readonly message: string;
  readonly span: Span;
  readonly fixes?: readonly Fix[];
  /** Where it differs from the severity of the check. */
  readonly severity?: Severity;
}

/** A tempo mark, and the event it stands before. */
export interface RawTempo {
  readonly event: Draft;
  readonly quarters: number;
  readonly text: string | null;
}

/** The first tune of a text, voice by voice. */
export interface Tune {
  readonly titles: readonly string[];
  readonly composers: readonly string[];
  readonly fields: ReadonlySet<string>;
  readonly unit: Tick;
  readonly key: Key;
  readonly metre: Metre | null;
  readonly streams: readonly Stream[];
  readonly tempos: readonly RawTempo[];
  /** Voice ids in the order of `%%score` or `%%staves`; empty without one. */
  readonly order: readonly string[];
  /** `%%` and `I:` lines of the tune and of the file's header. */
  readonly directives: readonly { readonly name: string; readonly value: string; readonly span: Span }[];
  /** Where the header ends: the end of its `K:` line (or where music begins). */
  readonly headerEnd: number;
  /** The whole tune. */
  readonly span: Span;
  readonly findings: readonly Finding[];
}

/** Longest event, and most bars one `Z` may ask for: more is a slip of the pen. */
const LONGEST = 64 * TICKS_PER_WHOLE;
const MOST_BARS = 100;
/** More voices than this, or verses under a note, are not kept. */
const MOST_VOICES = 64;
const MOST_VERSES = 99;

/** The bar of an event that has no place in the score yet. */
const NOWHERE = -1;

const NONE: readonly string[] = [];
const NO_PITCHES: readonly Pitch[] = [];

const SHORTHANDS: readonly (readonly [string, string])[] = [
  ['.', 'staccato'],
  ['~', 'roll'],
  ['H', 'fermata'],
  ['L', 'accent'],
  ['M', 'lowermordent'],
  ['O', 'coda'],
  ['P', 'uppermordent'],
  ['S', 'segno'],
  ['T', 'trill'],
  ['u', 'upbow'],
  ['v', 'downbow'],
];
const FERMATAS = new Set(['fermata', 'invertedfermata']);

/** A pitch as written, and what it has sounded so far by accidental, octave and transposition. */
interface Spelling {
  readonly letter: Letter;
  readonly alter: number | null;
  readonly octave: number;
  readonly sounds: Map<number, readonly Pitch[]>;
}
const UNREADABLE = { letter: 0, alter: null, octave: 4 } as const;

/** What a voice carries from token to token. */
interface Hand {
  readonly stream: Stream;
  unit: Tick;
  key: Key;
  metre: Metre | null;
  octave: number;
  transpose: number;
  bar: RawBar;
  readonly accidentals: Map<number, number>;
  /** The tied pitches waiting for the next event, as written (before octave and transposition). */
  held: readonly Pitch[];
  last: Draft | null;
  lastBar: RawBar | null;
  decorations: string[];
  annotations: string[];
  chordSymbol: string | null;
  slurs: number;
  /** Length of what follows a broken-rhythm sign, in 2^-n: [num, den]. */
  broken: Length | null;
  tuplet: { p: number; q: number; left: number } | null;
  /** The brace that has opened grace notes; null outside them. */
  grace: Span | null;
  overlay: boolean;
  /** Index of the line with its last bar line, and that bar line's text. */
  barLine: number;
  barText: string;
  barEnd: number;
  /** Singable events of its last music line, and the bar each is in, for `w:`. */
  sung: Draft[];
  sungBars: number[];
  verse: number;
  /** Where a `+:` line goes on in the verse. */
  verseAt: number;
  /** Which run of music lines `sung` comes from. */
  group: number;
}

/** Reads the first tune of a tree. */
export function readTune(tree: Tree): Tune {
  return new Reader(tree).read();
}

class Reader {
  private readonly findings: Finding[] = [];
  private readonly hands = new Map<string, Hand>();
  private readonly tempos: RawTempo[] = [];
  private readonly titles: string[] = [];
  private readonly composers: string[] = [];
  private readonly fields = new Set<string>();
  private readonly directives: { name: string; value: string; span: Span }[] = [];
  private readonly symbols = new Map(SHORTHANDS);
  private readonly spellings = new Map<string, Spelling>();
  private order: readonly string[] = [];
  private propagate: 'pitch' | 'octave' | 'not' = 'pitch';
  private unit: Tick | null = null;
  private key = C_MAJOR;
  private metre: Metre | null = null;
  private clef: Properties = { clef: null, octave: null, transpose: null, name: null };
  private tempo: { quarters: number; text: string | null } | null = null;
  private hand: Hand | null = null;
  private inBody = false;
  private headerEnd = 0;
  private headerUnit = 0;
  private continued = false;
  private lastField = '';
  private group = 0;

  private readonly voiceFollows: readonly boolean[];

  constructor(private readonly tree: Tree) {
    this.voiceFollows = this.turns();
  }

  read(): Tune {
    const { lines } = this.tree;
    const { from, to } = this.firstTune();
    for (let i = 0; i < from; i++) this.readLine(lines[i]!, i);
    const begin = lines[from]?.start ?? 0;
    this.headerEnd = begin;
    let end = begin;
    for (let i = from; i < to; i++) {
      const line = lines[i]!;
      this.readLine(line, i);
      if (line.kind !== 'blank' && line.kind !== 'text') end = line.end;
    }
    for (const hand of this.hands.values()) this.finish(hand);
    return {
      titles: this.titles,
      composers: this.composers,
      fields: this.fields,
      unit: this.headerUnit || (this.unit ?? defaultUnit(this.metre)),
      key: this.key,
      metre: this.metre,
      streams: [...this.hands.values()].map((hand) => hand.stream),
      tempos: this.tempos,
      order: this.order,
      directives: this.directives,
      headerEnd: this.headerEnd,
      span: { start: begin, end },
      findings: this.findings,
    };
  }

  /** The lines of the first tune: from its `X:` (or the first line) to the next `X:`. */
  private firstTune(): { from: number; to: number } {
    const { lines } = this.tree;
    const starts: number[] = [];
    lines.forEach((line, i) => {
      if (line.kind === 'field' && line.text.startsWith('X:')) starts.push(i);
    });
    const from = starts[0] ?? 0;
    const to = starts[1] ?? lines.length;
    const others = lines[to];
    if (others) {
      const span = { start: others.start, end: lines[lines.length - 1]!.end };
      const message = `Only the first tune of a file is read; the ${starts.length - 1} after it stay as they are. Put them in files of their own to work on them.`;
      this.note('more-tunes', message, { start: span.start, end: others.end });
    }
    return { from, to };
  }

  private note(code: string, message: string, span: Span, fixes?: readonly Fix[]): void {
    this.findings.push(fixes ? { code, message, span, fixes } : { code, message, span });
  }

  private readLine(line: Line, index: number): void {
    switch (line.kind) {
      case 'directive':
        this.directiveLine(line);
        return;
      case 'field':
        this.fieldLine(line, index);
        return;
      case 'lyrics':
        this.lyricLine(line);
        return;
      case 'music':
        this.musicLine(line, index);
        return;
      default:
        return;
    }
  }

  // ---- fields

  private directiveLine(line: Line): void {
    const match = /^%%\s*([^\s%]*)\s*([^%]*)/.exec(line.text);
    this.directive(match?.[1] ?? '', (match?.[2] ?? '').trim(), { start: line.start, end: line.end });
  }

  private directive(name: string, value: string, span: Span): void {
    this.directives.push({ name, value, span });
    if (name === 'score' || name === 'staves') this.order = value.match(/[^\s()[\]{}|*+]+/g) ?? [];
    else if (name === 'propagate-accidentals' && (value === 'pitch' || value === 'octave' || value === 'not'))
      this.propagate = value;
  }

  private fieldLine(line: Line, index: number): void {
    const letter = fieldLetter(line.text) ?? '';
    const value = line.tokens.find((token) => token.kind === 'field-value');
    const text = value ? line.text.slice(value.start, value.end) : '';
    const start = line.start + (value?.start ?? 2);
    const span = { start, end: start + text.trimEnd().length };
    if (letter === '+') {
      if (this.lastField === 'w') this.lyrics(readWords(text), true);
      return;
    }
    this.lastField = letter;
    this.fields.add(letter);
    if (!this.inBody) this.headerField(letter, text, span, line);
    else if (letter === 'V') this.enter(text, span);
    else {
      const everyone = 'KML'.includes(letter) && this.voiceFollows[index] === true;
      const hands = everyone ? [...this.hands.values()] : this.hand ? [this.hand] : [];
      this.bodyField(letter, text, span, hands, everyone || !this.hand);
    }
  }

  private headerField(letter: string, text: string, span: Span, line: Line): void {
    if (letter === 'T') this.titles.push(text.trim());
    else if (letter === 'C') this.composers.push(text.trim());
    else if (letter === 'V') this.declare(text, span);
    else this.bodyField(letter, text, span, [...this.hands.values()], true);
    if (letter === 'K') {
      this.beginBody(line.end);
    }
  }

  private beginBody(at: number): void {
    if (this.inBody) return;
    this.inBody = true;
    this.headerEnd = at;
    this.headerUnit = this.unit ?? defaultUnit(this.metre);
    for (const hand of this.hands.values()) this.renew(hand);
  }

  /** A voice declared in the header begins with what the header says in the end. */
  private renew(hand: Hand): void {
    hand.unit = this.headerUnit;
    hand.key = this.key;
    hand.metre = this.metre;
    hand.bar = this.openBar(hand);
  }

  /** For each line, whether the next music after it turns to another voice. */
  private turns(): readonly boolean[] {
    const { lines } = this.tree;
    const turns: boolean[] = new Array(lines.length).fill(false);
    for (let i = lines.length - 2; i >= 0; i--) {
      const next = lines[i + 1]!;
      const [first] = next.items;
      if (next.kind === 'music') turns[i] = first?.kind === 'field' && first.text.startsWith('[V:');
      else if (next.kind === 'field' && next.text.startsWith('V:')) turns[i] = true;
      else turns[i] = turns[i + 1] ?? false;
    }
    return turns;
  }

  /** A field that concerns some voices, and those to come if `everyone`. */
  private bodyField(
    letter: string,
    text: string,
    span: Span,
    hands: readonly Hand[],
    everyone: boolean,
  ): void {
    if (letter === 'K') {
      const read = readKey(text);
      if (!read) {
        this.badField('K', 'a key such as `K:G`, `K:Dm`, `K:E phr` or `K:none`', span);
        return;
      }
      if (everyone && read.key) this.key = read.key;
      if (everyone) this.clef = merged(this.clef, read.properties);
      for (const hand of hands) {
        if (read.key) hand.key = read.key;
        this.apply(hand, read.properties);
        hand.accidentals.clear();
        this.refresh(hand);
      }
    } else if (letter === 'M') {
      const metre = readMetre(text);
      if (metre === undefined) {
        this.badField('M', 'a metre such as `M:4/4`, `M:6/8`, `M:C|` or `M:none`', span);
        return;
      }
      if (everyone) this.metre = metre;
      for (const hand of hands) {
        hand.metre = metre;
        this.refresh(hand);
      }
    } else if (letter === 'L') {
      const unit = readUnit(text);
      if (unit === null) {
        this.badField('L', 'a length such as `L:1/4`', span);
        return;
      }
      if (everyone) this.unit = unit;
      for (const hand of hands) {
        hand.unit = unit;
        this.refresh(hand);
      }
    } else if (letter === 'Q') {
      const unit = this.unit ?? defaultUnit(this.metre);
      const tempo = readTempo(text, this.inBody && this.hand ? this.hand.unit : unit);
      if (tempo) this.tempo = tempo;
    } else if (letter === 'U') {
      const match = /^\s*(\S)\s*=\s*[!+]?([^!+]*)/.exec(text);
      if (match) this.symbols.set(match[1] ?? '', (match[2] ?? '').trim());
    } else if (letter === 'I') {
      const match = /^\s*(\S*)\s*([\s\S]*)$/.exec(text);
      this.directive(match?.[1] ?? '', (match?.[2] ?? '').trim(), span);
    }
  }

  private badField(letter: string, expected: string, span: Span): void {
    this.note('bad-field', `This is no value for \`${letter}:\`. Write ${expected}.`, span);
  }

  // ---- voices

  private declare(text: string, span: Span): Hand {
    const { id, properties } = readVoice(text);
    let hand = this.hands.get(id);
    if (!hand) {
      hand = this.newHand(id, span);
      if (this.hands.size < MOST_VOICES) this.hands.set(id, hand);
    }
    this.apply(hand, properties);
    if (properties.name !== null) hand.stream.name = properties.name;
    return hand;
  }

  private enter(text: string, span: Span): void {
    const from = this.hand;
    const hand = this.declare(text, span);
    if (from && from !== hand && from.bar.cut < 0 && occupied(from.bar)) from.bar.cut = from.bar.end;
    this.hand = hand;
  }

  private apply(hand: Hand, properties: Properties): void {
    if (properties.clef !== null) {
      hand.stream.clef = properties.clef;
      hand.octave = clefOctave(properties.clef);
    }
    if (properties.octave !== null) hand.octave = clefOctave(hand.stream.clef) + properties.octave;
    if (properties.transpose !== null) hand.transpose = properties.transpose;
    this.refresh(hand);
  }

  private newHand(id: string, span: Span): Hand {
    const stream: Stream = { id, name: '', clef: this.clef.clef, span, bars: [] };
    const hand: Omit<Hand, 'bar'> & { bar: RawBar | null } = {
      stream,
      unit: this.unit ?? defaultUnit(this.metre),
      key: this.key,
      metre: this.metre,
      octave: clefOctave(this.clef.clef) + (this.clef.octave ?? 0),
      transpose: this.clef.transpose ?? 0,
      bar: null,
      accidentals: new Map(),
      held: NO_PITCHES,
      last: null,
      lastBar: null,
      decorations: [],
      annotations: [],
      chordSymbol: null,
      slurs: 0,
      broken: null,
      tuplet: null,
      grace: null,
      overlay: false,
      barLine: -1,
      barText: '',
      barEnd: -1,
      sung: [],
      sungBars: [],
      verse: 0,
      verseAt: 0,
      group: -1,
    };
    const complete = hand as Hand;
    complete.bar = this.openBar(complete);
    return complete;
  }

  // ---- bars

  private openBar(hand: Hand): RawBar {
    return {
      events: [],
      length: 0,
      whole: null,
      empty: false,
      start: -1,
      end: -1,
      cut: -1,
      key: hand.key,
      metre: hand.metre,
      unit: hand.unit,
      octave: hand.octave,
      transpose: hand.transpose,
      barline: 'none',
      repeat: false,
      ending: null,
      lineEnd: false,
      lineMissing: -1,
    };
  }

  /** A bar without events begins with what was said last. */
  private refresh(hand: Hand): void {
    const { bar } = hand;
    if (!bar || occupied(bar)) return;
    bar.key = hand.key;
    bar.metre = hand.metre;
    bar.unit = hand.unit;
    bar.octave = hand.octave;
    bar.transpose = hand.transpose;
  }

  private closeBar(hand: Hand, barline: Bar['barline']): void {
    hand.bar.barline = barline;
    hand.stream.bars.push(hand.bar);
    hand.bar = this.openBar(hand);
    hand.accidentals.clear();
    hand.overlay = false;
    this.endGrace(hand);
  }

  private barLine(hand: Hand, item: MarkItem, line: Line, index: number): void {
    const text = item.text.replace(/\d.*$/, '');
    const ends = text.replace('.', '').startsWith(':');
    const starts = text.endsWith(':');
    const barline = nameBarline(text, ends, starts);
    const between = hand.barLine === index && hand.barText === '|' && /^\|[|\]]?$/.test(text);
    if (occupied(hand.bar) || between) {
      hand.bar.empty = !occupied(hand.bar);
      if (hand.bar.empty) {
        hand.bar.start = hand.barEnd;
        hand.bar.end = line.start + item.start;
      }
      this.closeBar(hand, barline);
      hand.stream.bars[hand.stream.bars.length - 1]!.lineEnd = item === line.items[line.items.length - 1];
    } else {
      const before = hand.stream.bars[hand.stream.bars.length - 1];
      if (before) before.barline = stronger(before.barline, barline);
    }
    if (starts) hand.bar.repeat = true;
    const ending = /\d.*$/.exec(item.text);
    if (ending) hand.bar.ending = ending[0];
    hand.barLine = index;
    hand.barText = text;
    hand.barEnd = line.start + item.end;
    hand.decorations = [];
  }

  private endGrace(hand: Hand): void {
    if (!hand.grace) return;
    this.note(
      'unclosed-grace',
      'These grace notes have no end. Write `}` behind the last of them.',
      hand.grace,
    );
    hand.grace = null;
  }

  /** What stands behind a `Z` begins a new bar, bar line or not. */
  private breakBar(hand: Hand, at: number): void {
    this.closeBar(hand, 'single');
    hand.bar.start = at;
    hand.bar.lineMissing = at;
  }

  /** The last bar may lack its bar line. */
  private finish(hand: Hand): void {
    if (occupied(hand.bar)) this.closeBar(hand, 'none');
    if (hand.last?.tied) this.dangling(hand.last);
  }

  // ---- music

  private musicLine(line: Line, index: number): void {
    this.beginBody(line.start);
    this.lastField = '';
    if (!this.continued) this.group++;
    this.continued = false;
    for (const item of line.items) {
      if (item.kind === 'field') this.inlineField(item, line);
      else if (item.kind === 'continuation') this.continued = true;
      else {
        if (!this.hand) this.enter('', { start: line.start + item.start, end: line.start + item.start });
        const hand = this.hand!;
        if (hand.group !== this.group) {
          hand.group = this.group;
          hand.sung = [];
          hand.sungBars = [];
          hand.verse = 0;
        }
        if (item.kind === 'bar') this.barLine(hand, item, line, index);
        else {
          if (hand.bar.start < 0) hand.bar.start = line.start + item.start;
          if (item.kind === 'event') this.event(hand, item, line);
          else this.mark(hand, item, line);
        }
      }
    }
  }

  private inlineField(item: MarkItem, line: Line): void {
    const letter = item.text[1] ?? '';
    const text = item.text.slice(3, -1);
    const start = line.start + item.start + 3;
    const span = { start, end: start + text.length };
    if (letter === 'V') this.enter(text, span);
    else this.bodyField(letter, text, span, this.hand ? [this.hand] : [], !this.hand);
  }

  private mark(hand: Hand, item: MarkItem, line: Line): void {
    switch (item.kind) {
      case 'ending':
        hand.bar.ending = item.text.replace(/[["]/g, '');
        return;
      case 'chord-symbol':
        hand.chordSymbol = item.text.slice(1, -1);
        return;
      case 'annotation':
        hand.annotations.push(item.text.slice(1, -1));
        return;
      case 'decoration':
        this.decoration(hand, item, line);
        return;
      case 'tuplet':
        this.tuplet(hand, item);
        return;
      case 'slur-open':
        hand.slurs++;
        return;
      case 'slur-close':
        if (hand.last) hand.last.slurEnds++;
        if (occupied(hand.bar)) hand.bar.end = line.start + item.end;
        return;
      case 'tie':
        if (hand.last?.kind === 'note') this.tie(hand, hand.last);
        if (occupied(hand.bar)) hand.bar.end = line.start + item.end;
        return;
      case 'broken':
        this.broken(hand, item);
        return;
      case 'grace-open':
        hand.grace = at(line, item);
        return;
      case 'grace-close':
        hand.grace = null;
        return;
      case 'overlay':
        if (!hand.overlay)
          this.note(
            'overlay',
            'A second layer (`&`) is not read: only the first layer of the bar counts. It stays as it is.',
            at(line, item),
          );
        hand.overlay = true;
        return;
      case 'unclosed-quote':
        this.note(
          'unclosed-quote',
          'This text has no closing quotation mark. Add `"` at its end.',
          at(line, item),
        );
        return;
      case 'unclosed-decoration':
        if (item.text.length === 1) return;
        this.note(
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
        this.note(
          'unknown-token',
          `\`${item.text}\` means nothing here and is passed over. Remove it, or write % before it to make it a comment.`,
          at(line, item),
        );
        return;
    }
  }

  private decoration(hand: Hand, item: MarkItem, line: Line): void {
    const name = item.text.length > 1 ? item.text.slice(1, -1) : this.symbols.get(item.text);
    if (name === undefined)
      this.note(
        'unknown-token',
        `\`${item.text}\` is no note and no symbol that \`U:\` has defined. Remove it, or define it with \`U:${item.text} = !fermata!\`.`,
        at(line, item),
      );
    else hand.decorations.push(name);
  }

  /** `(p:q:r`: r notes, p in the time of q. */
  private tuplet(hand: Hand, item: MarkItem): void {
    const [p = 0, q = 0, r = 0] = item.text.slice(1).split(':').map(Number);
    if (p < 1 || p > 99) return;
    const compound = hand.metre !== null && hand.metre.unit >= 8 && hand.metre.beats % 3 === 0;
    const usual = [0, 1, 3, 2, 3, compound ? 3 : 2, 2, compound ? 3 : 2, 3, compound ? 3 : 2][p] ?? p;
    hand.tuplet = { p, q: q > 0 && q < 100 ? q : usual, left: r || p };
  }

  private broken(hand: Hand, item: MarkItem): void {
    const half = 2 ** Math.min(item.text.length, 6);
    const longer = { num: 2 * half - 1, den: half };
    const shorter = { num: 1, den: half };
    const { last } = hand;
    if (!last || hand.lastBar !== hand.bar || hand.grace) return;
    const first = item.text[0] === '>' ? longer : shorter;
    const duration = Math.round((last.duration * first.num) / first.den);
    hand.bar.length += duration - last.duration;
    last.duration = duration;
    hand.broken = item.text[0] === '>' ? shorter : longer;
  }

  private event(hand: Hand, item: EventItem, line: Line): void {
    if (!item.closed)
      this.note(
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
    if (hand.overlay) return;
    if (hand.bar.whole && !hand.grace) this.breakBar(hand, line.start + item.start);
    if (item.core === 'bars') {
      this.wholeBars(hand, item, line);
      return;
    }
    const { bar } = hand;
    const open = item.prefix === '?';
    const pitches = item.pitches.length === 0 ? NO_PITCHES : this.pitches(hand, item);
    const note = pitches.length > 0 || (open && item.letter !== 'z');
    const draft = this.draft(item, line, note ? 'note' : 'rest');
    draft.onset = bar.length;
    draft.rhythm = open && item.letter === 'z' ? 'free' : 'fixed';
    if (open && item.core === 'chord') draft.candidates = pitches;
    else draft.pitches = pitches;
    if (hand.grace) draft.irregular = 'grace';
    else {
      draft.duration = this.duration(hand, item, line);
      if (hand.tuplet) {
        if (hand.tuplet.q !== hand.tuplet.p) draft.irregular = 'tuplet';
        if (--hand.tuplet.left === 0) hand.tuplet = null;
      }
    }
    this.attach(hand, draft);
    this.join(hand, draft, item);
    bar.length += draft.duration;
    bar.end = draft.span.end;
    bar.events.push(draft);
    if (!hand.grace && note && draft.rhythm === 'fixed') {
      hand.sung.push(draft);
      hand.sungBars.push(hand.stream.bars.length);
    }
  }

  private draft(item: EventItem, line: Line, kind: Event['kind']): Draft {
    const span = at(line, item);
    return {
      kind,
      state: item.prefix === '?' ? 'open' : item.prefix === '@' ? 'pinned' : 'written',
      rhythm: 'fixed',
      voice: 0,
      onset: 0,
      duration: 0,
      bar: NOWHERE,
      pitches: NO_PITCHES,
      candidates: null,
      span,
      body: item.prefix === '' ? span : { start: line.start + item.body, end: span.end },
      tied: false,
      continues: false,
      fermata: false,
      irregular: null,
      decorations: NONE,
      chordSymbol: null,
      annotations: NONE,
      lyrics: NONE,
      slurStarts: 0,
      slurEnds: 0,
    };
  }

  /** Hands over what stood before the event. */
  private attach(hand: Hand, draft: Draft): void {
    if (this.tempo) {
      this.tempos.push({ event: draft, ...this.tempo });
      this.tempo = null;
    }
    if (hand.decorations.length > 0) {
      draft.decorations = hand.decorations;
      draft.fermata = hand.decorations.some((name) => FERMATAS.has(name));
      hand.decorations = [];
    }
    if (hand.annotations.length > 0) {
      draft.annotations = hand.annotations;
      hand.annotations = [];
    }
    if (hand.chordSymbol !== null && !hand.grace) {
      draft.chordSymbol = hand.chordSymbol;
      hand.chordSymbol = null;
    }
    if (hand.slurs > 0) {
      draft.slurStarts = hand.slurs;
      hand.slurs = 0;
    }
  }

  /** Ties the event to the one before it, and remembers its own tie. */
  private join(hand: Hand, draft: Draft, item: EventItem): void {
    if (hand.grace) return;
    const { last } = hand;
    if (last?.tied) {
      draft.continues =
        draft.state === 'open' && draft.pitches.length === 0
          ? draft.kind === 'note' || draft.rhythm === 'free'
          : draft.pitches.some((pitch) => last.pitches.some((other) => same(pitch, other))) ||
            (last.state === 'open' && last.pitches.length === 0 && draft.kind === 'note');
      if (!draft.continues) this.dangling(last);
    }
    hand.held = NO_PITCHES;
    hand.last = draft;
    hand.lastBar = hand.bar;
    if (item.tied || item.pitches.some((pitch) => pitch.tied)) this.tie(hand, draft);
  }

  private tie(hand: Hand, draft: Draft): void {
    if (draft.kind !== 'note') return;
    draft.tied = true;
    hand.held = draft.pitches;
  }

  private dangling(draft: Draft): void {
    this.note(
      'dangling-tie',
      'This tie leads to no note of the same pitch. Repeat the pitch after it, or remove the `-`.',
      draft.span,
    );
  }

  private duration(hand: Hand, item: EventItem, line: Line): Tick {
    const inner = item.pitches[0]?.length;
    let num = hand.unit * item.length.num * (inner ? inner.num : 1);
    let den = item.length.den * (inner ? inner.den : 1);
    if (hand.broken) {
      num *= hand.broken.num;
      den *= hand.broken.den;
      hand.broken = null;
    }
    if (hand.tuplet) {
      num *= hand.tuplet.q;
      den *= hand.tuplet.p;
    }
    const ticks = num / den;
    if (ticks >= 1 && ticks <= LONGEST) return Math.round(ticks);
    this.note(
      'bad-length',
      'No note can be as long or as short as this. Write a length such as 2, 3/2 or /2.',
      at(line, item),
    );
    return ticks > LONGEST ? LONGEST : hand.unit;
  }

  /** `Z3`: the rest of this bar and two whole ones. */
  private wholeBars(hand: Hand, item: EventItem, line: Line): void {
    this.endGrace(hand);
    const asked = item.length.den === 1 ? item.length.num : 0;
    const count = Math.min(MOST_BARS, Math.max(1, asked));
    if (count !== asked)
      this.note(
        'bad-length',
        `A rest of whole bars takes a whole number from 1 to ${MOST_BARS}, as in \`Z2\`.`,
        at(line, item),
      );
    for (let i = 0; i < count; i++) {
      if (i > 0) this.closeBar(hand, 'single');
      const draft = this.draft(item, line, 'rest');
      draft.rhythm = item.prefix === '?' ? 'free' : 'fixed';
      draft.onset = hand.bar.length;
      if (i === 0) this.attach(hand, draft);
      this.join(hand, draft, item);
      if (hand.bar.start < 0) hand.bar.start = draft.span.start;
      hand.bar.whole ??= draft;
      hand.bar.events.push(draft);
      hand.bar.end = draft.span.end;
    }
  }

  /** The pitches of an event, low to high, with the accidentals of key, bar and tie. */
  private pitches(hand: Hand, item: EventItem): readonly Pitch[] {
    if (item.pitches.length === 1) return this.pitch(hand, item.pitches[0]!.text);
    const pitches: Pitch[] = [];
    for (const written of item.pitches) {
      const [pitch] = this.pitch(hand, written.text);
      if (pitch && !pitches.some((other) => same(other, pitch))) pitches.push(pitch);
    }
    return pitches.sort((a, b) => midi(a) - midi(b));
  }

  /** What one written pitch sounds, as a list of one; the same list for the same sound. */
  private pitch(hand: Hand, text: string): readonly Pitch[] {
    let spelling = this.spellings.get(text);
    if (!spelling) {
      spelling = { ...(readPitch(text) ?? UNREADABLE), sounds: new Map() };
      this.spellings.set(text, spelling);
    }
    const { letter } = spelling;
    const octave = spelling.octave + hand.octave;
    const place = this.propagate === 'octave' ? letter + 7 * (octave + 20) : letter;
    let alter = spelling.alter;
    if (alter === null) {
      const held = this.heldAlter(hand, letter, octave);
      alter = held ?? hand.accidentals.get(place) ?? hand.key.signature[letter];
    } else if (this.propagate !== 'not') hand.accidentals.set(place, alter);
    const shift = (alter + 8) * 1024 + (hand.octave + 32) * 128 + hand.transpose + 64;
    let sound = spelling.sounds.get(shift);
    if (!sound) {
      sound = [transposed({ letter, alter, octave }, hand.transpose)];
      spelling.sounds.set(shift, sound);
    }
    return sound;
  }

  /** A note tied to the one before keeps its accidental, over the bar line too. */
  private heldAlter(hand: Hand, letter: Letter, octave: number): number | undefined {
    if (hand.held.length === 0 || hand.grace || hand.transpose !== 0) return undefined;
    return hand.held.find((pitch) => pitch.letter === letter && pitch.octave === octave)?.alter;
  }

  // ---- words

  private lyricLine(line: Line): void {
    this.lastField = 'w';
    this.lyrics(line.words, false);
  }

  private lyrics(words: readonly Word[], more: boolean): void {
    const { hand } = this;
    if (!hand || hand.sung.length === 0 || hand.verse >= MOST_VERSES) return;
    if (more && hand.verse > 0) hand.verse--;
    else hand.verseAt = 0;
    hand.verseAt = alignLyrics(words, hand.sung, hand.sungBars, hand.verse, hand.verseAt);
    hand.verse++;
  }
}

const occupied = (bar: RawBar): boolean => bar.events.length > 0;

const same = (a: Pitch, b: Pitch): boolean =>
  a.letter === b.letter && a.alter === b.alter && a.octave === b.octave;

const at = (line: Line, item: Item): Span => ({ start: line.start + item.start, end: line.start + item.end });

const after = (line: Line, item: Item): Span => ({
  start: line.start + item.end,
  end: line.start + item.end,
});

const merged = (old: Properties, more: Properties): Properties => ({
  clef: more.clef ?? old.clef,
  octave: more.octave ?? old.octave,
  transpose: more.transpose ?? old.transpose,
  name: null,
});

function nameBarline(text: string, ends: boolean, starts: boolean): Bar['barline'] {
  if (ends && starts) return 'repeat-both';
  if (ends) return 'repeat-end';
  if (starts) return 'repeat-start';
  if (text.includes(']')) return 'final';
  return text.includes('||') || text.includes('[') ? 'double' : 'single';
}

const STRENGTH: readonly Bar['barline'][] = [
  'none',
  'single',
  'double',
  'final',
  'repeat-start',
  'repeat-end',
  'repeat-both',
];

/** Two bar lines in a row count as one: `|` and `|:` as a repeat's start, `:|` and `|:` as both. */
function stronger(a: Bar['barline'], b: Bar['barline']): Bar['barline'] {
  if ((a === 'repeat-end' && b === 'repeat-start') || (a === 'repeat-start' && b === 'repeat-end'))
    return 'repeat-both';
  return STRENGTH.indexOf(a) > STRENGTH.indexOf(b) ? a : b;
}
