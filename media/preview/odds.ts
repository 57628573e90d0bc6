// The network's opinion as a piano roll: rows pitches, columns steps, voices by colour, what stands there outlined.

import type { ProbabilitiesMessage, Sheet, SheetNote } from '../../src/extension/preview/messages.ts';
import { midiName, pitchInWords } from './describe.ts';
import { element, shape } from './shapes.ts';
import { t } from './words.ts';

const COLUMN = 12;
const ROW = 8;
const LEFT = 34;
const FAINTEST = 0.02;

/** The roll, in it the chosen note (an index into `Sheet.notes`), and below it the same in words. */
export function rollOf(message: ProbabilitiesMessage, sheet: Sheet, chosen: number | null): HTMLElement {
  const pitches = message.cells.flatMap((cell) => [
    ...cell.odds.filter(([, p]) => p >= FAINTEST).map(([pitch]) => pitch),
    ...(cell.drawn >= 0 ? [cell.drawn] : []),
  ]);
  const low = Math.min(...pitches, 60) - 1;
  const high = Math.max(...pitches, 72) + 1;
  const width = LEFT + COLUMN * (message.to - message.from);
  const height = ROW * (high - low + 1) + 16;
  const svg = shape('svg', { class: 'roll', viewBox: `0 0 ${width} ${height}`, width, height, role: 'img' });
  svg.setAttribute(
    'aria-label',
    t('Probabilities of the network by pitch and step. The table after it says the same in words.'),
  );
  svg.append(
    ...grid(message, sheet, low, high, width),
    ...cellsOf(message, high),
    ...frame(message, chosen === null ? undefined : sheet.notes[chosen], sheet.ticksPerWhole, high),
  );
  return element(
    'div',
    { class: 'roll-frame', tabindex: 0, role: 'group', 'aria-label': t('Piano roll') },
    svg,
    inWords(message, sheet),
  );
}

const rowOf = (pitch: number, high: number): number => ROW * (high - pitch);

function grid(
  message: ProbabilitiesMessage,
  sheet: Sheet,
  low: number,
  high: number,
  width: number,
): SVGElement[] {
  const lines: SVGElement[] = [];
  for (let pitch = low; pitch <= high; pitch++) {
    const y = rowOf(pitch, high);
    if ([1, 3, 6, 8, 10].includes(pitch % 12))
      lines.push(shape('rect', { class: 'black-key', x: LEFT, y, width: width - LEFT, height: ROW }));
    if (pitch % 12 === 0)
      lines.push(shape('text', { class: 'key', x: LEFT - 4, y: y + ROW }, midiName(pitch)));
  }
  const step = sheet.ticksPerWhole / message.resolution;
  for (const bar of sheet.bars) {
    const at = bar.onset / step;
    if (at < message.from || at >= message.to) continue;
    const x = LEFT + COLUMN * (at - message.from);
    const bottom = rowOf(low - 1, high);
    lines.push(shape('line', { class: 'bar-line', x1: x, x2: x, y1: 0, y2: bottom }));
    lines.push(shape('text', { class: 'bar-number', x: x + 2, y: bottom + 11 }, String(bar.number)));
  }
  return lines;
}

function cellsOf(message: ProbabilitiesMessage, high: number): SVGElement[] {
  const marks: SVGElement[] = [];
  for (const { step, voice, drawn, odds } of message.cells) {
    const x = LEFT + COLUMN * (step - message.from);
    for (const [pitch, p] of odds) {
      if (p < FAINTEST) continue;
      const cell = shape('rect', {
        class: `odd voice-${voice}`,
        x: x + 0.5,
        y: rowOf(pitch, high) + 0.5,
        width: COLUMN - 1,
        height: ROW - 1,
      });
      cell.style.opacity = String(0.12 + 0.88 * p);
      marks.push(cell);
    }
    if (drawn >= 0)
      marks.push(
        shape('rect', {
          class: `drawn voice-${voice}`,
          x: x + 1,
          y: rowOf(drawn, high) + 1,
          width: COLUMN - 2,
          height: ROW - 2,
        }),
      );
  }
  return marks;
}

/** Around the chosen note, as long as it lasts. */
function frame(
  { from, to, resolution }: ProbabilitiesMessage,
  note: SheetNote | undefined,
  ticksPerWhole: number,
  high: number,
): SVGElement[] {
  const step = ticksPerWhole / resolution;
  if (!note || note.onset / step < from || note.onset / step >= to) return [];
  return note.pitches.map((pitch) =>
    shape('rect', {
      class: 'selected',
      x: LEFT + COLUMN * (note.onset / step - from) - 1,
      y: rowOf(pitch, high) - 1,
      width: (COLUMN * note.duration) / step + 2,
      height: ROW + 2,
    }),
  );
}

/** One row a voice and note: what stands there, how likely it is, what the network likes best. */
function inWords(message: ProbabilitiesMessage, sheet: Sheet): HTMLElement {
  const body = element('tbody');
  const said = new Map<number, string>();
  for (const cell of message.cells) {
    const best = [...cell.odds].sort((a, b) => b[1] - a[1]).slice(0, 3);
    const stands =
      cell.drawn >= 0 ? pitchInWords(midiName(cell.drawn)) : cell.drawn === -1 ? t('rest') : t('open');
    const likely = cell.odds.find(([pitch]) => pitch === cell.drawn)?.[1];
    const words = best
      .map(([pitch, p]) => `${pitchInWords(midiName(pitch))} ${Math.round(100 * p)} %`)
      .join(', ');
    const line = `${stands}${likely === undefined ? '' : ` ${Math.round(100 * likely)} %`}|${words}`;
    if (said.get(cell.voice) === line || body.childElementCount >= 200) continue;
    said.set(cell.voice, line);
    const [first, second] = line.split('|');
    body.append(
      element(
        'tr',
        {},
        element('td', {}, String(cell.step)),
        element('td', {}, sheet.voices[cell.voice].name),
        element('td', {}, first ?? ''),
        element('td', {}, second ?? ''),
      ),
    );
  }
  const head = [t('Step'), t('Voice'), t('Stands there'), t('Likeliest')].map((name) =>
    element('th', { scope: 'col' }, name),
  );
  return element(
    'details',
    {},
    element('summary', {}, t('In words')),
    element('table', {}, element('thead', {}, element('tr', {}, ...head)), body),
  );
}

/** The colours of the voices. */
export function legend(sheet: Sheet): HTMLElement {
  const items = sheet.voices.map(({ name }, voice) =>
    element('span', { class: `legend-voice voice-${voice}` }, element('i', { 'aria-hidden': 'true' }), name),
  );
  return element('p', { class: 'legend' }, ...items, t('Outlined: what stands there. Fuller: likelier.'));
}
