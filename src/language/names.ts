// Where a text names its voices, and the same text with a voice called otherwise. Knows nothing of what they sing.

import type { Span, TextEdit } from './problem.ts';
import { type Parsed, parse } from './read/parse.ts';
import type { Tree } from './read/tree.ts';
import { VOICES } from './score.ts';
import { apply, replace } from './write/edits.ts';

/** A place that names a voice. */
export interface VoiceName {
  readonly id: string;
  readonly span: Span;
}

const ORDER = /^(?:%%|I:)\s*(?:score|staves)\b/;

/** Every mention of a voice's id: `V:` fields, `[V:]` in music, `%%score` and `%%staves`. In the order of the text. */
export function voiceNames({ lines }: Tree): VoiceName[] {
  const found: VoiceName[] = [];
  const add = (at: number, id: string): void => {
    found.push({ id, span: { start: at, end: at + id.length } });
  };
  for (const { kind, text, start, items } of lines) {
    const field = kind === 'field' ? /^V:\s*([^\s%]+)/.exec(text) : null;
    if (field) add(start + field[0].length - field[1]!.length, field[1]!);
    for (const item of items) {
      const inline = item.kind === 'field' ? /^\[V:\s*([^\s\]%]+)/.exec(item.text) : null;
      if (inline) add(start + item.start + inline[0].length - inline[1]!.length, inline[1]!);
    }
    const order = kind === 'directive' || kind === 'field' ? ORDER.exec(text) : null;
    if (order === null) continue;
    const value = /^[^%]*/.exec(text.slice(order[0].length))![0];
    for (const word of value.matchAll(/[^\s()[\]{}|*]+/g)) add(start + order[0].length + word.index, word[0]);
  }
  return found;
}

/** The mention of a voice at a place; null where there is none. */
export const voiceNameAt = (tree: Tree, offset: number): VoiceName | null =>
  voiceNames(tree).find(({ span }) => span.start <= offset && offset <= span.end) ?? null;

/** Why a voice cannot be called so. */
export type Refusal = 'not-an-id' | 'taken' | 'another-part';

/**
 * The edits that call a voice otherwise wherever it is named. Refused where that is no id, where another voice has it,
 * and where the four voices would sing other parts than before (a voice called `T` is a tenor).
 */
export function renameVoice(parsed: Parsed, from: string, to: string): readonly TextEdit[] | Refusal {
  if (!/^[^\s()[\]{}|*%"\\=]+$/.test(to)) return 'not-an-id';
  const names = voiceNames(parsed.tree);
  if (to !== from && names.some(({ id }) => id === to)) return 'taken';
  const edits = names.filter(({ id }) => id === from).map(({ span }) => replace(span.start, span.end, to));
  const { parts } = parse(apply(parsed.text, edits)).score;
  const same = VOICES.every((voice) => {
    const { id } = parsed.score.parts[voice];
    return parts[voice].id === (id === from ? to : id);
  });
  return same ? edits : 'another-part';
}
