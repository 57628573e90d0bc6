// Pieces -> tokens: every note spelled in its key, with the accidentals its bar needs, a fermata at the end of
// one in another voice, length and tie. Knows tokens, not lines.

import { type Key, midi, type Pitch } from '../pitch.ts';
import type { TextEdit } from '../problem.ts';
import { type Gridded, outerPitch } from '../read/grid.ts';
import type { Parsed } from '../read/parse.ts';
import type { Stand } from '../read/raw.ts';
import { REST } from '../roll.ts';
import { type Event, type Score, VOICES, type Voice } from '../score.ts';
import type { Interval } from '../time.ts';
import { type Options, type Slot, writeAccidentals } from './accidentals.ts';
import { insert } from './edits.ts';
import { asWritten, type Hands } from './hands.ts';
import type { Piece, Place } from './pieces.ts';
import { scopesOf } from './scopes.ts';
import { spellings } from './spell.ts';
import { writeLetter, writtenPitches } from './token.ts';

/** What stands in front of a piece's length: accidental, letter and octave, or `z`; and what comes before it. */
export interface Sign {
  readonly head: string;
  readonly fermata: boolean;
}

export interface Notated {
  readonly signs: ReadonlyMap<Piece, Sign>;
  /** Accidentals that written notes need because what they relied on is gone. */
  readonly repairs: readonly TextEdit[];
}

/** What notating works on. */
export interface Task {
  readonly parsed: Parsed;
  readonly gridded: Gridded;
  readonly hands: Hands;
}

/** Spelled pitches by cell, as far as they are known. */
type Heard = (Pitch | null)[];

const isMusic = (event: Event): boolean => event.irregular !== 'grace' && event.pitches.length > 0;

function heardOf(score: Score, gridded: Gridded, own: ReadonlySet<Event>): Heard {
  const heard: Heard = new Array(4 * gridded.grid.steps).fill(null);
  for (const part of score.parts)
    for (const event of part.events)
      if (isMusic(event) && !own.has(event))
        sound(heard, gridded, part.voice, sounding(event), outerPitch(event)!);
  return heard;
}

function sound(
  heard: Heard,
  { origin, stepTicks }: Gridded,
  voice: Voice,
  stretch: Interval,
  pitch: Pitch,
): void {
  const first = Math.ceil((stretch.from - origin) / stepTicks);
  for (let step = first; origin + step * stepTicks < stretch.to; step++)
    if (4 * step + voice < heard.length) heard[4 * step + voice] = pitch;
}

/** Pieces held together, in order: one note for the ear. */
type Chain = readonly [Piece, ...Piece[]];

function chainsOf(pieces: readonly Piece[]): Chain[] {
  const chains: [Piece, ...Piece[]][] = [];
  for (const piece of pieces) {
    if (piece.pitch === REST) continue;
    const last = chains.at(-1);
    const before = last?.at(-1);
    if (last && piece.continues && before?.tied && before.to === piece.from) last.push(piece);
    else chains.push([piece]);
  }
  return chains;
}

const isSameHand = (one: Stand, other: Stand): boolean =>
  one.octave === other.octave && one.transpose === other.transpose;

/** Spellings of each piece of a voice, as the voice writes them. Tied pieces share the list. */
function optionsOf(
  { parsed: { score }, gridded, hands }: Task,
  voice: Voice,
  places: readonly Place[],
  heard: Heard,
): Map<Piece, Options> {
  const result = new Map<Piece, Options>();
  const placeOf = new Map<Piece, Place>();
  for (const place of places)
    for (const stretch of place.stretches) for (const piece of stretch.pieces) placeOf.set(piece, place);
  const chains = chainsOf([...placeOf.keys()].sort((a, b) => a.from - b.from));
  const written = score.parts[voice].events.filter((event) => isMusic(event));
  const endingAt = new Map(written.map((event) => [event.onset + event.duration, event]));
  const startingAt = new Map(written.map((event) => [event.onset, event]));
  const { origin, stepTicks } = gridded;
  chains.forEach((chain, i) => {
    const first = chain[0];
    const last = chain.at(-1)!;
    const sounds = (pitch: Pitch): boolean => midi(pitch) === first.pitch;
    const beside = [
      first.continues ? endingAt.get(first.from) : undefined,
      last.tied ? startingAt.get(last.to) : undefined,
    ];
    const tied = beside.flatMap((event) => event?.pitches ?? []).find(sounds);
    const named = chain
      .flatMap((piece) => placeOf.get(piece)!.events.flatMap((event) => event.candidates ?? []))
      .find(sounds);
    const step = Math.floor((first.from - origin) / stepTicks);
    const near = VOICES.flatMap((other) => heard[4 * step + other] ?? []);
    const before = step > 0 ? heard[4 * (step - 1) + voice] : null;
    const handOf = (piece: Piece): Stand =>
      hands.at(
        voice,
        piece.bar,
        placeOf.get(piece)!.events.find(({ bar }) => bar === piece.bar) ?? piece.from,
      );
    const hand = handOf(first);
    const free = spellings(first.pitch, {
      key: hand.key,
      near: before ? [...near, before] : near,
      next: chains[i + 1]?.[0].pitch ?? null,
    });
    const best = tied ?? named ?? free[0]!;
    // Held notes take one spelling; where they are written in two octaves there is but one to take.
    const isOne = chain.every((piece) => isSameHand(handOf(piece), hand));
    const others = tied === undefined && isOne ? free.map((pitch) => asWritten(pitch, hand)) : [];
    const options: Options = [asWritten(best, hand), ...others];
    for (const piece of chain) {
      result.set(piece, isOne ? options : [asWritten(best, handOf(piece))]);
      sound(heard, gridded, voice, piece, best);
    }
  });
  return result;
}

/** An entry of a bar in the order of its text. */
interface Entry {
  readonly slot: Slot;
  readonly key: Key;
  readonly piece: Piece | null;
  readonly event: Event | null;
}

/** All notes of a voice in time, those that stand and those to be written, by the reach of accidentals. */
function entriesOf(
  { parsed: { text, score, tree }, hands }: Task,
  voice: Voice,
  places: readonly Place[],
  options: ReadonlyMap<Piece, Options>,
  asSounding: (event: Event) => readonly Pitch[],
): Entry[][] {
  const { events } = score.parts[voice];
  const scopes = scopesOf(tree.lines, events, hands);
  const own = new Set(places.flatMap((place) => place.events));
  const writtenIn = ({ body }: Event) => writtenPitches(text.slice(body.start, body.end));
  const placed: { at: number; order: number; scope: string; entry: Entry }[] = [];
  for (const event of events) {
    const written = writtenIn(event);
    const common = { at: event.onset, order: event.span.start, scope: `${scopes.get(event)}` };
    const { key } = hands.at(voice, event.bar, event);
    if (own.has(event)) {
      const slot: Slot = { kind: 'replaced', written };
      placed.push({ ...common, entry: { slot, key, piece: null, event: null } });
      continue;
    }
    const meant = asSounding(event);
    const sounds = written.map(({ letter, octave }) =>
      meant.find((pitch) => pitch.letter === letter && pitch.octave === octave),
    );
    const slot: Slot = { kind: 'standing', written, sounds, continues: event.continues };
    placed.push({ ...common, entry: { slot, key, piece: null, event } });
  }
  for (const place of places) {
    const order = place.events[0]?.span.start ?? Number.POSITIVE_INFINITY;
    for (const stretch of place.stretches) {
      const event = place.events.find(({ bar }) => bar === stretch.bar);
      const scope = event === undefined ? `bar ${stretch.bar}` : `${scopes.get(event)}`;
      const { key } = hands.at(voice, stretch.bar, event);
      for (const piece of stretch.pieces) {
        if (piece.pitch === REST) continue;
        const slot: Slot = { kind: 'fresh', options: options.get(piece)! };
        placed.push({ at: piece.from, order, scope, entry: { slot, key, piece, event: null } });
      }
    }
  }
  placed.sort((a, b) => a.at - b.at || a.order - b.order);
  const groups = new Map<string, Entry[]>();
  for (const { scope, entry } of placed) {
    const group = groups.get(scope);
    if (group) group.push(entry);
    else groups.set(scope, [entry]);
  }
  return [...groups.values()];
}

/** Stretches of time with a fermata in a voice's written notes. */
const fermatasOf = (score: Score, voice: Voice): Interval[] =>
  score.parts[voice].events.filter((event) => event.fermata).map(sounding);

const sounding = ({ onset, duration }: Event): Interval => ({ from: onset, to: onset + duration });

/**
 * The pieces of a voice that get a fermata: under each one of another voice the last note, and it alone. A voice that
 * has one there already, or a written note at the end, gets none.
 */
function heldPieces(score: Score, voice: Voice, places: readonly Place[]): ReadonlySet<Piece> {
  const own = new Set(places.flatMap((place) => place.events));
  const pieces = places
    .flatMap(({ stretches }) => stretches.flatMap((stretch) => stretch.pieces))
    .filter(({ pitch }) => pitch !== REST);
  const written = score.parts[voice].events
    .filter((event) => isMusic(event) && !own.has(event))
    .map(sounding);
  const marked = fermatasOf(score, voice);
  const others = VOICES.filter((other) => other !== voice);
  return new Set(
    others
      .flatMap((other) => fermatasOf(score, other))
      .flatMap((held) => {
        const under = ({ from, to }: Interval): boolean => from < held.to && held.from < to;
        const last = pieces.findLast(under);
        const stands = written.findLast(under);
        if (!last || marked.some(under) || (stands && stands.from > last.from)) return [];
        return [last];
      }),
  );
}

/** Spells all pieces and finds their accidentals. `places` of all voices, in the order of time within each. */
export function notate(task: Task, places: readonly Place[]): Notated {
  const { parsed, gridded, hands } = task;
  const { text, score } = parsed;
  const heard = heardOf(score, gridded, new Set(places.flatMap((place) => place.events)));
  const signs = new Map<Piece, Sign>();
  const repairs: TextEdit[] = [];
  for (const voice of VOICES) {
    const mine = places.filter((place) => place.voice === voice);
    if (mine.length === 0) continue;
    const options = optionsOf(task, voice, mine, heard);
    const held = heldPieces(score, voice, mine);
    const settled = new Map<Options, Pitch>();
    const asSounding = (event: Event): Pitch[] =>
      [...event.pitches, ...(event.candidates ?? [])].map((pitch) =>
        asWritten(pitch, hands.at(voice, event.bar, event)),
      );
    for (const entries of entriesOf(task, voice, mine, options, asSounding)) {
      const slots = entries.map(({ slot }) => slot);
      const verdicts = writeAccidentals(entries[0]!.key, slots, hands.propagation, settled);
      entries.forEach(({ piece, event }, i) => {
        const verdict = verdicts[i]!;
        if (verdict.kind === 'fresh' && piece !== null) {
          const head = verdict.accidental + writeLetter(verdict.pitch);
          signs.set(piece, { head, fermata: held.has(piece) });
        }
        if (verdict.kind === 'standing' && event !== null)
          repairs.push(...repairsOf(text, event, verdict.accidentals));
      });
    }
  }
  return { signs, repairs };
}

function repairsOf(text: string, event: Event, accidentals: readonly string[]): TextEdit[] {
  const written = writtenPitches(text.slice(event.body.start, event.body.end));
  return accidentals.flatMap((accidental, i) =>
    accidental === '' ? [] : [insert(event.body.start + written[i]!.at, accidental)],
  );
}
