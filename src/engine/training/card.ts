// A model card: what a network is, what it was trained on, how well it does and what it must not be used for.
// Text only.

import { type NetworkSpec, parametersOf, reachOf, totalSize } from '../network.ts';
import type { TrainingRecord } from '../weights.ts';

/** A figure as it stands in the card. */
export interface CardFigure {
  readonly name: string;
  readonly value: string;
  readonly protocol: string;
}

const PROTOCOLS: Readonly<Record<string, string>> = {
  masked: 'mean −log p per erased cell, uniform masks, crops of 32 beats, validation split',
  melody: 'mean −log p per cell of alto, tenor and bass with the soprano given, validation split',
};

const row = ({ name, value, protocol }: CardFigure): string => `| ${name} | ${value} | ${protocol} |`;

/** What was measured besides the training's own figures, as a card tells it. */
export function figuresIn(card: string): readonly CardFigure[] {
  return [...card.matchAll(/^\| (.+?) \| ([\d.]+ ± [\d.]+) \| (.+) \|$/gm)].map(
    ([, name = '', value = '', protocol = '']) => ({ name, value, protocol }),
  );
}

/** The figures of before, with `fresh` ones in place of those measured alike. */
export function renewed(before: readonly CardFigure[], fresh: readonly CardFigure[]): readonly CardFigure[] {
  const isAlike = (one: CardFigure): boolean =>
    fresh.some(({ name, protocol }) => one.name === name && one.protocol === protocol);
  return [...before.filter((figure) => !isAlike(figure)), ...fresh];
}

/** Markdown. */
export function modelCard(
  name: string,
  spec: NetworkSpec,
  training: TrainingRecord,
  measured: readonly CardFigure[] = [],
): string {
  const { resolution, layers, filters, kernel, fold, lowest, pitches } = spec;
  const weights = totalSize(parametersOf(spec));
  const figures = [
    ...Object.entries(training.figures).map(([key, value]) => ({
      name: key,
      value: value.toFixed(3),
      protocol: PROTOCOLS[key] ?? '',
    })),
    ...measured,
  ];
  return `# ${name}

Fills open notes of four-voice chorales on a grid of 1/${resolution}.

- **Shape**: \`${spec.preset}\`, ${layers} convolutions of ${filters} filters ${kernel.join(' x ')}, dilated, ${fold} steps of the grid in a column,
  reach ${reachOf(spec)} columns either way; ${(weights / 1e6).toFixed(2)} million weights, kept in half precision.
  Pitches ${lowest} to ${lowest + pitches - 1} (MIDI).
- **Trained on**: ${training.data.join('; ')}: ${training.pieces} pieces, transposed within the vocal ranges;
  ${training.steps} steps, ${training.minutes} minutes of one processor thread, seed ${training.seed}.
  J. S. Bach's works are in the public domain; no piece of the validation split was trained on.
- **Licence**: as the program's.

| figure | nats | protocol |
|---|---|---|
${figures.map(row).join('\n')}

## Limits
It knows one style: homophonic chorales of the early eighteenth century, in four voices within the ranges of a choir.
Triplets, grace notes and anything finer than its grid are beyond it. What it writes resembles its examples; it does not
know what is good, and parallel fifths and octaves are avoided by the rules applied after it, not by it alone.
`;
}
