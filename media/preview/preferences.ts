// What the panel's own controls set and what it keeps over a reload. What comes back is checked: it may be old.

import type { Instrument, StaffLayout } from '../../src/extension/preview/messages.ts';
import type { Level } from './mixer.ts';
import type { Manner } from './transport.ts';

export interface Preferences {
  readonly layout: StaffLayout;
  /** 0.4 to 3. */
  readonly zoom: number;
  /** As wide as the panel, or as a sheet of paper. */
  readonly width: 'panel' | 'page';
  readonly paper: boolean;
  readonly heat: boolean;
  readonly odds: boolean;
  readonly words: boolean;
  readonly mixer: boolean;
  /** What the toolbar folds away is unfolded. */
  readonly more: boolean;
  readonly manner: Manner;
}

/** The whole memory of a panel. */
export interface Memory {
  /** The document it shows: the host finds it again by this. */
  readonly uri: string;
  readonly scroll: number;
  readonly preferences: Preferences;
}

const LEVEL: Level = { volume: 0.8, mute: false, solo: false };

export const DEFAULTS: Preferences = {
  layout: 'source',
  zoom: 1,
  width: 'panel',
  paper: false,
  heat: false,
  odds: false,
  words: false,
  mixer: false,
  more: false,
  manner: {
    speed: 1,
    loop: false,
    metronome: false,
    countIn: false,
    repeats: true,
    instrument: 'choir',
    levels: [LEVEL, LEVEL, LEVEL, LEVEL],
  },
};

/** A zoom so many times as large, in steps of five hundredths. */
export const zoomed = (zoom: number, factor: number): number =>
  Math.min(3, Math.max(0.4, Math.round(zoom * factor * 20) / 20));

const field = (from: unknown, key: string): unknown =>
  typeof from === 'object' && from !== null && Object.hasOwn(from, key) ? Reflect.get(from, key) : undefined;

const flag = (from: unknown, key: string, otherwise: boolean): boolean => {
  const value = field(from, key);
  return typeof value === 'boolean' ? value : otherwise;
};

const number = (from: unknown, key: string, low: number, high: number, otherwise: number): number => {
  const value = field(from, key);
  return typeof value === 'number' && value >= low && value <= high ? value : otherwise;
};

const choice = <T extends string>(from: unknown, key: string, values: readonly T[], otherwise: T): T =>
  values.find((value) => value === field(from, key)) ?? otherwise;

/** Reads a memory; whatever is missing or out of range is as on the first day. */
export function recall(memory: unknown): Memory {
  const kept = field(memory, 'preferences');
  const manner = field(kept, 'manner');
  const levels = field(manner, 'levels');
  const uri = field(memory, 'uri');
  return {
    uri: typeof uri === 'string' ? uri : '',
    scroll: number(memory, 'scroll', 0, 1e7, 0),
    preferences: {
      layout: choice<StaffLayout>(kept, 'layout', ['source', 'two', 'four'], DEFAULTS.layout),
      zoom: number(kept, 'zoom', 0.4, 3, 1),
      width: choice(kept, 'width', ['panel', 'page'], 'panel'),
      paper: flag(kept, 'paper', false),
      heat: flag(kept, 'heat', false),
      odds: flag(kept, 'odds', false),
      words: flag(kept, 'words', false),
      mixer: flag(kept, 'mixer', false),
      more: flag(kept, 'more', false),
      manner: {
        speed: number(manner, 'speed', 0.25, 2, 1),
        loop: flag(manner, 'loop', false),
        metronome: flag(manner, 'metronome', false),
        countIn: flag(manner, 'countIn', false),
        repeats: flag(manner, 'repeats', true),
        instrument: choice<Instrument>(manner, 'instrument', ['choir', 'organ', 'piano'], 'choir'),
        levels: [0, 1, 2, 3].map((voice) => {
          const level = Array.isArray(levels) ? levels[voice] : undefined;
          return {
            volume: number(level, 'volume', 0, 1, LEVEL.volume),
            mute: flag(level, 'mute', false),
            solo: flag(level, 'solo', false),
          };
        }),
      },
    },
  };
}
