// A small network of the kind that is to run, and what it must answer: the test that a runtime has to pass before
// it is believed. Knows the reference, no runtime.

import { paintAll, placementOf, readAnswer } from '../features.ts';
import { type FoldedNetwork, foldNetwork, type NetworkSpec, parametersOf, statisticsOf } from '../network.ts';
import type { Probabilities, View } from '../predict.ts';
import { type Random, randomOf } from '../random.ts';
import { plainForward } from './plain.ts';

export interface Golden {
  readonly network: FoldedNetwork;
  readonly views: readonly View[];
  readonly answers: readonly Probabilities[];
}

/**
 * Enough filters for vectorised kernels to be used, enough layers for every dilation, enough pitches for most, and
 * quick even in plain loops.
 */
const SMALL = { filters: 16, layers: 8, pitches: 24 };
/** Several views in one question, two of one width, so that batches are tested too. In columns. */
const WIDTHS = [6, 6, 3];

/** The golden probabilities of a kind of network: generated weights, answers by the reference. */
export function goldenOf(spec: NetworkSpec, seed = 1): Golden {
  const network = generateNetwork(
    {
      ...spec,
      filters: Math.min(spec.filters, SMALL.filters),
      layers: Math.min(spec.layers, SMALL.layers),
      pitches: Math.min(spec.pitches, SMALL.pitches),
    },
    seed,
  );
  const views = WIDTHS.map((columns, i) => generateView(network.spec, columns * spec.fold, seed + i));
  return { network, views, answers: views.map((view) => referenceAnswer(network, view)) };
}

/** What the network answers by its description. */
export function referenceAnswer(network: FoldedNetwork, view: View): Probabilities {
  const { spec } = network;
  const { columns } = placementOf(spec, view);
  return readAnswer(spec, view, columns, plainForward(network, paintAll(spec, [view], columns), columns), 0);
}

/** Weights that keep the signal alive through all layers, so that an error anywhere shows in the answer. */
export function generateNetwork(spec: NetworkSpec, seed: number): FoldedNetwork {
  const { weights, statistics } = generateWeights(spec, seed);
  return foldNetwork(spec, weights, statistics);
}

/** The same, not folded: as a weights file has them. */
export function generateWeights(
  spec: NetworkSpec,
  seed: number,
): { readonly weights: Float32Array; readonly statistics: Float32Array } {
  const random = randomOf(seed);
  const weights = parametersOf(spec).flatMap(({ name, shape, size }) => {
    const inputs = shape.slice(1).reduce((a, b) => a * b, 1);
    // Uniform within +-sqrt(6 / inputs) keeps the variance through a ReLU (He et al. 2015).
    const reach = name.endsWith('.weight') ? Math.sqrt(6 / inputs) : 0.5;
    const middle = name.endsWith('.scale') ? 1 : 0;
    return Array.from({ length: size }, () => middle + between(random, -reach, reach));
  });
  const statistics = statisticsOf(spec).flatMap(({ name, size }) =>
    Array.from({ length: size }, () =>
      name.endsWith('.mean') ? between(random, -0.5, 0.5) : between(random, 0.5, 2),
    ),
  );
  return { weights: Float32Array.from(weights), statistics: Float32Array.from(statistics) };
}

/** Known, erased and resting cells somewhere in a piece. */
export function generateView(
  { lowest, pitches }: Pick<NetworkSpec, 'lowest' | 'pitches'>,
  steps: number,
  seed: number,
): View {
  const random = randomOf(seed, 1);
  const below = (limit: number): number => Math.floor(random.uniform() * limit);
  const phase = below(16);
  const cells = 4 * steps;
  return {
    steps,
    pitch: Int16Array.from({ length: cells }, () => (below(12) === 0 ? -1 : lowest + below(pitches))),
    erased: Uint8Array.from({ length: cells }, () => below(2)),
    context: {
      phase: Int16Array.from({ length: steps }, (_, step) => (phase + step) % 16),
      barSteps: new Int16Array(steps).fill(16),
      fermata: Uint8Array.from({ length: steps }, () => (below(8) === 0 ? 1 : 0)),
      key: {
        fifths: Int8Array.from({ length: steps }, () => below(12) - 5),
        tonic: Int8Array.from({ length: steps }, () => below(13) - 1),
      },
      onset: Uint8Array.from({ length: cells }, () => below(3)),
      begins: below(2) === 0,
      ends: below(2) === 0,
    },
  };
}

const between = (random: Random, low: number, high: number): number => low + (high - low) * random.uniform();
