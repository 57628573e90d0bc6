// A reading as a picture: the pieces that abcjs draws are put below one another, measured, and tied to the sheet's
// notes. What is in the picture already stays in it.

import type { Reading, Sheet, StaffLayout, Tick, Voice } from '../../src/extension/preview/messages.ts';
import {
  BOTTOM_LINE,
  type Drawing,
  type Drawn,
  type DrawnSystem,
  drawPieces,
  notesOf,
  type Piece,
  readTune,
  STEP,
  TOP_LINE,
} from './pieces.ts';
import { inPlace, rewrite, staves, unixLines } from './rewrite.ts';
import { element, shape } from './shapes.ts';
import { t } from './words.ts';

/** A note, rest or open place as it stands in the picture. Lengths in the picture's own units. */
export interface Placed {
  /** Index into `Sheet.notes`. */
  readonly note: number;
  readonly voice: Voice;
  readonly system: number;
  readonly staff: number;
  readonly x: number;
  readonly width: number;
  /** Stands in the middle of its bar (a whole-bar rest), not where it begins. */
  readonly centred: boolean;
  /** abcjs drew a rest; where it did so for no rest of the piece, nothing is seen of it. */
  readonly rest: boolean;
  /** Middle of each note head (of a rest: its middle), highest last. */
  readonly heads: readonly number[];
  /** What abcjs drew for it; empty where it draws nothing. */
  readonly elements: readonly SVGElement[];
}

export interface Staff {
  /** The outer lines. */
  readonly top: number;
  readonly bottom: number;
  /** Where middle C would stand, and how far a step (a second) is. */
  readonly middleC: number;
  readonly step: number;
  readonly voices: readonly Voice[];
}

/** A line of music: all staves that sound together. */
export interface System {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
  readonly barLines: readonly number[];
  readonly from: Tick;
  readonly to: Tick;
  readonly staves: readonly Staff[];
  /** Where moments stand, in order of time; the last is the end. */
  readonly columns: readonly { readonly tick: Tick; readonly x: number }[];
  readonly placed: readonly Placed[];
  /** All that is drawn of it, and how far below its own place that is moved. */
  readonly ink: SVGElement;
  readonly down: number;
}

export interface Picture {
  readonly svg: SVGSVGElement;
  readonly width: number;
  readonly height: number;
  readonly sheet: Sheet;
  readonly placed: readonly Placed[];
  readonly systems: readonly System[];
  /** Nothing is missing at its end. */
  readonly complete: boolean;
}

/** How many steps of the staff lie between middle C and abcjs's origin (the line below a treble staff). */
const CLEF_STEPS: Readonly<Record<string, number>> = { treble: 0, bass: 12, alto: 6, tenor: 8 };
/** Rests that abcjs draws once for all their bars. */
const CENTRED: ReadonlySet<string> = new Set(['multimeasure', 'invisible-multimeasure']);
/** abcjs is content with a line that is so much too long. */
const SLACK = 2;
/** Between a bar line and the note behind it. */
const GAP = 8;

/** A picture that is drawn again and again as its text changes. */
export class Engraver {
  #known: Drawing['known'] = new Map();
  readonly #svg = shape('svg', {
    role: 'img',
    fill: 'currentColor',
    stroke: 'currentColor',
  }) as SVGSVGElement;
  readonly #music = shape('g', {});

  constructor(readonly host: HTMLElement) {}

  /**
   * Draws into the host. `width` is that of the page in the picture's units. Where so much of its height is enough,
   * the rest is left out: it is drawn when the same is asked for again.
   * @returns null when there is no music in the text; the picture is as it was then
   * @throws what abcjs throws on text it chokes on; the same
   */
  draw(
    { abc, sheet, added }: Reading,
    layout: StaffLayout,
    width: number,
    enough: (height: number) => boolean = () => false,
  ): Picture | null {
    if (sheet.notes.length === 0) return null;
    const ids = sheet.voices.map((voice) => voice.id);
    const rewritten = rewrite(abc, [...inPlace(abc, added), ...unixLines(abc), ...staves(abc, layout, ids)]);
    const tune = readTune(rewritten.text);
    if (!tune) return null;
    const easel = element('div', { class: 'easel' });
    this.host.append(easel);
    let drawing: Drawing;
    try {
      drawing = drawPieces(tune, easel, width, this.#known, enough);
      // Where a line needs more room than there is, the others get as much: all end where it ends. Some lines only
      // grow with the room they are given; then each keeps its own.
      const widest = widthOf(drawing);
      const again = drawing.complete && widest > width + SLACK ? readTune(rewritten.text) : null;
      if (again) {
        const wide = drawPieces(again, easel, widest, this.#known, enough);
        const known = new Map([...drawing.known, ...wide.known]);
        drawing = { ...(widthOf(wide) > widest + SLACK ? drawing : wide), known };
      }
    } finally {
      easel.remove();
    }
    const tops: number[] = [];
    let y = 0;
    for (const { piece, gap } of drawing.pieces) {
      tops.push(y + gap);
      y += gap + piece.height;
    }
    const height = y + drawing.below;
    const systems = measure(drawing.pieces, tops, sheet, rewritten.toSource, height);
    if (systems.length === 0) return null;
    this.#known = drawing.known;
    const pieces = drawing.pieces.map(({ piece }) => piece);
    const size = { width: Math.max(...pieces.map((piece) => piece.width)), height };
    this.#hang(pieces, tops, size, sheet.title);
    const placed = systems.flatMap((system) => system.placed);
    return { svg: this.#svg, ...size, sheet, placed, systems, complete: drawing.complete };
  }

  #hang(
    pieces: readonly Piece[],
    tops: readonly number[],
    { width, height }: { readonly width: number; readonly height: number },
    title: string,
  ): void {
    set(this.#svg, 'width', width);
    set(this.#svg, 'height', height);
    set(this.#svg, 'viewBox', `0 0 ${width} ${height}`);
    set(this.#svg, 'aria-label', title || t('Score'));
    hangIn(
      this.#music,
      pieces.map(({ ink }) => ink),
    );
    pieces.forEach(({ ink, from }, i) => {
      set(ink, 'transform', `translate(0 ${tops[i]! - from})`);
    });
    if (!this.#music.parentNode) this.#svg.append(this.#music);
    if (!this.#svg.parentNode) this.host.append(this.#svg);
  }
}

const widthOf = ({ pieces }: Drawing): number => Math.max(...pieces.map(({ piece }) => piece.width));

function set(drawn: SVGElement, name: string, value: string | number): void {
  if (drawn.getAttribute(name) !== String(value)) drawn.setAttribute(name, String(value));
}

/** Makes these the children of an element; what is among them already is not touched. */
export function hangIn(parent: SVGElement, children: readonly SVGElement[]): void {
  const wanted = new Set<Element>(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  let at = parent.firstElementChild;
  for (const child of children) {
    if (child === at) at = at.nextElementSibling;
    else parent.insertBefore(child, at);
  }
}

function measure(
  pieces: readonly Drawn[],
  tops: readonly number[],
  sheet: Sheet,
  toSource: (offset: number) => number,
  height: number,
): System[] {
  const find = finder(sheet);
  const systems: System[] = [];
  pieces.forEach(({ piece: { system, ink, from }, line }, i) => {
    if (!system) return;
    const down = tops[i]! - from;
    const here: Placed[] = [];
    // A rest of several bars is one token, but may be drawn bar by bar: later drawings get the later notes.
    let later: number[] = [];
    let at = -1;
    for (const { element: read, staff, first } of notesOf(line)) {
      const drawn = system.notes[++at];
      if (first) later = [];
      const { startChar, endChar, rest } = read;
      if (!drawn || startChar === undefined || endChar === undefined) continue;
      const whole = CENTRED.has(rest?.type ?? '');
      const found = find(toSource(startChar), toSource(endChar - 1) + 1);
      const notes = found.length > 0 ? found : later.splice(0, 1);
      const single = notes.length < 2 || whole || rest === undefined;
      if (found.length > 0) later = single ? [] : found.slice(1);
      for (const note of single ? notes : notes.slice(0, 1))
        here.push({
          note,
          voice: sheet.notes[note]!.voice,
          system: systems.length,
          staff,
          x: drawn.x,
          width: drawn.width,
          centred: whole || drawn.centred,
          rest: rest !== undefined,
          heads: drawn.heads.map((head) => head + down),
          elements: drawn.elements,
        });
    }
    if (here.length === 0) return;
    const stavesHere = system.staves.map((staff, s): Staff => {
      const origin = staff.origin + down;
      return {
        top: origin - TOP_LINE * STEP,
        bottom: origin - BOTTOM_LINE * STEP,
        middleC: origin - (CLEF_STEPS[staff.clef] ?? 0) * STEP,
        step: STEP,
        voices: [...new Set(here.filter((p) => p.staff === s).map((p) => p.voice))],
      };
    });
    systems.push({ ...systemOf(here, stavesHere, sheet, system, height), ink, down });
  });
  return systems;
}

function systemOf(
  here: readonly Placed[],
  stavesHere: readonly Staff[],
  sheet: Sheet,
  { left, right, begin, barLines }: DrawnSystem,
  height: number,
): Omit<System, 'ink' | 'down'> {
  const columns = new Map<Tick, number>();
  let [from, to] = [Infinity, 0];
  for (const { note, x, centred } of here) {
    const { onset, duration, grace } = sheet.notes[note]!;
    if (grace) continue;
    to = Math.max(to, onset + duration);
    from = Math.min(from, onset);
    if (!centred) columns.set(onset, Math.min(columns.get(onset) ?? Infinity, x));
  }
  // Where only rests of whole bars stand, the bar line before them tells where they begin.
  for (const { note, x } of here) {
    const { onset } = sheet.notes[note]!;
    if (!columns.has(onset))
      columns.set(onset, Math.max(begin, ...barLines.filter((line) => line < x)) + GAP);
  }
  const sorted = [...columns].map(([tick, x]) => ({ tick, x })).sort((a, b) => a.tick - b.tick);
  const forward: typeof sorted = [];
  for (const column of sorted.reverse()) if (column.x < (forward.at(-1)?.x ?? Infinity)) forward.push(column);
  forward.reverse();
  return {
    top: Math.max(0, Math.min(...stavesHere.map((staff) => staff.top)) - 6 * STEP),
    bottom: Math.min(height, Math.max(...stavesHere.map((staff) => staff.bottom)) + 6 * STEP),
    left,
    right,
    barLines,
    from,
    to,
    staves: stavesHere,
    placed: here,
    columns: [...forward, { tick: to, x: Math.max(right, (forward.at(-1)?.x ?? 0) + 1) }],
  };
}

/**
 * Finds the notes whose tokens end in a stretch of the text (abcjs counts the blanks before the next note, and so
 * its `?`, to the note before). Grace notes are drawn with the note they adorn.
 */
function finder(sheet: Sheet): (start: number, end: number) => number[] {
  const anchor = (i: number): number => Math.max(sheet.notes[i]!.span.start, sheet.notes[i]!.span.end - 1);
  const order = sheet.notes.map((_, i) => i).sort((a, b) => anchor(a) - anchor(b));
  return (start, end) => {
    let [low, high] = [0, order.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (anchor(order[middle]!) < start) low = middle + 1;
      else high = middle;
    }
    const found: number[] = [];
    for (let i = low; i < order.length && anchor(order[i]!) < end; i++)
      if (!sheet.notes[order[i]!]!.grace) found.push(order[i]!);
    return found;
  };
}

/** Where a moment stands in a system. */
export function xOf(system: System, tick: Tick): number {
  const { columns } = system;
  let i = columns.findIndex((column) => column.tick > tick);
  if (i < 0) return columns.at(-1)!.x;
  if (i === 0) i = 1;
  const [a, b] = [columns[i - 1]!, columns[i] ?? columns[i - 1]!];
  return b.tick === a.tick ? a.x : a.x + ((b.x - a.x) * (tick - a.tick)) / (b.tick - a.tick);
}

/** The moment that stands at a place of a system. */
export function tickOf(system: System, x: number): Tick {
  const { columns } = system;
  let i = columns.findIndex((column) => column.x > x);
  if (i < 0) return columns.at(-1)!.tick - 1;
  if (i === 0) i = 1;
  const [a, b] = [columns[i - 1]!, columns[i] ?? columns[i - 1]!];
  const share = b.x === a.x ? 0 : (x - a.x) / (b.x - a.x);
  return Math.max(a.tick, Math.round(a.tick + Math.min(0.999, Math.max(0, share)) * (b.tick - a.tick)));
}

/** The system in which a moment sounds; the last one begun before it. */
export function systemAt(picture: Picture, tick: Tick): number {
  let found = 0;
  picture.systems.forEach((system, i) => {
    if (system.from <= tick) found = i;
  });
  return found;
}
