// Words and symbols at notes: a `w:` or `s:` line as words, and words set to the notes of the music line before them, as ABC 2.1
// section 5 says.

import type { Draft } from './raw.ts';

/** A syllable (with its `-`), `_` and `-` for a held one, `*` for a note without one, `|` for the next bar. */
export type Word = string;

/** Decorations that hold a note. */
export const FERMATAS: ReadonlySet<string> = new Set(['fermata', 'invertedfermata']);

const MARK = /\\[\s\S]?|[^\s\\\-_*|%]+|[\s\S]/g;

/** The words of a lyric line (what stands behind `w:`). @example readWords('A- bide~with _') // ['A-', 'bide with', '_'] */
export function readWords(text: string): readonly Word[] {
  const words: Word[] = [];
  let syllable = '';
  const flush = () => {
    if (syllable !== '') words.push(syllable);
    syllable = '';
  };
  for (const mark of text.match(MARK) ?? []) {
    if (mark === '%') break;
    if (mark === '-') {
      words.push(`${syllable}-`);
      syllable = '';
    } else if (mark === '_' || mark === '*' || mark === '|') {
      flush();
      words.push(mark);
    } else if (mark.trim() === '') flush();
    else syllable += mark[0] === '\\' && mark.length > 1 ? mark.slice(1) : mark.replaceAll('~', ' ');
  }
  flush();
  return words;
}

/**
 * Sets a verse to singable events (`bars[i]` is the bar of `sung[i]`) from the event with index `first` on; gives
 * the index after the last event that was set.
 */
export function alignLyrics(
  words: readonly Word[],
  sung: readonly Draft[],
  bars: readonly number[],
  verse: number,
  first: number,
): number {
  let at = first;
  for (const word of words) {
    if (at >= sung.length) break;
    if (word === '|') {
      const bar = at === 0 ? bars[0] : bars[at - 1];
      while (at < sung.length && bars[at] === bar) at++;
    } else put(sung[at++]!, verse, word);
  }
  return at;
}

/** The symbols of an `s:` line: `"Am"`, `!trill!`, `*` for a note without one, `|` for the next bar. */
export const readSymbols = (text: string): readonly Word[] =>
  (text.split('%', 1)[0] ?? '').match(/"[^"]*"|![^!\s]*!|[*|]/g) ?? [];

/** Sets an `s:` line to events, as `alignLyrics` sets words. */
export function alignSymbols(words: readonly Word[], sung: readonly Draft[], bars: readonly number[]): void {
  let at = 0;
  for (const word of words) {
    const event = sung[at];
    if (!event) return;
    if (word === '|') {
      const bar = at === 0 ? bars[0] : bars[at - 1];
      while (at < sung.length && bars[at] === bar) at++;
      continue;
    }
    at++;
    const name = word.slice(1, -1);
    if (word[0] === '!') event.decorations = [...event.decorations, name];
    else if (/^"[\^_<>@]/.test(word)) event.annotations = [...event.annotations, name];
    else if (word[0] === '"') event.chordSymbol ??= name;
    if (word[0] === '!' && FERMATAS.has(name)) event.fermata = true;
  }
}

function put(event: Draft, verse: number, word: Word): void {
  if (word === '*') return;
  if (verse === 0) {
    event.lyrics = [word];
    return;
  }
  const lyrics = [...event.lyrics];
  while (lyrics.length < verse) lyrics.push('');
  lyrics[verse] = word;
  event.lyrics = lyrics;
}
