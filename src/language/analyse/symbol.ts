// Chord symbols as lead sheets write them (`"D7"`, `"F#m7b5"`, `"Gm/Bb"`) -> the pitch classes they ask for.
// Knows nothing of scores or of keys: a symbol means the same everywhere.

/** What a chord symbol asks for, in pitch classes: C = 0, C# = 1, … B = 11. */
export interface ChordSymbol {
  readonly root: number;
  /** All tones of the chord, root first, each once; the bass of a slash chord included (last when foreign). */
  readonly classes: readonly number[];
  /** The class the bass voice must have: the tone after the slash; null where the symbol does not say. */
  readonly bass: number | null;
}

/** Semitones above the root, while the symbol is being read. A `null` third or fifth is left out. */
interface Draft {
  readonly third: number | null;
  readonly fifth: number | null;
  readonly seventh: number | null;
  /** What a later `7` means: 10, 11 after `maj`, 9 after `dim`. */
  readonly plainSeventh: number;
  readonly added: readonly number[];
}

const CLASS_OF_LETTER: Record<string, number> = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 };
/** Degrees without accidental, in semitones above the root. */
const DEGREE: Record<string, number> = { '2': 2, '4': 5, '5': 7, '6': 9, '9': 2, '11': 5, '13': 9 };
/** What a ninth, eleventh or thirteenth chord adds to its seventh chord (a thirteenth leaves the eleventh out). */
const EXTENSION: Record<string, readonly number[]> = { '9': [2], '11': [2, 5], '13': [2, 9] };

const add = (d: Draft, ...tones: readonly number[]) => ({ added: [...d.added, ...tones] });

function alter(d: Draft, sign: string, degree: string): Partial<Draft> {
  const semitones = DEGREE[degree]! + (sign === 'b' || sign === '-' ? -1 : 1);
  return degree === '5' ? { fifth: semitones } : add(d, semitones);
}

/** What may follow the root, tried from the top at each place: longer forms stand before their beginnings. */
const PARTS: readonly (readonly [RegExp, (d: Draft, degree: string, text: string) => Partial<Draft>])[] = [
  [/^[(), ]+/, () => ({})],
  [/^(?:add|\/)(2|4|6|9|11|13)/, (d, degree) => add(d, DEGREE[degree]!)],
  [/^(?:no|omit)3/, () => ({ third: null })],
  [/^(?:no|omit)5/, () => ({ fifth: null })],
  [/^sus2/, () => ({ third: 2 })],
  [/^sus4?/, () => ({ third: 5 })],
  [/^(?:maj|Maj|MAJ|ma|M|j|\^)/, () => ({ plainSeventh: 11 })],
  [/^(?:dim|o)/, () => ({ third: 3, fifth: 6, plainSeventh: 9 })],
  [/^(?:hdim|0|h)7?/, () => ({ third: 3, fifth: 6, seventh: 10 })],
  [/^[#b+-](5|9|11|13)/, (d, degree, text) => alter(d, text[0]!, degree)],
  [/^(?:min|mi|m|-)/, () => ({ third: 3 })],
  [/^(?:aug|\+)/, () => ({ fifth: 8 })],
  [/^(13|11|9)/, (d, degree) => ({ seventh: d.plainSeventh, ...add(d, ...EXTENSION[degree]!) })],
  [/^7/, (d) => ({ seventh: d.plainSeventh })],
  [/^69/, (d) => add(d, 9, 2)],
  [/^6/, (d) => add(d, 9)],
  [/^5/, () => ({ third: null })],
  [/^([24])/, (d, degree) => add(d, DEGREE[degree]!)],
];

/** Typographic signs in the plain spelling of `PARTS`. */
const PLAIN: readonly (readonly [RegExp, string])[] = [
  [/♯/g, '#'],
  [/♭/g, 'b'],
  [/[°º]/g, 'o'],
  [/ø7?/g, 'h7'],
  [/[△Δ]7?/g, 'maj7'],
];

const classOf = (letter: string, accidentals: string): number =>
  (CLASS_OF_LETTER[letter]! + [...accidentals].reduce((sum, sign) => sum + (sign === '#' ? 1 : -1), 0) + 12) %
  12;

/** Reads one part from the front of `text`; null when none fits. */
function readPart(draft: Draft, text: string): { draft: Draft; rest: string } | null {
  for (const [form, effect] of PARTS) {
    const match = form.exec(text);
    if (match === null) continue;
    const change = effect(draft, match[1] ?? '', match[0]);
    return { draft: { ...draft, ...change }, rest: text.slice(match[0].length) };
  }
  return null;
}

function readDraft(text: string): Draft | null {
  let draft: Draft = { third: 4, fifth: 7, seventh: null, plainSeventh: 10, added: [] };
  for (let rest = text; rest !== ''; ) {
    const part = readPart(draft, rest);
    if (part === null) return null;
    draft = part.draft;
    rest = part.rest;
  }
  return draft;
}

/**
 * Reads a chord symbol; surrounding quotes are allowed. Null for what is none (`N.C.`, free text).
 * @example parseChordSymbol('D7') // { root: 2, classes: [2, 6, 9, 0], bass: null }
 * @example parseChordSymbol('Gm/Bb') // { root: 7, classes: [7, 10, 2], bass: 10 }
 */
export function parseChordSymbol(text: string): ChordSymbol | null {
  const plain = PLAIN.reduce(
    (s, [from, to]) => s.replace(from, to),
    text
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .trim(),
  );
  const match = /^([A-G])([#b]{0,2})(.{0,24}?)(?:\/([A-G])([#b]{0,2}))?$/.exec(plain);
  if (match === null) return null;
  const draft = readDraft(match[3]!);
  if (draft === null) return null;
  const root = classOf(match[1]!, match[2]!);
  const bass = match[4] === undefined ? null : classOf(match[4], match[5] ?? '');
  const above = [0, draft.third, draft.fifth, draft.seventh, ...draft.added].filter((tone) => tone !== null);
  const classes = new Set(above.map((tone) => (root + tone + 12) % 12));
  if (bass !== null) classes.add(bass);
  return { root, classes: [...classes], bass };
}
