// From views to pictures, through a forward pass, and back: what every runtime has in common around its tensors.

import { EngineFailure } from '../failure.ts';
import { paintAll, placementOf, readAnswer } from '../features.ts';
import type { NetworkSpec } from '../network.ts';
import type { Predict, Probabilities, View } from '../predict.ts';

/** Pictures in, answers out, both [batch, channels, columns, pitches]: see `paintAll` and `readAnswer`. */
export type Forward = (pictures: Float32Array, batch: number, columns: number) => Promise<Float32Array>;

/** A `Predict` that puts at most `most` pictures in one forward pass. */
export function predictWith(spec: NetworkSpec, forward: Forward, most: number): Predict {
  return async (views, signal) => {
    const answers = new Array<Probabilities>(views.length);
    for (const { columns, indices } of batchesOf(spec, views, most)) {
      if (signal?.aborted) throw new EngineFailure('cancelled', 'Cancelled.');
      const group = indices.map((i) => views[i]!);
      const answer =
        columns === 0
          ? new Float32Array(0)
          : await forward(paintAll(spec, group, columns), group.length, columns);
      indices.forEach((i, n) => {
        answers[i] = readAnswer(spec, views[i]!, columns, answer, n);
      });
    }
    return answers;
  };
}

/** Views of one width share a run, so that no view's answer depends on its company. */
function batchesOf(
  spec: NetworkSpec,
  views: readonly View[],
  most: number,
): { readonly columns: number; readonly indices: readonly number[] }[] {
  const byColumns = new Map<number, number[]>();
  views.forEach((view, i) => {
    const { columns } = placementOf(spec, view);
    const group = byColumns.get(columns);
    if (group) group.push(i);
    else byColumns.set(columns, [i]);
  });
  return [...byColumns].flatMap(([columns, all]) =>
    Array.from({ length: Math.ceil(all.length / most) }, (_, n) => ({
      columns,
      indices: all.slice(n * most, (n + 1) * most),
    })),
  );
}
