// Changes a text a little before abcjs sees it, and keeps account of where everything went. Knows nothing of music.

/** Replace `remove` characters at `at` (an offset in the original) by `insert`. */
export interface Change {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

export interface Rewritten {
  readonly text: string;
  /** The offset in the original that an offset in `text` came from (inside an insertion: where it was inserted). */
  readonly toSource: (offset: number) => number;
}

/** @example rewrite('a\r\nb', [{ at: 1, remove: 1, insert: '' }]).toSource(2) // 3 */
export function rewrite(source: string, changes: readonly Change[]): Rewritten {
  const sorted = [...changes].sort((a, b) => a.at - b.at);
  // Stretches of `text` that were copied: where each begins in `text` and in the original.
  const starts: { readonly text: number; readonly source: number }[] = [{ text: 0, source: 0 }];
  let text = '';
  let done = 0;
  for (const { at, remove, insert } of sorted) {
    if (at < done) continue;
    text += source.slice(done, at);
    if (insert.length > 0) starts.push({ text: text.length, source: at });
    text += insert;
    done = at + remove;
    starts.push({ text: text.length, source: done });
  }
  text += source.slice(done);
  return { text, toSource: (offset) => sourceOffset(starts, offset, source.length) };
}

function sourceOffset(
  starts: readonly { readonly text: number; readonly source: number }[],
  offset: number,
  end: number,
): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]!.text <= offset) low = middle;
    else high = middle - 1;
  }
  const stretch = starts[low]!;
  const next = starts[low + 1];
  return Math.min(stretch.source + offset - stretch.text, next ? next.source : end);
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
