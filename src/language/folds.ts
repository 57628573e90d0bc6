// What can be folded away: headers, systems, stretches of one voice, comments. Line numbers from 0, both included.

import type { Line, Tree } from './read/tree.ts';

export interface Fold {
  readonly from: number;
  readonly to: number;
  readonly kind: 'header' | 'music' | 'comment';
}

const idOf = ({ kind, text, items }: Line): string | null => {
  if (kind === 'field') return /^V:\s*([^\s%]+)/.exec(text)?.[1] ?? null;
  for (const item of items) {
    const id = item.kind === 'field' ? /^\[V:\s*([^\s\]%]+)/.exec(item.text)?.[1] : undefined;
    if (id !== undefined) return id;
  }
  return null;
};

/** Where a tune's header ends: its `K:` line; -1 where there is none. */
const keyLine = (lines: readonly Line[], from: number): number =>
  lines.findIndex(({ kind, text }, i) => i >= from && kind === 'field' && text.startsWith('K:'));

/** Folds of more than one line, in the order of the text. */
export function folds({ lines }: Tree): Fold[] {
  const found: Fold[] = [];
  const add = (from: number, to: number, kind: Fold['kind']): void => {
    if (to > from) found.push({ from, to, kind });
  };
  let i = 0;
  while (i < lines.length) {
    const line = lines[i]!;
    const end = line.kind === 'field' && line.text.startsWith('X:') ? keyLine(lines, i) : -1;
    if (end > i) {
      add(i, end, 'header');
      i = end + 1;
    } else if (line.kind === 'comment') {
      const to = lastOf(lines, i, (other) => other.kind === 'comment');
      add(i, to, 'comment');
      i = to + 1;
    } else if (isMusical(line)) {
      const to = systemEnd(lines, i);
      add(i, to, 'music');
      i = to + 1;
    } else i++;
  }
  return found;
}

const isMusical = (line: Line): boolean =>
  line.kind === 'music' || (line.kind === 'field' && idOf(line) !== null);
const belongs = (line: Line): boolean => isMusical(line) || line.kind === 'lyrics' || line.kind === 'symbols';

function lastOf(lines: readonly Line[], from: number, goesOn: (line: Line) => boolean): number {
  let to = from;
  while (to + 1 < lines.length && goesOn(lines[to + 1]!)) to++;
  return to;
}

/** A system ends where a voice comes again; a `V:` line begins a stretch of its own. */
function systemEnd(lines: readonly Line[], from: number): number {
  const seen = new Set([idOf(lines[from]!)]);
  return lastOf(lines, from, (line) => {
    if (!belongs(line)) return false;
    const id = idOf(line);
    if (id !== null && (line.kind === 'field' || seen.has(id))) return false;
    seen.add(id);
    return true;
  });
}
