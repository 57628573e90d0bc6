// The sheet of music on the screen: draws, keeps the view where it was, turns pointer and keys into places in the
// score. Knows no editor and no sound.

import type { Interval, Reading, StaffLayout, Tick } from '../../src/extension/preview/messages.ts';
import { Engraver, type Picture, type Placed, type System, tickOf, xOf } from './engrave.ts';
import { Marks, slot } from './marks.ts';
import { element } from './shapes.ts';

/** What a hand can do to the page. */
export interface Gestures {
  /** `sure`: a double click. */
  readonly note: (note: number, sure: boolean) => void;
  /** Bars under a drag, or (null) a click on nothing. Indices into `Sheet.bars`, both included. */
  readonly bars: (bars: { readonly from: number; readonly to: number } | null) => void;
}

const PAGE_WIDTH = 760;
const DRAG = 6;
/** So near to the edge of what is seen, a moment is as good as out of view. */
const BESIDE = 16;
const SMALLEST = 0.6;
/** After so many milliseconds of drawing, what is in view is shown before the rest. */
const PATIENCE = 80;

export class Page {
  readonly #sheet = element('div', { class: 'sheet' });
  readonly #engraver = new Engraver(this.#sheet);
  marks: Marks | null = null;
  #heading = { top: -1, left: -1, since: 0 };

  constructor(
    readonly scroller: HTMLElement,
    gestures: Gestures,
  ) {
    scroller.append(this.#sheet);
    this.#watch(gestures);
  }

  get picture(): Picture | null {
    return this.marks?.picture ?? null;
  }

  /** The room for a line of music, in the picture's units. */
  #width(zoom: number, width: 'panel' | 'page'): number {
    return width === 'page' ? PAGE_WIDTH : Math.max(320, (this.scroller.clientWidth - 4) / zoom);
  }

  /**
   * Draws a reading. When it cannot be drawn, the old picture stays. Of a long one, what is in view from this height
   * on comes first; the rest comes when the same is drawn again.
   * @returns whether the picture is of this reading now
   */
  draw(
    reading: Reading,
    layout: StaffLayout,
    zoom: number,
    width: 'panel' | 'page',
    view = this.scroller.scrollTop,
  ): boolean {
    const room = this.#width(zoom, width);
    const begun = performance.now();
    const seen = (view + 1.5 * this.scroller.clientHeight) / (zoom * SMALLEST);
    const enough = (height: number): boolean => height > seen && performance.now() - begun > PATIENCE;
    let picture: Picture | null = null;
    try {
      picture = this.#engraver.draw(reading, layout, room, enough);
    } catch {
      // abcjs chokes on some half-typed texts; they are like texts without music.
    }
    if (!picture) return false;
    if (this.marks) this.marks.update(picture);
    else this.marks = new Marks(picture);
    // Where a line of music needs more room than there is, it is drawn smaller, down to what can still be read.
    const scale = zoom * Math.max(SMALLEST, Math.min(1, (room + 1) / picture.width));
    picture.svg.style.width = `${picture.width * scale}px`;
    picture.svg.style.height = `${picture.height * scale}px`;
    return true;
  }

  /** Draws a reading once more as on paper, whatever the theme, for as long as `use` looks at it. */
  onPaper<T>(
    reading: Reading,
    layout: StaffLayout,
    zoom: number,
    width: 'panel' | 'page',
    use: (picture: Picture) => T,
  ): T {
    const sheet = element('div', { class: 'sheet' });
    const paper = element('div', { class: 'paper unseen' }, sheet);
    this.scroller.append(paper);
    try {
      const picture = new Engraver(sheet).draw(reading, layout, this.#width(zoom, width));
      if (!picture) throw new Error('There is no music to draw.');
      return use(new Marks(picture).picture);
    } finally {
      paper.remove();
    }
  }

  /** Screen pixels a unit of the picture, and where its origin is in the scroller's contents. */
  #scale(picture: Picture): { factor: number; top: number; left: number } {
    const frame = picture.svg.getBoundingClientRect();
    const outer = this.scroller.getBoundingClientRect();
    return {
      factor: frame.width / picture.width || 1,
      top: frame.top - outer.top + this.scroller.scrollTop,
      left: frame.left - outer.left + this.scroller.scrollLeft,
    };
  }

  /** Brings a whole system (all its staves) into view, and a moment in it; moves nothing that is there already. */
  reveal(system: System, tick: Tick): void {
    const picture = this.picture;
    if (!picture) return;
    const { factor, top, left } = this.#scale(picture);
    const { clientHeight, clientWidth, scrollTop, scrollLeft } = this.scroller;
    const from = top + system.top * factor - 12;
    const to = top + system.bottom * factor + 12;
    const x = left + xOf(system, tick) * factor;
    const high = from >= scrollTop && to <= scrollTop + clientHeight;
    const wide = x >= scrollLeft + BESIDE && x <= scrollLeft + clientWidth - BESIDE;
    if (high && wide) return;
    const spare = Math.max(0, clientHeight - (to - from));
    const target = {
      top: high ? scrollTop : Math.max(0, Math.round(from - spare / 4)),
      left: wide ? scrollLeft : Math.max(0, Math.round(x - clientWidth / 4)),
    };
    // On the way there already: asking again with every frame would never arrive.
    const now = performance.now();
    const known = this.#heading;
    const same = target.top === known.top && Math.abs(target.left - known.left) < clientWidth / 4;
    if (same && now - known.since < 700) return;
    this.#heading = { ...target, since: now };
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.scroller.scrollTo({ ...target, behavior: still ? 'auto' : 'smooth' });
  }

  /** The place under a pointer, in the picture's units. */
  #point(event: MouseEvent): { x: number; y: number; system: System } | null {
    const picture = this.picture;
    if (!picture) return null;
    const frame = picture.svg.getBoundingClientRect();
    const x = ((event.clientX - frame.left) * picture.width) / frame.width;
    const y = ((event.clientY - frame.top) * picture.height) / frame.height;
    const system = picture.systems.find((s) => y >= s.top && y <= s.bottom);
    return system ? { x, y, system } : null;
  }

  #noteAt(event: MouseEvent): Placed | null {
    const picture = this.picture;
    const point = this.#point(event);
    if (!picture || !point) return null;
    const index = picture.systems.indexOf(point.system);
    const staff = point.system.staves.findIndex((s) => point.y <= s.bottom + 24);
    let best: { placed: Placed; distance: number } | null = null;
    for (const placed of picture.placed) {
      // What has no head of its own is found by the room it takes up, below.
      if (placed.system !== index || placed.heads.length === 0 || placed.centred) continue;
      const dx = point.x - (placed.x + Math.max(placed.width, 10) / 2);
      const dy = Math.min(...placed.heads.map((y) => Math.abs(y - point.y)));
      const distance = Math.hypot(dx, dy) + (placed.staff === staff ? 0 : 3);
      if (distance < (best?.distance ?? 16)) best = { placed, distance };
    }
    return best?.placed ?? picture.placed.find((placed) => isRoom(picture, placed, index, point)) ?? null;
  }

  #barAt(event: MouseEvent): number | null {
    const picture = this.picture;
    const point = this.#point(event);
    if (!picture || !point) return null;
    const tick: Tick = tickOf(point.system, point.x);
    const bar = picture.sheet.bars.findIndex((b) => b.onset <= tick && tick < b.onset + b.duration);
    return bar < 0 ? null : bar;
  }

  #watch(gestures: Gestures): void {
    let start: { x: number; y: number; bar: number | null } | null = null;
    let dragged = false;
    const stretch = (event: MouseEvent): { from: number; to: number } | null => {
      const bar = this.#barAt(event);
      if (start?.bar == null || bar === null) return null;
      return { from: Math.min(start.bar, bar), to: Math.max(start.bar, bar) };
    };
    const intervalOf = (bars: { from: number; to: number }): Interval | null => {
      const [first, last] = [this.picture?.sheet.bars[bars.from], this.picture?.sheet.bars[bars.to]];
      return first && last ? { from: first.onset, to: last.onset + last.duration } : null;
    };
    this.scroller.addEventListener('pointerdown', (event) => {
      if (event.button !== 0 || !this.#sheet.contains(event.target as Node)) return;
      start = { x: event.clientX, y: event.clientY, bar: this.#barAt(event) };
      dragged = false;
    });
    window.addEventListener('pointermove', (event) => {
      if (!start) return;
      dragged ||= Math.hypot(event.clientX - start.x, event.clientY - start.y) > DRAG;
      const bars = dragged ? stretch(event) : null;
      if (bars) this.marks?.bars(intervalOf(bars));
    });
    window.addEventListener('pointerup', (event) => {
      if (!start) return;
      const bars = dragged ? stretch(event) : null;
      const placed = dragged ? null : this.#noteAt(event);
      start = null;
      if (bars) gestures.bars(bars);
      else if (placed) gestures.note(placed.note, false);
      else if (!dragged) gestures.bars(null);
    });
    this.scroller.addEventListener('dblclick', (event) => {
      const placed = this.#noteAt(event);
      if (placed) gestures.note(placed.note, true);
    });
  }
}

/** Open places and rests take up room without ink. */
function isRoom(
  picture: Picture,
  placed: Placed,
  system: number,
  { x, y }: { readonly x: number; readonly y: number },
): boolean {
  if (placed.system !== system || picture.sheet.notes[placed.note]!.pitches.length > 0) return false;
  const room = slot(picture, placed);
  return x >= room.x && x <= room.x + room.width && y >= room.y && y <= room.y + room.height;
}
