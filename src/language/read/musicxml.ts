// MusicXML (.musicxml, .xml, .mxl) -> a score of four voices. The library reads the XML; this file finds the voices in
// it, and refuses what would not fit into memory. Knows nothing of ABC text.

import {
  type Barline,
  type HarmonyEntry,
  isCompressed,
  type MeasureAttributes,
  type NoteEntry,
  parse,
  parseCompressed,
  type Part as XmlPart,
  type Score as XmlScore,
} from 'musicxml-io/browser';
import { type Key, keyFifths, keyOf, LETTERS, type Letter, type Mode, midi, type Pitch } from '../pitch.ts';
import type { Bar, Tempo } from '../score.ts';
import { barTicks, type Metre, TICKS_PER_QUARTER, type Tick } from '../time.ts';
import { chordSuffix, MARKS } from '../xmlnames.ts';
import { checkXml, checkZip } from './bounds.ts';
import {
  assemble,
  blank,
  type Found,
  type FoundBar,
  type Line,
  ReadFailure,
  type Reading,
} from './foreign.ts';

/** Limits: the largest hymnal is far below them. */
const MOST_NOTES = 200_000;
const MOST_BARS = 20_000;
/** No file means one beyond; the format itself ends at 9. */
const HIGHEST_OCTAVE = 12;
/** Double sharps and flats. */
const MOST_ALTERED = 2;

/**
 * Reads a MusicXML file, zipped or not.
 * @throws ReadFailure when it is none, damaged, or too large
 */
export function readMusicXml(bytes: Uint8Array): Reading {
  const score = parseXml(bytes);
  if (score.parts.length === 0) throw new ReadFailure('This MusicXML file has no parts.');
  return convert(score);
}

function parseXml(bytes: Uint8Array): XmlScore {
  const zipped = isCompressed(bytes);
  if (zipped) checkZip(bytes);
  else checkXml(bytes);
  try {
    return zipped ? parseCompressed(bytes) : parse(bytes);
  } catch (error) {
    throw new ReadFailure(`This is no readable MusicXML file: ${reason(error)}`);
  }
}

const reason = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0]!.slice(0, 200);

// ---- from the library's score to lines and bars

/** What holds from one measure to the next within a part. */
interface Running {
  divisions: number;
  metre: Metre | null;
  key: Key;
  /** Semitones that this part sounds above what is written. */
  transpose: number;
}

const MODES: Readonly<Record<string, Mode>> = { aeolian: 'minor', ionian: 'major', none: 'major' };

/** The tonic of a mode with so many sharps: the majors along the line of fifths, moved to the mode's place in it. */
function keyFrom(fifths: number, mode: Mode): Key {
  for (const alter of [0, 1, -1]) {
    for (let letter = 0; letter < 7; letter++) {
      const tonic = { letter: letter as Letter, alter };
      if (keyFifths(tonic, mode) === fifths) return keyOf(tonic, mode);
    }
  }
  return keyOf({ letter: 0, alter: 0 }, 'major');
}

function attend(running: Running, attributes: MeasureAttributes): void {
  if (attributes.divisions !== undefined && attributes.divisions > 0)
    running.divisions = attributes.divisions;
  const { time, key, transpose } = attributes;
  if (time !== undefined) {
    const beats = time.beats.split('+').reduce((sum, part) => sum + Number(part), 0);
    const plain =
      !time.senzaMisura && beats >= 1 && beats <= 64 && [1, 2, 4, 8, 16, 32, 64].includes(time.beatType);
    running.metre = plain ? { beats, unit: time.beatType } : null;
  }
  if (key !== undefined) {
    const mode = (MODES[key.mode ?? 'major'] ?? key.mode ?? 'major') as Mode;
    running.key = keyFrom(Math.max(-7, Math.min(7, key.fifths || 0)), mode);
  }
  if (transpose !== undefined) running.transpose = transpose.chromatic + 12 * (transpose.octaveChange ?? 0);
}

/** A measure of one part: its length and what it says about bars. */
interface Measured {
  readonly length: Tick;
  readonly metre: Metre | null;
  readonly key: Key;
  readonly barlines: readonly Barline[];
}

/** The lines of one part, by staff and voice, and its measures. */
class PartReader {
  readonly lines = new Map<string, Line>();
  readonly measures: Measured[] = [];
  readonly tempos: Tempo[] = [];
  readonly losses = new Set<string>();
  notes = 0;
  private readonly running: Running = {
    divisions: 1,
    metre: null,
    key: keyOf({ letter: 0, alter: 0 }, 'major'),
    transpose: 0,
  };
  private symbol: string | null = null;
  private annotations: string[] = [];
  /** Verses in which a syllable is being held, by line. */
  private readonly held = new Map<string, Set<number>>();

  constructor(
    private readonly part: XmlPart,
    private readonly name: string,
  ) {}

  read(): void {
    let onset = 0;
    for (const measure of this.part.measures.slice(0, MOST_BARS)) {
      if (measure.attributes) attend(this.running, measure.attributes);
      const { metre, key } = this.running;
      const length = this.measure(measure.entries, onset) || (metre === null ? 0 : barTicks(metre));
      this.measures.push({ length, metre, key, barlines: measure.barlines ?? [] });
      onset += length;
    }
    if (this.part.measures.length > MOST_BARS) this.losses.add(`bars after the ${MOST_BARS}th`);
  }

  private ticks(divisions: number): Tick {
    return Math.round((divisions * TICKS_PER_QUARTER) / this.running.divisions);
  }

  /** Reads what is in a measure; gives how far its longest line reaches. */
  private measure(entries: XmlPart['measures'][number]['entries'], start: Tick): Tick {
    let at = 0;
    let furthest = 0;
    let lastOnset = 0;
    for (const entry of entries) {
      if (entry.type === 'backup') at = Math.max(0, at - this.ticks(entry.duration));
      else if (entry.type === 'forward') at += this.ticks(entry.duration);
      else if (entry.type === 'attributes') attend(this.running, entry.attributes);
      else if (entry.type === 'harmony') this.symbol = symbolOf(entry);
      else if (entry.type === 'direction') {
        const quarters = entry.sound?.tempo ?? metronome(entry.directionTypes);
        const words = entry.directionTypes.flatMap((d) => (d.kind === 'words' ? [d.text] : []));
        if (quarters !== null && quarters > 0)
          this.tempos.push({ onset: start + at, quarters, text: words[0] ?? null });
        else if (words.length > 0)
          this.annotations.push(...words.map((text) => (entry.placement === 'below' ? '_' : '^') + text));
        for (const d of entry.directionTypes)
          if (!['words', 'metronome'].includes(d.kind)) this.losses.add(`directions (${d.kind})`);
      } else if (entry.type === 'note') {
        const onset = entry.chord ? lastOnset : at;
        this.note(entry, start + onset);
        lastOnset = onset;
        if (!entry.chord && !entry.grace) at += this.ticks(entry.duration);
      }
      furthest = Math.max(furthest, at);
    }
    return furthest;
  }

  private note(entry: NoteEntry, onset: Tick): void {
    if (++this.notes > MOST_NOTES)
      throw new ReadFailure(`This file has more than ${MOST_NOTES} notes. It is not read.`);
    if (entry.cue || entry.unpitched) {
      this.losses.add(entry.cue ? 'cue notes' : 'percussion');
      return;
    }
    const key = `${entry.staff ?? 1} ${entry.voice ?? '1'}`;
    const line = this.lines.get(key) ?? { name: this.name, events: [] };
    this.lines.set(key, line);
    const before = line.events[line.events.length - 1];
    if (entry.chord && before !== undefined && before.onset === onset) {
      this.join(before, entry);
      return;
    }
    const found = blank(onset, entry.grace ? 0 : this.ticks(entry.duration));
    if (entry.pitch !== undefined) Object.assign(found, { kind: 'note', pitches: [this.pitch(entry)] });
    if (entry.grace) found.irregular = 'grace';
    else if (
      entry.timeModification &&
      entry.timeModification.actualNotes !== entry.timeModification.normalNotes
    )
      found.irregular = 'tuplet';
    this.mark(found, entry);
    found.lyrics = this.lyrics(entry, key, found.kind === 'note');
    if (this.symbol !== null && !entry.grace) [found.chordSymbol, this.symbol] = [this.symbol, null];
    if (this.annotations.length > 0) [found.annotations, this.annotations] = [this.annotations, []];
    line.events.push(found);
  }

  private join(chord: Found, entry: NoteEntry): void {
    if (entry.pitch === undefined) return;
    chord.pitches = [...chord.pitches, this.pitch(entry)].sort((a, b) => midi(a) - midi(b));
    this.mark(chord, entry);
  }

  private pitch(entry: NoteEntry): Pitch {
    const { step, octave, alter = 0 } = entry.pitch!;
    if (!Number.isInteger(alter)) this.losses.add('microtones');
    const written = { letter: LETTERS.indexOf(step) as Letter, alter: Math.round(alter), octave };
    const { transpose } = this.running;
    const sounding = octave + Math.trunc(transpose / 12);
    const isPitch = written.letter >= 0 && Math.abs(written.alter) <= MOST_ALTERED;
    if (!isPitch || !Number.isInteger(sounding) || Math.abs(sounding) > HIGHEST_OCTAVE)
      throw new ReadFailure('A note of this file has no readable pitch.');
    if (transpose % 12 !== 0) this.losses.add('transposing instruments (read as written)');
    return { ...written, octave: sounding };
  }

  /** Ties, slurs, fermatas and marks. */
  private mark(found: Found, entry: NoteEntry): void {
    const ties = [...(entry.ties ?? []), ...(entry.tie ? [entry.tie] : [])].map(({ type }) => type);
    found.tied ||= ties.includes('start') || ties.includes('continue');
    found.continues ||= ties.includes('stop') || ties.includes('continue');
    for (const notation of entry.notations ?? []) {
      if (notation.type === 'fermata') found.fermata = true;
      else if (notation.type === 'slur') {
        if (notation.slurType === 'start') found.slurStarts++;
        else if (notation.slurType === 'stop') found.slurEnds++;
      } else if (notation.type !== 'tied' && notation.type !== 'tuplet') {
        const name = Object.keys(MARKS).find((mark) => sameMark(MARKS[mark]!, notation));
        if (name === undefined) this.losses.add(`notations (${notation.type})`);
        else found.decorations = [...found.decorations, name];
      }
    }
    if (found.fermata && !found.decorations.includes('fermata'))
      found.decorations = [...found.decorations, 'fermata'];
  }

  private lyrics(entry: NoteEntry, line: string, sounds: boolean): string[] {
    const held = this.held.get(line) ?? new Set<number>();
    this.held.set(line, held);
    const words: string[] = [];
    if (!sounds || entry.grace) return words;
    for (const verse of held) words[verse] = '_';
    for (const lyric of entry.lyrics ?? []) {
      const verse = (lyric.number ?? 1) - 1;
      if (!Number.isInteger(verse) || verse < 0 || verse > 98) continue;
      const open = lyric.syllabic === 'begin' || lyric.syllabic === 'middle';
      words[verse] = lyric.text === '' ? (lyric.extend ? '_' : '') : lyric.text + (open ? '-' : '');
      const extend =
        typeof lyric.extend === 'object' ? lyric.extend.type : lyric.extend ? 'start' : undefined;
      if (extend === 'start' && lyric.text !== '') held.add(verse);
      else held.delete(verse);
    }
    return Array.from(words, (word) => word ?? '');
  }
}

const sameMark = (a: (typeof MARKS)[string], b: (typeof MARKS)[string]): boolean =>
  (a.type === 'articulation' && b.type === 'articulation' && a.articulation === b.articulation) ||
  (a.type === 'ornament' && b.type === 'ornament' && a.ornament === b.ornament);

const QUARTERS: Readonly<Record<string, number>> = {
  whole: 4,
  half: 2,
  quarter: 1,
  eighth: 0.5,
  '16th': 0.25,
};

function metronome(types: readonly { kind: string }[]): number | null {
  const mark = types.find((type) => type.kind === 'metronome') as
    | { beatUnit: string; beatUnitDot?: boolean; perMinute?: number | string }
    | undefined;
  const beats = Number(mark?.perMinute);
  if (mark === undefined || !(beats > 0)) return null;
  return beats * (QUARTERS[mark.beatUnit] ?? 1) * (mark.beatUnitDot ? 1.5 : 1);
}

const signOf = (alter: number | undefined): string => (alter === 1 ? '#' : alter === -1 ? 'b' : '');

function symbolOf({ root, kind, kindText, bass }: HarmonyEntry): string | null {
  if (kind === 'none') return null;
  const suffix = kindText ?? chordSuffix(kind) ?? '';
  const under = bass === undefined ? '' : `/${bass.bassStep}${signOf(bass.bassAlter)}`;
  return (root.rootStep + signOf(root.rootAlter) + suffix + under).replaceAll('"', '').slice(0, 30);
}

/** The bars all parts share: as long as the longest part's measure. */
function barsOf(parts: readonly PartReader[]): FoundBar[] {
  const [leader] = parts;
  let onset = 0;
  return leader!.measures.map(({ metre, key, barlines }, i) => {
    const duration = Math.max(...parts.map((part) => part.measures[i]?.length ?? 0));
    const left = barlines.filter((line) => line.location === 'left');
    const right = barlines.filter((line) => line.location !== 'left');
    const bar: FoundBar = {
      onset,
      duration,
      metre,
      key,
      barline: barlineOf(right),
      opens: {
        repeat: left.some((line) => line.repeat?.direction === 'forward'),
        ending: left.find((line) => line.ending?.type === 'start')?.ending?.number ?? null,
      },
    };
    onset += duration;
    return bar;
  });
}

function barlineOf(lines: readonly Barline[]): Bar['barline'] {
  if (lines.some((line) => line.repeat?.direction === 'backward')) return 'repeat-end';
  const style = lines.find((line) => line.barStyle !== undefined)?.barStyle;
  return style === 'light-heavy' ? 'final' : style === 'light-light' ? 'double' : 'single';
}

/** Moves a part's events where its own measures are shorter than the bars all parts share. */
function align(part: PartReader, bars: readonly FoundBar[]): void {
  const starts = [0];
  for (const { length } of part.measures) starts.push(starts[starts.length - 1]! + length);
  if (part.measures.every(({ length }, i) => length === bars[i]?.duration)) return;
  for (const { events } of part.lines.values()) {
    let i = 0;
    for (const event of events) {
      while (i + 1 < part.measures.length && starts[i + 1]! <= event.onset) i++;
      event.onset += (bars[i]?.onset ?? 0) - starts[i]!;
    }
  }
}

function convert(xml: XmlScore): Reading {
  const names = new Map(
    xml.partList.flatMap((entry) =>
      entry.type === 'score-part' ? [[entry.id, entry.name ?? entry.id]] : [],
    ),
  );
  const parts = xml.parts.slice(0, 64).map((part) => new PartReader(part, names.get(part.id) ?? part.id));
  for (const part of parts) part.read();
  const longest = [...parts].sort((a, b) => b.measures.length - a.measures.length);
  const bars = barsOf(longest);
  if (bars.length === 0) throw new ReadFailure('This MusicXML file has no bars.');
  for (const part of parts) align(part, bars);
  const lines = parts.flatMap((part) =>
    [...part.lines.entries()].sort(([a], [b]) => byStaffAndVoice(a, b)).map(([, line]) => line),
  );
  const composer = xml.metadata.creators?.find(({ type }) => type === 'composer')?.value ?? '';
  const title = xml.metadata.workTitle ?? xml.metadata.movementTitle ?? '';
  const tempos = parts.flatMap((part) => part.tempos).sort((a, b) => a.onset - b.onset);
  const once = tempos.filter(({ onset }, i) => onset !== tempos[i - 1]?.onset);
  const { score, losses } = assemble({ title, composer, lines, bars, tempos: once });
  return { score, losses: [...losses, ...new Set(parts.flatMap((part) => [...part.losses]))] };
}

function byStaffAndVoice(a: string, b: string): number {
  const [[staffA, voiceA], [staffB, voiceB]] = [a.split(' '), b.split(' ')];
  return Number(staffA) - Number(staffB) || Number(voiceA) - Number(voiceB) || 0;
}
