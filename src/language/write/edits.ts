// Text edits as values: put in order, moved, applied. Knows nothing of music.

import type { Span, TextEdit } from '../problem.ts';

/** An edit that replaces [start, end) by `newText`. */
export const replace = (start: number, end: number, newText: string): TextEdit => ({
  span: { start, end },
  newText,
});

/** An edit that adds `newText` at an offset. */
export const insert = (at: number, newText: string): TextEdit => replace(at, at, newText);

/**
 * In the order of the text; insertions at one place keep the order they came in and stand before a replacement
 * that begins there. Edits that change nothing are left out.
 * @throws Error when two edits overlap: that is a mistake of whoever made them.
 */
export function merge(edits: readonly TextEdit[]): TextEdit[] {
  const sorted = edits
    .map((edit, index) => ({ edit, index }))
    .filter(({ edit }) => edit.newText !== '' || edit.span.end > edit.span.start)
    .sort(
      (a, b) =>
        a.edit.span.start - b.edit.span.start || a.edit.span.end - b.edit.span.end || a.index - b.index,
    )
    .map(({ edit }) => edit);
  for (let i = 1; i < sorted.length; i++) {
    const [before, after] = [sorted[i - 1]!, sorted[i]!];
    if (after.span.start < before.span.end)
      throw new Error(`Edits overlap at offsets ${after.span.start} and ${before.span.end}`);
  }
  return sorted;
}

/** The text after all edits; their spans are offsets into the text before them. */
export function apply(text: string, edits: readonly TextEdit[]): string {
  let result = '';
  let at = 0;
  for (const { span, newText } of merge(edits)) {
    result += text.slice(at, span.start) + newText;
    at = span.end;
  }
  return result + text.slice(at);
}

/** Where an offset of the old text lies in the new one; inside a replaced stretch: at its end. */
export function shift(offset: number, edits: readonly TextEdit[]): number {
  let moved = offset;
  for (const { span, newText } of merge(edits)) {
    if (span.start > offset || (span.start === offset && span.end > offset)) break;
    moved += newText.length - (Math.min(offset, span.end) - span.start);
    if (span.end > offset) break;
  }
  return moved;
}

/** Where the new texts of edits lie after all of them are applied, in the order of the text. */
export function landings(edits: readonly TextEdit[]): Span[] {
  let by = 0;
  return merge(edits).map(({ span, newText }) => {
    const start = span.start + by;
    by += newText.length - (span.end - span.start);
    return { start, end: start + newText.length };
  });
}

/**
 * Edits, and edits of the text that they give, as edits of the text before both. Neighbours in the text between become
 * one edit.
 */
export function compose(text: string, first: readonly TextEdit[], second: readonly TextEdit[]): TextEdit[] {
  const between = apply(text, first);
  const before = merge(first);
  const landed = landings(before);
  const pending = merge(second);
  const spans = [...landed, ...pending.map(({ span }) => span)].sort((a, b) => a.start - b.start);
  const clusters = spans.reduce<Span[]>((all, span) => {
    const last = all.at(-1);
    if (last && span.start <= last.end)
      all[all.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
    else all.push(span);
    return all;
  }, []);
  let [by, next, later] = [0, 0, 0];
  return clusters.map(({ start, end }) => {
    const from = start - by;
    for (; next < landed.length && landed[next]!.start <= end; next++)
      by += before[next]!.newText.length - (before[next]!.span.end - before[next]!.span.start);
    const inside: TextEdit[] = [];
    for (; later < pending.length && pending[later]!.span.start <= end; later++) {
      const { span, newText } = pending[later]!;
      inside.push(replace(span.start - start, span.end - start, newText));
    }
    return trim(text, replace(from, end - by, apply(between.slice(start, end), inside)));
  });
}

/** The same edit with what `text` already has at both ends of it left alone. */
export function trim(text: string, edit: TextEdit): TextEdit {
  let { start, end } = edit.span;
  let fresh = edit.newText;
  while (start < end && fresh !== '' && text[start] === fresh[0]) {
    start++;
    fresh = fresh.slice(1);
  }
  while (start < end && fresh !== '' && text[end - 1] === fresh.at(-1)) {
    end--;
    fresh = fresh.slice(0, -1);
  }
  return replace(start, end, fresh);
}

/** The line end a text uses: that of its first line. */
export const lineEnd = (text: string): '\r\n' | '\n' => (/\r?\n/.exec(text)?.[0] === '\r\n' ? '\r\n' : '\n');
