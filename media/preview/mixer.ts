// The audio graph: samples -> a gain and a place for each voice -> master. The same graph plays into the room and
// into a file. Knows nothing of scores: it is told which pitch to sound, when, and how long.

import type { Instrument, Voice } from '../../src/extension/preview/messages.ts';
import type { Bank, Sample } from './bank.ts';
import { ATTACK, MASTER, PLACES, toneOf } from './tone.ts';

/** An instrument whose file has been decoded. */
export interface Voicing {
  readonly buffer: AudioBuffer;
  /** Frames a second that the sample list counts in. */
  readonly rate: number;
  readonly release: number;
  readonly samples: readonly Sample[];
}

/** Loads instruments from a folder, each once. Rejects when a file is missing or is no sound. */
export class Shelf {
  readonly #loaded = new Map<Instrument, Promise<Voicing>>();
  #bank: Promise<Bank> | null = null;

  constructor(readonly folder: string) {}

  voicing(name: Instrument): Promise<Voicing> {
    const known = this.#loaded.get(name);
    if (known) return known;
    const loading = this.#load(name);
    this.#loaded.set(name, loading);
    loading.catch(() => this.#loaded.delete(name));
    return loading;
  }

  async #load(name: Instrument): Promise<Voicing> {
    this.#bank ??= fetch(`${this.folder}/bank.json`).then((answer) => answer.json() as Promise<Bank>);
    const bank = await this.#bank;
    const instrument = bank.instruments[name];
    if (!instrument) throw new Error(`There is no sound called ${name}.`);
    const file = await fetch(`${this.folder}/${instrument.file}`);
    // Decoding wants some context; this one makes no sound.
    const buffer = await new OfflineAudioContext(1, 1, 44_100).decodeAudioData(await file.arrayBuffer());
    return { buffer, rate: bank.rate, release: instrument.release, samples: instrument.samples };
  }
}

export interface Level {
  /** 0 to 1. */
  readonly volume: number;
  readonly mute: boolean;
  readonly solo: boolean;
}

/** How loud each voice really is: a solo silences all that are not solo. */
export function gains(levels: readonly Level[]): number[] {
  const solo = levels.some((level) => level.solo);
  return levels.map((level) => (level.mute || (solo && !level.solo) ? 0 : level.volume));
}

/** The graph in one context (live or offline). */
export class Mixer {
  readonly #voices: GainNode[];
  readonly #clicks: GainNode;
  readonly #sounding = new Set<AudioScheduledSourceNode>();

  constructor(
    readonly context: BaseAudioContext,
    destination: AudioNode,
    readonly voicing: Voicing,
  ) {
    const master = new GainNode(context, { gain: MASTER });
    master.connect(destination);
    this.#voices = PLACES.map((pan) => {
      const gain = new GainNode(context);
      gain.connect(new StereoPannerNode(context, { pan })).connect(master);
      return gain;
    });
    this.#clicks = new GainNode(context, { gain: 0.5 });
    this.#clicks.connect(master);
  }

  /** Takes effect at once, on what already sounds too. */
  setLevels(levels: readonly Level[]): void {
    gains(levels).forEach((gain, voice) => {
      this.#voices[voice]!.gain.setTargetAtTime(gain, this.context.currentTime, 0.015);
    });
  }

  /** Levels from the first sample on: for rendering into a file. */
  fixLevels(levels: readonly Level[]): void {
    gains(levels).forEach((gain, voice) => {
      this.#voices[voice]!.gain.value = gain;
    });
  }

  /** Sounds a MIDI number. Times in seconds of the context. */
  strike(voice: Voice, pitch: number, when: number, length: number): void {
    const { buffer, rate } = this.voicing;
    const { sample, speed, end, fading, stop } = toneOf(this.voicing, pitch, length);
    const source = new AudioBufferSourceNode(this.context, { buffer, playbackRate: speed });
    const envelope = new GainNode(this.context, { gain: 0 });
    envelope.gain.setValueAtTime(0, when);
    envelope.gain.linearRampToValueAtTime(1, when + ATTACK);
    envelope.gain.setValueAtTime(1, when + end);
    envelope.gain.setTargetAtTime(0, when + end, fading);
    source.connect(envelope).connect(this.#voices[voice]!);
    if (sample.loopEnd > 0) {
      source.loop = true;
      source.loopStart = (sample.start + sample.loopStart) / rate;
      source.loopEnd = (sample.start + sample.loopEnd) / rate;
      source.start(when, sample.start / rate);
    } else source.start(when, sample.start / rate, sample.length / rate);
    source.stop(when + stop);
    this.#keep(source, envelope);
  }

  click(when: number, strong: boolean): void {
    const tone = new OscillatorNode(this.context, { frequency: strong ? 1760 : 1175, type: 'triangle' });
    const envelope = new GainNode(this.context, { gain: 0 });
    envelope.gain.setValueAtTime(strong ? 0.9 : 0.5, when);
    envelope.gain.exponentialRampToValueAtTime(0.001, when + 0.06);
    tone.connect(envelope).connect(this.#clicks);
    tone.start(when);
    tone.stop(when + 0.07);
    this.#keep(tone, envelope);
  }

  #keep(source: AudioScheduledSourceNode, envelope: GainNode): void {
    this.#sounding.add(source);
    source.addEventListener('ended', () => {
      this.#sounding.delete(source);
      envelope.disconnect();
    });
  }

  /** Ends everything that sounds or is about to. */
  hush(): void {
    for (const source of this.#sounding) {
      source.disconnect();
      source.stop();
    }
    this.#sounding.clear();
  }
}
