// A tune as abcjs reads it, drawn piece by piece: what stands above the music, each system, what stands below. A piece
// that is as it was before is not drawn again. Knows nothing of our score.

import { parseOnly } from 'abcjs';
import EngraverController from 'abcjs/src/write/engraver-controller.js';
import { shape } from './shapes.ts';

/** What abcjs has read, as far as it matters here; not in its type declarations. */
interface Tune {
  readonly lines: readonly TuneLine[];
  readonly metaText: Words;
  readonly formatting: Words;
}

type Words = Readonly<Record<string, unknown>>;

export interface TuneLine {
  readonly staff?: readonly TuneStaff[];
  /** Once it is drawn. */
  readonly staffGroup?: {
    readonly staffs: readonly { readonly absoluteY: number; readonly top: number; readonly bottom: number }[];
    readonly voices: readonly {
      readonly children: readonly { readonly type: string; readonly x: number; readonly w: number }[];
    }[];
    readonly startx: number;
    readonly w: number;
  };
}

interface TuneStaff {
  readonly clef?: { readonly type: string };
  readonly voices?: readonly (readonly TuneElement[])[];
}

interface TuneElement {
  readonly el_type: string;
  readonly startChar?: number;
  readonly endChar?: number;
  readonly rest?: { readonly type: string };
  /** Once it is drawn. */
  readonly abselem?: {
    readonly x: number;
    readonly w: number;
    readonly notePositions?: readonly { readonly y: number }[];
    readonly elemset?: readonly SVGElement[];
  };
}

/** A note or rest where it was drawn; heights as in the piece's own drawing. */
export interface DrawnNote {
  readonly x: number;
  readonly width: number;
  /** A rest in the middle of its bar: abcjs learns that it fills it when it draws it. */
  readonly centred: boolean;
  readonly heads: readonly number[];
  readonly elements: readonly SVGElement[];
}

/** A system where it was drawn. */
export interface DrawnSystem {
  /** In the order of `notesOf`; null where nothing stands. */
  readonly notes: readonly (DrawnNote | null)[];
  /** The height of each staff's origin (the line below a treble staff), and its clef. */
  readonly staves: readonly { readonly origin: number; readonly clef: string }[];
  readonly left: number;
  readonly right: number;
  /** Behind clefs, key and metre. */
  readonly begin: number;
  /** Where bar lines stand. */
  readonly barLines: readonly number[];
  /** How far the first staff reaches up and the last one down, in steps from the origin. */
  readonly reach: { readonly up: number; readonly down: number };
}

export interface Piece {
  readonly ink: SVGElement;
  /** Where it begins in its own drawing, and how far it goes from there. */
  readonly from: number;
  readonly height: number;
  readonly width: number;
  readonly system: DrawnSystem | null;
  /** What it leaves to the next piece. */
  readonly carried: Carried;
}

/** A piece and the line that abcjs has read for it now. */
export interface Drawn {
  readonly piece: Piece;
  readonly line: TuneLine;
  /** From the end of the piece before to its beginning. */
  readonly gap: number;
}

export interface Drawing {
  readonly pieces: readonly Drawn[];
  readonly below: number;
  /** Nothing is left to be drawn. */
  readonly complete: boolean;
  /** By key: what need not be drawn next time. */
  readonly known: ReadonlyMap<string, readonly Piece[]>;
}

type Bow = Readonly<Record<'force' | 'stemDir' | 'dotted', unknown>>;

/** What abcjs's engraver remembers from one line of music to the next. */
interface Carried {
  readonly slursbyvoice: Readonly<Record<string, Readonly<Record<string, Bow>>>>;
  readonly tiesbyvoice: Readonly<Record<string, readonly Bow[]>>;
  readonly endingsbyvoice: Readonly<Record<string, boolean>>;
  readonly scaleByVoice: Words;
  readonly colorByVoice: Words;
  readonly style: unknown;
  readonly measureLength: unknown;
  readonly hasVocals: unknown;
  readonly fonts: Words;
}

const PADDING = { paddingtop: 8, paddingbottom: 14, paddingleft: 14, paddingright: 14 };
/** abcjs's distance of a second on the staff. */
export const STEP = 3.875;
/** Steps from a staff's origin to its outer lines. */
export const [TOP_LINE, BOTTOM_LINE] = [10, 2];
/** Fonts that may change from one line to the next. */
const FONTS = ['gchordfont', 'tripletfont', 'annotationfont', 'vocalfont'];
/** Of a tune's words, those that stand below it. */
const BELOW = new Set([
  'unalignedWords',
  'book',
  'source',
  'discography',
  'notes',
  'transcription',
  'history',
  'abc-copyright',
  'abc-creator',
  'abc-edited-by',
  'footer',
]);

const choose = (words: Words, wanted: (name: string) => boolean): Words =>
  Object.fromEntries(Object.entries(words).filter(([name]) => wanted(name)));

const mapped = <A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));

/** The first tune of a text. */
export function readTune(abc: string): Tune | null {
  const first = abc.search(/(?:^|\n)\s*X:/);
  const second = first < 0 ? -1 : abc.indexOf('\nX:', first + 2);
  const [tune] = parseOnly(second < 0 ? abc : abc.slice(0, second));
  return tune ? (tune as unknown as Tune) : null;
}

/** The notes and rests of a line, staff by staff. */
export function* notesOf(
  line: TuneLine,
): Generator<{ readonly element: TuneElement; readonly staff: number; readonly first: boolean }> {
  const { staff: staves = [] } = line;
  for (const [staff, { voices }] of staves.entries())
    for (const voice of voices ?? []) {
      let first = true;
      for (const element of voice) {
        if (element.el_type !== 'note') continue;
        yield { element, staff, first };
        first = false;
      }
    }
}

/** What a value says, but for the places in the text that it was read from. */
function saying(value: unknown): string {
  if (typeof value !== 'object' || value === null) return `${typeof value === 'string' ? "'" : ''}${value};`;
  if (Array.isArray(value)) {
    let all = '[';
    for (const item of value) all += saying(item);
    return `${all}]`;
  }
  let all = '{';
  for (const name in value)
    if (name !== 'startChar' && name !== 'endChar')
      all += `${name}:${saying((value as Record<string, unknown>)[name])}`;
  return `${all}}`;
}

interface Wish {
  readonly lines: readonly TuneLine[];
  readonly words: Words;
  readonly carried: Carried | null;
  /** Where in its drawing the piece begins: at the top, or where music begins. */
  readonly fromTop: boolean;
}

/**
 * Draws a tune for a page of this width. Each new piece is drawn in `host` and taken from there, until what is drawn
 * so far down is enough for now.
 * @throws what abcjs throws on text it chokes on
 */
export function drawPieces(
  tune: Tune,
  host: HTMLElement,
  width: number,
  before: ReadonlyMap<string, readonly Piece[]>,
  enough: (height: number) => boolean,
): Drawing {
  const scale = Number(tune.formatting.scale) || 1;
  const { staffwidth } = tune.formatting;
  const formatting: Words = {
    ...choose(tune.formatting, (name) => name !== 'scale'),
    ...(staffwidth ? { staffwidth: Number(staffwidth) / scale } : {}),
  };
  const room = (width - PADDING.paddingleft - PADDING.paddingright) / scale;
  const frame = `${room} ${saying(formatting)}`;
  const known = new Map<string, Piece[]>();
  const pieces: Drawn[] = [];
  let height = 0;
  /** Null where it is enough. */
  const draw = (wish: Wish): Piece | null => {
    const key = `${frame} ${saying(wish)}`;
    const now = known.get(key) ?? [];
    // Two systems may look the same: each needs its own.
    const piece =
      before.get(key)?.[now.length] ??
      (enough(height) ? null : drawPiece(tune, host, formatting, room, wish));
    if (piece) known.set(key, [...now, piece]);
    return piece;
  };
  const add = (piece: Piece, line: TuneLine, gap: number): void => {
    pieces.push({ piece, line, gap });
    height += gap + piece.height;
  };
  const part = (): Drawing => ({ pieces, below: 0, complete: false, known: new Map([...before, ...known]) });
  const { lines, metaText } = tune;
  const firstStaff = lines.findIndex((line) => line.staff);
  const above = firstStaff < 0 ? lines : lines.slice(0, firstStaff);
  const words = wrapped(
    choose(metaText, (name) => !BELOW.has(name) && name !== 'tempo'),
    formatting,
    room,
  );
  const top = draw({ lines: above, words, carried: null, fromTop: true });
  if (top === null) return part();
  add(top, {}, 0);
  const separation = staffSeparation(formatting);
  let last: Piece | null = null;
  for (let at = above.length; at < lines.length; ) {
    const next = lines.findIndex((line, i) => i > at && line.staff);
    const end = next < 0 ? lines.length : next;
    const own = lines.slice(at, end);
    const piece: Piece | null = draw({
      // The last line of a tune is laid out in another way.
      lines: at === lines.length - 1 ? own : [...own, {}],
      words: last === null ? choose(metaText, (name) => name === 'tempo') : {},
      carried: last?.carried ?? null,
      fromTop: false,
    });
    if (piece === null) return part();
    add(piece, lines[at]!, last ? between(last, piece, separation) : above.length > 0 ? separation : 0);
    last = piece;
    at = end;
  }
  const below = choose(metaText, (name) => BELOW.has(name));
  if (Object.keys(below).length > 0) {
    const foot = draw({ lines: [], words: below, carried: null, fromTop: false });
    if (foot === null) return part();
    add(foot, {}, 0);
  }
  return { pieces, below: Number(formatting.botmargin ?? PADDING.paddingbottom), complete: true, known };
}

/** How wide a letter is on average, as a share of its font's size in points. */
const LETTER = 0.6;

/** Title and composer in as many lines as they need: abcjs draws over the edge of the page. */
function wrapped(words: Words, formatting: Words, room: number): Words {
  const lined = (name: string): Words => {
    const text = words[name];
    const { size } = (formatting[`${name}font`] ?? {}) as { readonly size?: number };
    if (typeof text !== 'string' || !size) return {};
    return {
      [name]: text
        .split('\n')
        .flatMap((line) => broken(line, room / (LETTER * size)))
        .join('\n'),
    };
  };
  return { ...words, ...lined('title'), ...lined('composer') };
}

/** A line in several of at most so many letters, if its words allow. */
function broken(line: string, most: number): string[] {
  const lines: string[] = [];
  for (const word of line.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= most)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Points as abcjs counts them. */
const staffSeparation = ({ staffsep }: Words): number =>
  staffsep === undefined ? 61.33 : (Number(staffsep) * 4) / 3;

/** The room that abcjs leaves between two systems. */
function between(upper: Piece, lower: Piece, separation: number): number {
  if (!upper.system || !lower.system) return 0;
  const natural = (lower.system.reach.up - TOP_LINE + BOTTOM_LINE - upper.system.reach.down) * STEP;
  return Math.max(0, separation - natural);
}

function drawPiece(
  tune: Tune,
  host: HTMLElement,
  formatting: Words,
  room: number,
  { lines, words, carried, fromTop }: Wish,
): Piece {
  const own = { ...formatting, ...carried?.fonts };
  const part = Object.assign(Object.create(tune) as Tune, { lines, metaText: words, formatting: own });
  const controller = new EngraverController(host, {
    ...PADDING,
    staffwidth: Math.max(300, room),
    ariaLabel: '',
  });
  if (carried !== null) {
    const { setupTune } = controller;
    controller.setupTune = (...given) => {
      const scale = setupTune.apply(controller, given);
      Object.assign(controller.engraver as object, received(carried));
      return scale;
    };
  }
  controller.engraveABC(part, 0, 0);
  const { y, padding, spacing, paper } = controller.renderer;
  const from = fromTop ? 0 : padding.top + spacing.music;
  const ink = shape('g', {});
  ink.append(...[...paper.svg.children].filter(({ localName }) => localName === 'g'));
  paper.svg.remove();
  const [line] = lines;
  return {
    ink,
    from,
    height: y - from,
    // abcjs forgets the names of the voices in the width of a line that needs more room than there is.
    width: Math.max(
      Number(paper.svg.getAttribute('width')),
      (line?.staffGroup?.w ?? 0) + PADDING.paddingright,
    ),
    system: line?.staffGroup ? systemOf(line) : null,
    carried: leftBy(controller.engraver as Carried, own),
  };
}

function systemOf(line: TuneLine): DrawnSystem {
  const { staffs, voices: drawn, startx, w } = line.staffGroup!;
  const barLines = (line.staff ?? []).flatMap(({ voices }) =>
    (voices ?? []).flat().flatMap(({ el_type, abselem }) => (el_type === 'bar' && abselem ? abselem.x : [])),
  );
  return {
    notes: Array.from(notesOf(line), ({ element: { abselem, rest } }) =>
      abselem
        ? {
            x: abselem.x,
            width: abselem.w,
            centred: rest?.type === 'whole',
            heads: (abselem.notePositions ?? []).map((position) => position.y),
            elements: abselem.elemset ?? [],
          }
        : null,
    ),
    staves: (line.staff ?? []).map(({ clef }, i) => ({
      origin: staffs[i]?.absoluteY ?? 0,
      clef: String(clef?.type ?? 'treble').replace(/[+-]8$/, ''),
    })),
    left: startx,
    begin: Math.max(startx, ...drawn.map(({ children }) => headEnd(children))),
    right: Math.max(0, ...barLines) || w,
    barLines,
    reach: { up: staffs[0]?.top ?? TOP_LINE, down: staffs.at(-1)?.bottom ?? BOTTOM_LINE },
  };
}

/** Where what stands before the first note or bar line ends. */
function headEnd(
  drawn: readonly { readonly type: string; readonly x: number; readonly w: number }[],
): number {
  const head = drawn.slice(
    0,
    drawn.findIndex(({ type }) => !type.startsWith('staff-extra')),
  );
  return Math.max(0, ...head.map(({ x, w }) => x + w));
}

const bow = ({ force, stemDir, dotted }: Bow): Bow => ({ force, stemDir, dotted });

/** What an engraver has left open at the end of its line. */
function leftBy(engraver: Carried, formatting: Words): Carried {
  const { style, measureLength, hasVocals, scaleByVoice, colorByVoice } = engraver;
  return {
    slursbyvoice: mapped(engraver.slursbyvoice, (slurs) => mapped(slurs, bow)),
    tiesbyvoice: mapped(engraver.tiesbyvoice, (ties) => ties.map(bow)),
    endingsbyvoice: mapped(engraver.endingsbyvoice, Boolean),
    scaleByVoice,
    colorByVoice,
    style,
    measureLength,
    hasVocals,
    fonts: choose(formatting, (name) => FONTS.includes(name)),
  };
}

/** The same for the engraver of the next line, which changes what it is given. */
function received({ fonts: _, ...carried }: Carried): object {
  return structuredClone(carried);
}
