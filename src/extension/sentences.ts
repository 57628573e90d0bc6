// What the core says, in the user's language. The core speaks English and knows no other; here each kind of its
// sentences stands once, with places for the values in it, so that a translation can be found and filled with them.

import * as vscode from 'vscode';

/** Marks words that have a translation. They are looked up when they are said. */
const t = (words: string): string => words;

/** What is said of findings, by their code. */
const FINDINGS: Readonly<Record<string, readonly string[]>> = {
  'no-music': [
    t(
      'There is no music here. Write a melody for the soprano, such as `[V:S] G4 | A4 |]` after the `K:` line.',
    ),
  ],
  'missing-field': [
    t('The header has no `X:` field. Add `X:1` as the first line: other programs find no tune without it.'),
    t(
      'The header has no `K:` field. Add a key such as `K:G` as the last line of the header; until then it is C major.',
    ),
    t(
      'The header has no `M:` field. Add a metre such as `M:4/4`; without one, bar lengths are only compared between voices.',
    ),
    t(
      'The header has no `L:` field. Add `L:1/4` or another length, so that no reader has to guess what a plain note lasts.',
    ),
  ],
  'bad-field': [
    t('This is no value for `K:`. Write a key such as `K:G`, `K:Dm`, `K:E phr` or `K:none`.'),
    t('This is no value for `M:`. Write a metre such as `M:4/4`, `M:6/8`, `M:C|` or `M:none`.'),
    t('This is no value for `L:`. Write a length such as `L:1/4`.'),
    t('This is no value for `V:`. Write a voice such as `V:S`.'),
  ],
  'text-after-tune': [
    t('A blank line has ended the tune, so this is not read. Remove the blank line, or write % on it.'),
  ],
  'more-tunes': [
    t(
      'Only one tune of a file is read at a time; the other one stays as it is. Put them in files of their own to work on them.',
    ),
    t(
      'Only one tune of a file is read at a time; the {0} others stay as they are. Put them in files of their own to work on them.',
    ),
  ],
  'more-voices': [
    t(
      'Four voices are read; voice {0} is not one of them and stays as it is. Name the four S, A, T and B to choose others.',
    ),
  ],
  'voice-missing': [
    t('The {0} is not in the text: it counts as open from start to end.'),
    t('The {0} has no music yet: it counts as open from start to end.'),
  ],
  'voice-short': [
    t(
      "The {0} has no music in {1}: it counts as open there. Write `?Z` for an open bar, `Z` for a bar's rest.",
    ),
  ],
  'bar-length': [
    t('The {0} lasts {1} in bar {2}, the bar {3}. Add {4}.'),
    t('The {0} lasts {1} in bar {2}, the bar {3}. Take away {4}.'),
  ],
  'bar-line-missing': [
    t('The {0} has no bar line before bar {1}, where the other voices have one. Add `|`.'),
  ],
  'bar-metre': [
    t('Bar {0} lasts {1}, the metre says {2}. Mend its lengths, or write the metre it has, as in `[M:3/4]`.'),
  ],
  'bad-length': [
    t('No note can be as long or as short as this. Write a length such as 2, 3/2 or /2.'),
    t('A rest of whole bars takes a whole number from 1 to {0}, as in `Z2`.'),
  ],
  'dangling-tie': [
    t('This tie leads to no note of the same pitch. Repeat the pitch after it, or remove the `-`.'),
  ],
  'out-of-range': [
    t("{0} is below the {1}'s range. Move it, or widen the range with `%%cantus:range`."),
    t("{0} is above the {1}'s range. Move it, or widen the range with `%%cantus:range`."),
  ],
  'open-off-grid': [
    t(
      'A grace note cannot be open: it stays as it is written. Remove the `?`, or give the note a place on the grid.',
    ),
    t(
      'A note in a tuplet cannot be open: it stays as it is written. Remove the `?`, or give the note a place on the grid.',
    ),
    t(
      'A note that does not lie on the grid of 1/{0} cannot be open: it stays as it is written. Remove the `?`, or give the note a place on the grid.',
    ),
  ],
  'contradictory-candidates': [
    t("None of {0} is in the {1}'s range. Offer other pitches, or widen the range with `%%cantus:range`."),
    t('{0} is tied into this note, but only {1} may stand here. Add the tied pitch, or remove the tie.'),
    t(
      'None of {0} is in the chord {1}, which `%%cantus:chords require` asks for. Offer a tone of the chord, or write `%%cantus:chords prefer`.',
    ),
  ],
  'portable-open': [
    t(
      'Other programs pass over a bare `?` together with its length. Write `?x`, which every reader takes as a rest.',
    ),
  ],
  'unknown-directive': [t('There is no directive `{0}`. The directives are {1}.')],
  'bad-directive': [t('This directive has no usable value. Write {0}.')],
  overlay: [
    t('A second layer (`&`) is not read: only the first layer of the bar counts. It stays as it is.'),
  ],
  'unclosed-chord': [t('This chord has no closing bracket. Write `]` after its last note.')],
  'unclosed-quote': [t('This text has no closing quotation mark. Add `"` at its end.')],
  'unclosed-grace': [t('These grace notes have no end. Write `}` behind the last of them.')],
  'unclosed-decoration': [t('This decoration has no end. Write `{0}`.')],
  'unknown-token': [
    t('`{0}` means nothing here and is passed over. Remove it, or write % before it to make it a comment.'),
    t(
      '`{0}` is no note and no symbol that `U:` has defined. Remove it, or define it with `U:{1} = !fermata!`.',
    ),
  ],
  'parallel-fifths': [
    t(
      'Parallel fifths between {0} and {1}, from {2} ({3}) to {4} ({5}). Let one voice move the other way or to another tone of the chord.',
    ),
  ],
  'parallel-octaves': [
    t(
      'Parallel octaves between {0} and {1}, from {2} ({3}) to {4} ({5}). Let one voice move the other way or to another tone of the chord.',
    ),
  ],
  'contrary-perfects': [
    t(
      'The same perfect interval twice by contrary motion between {0} and {1}, from {2} ({3}) to {4} ({5}). Let one voice move the other way or to another tone of the chord.',
    ),
  ],
  'hidden-fifths': [
    t(
      'Hidden fifth between {0} and {1}, from {2} ({3}) to {4} ({5}). Let the soprano move by step, or the bass the other way.',
    ),
  ],
  'hidden-octaves': [
    t(
      'Hidden octave between {0} and {1}, from {2} ({3}) to {4} ({5}). Let the soprano move by step, or the bass the other way.',
    ),
  ],
  'voice-crossing': [t('Voice crossing: the {0} ({1}) is below the {2} ({3}) at {4}.')],
  'voice-overlap': [
    t(
      'Overlap of {0} and {1}, from {2} ({3}) to {4} ({5}): the {6} passes the note its neighbour has just left.',
    ),
  ],
  'wide-spacing': [t('Wide spacing: more than an octave between {0} and {1}, {2}, at {3}.')],
  'augmented-leap': [t('Augmented interval in the {0}, {1} ({2}) to {3} ({4}).')],
  'large-leap': [t('Large leap in the {0}, {1} ({2}) to {3} ({4}).')],
  'unresolved-leading-tone': [
    t(
      'Unresolved leading tone: the {0} leaves {1} ({2}) for {3} ({4}) at the cadence. Let it rise to the tonic.',
    ),
  ],
  'falling-leading-tone': [
    t(
      'Unresolved leading tone: the {0} leaves {1} ({2}) for {3} ({4}) at the cadence. Let it rise to the tonic.',
    ),
  ],
  'doubled-leading-tone': [
    t(
      'Doubled leading tone: {0} and {1} both have {2} ({3}) before the tonic ({4}). Give one of them another tone of the chord.',
    ),
  ],
};

/** What is said of failures of the engine, of open places that cannot be filled among them. */
const FAILURES: readonly string[] = [
  t('There is no model "{0}". There are: {1}.'),
  t('There is no model for a grid of 1/{0}. There are: {1}.'),
  t(
    'The model "{0}" is for a grid of 1/{1}, the piece has 1/{2}: write %%cantus:grid 1/{3}, or choose another model.',
  ),
  t(
    'The model "{0}" is named by its folder, which is allowed in trusted workspaces only. Trust this one, or name a model without slashes.',
  ),
  t('The runtime {0} cannot be used ({1}). Leave the choice open, or name another one.'),
  t('Nothing is open here: put `?` before the notes that may change, or leave a voice out.'),
  t('No pitch is left for this open note: widen its candidates, the range of the voice or the chord symbol.'),
  t(
    'This open note is tied to a written one whose pitch it may not take: remove the tie or allow the pitch.',
  ),
  t('An open note inside a tuplet cannot be filled. Write the tuplet’s notes, or open plain notes.'),
  t(
    'No pitch is left for this note of the {0} in bar {1}: its candidates, the voice’s range (%%cantus:range), the chord symbol and its ties contradict each other. Widen one of them.',
  ),
];

/** Titles of the reader's own quick fixes. */
const FIXES: readonly string[] = [
  t('Add {0}'),
  t('Write % on the blank lines'),
  t('Leave the missing {0} open'),
  t('Add the bar line'),
  t('Leave it as it is written (remove ?)'),
  t('Write {0}'),
  t('Close the decoration with {0}'),
  t('Close the chord'),
  t('Open this note (write ? before it)'),
  t('Widen the range of the {0}'),
  t('Let it take any pitch'),
];

/** Places, voices, intervals, lengths and what formats have no room for: for themselves, or as values in a sentence. */
const PHRASES: readonly string[] = [
  t('soprano'),
  t('alto'),
  t('tenor'),
  t('bass'),
  t('Soprano'),
  t('Alto'),
  t('Tenor'),
  t('Bass'),
  t('bar {0}, beat {1}'),
  t('{0} {1}, bar {2}, beat {3}'),
  t('the beginning'),
  t('Bar {0}'),
  t('bars {0}-{1}'),
  t('bar {0}'),
  t('{0}, rest'),
  t('{0}, open'),
  t('unison'),
  t('octave'),
  t('minor second'),
  t('major second'),
  t('augmented second'),
  t('diminished third'),
  t('minor third'),
  t('major third'),
  t('augmented third'),
  t('diminished fourth'),
  t('perfect fourth'),
  t('augmented fourth'),
  t('diminished fifth'),
  t('perfect fifth'),
  t('augmented fifth'),
  t('minor sixth'),
  t('major sixth'),
  t('augmented sixth'),
  t('diminished seventh'),
  t('minor seventh'),
  t('major seventh'),
  t('diminished octave'),
  t('augmented unison'),
  t('double whole'),
  t('dotted whole'),
  t('whole'),
  t('dotted half'),
  t('double-dotted half'),
  t('half'),
  t('dotted quarter'),
  t('double-dotted quarter'),
  t('quarter'),
  t('dotted eighth'),
  t('eighth'),
  t('dotted sixteenth'),
  t('sixteenth'),
  t('thirty-second'),
  t('sixty-fourth'),
  t('{0} of a whole'),
  t('`%%cantus:grid 1/16` (or 1/8, 1/4)'),
  t('`%%cantus:seed 42` (a whole number from 0 to 4294967295)'),
  t('`%%cantus:temperature 0.9`, or for one voice `%%cantus:temperature A 0.7` (0 to 4)'),
  t('`%%cantus:steps 128` (1 to 100000)'),
  t('`%%cantus:range T C, g` (a voice, its lowest and its highest pitch in ABC letters)'),
  t('`%%cantus:lock S` (one or several of S A T B)'),
  t('`%%cantus:open A 3-6` (a voice and its bars)'),
  t('`%%cantus:chords prefer` (or require, ignore)'),
  t('`%%cantus:rules bach` (or strict, off)'),
  t('lyrics'),
  t('chord symbols'),
  t('annotations'),
  t('slurs'),
  t('fermatas'),
  t('decorations'),
  t('decorations ({0})'),
  t('grace notes'),
  t('open and pinned marks'),
  t('candidate pitches of open notes'),
  t('tempo words'),
  t('composer'),
  t('modes other than major and minor'),
  t('bars without metre'),
  t('repeat signs'),
  t('key signatures with accidentals of their own'),
  t('notes outside the MIDI range'),
  t('inner notes of chords of more than four'),
  t('percussion'),
  t('timing finer than 1/{0}'),
  t('pedal'),
  t('loudness'),
  t('tempo changes after the first {0}'),
  t('bars after the {0}th'),
  t('directions ({0})'),
  t('cue notes'),
  t('microtones'),
  t('transposing instruments (read as written)'),
  t('notations ({0})'),
];

/** The letters of tonics. Languages have names of their own for flats (`B flat` is `B` in German, and `B` is `H`). */
const TONICS: readonly string[] = [
  t('C'),
  t('D'),
  t('E'),
  t('F'),
  t('G'),
  t('A'),
  t('B'),
  t('C flat'),
  t('D flat'),
  t('E flat'),
  t('F flat'),
  t('G flat'),
  t('A flat'),
  t('B flat'),
  t('{0} sharp'),
];
const KEYS: readonly string[] = [
  t('{0} major'),
  t('{0} minor'),
  t('{0} dorian'),
  t('{0} phrygian'),
  t('{0} lydian'),
  t('{0} mixolydian'),
  t('{0} locrian'),
];

const PLACE = /\{\d\}/g;

/** Sentences to look a text up in: by its words where they have no places, else by what stands around these. */
interface Table {
  readonly plain: ReadonlySet<string>;
  readonly patterns: readonly {
    readonly sentence: string;
    readonly form: RegExp;
    readonly places: readonly string[];
  }[];
}

function tableOf(sentences: readonly string[]): Table {
  const patterns = sentences.flatMap((sentence) => {
    const places = sentence.match(PLACE);
    if (!places) return [];
    const parts = sentence.split(PLACE).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return [{ sentence, places, form: new RegExp(`^${parts.join('([^]*?)')}$`) }];
  });
  return { plain: new Set(sentences.filter((sentence) => sentence.search(PLACE) < 0)), patterns };
}

/** The translation of a text by the first sentence that it is and that has one; null without. */
function translated(
  text: string,
  { plain, patterns }: Table,
  inner: (value: string) => string,
): string | null {
  const { bundle } = vscode.l10n;
  if (!bundle) return null;
  if (plain.has(text) && bundle[text]) return bundle[text];
  for (const { sentence, form, places } of patterns) {
    const words = bundle[sentence];
    const found = words ? form.exec(text) : null;
    if (words && found)
      return words.replaceAll(PLACE, (place) => inner(found[places.indexOf(place) + 1] ?? place));
  }
  return null;
}

const FINDING_TABLES = new Map(
  Object.entries(FINDINGS).map(([code, sentences]) => [code, tableOf(sentences)]),
);
const FAILURE_TABLE = tableOf(FAILURES);
const FIX_TABLE = tableOf(FIXES);
const PHRASE_TABLE = tableOf(PHRASES);
const TONIC_TABLE = tableOf(TONICS);
const KEY_TABLE = tableOf(KEYS);

/** Numbers and pitches are the same in all languages. */
const SAME = /^[\d/.]+$|^[A-G](?:#+|b+)?\d+$/;

/** @example phrase('bar 3, beat 1') // in German 'Takt 3, Zählzeit 1'; what has no translation stays as it is */
export const phrase = (text: string): string =>
  SAME.test(text) ? text : (translated(text, PHRASE_TABLE, phrase) ?? text);

/** @example keyText('Bb major') // in German 'B-Dur' */
export const keyText = (name: string): string =>
  translated(
    name.replace(/^([A-G])b\b/, '$1 flat').replace(/^([A-G])#/, '$1 sharp'),
    KEY_TABLE,
    (tonic) =>
      translated(tonic, TONIC_TABLE, (letter) => translated(letter, TONIC_TABLE, String) ?? letter) ?? tonic,
  ) ?? name;

/** The title of a quick fix. */
export const fixTitle = (title: string): string => translated(title, FIX_TABLE, phrase) ?? title;

/** What is said of one finding in particular; null where it has no translation. */
export function findingSentence(code: string, message: string): string | null {
  const table = FINDING_TABLES.get(code);
  return table ? translated(message, table, phrase) : null;
}

/** What is said of one failure in particular; null where it has no translation. */
export const failureSentence = (message: string): string | null => translated(message, FAILURE_TABLE, phrase);
