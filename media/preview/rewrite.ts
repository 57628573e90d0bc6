// Changes a text a little before abcjs sees it, and keeps account of where everything went. Knows nothing of music.

import type { Reading } from '../../src/extension/preview/messages.ts';

/** Replace `remove` characters at `at` (an offset in the original) by `insert`. */
export interface Change {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
  /** Where else in the original `insert` stands. */
  readonly source?: number;
}

export interface Rewritten {
  readonly text: string;
  /** The offset in the original that an offset in `text` came from (in what stands nowhere: where it was inserted). */
  readonly toSource: (offset: number) => number;
}

/** @example rewrite('a\r\nb', [{ at: 1, remove: 1, insert: '' }]).toSource(2) // 3 */
export function rewrite(source: string, changes: readonly Change[]): Rewritten {
  const sorted = [...changes].sort((a, b) => a.at - b.at);
  // Stretches of `text` that were copied: where each begins in `text` and in the original.
  const starts: Stretch[] = [];
  let text = '';
  let done = 0;
  const keep = (to: number): void => {
    starts.push({ text: text.length, source: done, end: to });
    text += source.slice(done, to);
  };
  for (const { at, remove, insert, source: from } of sorted) {
    if (at < done) continue;
    keep(at);
    if (insert.length > 0)
      starts.push({
        text: text.length,
        source: from ?? at,
        end: from === undefined ? at : from + insert.length,
      });
    text += insert;
    done = at + remove;
  }
  keep(source.length);
  return { text, toSource: (offset) => sourceOffset(starts, offset) };
}

/** A part of the new text: where it begins there, and what it is in the original. */
interface Stretch {
  readonly text: number;
  readonly source: number;
  readonly end: number;
}

function sourceOffset(starts: readonly Stretch[], offset: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]!.text <= offset) low = middle;
    else high = middle - 1;
  }
  const stretch = starts[low]!;
  return Math.min(stretch.source + offset - stretch.text, stretch.end);
}

/** Puts what stands behind the document where it is to be read. */
export function inPlace(text: string, added: Reading['added']): Change[] {
  const [first] = added;
  if (!first) return [];
  const { start } = first;
  return [
    ...added.map((one) => ({
      at: one.at,
      remove: 0,
      insert: text.slice(one.start, one.end),
      source: one.start,
    })),
    { at: start, remove: text.length - start, insert: '' },
  ];
}

/** abcjs counts CR LF as one character, so it gets LF only. */
export function unixLines(text: string): Change[] {
  const changes: Change[] = [];
  for (let at = text.indexOf('\r\n'); at >= 0; at = text.indexOf('\r\n', at + 2))
    changes.push({ at, remove: 1, insert: '' });
  return changes;
}

/** How the voices share staves: `%%score` of the text's own, or ours. `ids` are those of the voices that the text has. */
export function staves(
  text: string,
  layout: 'source' | 'two' | 'four',
  ids: readonly (string | null)[],
): Change[] {
  if (layout === 'source') return [];
  const [s, a, t, b] = ids;
  const group = (...members: (string | null | undefined)[]): string => {
    const present = members.filter((id) => id !== null && id !== undefined);
    return present.length > 1 ? `(${present.join(' ')})` : present.join('');
  };
  const all = ids.filter((id) => id !== null);
  if (all.length < 2) return [];
  const line = layout === 'two' ? `%%score ${group(s, a)} ${group(t, b)}` : `%%score [${all.join(' ')}]`;
  const changes: Change[] = [];
  for (const match of text.matchAll(/^%%(score|staves)\b[^\r\n]*/gm))
    changes.push({ at: match.index, remove: match[0].length, insert: changes.length === 0 ? line : '%' });
  if (changes.length > 0) return changes;
  const key = /^K:/m.exec(text);
  return key ? [{ at: key.index, remove: 0, insert: `${line}\n` }] : [];
}
