// The picture as a file of its own, as a page to print, and the sound as WAV. Knows no editor.

import type { Picture } from './engrave.ts';
import type { Attributes } from './shapes.ts';
import { wavBytes } from './wav.ts';

/** Marks that belong to the editor, not to the music. */
const PASSING = '.bars, .moment, .playing, .ghosts, .playhead, .heat';
/** What the picture needs of the panel's style when it stands alone. */
const PROPERTIES = ['fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-dasharray', 'opacity', 'color'];
const LETTERING = { 'font-family': 'sans-serif', 'font-size': '11', 'text-anchor': 'middle' };
export const XML = '<?xml version="1.0" encoding="UTF-8"?>\n';

/**
 * A copy of the picture in black on white, with its look marks and none that passes. `style` tells how a mark looks
 * where there is no style sheet.
 */
export function standalone(svg: SVGSVGElement, style: (mark: Element) => Attributes): SVGSVGElement {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const marks = svg.querySelectorAll('.layer.looks *');
  copy.querySelectorAll('.layer.looks *').forEach((mark, i) => {
    const attributes = { ...style(marks[i]!), ...LETTERING };
    for (const [name, value] of Object.entries(attributes)) mark.setAttribute(name, String(value));
  });
  for (const passing of copy.querySelectorAll(PASSING))
    if (passing.classList.contains('layer')) passing.remove();
  for (const sheet of copy.querySelectorAll('style')) sheet.remove();
  // The rest that stands for an open place is no rest of the piece.
  for (const rest of copy.querySelectorAll('.rest.look-open')) rest.remove();
  for (const choice of copy.querySelectorAll('.choice.look-open')) choice.setAttribute('opacity', '0.35');
  const [, , width, height] = (copy.getAttribute('viewBox') ?? '').split(' ');
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('width', width ?? '');
  copy.setAttribute('height', height ?? '');
  copy.setAttribute('color', '#000');
  copy.removeAttribute('style');
  return copy;
}

/** The picture as an SVG document, its marks as the panel shows them. */
export function svgFile(svg: SVGSVGElement): string {
  const copy = standalone(svg, (mark) => {
    const style = getComputedStyle(mark);
    return Object.fromEntries(PROPERTIES.map((name) => [name, style.getPropertyValue(name)]));
  });
  return `${XML}${new XMLSerializer().serializeToString(copy)}\n`;
}

/** A page that prints well and fetches nothing: one picture, cut between the systems where a page ends. */
export function htmlFile(drawing: Picture): string {
  const { svg, sheet } = drawing;
  const picture = svgFile(svg).replace(/^<\?xml[^>]*\?>\n/, '');
  const { width, height } = svg.viewBox.baseVal;
  const name = new XMLSerializer().serializeToString(document.createTextNode(sheet.title));
  const pages = cutPages(height, cutsOf(drawing), (width * 277) / 190);
  const slices = pages.map(([top, bottom], i) => {
    const inner = i === 0 ? picture.replace('<svg', '<svg id="music"') : '<use href="#music"/>';
    const box = `0 ${top} ${width} ${bottom - top}`;
    return i === 0 && pages.length === 1
      ? inner
      : `<svg class="page" viewBox="${box}">${i === 0 ? `<g>${picture.replace('<svg', '<svg id="music"')}</g>` : inner}</svg>`;
  });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${name}</title>
<style>
@page { size: A4; margin: 10mm }
body { margin: 0 auto; max-width: 190mm; background: #fff; color: #000 }
body > svg { display: block; width: 100%; height: auto; break-after: page }
body > svg:last-child { break-after: auto }
</style>
${slices.join('\n')}
</html>
`;
}

/** Where a page may end: between two systems, at a height where nothing is drawn. */
function cutsOf({ svg, systems }: Picture): number[] {
  const ink = [...svg.querySelectorAll<SVGGraphicsElement>('path, text, rect, ellipse')]
    .filter((drawn) => !drawn.closest(PASSING))
    .map((drawn) => {
      const { y, height } = drawn.getBBox();
      const top = y + movedDown(drawn);
      return [top, top + height] as const;
    });
  return systems.slice(1).map((system, i) => {
    const [from, to] = [systems[i]!.staves.at(-1)!.bottom, system.staves[0]!.top];
    return middleOfGap(ink, from, to) ?? system.top;
  });
}

/** How far below its own place the system of a shape stands. */
const movedDown = (drawn: SVGGraphicsElement): number =>
  drawn.closest<SVGGraphicsElement>('[transform^="translate(0 "]')?.transform.baseVal[0]?.matrix.f ?? 0;

/** The middle of the widest gap that some stretches leave between two heights; null when they leave none. */
export function middleOfGap(
  stretches: readonly (readonly [from: number, to: number])[],
  from: number,
  to: number,
): number | null {
  let [reached, best, widest] = [from, 0, 0];
  const sorted = [...stretches].sort(([a], [b]) => a - b);
  for (const [start, end] of [...sorted, [to, to] as const]) {
    const gap = Math.min(start, to) - reached;
    if (gap > widest) [best, widest] = [reached + gap / 2, gap];
    reached = Math.max(reached, end);
  }
  return widest > 0 ? best : null;
}

/** Pages no higher than `most`, cut where it does not hurt. */
export function cutPages(
  height: number,
  cuts: readonly number[],
  most: number,
): [top: number, bottom: number][] {
  const pages: [number, number][] = [];
  let top = 0;
  while (height - top > most) {
    const cut = cuts.filter((y) => y > top && y <= top + most).at(-1) ?? top + most;
    pages.push([top, cut]);
    top = cut;
  }
  pages.push([top, height]);
  return pages;
}

/** 16-bit stereo WAV in base64. */
export function wavFile(buffer: AudioBuffer): string {
  const channels = Array.from({ length: buffer.numberOfChannels }, (_, i) => buffer.getChannelData(i));
  const bytes = wavBytes(channels, buffer.sampleRate);
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x8000)
    text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}
