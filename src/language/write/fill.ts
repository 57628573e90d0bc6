// Filled grid -> the smallest edits of the text it came from. The last station of the flow: it only puts together
// what the other files of this folder know, and changes nothing but open places.

import type { TextEdit } from '../problem.ts';
import type { Gridded, Target } from '../read/grid.ts';
import type { Parsed } from '../read/parse.ts';
import type { Stand } from '../read/raw.ts';
import { type Filled, REST } from '../roll.ts';
import { type Broken, type Event, type Score, VOICES, type Voice } from '../score.ts';
import { barTicks } from '../time.ts';
import { insert, merge, replace, trim } from './edits.ts';
import { type GapOutline, gapOutlines } from './gaps.ts';
import { type Hands, handsOf } from './hands.ts';
import { type Notated, notate } from './notate.ts';
import { type Outline, type Piece, type Place, placesOf, type Stretch } from './pieces.ts';
import { isBeamed } from './rhythm.ts';
import { insertLines, type Layout, layoutOf, type NewLine } from './systems.ts';
import { takeApart, writeLength } from './token.ts';
import { closing, declare, idsOf, opening, writeUnit } from './voices.ts';

/** `accept`: what is filled is written music. `keep-open`: it keeps its `?` and can be drawn again. */
export type Policy = 'accept' | 'keep-open';

/** What all places are written with. */
interface Writer {
  readonly parsed: Parsed;
  readonly hands: Hands;
  readonly notated: Notated;
  readonly policy: Policy;
}

/** Targets of one voice as places: `?Z2` is one place of two bars, a run of resampled notes one of many tokens. */
function tokenOutlines(parsed: Parsed, targets: readonly Target[], voice: Voice): Outline[] {
  const byEvent = new Map<Event, Target>();
  for (const target of targets)
    if (target.voice === voice && target.event !== null) byEvent.set(target.event, target);
  const outlines: Outline[] = [];
  for (const event of parsed.score.parts[voice].events) {
    const target = byEvent.get(event) ?? null;
    const last = outlines.at(-1);
    const part = { from: event.onset, to: event.onset + event.duration, bar: event.bar, target };
    const token = last?.events.at(-1);
    if (last && token && token.span.start === event.span.start)
      outlines[outlines.length - 1] = { ...last, parts: [...last.parts, part] };
    else if (last && token && target && runsOn(parsed.text, last, token, target))
      outlines[outlines.length - 1] = join(last, event, target);
    else if (target !== null || event.state === 'open')
      outlines.push({ voice, events: [event], rhythm: target?.rhythm ?? event.rhythm, parts: [part] });
  }
  return outlines.filter(({ parts }) => parts.some(({ target }) => target !== null));
}

/** Whether a resampled note stands next to one before it, with nothing but spaces between. */
function runsOn(text: string, before: Outline, token: Event, target: Target): boolean {
  const event = target.event!;
  const free = [before, target].every(({ rhythm }) => rhythm === 'free');
  const written = token.state === 'written' && event.state === 'written' && token.bar === event.bar;
  const adjacent = token.onset + token.duration === event.onset;
  return free && written && adjacent && /^[ \t`]*$/.test(text.slice(token.span.end, event.span.start));
}

function join(before: Outline, event: Event, target: Target): Outline {
  const [part] = before.parts;
  const to = event.onset + event.duration;
  const both: Target = {
    ...part!.target!,
    interval: { from: part!.from, to },
    to: target.to,
    tiedOut: target.tiedOut,
    heldInto: target.heldInto,
  };
  return {
    ...before,
    events: [...before.events, event],
    parts: [{ from: part!.from, to, bar: part!.bar, target: both }],
  };
}

const UNBROKEN: Broken = { before: 1, after: 1 };

const lengthOf = (piece: Piece, hand: Stand, scale: number): string =>
  writeLength(Math.round((piece.to - piece.from) * 64), Math.round(hand.unit * 64 * scale));

/** One token with its fermata and its `?`. */
function tokenOf(writer: Writer, piece: Piece, length: string, tie: string, fermata: boolean): string {
  const sign = writer.notated.signs.get(piece);
  const open = writer.policy === 'keep-open' ? '?' : '';
  if (piece.pitch === REST || sign === undefined) return `${open}z${length}`;
  return `${fermata && sign.fermata ? '!fermata!' : ''}${open}${sign.head}${length}${piece.tied ? tie || '-' : ''}`;
}

/** The one token of a fixed note keeps its length as it was typed. */
function fixedText(writer: Writer, piece: Piece, event: Event, hand: Stand): string {
  const { text } = writer.parsed;
  const parts = takeApart(text.slice(event.body.start, event.body.end));
  const { before, after } = event.broken ?? UNBROKEN;
  const kept =
    parts !== null && !/[\d/]/.test(parts.head) ? parts.length : lengthOf(piece, hand, before * after);
  return tokenOf(writer, piece, kept, parts?.tie ?? '', !event.fermata);
}

/** Notes of one stretch: beamed ones close together, others apart. */
function stretchText(
  writer: Writer,
  place: Pick<Place, 'events' | 'stretches'>,
  stretch: Stretch,
  hand: Stand,
): string {
  const { metre, onset, phase } = writer.parsed.score.bars[stretch.bar]!;
  const [begin, end] = [place.events[0], place.events.at(-1)];
  const scales = {
    first: (stretch === place.stretches[0] && begin?.broken?.before) || 1,
    last: (stretch === place.stretches.at(-1) && end?.broken?.after) || 1,
  };
  const inBar = ({ from, to }: Piece) => ({ from: from - onset + phase, to: to - onset + phase });
  return stretch.pieces
    .map((piece, i) => {
      const before = stretch.pieces[i - 1];
      const scale = (before ? 1 : scales.first) * (i === stretch.pieces.length - 1 ? scales.last : 1);
      const token = tokenOf(writer, piece, lengthOf(piece, hand, scale), '', !(begin?.fermata ?? false));
      if (before === undefined) return token;
      const sounds = before.pitch !== REST && piece.pitch !== REST;
      return (sounds && isBeamed(inBar(before), inBar(piece), metre) ? '' : ' ') + token;
    })
    .join('');
}

/** A stretch that stays open, as other readers see it too. */
function openText(score: Score, stretch: Stretch, hand: Stand): string {
  const { metre } = score.bars[stretch.bar]!;
  const length = stretch.to - stretch.from;
  if (metre !== null && length === barTicks(metre)) return '?Z';
  return `?z${writeLength(length, hand.unit)}`;
}

function placeEdit(writer: Writer, place: Place): TextEdit {
  const { parsed, hands } = writer;
  const first = place.events[0]!;
  const hand = hands.at(place.voice, first.bar, first);
  const texts = place.stretches.map((stretch) =>
    !stretch.asked
      ? openText(parsed.score, stretch, hand)
      : place.rhythm === 'fixed'
        ? fixedText(writer, stretch.pieces[0]!, first, hand)
        : stretchText(writer, place, stretch, hand),
  );
  const { end } = place.events.at(-1)!.span;
  const line = closesItself(writer, place) ? (/\s/.test(parsed.text[end] ?? '') ? ' |' : ' | ') : '';
  return trim(parsed.text, replace(first.span.start, end, texts.join(' | ') + line));
}

/** A `Z` ends its bar even where the bar line behind it is missing; notes in its place need that line. */
function closesItself({ parsed, hands }: Writer, { events, stretches, voice }: Place): boolean {
  const isWhole = /^[ZX]/.test(parsed.text.slice(events[0]!.body.start));
  const next = hands.written(voice, stretches.at(-1)!.bar + 1);
  return isWhole && next !== null && next.raw.lineMissing >= 0;
}

/** The bars of a gap in one line of text. */
function gapText(writer: Writer, place: Place, beginsLine: boolean): string {
  const { score } = writer.parsed;
  const last = place.stretches.length - 1;
  return place.stretches
    .map((stretch, i) => {
      const bar = score.bars[stretch.bar]!;
      const hand = writer.hands.at(place.voice, stretch.bar, stretch.from);
      const begins = stretch.from === bar.onset;
      const ends = stretch.to === bar.onset + bar.duration;
      const front = begins ? opening(score, stretch.bar, beginsLine && i === 0) : '';
      const music = stretch.asked
        ? stretchText(writer, place, stretch, hand)
        : openText(score, stretch, hand);
      return `${front}${music}${ends ? ` ${closing(score, stretch.bar, i === last)}` : ''}`;
    })
    .join(' ');
}

/** Whether lengths change on the way, so that a new line had better say its own. */
const changesUnit = ({ tree, score }: Parsed, headerEnd: number): boolean =>
  score.bars.length > 0 &&
  tree.lines.some(
    (line) =>
      line.start >= headerEnd &&
      ((line.kind === 'field' && line.text.startsWith('L:')) ||
        line.items.some((item) => item.kind === 'field' && item.text.startsWith('[L:'))),
  );

function gapEdits(writer: Writer, layout: Layout, gaps: readonly (Place & Pick<GapOutline, 'spot'>)[]) {
  const { parsed, hands } = writer;
  const { tune } = hands;
  const { score, text, tree } = parsed;
  const idOf = idsOf(
    score,
    tune.streams.map(({ id }) => id),
  );
  const withUnit = changesUnit(parsed, tune.headerEnd);
  const edits: TextEdit[] = [];
  const lines: NewLine[] = [];
  for (const gap of gaps) {
    const { spot, voice } = gap;
    const unit = withUnit ? writeUnit(hands.at(voice, gap.stretches[0]!.bar).unit) : '';
    if (spot.kind === 'inside') {
      const music = stretchText(writer, gap, gap.stretches[0]!, hands.at(voice, gap.stretches[0]!.bar));
      edits.push(insert(spot.at, ` ${music} `.slice(/\s$/.test(text.slice(0, spot.at)) ? 1 : 0)));
    } else if (spot.kind === 'append')
      edits.push(insert(spot.at, `${spot.needsBarLine ? ' |' : ''} ${unit}${gapText(writer, gap, false)}`));
    else
      lines.push({
        voice,
        system: spot.system,
        text: `[V:${idOf(voice)}] ${spot.needsBarLine ? '| ' : ''}${unit}${gapText(writer, gap, true)}`,
      });
  }
  if (lines.length === 0) return edits;
  const unnamed = VOICES.filter((voice) => score.parts[voice].id === '');
  const fresh = VOICES.filter(
    (voice) => score.parts[voice].id === null && lines.some((line) => line.voice === voice),
  );
  const present = VOICES.filter((voice) => score.parts[voice].id !== null || fresh.includes(voice));
  const declared = VOICES.filter((voice) => fresh.includes(voice) || unnamed.includes(voice));
  edits.push(...declare(text, tree.lines, tune.headerEnd, present, declared, idOf, hands.clef));
  edits.push(...insertLines(text, tree.lines, layout, lines, idOf));
  for (const voice of unnamed) edits.push(...nameFirstLine(parsed, layout, voice, idOf, edits));
  return edits;
}

/** A tune without `V:` names its voice where its music begins. */
function nameFirstLine(
  { tree }: Parsed,
  layout: Layout,
  voice: Voice,
  idOf: (voice: Voice) => string,
  edits: readonly TextEdit[],
): TextEdit[] {
  const first = tree.lines[layout.voices.findIndex((here) => here.has(voice))];
  if (first === undefined) return [];
  const done = edits.some((edit) => edit.span.start === first.start && edit.newText.startsWith('[V:'));
  return done ? [] : [insert(first.start, `[V:${idOf(voice)}] `)];
}

/**
 * The edits that write a filled grid into the text it came from. Only open tokens of the grid's targets change;
 * bars that a voice lacked are inserted, with declarations for voices the text did not have. Where an open token's
 * accidental goes away that a written note relied on, that note gets it.
 *
 * @param gridded of `parsed.score`
 * @param filled every cell of `gridded.grid`, in which HELD cells have the pitch before them
 */
export function fill(parsed: Parsed, gridded: Gridded, filled: Filled, policy: Policy): TextEdit[] {
  const { score } = parsed;
  const hands = handsOf(parsed);
  const layout = layoutOf(parsed);
  const tokens = VOICES.flatMap((voice) => tokenOutlines(parsed, gridded.targets, voice));
  const gaps = VOICES.flatMap((voice) => gapOutlines(parsed, gridded, hands, layout, voice));
  const start = ({ parts }: Outline): number => parts[0]!.from;
  const outlines = [...tokens, ...gaps].sort((a, b) => a.voice - b.voice || start(a) - start(b));
  const places = placesOf(score, gridded, filled, outlines);
  const notated = notate({ parsed, gridded, hands }, places);
  const writer: Writer = { parsed, hands, notated, policy };
  const spots = new Map<Outline, GapOutline['spot']>(gaps.map((gap) => [gap, gap.spot]));
  const written: TextEdit[] = [];
  const inGaps: (Place & Pick<GapOutline, 'spot'>)[] = [];
  places.forEach((place, i) => {
    const spot = spots.get(outlines[i]!);
    if (spot === undefined) written.push(placeEdit(writer, place));
    else inGaps.push({ ...place, spot });
  });
  const added = gapEdits(writer, layout, inGaps);
  // Both may insert where a line begins: declarations and names of voices come before an accidental, new bars after a tie.
  const beginsLine = ({ span }: TextEdit): boolean =>
    span.start === 0 || '\r\n'.includes(parsed.text[span.start - 1]!);
  return merge([
    ...added.filter(beginsLine),
    ...written,
    ...notated.repairs,
    ...added.filter((edit) => !beginsLine(edit)),
  ]);
}
