// `%%cantus:` directives -> their values, with all defaults in place. Knows nothing of the music they rule.

import { midi } from '../pitch.ts';
import type { Span } from '../problem.ts';
import { DEFAULT_RANGES, type Directives, type Range, VOICE_LETTERS, VOICES, type Voice } from '../score.ts';
import { readPitch } from './fields.ts';
import type { Finding } from './raw.ts';

type Four<T> = [T, T, T, T];
type Draft = {
  -readonly [K in keyof Directives]: Directives[K];
} & {
  temperature: Four<number | null>;
  range: Four<Range>;
  lock: Four<boolean>;
  open: Directives['open'][number][];
};

const GRIDS: ReadonlyMap<string, Directives['grid']> = new Map([
  ['1/16', 16],
  ['1/8', 8],
  ['1/4', 4],
]);

/** One directive: how its value is read into the draft (false when it cannot be) and how it is written. */
interface Row {
  readonly usage: string;
  readonly read: (words: readonly string[], draft: Draft) => boolean;
}

const ROWS: Record<string, Row> = {
  grid: {
    usage: '`%%cantus:grid 1/16` (or 1/8, 1/4)',
    read: ([word = ''], draft) => {
      const grid = GRIDS.get(word);
      if (grid !== undefined) draft.grid = grid;
      return grid !== undefined;
    },
  },
  seed: {
    usage: '`%%cantus:seed 42` (a whole number from 0 to 4294967295)',
    read: ([word], draft) => {
      const seed = whole(word, 0, 0xffff_ffff);
      if (seed !== null) draft.seed = seed;
      return seed !== null;
    },
  },
  temperature: {
    usage: '`%%cantus:temperature 0.9`, or for one voice `%%cantus:temperature A 0.7` (0 to 4)',
    read: (words, draft) => {
      const voices = words.length > 1 ? voicesOf(words.slice(0, -1)) : VOICES;
      const value = decimal(words[words.length - 1], 0, 4);
      if (!voices || value === null) return false;
      for (const voice of voices) draft.temperature[voice] = value;
      return true;
    },
  },
  steps: {
    usage: '`%%cantus:steps 128` (1 to 100000)',
    read: ([word], draft) => {
      const steps = whole(word, 1, 100_000);
      if (steps !== null) draft.steps = steps;
      return steps !== null;
    },
  },
  range: {
    usage: '`%%cantus:range T C, g` (a voice, its lowest and its highest pitch in ABC letters)',
    read: ([name = '', low = '', high = '', ...rest], draft) => {
      const voices = voicesOf([name]);
      const range = { low: pitchOf(low), high: pitchOf(high) };
      if (!voices || rest.length > 0 || range.low === null || range.high === null || range.low > range.high)
        return false;
      for (const voice of voices) draft.range[voice] = { low: range.low, high: range.high };
      return true;
    },
  },
  lock: {
    usage: '`%%cantus:lock S` (one or several of S A T B)',
    read: (words, draft) => {
      const voices = words.length > 0 ? voicesOf(words) : null;
      for (const voice of voices ?? []) draft.lock[voice] = true;
      return voices !== null;
    },
  },
  open: {
    usage: '`%%cantus:open A 3-6` (a voice and its bars)',
    read: (words, draft) => {
      const voices = words.length > 1 ? voicesOf(words.slice(0, -1)) : null;
      const bars = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(words[words.length - 1] ?? '');
      const from = Number(bars?.[1]);
      const to = Number(bars?.[2] ?? bars?.[1]);
      if (!voices || !bars || from > to) return false;
      for (const voice of voices) draft.open.push({ voice, from, to });
      return true;
    },
  },
  chords: {
    usage: '`%%cantus:chords prefer` (or require, ignore)',
    read: ([word], draft) => {
      if (word !== 'prefer' && word !== 'require' && word !== 'ignore') return false;
      draft.chords = word;
      return true;
    },
  },
  rules: {
    usage: '`%%cantus:rules bach` (or strict, off)',
    read: ([word], draft) => {
      if (word !== 'bach' && word !== 'strict' && word !== 'off') return false;
      draft.rules = word;
      return true;
    },
  },
  model: {
    usage: '`%%cantus:model NAME`',
    read: ([word], draft) => {
      if (word === undefined) return false;
      draft.model = word;
      return true;
    },
  },
};

/** The names of all directives, for completion. */
export const DIRECTIVE_NAMES: readonly string[] = Object.keys(ROWS);
/** How a directive is written, for hovers. */
export const directiveUsage = (name: string): string | null =>
  Object.hasOwn(ROWS, name) ? (ROWS[name]?.usage ?? null) : null;

const PREFIX = 'cantus:';

/** Reads the `cantus:` directives among all of a tune; those of other programs are passed over. */
export function readDirectives(
  all: readonly { readonly name: string; readonly value: string; readonly span: Span }[],
): { directives: Directives; findings: readonly Finding[] } {
  const draft: Draft = {
    grid: 16,
    seed: null,
    temperature: [null, null, null, null],
    steps: null,
    range: [...DEFAULT_RANGES],
    lock: [false, false, false, false],
    open: [],
    chords: 'prefer',
    rules: 'bach',
    model: null,
  };
  const findings: Finding[] = [];
  for (const { name, value, span } of all) {
    if (!name.startsWith(PREFIX)) continue;
    const word = name.slice(PREFIX.length);
    const row = Object.hasOwn(ROWS, word) ? ROWS[word] : undefined;
    if (!row) {
      const message = `There is no directive \`${name}\`. The directives are ${DIRECTIVE_NAMES.join(', ')}.`;
      findings.push({ code: 'unknown-directive', message, span });
    } else if (!row.read(value.split(/\s+/).filter(Boolean), draft)) {
      findings.push({
        code: 'bad-directive',
        message: `This directive has no usable value. Write ${row.usage}.`,
        span,
      });
    }
  }
  return { directives: draft, findings };
}

/** `S`, `SA`, `S A` or `S,A` as voices; null when there is anything else. */
function voicesOf(words: readonly string[]): readonly Voice[] | null {
  const letters = words.join('').replace(/,/g, '').toUpperCase();
  const voices = [...letters].map((letter) => (VOICE_LETTERS as readonly string[]).indexOf(letter));
  return voices.length > 0 && voices.every((voice) => voice >= 0) ? (voices as Voice[]) : null;
}

function pitchOf(text: string): number | null {
  const pitch = readPitch(text);
  return pitch ? midi({ letter: pitch.letter, alter: pitch.alter ?? 0, octave: pitch.octave }) : null;
}

const decimal = (text: string | undefined, low: number, high: number): number | null => {
  const value = text && /^(?:\d+(?:\.\d+)?|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
  return value >= low && value <= high ? value : null;
};

const whole = (text: string | undefined, low: number, high: number): number | null => {
  const value = decimal(text, low, high);
  return value !== null && Number.isInteger(value) ? value : null;
};
