// The toolbar, what it folds away, and the mixer: native controls with labels, so that keyboard and screen reader need
// nothing special. Knows what can be wished for, not how it is done.

import type { ExportKind, PanelCommand } from '../../src/extension/preview/messages.ts';
import { type Preferences, zoomed } from './preferences.ts';
import { element, shape } from './shapes.ts';
import type { PlayState } from './transport.ts';
import { t } from './words.ts';

export type PlayWish = 'toggle' | 'stop' | 'cursor' | 'selection';

export interface Wishes {
  readonly play: (wish: PlayWish) => void;
  readonly prefer: (change: (old: Preferences) => Preferences) => void;
  readonly command: (name: PanelCommand) => void;
  readonly save: (kind: ExportKind) => void;
}

/** Until a score says what its voices are called. */
const VOICE_NAMES = [t('Soprano'), t('Alto'), t('Tenor'), t('Bass')];
const EXPORTS: Readonly<Record<ExportKind, string>> = { svg: 'SVG', html: 'HTML', wav: 'WAV' };

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

const press = (made: HTMLButtonElement, on: boolean): void => made.setAttribute('aria-pressed', String(on));

/** Shows or hides what a button unfolds. */
function unfold(made: HTMLButtonElement, folded: HTMLElement, open: boolean): void {
  made.setAttribute('aria-expanded', String(open));
  folded.hidden = !open;
}

type Flag = 'paper' | 'heat' | 'odds' | 'words' | 'mixer' | 'more';

/** Builds the controls; `bars` stand one below the other. `show` brings them up to date. */
export function controls(wishes: Wishes) {
  const { play, prefer, command } = wishes;
  const flip = (key: Flag) => () => prefer((old) => ({ ...old, [key]: !old[key] }));

  const toggle = button(t('Play'), icon('play'), () => play('toggle'), t('Play or pause (Space)'));
  const stop = button(t('Stop'), icon('stop'), () => play('stop'), t('Stop (Escape)'));
  const loop = button(
    t('Loop'),
    icon('loop'),
    () => prefer((old) => ({ ...old, manner: { ...old.manner, loop: !old.manner.loop } })),
    t('Play again and again'),
  );
  const tempo = element('input', {
    type: 'range',
    min: 25,
    max: 200,
    step: 5,
    'aria-label': t('Tempo in percent'),
    title: t('Tempo'),
  });
  const tempoText = element('output', { 'aria-live': 'off' });
  tempo.addEventListener('input', () =>
    prefer((old) => ({ ...old, manner: { ...old.manner, speed: Number(tempo.value) / 100 } })),
  );
  const levels = VOICE_NAMES.map((name, voice) => channel(name, voice, prefer));
  const desk = element(
    'div',
    { class: 'mixer', id: 'mixer', role: 'group', 'aria-label': t('Mixer') },
    ...levels.map((level) => level.row),
  );
  const mixer = button(t('Mixer'), t('Mixer'), flip('mixer'), t('Volume, mute and solo of each voice'));
  mixer.setAttribute('aria-controls', desk.id);
  const rest = drawer(wishes, flip);
  const more = button(t('More'), t('More'), flip('more'), t('Sound, view and export'));
  more.setAttribute('aria-controls', rest.bar.id);

  const bar = element(
    'div',
    { class: 'toolbar', role: 'toolbar', 'aria-label': t('Preview') },
    group(
      t('Playback'),
      toggle,
      stop,
      button(
        t('Play from cursor'),
        icon('cursor'),
        () => play('cursor'),
        t('Play from the cursor (Shift+Space)'),
      ),
      button(t('Play selection'), icon('selection'), () => play('selection'), t('Play the selected bars')),
      loop,
    ),
    group(t('Tempo'), tempo, tempoText),
    mixer,
    group(
      t('Write'),
      button(
        t('Harmonize'),
        t('Harmonize'),
        () => command('harmonize'),
        t('Fill what is open in the selection'),
      ),
      button(t('Resample'), t('Resample'), () => command('resample'), t('Draw the selection anew')),
      button(
        t('Alternatives'),
        t('Alternatives'),
        () => command('alternatives'),
        t('Offer several ways to fill the selection'),
      ),
    ),
    more,
  );

  return {
    bars: [bar, rest.bar, desk],
    show(preferences: Preferences, quarters: number, names: readonly string[]): void {
      const { manner } = preferences;
      const beats = Math.round(quarters * manner.speed);
      press(loop, manner.loop);
      tempo.value = String(Math.round(manner.speed * 100));
      tempoText.textContent = `♩ ${beats}`;
      tempo.setAttribute('aria-valuetext', t('{0} quarter notes a minute', beats));
      unfold(mixer, desk, preferences.mixer);
      unfold(more, rest.bar, preferences.more);
      rest.show(preferences);
      levels.forEach((level, voice) => {
        level.show(preferences, names[voice] ?? '');
      });
    },
    playing(state: PlayState): void {
      toggle.replaceChildren(icon(state === 'playing' ? 'pause' : 'play'));
      toggle.setAttribute('aria-label', state === 'playing' ? t('Pause') : t('Play'));
      stop.disabled = state === 'stopped';
    },
  };
}

/** What is not needed all the time. */
function drawer({ prefer, save }: Wishes, flip: (key: Flag) => () => void) {
  const flipManner = (key: 'metronome' | 'countIn') => () =>
    prefer((old) => ({ ...old, manner: { ...old.manner, [key]: !old.manner[key] } }));
  const metronome = button(t('Metronome'), icon('metronome'), flipManner('metronome'));
  const countIn = button(
    t('Count-in'),
    icon('count'),
    flipManner('countIn'),
    t('Count a bar before playing'),
  );
  const instrument = menu(
    t('Sound'),
    [
      ['choir', t('Choir')],
      ['organ', t('Organ')],
      ['piano', t('Piano')],
    ],
    (value) => prefer((old) => ({ ...old, manner: { ...old.manner, instrument: value } })),
  );
  const layout = menu(
    t('Staves'),
    [
      ['source', t('Staves as written')],
      ['two', t('Two staves')],
      ['four', t('Four staves')],
    ],
    (value) => prefer((old) => ({ ...old, layout: value })),
  );
  const width = menu(
    t('Page width'),
    [
      ['panel', t('Fit the panel')],
      ['page', t('Page width')],
    ],
    (value) => prefer((old) => ({ ...old, width: value })),
  );
  const zoomText = element('output', { 'aria-label': t('Zoom') });
  const zoomBy = (factor: number) => () => prefer((old) => ({ ...old, zoom: zoomed(old.zoom, factor) }));
  const paper = button(t('Paper'), t('Paper'), flip('paper'), t('Black on white, whatever the theme'));
  const heat = button(
    t('Surprise'),
    t('Surprise'),
    flip('heat'),
    t('How unlikely the network finds each note'),
  );
  const odds = button(
    t('Probabilities'),
    t('Probabilities'),
    flip('odds'),
    t('What the network would write in the selected bars'),
  );
  const words = button(t('Words'), t('Words'), flip('words'), t('The current bar in words'));
  const bar = element(
    'div',
    { class: 'toolbar', id: 'more', role: 'group', 'aria-label': t('More controls') },
    group(t('Sound'), instrument, metronome, countIn),
    group(
      t('View'),
      layout,
      width,
      button(t('Zoom out'), '−', zoomBy(1 / 1.1)),
      zoomText,
      button(t('Zoom in'), '+', zoomBy(1.1)),
      paper,
      heat,
      odds,
      words,
    ),
    group(
      t('Export'),
      ...(['svg', 'html', 'wav'] as const).map((kind) =>
        button(t('Export as {0}', EXPORTS[kind]), EXPORTS[kind], () => save(kind)),
      ),
    ),
  );
  return {
    bar,
    show(preferences: Preferences): void {
      const { manner } = preferences;
      press(metronome, manner.metronome);
      press(countIn, manner.countIn);
      instrument.value = manner.instrument;
      layout.value = preferences.layout;
      width.value = preferences.width;
      zoomText.textContent = `${Math.round(preferences.zoom * 100)} %`;
      press(paper, preferences.paper);
      press(heat, preferences.heat);
      press(odds, preferences.odds);
      press(words, preferences.words);
    },
  };
}

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
  const volume = element('input', { type: 'range', min: 0, max: 100, step: 5, title: t('Volume') });
  volume.addEventListener('input', () => change({ volume: Number(volume.value) / 100 }));
  const mute = button(t('Mute'), t('Mute'), () => change({ mute: !shown.mute }));
  const solo = button(t('Solo'), t('Solo'), () => change({ solo: !shown.solo }));
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
      volume.setAttribute('aria-label', t('Volume of {0}', label));
      mute.setAttribute('aria-label', t('Mute {0}', label));
      solo.setAttribute('aria-label', t('Solo {0}', label));
      press(mute, level.mute);
      press(solo, level.solo);
    },
  };
}
