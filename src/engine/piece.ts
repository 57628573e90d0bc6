// A text with open places in, the edits that fill it out: the whole way, for every host. Knows neither files nor
// editors; the engine it is given may live in this process or in another.

import type { Problem, Span, TextEdit } from '../language/problem.ts';
import { type Gridded, type Selection, toGrid } from '../language/read/grid.ts';
import type { Parsed } from '../language/read/parse.ts';
import type { Directives } from '../language/score.ts';
import { fill, type Policy } from '../language/write/fill.ts';
import { DEFAULTS } from './defaults.ts';
import { EngineFailure } from './failure.ts';
import type { Harmonization } from './harmonizer.ts';
import type { Call, Engine, Fills, Query, Wishes } from './protocol.ts';
import type { ScheduleName } from './schedule.ts';

/** What a host asks for; what it leaves out, the text's directives say, then the defaults. */
export interface Wish {
  readonly selection: Selection;
  readonly policy: Policy;
  readonly alternatives?: number;
  readonly seed?: number;
  readonly temperature?: number;
  readonly steps?: number;
  readonly schedule?: ScheduleName;
  readonly rules?: Directives['rules'];
  readonly model?: string;
}

/** A wish made exact by the directives of a text. */
export interface Order {
  readonly gridded: Gridded;
  readonly query: Query;
  readonly wishes: Wishes;
}

/** One way to fill the text. */
export interface Proposal {
  readonly edits: readonly TextEdit[];
  readonly harmonization: Harmonization;
}

export interface Outcome {
  readonly order: Order;
  readonly proposals: readonly Proposal[];
  readonly model: Fills['model'];
  readonly seconds: Fills['seconds'];
  /** Open places that could not be filled and stay as they are. */
  readonly problems: readonly Problem[];
}

/** Puts the score on its grid and settles every number of the run. */
export function orderOf(parsed: Parsed, wish: Wish): Order {
  const { directives } = parsed.score;
  const gridded = toGrid(parsed.score, wish.selection);
  const temperature = directives.temperature.map(
    (written) => wish.temperature ?? written ?? DEFAULTS.temperature,
  ) as [number, number, number, number];
  return {
    gridded,
    query: { model: wish.model ?? directives.model, resolution: directives.grid },
    wishes: {
      seed: wish.seed ?? directives.seed ?? DEFAULTS.seed,
      temperature,
      steps: wish.steps ?? directives.steps,
      alternatives: wish.alternatives ?? 1,
      schedule: wish.schedule ?? DEFAULTS.schedule,
      rules: wish.rules ?? directives.rules,
    },
  };
}

/**
 * Fills what the wish selects.
 *
 * @param ordered the wish's order, where the caller has it already
 * @throws EngineFailure `nothing-open` where the selection has no open cell, and whatever the engine says
 */
export async function harmonizePiece(
  parsed: Parsed,
  wish: Wish,
  engine: Pick<Engine, 'harmonize'>,
  call?: Call,
  ordered?: Order,
): Promise<Outcome> {
  await breath();
  const order = ordered ?? orderOf(parsed, wish);
  const { gridded } = order;
  if (!gridded.grid.open.includes(1)) throw nothingOpen(gridded);
  const { fills, model, seconds } = await engine.harmonize(order.query, gridded.grid, order.wishes, call);
  const proposals: Proposal[] = [];
  for (const harmonization of fills) {
    await breath();
    proposals.push({ edits: fill(parsed, gridded, harmonization.filled, wish.policy), harmonization });
  }
  return { order, model, seconds, problems: gridded.problems, proposals };
}

/** A host has other things to do: they come first between the steps of a run. */
const breath = (): Promise<void> => new Promise((go) => setImmediate(go));

/** Where in the text a cell of the order's grid comes from: its open event, else its voice. */
export function spanAt(
  parsed: Parsed,
  { gridded }: Order,
  place: { step: number; voice: number },
): Span | null {
  const target = gridded.targets.find(
    ({ voice, from, to }) => voice === place.voice && from <= place.step && place.step < to,
  );
  return target?.event?.span ?? parsed.score.parts.find(({ voice }) => voice === place.voice)?.span ?? null;
}

function nothingOpen({ problems }: Gridded): EngineFailure {
  const why = problems[0]?.message;
  return new EngineFailure(
    'nothing-open',
    why ?? 'Nothing is open here: put `?` before the notes that may change, or leave a voice out.',
  );
}
