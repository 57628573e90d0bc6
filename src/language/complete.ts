// What may be written at a place: fields, directives and their values, keys, clefs, voices, decorations. Tables and
// the line before the cursor; knows no editor and judges nothing.

import type { Span } from './problem.ts';
import { DIRECTIVE_NAMES, directiveUsage } from './read/directives.ts';
import { fieldLetter, type Tree } from './read/tree.ts';
import { VOICE_LETTERS, VOICE_NAMES } from './score.ts';

export type SuggestionKind =
  | 'field'
  | 'directive'
  | 'value'
  | 'key'
  | 'mode'
  | 'clef'
  | 'voice'
  | 'decoration';

/** Something to write instead of `span`. */
export interface Suggestion {
  readonly kind: SuggestionKind;
  readonly text: string;
  /** A few words beside it. */
  readonly detail: string;
  /** A sentence or two, in Markdown; '' where the detail says it all. */
  readonly doc: string;
  readonly span: Span;
}

/** What a suggestion says, before it has a place. */
type Row = readonly [text: string, detail: string, doc?: string];

const FIELDS: readonly Row[] = [
  ['X:', 'Reference number', 'Begins a tune: `X:1`. Must be its first field.'],
  ['T:', 'Title', '`T:Evening tune`. A second one is a subtitle.'],
  ['C:', 'Composer', '`C:J. S. Bach`.'],
  ['M:', 'Metre', '`M:4/4`, `M:C|`, `M:6/8`; `M:none` for free time.'],
  ['L:', 'Unit length', 'What a note without a number lasts: `L:1/4`.'],
  ['Q:', 'Tempo', '`Q:1/4=84`, or in words `Q:"Andante"`.'],
  [
    'V:',
    'Voice',
    'Declares a voice in the header, `V:S clef=treble name="Soprano"`, or says whose music follows.',
  ],
  ['K:', 'Key', 'Ends the header: `K:G`, `K:Gm`, `K:D dor`, `K:Bb exp _e`.'],
  ['w:', 'Lyrics', 'Under the music above: syllables parted by `-`, `_` holds one, `*` skips a note.'],
  ['W:', 'Words', 'Verses that are printed below the tune.'],
  ['N:', 'Notes', 'Anything you want to note down.'],
  ['R:', 'Rhythm', 'What kind of piece it is: `R:chorale`.'],
  ['S:', 'Source', 'Where the piece comes from.'],
  ['O:', 'Origin', 'The country or region.'],
  ['B:', 'Book', 'The book or print.'],
  ['Z:', 'Transcription', 'Who typed it in, and under which licence.'],
  ['H:', 'History', 'What there is to tell about the tune.'],
  ['P:', 'Parts', 'The order of parts in the header, a part’s name in the body.'],
  ['U:', 'User symbols', 'Gives a letter a decoration: `U:H = !fermata!`.'],
  ['I:', 'Instruction', 'For a program: `I:linebreak $`.'],
  ['r:', 'Remark', 'A comment that stays when the tune is printed as text.'],
];

const INLINE = new Set(['V:', 'K:', 'M:', 'L:', 'Q:', 'I:', 'N:', 'P:', 'R:', 'U:', 'r:']);

/** What each directive is for, and values worth offering. */
const DIRECTIVES: Readonly<Record<string, { readonly doc: string; readonly values: readonly Row[] }>> = {
  grid: {
    doc: 'The shortest note that is written.',
    values: [
      ['1/16', 'sixteenths'],
      ['1/8', 'eighths'],
      ['1/4', 'quarters'],
    ],
  },
  seed: {
    doc: 'The same text and the same seed give the same notes.',
    values: [['42', 'any whole number']],
  },
  temperature: {
    doc: 'How daring the choice of notes is, for all voices or for one.',
    values: [
      ['0.5', 'cautious'],
      ['0.9', 'usual'],
      ['1.2', 'daring'],
      ...VOICE_LETTERS.map(
        (letter, i): Row => [`${letter} 0.9`, `the ${VOICE_NAMES[i]?.toLowerCase()} only`],
      ),
    ],
  },
  steps: {
    doc: 'How many rounds of drawing there are: more are slower and a little better.',
    values: [
      ['32', 'quick'],
      ['128', 'thorough'],
    ],
  },
  range: {
    doc: 'The lowest and the highest note of a voice.',
    values: [
      ['S C a', 'the soprano'],
      ['A F, e', 'the alto'],
      ['T C, A', 'the tenor'],
      ['B C,, E', 'the bass'],
    ],
  },
  lock: {
    doc: 'Voices that no command changes.',
    values: VOICE_LETTERS.map((letter, i): Row => [letter, VOICE_NAMES[i] ?? '']),
  },
  open: {
    doc: 'Bars of a voice that count as open, whatever is written there.',
    values: VOICE_LETTERS.map(
      (letter, i): Row => [`${letter} 1-4`, `bars of the ${VOICE_NAMES[i]?.toLowerCase()}`],
    ),
  },
  chords: {
    doc: 'What chord symbols mean to open notes under them.',
    values: [
      ['prefer', 'tones of the chord are likelier'],
      ['require', 'tones of the chord only'],
      ['ignore', 'symbols are for readers'],
    ],
  },
  rules: {
    doc: 'Which rules of voice leading are kept and looked after.',
    values: [
      ['bach', 'what Bach avoids'],
      ['strict', 'what textbooks forbid'],
      ['off', 'none'],
    ],
  },
  model: { doc: 'The network to use, by its name.', values: [] },
};

const TONICS = ['C', 'G', 'D', 'A', 'E', 'B', 'F#', 'C#', 'F', 'Bb', 'Eb', 'Ab', 'Db', 'Gb', 'Cb'];
const MINOR_TONICS = ['A', 'E', 'B', 'F#', 'C#', 'G#', 'D#', 'A#', 'D', 'G', 'C', 'F', 'Bb', 'Eb', 'Ab'];
const signs = (name: string): string => name.replace('#', ' sharp').replace('b', ' flat');
const KEYS: readonly Row[] = [
  ...TONICS.map((tonic): Row => [tonic, `${signs(tonic)} major`]),
  ...MINOR_TONICS.map((tonic): Row => [`${tonic}m`, `${signs(tonic)} minor`]),
];
const MODES: readonly Row[] = [
  ['major', 'Ionian'],
  ['minor', 'Aeolian'],
  ['dor', 'Dorian'],
  ['phr', 'Phrygian'],
  ['lyd', 'Lydian'],
  ['mix', 'Mixolydian'],
  ['loc', 'Locrian'],
  ['exp', 'only the accidentals that follow'],
  ['clef=', 'a clef'],
];
const CLEFS: readonly Row[] = [
  ['treble', 'G clef'],
  ['bass', 'F clef'],
  ['alto', 'C clef on the third line'],
  ['tenor', 'C clef on the fourth line'],
  ['treble-8', 'G clef, an octave lower'],
  ['none', 'no clef'],
];
const METRES: readonly Row[] = [
  ['4/4', 'four quarters'],
  ['C', 'common time'],
  ['C|', 'cut time'],
  ['3/4', 'three quarters'],
  ['2/4', 'two quarters'],
  ['3/2', 'three halves'],
  ['6/8', 'six eighths'],
  ['none', 'free time'],
];
const UNITS: readonly Row[] = [
  ['1/4', 'a quarter'],
  ['1/8', 'an eighth'],
  ['1/16', 'a sixteenth'],
  ['1/2', 'a half'],
];
const TEMPOS: readonly Row[] = [
  ['1/4=60', '60 quarters a minute'],
  ['1/4=84', '84 quarters a minute'],
  ['1/4=120', '120 quarters a minute'],
  ['"Andante"', 'walking'],
];
const PROPERTIES: readonly Row[] = [
  ['clef=', 'how it is drawn'],
  ['name=', 'its name at the first system: `name="Soprano"`'],
  ['snm=', 'its short name: `snm="S"`'],
  ['octave=', 'octaves between what is written and what sounds'],
  ['transpose=', 'semitones between what is written and what sounds'],
];
const DECORATIONS: readonly Row[] = [
  ['fermata', 'hold; ends a phrase'],
  ['trill', 'trill'],
  ['mordent', 'mordent'],
  ['uppermordent', 'inverted mordent'],
  ['turn', 'turn'],
  ['accent', 'accent'],
  ['tenuto', 'held in full'],
  ['staccato', 'short'],
  ['breath', 'a breath after the note'],
  ['arpeggio', 'broken chord'],
  ['segno', 'sign'],
  ['coda', 'coda'],
  ['D.C.', 'from the beginning'],
  ['D.S.', 'from the sign'],
  ['fine', 'end'],
  ['pp', 'very soft'],
  ['p', 'soft'],
  ['mp', 'rather soft'],
  ['mf', 'rather loud'],
  ['f', 'loud'],
  ['ff', 'very loud'],
  ['crescendo(', 'louder from here'],
  ['crescendo)', 'louder until here'],
  ['diminuendo(', 'softer from here'],
  ['diminuendo)', 'softer until here'],
];

/** The ids of a text's voices, in order. */
function voiceIds({ lines }: Tree): string[] {
  const ids = new Set<string>();
  for (const { kind, text, items } of lines) {
    const fields =
      kind === 'field' ? [text] : items.map((item) => (item.kind === 'field' ? item.text.slice(1) : ''));
    for (const field of fields) {
      const id = /^V:\s*([^\s\]%]+)/.exec(field)?.[1];
      if (id !== undefined) ids.add(id);
    }
  }
  return [...ids];
}

/** The voices there are; the four usual ones where there are none. */
function voices(tree: Tree): Row[] {
  const ids = voiceIds(tree);
  if (ids.length > 0) return ids.map((id): Row => [id, 'a voice of this piece']);
  return VOICE_LETTERS.map((letter, i): Row => [letter, VOICE_NAMES[i] ?? '']);
}

/** What goes where: the text before the cursor, and what its last word may become. The first that fits counts. */
interface Case {
  readonly before: RegExp;
  readonly kind: SuggestionKind;
  readonly rows: (tree: Tree, match: RegExpExecArray) => readonly Row[];
}

const ofKind =
  (rows: readonly Row[]): Case['rows'] =>
  () =>
    rows;

const FIELD_CASES: readonly Case[] = [
  { before: /^[KV]:.*\bclef=(\S*)$/, kind: 'clef', rows: ofKind(CLEFS) },
  { before: /^V:\s*([^\s=]*)$/, kind: 'voice', rows: (tree) => voices(tree) },
  { before: /^V:\s*\S+\s(?:.*\s)?(\w*)$/, kind: 'value', rows: ofKind(PROPERTIES) },
  { before: /^K:\s*([A-Ga-g]?[#b]?m?|n\w*)$/, kind: 'key', rows: ofKind(KEYS) },
  { before: /^K:\s*\S+\s+(\w*)$/, kind: 'mode', rows: ofKind(MODES) },
  { before: /^M:\s*(\S*)$/, kind: 'value', rows: ofKind(METRES) },
  { before: /^L:\s*(\S*)$/, kind: 'value', rows: ofKind(UNITS) },
  { before: /^Q:\s*(\S*)$/, kind: 'value', rows: ofKind(TEMPOS) },
];

const LINE_CASES: readonly Case[] = [
  {
    before: /^%%cantus:(\w+)\s+(.*)$/,
    kind: 'value',
    rows: (_, [, name = '']) => (Object.hasOwn(DIRECTIVES, name) ? DIRECTIVES[name]!.values : []),
  },
  { before: /^(%%?[\w:]*)$/, kind: 'directive', rows: () => directives() },
  ...FIELD_CASES,
  {
    before: /^([A-Za-z]?)$/,
    kind: 'field',
    rows: ofKind(FIELDS),
  },
];

const MUSIC_CASES: readonly Case[] = [
  { before: /\[([A-Za-z]?)$/, kind: 'field', rows: ofKind(FIELDS.filter(([name]) => INLINE.has(name))) },
  { before: /(![\w.()]*)$/, kind: 'decoration', rows: () => DECORATIONS.map(exclaimed) },
];

const exclaimed = ([name, detail]: Row): Row => [`!${name}!`, detail];

const directives = (): Row[] =>
  DIRECTIVE_NAMES.map((name) => [
    `%%cantus:${name}`,
    DIRECTIVES[name]?.doc ?? '',
    `Write ${directiveUsage(name) ?? ''}.`,
  ]);

/** Whether an odd number of `!` stands before: the last one begins a decoration. */
const inDecoration = (before: string): boolean => before.split('!').length % 2 === 0;

/** What may be written at an offset of a text. */
export function suggestions(tree: Tree, offset: number): Suggestion[] {
  const line = tree.lines.find(({ start, end }) => start <= offset && offset <= end);
  const before = line === undefined ? '' : line.text.slice(0, offset - line.start);
  const isRemark = /^%(?!%)|[^%\\]%/.test(before);
  if (isRemark && before !== '%') return [];
  const inline = /\[([A-Za-z]:[^\][]*)$/.exec(before)?.[1];
  const answer = (rows: readonly Case[], text: string): Suggestion[] => {
    for (const one of rows) {
      const match = one.before.exec(text);
      if (match === null) continue;
      const word = match[match.length - 1] ?? '';
      const span = { start: offset - word.length, end: offset };
      return one
        .rows(tree, match)
        .map(([suggested, detail, doc = '']) => ({ kind: one.kind, text: suggested, detail, doc, span }));
    }
    return [];
  };
  if (inline !== undefined) return answer(FIELD_CASES, inline);
  if (before.startsWith('%') || fieldLetter(before) !== null || /^[A-Za-z]?$/.test(before))
    return answer(LINE_CASES, before);
  if (line?.kind !== 'music') return [];
  return answer(inDecoration(before) ? MUSIC_CASES : MUSIC_CASES.slice(0, 1), before);
}
