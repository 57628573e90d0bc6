// Words under notes: one `w:` line is set to the notes of the music line before it, as ABC 2.1 section 5 says.

import type { Draft } from './streams.ts';

const MARK = /\\[\s\S]?|[\s\S]/g;

/**
 * Sets a verse to singable events (`bars[i]` is the bar of `sung[i]`) from the event with index `first` on; gives
 * the index after the last event that was set.
 */
export function alignLyrics(
  text: string,
  sung: readonly Draft[],
  bars: readonly number[],
  verse: number,
  first: number,
): number {
  let at = first;
  let syllable = '';
  const put = (word: string) => {
    const event = sung[at++];
    if (!event || word === '') return;
    const lyrics = event.lyrics.length === 0 ? [] : [...event.lyrics];
    while (lyrics.length < verse) lyrics.push('');
    lyrics[verse] = word;
    event.lyrics = lyrics;
  };
  const flush = () => {
    if (syllable !== '') put(syllable);
    syllable = '';
  };
  for (const [mark] of text.matchAll(MARK)) {
    if (mark === '%') break;
    if (mark === '-') {
      if (syllable !== '') syllable += '-';
      else put('-');
      flush();
    } else if (mark === '_' || mark === '*') {
      flush();
      put(mark === '_' ? '_' : '');
    } else if (mark === '|') {
      flush();
      const bar = bars[at - 1] ?? bars[0] ?? 0;
      while (at < sung.length && bars[at] === bar) at++;
    } else if (mark.trim() === '') flush();
    else syllable += mark === '~' ? ' ' : mark.replace(/^\\(?=.)/, '');
  }
  flush();
  return at;
}
