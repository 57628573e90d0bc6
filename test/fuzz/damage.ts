// How input is damaged: as somebody who knows its grammar would, and blindly. Knows nothing of what must hold.

import { readTree } from '../../src/language/read/tree.ts';
import { anyAbc, anyText } from '../language/read/garbled.ts';
import type { Dice } from './source.ts';

const LENGTHS = ['0', '1', '3', '7/5', '/', '///', '3/2', '/0', '16', '64', '9999', '99999999999', '-1'];
const OPEN = ['?', '@', '??', '?@', '?x', '?z', '?Z', '?Z3', '?[CEG]', '?[]', '?2', '"D7"?x', '?G', '@z'];
const HEADERS = [
  ...['K:C', 'K:Gm', 'K:Bb exp _e', 'K:H', 'K:none', 'K:F# mix clef=bass', 'K:Hp', 'K:', 'K:C octave=99'],
  ...['M:4/4', 'M:3/4', 'M:6/8', 'M:none', 'M:C|', 'M:0/4', 'M:4/0', 'M:999999/1', 'M:2+3/8', 'M:1/7'],
  ...['L:1/4', 'L:1/8', 'L:1/0', 'L:0', 'L:1/3', 'L:1/1024', 'L:99', 'Q:1/4=0', 'Q:1/4=1e9', 'Q:"x"'],
  ...['V:S', 'V:B clef=bass', 'V:', 'V:5', 'V:S octave=-9', 'X:', 'X:2', 'w: la- la _ * | la', 'U:T=!trill!'],
  ...[
    '%%score (S A) (T B)',
    '%%score {',
    '%%staves [S A T B]',
    '%%begintext',
    'I:linebreak $',
    'P:A',
    'm:~n=G',
  ],
];
const DIRECTIVES = [
  'grid',
  'seed',
  'temperature',
  'steps',
  'range',
  'lock',
  'open',
  'chords',
  'rules',
  'nothing',
];
const VALUES = [
  '1/16',
  '1/4',
  '1/3',
  '42',
  '-1',
  '1e99',
  'S',
  'A 3-6',
  'T C, g',
  'B g, C',
  'A 9-1',
  'prefer',
  '',
];

type Change = (text: string, dice: Dice) => string;

/** Replaces the stretch of a random token (bar lines, notes, fields, spaces) by what `put` says. */
const atToken =
  (put: (token: string, dice: Dice, text: string) => string, music = false): Change =>
  (text, dice) => {
    const lines = readTree(text).lines.filter(({ items }) => !music || items.length > 0);
    const line = lines.length > 0 ? dice.one(lines) : undefined;
    const all = line?.tokens.filter(({ kind }) => !music || (kind !== 'space' && kind !== 'bar')) ?? [];
    if (line === undefined || all.length === 0) return text;
    const token = dice.one(all);
    const [start, end] = [line.start + token.start, line.start + token.end];
    return text.slice(0, start) + put(text.slice(start, end), dice, text) + text.slice(end);
  };

const atLine =
  (change: (lines: string[], at: number, dice: Dice) => void): Change =>
  (text, dice) => {
    const lines = text.split('\n');
    change(lines, dice.below(lines.length), dice);
    return lines.join('\n');
  };

const CHANGES: readonly Change[] = [
  atToken(() => ''),
  atToken((token) => token + token),
  atToken((token, dice) => token + dice.one(LENGTHS), true),
  atToken((token, dice) => dice.one(OPEN) + token, true),
  atToken((_, dice) => dice.one(OPEN) + dice.one(LENGTHS), true),
  atToken((token) => `?${token.replace(/^[?@]+/, '')}`, true),
  atToken((token, dice) => `${dice.one(['?z', '?x', '@'])}${token.replace(/^[^\d/]*/, '')}`, true),
  atToken((token, dice) => dice.from(anyAbc).slice(0, 12) + token),
  atToken(
    (token, dice) => token + dice.one(['-', '.-', '>', '<<', ')', '(', '(3', '}', '{g}', '|', '&', '\\\n']),
  ),
  atToken((token, dice, text) => text.slice(dice.below(text.length)).slice(0, dice.below(40)) + token),
  atLine((lines, at) => void lines.splice(at, 1)),
  atLine((lines, at) => void lines.splice(at, 0, lines[at]!)),
  atLine((lines, at, dice) => void lines.splice(dice.below(lines.length), 0, ...lines.splice(at, 1))),
  atLine((lines, at, dice) => void lines.splice(at, 0, dice.one(HEADERS))),
  atLine((lines, at, dice) => {
    lines.splice(at, 0, `%%cantus:${dice.one(DIRECTIVES)} ${dice.one(VALUES)}`);
  }),
  atLine((lines, at) => void lines.splice(at, 0, '')),
  (text, dice) => text.replace(/^K:.*$/m, dice.one(HEADERS)),
  (text, dice) => text.replace(/^M:.*$/m, dice.one(HEADERS)),
  (text, dice) => text.replace(/^L:.*$/m, dice.one(HEADERS)),
  (text, dice) => text.slice(0, dice.below(text.length + 1)),
  (text, dice) => text.slice(dice.below(text.length + 1)),
  (text) => text.replace(/\r?\n/g, '\r\n'),
];

/** Opens whole voices or bars, as a person would, so that there is something to fill. */
const opened: Change = (text, dice) => {
  const voice = dice.one(['S', 'A', 'T', 'B', 'S2', 'S1V2', 'S2V1']);
  return dice.percent(50)
    ? text.replace(new RegExp(`^(\\[?V:${voice}\\b[^\\n\\]]*\\]).*$`, 'gm'), '$1 ?Z |')
    : dice.often(text, 8, (now) => atToken((token) => `?${token.replace(/^[?@]+/, '')}`, true)(now, dice));
};

/** A tune that somebody has made a few mistakes in; now and then two tunes, or no tune at all. */
export function damageTune(tunes: readonly string[], dice: Dice): string {
  if (dice.percent(8)) return dice.from(anyText);
  if (dice.percent(8)) return dice.from(anyAbc);
  let text = dice.one(tunes);
  // What stands before the tune is comments, often more of them than there is music.
  if (dice.percent(80)) text = text.slice(Math.max(0, text.search(/^X:/m)));
  if (dice.percent(30)) text = opened(text, dice);
  if (dice.percent(3)) text += dice.one(tunes);
  const most = dice.percent(70) ? 4 : 40;
  return dice.often(text, most, (now) => dice.one(CHANGES)(now, dice));
}

/** Numbers at which formats keep sizes and counts, and which they are seldom meant to have. */
const NASTY = [0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x7fffffff, 0xffffffff, 0xfffffff0, 1 << 28];

/** Blind damage: bits, bytes, numbers of four bytes, cuts, repeats. */
export const damageBytes = (bytes: Uint8Array, dice: Dice): Uint8Array =>
  // A Buffer slices and fills in another way than the array it is made of.
  dice.often(Uint8Array.from(bytes), dice.percent(70) ? 3 : 30, (now) => {
    if (now.length < 8) return now;
    const at = dice.below(now.length - 4);
    const changed = now.slice();
    switch (dice.below(7)) {
      case 0:
        changed[at]! ^= 1 << dice.below(8);
        return changed;
      case 1:
        changed[at] = dice.below(256);
        return changed;
      case 2:
        new DataView(changed.buffer).setUint32(at, dice.one(NASTY), dice.percent(50));
        return changed;
      case 3:
        return now.slice(0, at);
      case 4:
        return Uint8Array.from([...now.subarray(0, at), ...now.subarray(at + 1 + dice.below(16))]);
      case 5:
        return Uint8Array.from([...now.subarray(0, at), ...now.subarray(Math.max(0, at - 20))]);
      default:
        return changed.fill(dice.below(256), at, at + dice.below(40));
    }
  });

const XML_NUMBERS = ['0', '-1', '1e308', 'NaN', '', '99999999999', '0.0001', '2147483648', 'x'];

/** Damage by somebody who knows what an element is. */
export const damageXml = (xml: string, dice: Dice): string =>
  dice.often(xml, 6, (now) => {
    const tags = [...now.matchAll(/<[^>]*>/g)];
    if (tags.length === 0) return now;
    const { 0: tag, index } = dice.one(tags);
    const before = now.slice(0, index);
    const after = now.slice(index + tag.length);
    switch (dice.below(7)) {
      case 0:
        return before + after;
      case 1:
        return before + tag + tag + after;
      case 2:
        return before + tag + after.replace(/^[^<]*/, dice.one(XML_NUMBERS));
      case 3:
        return before + dice.one(tags)[0] + after;
      case 4:
        return before + tag + (dice.percent(50) ? '&lol;' : '&#0;') + after;
      case 5:
        return before + tag.replace(/"[^"]*"/, `"${dice.one(XML_NUMBERS)}"`) + after;
      default:
        return before + tag + '<a>'.repeat(1 << dice.below(12)) + after;
    }
  });

const STRANGE: readonly unknown[] = [
  ...[undefined, null, Number.NaN, Number.POSITIVE_INFINITY, -1, 0.5, 2 ** 53, '', 'x', true, 1n],
  ...[[], {}, [null], { length: 4 }, Object.create(null), new Map(), new Date(0), Symbol.iterator],
  ...[new Int16Array(3), new Uint8Array(0), new Float32Array([Number.NaN]), new ArrayBuffer(8), () => 1],
];

/** A value with something else at one place of it, or without it. */
export function damageValue(value: unknown, dice: Dice): unknown {
  const inside = typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);
  const keys = inside ? Object.keys(value) : [];
  if (keys.length === 0 || dice.percent(10)) return strange(value, dice);
  const key = dice.one(keys);
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value)
    ? [...value]
    : { ...(value as object) };
  if (dice.percent(10)) Reflect.deleteProperty(copy, key);
  else Reflect.set(copy, key, damageValue(Reflect.get(value as object, key), dice));
  return copy;
}

function strange(value: unknown, dice: Dice): unknown {
  if (ArrayBuffer.isView(value) && dice.percent(60)) {
    const copy = structuredClone(value) as Int16Array;
    if (copy.length > 0) copy[dice.below(copy.length)] = dice.one([-3, 3, 127, 128, 300, -32768]);
    return dice.percent(30) ? copy.slice(dice.below(3)) : copy;
  }
  return dice.one(STRANGE);
}
