// abcjs draws a reading; what it drew is measured and tied to the sheet's notes. Nothing else here knows abcjs.

import { type AbcElem, renderAbc, type TuneObject } from 'abcjs';
import type { Reading, Sheet, StaffLayout, Tick, Voice } from '../../src/extension/preview/messages.ts';
import { rewrite, staves, unixLines } from './rewrite.ts';
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
  readonly from: Tick;
  readonly to: Tick;
  readonly staves: readonly Staff[];
  /** Where moments stand, in order of time; the last is the end. */
  readonly columns: readonly { readonly tick: Tick; readonly x: number }[];
}

export interface Picture {
  readonly svg: SVGSVGElement;
  readonly width: number;
  readonly height: number;
  readonly sheet: Sheet;
  readonly placed: readonly Placed[];
  readonly systems: readonly System[];
}

/** How many steps of the staff lie between middle C and abcjs's origin (the line below a treble staff). */
const CLEF_STEPS: Readonly<Record<string, number>> = { treble: 0, bass: 12, alto: 6, tenor: 8 };
/** abcjs's distance of a second on the staff. */
const STEP = 3.875;
/** Rests that abcjs draws once for all their bars. */
const CENTRED: ReadonlySet<string> = new Set(['multimeasure', 'invisible-multimeasure']);
const CLEF_WIDTH = 60;
const PADDING = { paddingtop: 8, paddingbottom: 14, paddingleft: 14, paddingright: 14 };

/** abcjs's own numbers for a staff; not in its type declarations. */
interface DrawnGroup {
  readonly staffs: readonly { readonly absoluteY: number }[];
  readonly startx: number;
  readonly w: number;
}

/**
 * Draws into `host`, whose contents it replaces. `width` is that of the page in the picture's units.
 * @returns null when there is no music in the text. @throws what abcjs throws on text it chokes on.
 */
export function engrave(
  host: HTMLElement,
  reading: Reading,
  layout: StaffLayout,
  width: number,
): Picture | null {
  const { abc, sheet } = reading;
  const ids = sheet.voices.map((voice) => voice.id);
  const rewritten = rewrite(abc, [...unixLines(abc), ...staves(abc, layout, ids)]);
  const [tune] = renderAbc(host, rewritten.text, {
    ...PADDING,
    staffwidth: Math.max(300, width - PADDING.paddingleft - PADDING.paddingright),
    ariaLabel: '',
  });
  const svg = host.querySelector('svg');
  if (!tune || !svg || sheet.notes.length === 0) return null;
  const picture = measure(tune, svg, sheet, rewritten.toSource);
  return picture.placed.length > 0 ? picture : null;
}

function measure(
  tune: TuneObject,
  svg: SVGSVGElement,
  sheet: Sheet,
  toSource: (offset: number) => number,
): Picture {
  const width = Number(svg.getAttribute('width')) || 1;
  const height = Number(svg.getAttribute('height')) || 1;
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.setAttribute('aria-label', sheet.title || t('Score'));
  svg.querySelector(':scope > title')?.remove();
  const find = finder(sheet);
  const placed: Placed[] = [];
  const systems: System[] = [];
  for (const line of tune.lines) {
    const group = (line as { staffGroup?: DrawnGroup }).staffGroup;
    if (!line.staff || !group) continue;
    const here: Placed[] = [];
    let end = 0;
    line.staff.forEach((staff, staffIndex) => {
      for (const voice of staff.voices ?? []) {
        // A rest of several bars is one token, but may be drawn bar by bar: later drawings get the later notes.
        let later: number[] = [];
        for (const element of voice as AbcElem[]) {
          if (element.el_type === 'bar' && element.abselem) end = Math.max(end, element.abselem.x);
          if (element.el_type !== 'note' || !element.abselem) continue;
          const { startChar, endChar, abselem } = element;
          if (startChar === undefined || endChar === undefined) continue;
          const whole = CENTRED.has(element.rest?.type ?? '');
          const found = find(toSource(startChar), toSource(endChar));
          const notes = found.length > 0 ? found : later.splice(0, 1);
          const single = notes.length < 2 || whole || element.rest === undefined;
          if (found.length > 0) later = single ? [] : found.slice(1);
          for (const note of single ? notes : notes.slice(0, 1))
            here.push({
              note,
              voice: sheet.notes[note]!.voice,
              system: systems.length,
              staff: staffIndex,
              x: abselem.x,
              width: abselem.w,
              centred: whole || element.rest?.type === 'whole',
              heads: (abselem.notePositions ?? []).map((position) => position.y),
              elements: abselem.elemset ?? [],
            });
        }
      }
    });
    if (here.length === 0) continue;
    const stavesHere = line.staff.map((staff, i): Staff => {
      const origin = group.staffs[i]?.absoluteY ?? 0;
      const clef = String(staff.clef?.type ?? 'treble').replace(/[+-]8$/, '');
      return {
        top: origin - 10 * STEP,
        bottom: origin - 2 * STEP,
        middleC: origin - (CLEF_STEPS[clef] ?? 0) * STEP,
        step: STEP,
        voices: [...new Set(here.filter((p) => p.staff === i).map((p) => p.voice))],
      };
    });
    placed.push(...here);
    systems.push(systemOf(here, stavesHere, sheet, { left: group.startx, right: end || group.w, height }));
  }
  return { svg, width, height, sheet, placed, systems };
}

function systemOf(
  here: readonly Placed[],
  stavesHere: readonly Staff[],
  sheet: Sheet,
  frame: { readonly left: number; readonly right: number; readonly height: number },
): System {
  const { left, right, height } = frame;
  const columns = new Map<Tick, number>();
  let [from, to] = [Infinity, 0];
  for (const { note, x, centred } of here) {
    const { onset, duration, grace } = sheet.notes[note]!;
    if (grace) continue;
    to = Math.max(to, onset + duration);
    from = Math.min(from, onset);
    if (!centred) columns.set(onset, Math.min(columns.get(onset) ?? Infinity, x));
  }
  if (!columns.has(from)) columns.set(from, Math.min(left + CLEF_WIDTH, ...here.map((p) => p.x)));
  const sorted = [...columns].map(([tick, x]) => ({ tick, x })).sort((a, b) => a.tick - b.tick);
  const forward = sorted.filter((column, i) => sorted.slice(i + 1).every((later) => later.x > column.x));
  return {
    top: Math.max(0, Math.min(...stavesHere.map((staff) => staff.top)) - 6 * STEP),
    bottom: Math.min(height, Math.max(...stavesHere.map((staff) => staff.bottom)) + 6 * STEP),
    left,
    right,
    from,
    to,
    staves: stavesHere,
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
