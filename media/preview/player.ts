// Sound and picture together: what to play of what is shown, and the playhead that goes with it.

import type { Interval, Sheet, Tick } from '../../src/extension/preview/messages.ts';
import type { PlayWish } from './controls.ts';
import { post } from './host.ts';
import { Shelf } from './mixer.ts';
import type { Page } from './page.ts';
import { type Manner, type PlayState, render, Transport } from './transport.ts';
import { t } from './words.ts';

/** What the player asks of those who stand around it. */
export interface Stand {
  /** What is to be heard; null where there is no music. */
  readonly sheet: () => Sheet | null;
  readonly selection: () => Interval | null;
  readonly cursor: () => Tick;
  readonly status: (text: string) => void;
  readonly onState: (state: PlayState, at: Tick) => void;
}

export class Player {
  readonly #shelf = new Shelf(document.body.dataset.sounds ?? '');
  readonly #transport: Transport;

  constructor(
    readonly page: Page,
    manner: Manner,
    readonly stand: Stand,
  ) {
    this.#transport = new Transport(
      this.#shelf,
      manner,
      (state, at) => this.#changed(state, at),
      () => stand.status(t('Click here once, or press a key, to let the sound begin.')),
    );
    for (const touch of ['pointerdown', 'keydown'])
      window.addEventListener(touch, () => this.#transport.touched(), { capture: true, passive: true });
  }

  get isPlaying(): boolean {
    return this.#transport.state === 'playing';
  }

  /** Goes on in another manner. */
  change(manner: Manner): void {
    this.#transport.change(manner);
  }

  /** Goes on with another text. */
  changeText(manner: Manner, sheet: Sheet): void {
    if (this.#transport.state !== 'stopped') this.#transport.change(manner, sheet);
  }

  play(wish: PlayWish): void {
    const sheet = this.stand.sheet();
    if (!sheet) return;
    const all = { from: 0, to: sheet.length };
    const { state } = this.#transport;
    if (wish === 'stop') this.#transport.stop();
    else if (wish === 'toggle' && state === 'playing') this.#transport.pause();
    else if (wish === 'toggle' && state === 'paused') void this.#transport.resume();
    else if (wish === 'cursor') void this.sound(all, this.stand.cursor());
    else void this.sound(wish === 'selection' ? (this.stand.selection() ?? all) : all);
  }

  /** Plays a stretch from its beginning or from a place in it. */
  sound(region: Interval, start = region.from): Promise<void> {
    const sheet = this.stand.sheet();
    if (!sheet) return Promise.resolve();
    return this.#transport.play(sheet, region.from, region.to, start).catch(() => {
      this.stand.status(t('The sound could not be started.'));
      post({ type: 'failed', message: 'The sounds could not be loaded.' });
    });
  }

  /** The whole piece as sound for a file: without clicks. */
  render(sheet: Sheet, manner: Manner): Promise<AudioBuffer> {
    const wish = { ...manner, metronome: false, countIn: false };
    return render(this.#shelf, wish, sheet, { from: 0, to: sheet.length });
  }

  #changed(state: PlayState, at: Tick): void {
    if (state === 'playing') requestAnimationFrame(() => this.#follow());
    else this.page.marks?.playing(new Set());
    if (state === 'stopped') this.page.marks?.playhead(null);
    this.stand.onState(state, at);
  }

  /** Moves the playhead with the sound. */
  #follow(): void {
    const now = this.#transport.now();
    if (now.state !== 'playing') return;
    this.page.marks?.playing(now.notes);
    const system = this.page.marks?.playhead(now.counting ? null : now.tick);
    if (system) this.page.reveal(system, now.tick);
    requestAnimationFrame(() => this.#follow());
  }
}
