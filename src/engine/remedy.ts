// After annealing: the notes of what still offends are drawn again, whole notes at a time. Knows which offences there
// are only through the tariff.

import { runsOf, type Site } from './block.ts';
import { type Draft, redraw, type Task } from './gibbs.ts';
import { FORBIDDEN, type Offence, offencesOf, type Tariff } from './offences.ts';
import type { Random } from './random.ts';

/** Offences cheaper than this are the network's own business: Bach commits them too. */
const WORTH_MENDING = 2.5;

/** Most rounds of mending. Each costs the forwards of the windows that have something to mend. */
const ROUNDS = 6;
/** Where a rule is without exception, as long as there is hope. */
const STUBBORN_ROUNDS = 24;

/** The note of a voice that sounds in a step, if it is open. */
const noteAt = (runs: readonly Site[], step: number, voice: number): Site | undefined =>
  runs.find((run) => run.voice === voice && run.from <= step && step < run.to);

/** The open notes that make an offence: those it arrives at and those it comes from. */
function culprits(runs: readonly Site[], { step, voices }: Offence): Site[] {
  const notes = [step, step - 1].flatMap((at) => voices.map((voice) => noteAt(runs, at, voice)));
  return [...new Set(notes.filter((note) => note !== undefined))];
}

/** What a draft owes. Offences of the written notes alone are everybody's debt, and change nothing. */
const debtOf = (offences: readonly Offence[], tariff: Tariff): number =>
  offences.reduce((sum, { kind }) => sum + tariff[kind], 0);

/** A network that is very sure of an offence is offered more from round to round. */
const dearer = (tariff: Tariff, factor: number): Tariff => {
  const raised = Object.entries(tariff).map(([kind, price]) => [kind, price * factor]);
  return Object.fromEntries(raised) as Tariff;
};

/**
 * Draws notes of offences again until none is left that can be mended, or the rounds are used up; leaves the draft as
 * it was when it owed least.
 */
export async function mend(task: Task, draft: Draft, random: Random): Promise<void> {
  const { tariff, grid } = task;
  if (!tariff) return;
  let best = { debt: Number.POSITIVE_INFINITY, pitch: draft.pitch, nll: draft.nll };
  for (let round = 0; ; round++) {
    const offences = offencesOf(draft.pitch, grid.fifths);
    const debt = debtOf(offences, tariff);
    if (debt < best.debt) best = { debt, pitch: draft.pitch.slice(), nll: draft.nll.slice() };
    const runs = runsOf(grid, task.sites, draft.pitch);
    const worth = offences.filter(({ kind }) => tariff[kind] >= WORTH_MENDING);
    const guilty = worth.map((offence) => culprits(runs, offence)).filter((notes) => notes.length > 0);
    const forbidden = worth.some((o) => tariff[o.kind] >= FORBIDDEN && culprits(runs, o).length > 0);
    if (guilty.length === 0 || round >= (forbidden ? STUBBORN_ROUNDS : ROUNDS)) break;
    // Some of the notes, one at least: which of them should give way differs from place to place.
    const chosen = new Set(
      guilty.flatMap((notes) => {
        const some = notes.filter(() => random.uniform() < 0.5);
        return some.length > 0 ? some : [notes[Math.floor(random.uniform() * notes.length)]];
      }),
    );
    await redraw(
      { ...task, tariff: dearer(tariff, 1 + round / 2) },
      draft,
      runs.filter((run) => chosen.has(run)),
      random,
    );
  }
  draft.pitch.set(best.pitch);
  draft.nll.set(best.nll);
}
