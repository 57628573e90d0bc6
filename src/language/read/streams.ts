// Tree -> one stream of bars for each voice of the first tune, in its own time. Finds the tune, hands its fields and
// music to the voices they concern. Knows nothing of soprano or bass, or of how a voice is written.

import type { Key } from '../pitch.ts';
import type { Fix, Span } from '../problem.ts';
import type { Metre, Tick } from '../time.ts';
import {
  C_MAJOR,
  clefOctave,
  defaultUnit,
  type Properties,
  readKey,
  readMetre,
  readTempo,
  readUnit,
  readVoice,
} from './fields.ts';
import type { Item, MarkItem } from './grammar.ts';
import { type Desk, Hand } from './hand.ts';
import { readWords } from './lyrics.ts';
import {
  leadOf,
  type Passage,
  type Passages,
  passageAt,
  reachesBack,
  sameStance,
  staysWithin,
} from './passages.ts';
import type { Finding, Speed, Stream, Tune } from './raw.ts';
import type { Reach, Spellings } from './sounds.ts';
import { type Content, fieldLetter, type Line, type Tree } from './tree.ts';

/** More voices than this are not kept. */
const MOST_VOICES = 64;

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

/** A voice as a `V:` field names it. */
interface Named {
  readonly id: string;
  readonly properties: Properties;
  /** `%%score` could not name a voice that has one of its signs. */
  readonly isOdd: boolean;
}

/**
 * Reads the tune with the given reference number (`X:3`), else the first one. Passages that an earlier reading knows
 * are not read again.
 */
export function readTune(tree: Tree, tune?: number, known?: Passages): { tune: Tune; passages: Passages } {
  const reader = new Reader(tree, known ?? new Map());
  return { tune: reader.read(tune), passages: reader.passages };
}

class Reader implements Desk {
  private readonly findings: Finding[] = [];
  private readonly hands = new Map<string, Hand>();
  private readonly titles: string[] = [];
  private readonly composers: string[] = [];
  private readonly fields = new Set<string>();
  private readonly directives: { name: string; value: string; span: Span }[] = [];
  private readonly named = new Map<string, Named>();
  readonly passages = new Map<Content, Passage>();
  readonly symbols = new Map(SHORTHANDS);
  /** The definitions that have made them differ from the usual ones. */
  private defined = '';
  readonly spellings: Spellings = new Map();
  private order: readonly string[] = [];
  private reach: Reach = 'pitch';
  private unit: Tick | null = null;
  private key: Key = C_MAJOR;
  private metre: Metre | null = null;
  private clef: Properties = { clef: null, octave: null, transpose: null, name: null };
  private speed: Speed | null = null;
  private hand: Hand | null = null;
  private inBody = false;
  private headerEnd = 0;
  /** What the header says in the end; null while it is read. */
  private header: Pick<Tune, 'unit' | 'key' | 'metre'> | null = null;
  private continued = false;
  private lastField = '';
  private group = 0;

  private voiceFollows: readonly boolean[] | null = null;

  constructor(
    private readonly tree: Tree,
    private readonly known: Passages,
  ) {}

  read(tune?: number): Tune {
    const { lines } = this.tree;
    const { from, to, first } = this.findTune(tune);
    for (let i = 0; i < first; ) i = this.readLine(i, first);
    const begin = lines[from]?.start ?? 0;
    this.headerEnd = begin;
    let end = begin;
    for (let i = from; i < to; ) {
      i = this.readLine(i, to);
      const { kind, end: lineEnd } = lines[i - 1]!;
      if (kind !== 'blank' && kind !== 'text') end = lineEnd;
    }
    for (const hand of this.hands.values()) hand.finish();
    return {
      titles: this.titles,
      composers: this.composers,
      fields: this.fields,
      ...(this.header ?? this.stance()),
      streams: [...this.hands.values()].map((hand) => hand.stream),
      order: this.order,
      directives: this.directives,
      headerEnd: this.headerEnd,
      span: { start: begin, end },
      findings: this.findings,
    };
  }

  /** The lines of the tune: from its `X:` (or the first line) to the next `X:`; `first` is the first `X:` of all. */
  private findTune(number?: number): { from: number; to: number; first: number } {
    const { lines } = this.tree;
    const starts: number[] = [];
    lines.forEach((line, i) => {
      if (line.kind === 'field' && line.text.startsWith('X:')) starts.push(i);
    });
    const wanted =
      number === undefined
        ? -1
        : starts.findIndex((i) => Number.parseInt(lines[i]!.text.slice(2), 10) === number);
    const at = Math.max(0, wanted);
    const others = starts.length - 1;
    if (others > 0) {
      const { start, end } = lines[starts[at === 0 ? 1 : 0]!]!;
      const message = `Only one tune of a file is read at a time; ${others === 1 ? 'the other one stays as it is' : `the ${others} others stay as they are`}. Put them in files of their own to work on them.`;
      this.note('more-tunes', message, { start, end });
    }
    return { from: starts[at] ?? 0, to: starts[at + 1] ?? lines.length, first: starts[0] ?? 0 };
  }

  note(code: string, message: string, span: Span, fixes?: readonly Fix[]): void {
    this.findings.push(fixes ? { code, message, span, fixes } : { code, message, span });
  }

  takeSpeed(): Speed | null {
    const { speed } = this;
    this.speed = null;
    return speed;
  }

  /** Reads a line, and what can only be read with it; gives the line to go on with, which is not behind `to`. */
  private readLine(index: number, to: number): number {
    const line = this.tree.lines[index]!;
    switch (line.kind) {
      case 'directive':
        this.directiveLine(line);
        break;
      case 'field':
        this.fieldLine(line, index);
        break;
      case 'symbols':
        this.hand?.adorn(line.words);
        break;
      case 'lyrics':
        this.lyricLine(line);
        break;
      case 'music':
        return this.musicLine(line, index, to);
      default:
    }
    return index + 1;
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
      this.propagate(value);
  }

  private propagate(reach: Reach): void {
    this.reach = reach;
    for (const hand of this.hands.values()) hand.sounds.reach = reach;
  }

  private fieldLine(line: Line, index: number): void {
    const letter = fieldLetter(line.text) ?? '';
    const value = line.tokens.find((token) => token.kind === 'field-value');
    const text = value ? line.text.slice(value.start, value.end) : '';
    const start = line.start + (value?.start ?? 2);
    const span = { start, end: start + text.trimEnd().length };
    if (letter === '+') {
      if (this.lastField === 'w') this.hand?.sing(readWords(text), true);
      return;
    }
    this.lastField = letter;
    this.fields.add(letter);
    if (!this.inBody) this.headerField(letter, text, span, line);
    else if (letter === 'V') this.voiceField(text, span);
    else {
      const everyone = 'KML'.includes(letter) && this.turnsAfter(index);
      const hands = everyone ? [...this.hands.values()] : this.hand ? [this.hand] : [];
      this.bodyField(letter, text, span, hands, everyone || !this.hand);
    }
  }

  private headerField(letter: string, text: string, span: Span, line: Line): void {
    if (letter === 'T') this.titles.push(text.trim());
    else if (letter === 'C') this.composers.push(text.trim());
    else if (letter === 'V') this.voiceField(text, span);
    else this.bodyField(letter, text, span, [...this.hands.values()], true);
    if (letter === 'K') {
      this.beginBody(line.end);
    }
  }

  private beginBody(at: number): void {
    if (this.inBody) return;
    this.inBody = true;
    this.headerEnd = at;
    this.header = this.stance();
    for (const hand of this.hands.values()) this.renew(hand, this.header);
  }

  private stance(): Pick<Tune, 'unit' | 'key' | 'metre'> {
    return { unit: this.unit ?? defaultUnit(this.metre), key: this.key, metre: this.metre };
  }

  /** A voice declared in the header begins with what the header says in the end. */
  private renew(hand: Hand, { unit, key, metre }: Pick<Tune, 'unit' | 'key' | 'metre'>): void {
    hand.unit = unit;
    hand.sounds.key = key;
    hand.metre = metre;
    hand.refresh();
  }

  private turnsAfter(index: number): boolean {
    this.voiceFollows ??= this.turns();
    return this.voiceFollows[index] === true;
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
        if (read.key) hand.sounds.key = read.key;
        if (this.inBody || hand.stream.clef === null) this.apply(hand, read.properties);
        hand.sounds.forget();
        hand.refresh(true);
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
        hand.refresh();
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
        hand.refresh();
      }
    } else if (letter === 'Q') {
      const unit = this.unit ?? defaultUnit(this.metre);
      const speed = readTempo(text, this.inBody && this.hand ? this.hand.unit : unit);
      if (speed) this.speed = speed;
    } else if (letter === 'U') {
      const match = /^\s*(\S)\s*=\s*[!+]?([^!+]*)/.exec(text);
      if (match) this.define(match[1] ?? '', (match[2] ?? '').trim());
    } else if (letter === 'I') {
      const match = /^\s*(\S*)\s*([\s\S]*)$/.exec(text);
      this.directive(match?.[1] ?? '', (match?.[2] ?? '').trim(), span);
    }
  }

  private define(letter: string, decoration: string): void {
    this.symbols.set(letter, decoration);
    this.defined += `${letter}=${decoration}\n`;
  }

  private badField(letter: string, expected: string, span: Span): void {
    this.note('bad-field', `This is no value for \`${letter}:\`. Write ${expected}.`, span);
  }

  // ---- voices

  /** `V:`, declaring a voice in the header and turning to one in the body. */
  private voiceField(text: string, span: Span): void {
    const { id, isOdd } = this.nameOf(text);
    if (id === '' || isOdd) this.badField('V', 'a voice such as `V:S`', span);
    if (id === '') return;
    if (this.inBody) this.enter(text, span);
    else this.declare(text, span);
  }

  private nameOf(text: string): Named {
    let named = this.named.get(text);
    if (!named) {
      const voice = readVoice(text);
      named = { ...voice, isOdd: /[()[\]{}|*+]/.test(voice.id) };
      this.named.set(text, named);
    }
    return named;
  }

  private declare(text: string, span: Span): Hand {
    const { id, properties } = this.nameOf(text);
    let hand = this.hands.get(id);
    if (!hand) {
      hand = this.newHand(id, span);
      if (this.hands.size < MOST_VOICES) this.hands.set(id, hand);
    }
    this.apply(hand, properties);
    if (properties.name !== null) hand.stream.name = properties.name;
    return hand;
  }

  private enter(text: string, span: Span): Hand {
    const from = this.hand;
    const hand = this.declare(text, span);
    if (from !== hand) from?.leave();
    this.hand = hand;
    return hand;
  }

  private apply(hand: Hand, properties: Properties): void {
    if (properties.clef !== null) {
      hand.stream.clef = properties.clef;
      hand.sounds.octave = clefOctave(properties.clef);
    }
    if (properties.octave !== null) hand.sounds.octave = clefOctave(hand.stream.clef) + properties.octave;
    if (properties.transpose !== null) hand.sounds.transpose = properties.transpose;
    hand.refresh();
  }

  private newHand(id: string, span: Span): Hand {
    const { clef, octave, transpose } = this.clef;
    const stream: Stream = { id, name: '', clef, octave: 0, transpose: 0, span, bars: [] };
    const hand = new Hand(this, stream, this.unit ?? defaultUnit(this.metre), this.metre, this.key);
    hand.sounds.reach = this.reach;
    hand.sounds.octave = clefOctave(clef) + (octave ?? 0);
    hand.sounds.transpose = transpose ?? 0;
    hand.refresh();
    return hand;
  }

  // ---- music

  /** Reads a line of music and its words: from an earlier reading where the line is a passage it knows. */
  private musicLine(line: Line, index: number, to: number): number {
    this.beginBody(line.start);
    this.lastField = '';
    const goesOn = this.continued;
    this.continued = false;
    if (!goesOn) this.group++;
    const { items } = line;
    const lead = leadOf(items);
    for (let i = 0; i < lead; i++) this.item(items[i]!, line, index);
    const first = items[lead];
    const end = this.endOfWords(index + 1, to);
    const hand = first ? this.handAt(first, line) : null;
    if (hand?.rests && !goesOn && !this.speed && !reachesBack(items)) this.passage(hand, lead, index, end);
    else this.readOn(lead, index, end);
    return end;
  }

  private passage(hand: Hand, lead: number, index: number, end: number): void {
    const line = this.tree.lines[index]!;
    const before = hand.stance(index, this.defined);
    const known = this.known.get(line.content);
    if (known && sameStance(known.before, before) && this.stands(known, index, end)) {
      const passage = passageAt(known, line.start);
      hand.repeat(passage, this.group);
      for (const finding of passage.findings) this.findings.push(finding);
      if (passage.contents.some(({ kind }) => kind === 'lyrics')) this.lastField = 'w';
      this.passages.set(line.content, passage);
      return;
    }
    const noted = this.findings.length;
    const bars = hand.stream.bars.length;
    this.readOn(lead, index, end);
    if (!hand.rests || !staysWithin(line.items, lead)) return;
    const contents = this.tree.lines.slice(index, end).map(({ content }) => content);
    const after = hand.stance(index, this.defined);
    const findings = this.findings.slice(noted);
    this.passages.set(
      line.content,
      hand.passage(bars, { contents, start: line.start, before, after, findings }),
    );
  }

  /** Whether a passage stands in these lines. */
  private stands({ contents }: Passage, index: number, end: number): boolean {
    const { lines } = this.tree;
    return (
      contents.length === end - index && contents.every((content, i) => content === lines[index + i]!.content)
    );
  }

  /** Reads what stands behind the lead of a line, and its words. */
  private readOn(lead: number, index: number, end: number): void {
    const line = this.tree.lines[index]!;
    for (let i = lead; i < line.items.length; i++) this.item(line.items[i]!, line, index);
    for (let i = index + 1; i < end; i++) this.readLine(i, end);
  }

  /** Where words and symbols end that begin with this line. */
  private endOfWords(from: number, to: number): number {
    const { lines } = this.tree;
    let end = from;
    while (end < to && isOfWords(lines[end]!)) end++;
    return end;
  }

  private item(item: Item, line: Line, index: number): void {
    if (item.kind === 'field') this.inlineField(item, line);
    else if (item.kind === 'continuation') this.continued = true;
    else this.handAt(item, line).take(item, line, index, this.group);
  }

  /** The voice at work; a tune without `V:` begins one of its own. */
  private handAt(item: Item, line: Line): Hand {
    const at = line.start + item.start;
    return this.hand ?? this.enter('', { start: at, end: at });
  }

  private inlineField(item: MarkItem, line: Line): void {
    const letter = item.text[1] ?? '';
    const text = item.text.slice(3, -1);
    const start = line.start + item.start + 3;
    const span = { start, end: start + text.length };
    if (letter === 'V') this.voiceField(text, span);
    else this.bodyField(letter, text, span, this.hand ? [this.hand] : [], !this.hand);
  }

  // ---- words

  private lyricLine(line: Line): void {
    this.lastField = 'w';
    this.hand?.sing(line.words, false);
  }
}

const isOfWords = ({ kind, text }: Line): boolean =>
  kind === 'lyrics' || kind === 'symbols' || (kind === 'field' && text.startsWith('+:'));

const merged = (old: Properties, more: Properties): Properties => ({
  clef: more.clef ?? old.clef,
  octave: more.octave ?? old.octave,
  transpose: more.transpose ?? old.transpose,
  name: null,
});
