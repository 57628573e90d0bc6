// The toolbar and the mixer: native controls with labels, so that keyboard and screen reader need nothing special.
// Knows what can be wished for, not how it is done.

import type { ExportKind, PanelCommand } from '../../src/extension/preview/messages.ts';
import { type Preferences, zoomed } from './preferences.ts';
import { element, shape } from './shapes.ts';
import type { PlayState } from './transport.ts';

export type PlayWish = 'toggle' | 'stop' | 'cursor' | 'selection';

export interface Wishes {
  readonly play: (wish: PlayWish) => void;
  readonly prefer: (change: (old: Preferences) => Preferences) => void;
  readonly command: (name: PanelCommand) => void;
  readonly save: (kind: ExportKind) => void;
}

/** Until a score says what its voices are called. */
const VOICE_NAMES = ['Soprano', 'Alto', 'Tenor', 'Bass'];

/** Outlines on a 16 x 16 field. */
const ICONS: Readonly<Record<string, string>> = {
  play: 'M4 2.5v11l9-5.5z',
  pause: 'M4 3h3v10H4zM9 3h3v10H9z',
  stop: 'M3.5 3.5h9v9h-9z',
  cursor: 'M2 2h1.6v12H2zM6 3v10l8-5z',
  selection: 'M1.5 2H5v1.5H3v9h2V14H1.5zM14.5 2H11v1.5h2v9h-2V14h3.5zM6 4.5v7L11 8z',
  loop: 'M3 7a5 5 0 0 1 8.6-2.6L13 3v4H9l1.5-1.5A3.5 3.5 0 0 0 4.5 7zM13 9a5 5 0 0 1-8.6 2.6L3 13V9h4l-1.5 1.5A3.5 3.5 0 0 0 11.5 9z',
  metronome: 'M6 1.5h4L13 14H3zM7 3 5.2 11h2l3.6-7 .8.6L8.6 11h2.2L9 3z',
  count: 'M2 4h2v8H2zM6 4h2v8H6zM10 4h1.5v8H10zM12.5 4H14v8h-1.5z',
};

function icon(name: string): SVGElement {
  const svg = shape('svg', { viewBox: '0 0 16 16', width: 16, height: 16, 'aria-hidden': 'true' });
  svg.append(shape('path', { d: ICONS[name] ?? '', fill: 'currentColor', 'fill-rule': 'evenodd' }));
  return svg;
}

function button(label: string, face: Node | string, press: () => void, hint = label): HTMLButtonElement {
  const made = element('button', { type: 'button', title: hint, 'aria-label': label }, face);
  if (typeof face === 'string' && face === label) made.removeAttribute('aria-label');
  made.addEventListener('click', press);
  return made;
}

const group = (label: string, ...children: Node[]): HTMLElement =>
  element('div', { class: 'group', role: 'group', 'aria-label': label }, ...children);

function menu<T extends string>(
  label: string,
  options: readonly (readonly [T, string])[],
  pick: (value: T) => void,
): HTMLSelectElement {
  const made = element(
    'select',
    { 'aria-label': label, title: label },
    ...options.map(([value, name]) => element('option', { value }, name)),
  );
  made.addEventListener('change', () => pick(made.value as T));
  return made;
}

/** Builds the toolbar. `show` brings it up to date. */
export function controls(wishes: Wishes) {
  const { play, prefer, command, save } = wishes;
  const flip = (key: 'paper' | 'heat' | 'odds' | 'words' | 'mixer') => () =>
    prefer((old) => ({ ...old, [key]: !old[key] }));
  const flipManner = (key: 'loop' | 'metronome' | 'countIn') => () =>
    prefer((old) => ({ ...old, manner: { ...old.manner, [key]: !old.manner[key] } }));

  const toggle = button('Play', icon('play'), () => play('toggle'), 'Play or pause (Space)');
  const stop = button('Stop', icon('stop'), () => play('stop'), 'Stop (Escape)');
  const loop = button('Loop', icon('loop'), flipManner('loop'), 'Play again and again');
  const metronome = button('Metronome', icon('metronome'), flipManner('metronome'));
  const countIn = button('Count-in', icon('count'), flipManner('countIn'), 'Count a bar before playing');
  const tempo = element('input', {
    type: 'range',
    min: 25,
    max: 200,
    step: 5,
    'aria-label': 'Tempo in percent',
    title: 'Tempo',
  });
  const tempoText = element('output', { 'aria-live': 'off' });
  tempo.addEventListener('input', () =>
    prefer((old) => ({ ...old, manner: { ...old.manner, speed: Number(tempo.value) / 100 } })),
  );
  const instrument = menu(
    'Sound',
    [
      ['choir', 'Choir'],
      ['organ', 'Organ'],
      ['piano', 'Piano'],
    ],
    (value) => prefer((old) => ({ ...old, manner: { ...old.manner, instrument: value } })),
  );
  const mixer = button('Mixer', 'Mixer', flip('mixer'), 'Volume, mute and solo of each voice');
  const layout = menu(
    'Staves',
    [
      ['source', 'Staves as written'],
      ['two', 'Two staves'],
      ['four', 'Four staves'],
    ],
    (value) => prefer((old) => ({ ...old, layout: value })),
  );
  const width = menu(
    'Page width',
    [
      ['panel', 'Fit the panel'],
      ['page', 'Page width'],
    ],
    (value) => prefer((old) => ({ ...old, width: value })),
  );
  const zoomText = element('output', { 'aria-label': 'Zoom' });
  const zoomBy = (factor: number) => () => prefer((old) => ({ ...old, zoom: zoomed(old.zoom, factor) }));
  const paper = button('Paper', 'Paper', flip('paper'), 'Black on white, whatever the theme');
  const heat = button('Surprise', 'Surprise', flip('heat'), 'How unlikely the network finds each note');
  const odds = button(
    'Probabilities',
    'Probabilities',
    flip('odds'),
    'What the network would write in the selected bars',
  );
  const words = button('Words', 'Words', flip('words'), 'The current bar in words');
  const cancel = button('Cancel', 'Cancel', () => command('cancel'), 'Stop the run');
  const levels = VOICE_NAMES.map((name, voice) => channel(name, voice, prefer));

  const bar = element(
    'div',
    { class: 'toolbar', role: 'toolbar', 'aria-label': 'Preview' },
    group(
      'Playback',
      toggle,
      stop,
      button('Play from cursor', icon('cursor'), () => play('cursor'), 'Play from the cursor (Shift+Space)'),
      button('Play selection', icon('selection'), () => play('selection'), 'Play the selected bars'),
      loop,
      metronome,
      countIn,
    ),
    group('Sound', instrument, tempo, tempoText, mixer),
    group(
      'Write',
      button('Harmonize', 'Harmonize', () => command('harmonize'), 'Fill what is open in the selection'),
      button('Resample', 'Resample', () => command('resample'), 'Draw the selection anew'),
      button(
        'Alternatives',
        'Alternatives',
        () => command('alternatives'),
        'Offer several ways to fill the selection',
      ),
      cancel,
    ),
    group(
      'View',
      layout,
      width,
      button('Zoom out', '−', zoomBy(1 / 1.1)),
      zoomText,
      button('Zoom in', '+', zoomBy(1.1)),
      paper,
      heat,
      odds,
      words,
    ),
    group(
      'Export',
      ...(['svg', 'html', 'wav'] as const).map((kind) =>
        button(`Export ${EXPORTS[kind]}`, EXPORTS[kind], () => save(kind)),
      ),
    ),
  );
  const desk = element(
    'div',
    { class: 'mixer', role: 'group', 'aria-label': 'Mixer', hidden: '' },
    ...levels.map((l) => l.row),
  );

  const press = (made: HTMLButtonElement, on: boolean): void => made.setAttribute('aria-pressed', String(on));
  return {
    bar,
    desk,
    show(preferences: Preferences, quarters: number, names: readonly string[]): void {
      const { manner } = preferences;
      press(loop, manner.loop);
      press(metronome, manner.metronome);
      press(countIn, manner.countIn);
      tempo.value = String(Math.round(manner.speed * 100));
      tempoText.textContent = `♩ ${Math.round(quarters * manner.speed)}`;
      tempo.setAttribute('aria-valuetext', `${Math.round(quarters * manner.speed)} quarter notes a minute`);
      instrument.value = manner.instrument;
      layout.value = preferences.layout;
      width.value = preferences.width;
      zoomText.textContent = `${Math.round(preferences.zoom * 100)} %`;
      press(paper, preferences.paper);
      press(heat, preferences.heat);
      press(odds, preferences.odds);
      press(words, preferences.words);
      mixer.setAttribute('aria-expanded', String(preferences.mixer));
      desk.hidden = !preferences.mixer;
      levels.forEach((level, voice) => {
        level.show(preferences, names[voice] ?? '');
      });
    },
    playing(state: PlayState): void {
      toggle.replaceChildren(icon(state === 'playing' ? 'pause' : 'play'));
      toggle.setAttribute('aria-label', state === 'playing' ? 'Pause' : 'Play');
      stop.disabled = state === 'stopped';
    },
    running(on: boolean): void {
      cancel.hidden = !on;
    },
  };
}

const EXPORTS: Readonly<Record<ExportKind, string>> = { svg: 'SVG', html: 'HTML', wav: 'WAV' };

/** One voice of the mixer. */
function channel(fallback: string, voice: number, prefer: Wishes['prefer']) {
  const change = (part: { volume?: number; mute?: boolean; solo?: boolean }): void =>
    prefer((old) => ({
      ...old,
      manner: {
        ...old.manner,
        levels: old.manner.levels.map((level, v) => (v === voice ? { ...level, ...part } : level)),
      },
    }));
  let shown = { mute: false, solo: false };
  const name = element(
    'span',
    { class: `legend-voice voice-${voice}` },
    element('i', { 'aria-hidden': 'true' }),
    fallback,
  );
  const volume = element('input', { type: 'range', min: 0, max: 100, step: 5, title: 'Volume' });
  volume.addEventListener('input', () => change({ volume: Number(volume.value) / 100 }));
  const mute = button('Mute', 'Mute', () => change({ mute: !shown.mute }));
  const solo = button('Solo', 'Solo', () => change({ solo: !shown.solo }));
  const row = element('div', { class: 'channel', role: 'group' }, name, volume, mute, solo);
  return {
    row,
    show(preferences: Preferences, called: string): void {
      const level = preferences.manner.levels[voice]!;
      const label = called || fallback;
      shown = level;
      name.lastChild!.textContent = label;
      row.setAttribute('aria-label', label);
      volume.value = String(Math.round(level.volume * 100));
      volume.setAttribute('aria-label', `Volume of ${label}`);
      for (const [made, verb, on] of [
        [mute, 'Mute', level.mute],
        [solo, 'Solo', level.solo],
      ] as const) {
        made.setAttribute('aria-label', `${verb} ${label}`);
        made.setAttribute('aria-pressed', String(on));
      }
    },
  };
}
