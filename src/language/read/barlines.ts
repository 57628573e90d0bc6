// Bar lines by name. Knows their signs only, not the bars between them.

import type { Bar } from '../score.ts';

type Barline = Bar['barline'];

/** What a bar line sign says. */
export interface Sign {
  readonly barline: Barline;
  /** A repeat starts behind it. */
  readonly starts: boolean;
  /** The ending number behind it (`|1`), or null. */
  readonly ending: string | null;
  /** The sign without that number. */
  readonly text: string;
}

const SINGLE: Sign = { barline: 'single', starts: false, ending: null, text: '|' };

/** Reads any sign ABC takes for a bar line. @example readBarline(':|2') // repeat-end, ending 2 */
export function readBarline(sign: string): Sign {
  if (sign === SINGLE.text) return SINGLE;
  const digits = sign.search(/\d/);
  const text = digits < 0 ? sign : sign.slice(0, digits);
  const starts = text.endsWith(':');
  const ends = text.startsWith(':') || text.startsWith('.:');
  return {
    barline: nameOf(text, ends, starts),
    starts,
    ending: digits < 0 ? null : sign.slice(digits),
    text,
  };
}

function nameOf(text: string, ends: boolean, starts: boolean): Barline {
  if (ends && starts) return 'repeat-both';
  if (ends) return 'repeat-end';
  if (starts) return 'repeat-start';
  if (text.includes(']')) return 'final';
  return text.includes('||') || text.includes('[') ? 'double' : 'single';
}

const STRENGTH: readonly Barline[] = [
  'none',
  'single',
  'double',
  'final',
  'repeat-start',
  'repeat-end',
  'repeat-both',
];

/** Two bar lines in a row count as one: `|` and `|:` as a repeat's start, `:|` and `|:` as both. */
export function stronger(a: Barline, b: Barline): Barline {
  if ((a === 'repeat-end' && b === 'repeat-start') || (a === 'repeat-start' && b === 'repeat-end'))
    return 'repeat-both';
  return STRENGTH.indexOf(a) > STRENGTH.indexOf(b) ? a : b;
}
