// The score as MusicXML: four parts, one voice each, as notation programs read it. The library does the XML.
// Knows nothing of ABC text; what MusicXML has no place for is named, not dropped in silence.

import {
  type Barline,
  type HarmonyEntry,
  type Lyric,
  type Measure,
  type MeasureAttributes,
  type MeasureEntry,
  type Notation,
  type NoteEntry,
  type NoteType,
  serialize,
  serializeCompressed,
  type Part as XmlPart,
  type Score as XmlScore,
} from 'musicxml-io/browser';
import { type Key, keyFifths, LETTERS, type Pitch, signatureOf } from '../pitch.ts';
import {
  type Bar,
  type Event,
  type Score,
  VOICE_LETTERS,
  VOICE_NAMES,
  VOICES,
  type Voice,
} from '../score.ts';
import { TICKS_PER_QUARTER, type Tick } from '../time.ts';
import { chordKind, MARKS } from '../xmlnames.ts';
import { type Slot, writeAccidentals } from './accidentals.ts';
import { type Conversion, type Feature, lossesOf } from './losses.ts';
import { divide, isNoteValue } from './rhythm.ts';
import { groupTuplets, type Member } from './tuplets.ts';

const UNCARRIED: readonly Feature[] = [
  'open and pinned marks',
  'candidate pitches of open notes',
  'bars without metre',
];

const TYPES: readonly (readonly [Tick, NoteType])[] = [
  [8, 'breve'],
  [4, 'whole'],
  [2, 'half'],
  [1, 'quarter'],
  [1 / 2, 'eighth'],
  [1 / 4, '16th'],
  [1 / 8, '32nd'],
  [1 / 16, '64th'],
  [1 / 32, '128th'],
  [1 / 64, '256th'],
  [1 / 128, '512th'],
].map(([quarters, type]) => [(quarters as number) * TICKS_PER_QUARTER, type as NoteType] as const);

const ACCIDENTALS = {
  '^': 'sharp',
  '^^': 'double-sharp',
  _: 'flat',
  __: 'flat-flat',
  '=': 'natural',
} as const;

const CLEFS = [
  { sign: 'G', line: 2 },
  { sign: 'G', line: 2 },
  { sign: 'F', line: 4 },
  { sign: 'F', line: 4 },
] as const;

/** Head and dots of a length that one head can show. */
function noteValue(ticks: Tick): { noteType: NoteType; dots?: number } | null {
  for (const [length, noteType] of TYPES) {
    if (ticks === length) return { noteType };
    if (ticks === 1.5 * length) return { noteType, dots: 1 };
  }
  return null;
}

const xmlPitch = ({ letter, alter, octave }: Pitch): NonNullable<NoteEntry['pitch']> => ({
  step: LETTERS[letter] as 'C',
  octave,
  ...(alter === 0 ? {} : { alter }),
});

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** Divisions of a quarter that make every length whole: as few as possible, since some programs hold few. */
function divisionsOf(score: Score): number {
  const common = score.parts
    .flatMap(({ events }) => events.flatMap(({ onset, duration }) => [onset, duration]))
    .concat(score.bars.flatMap(({ onset, duration }) => [onset, duration]))
    .reduce(gcd, TICKS_PER_QUARTER);
  // Lengths that no head can show are cut at note values, down to a 64th.
  return TICKS_PER_QUARTER / gcd(common, TICKS_PER_QUARTER / 16);
}

/** The XML of one voice as it is written, part by part. Counters number what MusicXML wants numbered. */
class Writer {
  private readonly openSlurs: number[] = [];
  private readonly hyphens = new Set<number>();
  private accidentals = new Map<Event, string[]>();
  private id = 0;

  constructor(
    private readonly score: Score,
    private readonly voice: Voice,
    private readonly divisions: number,
  ) {}

  part(): XmlPart {
    const byBar: Event[][] = this.score.bars.map(() => []);
    for (const event of this.score.parts[this.voice].events) byBar[event.bar]?.push(event);
    const measures = this.score.bars.map((bar, i) => this.measure(bar, i, byBar[i]!));
    return { _id: this.next(), id: `P${this.voice + 1}`, measures };
  }

  private next(): string {
    this.id++;
    return `${VOICE_LETTERS[this.voice].toLowerCase()}${this.id}`;
  }

  private length(ticks: Tick): number {
    return (ticks * this.divisions) / TICKS_PER_QUARTER;
  }

  private measure(bar: Bar, index: number, events: readonly Event[]): Measure {
    const attributes = this.attributes(bar, this.score.bars[index - 1]);
    const barlines = this.barlines(index);
    return {
      _id: this.next(),
      number: String(bar.number),
      ...(bar.phase > 0 ? { implicit: true } : {}),
      ...(attributes === null ? {} : { attributes }),
      entries: events.length === 0 ? [this.wholeRest(bar)] : this.entries(bar, events),
      ...(barlines.length === 0 ? {} : { barlines }),
    };
  }

  private attributes(bar: Bar, before: Bar | undefined): MeasureAttributes | null {
    const { metre, key } = bar;
    const newMetre = metre !== null && JSON.stringify(metre) !== JSON.stringify(before?.metre);
    const newKey = before === undefined || JSON.stringify(key) !== JSON.stringify(before.key);
    if (!newMetre && !newKey && before !== undefined) return null;
    return {
      ...(before === undefined ? { divisions: this.divisions, clef: [{ ...CLEFS[this.voice] }] } : {}),
      ...(newKey ? { key: { fifths: fifthsOf(key), mode: key.mode } } : {}),
      ...(newMetre ? { time: { beats: String(metre.beats), beatType: metre.unit } } : {}),
    };
  }

  private wholeRest(bar: Bar): NoteEntry {
    return {
      _id: this.next(),
      type: 'note',
      rest: { measure: true },
      duration: this.length(bar.duration),
      voice: '1',
    };
  }

  private entries(bar: Bar, events: readonly Event[]): MeasureEntry[] {
    this.accidentals = accidentalsOf(events, bar.key);
    const tuplets = groupTuplets(events);
    return events.flatMap((event) => [...this.before(event), ...this.notes(event, bar, tuplets.get(event))]);
  }

  /** Tempo, chord symbol and words stand as entries of their own before the note. */
  private before(event: Event): MeasureEntry[] {
    const entries: MeasureEntry[] = [];
    const tempo = this.voice === 0 ? this.score.tempos.find(({ onset }) => onset === event.onset) : undefined;
    if (tempo !== undefined && event.irregular !== 'grace') {
      const metronome = {
        kind: 'metronome',
        beatUnit: 'quarter',
        perMinute: Math.round(tempo.quarters * 100) / 100,
      } as const;
      const words = tempo.text ? [{ kind: 'words', text: tempo.text } as const] : [];
      const sound = { tempo: tempo.quarters };
      entries.push({
        _id: this.next(),
        type: 'direction',
        directionTypes: [...words, metronome],
        placement: 'above',
        sound,
      });
    }
    const harmony = event.chordSymbol === null ? null : harmonyOf(event.chordSymbol, this.next());
    if (harmony !== null) entries.push(harmony);
    else if (event.chordSymbol !== null) entries.push(this.words(event.chordSymbol, 'above'));
    for (const text of event.annotations)
      entries.push(this.words(text.slice(1), text[0] === '_' ? 'below' : 'above'));
    return entries;
  }

  private words(text: string, placement: 'above' | 'below'): MeasureEntry {
    return { _id: this.next(), type: 'direction', directionTypes: [{ kind: 'words', text }], placement };
  }

  /** An event as one entry a pitch, cut in tied pieces where no single head can show its length. */
  private notes(event: Event, bar: Bar, tuplet: Member | undefined): NoteEntry[] {
    if (event.irregular === 'grace') return this.heads(event, [{ ...this.base(0, 'eighth'), grace: {} }]);
    if (tuplet !== undefined) {
      const { noteType, dots } = noteValue(tuplet.written)!;
      const timeModification = { actualNotes: tuplet.actual, normalNotes: tuplet.normal };
      return this.heads(event, [{ ...this.base(event.duration, noteType, dots), timeModification }], tuplet);
    }
    const from = event.onset - bar.onset + bar.phase;
    const stretch = { from, to: from + event.duration };
    const pieces = isNoteValue(event.duration) ? [stretch] : divide(stretch, bar.metre);
    const bases = pieces.map(({ from: begin, to }) => {
      const value = noteValue(to - begin);
      return this.base(to - begin, value?.noteType, value?.dots);
    });
    return this.heads(event, bases);
  }

  private base(ticks: Tick, noteType?: NoteType, dots?: number): NoteEntry {
    const duration = this.length(ticks);
    return {
      _id: '',
      type: 'note',
      duration,
      voice: '1',
      ...(noteType ? { noteType } : {}),
      ...(dots ? { dots } : {}),
    };
  }

  /** Gives each piece its pitches, ties, notations and (the first one) words. */
  private heads(event: Event, bases: readonly NoteEntry[], tuplet?: Member): NoteEntry[] {
    if (event.pitches.length === 0) {
      return bases.map((base, i) => ({
        ...base,
        _id: this.next(),
        rest: {},
        ...this.notations(event, i, bases.length, tuplet, false),
      }));
    }
    const signs = this.accidentals.get(event) ?? [];
    return bases.flatMap((base, i) =>
      event.pitches.map((pitch, p): NoteEntry => {
        const stop = event.continues || i > 0;
        const start = event.tied || i < bases.length - 1;
        const ties = [
          ...(stop ? [{ type: 'stop' } as const] : []),
          ...(start ? [{ type: 'start' } as const] : []),
        ];
        const sign = i === 0 ? ACCIDENTALS[signs[p] as keyof typeof ACCIDENTALS] : undefined;
        const tied = ties.map(({ type }): Notation => ({ type: 'tied', tiedType: type }));
        const own = p === 0 ? this.notations(event, i, bases.length, tuplet, true) : {};
        const notations = [...tied, ...(own.notations ?? [])];
        return {
          ...base,
          _id: this.next(),
          pitch: xmlPitch(pitch),
          ...(p > 0 ? { chord: true } : {}),
          ...(sign === undefined ? {} : { accidental: { value: sign } }),
          ...(ties.length === 0 ? {} : { ties }),
          ...(notations.length === 0 ? {} : { notations }),
          ...(own.lyrics === undefined ? {} : { lyrics: own.lyrics }),
        };
      }),
    );
  }

  private notations(
    event: Event,
    piece: number,
    pieces: number,
    tuplet: Member | undefined,
    sung: boolean,
  ): { notations?: Notation[]; lyrics?: Lyric[] } {
    const [first, last] = [piece === 0, piece === pieces - 1];
    const notations: Notation[] = [];
    if (tuplet?.first) notations.push({ type: 'tuplet', tupletType: 'start', number: 1 });
    if (tuplet?.last) notations.push({ type: 'tuplet', tupletType: 'stop', number: 1 });
    if (last) for (let i = 0; i < event.slurEnds; i++) notations.push(...this.slurEnd());
    if (first) for (let i = 0; i < event.slurStarts; i++) notations.push(...this.slurStart());
    if (first)
      for (const name of event.decorations)
        if (Object.hasOwn(MARKS, name)) notations.push({ ...MARKS[name]! });
    if (last && event.fermata) notations.push({ type: 'fermata', fermataType: 'upright' });
    const lyrics = first && sung ? this.lyrics(event) : [];
    return { ...(notations.length > 0 ? { notations } : {}), ...(lyrics.length > 0 ? { lyrics } : {}) };
  }

  /** MusicXML numbers open slurs from 1 to 6. */
  private slurStart(): Notation[] {
    const number = [1, 2, 3, 4, 5, 6].find((n) => !this.openSlurs.includes(n));
    if (number === undefined) return [];
    this.openSlurs.push(number);
    return [{ type: 'slur', slurType: 'start', number }];
  }

  private slurEnd(): Notation[] {
    const number = this.openSlurs.pop();
    return number === undefined ? [] : [{ type: 'slur', slurType: 'stop', number }];
  }

  private lyrics(event: Event): Lyric[] {
    return event.lyrics.flatMap((text, verse): Lyric[] => {
      if (text === '') return [];
      if (text === '_' || text === '-')
        return [{ number: verse + 1, text: '', extend: { type: 'continue' } }];
      const open = text.length > 1 && text.endsWith('-');
      const middle = this.hyphens.has(verse);
      if (open) this.hyphens.add(verse);
      else this.hyphens.delete(verse);
      const syllabic = open ? (middle ? 'middle' : 'begin') : middle ? 'end' : 'single';
      return [{ number: verse + 1, syllabic, text: open ? text.slice(0, -1) : text }];
    });
  }

  private barlines(index: number): Barline[] {
    const { bars } = this.score;
    const bar = bars[index]!;
    const lines: Barline[] = [];
    const ending = bar.opens.ending;
    if (bar.opens.repeat || ending !== null) {
      lines.push({
        _id: this.next(),
        location: 'left',
        ...(bar.opens.repeat ? { barStyle: 'heavy-light', repeat: { direction: 'forward' } } : {}),
        ...(ending === null ? {} : { ending: { number: ending, type: 'start' } }),
      });
    }
    const back = bar.barline === 'repeat-end' || bar.barline === 'repeat-both';
    const closes = endingAt(bars, index);
    const style =
      back || bar.barline === 'final' ? 'light-heavy' : bar.barline === 'double' ? 'light-light' : null;
    if (style !== null || closes !== null) {
      lines.push({
        _id: this.next(),
        location: 'right',
        ...(style === null ? {} : { barStyle: style }),
        ...(closes === null ? {} : { ending: { number: closes, type: back ? 'stop' : 'discontinue' } }),
        ...(back ? { repeat: { direction: 'backward' } } : {}),
      });
    }
    return lines;
  }
}

/** The number of the ending that closes with this bar; null where none does. */
function endingAt(bars: readonly Bar[], index: number): string | null {
  const bar = bars[index]!;
  const next = bars[index + 1];
  const closes = bar.barline !== 'single' && bar.barline !== 'none';
  if (!closes && next !== undefined && next.opens.ending === null && !next.opens.repeat) return null;
  for (let i = index; i >= 0; i--) {
    if (bars[i]!.opens.ending !== null) return bars[i]!.opens.ending;
    const before = bars[i - 1];
    if (before === undefined || (before.barline !== 'single' && before.barline !== 'none')) return null;
  }
  return null;
}

function accidentalsOf(events: readonly Event[], key: Key): Map<Event, string[]> {
  const places = events.flatMap((event) => event.pitches.map((pitch) => ({ event, pitch })));
  const slots = places.map(({ pitch }): Slot => ({ kind: 'fresh', options: [pitch] }));
  const signs = new Map<Event, string[]>();
  writeAccidentals(key, slots, 'octave', new Map()).forEach((verdict, i) => {
    const { event } = places[i]!;
    signs.set(event, [...(signs.get(event) ?? []), verdict.kind === 'fresh' ? verdict.accidental : '']);
  });
  return signs;
}

const fifthsOf = (key: Key): number => Math.max(-7, Math.min(7, keyFifths(key.tonic, key.mode)));

/** `F#m7/C#` as MusicXML's harmony; null where the symbol has no root. */
function harmonyOf(symbol: string, id: string): HarmonyEntry | null {
  const match = /^([A-G])([#b]?)([^/]*)(?:\/([A-G])([#b]?))?$/.exec(symbol.trim());
  if (match === null) return null;
  const alterOf = (sign: string | undefined): number => (sign === '#' ? 1 : sign === 'b' ? -1 : 0);
  const [, root, sign, suffix, bass, bassSign] = match;
  return {
    _id: id,
    type: 'harmony',
    root: { rootStep: root!, ...(alterOf(sign) === 0 ? {} : { rootAlter: alterOf(sign) }) },
    kind: chordKind(suffix!),
    ...(suffix === '' ? {} : { kindText: suffix! }),
    ...(bass === undefined
      ? {}
      : { bass: { bassStep: bass, ...(alterOf(bassSign) === 0 ? {} : { bassAlter: alterOf(bassSign) }) } }),
  };
}

function document(score: Score): XmlScore {
  const divisions = divisionsOf(score);
  return {
    _id: 'score',
    version: '4.0',
    metadata: {
      ...(score.title === '' ? {} : { workTitle: score.title }),
      ...(score.composer === '' ? {} : { creators: [{ type: 'composer', value: score.composer }] }),
      encoding: { software: ['Cantus'] },
    },
    partList: VOICES.map((voice) => ({
      _id: `part-${voice}`,
      type: 'score-part',
      id: `P${voice + 1}`,
      name: VOICE_NAMES[voice],
      abbreviation: VOICE_LETTERS[voice],
    })),
    parts: VOICES.map((voice) => new Writer(score, voice, divisions).part()),
  };
}

/** What this score has that MusicXML (as we write it) does not hold. */
function lossesIn(score: Score): string[] {
  const losses = lossesOf(score, UNCARRIED);
  const events = score.parts.flatMap((part) => part.events);
  const unknown = events
    .flatMap(({ decorations }) => decorations)
    .filter((name) => !/fermata/.test(name) && !Object.hasOwn(MARKS, name));
  if (unknown.length > 0) losses.push(`decorations (${[...new Set(unknown)].slice(0, 5).join(', ')})`);
  const own = score.bars.some(({ key }) => key.signature.join() !== signatureOf(fifthsOf(key)).join());
  if (own) losses.push('key signatures with accidentals of their own');
  return losses;
}

/** MusicXML 4.0 as text (`.musicxml`). */
export const toMusicXml = (score: Score): Conversion<string> => ({
  content: serialize(document(score)),
  losses: lossesIn(score),
});

/** The same, zipped (`.mxl`): the same bytes today and tomorrow. */
export const toMxl = (score: Score): Conversion<Uint8Array> => ({
  content: undated(serializeCompressed(document(score))),
  losses: lossesIn(score),
});

/** The first of January 1980, midnight: where the time of a zip begins. */
const ZIP_EPOCH = 0x210000;

/** A zip whose files were all made at one moment. Walks from its end, which has no comment, over its directory. */
function undated(zip: Uint8Array): Uint8Array {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  const end = zip.length - 22;
  let entry = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    view.setUint32(entry + 12, ZIP_EPOCH, true);
    view.setUint32(view.getUint32(entry + 42, true) + 10, ZIP_EPOCH, true);
    entry += 46 + [28, 30, 32].reduce((sum, at) => sum + view.getUint16(entry + at, true), 0);
  }
  return zip;
}
