// Voices that a text does not have yet: their names, their declarations in the header, and what a bar of theirs
// needs besides notes. Knows nothing of the notes themselves.

import type { TextEdit } from '../problem.ts';
import type { Line } from '../read/tree.ts';
import { type Bar, type Score, VOICE_LETTERS, VOICE_NAMES, VOICES, type Voice } from '../score.ts';
import { equalMetres, TICKS_PER_WHOLE, type Tick } from '../time.ts';
import { insert, lineEnd } from './edits.ts';
import { writeKey, writeMetre } from './header.ts';
import { writeLength } from './token.ts';

/** Ids of the four voices: those of the text, else a letter or name that no voice has. */
export function idsOf(score: Score, taken: readonly string[]): (voice: Voice) => string {
  const ids = VOICES.map((voice) => {
    const own = score.parts[voice].id;
    if (own !== null && own !== '') return own;
    const wishes = [VOICE_LETTERS[voice], VOICE_NAMES[voice], `${VOICE_NAMES[voice]}2`];
    return wishes.find((id) => !taken.includes(id)) ?? `${VOICE_NAMES[voice]}3`;
  });
  return (voice) => ids[voice]!;
}

const CLEFS = ['treble', 'treble', 'bass', 'bass'] as const;

const declaration = (voice: Voice, id: string, clef: string | null): string =>
  `V:${id} clef=${clef ?? CLEFS[voice]} name="${VOICE_NAMES[voice]}" snm="${VOICE_LETTERS[voice]}"`;

/** `(S A) (T B)` with the voices that are asked for. */
function grouped(ids: readonly (string | null)[]): string {
  const staff = (voices: readonly Voice[]): string => {
    const here = voices.flatMap((voice) => ids[voice] ?? []);
    return here.length > 1 ? `(${here.join(' ')})` : here.join('');
  };
  return [staff([0, 1]), staff([2, 3])].filter((text) => text !== '').join(' ');
}

/**
 * Declares voices in the header, before its `K:` (after it where that line sets a clef, which would be theirs too),
 * and puts them into `%%score`.
 * @param present the voices there will be
 * @param fresh those of them to be declared; a tune without `V:` declares its own as well
 * @param ownClef the clef of a voice that has music already
 */
export function declare(
  text: string,
  lines: readonly Line[],
  headerEnd: number,
  present: readonly Voice[],
  fresh: readonly Voice[],
  idOf: (voice: Voice) => string,
  ownClef: (voice: Voice) => string | null,
): TextEdit[] {
  if (fresh.length === 0) return [];
  const eol = lineEnd(text);
  const header = lines.filter((line) => line.start < headerEnd);
  const keyLine = header.filter((line) => line.kind === 'field' && line.text.startsWith('K:')).at(-1);
  const declarations = fresh.map((voice) => declaration(voice, idOf(voice), ownClef(voice)));
  const score = lines.find((line) => line.kind === 'directive' && /^%%\s*(score|staves)\b/.test(line.text));
  const edits: TextEdit[] = [];
  if (score === undefined)
    declarations.unshift(
      `%%score ${grouped(VOICES.map((voice) => (present.includes(voice) ? idOf(voice) : null)))}`,
    );
  else {
    const [, ...listed]: string[] = score.text.match(/[^\s()[\]{}|*+]+/g) ?? [];
    const wanted = listed.length === 0 ? present : fresh;
    const missing = VOICES.map((voice) =>
      wanted.includes(voice) && !listed.includes(idOf(voice)) ? idOf(voice) : null,
    );
    const end = score.start + score.text.replace(/(?<=^%%.*?)\s*(%.*)?$/, '').length;
    const more = grouped(missing);
    if (more !== '') edits.push(insert(end, ` ${more}`));
  }
  const late =
    keyLine === undefined || /\b(clef|octave|transpose)\s*=|\b(treble|bass|alto|tenor)/.test(keyLine.text);
  // Without a key the header ends where the first line of music begins.
  const at = keyLine === undefined ? headerEnd : late ? keyLine.end : keyLine.start;
  const beginsLine = at === 0 || '\r\n'.includes(text[at - 1]!);
  edits.push(insert(at, declarations.map((line) => (beginsLine ? line + eol : eol + line)).join('')));
  return edits;
}

/** `[K:…]` and `[M:…]` where a bar begins with others than the bar before. */
export function changesAt(score: Score, bar: number): string {
  const here = score.bars[bar]!;
  const before: Pick<Bar, 'metre' | 'key'> = score.bars[bar - 1] ?? score;
  const metre = equalMetres(here.metre, before.metre) ? '' : `[M:${writeMetre(here.metre)}] `;
  const key = writeKey(here.key) === writeKey(before.key) ? '' : `[K:${writeKey(here.key)}] `;
  return key + metre;
}

/** `[L:1/8] ` */
export const writeUnit = (unit: Tick): string => {
  const length = writeLength(unit, TICKS_PER_WHOLE);
  return `[L:${length.startsWith('/') ? `1${length}` : length || '1'}] `;
};

const BARLINES: Record<Bar['barline'], string> = {
  single: '|',
  double: '||',
  final: '|]',
  'repeat-end': ':|',
  'repeat-start': '|:',
  'repeat-both': '::',
  none: '|',
};

/** The bar line after a bar; at the end of a line a repeat's start is left to the next line. */
export function closing(score: Score, bar: number, endsLine: boolean): string {
  const { barline } = score.bars[bar]!;
  if (!endsLine || !score.bars[bar + 1]?.opens.repeat) return BARLINES[barline];
  return barline === 'repeat-both' ? ':|' : barline === 'repeat-start' ? '|' : BARLINES[barline];
}

/** What stands before the first note of a bar: a repeat's start, an ending, a new metre or key. */
export function opening(score: Score, bar: number, beginsLine: boolean): string {
  const { opens } = score.bars[bar]!;
  const repeat = opens.repeat && (beginsLine || !startsRepeat(score.bars[bar - 1]));
  const ending =
    opens.ending === null ? '' : `[${/^[\d,-]+$/.test(opens.ending) ? opens.ending : `"${opens.ending}"`} `;
  return (repeat ? '|: ' : '') + ending + changesAt(score, bar);
}

const startsRepeat = (bar: Bar | undefined): boolean =>
  bar?.barline === 'repeat-start' || bar?.barline === 'repeat-both';
