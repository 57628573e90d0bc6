// Music some semitones higher or lower, spelled as in the key it comes to: edits of pitches, and of key fields and
// chord symbols where the whole piece moves. Knows nothing of rhythm.

import { type Key, keyFifths, LETTERS, type Letter, midi, type Pitch } from '../pitch.ts';
import type { TextEdit } from '../problem.ts';
import type { Parsed } from '../read/parse.ts';
import { type Event, type Score, VOICES } from '../score.ts';
import { type Options, type Slot, writeAccidentals } from './accidentals.ts';
import { insert, merge, replace } from './edits.ts';
import { asWritten, type Hands, handsOf } from './hands.ts';
import type { Region } from './marks.ts';
import { scopesOf } from './scopes.ts';
import { isDiatonic, lineOfFifths, spellings } from './spell.ts';
import { writeAccidental, writeLetter, writtenPitches } from './token.ts';

/** A spelled interval: steps of the staff and semitones. */
interface Move {
  readonly steps: number;
  readonly semitones: number;
}

/** The pitch a spelled interval away. @example moved(C4, { steps: 2, semitones: 3 }) // Eb4 */
function moved(pitch: Pitch, { steps, semitones }: Move): Pitch {
  const place = pitch.letter + 7 * pitch.octave + steps;
  const octave = Math.floor(place / 7);
  const natural = { letter: (place - 7 * octave) as Letter, alter: 0, octave };
  return { ...natural, alter: midi(pitch) + semitones - midi(natural) };
}

/** The interval that leads a key to the one with the fewest accidentals. */
function moveFor(key: Key, semitones: number): Move {
  const octaves = Math.floor(semitones / 12);
  const within = semitones - 12 * octaves;
  const tonic = { ...key.tonic, octave: 4 };
  if (within === 0) return { steps: 7 * octaves, semitones };
  const ways = [0, 1, 2, 3, 4, 5, 6, 7].map((steps) => ({ steps: steps + 7 * octaves, semitones }));
  const strangeness = (move: Move): number => {
    const goal = moved(tonic, move);
    const sharps = keyFifths(goal, key.mode);
    // Of F sharp and G flat the flats are taken.
    return Math.abs(goal.alter) > 1 ? 100 : Math.abs(sharps) - (sharps < 0 ? 0.5 : 0);
  };
  return ways.reduce((best, way) => (strangeness(way) < strangeness(best) ? way : best));
}

const isWhole = (score: Score, { bars, voices }: Region): boolean =>
  (bars === undefined || (bars.from <= 0 && bars.to >= score.bars.length)) &&
  (voices === undefined || VOICES.every((voice) => voices.includes(voice)));

const isIn = (event: Event, { bars, voices }: Region): boolean =>
  (bars === undefined || (event.bar >= bars.from && event.bar < bars.to)) &&
  (voices === undefined || voices.includes(event.voice));

const keyMoved = (key: Key, move: Move): Key => {
  const signature = key.signature.map((alter, letter) =>
    moved({ letter: letter as Letter, alter, octave: 4 }, move),
  );
  const alters = [0, 1, 2, 3, 4, 5, 6].map(
    (letter) => signature.find((pitch) => pitch.letter === letter)!.alter,
  );
  const [c, d, e, f, g, a, b] = alters as [number, number, number, number, number, number, number];
  const { letter, alter } = moved({ ...key.tonic, octave: 4 }, move);
  return { ...key, tonic: { letter, alter }, signature: [c, d, e, f, g, a, b] };
};

/** How a pitch of a selection is spelled after the move: by the interval, unless that gets far from the key. */
function spelled(pitch: Pitch, move: Move, key: Key): Pitch {
  const plain = moved(pitch, move);
  if (isDiatonic(plain, key) || (Math.abs(plain.alter) <= 1 && !isRemote(plain, key))) return plain;
  return spellings(midi(plain), { key, near: [], next: null })[0]!;
}

const isRemote = ({ letter, alter }: Pitch, { tonic }: Key): boolean => {
  const distance = lineOfFifths(letter, alter) - lineOfFifths(tonic.letter, tonic.alter);
  return distance < -6 || distance > 8;
};

/** The pitches of an event in the order of its text, as they sound. */
function soundsOf(event: Event, body: string, hands: Hands): (Pitch | undefined)[] {
  const hand = hands.at(event.voice, event.bar, event);
  const meant = [...event.pitches, ...(event.candidates ?? [])];
  return writtenPitches(body).map(({ letter, octave }) =>
    meant.find((pitch) => {
      const own = asWritten(pitch, hand);
      return own.letter === letter && own.octave === octave;
    }),
  );
}

const signOf = (text: string): number => /^[_^=]*/.exec(text)![0].length;

/**
 * Transposes the notes of a region. Where it is the whole piece, key fields and chord symbols go along, into the
 * key with the fewest accidentals; elsewhere notes are spelled in the key that stands.
 * @param semitones up, or down when negative
 */
export function transpose(parsed: Parsed, region: Region, semitones: number): TextEdit[] {
  if (semitones === 0) return [];
  const { score, text, tree } = parsed;
  const hands = handsOf(parsed);
  const whole = isWhole(score, region);
  const move = moveFor(score.key, semitones);
  const edits: TextEdit[] = whole ? [...keyEdits(parsed, move), ...chordEdits(parsed, move)] : [];
  for (const { voice, events } of score.parts) {
    const scopes = scopesOf(tree.lines, events, hands);
    const settled = new Map<Options, Pitch>();
    const groups = new Map<number, Event[]>();
    for (const event of events)
      groups.set(scopes.get(event)!, [...(groups.get(scopes.get(event)!) ?? []), event]);
    for (const group of groups.values()) {
      const old = hands.at(voice, group[0]!.bar, group[0]!);
      const key = whole ? keyMoved(old.key, move) : old.key;
      const entries = group.flatMap((event) => entriesOf(event, region, text, hands, move, key));
      const verdicts = writeAccidentals(
        key,
        entries.map(({ slot }) => slot),
        hands.propagation,
        settled,
      );
      verdicts.forEach((verdict, i) => {
        const { event, at, length, sign } = entries[i]!;
        const start = event.body.start + at;
        if (verdict.kind === 'fresh')
          edits.push(replace(start, start + length, verdict.accidental + writeLetter(verdict.pitch)));
        if (verdict.kind === 'standing' && sign === 0 && verdict.accidentals[0] !== '')
          edits.push(insert(start, verdict.accidentals[0]!));
      });
    }
  }
  return merge(edits);
}

interface Entry {
  readonly slot: Slot;
  readonly event: Event;
  readonly at: number;
  readonly length: number;
  /** How many characters its accidental has. */
  readonly sign: number;
}

/** One entry for each pitch of a token; a moved one stands twice: as what goes and as what comes. */
function entriesOf(event: Event, region: Region, text: string, hands: Hands, move: Move, key: Key): Entry[] {
  const body = text.slice(event.body.start, event.body.end);
  const sounds = soundsOf(event, body, hands);
  return writtenPitches(body).flatMap((written, i): Entry[] => {
    const token = /^[_^=]*[A-Ga-g][,']*/.exec(body.slice(written.at))![0];
    const common = { event, at: written.at, length: token.length, sign: signOf(token) };
    const sound = sounds[i];
    if (!isIn(event, region) || sound === undefined) {
      const hand = hands.at(event.voice, event.bar, event);
      const stands = sound === undefined ? undefined : asWritten(sound, hand);
      const slot: Slot = {
        kind: 'standing',
        written: [written],
        sounds: [stands],
        continues: event.continues,
      };
      return [{ ...common, slot }];
    }
    const goal = asWritten(spelled(sound, move, key), hands.at(event.voice, event.bar, event));
    return [
      { ...common, slot: { kind: 'replaced', written: [written] } },
      { ...common, slot: { kind: 'fresh', options: [goal] } },
    ];
  });
}

const noteName = (letter: Letter, alter: number): string =>
  LETTERS[letter]! + (alter > 0 ? '#'.repeat(alter) : 'b'.repeat(-alter));

/** The name at the start of a text (`Bb`, `F#`) moved; null when it begins with none. */
function nameMoved(text: string, move: Move): { length: number; name: string } | null {
  const match = /^([A-G])(##?|bb?)?/.exec(text);
  if (match === null) return null;
  const sign = match[2] ?? '';
  const letter = LETTERS.indexOf(match[1]!) as Letter;
  const { letter: to, alter } = moved(
    { letter, alter: sign.startsWith('#') ? sign.length : -sign.length, octave: 4 },
    move,
  );
  return { length: match[0].length, name: noteName(to, alter) };
}

/** An accidental of a key (`exp _e`) moved. */
function signMoved(sign: string, name: string, move: Move): string {
  const alter = sign === '=' ? 0 : sign.length * (sign.startsWith('^') ? 1 : -1);
  const letter = LETTERS.indexOf(name.toUpperCase()) as Letter;
  const goal = moved({ letter, alter, octave: 4 }, move);
  const goalName = LETTERS[goal.letter]!;
  return writeAccidental(goal.alter) + (name === name.toLowerCase() ? goalName.toLowerCase() : goalName);
}

/** Key fields, on lines of their own and inside music; `K:none` and pipes have no tonic to move. */
function keyEdits({ text, tree }: Parsed, move: Move): TextEdit[] {
  const edits: TextEdit[] = [];
  const field = (at: number): void => {
    const from = at + /^\s*/.exec(text.slice(at, at + 40))![0].length;
    if (/^H[Pp]/.test(text.slice(from, from + 2))) return;
    const name = nameMoved(text.slice(from, from + 3), move);
    if (name === null) return;
    edits.push(replace(from, from + name.length, name.name));
    const value = /^[^\]%\n\r]*/.exec(text.slice(from, from + 200))![0];
    for (const match of value.matchAll(/(?<=\s)([_^=]+)([A-Ga-g])(?=\s|$)/g)) {
      const sign = signMoved(match[1]!, match[2]!, move);
      edits.push(replace(from + match.index, from + match.index + match[0].length, sign));
    }
  };
  for (const line of tree.lines) {
    if (line.kind === 'field' && line.text.startsWith('K:')) field(line.start + 2);
    for (const item of line.items)
      if (item.kind === 'field' && item.text.startsWith('[K:')) field(line.start + item.start + 3);
  }
  return edits;
}

function chordEdits({ tree }: Parsed, move: Move): TextEdit[] {
  const edits: TextEdit[] = [];
  for (const line of tree.lines)
    for (const item of line.items) {
      if (item.kind !== 'chord-symbol') continue;
      for (const match of item.text.matchAll(/(^"|\/)(?=[A-G])/g)) {
        const from = match.index + match[0].length;
        const name = nameMoved(item.text.slice(from), move);
        const at = line.start + item.start + from;
        if (name !== null) edits.push(replace(at, at + name.length, name.name));
      }
    }
  return edits;
}
