// What is drawn over and under the picture: looks, heat, selection, playing notes, playhead, the sampler's notes.
// Every mark is a shape of its own, so that nobody depends on colour.

import type { GhostNote, Interval, Look, Tick } from '../../src/extension/preview/messages.ts';
import { midiName } from './describe.ts';
import { hangIn, type Picture, type Placed, type Staff, type System, systemAt, xOf } from './engrave.ts';
import { shape } from './shapes.ts';

/** C4 = 0 steps; sharps and flats as they are most often spelled. */
const STEPS = [0, 0, 1, 2, 2, 3, 3, 4, 4, 5, 6, 6];
const SIGNS = ['', '♯', '', '♭', '', '', '♯', '', '♯', '', '♭', ''];
/** Nats at which the heat is at its highest. */
const HOTTEST = 5;
const MARGIN = 4;
/** Of a pitch's name. */
const NAME_WIDTH = 20;
const NAME_HEIGHT = 11;

const LAYERS = ['bars', 'heat', 'looks', 'moment', 'playing', 'ghosts', 'playhead'] as const;
type Layer = (typeof LAYERS)[number];
const ABOVE: ReadonlySet<Layer> = new Set(['ghosts', 'playhead']);

/** The looks of a system's notes as they were drawn last. */
interface Looks {
  readonly marks: SVGElement;
  readonly down: number;
  /** What they depend on, but for the system's own drawing. */
  readonly told: string;
  readonly placed: readonly Placed[];
}

export class Marks {
  readonly #layers: Record<Layer, SVGElement>;
  readonly #byNote = new Map<number, Placed>();
  /** By the ink of each system. */
  #looks = new Map<SVGElement, Looks>();
  #picture: Picture;
  #classed: SVGElement[] = [];
  #playing: ReadonlySet<number> = new Set();
  /** How many messages in a row each note of the sampler has stayed the same. */
  #ages = new Map<string, number>();

  constructor(picture: Picture) {
    this.#layers = Object.fromEntries(
      LAYERS.map((name) => [name, shape('g', { class: `layer ${name}`, 'aria-hidden': 'true' })]),
    ) as Record<Layer, SVGElement>;
    picture.svg.prepend(...LAYERS.filter((name) => !ABOVE.has(name)).map((name) => this.#layers[name]));
    picture.svg.append(...LAYERS.filter((name) => ABOVE.has(name)).map((name) => this.#layers[name]));
    this.#picture = picture;
    this.update(picture);
  }

  get picture(): Picture {
    return this.#picture;
  }

  /** The same picture was drawn anew: its systems may be others. Marks that pass are taken away. */
  update(picture: Picture): void {
    this.cursor(new Set(), new Set());
    this.playing(new Set());
    for (const layer of ['bars', 'heat', 'ghosts'] as const) this.#layers[layer].replaceChildren();
    this.#picture = picture;
    this.#byNote.clear();
    for (const placed of picture.placed) this.#byNote.set(placed.note, placed);
    const before = this.#looks;
    this.#looks = new Map(
      picture.systems.map((system) => [system.ink, this.#looksOf(system, before.get(system.ink))]),
    );
    hangIn(
      this.#layers.looks,
      Array.from(this.#looks.values(), ({ marks }) => marks),
    );
  }

  placedAt(note: number): Placed | undefined {
    return this.#byNote.get(note);
  }

  #looksOf(system: System, before: Looks | undefined): Looks {
    const { placed, from, down } = system;
    const { sheet } = this.#picture;
    let told = '';
    for (const { note, voice } of placed) {
      const { look, pitches, onset, duration } = sheet.notes[note]!;
      told += `${voice} ${look} ${pitches.length > 0 ? 'note' : 'rest'} ${onset - from} ${duration};`;
    }
    const kept =
      before?.told === told && placed.every((one, i) => one.elements === before.placed[i]!.elements);
    if (before && kept) {
      placed.forEach(({ note, elements }, i) => {
        if (before.placed[i]!.note === note) return;
        for (const drawn of elements) drawn.setAttribute('data-note', String(note));
      });
      before.marks.setAttribute('transform', `translate(0 ${down - before.down})`);
      return { ...before, placed };
    }
    for (const { elements } of before?.placed ?? [])
      for (const drawn of elements) for (const name of ['class', 'data-note']) drawn.removeAttribute(name);
    const marks = shape('g', {});
    for (const one of placed) {
      const { look, pitches } = sheet.notes[one.note]!;
      const kind = pitches.length > 0 ? 'note' : one.rest ? 'rest' : 'choice';
      for (const drawn of one.elements) {
        drawn.setAttribute('class', `${kind} look-${look} voice-${one.voice}`);
        drawn.setAttribute('data-note', String(one.note));
      }
      marks.append(...LOOKS[look](this.#picture, one));
    }
    return { marks, down, told, placed };
  }

  /** Surprise by note, in nats; null for no heat. */
  heat(nats: ReadonlyMap<number, number> | null): void {
    const spots: SVGElement[] = [];
    for (const [note, value] of nats ?? []) {
      const placed = this.#byNote.get(note);
      if (!placed) continue;
      const hot = Math.min(1, Math.max(0, value / HOTTEST));
      for (const y of placed.heads) {
        const spot = shape('circle', { class: 'hot', cx: middle(placed), cy: y, r: 4 + 8 * hot });
        spot.style.opacity = String(0.15 + 0.75 * hot);
        spots.push(spot);
      }
    }
    this.#layers.heat.replaceChildren(...spots);
  }

  /** The editor's place: its own notes boxed, what sounds with them bracketed. */
  cursor(own: ReadonlySet<number>, together: ReadonlySet<number>): void {
    for (const drawn of this.#classed) drawn.classList.remove('chosen', 'together');
    this.#classed = [];
    const boxes: SVGElement[] = [];
    for (const [notes, name] of [
      [together, 'together'],
      [own, 'chosen'],
    ] as const) {
      for (const note of notes) {
        const placed = this.#byNote.get(note);
        if (!placed) continue;
        for (const drawn of placed.elements) drawn.classList.add(name);
        this.#classed.push(...placed.elements);
        boxes.push(
          shape('rect', { class: name, ...box(this.#picture, placed), rx: name === 'chosen' ? 0 : 6 }),
        );
      }
    }
    this.#layers.moment.replaceChildren(...boxes);
  }

  /** Selected bars as a stretch of time. */
  bars(stretch: Interval | null): void {
    const fields = stretch
      ? this.#picture.systems
          .filter((system) => system.from < stretch.to && stretch.from < system.to)
          .map((system) => {
            const x = xOf(system, Math.max(stretch.from, system.from)) - MARGIN;
            const right = stretch.to >= system.to ? system.right : xOf(system, stretch.to) - MARGIN;
            return shape('rect', {
              class: 'bar',
              x,
              y: system.top,
              width: right - x,
              height: system.bottom - system.top,
            });
          })
      : [];
    this.#layers.bars.replaceChildren(...fields);
  }

  playing(notes: ReadonlySet<number>): void {
    if (notes.size === this.#playing.size && [...notes].every((note) => this.#playing.has(note))) return;
    for (const note of this.#playing)
      for (const drawn of this.#byNote.get(note)?.elements ?? []) drawn.classList.remove('playing');
    this.#playing = notes;
    const discs: SVGElement[] = [];
    for (const note of notes) {
      const placed = this.#byNote.get(note);
      if (!placed) continue;
      for (const drawn of placed.elements) drawn.classList.add('playing');
      for (const y of placed.heads)
        discs.push(
          shape('ellipse', {
            class: `playing voice-${placed.voice}`,
            cx: middle(placed),
            cy: y,
            rx: 10,
            ry: 7,
          }),
        );
    }
    this.#layers.playing.replaceChildren(...discs);
  }

  /** @returns the system it stands in, or null when there is none. */
  playhead(tick: Tick | null): System | null {
    const system = tick === null ? undefined : this.#picture.systems[systemAt(this.#picture, tick)];
    if (tick === null || !system) {
      this.#layers.playhead.replaceChildren();
      return null;
    }
    const x = xOf(system, tick);
    const line = this.#layers.playhead.firstElementChild ?? shape('line', { class: 'head' });
    for (const [key, value] of Object.entries({ x1: x, x2: x, y1: system.top, y2: system.bottom }))
      line.setAttribute(key, value.toFixed(1));
    if (!line.parentNode) this.#layers.playhead.append(line);
    return system;
  }

  /** The sampler's present notes: they grow firmer the longer they stay the same. */
  ghosts(notes: readonly GhostNote[]): void {
    const ages = new Map<string, number>();
    const drawn: SVGElement[] = [];
    /** Where the last name of a voice ends in a system. */
    const named = new Map<string, number>();
    for (const note of notes) {
      const key = `${note.voice} ${note.from} ${note.to} ${note.pitch}`;
      const age = Math.min(6, (this.#ages.get(key) ?? 0) + 1);
      ages.set(key, age);
      const at = systemAt(this.#picture, note.from);
      const system = this.#picture.systems[at];
      if (!system || note.from >= system.to) continue;
      const staff = system.staves.find((s) => s.voices.includes(note.voice));
      const x = xOf(system, note.from) + 5;
      const end = staff ? 0 : (named.get(`${at} ${note.voice}`) ?? 0);
      if (x < end) continue;
      if (!staff) named.set(`${at} ${note.voice}`, x + NAME_WIDTH);
      const shapes = staff ? ghostOn(system, staff, note, x) : [ghostName(system, note, x)];
      shapes[0]!.style.opacity = String(0.3 + age * 0.11);
      shapes[0]!.classList.toggle('settled', age >= 4);
      drawn.push(...shapes);
    }
    this.#ages = ages;
    this.#layers.ghosts.replaceChildren(...drawn);
  }
}

/** A head with a tail as long as it lasts. */
function ghostOn(system: System, staff: Staff, { voice, pitch, to }: GhostNote, x: number): SVGElement[] {
  const y = staff.middleC - staff.step * (7 * Math.floor((pitch - 60) / 12) + STEPS[pitch % 12]!);
  const width = xOf(system, Math.min(to, system.to)) - x - 8;
  const sign = SIGNS[pitch % 12]!;
  return [
    shape('ellipse', { class: `ghost voice-${voice}`, cx: x, cy: y, rx: 5.2, ry: 3.6 }),
    ...(width > 8
      ? [shape('line', { class: `tail voice-${voice}`, x1: x + 6, x2: x + width, y1: y, y2: y })]
      : []),
    ...(sign ? [shape('text', { class: `sign voice-${voice}`, x: x - 13, y: y + 4 }, sign)] : []),
  ];
}

/** A voice that has no music yet has no staff: its notes are named below the others, a row for each voice. */
function ghostName(system: System, { voice, pitch }: GhostNote, x: number): SVGElement {
  const rows = ([0, 1, 2, 3] as const).filter(
    (v) => !system.staves.some((staff) => staff.voices.includes(v)),
  );
  const y = system.bottom - NAME_HEIGHT * (rows.length - rows.indexOf(voice) - 1);
  return shape('text', { class: `ghost name voice-${voice}`, x: x - 5, y }, midiName(pitch));
}

const middle = (placed: Placed): number => placed.x + Math.max(placed.width, 10) / 2;

/** A box around what is drawn for a note; where nothing is drawn, around its place on the staff. */
function box(picture: Picture, placed: Placed): { x: number; y: number; width: number; height: number } {
  if (placed.heads.length > 0 && !placed.centred) {
    const top = Math.min(...placed.heads) - 7;
    const bottom = Math.max(...placed.heads) + 7;
    return {
      x: placed.x - MARGIN,
      y: top,
      width: Math.max(placed.width, 10) + 2 * MARGIN,
      height: bottom - top,
    };
  }
  return slot(picture, placed);
}

/** The place of an event in its staff for as long as it lasts: the upper half for the upper of two voices. */
export function slot(
  picture: Picture,
  placed: Placed,
): { x: number; y: number; width: number; height: number } {
  const system = picture.systems[placed.system]!;
  const staff = system.staves[placed.staff]!;
  const note = picture.sheet.notes[placed.note]!;
  const x = xOf(system, note.onset) - 2;
  const next = xOf(system, note.onset + note.duration) - 6;
  const right = Math.max(
    x + 12,
    Math.min(next, ...system.barLines.filter((line) => line > x).map((line) => line - 3)),
  );
  const shared = staff.voices.length > 1;
  const lower = shared && staff.voices.some((voice) => voice < placed.voice);
  const half = (staff.bottom - staff.top) / 2;
  const top = lower ? staff.top + half : staff.top;
  return { x, y: top + 1, width: right - x, height: (shared ? half : 2 * half) - 2 };
}

/** The marks of each look. Written notes stand as they are. */
const LOOKS: Record<Look, (picture: Picture, placed: Placed) => SVGElement[]> = {
  written: () => [],
  open: (picture, placed) => {
    const valued = picture.sheet.notes[placed.note]!.pitches.length > 0;
    const place = valued ? box(picture, placed) : slot(picture, placed);
    const frame = shape('rect', { class: `open voice-${placed.voice}`, ...place, rx: 3 });
    if (valued) return [frame];
    const sign = shape(
      'text',
      {
        class: `open voice-${placed.voice}`,
        x: place.x + place.width / 2,
        y: place.y + place.height / 2 + 4,
      },
      '?',
    );
    return [frame, sign];
  },
  filled: (_, placed) =>
    placed.heads.map((y) =>
      shape('ellipse', {
        class: `filled voice-${placed.voice}`,
        cx: middle(placed),
        cy: y,
        rx: 8.5,
        ry: 6.2,
      }),
    ),
  pinned: (_, placed) => {
    const x = middle(placed);
    const y = Math.min(...placed.heads, Infinity) - 9;
    if (!Number.isFinite(y)) return [];
    return [shape('path', { class: `pinned voice-${placed.voice}`, d: `M${x} ${y}l-4 -8h8z` })];
  },
  locked: (_, placed) => {
    const y = Math.max(...placed.heads, -Infinity) + 7;
    if (!Number.isFinite(y)) return [];
    return [
      shape('rect', { class: `locked voice-${placed.voice}`, x: middle(placed) - 3, y, width: 6, height: 6 }),
    ];
  },
};
