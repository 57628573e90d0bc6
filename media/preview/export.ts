// The picture as a file of its own, as a page to print, and the sound as WAV. Knows no editor.

/** Marks that belong to the editor, not to the music. */
const PASSING = '.bars, .moment, .playing, .ghosts, .playhead, .heat';
/** What the picture needs of the panel's style when it stands alone. */
const PROPERTIES = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'opacity', 'color'];

/** The picture as an SVG document in black on white, with its look marks. */
export function svgFile(svg: SVGSVGElement): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const marks = svg.querySelectorAll('.layer.looks *');
  copy.querySelectorAll('.layer.looks *').forEach((mark, i) => {
    const style = getComputedStyle(marks[i]!);
    for (const name of PROPERTIES) mark.setAttribute(name, style.getPropertyValue(name));
    mark.setAttribute('font-family', 'sans-serif');
    mark.setAttribute('font-size', '11');
    mark.setAttribute('text-anchor', 'middle');
  });
  for (const passing of copy.querySelectorAll(PASSING))
    if (passing.classList.contains('layer')) passing.remove();
  for (const style of copy.querySelectorAll('style')) style.remove();
  const box = copy.viewBox.baseVal;
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('width', String(box.width));
  copy.setAttribute('height', String(box.height));
  copy.setAttribute('color', '#000');
  copy.removeAttribute('style');
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(copy)}\n`;
}

/** A page that prints well and fetches nothing: one picture, cut between the systems where a page ends. */
export function htmlFile(svg: SVGSVGElement, title: string, cuts: readonly number[]): string {
  const picture = svgFile(svg).replace(/^<\?xml[^>]*\?>\n/, '');
  const { width, height } = svg.viewBox.baseVal;
  const name = new XMLSerializer().serializeToString(document.createTextNode(title));
  const pages = cutPages(height, cuts, (width * 277) / 190);
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
  const frames = buffer.length;
  const bytes = new Uint8Array(44 + 2 * frames * channels.length);
  const view = new DataView(bytes.buffer);
  const ascii = (at: number, text: string): void => {
    for (let i = 0; i < text.length; i++) view.setUint8(at + i, text.charCodeAt(i));
  };
  ascii(0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  ascii(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, channels.length, true);
  view.setUint32(24, buffer.sampleRate, true);
  view.setUint32(28, 2 * channels.length * buffer.sampleRate, true);
  view.setUint16(32, 2 * channels.length, true);
  view.setUint16(34, 16, true);
  ascii(36, 'data');
  view.setUint32(40, bytes.length - 44, true);
  for (let i = 0, at = 44; i < frames; i++)
    for (const channel of channels) {
      view.setInt16(at, Math.round(32767 * Math.max(-1, Math.min(1, channel[i]!))), true);
      at += 2;
    }
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x8000)
    text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}
