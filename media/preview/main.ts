// The preview's page: builds its parts and lets messages, hands and sound meet. Decides nothing about music.

import './style.css';
import type {
  AskMessage,
  DocumentMessage,
  ExportKind,
  HostMessage,
  Interval,
  PanelCommand,
  ProbabilitiesMessage,
  ProgressMessage,
  Reading,
  SettingsMessage,
  Span,
  SurpriseMessage,
} from '../../src/extension/preview/messages.ts';
import { controls, type PlayWish } from './controls.ts';
import { barInWords, noteInWords } from './describe.ts';
import { htmlFile, svgFile, wavFile } from './export.ts';
import { Flip } from './flip.ts';
import { listen, post, remember, remembered } from './host.ts';
import { Shelf } from './mixer.ts';
import { legend, rollOf } from './odds.ts';
import { Page } from './page.ts';
import { NOWHERE, type Place, placeOf, type Step, stepFrom, stretchOf, withNote } from './places.ts';
import { type Preferences, recall } from './preferences.ts';
import { element } from './shapes.ts';
import { render, Transport } from './transport.ts';

/** A picture that takes longer than this to draw is not drawn for every key. */
const QUICK = 110;
/** How long nothing must change before the network is asked, in milliseconds. */
const STILL = 300;

const memory = recall(remembered());
const firstTime = remembered() === undefined || remembered() === null;
let preferences = memory.preferences;
let settings: SettingsMessage | null = null;
let current: DocumentMessage | null = null;
let place: Place = NOWHERE;
let surprise: SurpriseMessage | null = null;
let odds: ProbabilitiesMessage | null = null;
let progress: ProgressMessage | null = null;
let reading: Reading | null = null;
let drawTimer: ReturnType<typeof setTimeout> | null = null;
let cost = 0;
/** What is to be saved as soon as there is a picture. */
let unsaved: ExportKind[] = [];
let askTimer: ReturnType<typeof setTimeout> | null = null;
/** What the shown probabilities are about. */
let asked = '';

const root = document.body;
const trouble = element('div', { class: 'trouble', role: 'status', hidden: '' });
const status = element('div', { class: 'status', role: 'status' });
const words = element('p', { class: 'words', 'aria-live': 'polite', hidden: '' });
const said = element('p', { class: 'unseen', 'aria-live': 'polite' });
const rollFrame = element('section', { class: 'odds', 'aria-label': 'Probabilities', hidden: '' });
const empty = element('p', { class: 'empty' }, 'No music yet. Write a melody, and it appears here.');
const key = element('p', { class: 'key-to-marks', hidden: '' });
const scroller = element(
  'main',
  {
    class: 'scroller',
    tabindex: 0,
    'aria-label': 'Score. Arrow keys move from note to note, Enter goes to the text.',
  },
  empty,
);

const transport = new Transport(
  new Shelf(document.body.dataset.sounds ?? ''),
  preferences.manner,
  (state, at) => {
    panel.playing(state);
    if (state === 'playing' && progress === null) status.textContent = '';
    if (state === 'playing' && progress === null) status.textContent = '';
    if (state === 'playing') requestAnimationFrame(follow);
    else page.marks?.playing(new Set());
    if (state === 'stopped') page.marks?.playhead(null);
    if (current)
      post({
        type: 'playback',
        uri: current.uri,
        version: current.version,
        state,
        at: Math.max(0, Math.round(at)),
      });
  },
  () => {
    status.textContent = 'Click here once, or press a key, to let the sound begin.';
  },
);

const panel = controls({ play, prefer, command, save });

const flip = new Flip({
  show: (_, heard) => {
    draw();
    if (heard && flip.offer) void sound(flip.offer.region, flip.offer.region.from);
  },
  choose: ({ uri, version, run }, index) => post({ type: 'choose', uri, version, run, index }),
});

const page = new Page(scroller, {
  note: (note, sure) => selectNote(note, sure),
  bars: (bars) => {
    if (!bars || !current || settings?.sync === 'off') return showPlace();
    if (reading) place = { ...place, bars };
    showPlace();
    post({ type: 'select-bars', uri: current.uri, version: current.version, ...bars });
  },
});

const app = element('div', { class: 'app' });
app.append(
  element('header', {}, panel.bar, panel.desk, flip.bar, trouble),
  scroller,
  rollFrame,
  element('footer', {}, words, key, status, said),
);
root.append(app);

// ---- drawing -------------------------------------------------------------------------------------------------------

const shown = (): Reading | null => flip.reading ?? current?.reading ?? null;

function drawSoon(): void {
  if (drawTimer !== null) return;
  drawTimer = setTimeout(draw, cost < QUICK ? 0 : Math.min(400, cost * 0.6));
}

function draw(): void {
  if (drawTimer !== null) clearTimeout(drawTimer);
  drawTimer = null;
  const next = shown();
  if (!next || !current) return;
  const start = performance.now();
  const hopeless = current.trouble.broken && flip.reading === null && page.picture !== null;
  const good = !hopeless && page.draw(next, preferences.layout, preferences.zoom, preferences.width);
  if (good) {
    const changed = reading !== next;
    reading = next;
    empty.hidden = true;
    if (changed && transport.state !== 'stopped') transport.change(preferences.manner, next.sheet);
  }
  showTrouble(good);
  showPlace();
  showHeat();
  page.marks?.ghosts(progress?.notes ?? []);
  showKey();
  showControls();
  cost = performance.now() - start;
  post({ type: 'drawn', uri: current.uri, version: current.version, milliseconds: cost });
  if (!page.picture || !reading) return;
  const wanted = unsaved;
  unsaved = [];
  for (const kind of wanted) void save(kind);
}

function showTrouble(good: boolean): void {
  if (!current) return;
  const { errors, warnings, first } = current.trouble;
  const stale = !good && page.picture !== null;
  const counts = [
    errors > 0 ? `${errors} ${errors === 1 ? 'error' : 'errors'}` : '',
    warnings > 0 ? `${warnings} ${warnings === 1 ? 'warning' : 'warnings'}` : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
  trouble.hidden = !stale && errors === 0;
  trouble.classList.toggle('stale', stale);
  trouble.replaceChildren();
  if (trouble.hidden) return;
  trouble.append(
    stale ? 'The text cannot be drawn just now; this is the last good picture. ' : '',
    counts ? `${counts}. ` : '',
  );
  if (!first) return;
  const go = element('button', { type: 'button', class: 'link' }, `Line ${first.line}: ${first.message}`);
  go.addEventListener('click', () => select(first.span, true));
  trouble.append(go);
}

/** Explains the marks, as soon as there are any. */
function showKey(): void {
  const looks = new Set(reading?.sheet.notes.map((note) => note.look));
  const names = {
    open: 'open: dashed box',
    filled: 'filled just now: ring',
    pinned: 'pinned: wedge above',
  } as const;
  const parts = (['open', 'filled', 'pinned'] as const)
    .filter((look) => looks.has(look))
    .map((look) => names[look]);
  key.hidden = parts.length === 0;
  key.textContent = parts.join(' · ');
}

function showControls(): void {
  const sheet = reading?.sheet;
  root.classList.toggle('paper', preferences.paper);
  words.hidden = !preferences.words;
  rollFrame.hidden = !preferences.odds;
  panel.show(preferences, sheet?.tempos[0]?.quarters ?? 100, sheet?.voices.map((voice) => voice.name) ?? []);
  panel.running(progress !== null);
}

// ---- places --------------------------------------------------------------------------------------------------------

function showPlace(): void {
  page.marks?.cursor(place.own, place.together);
  const bars = place.bars && reading ? stretchOf(reading.sheet, place.bars) : null;
  page.marks?.bars(place.own.size > 1 || place.bars ? bars : null);
  if (reading && preferences.words && transport.state !== 'playing') {
    const text = barInWords(reading.sheet, place.bar ?? 0);
    if (words.textContent !== text) words.textContent = text;
  }
}

function select(span: Span, focus: boolean): void {
  if (!current || settings?.sync === 'off' || settings?.sync === 'text-to-preview') return;
  post({ type: 'select', uri: current.uri, version: current.version, span, focus });
}

function selectNote(index: number, focus: boolean): void {
  const note = reading?.sheet.notes[index];
  if (!reading || !note) return;
  place = { own: new Set([index]), together: withNote(reading.sheet, index), bar: note.bar, bars: null };
  showPlace();
  said.textContent = `${reading.sheet.voices[note.voice].name}, bar ${reading.sheet.bars[note.bar]?.number ?? ''}: ${noteInWords(note, reading.sheet.ticksPerWhole)}`;
  const placed = page.marks?.placedAt(index);
  const system = placed ? page.picture?.systems[placed.system] : undefined;
  if (system) page.reveal(system);
  askAgain();
  select(note.span, focus);
}

function selected(spans: readonly Span[], reveal: boolean): void {
  if (!reading || settings?.sync === 'off' || settings?.sync === 'preview-to-text') return;
  place = placeOf(reading.sheet, spans);
  showPlace();
  askAgain();
  const first = [...place.own][0];
  const placed = first === undefined ? undefined : page.marks?.placedAt(first);
  const system = placed ? page.picture?.systems[placed.system] : undefined;
  if (system && reveal && transport.state !== 'playing') page.reveal(system);
}

// ---- sound ---------------------------------------------------------------------------------------------------------

function sound(region: Interval, start: number): Promise<void> {
  const sheet = shown()?.sheet;
  if (!sheet) return Promise.resolve();
  return transport.play(sheet, region.from, region.to, start).catch(() => {
    status.textContent = 'The sound could not be started.';
    post({ type: 'failed', message: 'The sounds could not be loaded.' });
  });
}

/** The selected bars, else the bar of the cursor. */
function selectedStretch(): Interval | null {
  if (!reading) return null;
  const bars = place.bars ?? (place.bar === null ? null : { from: place.bar, to: place.bar });
  return bars ? stretchOf(reading.sheet, bars) : null;
}

function play(wish: PlayWish): void {
  if (!reading) return;
  const all = { from: 0, to: reading.sheet.length };
  if (wish === 'stop') transport.stop();
  else if (wish === 'toggle' && transport.state === 'playing') transport.pause();
  else if (wish === 'toggle' && transport.state === 'paused') void transport.resume();
  else if (wish === 'cursor') void sound(all, cursorTick());
  else
    void sound(
      wish === 'selection' ? (selectedStretch() ?? all) : all,
      wish === 'selection' ? (selectedStretch()?.from ?? 0) : 0,
    );
}

function cursorTick(): number {
  const first = [...place.own][0];
  if (!reading) return 0;
  if (first !== undefined) return reading.sheet.notes[first]!.onset;
  return place.bar === null ? 0 : reading.sheet.bars[place.bar]!.onset;
}

/** Moves the playhead with the sound. */
function follow(): void {
  const now = transport.now();
  if (now.state !== 'playing') return;
  page.marks?.playing(now.notes);
  const system = page.marks?.playhead(now.counting ? null : now.tick);
  if (system) page.reveal(system);
  requestAnimationFrame(follow);
}

// ---- wishes --------------------------------------------------------------------------------------------------------

function prefer(change: (old: Preferences) => Preferences): void {
  const old = preferences;
  preferences = change(old);
  transport.change(preferences.manner);
  if (old.layout !== preferences.layout || old.zoom !== preferences.zoom || old.width !== preferences.width)
    drawSoon();
  if (old.heat !== preferences.heat) ask('surprise', preferences.heat);
  if (old.odds !== preferences.odds) {
    asked = '';
    if (preferences.odds) askAgain();
    else ask('probabilities', false);
  }
  showControls();
  showPlace();
  showHeat();
  keep();
}

function ask(about: AskMessage['about'], wanted: boolean): void {
  if (!current) return;
  const bars = place.bars ?? (place.bar === null ? null : { from: place.bar, to: place.bar });
  post({ type: 'ask', uri: current.uri, version: current.version, about, wanted, bars });
}

/** The network is asked again when its answer is about another text or other bars, once the hands are still. */
function askAgain(): void {
  if (askTimer !== null) clearTimeout(askTimer);
  askTimer = setTimeout(() => {
    if (!current) return;
    if (preferences.heat && surprise?.version !== current.version) ask('surprise', true);
    const about = `${current.uri} ${current.version} ${JSON.stringify(place.bars ?? place.bar)}`;
    if (!preferences.odds || about === asked) return;
    asked = about;
    ask('probabilities', true);
  }, STILL);
}

function command(name: PanelCommand): void {
  if (current) post({ type: 'command', uri: current.uri, version: current.version, name });
}

function keep(): void {
  remember({ uri: current?.uri ?? memory.uri, scroll: scroller.scrollTop, preferences });
}

async function save(kind: ExportKind): Promise<void> {
  const picture = page.picture;
  if (!picture || !current || !reading) {
    unsaved.push(kind);
    return;
  }
  const { uri, version } = current;
  const contents: Record<ExportKind, () => string | Promise<string>> = {
    svg: () => svgFile(picture.svg),
    html: () =>
      htmlFile(
        picture.svg,
        reading?.sheet.title ?? '',
        picture.systems.map((system) => system.top),
      ),
    wav: async () =>
      wavFile(
        await render(
          transport.shelf,
          { ...preferences.manner, metronome: false, countIn: false },
          picture.sheet,
          {
            from: 0,
            to: picture.sheet.length,
          },
        ),
      ),
  };
  try {
    post({ type: 'exported', uri, version, kind, content: await contents[kind]() });
  } catch {
    post({ type: 'failed', message: `The export to ${kind.toUpperCase()} failed.` });
  }
}

// ---- what the network says -----------------------------------------------------------------------------------------

function showHeat(): void {
  const sheet = reading?.sheet;
  if (!preferences.heat || !surprise || !sheet) {
    page.marks?.heat(null);
    return;
  }
  const byStart = new Map(surprise.notes.map(({ span, nats }) => [span.start, nats]));
  const nats = new Map<number, number>();
  sheet.notes.forEach((note, i) => {
    const value = byStart.get(note.span.start);
    if (value !== undefined) nats.set(i, value);
  });
  page.marks?.heat(nats);
}

function showOdds(): void {
  const sheet = reading?.sheet;
  if (!odds || !sheet) {
    rollFrame.replaceChildren(
      element('p', {}, 'Select bars or a note to see what the network expects there.'),
    );
    return;
  }
  const scroll = rollFrame.querySelector('.roll-frame')?.scrollLeft ?? 0;
  rollFrame.replaceChildren(legend(sheet), rollOf(odds, sheet));
  rollFrame.querySelector('.roll-frame')!.scrollLeft = scroll;
}

// ---- messages ------------------------------------------------------------------------------------------------------

const receive: { readonly [T in HostMessage['type']]: (message: Extract<HostMessage, { type: T }>) => void } =
  {
    document: (message) => {
      const other = current !== null && current.uri !== message.uri;
      const anew = current === null;
      if (other || (flip.offer && flip.offer.version !== message.version)) flip.close();
      if (current && current.version !== message.version) surprise = null;
      current = message;
      askAgain();
      if (!anew && !other) return drawSoon();
      draw();
      scroller.scrollTop = anew && memory.uri === message.uri ? memory.scroll : 0;
      keep();
      if (preferences.heat) ask('surprise', true);
      if (preferences.odds) ask('probabilities', true);
    },
    progress: (message) => {
      const ended = message.done >= 1 && message.notes.length === 0;
      progress = ended ? null : message;
      page.marks?.ghosts(message.notes);
      status.textContent = ended ? '' : `${message.label} ${Math.round(message.done * 100)} %`;
      panel.running(!ended);
    },
    alternatives: (message) => {
      if (message.uri === current?.uri) flip.open(message);
    },
    selection: (message) => {
      if (message.uri === current?.uri) selected(message.spans, message.reveal);
    },
    surprise: (message) => {
      surprise = message;
      showHeat();
    },
    probabilities: (message) => {
      odds = message;
      showOdds();
    },
    settings: (message) => {
      const old = settings;
      settings = message;
      const fresh = old ? true : firstTime;
      if (!fresh) return;
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
      if (voice !== null)
        prefer((old) => ({
          ...old,
          manner: {
            ...old.manner,
            levels: old.manner.levels.map((level, v) => ({ ...level, solo: v === voice })),
          },
        }));
      if (what !== 'all') return play(what);
      if (reading) void sound({ from: 0, to: reading.sheet.length }, 0);
    },
    export: ({ kind }) => void save(kind),
    status: ({ text }) => {
      status.textContent = text;
    },
  };

listen((message) => (receive[message.type] as (message: HostMessage) => void)(message));

// ---- keys ----------------------------------------------------------------------------------------------------------

const ARROWS: Readonly<Record<string, Step>> = {
  ArrowRight: 'next',
  ArrowLeft: 'previous',
  ArrowUp: 'up',
  ArrowDown: 'down',
  Home: 'first',
  End: 'last',
};

scroller.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !reading) return;
  const step = ARROWS[event.key];
  const at = [...place.own][0] ?? null;
  if (step) {
    const next = stepFrom(reading.sheet, at, step);
    if (next !== null) selectNote(next, false);
  } else if (event.key === 'Enter' && at !== null) selectNote(at, true);
  else if (event.key === ' ') play(event.shiftKey ? 'cursor' : 'toggle');
  else if (event.key === 'Escape') play('stop');
  else if (!flip.key(event.key)) return;
  event.preventDefault();
});
flip.bar.addEventListener('keydown', (event) => {
  if (!event.ctrlKey && !event.metaKey && !event.altKey && flip.key(event.key)) event.preventDefault();
});

scroller.addEventListener('wheel', (event) => {
  if (!event.ctrlKey) return;
  event.preventDefault();
  prefer((old) => ({
    ...old,
    zoom: Math.min(3, Math.max(0.4, Math.round(old.zoom * (event.deltaY < 0 ? 1.1 : 1 / 1.1) * 20) / 20)),
  }));
});
scroller.addEventListener('scroll', () => keep(), { passive: true });

for (const touch of ['pointerdown', 'keydown'])
  window.addEventListener(touch, () => transport.touched(), { capture: true, passive: true });

let room = 0;
new ResizeObserver(() => {
  if (Math.abs(scroller.clientWidth - room) < 2) return;
  room = scroller.clientWidth;
  if (preferences.width === 'panel') drawSoon();
}).observe(scroller);

showControls();
panel.playing('stopped');
showOdds();
post({ type: 'ready' });
