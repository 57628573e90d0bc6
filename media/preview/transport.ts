// Play, pause, stop: feeds a performance to the mixer a little ahead of time and says where it is. Knows no picture.

import type { Instrument, Sheet, Tick } from '../../src/extension/preview/messages.ts';
import type { Level } from './mixer.ts';
import { Mixer, type Shelf } from './mixer.ts';
import { type Performance, perform, tickAt, type Wish } from './timeline.ts';

export interface Manner {
  readonly speed: number;
  readonly loop: boolean;
  readonly metronome: boolean;
  readonly countIn: boolean;
  readonly repeats: boolean;
  readonly instrument: Instrument;
  readonly levels: readonly Level[];
}

export type PlayState = 'stopped' | 'playing' | 'paused';

/** What is heard just now. */
export interface Now {
  readonly state: PlayState;
  readonly tick: Tick;
  /** In the count-in the playhead waits. */
  readonly counting: boolean;
  /** Indices into `Sheet.notes`. */
  readonly notes: ReadonlySet<number>;
}

/** Timers are slow in a panel that is hidden, so what comes next is handed over well ahead. */
const AHEAD = 1.3;
const EVERY = 80;
const LEAD = 0.06;
const PATIENCE = 500;

export class Transport {
  #context: AudioContext | null = null;
  #mixer: Mixer | null = null;
  #state: PlayState = 'stopped';
  #performance: Performance | null = null;
  #region = { from: 0, to: 0 };
  #sheet: Sheet | null = null;
  /** Context time of the performance's beginning. */
  #zero = 0;
  #nextSound = 0;
  #nextClick = 0;
  #timer: ReturnType<typeof setInterval> | null = null;
  #pausedAt: Tick = 0;
  #manner: Manner;
  /** Grows with every start, so that a start overtaken by another one knows it. */
  #turn = 0;

  constructor(
    readonly shelf: Shelf,
    manner: Manner,
    readonly onState: (state: PlayState, tick: Tick) => void,
    /** The browser keeps sound back until the user touches the page. */
    readonly onSilenced: () => void,
  ) {
    this.#manner = manner;
  }

  get state(): PlayState {
    return this.#state;
  }

  get region(): { readonly from: Tick; readonly to: Tick } {
    return this.#region;
  }

  /** Must be called in answer to the user's hand the first time: browsers keep sound back until then. */
  async play(sheet: Sheet, from: Tick, to: Tick, start: Tick = from): Promise<void> {
    const turn = ++this.#turn;
    this.#context ??= new AudioContext();
    const context = this.#context;
    const waiting = setTimeout(() => {
      if (context.state !== 'running' && turn === this.#turn) this.onSilenced();
    }, PATIENCE);
    const [voicing] = await Promise.all([this.shelf.voicing(this.#manner.instrument), context.resume()]);
    clearTimeout(waiting);
    if (turn !== this.#turn) return;
    this.#silence();
    if (this.#mixer?.voicing !== voicing) this.#mixer = new Mixer(context, context.destination, voicing);
    this.#mixer.setLevels(this.#manner.levels);
    this.#sheet = sheet;
    this.#region = { from, to };
    this.#begin(start, this.#manner.countIn);
    this.#timer = setInterval(() => this.#feed(), EVERY);
    this.#say('playing', start);
  }

  /** The user has touched the page: a sound that was kept back may begin. */
  touched(): void {
    if (this.#context?.state === 'suspended') void this.#context.resume();
  }

  #begin(start: Tick, countIn: boolean): void {
    const { speed, repeats } = this.#manner;
    const wish: Wish = { from: start, to: this.#region.to, speed, repeats, countIn };
    this.#performance = perform(this.#sheet!, wish);
    this.#zero = this.#context!.currentTime + LEAD;
    this.#nextSound = 0;
    this.#nextClick = 0;
    this.#feed();
  }

  #feed(): void {
    const performance = this.#performance;
    if (!performance || !this.#context || !this.#mixer) return;
    const until = this.#context.currentTime + AHEAD;
    for (; this.#nextSound < performance.sounds.length; this.#nextSound++) {
      const sound = performance.sounds[this.#nextSound]!;
      if (this.#zero + sound.at > until) break;
      this.#mixer.strike(
        sound.voice,
        sound.pitch,
        Math.max(this.#context.currentTime, this.#zero + sound.at),
        sound.length,
      );
    }
    for (; this.#nextClick < performance.clicks.length; this.#nextClick++) {
      const click = performance.clicks[this.#nextClick]!;
      if (this.#zero + click.at > until) break;
      if (this.#manner.metronome || click.at < performance.countIn)
        this.#mixer.click(Math.max(this.#context.currentTime, this.#zero + click.at), click.strong);
    }
    if (this.#context.currentTime >= this.#zero + performance.seconds) this.#finish(performance);
  }

  #finish(performance: Performance): void {
    if (this.#manner.loop && performance.seconds - performance.countIn > 0.05)
      this.#begin(this.#region.from, false);
    else this.stop();
  }

  pause(): void {
    if (this.#state !== 'playing') return;
    this.#turn++;
    this.#pausedAt = this.now().tick;
    this.#silence();
    this.#say('paused', this.#pausedAt);
  }

  resume(): Promise<void> {
    if (this.#state !== 'paused' || !this.#sheet) return Promise.resolve();
    return this.play(this.#sheet, this.#region.from, this.#region.to, this.#pausedAt);
  }

  stop(): void {
    this.#turn++;
    if (this.#state === 'stopped') return;
    this.#silence();
    this.#say('stopped', this.#region.from);
  }

  /** Goes on with a new text or another manner from where it is. */
  change(manner: Manner, sheet: Sheet | null = null): void {
    const old = this.#manner;
    this.#manner = manner;
    this.#mixer?.setLevels(manner.levels);
    if (sheet && this.#sheet) {
      if (this.#region.to >= this.#sheet.length) this.#region = { ...this.#region, to: sheet.length };
      this.#sheet = sheet;
    }
    const audible =
      sheet !== null ||
      old.speed !== manner.speed ||
      old.repeats !== manner.repeats ||
      old.instrument !== manner.instrument;
    if (this.#state !== 'playing' || !audible || !this.#sheet) return;
    const { tick, counting } = this.now();
    if (old.instrument !== manner.instrument) {
      void this.play(this.#sheet, this.#region.from, this.#region.to, tick);
      return;
    }
    this.#mixer?.hush();
    this.#begin(tick, counting);
  }

  now(): Now {
    const performance = this.#performance;
    if (this.#state !== 'playing' || !performance || !this.#context)
      return { state: this.#state, tick: this.#pausedAt, counting: false, notes: new Set() };
    const seconds = this.#context.currentTime - this.#zero;
    const notes = new Set<number>();
    for (const sound of performance.sounds) {
      if (sound.at > seconds) break;
      if (seconds < sound.at + sound.length) for (const note of sound.notes) notes.add(note);
    }
    return {
      state: 'playing',
      tick: tickAt(performance, seconds),
      counting: seconds < performance.countIn,
      notes,
    };
  }

  #silence(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#mixer?.hush();
  }

  #say(state: PlayState, tick: Tick): void {
    this.#state = state;
    this.onState(state, tick);
  }
}

/** The whole performance as sound, without anybody hearing it: two channels at `rate` frames a second. */
export async function render(
  shelf: Shelf,
  manner: Manner,
  sheet: Sheet,
  region: { readonly from: Tick; readonly to: Tick },
  rate = 44_100,
): Promise<AudioBuffer> {
  const voicing = await shelf.voicing(manner.instrument);
  const performance = perform(sheet, {
    ...region,
    speed: manner.speed,
    repeats: manner.repeats,
    countIn: manner.countIn,
  });
  const context = new OfflineAudioContext(2, Math.ceil((performance.seconds + 0.5) * rate), rate);
  const mixer = new Mixer(context, context.destination, voicing);
  mixer.fixLevels(manner.levels);
  for (const { voice, pitch, at, length } of performance.sounds) mixer.strike(voice, pitch, at, length);
  for (const { at, strong } of performance.clicks)
    if (manner.metronome || at < performance.countIn) mixer.click(at, strong);
  return context.startRendering();
}
