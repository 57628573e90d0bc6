// One place in the text and in the picture at once: the editor's cursor marked in the score, a hand on the score
// told to the editor. Knows no sound.

import type { Interval, Span, Tick } from '../../src/extension/preview/messages.ts';
import { barInWords, noteInWords } from './describe.ts';
import type { Desk } from './desk.ts';
import type { Frame } from './frame.ts';
import { post } from './host.ts';
import type { Page } from './page.ts';
import { NOWHERE, type Place, placeOf, type Step, stepFrom, stretchOf, withNote } from './places.ts';
import { t } from './words.ts';

const ARROWS: Readonly<Record<string, Step>> = {
  ArrowRight: 'next',
  ArrowLeft: 'previous',
  ArrowUp: 'up',
  ArrowDown: 'down',
  Home: 'first',
  End: 'last',
};

export class Cursor {
  #place: Place = NOWHERE;

  constructor(
    readonly desk: Desk,
    readonly page: Page,
    readonly frame: Frame,
    /** While it plays, the playhead leads the view and nobody is told the bar in words. */
    readonly isPlaying: () => boolean,
    readonly onMoved: () => void,
  ) {}

  /** The selected bars (indices, both included), else the bar of the cursor. */
  get bars(): { readonly from: number; readonly to: number } | null {
    const { bars, bar } = this.#place;
    return bars ?? (bar === null ? null : { from: bar, to: bar });
  }

  /** The same as a stretch of time. */
  get stretch(): Interval | null {
    const { reading } = this.desk;
    return reading && this.bars ? stretchOf(reading.sheet, this.bars) : null;
  }

  get tick(): Tick {
    const { reading } = this.desk;
    const { bar } = this.#place;
    if (!reading) return 0;
    if (this.#first !== undefined) return reading.sheet.notes[this.#first]!.onset;
    return bar === null ? 0 : reading.sheet.bars[bar]!.onset;
  }

  /** Index of the note that is selected alone. */
  get note(): number | null {
    const { own } = this.#place;
    return own.size === 1 ? (this.#first ?? null) : null;
  }

  get #first(): number | undefined {
    return [...this.#place.own][0];
  }

  show(): void {
    const { reading, preferences } = this.desk;
    const { own, together, bars, bar } = this.#place;
    this.page.marks?.cursor(own, together);
    this.page.marks?.bars(reading && bars ? stretchOf(reading.sheet, bars) : null);
    if (!preferences.words) this.frame.words(null);
    else if (reading && !this.isPlaying()) this.frame.words(barInWords(reading.sheet, bar ?? 0));
  }

  /** The editor's selections are here now. */
  follow(spans: readonly Span[], mayScroll: boolean): void {
    const { reading, sync } = this.desk;
    if (!reading || sync === 'off' || sync === 'preview-to-text') return;
    this.#place = placeOf(reading.sheet, spans);
    this.show();
    this.onMoved();
    if (mayScroll && !this.isPlaying()) this.#reveal();
  }

  /** A hand has touched a note. `focus`: it wants to go to the text. */
  touch(index: number, focus: boolean): void {
    const { reading } = this.desk;
    const note = reading?.sheet.notes[index];
    if (!reading || !note) return;
    const { sheet } = reading;
    this.#place = { own: new Set([index]), together: withNote(sheet, index), bar: note.bar, bars: null };
    this.show();
    this.frame.say(
      t(
        '{0}, bar {1}: {2}',
        sheet.voices[note.voice].name,
        sheet.bars[note.bar]?.number ?? '',
        noteInWords(note, sheet.ticksPerWhole),
      ),
    );
    this.#reveal();
    this.onMoved();
    // A voice without music has bars and no text.
    if (note.span.end > (reading.added[0]?.start ?? Infinity))
      this.touchBars({ from: note.bar, to: note.bar });
    else this.select(note.span, focus);
  }

  /** A hand has drawn over bars, or (null) touched nothing. */
  touchBars(bars: { readonly from: number; readonly to: number } | null): void {
    const { document, reading, sync } = this.desk;
    if (bars && document && sync !== 'off') {
      if (reading) this.#place = { ...this.#place, bars };
      post({ type: 'select-bars', uri: document.uri, version: document.version, ...bars });
    }
    this.show();
  }

  /** Selects in the text. */
  select(span: Span, focus: boolean): void {
    const { document, sync } = this.desk;
    if (!document || sync === 'off' || sync === 'text-to-preview') return;
    post({ type: 'select', uri: document.uri, version: document.version, span, focus });
  }

  /** @returns whether the key meant something here */
  key(key: string): boolean {
    const { reading } = this.desk;
    if (!reading) return false;
    const step = ARROWS[key];
    if (step) {
      const next = stepFrom(reading.sheet, this.#first ?? null, step);
      if (next !== null) this.touch(next, false);
    } else if (key === 'Enter' && this.#first !== undefined) this.touch(this.#first, true);
    else return false;
    return true;
  }

  #reveal(): void {
    const placed = this.#first === undefined ? undefined : this.page.marks?.placedAt(this.#first);
    const system = placed ? this.page.picture?.systems[placed.system] : undefined;
    if (system) this.page.reveal(system, this.tick);
  }
}
