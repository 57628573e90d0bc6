// A study's figures as a text to read. Every number in it is computed here from the figures; nothing is measured.

import { reachOf } from '../network.ts';
import { annealed, SCHEDULES, type ScheduleName } from '../schedule.ts';
import type { ChainFigures } from './chains.ts';
import type { GridFigures, StudyFigures } from './study.ts';

/** The article's formula as it is printed: without its leading `alpha_max -`. For comparison only. */
const asPrinted = (max: number, min: number, b: number) => (n: number, of: number) =>
  Math.max(min, (n * (max - min)) / (b * of));

const nats = (value: number): string => value.toFixed(3);
const percent = (value: number): string => `${(100 * value).toFixed(0)} %`;
const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
const NAMES: Readonly<Record<number, string>> = { 16: 'sixteenths', 8: 'eighths', 4: 'quarters' };

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** A drawn curve in the same folder. */
export interface Drawing {
  readonly file: string;
  readonly about: string;
}

/** Markdown. @param drawings by name; those that could not be drawn are left out */
export function resultsOf(
  figures: StudyFigures,
  drawings: Readonly<Partial<Record<'losses' | 'steps' | 'schedules', Drawing>>>,
): string {
  const { spec, weights, plan, grids, data } = figures;
  const picture = (name: keyof typeof drawings): string => {
    const drawing = drawings[name];
    return drawing ? `\n![${drawing.about}](${drawing.file})\n` : '';
  };
  const finest = grids[0];
  return `# One network on three grids

${spec.layers} convolutions of ${spec.filters} filters ${spec.kernel.join(' x ')} (reach ${reachOf(spec)} steps either way), batch
normalisation, skips over two layers, ${spec.pitches} pitches; ${weights.toLocaleString('en')} weights. Four rolls and four masks in,
nothing else. Data: ${data.join(', ')}; ${finest.pieces} pieces to train on, ${finest.validated} to measure on. Seed ${plan.seed}.
Nats, natural logarithms. Every figure below is measured by \`cantus study\`.

## Losses

${table(
  [
    'grid',
    'steps trained',
    'minutes',
    'training loss',
    'masked NLL',
    'melody given',
    'framewise NLL',
    '*hold* baseline',
    'own-sample NLL',
  ],
  grids.map((g) => [
    NAMES[g.resolution],
    String(g.steps),
    g.minutes.toFixed(1),
    nats(g.trainingLoss),
    nats(g.masked.masked),
    nats(g.masked.melody),
    `${nats(g.framewise.mean)} ± ${nats(g.framewise.standardError)}`,
    nats(g.hold.mean),
    nats(g.long.ownSample),
  ]),
)}
${picture('losses')}
- *Training loss*: an erased cell of the training examples, at the end (masks of every kind, also whole voices and blocks).
- *Masked NLL*: the same on pieces held back, uniform masks, crops of 32 steps. *Melody given*: the three lower voices open.
- *Framewise NLL*: a frame of four voices, as in Counterpoint by Convolution: random order, M = ${plan.orderings},
  ${counted(finest.framewise.pieces, 'piece')}, ${plan.crop === null ? 'whole' : `their first ${plan.crop} steps`}. Not comparable with the figures to its left, nor with another M.
- *Own-sample NLL*: −log p of the network's own notes when they were drawn: ${counted(plan.samples, 'chain')} of ${counted(plan.bars, 'bar')} from nothing, the
  article's schedule with one round a cell. It is an entropy and says nothing about real chorales. The article prints
  this figure as "validation NLL".

## NLL along the Gibbs steps

The music as it stands after a round is judged by the network that writes it: half of the cells are erased, the same
ones every time, and scored given the rest. The article's schedule, one round a cell.

${table(['round', ...grids.map((g) => NAMES[g.resolution])], alongRows(grids))}
${picture('steps')}
${grids.map(settling).join('\n')}

## Schedules at equal cost

${plan.rounds} rounds each, one forward a round, temperature 1, no rules of part-writing. NLL of the finished music, as above.

${table(
  ['schedule', ...grids.map((g) => NAMES[g.resolution]), 'own-sample, 16ths', 'forwards', 's a chain, 16ths'],
  finest.chains.map((chain, i) => [
    `\`${chain.schedule}\``,
    ...grids.map((g) => nats(g.chains[i].nll)),
    nats(chain.ownSample),
    chain.forwards.toFixed(0),
    chain.seconds.toFixed(1),
  ]),
)}
${picture('schedules')}
${finest.chains.map(({ schedule }) => `- \`${schedule}\`: ${SCHEDULES[schedule].about}.`).join('\n')}

A low NLL of own music is not good music by itself: music that hardly moves reads low, too. Read it beside
\`cantus evaluate --profile\`.

## Where the article differs from its own code

The share of the cells that is erased in round n of N anneals from alpha_max to alpha_min over the first B of the rounds:
\`alpha_n = max(alpha_min, alpha_max - n (alpha_max - alpha_min) / (B N))\`.
The article prints \`max(alpha_min, n (alpha_max - alpha_min) / (B N))\`: without the leading \`alpha_max -\` the share
would rise instead of fall. Its code has the right form, with .9, .03, B = .85 and N = 4T rounds for T steps; Coconet's has
.9, .1 and B = .7. magenta-js divides everything by B instead of the number of rounds. Over ${SHARES_OF} rounds:

${table(['form', 'first', 'half way', 'last', 'mean share erased'], shareRows())}

Beyond the formula: the figure that the article calls validation NLL is the own-sample NLL above, and its masks never hid a
whole voice, so that its network did not learn to write one; here whole voices and blocks are among the examples.
`;
}

/** Rounds over which the forms are compared: magenta-js's own number. */
const SHARES_OF = 96;

function shareRows(): string[][] {
  const forms: [string, (n: number, of: number) => number][] = [
    ['as printed', asPrinted(0.9, 0.03, 0.85)],
    ["the article's code", annealed(0.9, 0.03, 0.85)],
    ...(['coconet', 'magenta'] satisfies ScheduleName[]).map(
      (name): [string, (n: number, of: number) => number] => [`\`${name}\``, SCHEDULES[name].share],
    ),
  ];
  return forms.map(([name, share]) => {
    const all = Array.from({ length: SHARES_OF }, (_, n) => Math.min(1, share(n, SHARES_OF)));
    const mean = all.reduce((sum, value) => sum + value, 0) / SHARES_OF;
    return [name, all[0], all[SHARES_OF / 2], all[SHARES_OF - 1], mean].map((cell) =>
      typeof cell === 'number' ? percent(cell) : cell,
    );
  });
}

/** Some points of the curves, by the share of the rounds that is over. */
function alongRows(grids: readonly GridFigures[]): string[][] {
  return [0, 0.1, 0.25, 0.5, 0.75, 0.9, 1].map((share) => [
    share === 0 ? 'first' : share === 1 ? 'last' : `${percent(share)} of all`,
    ...grids.map(({ long }) => {
      const { round, nll } = pointAt(long, share);
      return `${nats(nll)} (${round})`;
    }),
  ]);
}

const pointAt = ({ curve }: ChainFigures, share: number): ChainFigures['curve'][number] =>
  curve[Math.round(share * (curve.length - 1))];

/** A change of less than this much over the last quarter of the rounds is none. */
const SETTLED = 0.02;

function settling({ resolution, long }: GridFigures): string {
  const [first, threeQuarters, last] = [0, 0.75, 1].map((share) => pointAt(long, share).nll);
  const fell = last < first ? 'falls' : 'does not fall';
  const change = last - threeQuarters;
  const end = Math.abs(change) < SETTLED ? 'settles' : change < 0 ? 'is still falling' : 'is rising';
  return `- ${NAMES[resolution]}: it ${fell} (${nats(first)} to ${nats(last)}) and ${end} (${change < 0 ? '−' : '+'}${nats(Math.abs(change))} over the last quarter).`;
}
