// The preview's page: builds its parts, draws when something has changed, and lets messages and hands meet. Decides
// nothing about music.

import './style.css';
import { follow } from '../../src/extension/preview/change.ts';
import type {
  ExportKind,
  HostMessage,
  PanelCommand,
  ProgressMessage,
  Reading,
  SettingsMessage,
} from '../../src/extension/preview/messages.ts';
import { controls } from './controls.ts';
import { Cursor } from './cursor.ts';
import type { Desk } from './desk.ts';
import { htmlFile, svgFile, wavFile } from './export.ts';
import { Flip } from './flip.ts';
import { Frame } from './frame.ts';
import { listen, post, remember, remembered } from './host.ts';
import { Opinions } from './opinions.ts';
import { Page } from './page.ts';
import { Player } from './player.ts';
import { type Preferences, recall, zoomed } from './preferences.ts';
import type { Manner } from './transport.ts';

/** After a picture that took longer than this to draw, there is a rest before the next one. */
const QUICK = 110;

const memory = recall(remembered());
const firstTime = remembered() === undefined || remembered() === null;
const desk: { -readonly [K in keyof Desk]: Desk[K] } = {
  document: null,
  reading: null,
  preferences: memory.preferences,
  sync: 'both',
};
let settings: SettingsMessage | null = null;
let progress: ProgressMessage | null = null;
let drawTimer: ReturnType<typeof setTimeout> | null = null;
/** Milliseconds that the last picture took, and when it was done. */
let cost = 0;
let done = 0;
/** The mixer as it was before a voice was played alone. */
let mixed: Manner['levels'] | null = null;
/** What is to be saved as soon as there is a picture. */
let unsaved: ExportKind[] = [];

const frame = new Frame(() => command('cancel'));
const page: Page = new Page(frame.scroller, {
  note: (note, sure) => cursor.touch(note, sure),
  bars: (bars) => cursor.touchBars(bars),
});
const player: Player = new Player(page, desk.preferences.manner, {
  sheet: () => shown()?.sheet ?? null,
  selection: () => cursor.stretch,
  cursor: () => cursor.tick,
  status: (text) => frame.status(text),
  onState: (state, at) => {
    panel.playing(state);
    if (state === 'stopped') together();
    if (state === 'playing' && progress === null) frame.status('');
    if (!desk.document) return;
    const { uri, version } = desk.document;
    post({ type: 'playback', uri, version, state, at: Math.max(0, Math.round(at)) });
  },
});
const cursor: Cursor = new Cursor(
  desk,
  page,
  frame,
  () => player.isPlaying,
  () => opinions.refresh(),
);
const opinions = new Opinions(desk, page, frame.roll, () => cursor);
const panel = controls({ play: (wish) => player.play(wish), prefer, command, save });
const flip = new Flip({
  show: (_, heard) => {
    draw();
    if (heard && flip.offer) void player.sound(flip.offer.region);
  },
  choose: ({ uri, version, run }, index) => post({ type: 'choose', uri, version, run, index }),
});

// ---- drawing -------------------------------------------------------------------------------------------------------

const shown = (): Reading | null => flip.reading ?? desk.document?.reading ?? null;

function drawSoon(): void {
  if (drawTimer !== null) return;
  const rest = cost < QUICK ? 0 : Math.min(400, cost * 0.6);
  drawTimer = setTimeout(() => draw(), Math.max(0, done + rest - performance.now()));
}

/** `view` is the height that will be looked at. */
function draw(view?: number): void {
  if (drawTimer !== null) clearTimeout(drawTimer);
  drawTimer = null;
  const { document, preferences } = desk;
  const next = shown();
  if (!next || !document) return;
  const start = performance.now();
  const hopeless = document.trouble.broken && flip.reading === null && page.picture !== null;
  const good = !hopeless && page.draw(next, preferences.layout, preferences.zoom, preferences.width, view);
  if (good) {
    const changed = desk.reading !== next;
    desk.reading = next;
    if (changed) player.changeText(preferences.manner, next.sheet);
  }
  frame.drawn(page.picture !== null);
  frame.trouble(document.trouble, !good && page.picture !== null, (span) => cursor.select(span, true));
  cursor.show();
  opinions.showHeat();
  page.marks?.ghosts(progress?.notes ?? []);
  frame.explainMarks(desk.reading?.sheet);
  showControls();
  done = performance.now();
  cost = done - start;
  if (good && !page.picture?.complete) {
    drawTimer = setTimeout(() => draw(view));
    return;
  }
  post({ type: 'drawn', uri: document.uri, version: document.version, milliseconds: cost });
  if (!page.picture || !desk.reading) return;
  const wanted = unsaved;
  unsaved = [];
  for (const kind of wanted) void save(kind);
}

function showControls(): void {
  const sheet = desk.reading?.sheet;
  document.body.classList.toggle('paper', desk.preferences.paper);
  panel.show(
    desk.preferences,
    sheet?.tempos[0]?.quarters ?? 100,
    sheet?.voices.map((voice) => voice.name) ?? [],
  );
  frame.running(progress !== null);
}

// ---- wishes --------------------------------------------------------------------------------------------------------

function prefer(change: (old: Preferences) => Preferences): void {
  const old = desk.preferences;
  const now = change(old);
  desk.preferences = now;
  player.change(now.manner);
  if (old.layout !== now.layout || old.zoom !== now.zoom || old.width !== now.width) drawSoon();
  opinions.prefer(old);
  showControls();
  cursor.show();
  opinions.showHeat();
  keep();
}

const mix = (levels: Manner['levels']): void =>
  prefer((old) => ({ ...old, manner: { ...old.manner, levels } }));

/** Ends the playing of one voice alone. */
function together(): void {
  const before = mixed;
  mixed = null;
  if (before) mix(before);
}

function command(name: PanelCommand): void {
  if (desk.document) post({ type: 'command', uri: desk.document.uri, version: desk.document.version, name });
}

function keep(): void {
  const { document, preferences } = desk;
  remember({ uri: document?.uri ?? memory.uri, scroll: frame.scroller.scrollTop, preferences });
}

async function save(kind: ExportKind): Promise<void> {
  const { picture } = page;
  const { document, reading, preferences } = desk;
  if (!picture || !document || !reading) {
    unsaved.push(kind);
    return;
  }
  const { uri, version } = document;
  const { layout, zoom, width } = preferences;
  const contents: Record<ExportKind, () => string | Promise<string>> = {
    svg: () => page.onPaper(reading, layout, zoom, width, ({ svg }) => svgFile(svg)),
    html: () => page.onPaper(reading, layout, 1, 'page', htmlFile),
    wav: async () => wavFile(await player.render(picture.sheet, preferences.manner)),
  };
  try {
    post({ type: 'exported', uri, version, kind, content: await contents[kind]() });
  } catch {
    post({ type: 'failed', message: `The export to ${kind.toUpperCase()} failed.` });
  }
}

// ---- messages ------------------------------------------------------------------------------------------------------

const receive: { readonly [T in HostMessage['type']]: (message: Extract<HostMessage, { type: T }>) => void } =
  {
    document: (message) => {
      const before = desk.document;
      const other = before !== null && before.uri !== message.uri;
      if (other || (flip.offer && flip.offer.version !== message.version)) flip.close();
      if (before && before.version !== message.version) opinions.forget();
      desk.document = message;
      opinions.refresh();
      if (before && !other) return drawSoon();
      const scroll = before === null && memory.uri === message.uri ? memory.scroll : 0;
      draw(scroll);
      frame.scroller.scrollTop = scroll;
      keep();
      opinions.begin();
    },
    change: ({ uri, version, since, change, trouble }) => {
      const known = desk.document;
      const reading = known?.uri === uri && known.version === since ? follow(known.reading, change) : null;
      if (reading) receive.document({ type: 'document', uri, version, reading, trouble });
      else post({ type: 'ready' });
    },
    progress: (message) => {
      const ended = message.done >= 1 && message.notes.length === 0;
      progress = ended ? null : message;
      page.marks?.ghosts(message.notes);
      frame.status(ended ? '' : `${message.label} ${Math.round(message.done * 100)} %`);
      frame.running(!ended);
    },
    alternatives: (message) => {
      if (message.uri === desk.document?.uri) flip.open(message);
    },
    selection: (message) => {
      if (message.uri === desk.document?.uri) cursor.follow(message.spans, message.reveal);
    },
    surprise: (message) => opinions.surprise(message),
    probabilities: (message) => opinions.probabilities(message),
    settings: (message) => {
      const old = settings;
      settings = message;
      desk.sync = message.sync;
      if (!old && !firstTime) return;
      const news = <K extends 'paper' | 'layout' | 'instrument'>(name: K): boolean =>
        !old || old[name] !== message[name];
      prefer((was) => ({
        ...was,
        paper: news('paper') ? message.paper : was.paper,
        layout: news('layout') ? message.layout : was.layout,
        manner: {
          ...was.manner,
          instrument: news('instrument') ? message.instrument : was.manner.instrument,
        },
      }));
    },
    play: ({ what, voice }) => {
      if (voice === null) together();
      else {
        mixed ??= desk.preferences.manner.levels;
        mix(mixed.map((level, v) => ({ ...level, solo: v === voice })));
      }
      if (what !== 'all') return player.play(what);
      if (desk.reading) void player.sound({ from: 0, to: desk.reading.sheet.length });
    },
    export: ({ kind }) => void save(kind),
    status: ({ text }) => frame.status(text),
  };

// ---- hands ---------------------------------------------------------------------------------------------------------

const plain = (event: KeyboardEvent): boolean => !event.ctrlKey && !event.metaKey && !event.altKey;

frame.scroller.addEventListener('keydown', (event) => {
  if (!plain(event) || !desk.reading) return;
  if (event.key === ' ') player.play(event.shiftKey ? 'cursor' : 'toggle');
  else if (event.key === 'Escape') player.play('stop');
  else if (!cursor.key(event.key) && !flip.key(event.key)) return;
  event.preventDefault();
});
flip.bar.addEventListener('keydown', (event) => {
  if (plain(event) && flip.key(event.key)) event.preventDefault();
});
frame.scroller.addEventListener('wheel', (event) => {
  if (!event.ctrlKey) return;
  event.preventDefault();
  prefer((old) => ({ ...old, zoom: zoomed(old.zoom, event.deltaY < 0 ? 1.1 : 1 / 1.1) }));
});
frame.scroller.addEventListener('scroll', () => keep(), { passive: true });

let room = 0;
new ResizeObserver(() => {
  if (Math.abs(frame.scroller.clientWidth - room) < 2) return;
  room = frame.scroller.clientWidth;
  if (desk.preferences.width === 'panel') drawSoon();
}).observe(frame.scroller);

listen((message) => (receive[message.type] as (message: HostMessage) => void)(message));
frame.furnish(...panel.bars, flip.bar);
frame.roll.hidden = !desk.preferences.odds;
showControls();
panel.playing('stopped');
opinions.showRoll();
post({ type: 'ready' });
