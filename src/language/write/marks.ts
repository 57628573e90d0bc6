// Marks in the text: which notes are open, pinned or written, and the directives of the header. Moves no note.

import type { TextEdit } from '../problem.ts';
import type { Selection } from '../read/grid.ts';
import type { Parsed } from '../read/parse.ts';
import type { Event } from '../score.ts';
import { insert, lineEnd, merge, replace } from './edits.ts';

/** Where marks are set: bars and voices of a selection. */
export type Region = Pick<Selection, 'bars' | 'voices'>;

/** Each token once, in order: a `?Z2` is several events of one token. */
function tokensIn({ score }: Parsed, { bars, voices }: Region): Event[] {
  const seen = new Set<number>();
  return score.parts.flatMap(({ voice, events }) =>
    events.filter((event) => {
      const inBars = bars === undefined || (event.bar >= bars.from && event.bar < bars.to);
      if (!inBars || !(voices === undefined || voices.includes(voice)) || seen.has(event.span.start))
        return false;
      seen.add(event.span.start);
      return true;
    }),
  );
}

/** Whether it is one plain note, which can be open and keep a value. */
const isSingle = (event: Event): boolean => event.irregular === null && event.pitches.length === 1;

const mark = ({ span, body }: Event, sign: '' | '?' | '@'): TextEdit => replace(span.start, body.start, sign);

/**
 * Written notes become open and keep their pitch as present value (`G2` -> `?G2`). Rests, pinned notes, divided
 * voices, tuplets and grace notes stay as they are.
 */
export const open = (parsed: Parsed, region: Region): TextEdit[] =>
  merge(
    tokensIn(parsed, region)
      .filter((event) => event.state === 'written' && event.kind === 'note' && isSingle(event))
      .map((event) => mark(event, '?')),
  );

/** Open notes with a present value become written (`?G2` -> `G2`); what has none stays open. */
export const accept = (parsed: Parsed, region: Region): TextEdit[] =>
  merge(
    tokensIn(parsed, region)
      .filter((event) => event.state === 'open' && event.pitches.length > 0)
      .map((event) => mark(event, '')),
  );

/** Open notes with a present value and pinned notes become written; the opposite of `open` and of `pin`. */
export const lock = (parsed: Parsed, region: Region): TextEdit[] =>
  merge(
    tokensIn(parsed, region)
      .filter((event) => event.state !== 'written' && event.pitches.length > 0)
      .map((event) => mark(event, '')),
  );

/** Notes with a pitch, written or open, become pinned (`G2` and `?G2` -> `@G2`). */
export const pin = (parsed: Parsed, region: Region): TextEdit[] =>
  merge(
    tokensIn(parsed, region)
      .filter((event) => event.state !== 'pinned' && event.pitches.length > 0 && event.irregular !== 'grace')
      .map((event) => mark(event, '@')),
  );

/** What a directive is about: those for one voice (`temperature A 0.7`) go by their voice, `lock S A` names several. */
const subject = (name: string, value: string): string =>
  name === 'lock' ? '' : (/^[SATB]+(?=\s)/i.exec(value.trim())?.[0].toUpperCase() ?? '');

/**
 * Sets `%%cantus:name value`: in place where the tune has it, else as a line before the header's `K:`. Without a
 * value the line goes.
 * @example setDirective(parsed, 'seed', '42')
 */
export function setDirective({ text, tree }: Parsed, name: string, value: string): TextEdit[] {
  const eol = lineEnd(text);
  for (const [i, line] of tree.lines.entries()) {
    const match =
      line.kind === 'directive' ? /^%%\s*cantus:(\S+)[ \t]*([^%]*?)\s*(%.*)?$/.exec(line.text) : null;
    if (match === null || match[1] !== name || subject(name, match[2]!) !== subject(name, value)) continue;
    if (value === '') return [replace(line.start, tree.lines[i + 1]?.start ?? text.length, '')];
    if (match[2] === value) return [];
    const at = line.start + line.text.indexOf(name) + name.length;
    const from = match[2] === '' ? at : line.start + line.text.indexOf(match[2]!, at - line.start);
    return [
      replace(match[2] === '' ? at : from, from + match[2]!.length, match[2] === '' ? ` ${value}` : value),
    ];
  }
  if (value === '') return [];
  const line = `%%cantus:${name} ${value}`;
  const key = tree.lines.find(({ kind, text: field }) => kind === 'field' && field.startsWith('K:'));
  if (key !== undefined) return [insert(key.start, line + eol)];
  const first = tree.lines.find(({ kind }) => kind === 'music');
  return [insert(first?.start ?? 0, line + eol)];
}
