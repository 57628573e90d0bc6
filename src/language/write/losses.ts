// What a score has that a file format may not be able to carry, by name, so that an export can say what it left out.
// Knows nothing of the formats themselves.

import type { Event, Score } from '../score.ts';

/** What an export made, and the names of what it could not carry. */
export interface Conversion<Content> {
  readonly content: Content;
  readonly losses: readonly string[];
}

const anyEvent =
  (test: (event: Event) => boolean) =>
  (score: Score): boolean =>
    score.parts.some(({ events }) => events.some(test));

/** Decorations that every format of ours knows in a form of its own. */
const isPlainDecoration = (name: string): boolean => name === 'fermata';

/** Name of the feature -> whether this score has it. */
const FEATURES = {
  lyrics: anyEvent(({ lyrics }) => lyrics.some((syllable) => syllable !== '')),
  'chord symbols': anyEvent(({ chordSymbol }) => chordSymbol !== null),
  annotations: anyEvent(({ annotations }) => annotations.length > 0),
  slurs: anyEvent(({ slurStarts, slurEnds }) => slurStarts + slurEnds > 0),
  fermatas: anyEvent(({ fermata }) => fermata),
  decorations: anyEvent(({ decorations }) => decorations.some((name) => !isPlainDecoration(name))),
  'grace notes': anyEvent(({ irregular }) => irregular === 'grace'),
  'open and pinned marks': anyEvent(({ state }) => state !== 'written'),
  'candidate pitches of open notes': anyEvent(({ candidates }) => candidates !== null),
  'tempo words': (score: Score): boolean => score.tempos.some(({ text }) => text !== null && text !== ''),
  composer: (score: Score): boolean => score.composer !== '',
  'modes other than major and minor': (score: Score): boolean =>
    score.bars.some(({ key }) => key.mode !== 'major' && key.mode !== 'minor'),
  'bars without metre': (score: Score): boolean => score.bars.some(({ metre }) => metre === null),
  'repeat signs': (score: Score): boolean =>
    score.bars.some(
      ({ barline, opens }) => barline.startsWith('repeat') || opens.repeat || opens.ending !== null,
    ),
} as const satisfies Record<string, (score: Score) => boolean>;

export type Feature = keyof typeof FEATURES;

/** The features a score has and a format does not carry, by name. */
export const lossesOf = (score: Score, uncarried: readonly Feature[]): string[] =>
  uncarried.filter((feature) => FEATURES[feature](score));
