// Problems as lines a terminal (and an editor that reads a terminal) understands.

import type { Problem } from '../language/problem.ts';

/** 1-based line and column (in UTF-16 units) of an offset. */
export function placeOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  const line = before.split(/\r\n|\r|\n/).length;
  return { line, column: offset - Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) };
}

/** @example problemLine('a.satb', text, problem) // 'a.satb:12:7: error bar-length The bar is too short …' */
export function problemLine(path: string, text: string, problem: Problem): string {
  const { line, column } = placeOf(text, problem.span.start);
  return `${path}:${line}:${column}: ${problem.severity} ${problem.code} ${problem.message}`;
}
