// A piece as an SVG file: the preview's own drawing on a page that nobody sees. What a browser would measure, the
// width of words, comes from the metrics of the fonts that abcjs asks for.

import { Encodings, Font, FontNames } from '@pdf-lib/standard-fonts';
import { parseHTML } from 'linkedom';
import { Engraver } from '../../media/preview/engrave.ts';
import { standalone, XML } from '../../media/preview/export.ts';
import { Marks } from '../../media/preview/marks.ts';
import type { Attributes } from '../../media/preview/shapes.ts';
import type { Parsed } from '../language/read/parse.ts';
import { readingOf } from '../language/write/sheet.ts';
import { CommandFailure } from './files.ts';

/** Of the page, in the picture's own units: about twelve notes of four voices to the line. */
const WIDTH = 900;

/** The picture of a text with music in it. */
export function pictureOf(parsed: Parsed): string {
  const page = parseHTML('<!doctype html><html><body></body></html>');
  Object.defineProperty(page.SVGElement.prototype, 'getBBox', {
    configurable: true,
    value(this: Element) {
      return boxOf(this);
    },
  });
  return amid(page, () => {
    const picture = new Engraver(page.document.createElement('div')).draw(readingOf(parsed), 'source', WIDTH);
    if (picture === null) throw new CommandFailure('there are no notes to draw');
    new Marks(picture);
    return `${XML}${inXml(standalone(picture.svg, inBlack))}\n`;
  });
}

/** Marks of open and pinned notes, for a page without colours. */
function inBlack({ localName }: Element): Attributes {
  if (localName !== 'rect') return { fill: '#000', stroke: 'none' };
  return { fill: 'none', stroke: '#000', 'stroke-width': 1.2, 'stroke-dasharray': '4 3' };
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** A text as XML has it, without the characters that no XML may have. */
const escaped = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '').replace(/[&<>"]/g, (sign) => ENTITIES[sign]!);

/** The page's own way of printing is that of HTML. */
function inXml({ localName, attributes, childNodes }: Element): string {
  const named = [...attributes].map(({ name, value }) => ` ${name}="${escaped(value)}"`).join('');
  const inner = [...childNodes]
    .map((node) => ('attributes' in node ? inXml(node as Element) : escaped(node.textContent ?? '')))
    .join('');
  return `<${localName}${named}${inner === '' ? '/>' : `>${inner}</${localName}>`}`;
}

/** What abcjs expects to find wherever it is. */
const SURROUNDINGS = ['document', 'window', 'navigator'] as const;

/** Calls with a page around it, and leaves the world as it was. */
function amid<T>(page: Window & typeof globalThis, act: () => T): T {
  const before = SURROUNDINGS.map((name) => Object.getOwnPropertyDescriptor(globalThis, name));
  try {
    for (const name of SURROUNDINGS)
      Object.defineProperty(globalThis, name, { value: page[name], configurable: true });
    return act();
  } finally {
    SURROUNDINGS.forEach((name, i) => {
      Reflect.deleteProperty(globalThis, name);
      if (before[i]) Object.defineProperty(globalThis, name, before[i]);
    });
  }
}

// ---- the size of words

/** Regular, italic, bold, both. */
const FACES = {
  times: ['TimesRoman', 'TimesRomanItalic', 'TimesRomanBold', 'TimesRomanBoldItalic'],
  helvetica: ['Helvetica', 'HelveticaOblique', 'HelveticaBold', 'HelveticaBoldOblique'],
  courier: ['Courier', 'CourierOblique', 'CourierBold', 'CourierBoldOblique'],
} as const;

/** Of a character's size: what lies above and below the baseline, and from line to line. */
const HEIGHT = 1.11;
const LINE = 1.2;
/** Characters that these fonts lack: most letters are as wide as that, those of East Asia fill a square. */
const FOREIGN = 0.55;
const SQUARE_FROM = 0x1100;

function faceOf(element: Element): Font {
  const [family, style, weight] = ['font-family', 'font-style', 'font-weight'].map(
    (name) => element.getAttribute(name)?.toLowerCase() ?? '',
  ) as [string, string, string];
  const faces = /helvetica|arial|sans/.test(family)
    ? FACES.helvetica
    : /courier|mono/.test(family)
      ? FACES.courier
      : FACES.times;
  const index = (/italic|oblique/.test(style) ? 1 : 0) + (/bold|[6-9]00/.test(weight) ? 2 : 0);
  return Font.load(FontNames[faces[index]!]);
}

function widthOf(text: string, face: Font): number {
  let width = 0;
  for (const sign of text) {
    const code = sign.codePointAt(0)!;
    if (Encodings.WinAnsi.canEncodeUnicodeCodePoint(code)) {
      const { name } = Encodings.WinAnsi.encodeUnicodeCodePoint(code);
      width += (face.getWidthOfGlyph(name) ?? 1000 * FOREIGN) / 1000;
    } else width += code < SQUARE_FROM ? FOREIGN : 1;
  }
  return width;
}

/** The size of a text element; its lines are its children. Where it stands is nothing that abcjs asks here. */
function boxOf(element: Element): { x: number; y: number; width: number; height: number } {
  const size = Number(element.getAttribute('font-size')) || 16;
  const face = faceOf(element);
  const lines = [...element.children].map(({ textContent }) => widthOf(textContent ?? '', face));
  const height = HEIGHT + LINE * Math.max(0, lines.length - 1);
  return { x: 0, y: 0, width: size * Math.max(0, ...lines), height: size * height };
}
