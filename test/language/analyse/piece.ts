// Small scores in the words of a musician, for tests that are about music and not about reading text.

import { type Key, keyOf, LETTERS, type Letter, type Mode, type Pitch } from '../../../src/language/pitch.ts';
import {
  type Bar,
  DEFAULT_RANGES,
  type Event,
  type Part,
  type Score,
  VOICES,
  type Voice,
} from '../../../src/language/score.ts';
import { barTicks, TICKS_PER_QUARTER } from '../../../src/language/time.ts';

export function pitch(name: string): Pitch {
  const [, letter, sign, octave] = /^([A-G])([#b]*)(-?\d)$/.exec(name)!;
  const alter = [...sign!].reduce((sum, c) => sum + (c === '#' ? 1 : -1), 0);
  return { letter: LETTERS.indexOf(letter!) as Letter, alter, octave: Number(octave) };
}

export function key(name: string, mode: Mode = 'major'): Key {
  const { letter, alter } = pitch(`${name}4`);
  return keyOf({ letter, alter }, mode);
}

export interface Recipe {
  readonly key?: Key;
  readonly metre?: { beats: number; unit: number } | null;
  /** Length of the pickup bar in quarters. */
  readonly pickup?: number;
  /** S, A, T, B: `F#4` a quarter, `F#4:2` a half, `r:2` a rest, `F4~` tied to the next, `F4!` with a fermata. */
  readonly voices: readonly string[];
}

const event = (voice: Voice, index: number, onset: number, duration: number): Event => ({
  kind: 'rest',
  state: 'written',
  rhythm: 'fixed',
  voice,
  onset,
  duration,
  bar: 0,
  pitches: [],
  candidates: null,
  span: { start: voice * 1000 + index * 2, end: voice * 1000 + index * 2 + 1 },
  body: { start: voice * 1000 + index * 2, end: voice * 1000 + index * 2 + 1 },
  tied: false,
  continues: false,
  fermata: false,
  irregular: null,
  broken: null,
  decorations: [],
  chordSymbol: null,
  annotations: [],
  lyrics: [],
  slurStarts: 0,
  slurEnds: 0,
});

function events(voice: Voice, text: string): Event[] {
  let onset = 0;
  let tied = false;
  return text
    .split(/\s+/)
    .filter((token) => token !== '' && token !== '|')
    .map((token, index) => {
      const [, name, length, marks] = /^([A-Gr][#b]*\d?)(?::([\d.]+))?([~!]*)$/.exec(token)!;
      const made: Event = {
        ...event(voice, index, onset, Number(length ?? 1) * TICKS_PER_QUARTER),
        ...(name === 'r' ? {} : { kind: 'note', pitches: [pitch(name!)] }),
        tied: marks!.includes('~'),
        continues: tied,
        fermata: marks!.includes('!'),
      };
      onset += made.duration;
      tied = made.tied;
      return made;
    });
}

function bars(length: number, recipe: Recipe, inKey: Key): Bar[] {
  const metre = recipe.metre === undefined ? { beats: 4, unit: 4 } : recipe.metre;
  const full = metre === null ? length : barTicks(metre);
  const pickup = (recipe.pickup ?? 0) * TICKS_PER_QUARTER;
  const made: Bar[] = [];
  for (let onset = 0; onset < length; onset += made[made.length - 1]!.duration) {
    const first = onset === 0 && pickup > 0;
    made.push({
      number: made.length + (pickup > 0 ? 0 : 1),
      onset,
      duration: first ? pickup : Math.min(full, length - onset),
      metre,
      key: inKey,
      phase: first ? full - pickup : 0,
      barline: onset + full >= length ? 'final' : 'single',
      opens: { repeat: false, ending: null },
      spans: [null, null, null, null],
    });
  }
  return made;
}

const barIndex = (all: readonly Bar[], onset: number): number =>
  Math.max(
    0,
    all.findIndex((bar) => onset < bar.onset + bar.duration),
  );

/** Makes a score; voices left out are empty. */
export function piece(recipe: Recipe): Score {
  const inKey = recipe.key ?? key('C');
  const lines = VOICES.map((voice) => events(voice, recipe.voices[voice] ?? ''));
  const length = Math.max(...lines.map((line) => line.reduce((sum, e) => sum + e.duration, 0)));
  const allBars = bars(length, recipe, inKey);
  const parts = VOICES.map(
    (voice): Part => ({
      voice,
      id: 'SATB'[voice]!,
      name: 'SATB'[voice]!,
      span: { start: 0, end: 0 },
      events: lines[voice]!.map((e) => ({ ...e, bar: barIndex(allBars, e.onset) })),
      gaps: [],
    }),
  );
  return {
    title: 'Test',
    composer: '',
    unit: TICKS_PER_QUARTER,
    key: inKey,
    metre: recipe.metre === undefined ? { beats: 4, unit: 4 } : recipe.metre,
    tempos: [],
    parts: parts as unknown as Score['parts'],
    bars: allBars,
    length,
    directives: {
      grid: 16,
      seed: null,
      temperature: [null, null, null, null],
      steps: null,
      range: DEFAULT_RANGES,
      lock: [false, false, false, false],
      open: [],
      chords: 'prefer',
      rules: 'bach',
      model: null,
    },
  };
}
