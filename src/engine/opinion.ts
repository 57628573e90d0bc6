// What the network thinks of notes that stand: each is hidden, with all else in sight, and guessed. Draws nothing,
// so it knows neither chance nor rules; who asks and how the answer is shown is not known here.

import { midi } from '../language/pitch.ts';
import type { Span, TextEdit } from '../language/problem.ts';
import { type Gridded, outerPitch, toGrid } from '../language/read/grid.ts';
import type { Parsed } from '../language/read/parse.ts';
import { copyOf } from '../language/read/placed.ts';
import { timed } from '../language/read/targets.ts';
import { type Grid, UNKNOWN } from '../language/roll.ts';
import { type Event, type Score, VOICES } from '../language/score.ts';
import { fill } from '../language/write/fill.ts';
import { echoOf } from './echo.ts';
import type { Predict } from './predict.ts';
import { type NetworkRange, offsetsFor } from './transpose.ts';
import { type Answer, ask, layWindows } from './window.ts';

/** One note laid open, and nothing else. */
export interface Isolated {
  /** As read, but for the note, which is open. */
  readonly parsed: Parsed;
  readonly gridded: Gridded;
  readonly cells: readonly number[];
  /** The MIDI number that stands there; null for an open note without a value. */
  readonly written: number | null;
  /** Tied tokens are one note. */
  readonly events: readonly Event[];
}

export interface Odd {
  /** MIDI number, as it sounds. */
  readonly pitch: number;
  /** 0 to 1. */
  readonly probability: number;
}

export interface Opinion {
  /** How likely the network finds what stands there; null where nothing does. */
  readonly written: number | null;
  /** What else might stand there (in range, and as ties and chords allow), likeliest first. */
  readonly others: readonly Odd[];
  readonly echo: Recalled | null;
}

/** What sounds at the same place of a phrase that the piece sings elsewhere, too. */
export interface Recalled {
  /** MIDI number. */
  readonly pitch: number;
  /** Index of the bar. */
  readonly bar: number;
}

/** As strong an echo was right 997 times of 1,000 in the chorales (EXPERIMENTS.md). */
const SURE = 0.5;

/** Who is asked: the network, and the pitches it knows. */
export interface Oracle {
  readonly predict: Predict;
  readonly range: NetworkRange;
}

/** Music that is shown at once, and what surrounds a hidden note at least; in whole notes. */
const WINDOW = 16;
const MARGIN = 4;

/** The tokens of one sounding note: the event with all that it is tied to, in order. */
function soundOf(events: readonly Event[], event: Event): Event[] {
  let from = events.indexOf(event);
  let to = from + 1;
  while (from > 0 && events[from]?.continues) from--;
  while (events[to]?.continues) to++;
  return events.slice(from, to);
}

/**
 * Lays one note open. Null where the network has no say: rests, open spans of free rhythm, divided voices, tuplets,
 * grace notes, and what does not lie on the grid or cannot be changed without contradiction.
 */
export function isolate(parsed: Parsed, event: Event): Isolated | null {
  const { score } = parsed;
  const { voice } = event;
  const single = event.state === 'open' ? event.rhythm === 'fixed' : event.pitches.length === 1;
  if (event.kind !== 'note' || event.irregular !== null || !single) return null;
  const events = soundOf(timed(score, voice), event);
  const opened = new Map(
    events.map((one) => [one, { ...copyOf(one), state: 'open', rhythm: 'fixed' } as const satisfies Event]),
  );
  const parts = score.parts.map((part) => ({
    ...part,
    events: part.events.map((one) => opened.get(one) ?? one),
  })) as unknown as Score['parts'];
  const directives = { ...score.directives, lock: [false, false, false, false] as const, open: [] };
  const changed: Score = { ...score, parts, directives };
  const bars = { from: events[0]!.bar, to: events.at(-1)!.bar + 1 };
  const whole = toGrid(changed, { mode: 'fill', bars, voices: [voice] });
  const own = new Set<Event | null>(opened.values());
  const targets = whole.targets.filter((target) => own.has(target.event));
  if (targets.length !== events.length) return null;
  const cells = targets.flatMap(({ from, to }) =>
    Array.from({ length: to - from }, (_, i) => 4 * (from + i) + voice),
  );
  const open = new Uint8Array(whole.grid.open.length);
  for (const cell of cells) open[cell] = 1;
  const sounding = outerPitch(event);
  return {
    parsed: { ...parsed, score: changed },
    gridded: { ...whole, grid: { ...whole.grid, open }, targets },
    cells,
    written: sounding === undefined ? null : midi(sounding),
    events,
  };
}

const erasedIn = (grid: Grid): Uint8Array =>
  grid.open.map((open, cell) => (open || grid.pitch[cell] === UNKNOWN ? 1 : 0));

/** Asks about the open cells of a grid. */
async function guess(grid: Grid, { predict, range }: Oracle, signal?: AbortSignal): Promise<Answer> {
  const erased = erasedIn(grid);
  const windows = layWindows(grid, WINDOW * grid.resolution, MARGIN * grid.resolution);
  const sight = { pitch: grid.pitch, erased, onset: grid.onset, belief: 1 };
  return ask(predict, grid, sight, windows, range, offsetsFor(grid, range), signal);
}

/**
 * The distribution of a note over the pitches the network knows: the geometric mean of its cells' probabilities,
 * made to sum to 1, so that a long note is not judged more surely than a short one. Likeliest first.
 */
function oddsOf(answer: Answer, grid: Grid, range: NetworkRange, cells: readonly number[]): Odd[] {
  const shift = offsetsFor(grid, range)[cells[0]! & 3];
  const likelihoods = Array.from({ length: range.pitches }, (_, i) => {
    const pitch = range.lowest + i - shift;
    const sum = cells.reduce((total, cell) => total + answer.logp(cell, pitch), 0);
    return { pitch, probability: Math.exp(sum / cells.length) };
  });
  const total = likelihoods.reduce((sum, { probability }) => sum + probability, 0);
  return likelihoods
    .map(({ pitch, probability }) => ({ pitch, probability: probability / total }))
    .sort((a, b) => b.probability - a.probability);
}

const LEAST = 1e-12;
const chanceOf = (odds: readonly Odd[], pitch: number): number =>
  odds.find((odd) => odd.pitch === pitch)?.probability ?? LEAST;

/** Asks about one note. @param count so many others at most */
export async function opinionOf(
  { gridded: { grid }, cells, written }: Isolated,
  oracle: Oracle,
  count: number,
  signal?: AbortSignal,
): Promise<Opinion> {
  const odds = oddsOf(await guess(grid, oracle, signal), grid, oracle.range, cells);
  const allowed = grid.weights[grid.candidates[cells[0]!]!];
  return {
    written: written === null ? null : chanceOf(odds, written),
    others: odds
      .filter(({ pitch }) => pitch !== written && (allowed === undefined || (allowed[pitch] ?? 0) > 0))
      .slice(0, count),
    echo: recalled(grid, cells[0]!),
  };
}

function recalled(grid: Grid, cell: number): Recalled | null {
  const step = cell >> 2;
  const beat = Math.max(1, grid.resolution / 4);
  const music = { steps: grid.steps, pitch: grid.pitch, erased: erasedIn(grid) };
  const echo = echoOf(music, beat, step, step + 1);
  const at = cell & 3;
  return echo.strength[at]! > SURE ? { pitch: echo.pitch[at]!, bar: grid.bar[echo.step[at]!]! } : null;
}

/** The edits that write another pitch in the note's place, with the accidentals it needs. */
export function rewrite({ parsed, gridded, cells }: Isolated, pitch: number): TextEdit[] {
  const filled = { pitch: gridded.grid.pitch.slice(), onset: gridded.grid.onset };
  for (const cell of cells) filled.pitch[cell] = pitch;
  return fill(parsed, gridded, filled, 'accept');
}

/** How unlikely each note is, and what the network would put in each cell. */
export interface Survey {
  readonly gridded: Gridded;
  /** -log p in nats, for each token. */
  readonly notes: readonly { readonly span: Span; readonly nats: number }[];
  /** By cell of the grid, in order; `odds` that are not negligible, likeliest first. */
  readonly cells: readonly {
    readonly cell: number;
    readonly drawn: number;
    readonly odds: readonly Odd[];
  }[];
}

/** Notes are hidden in so many turns: far enough apart in each to leave every one of them its surroundings. */
const TURNS = 8;
/** Notes that begin together are hidden in different turns. */
const STRIDE = 2;
const NEGLIGIBLE = 0.01;

/** A note of a score on the grid. */
interface Site {
  readonly events: readonly Event[];
  readonly cells: readonly number[];
  readonly turn: number;
}

function sitesOf(score: Score, { grid, origin, stepTicks }: Gridded): Site[] {
  const stepAt = (tick: number): number =>
    Math.min(grid.steps, Math.max(0, Math.ceil((tick - origin) / stepTicks)));
  return VOICES.flatMap((voice) => {
    const events = timed(score, voice);
    const heads = events.filter((event) => event.pitches.length > 0 && !event.continues);
    return heads.map((head, i): Site => {
      const sound = soundOf(events, head);
      const last = sound.at(-1)!;
      const from = stepAt(head.onset);
      const to = stepAt(last.onset + last.duration);
      const cells = Array.from({ length: Math.max(0, to - from) }, (_, s) => 4 * (from + s) + voice);
      return { events: sound, cells, turn: (i + STRIDE * voice) % TURNS };
    });
  }).filter(({ cells }) => cells.length > 0);
}

/** Asks about every note of some bars (indices, both included; all of them without), and about what is still open. */
export async function survey(
  score: Score,
  bars: { readonly from: number; readonly to: number } | null,
  oracle: Oracle,
  signal?: AbortSignal,
): Promise<Survey> {
  const gridded = toGrid(score, { mode: 'fill', voices: [] });
  const { grid } = gridded;
  const isWanted = (cell: number): boolean =>
    bars === null || (grid.bar[cell >> 2]! >= bars.from && grid.bar[cell >> 2]! <= bars.to);
  const sites = sitesOf(score, gridded).filter(({ cells }) => cells.some(isWanted));
  const unknown = Array.from(grid.pitch.keys()).filter(
    (cell) => grid.pitch[cell] === UNKNOWN && isWanted(cell),
  );
  const notes: Survey['notes'][number][] = [];
  const found: Survey['cells'][number][] = [];
  for (let turn = 0; turn <= TURNS; turn++) {
    const hidden = sites.filter((site) => site.turn === turn);
    const cells = turn === TURNS ? unknown : hidden.flatMap((site) => site.cells);
    if (cells.length === 0) continue;
    const open = new Uint8Array(grid.open.length);
    for (const cell of cells) open[cell] = 1;
    const asked = { ...grid, open };
    const answer = await guess(asked, oracle, signal);
    for (const { events, cells: own } of hidden) {
      const nats = -Math.log(chanceOf(oddsOf(answer, asked, oracle.range, own), grid.pitch[own[0]!]!));
      notes.push(...events.map(({ span }) => ({ span, nats })));
    }
    for (const cell of cells.filter(isWanted)) {
      const odds = oddsOf(answer, asked, oracle.range, [cell]);
      found.push({
        cell,
        drawn: grid.pitch[cell]!,
        odds: odds.filter(({ probability }) => probability >= NEGLIGIBLE),
      });
    }
  }
  return { gridded, notes, cells: found.sort((a, b) => a.cell - b.cell) };
}
