// The training figures on pieces that were not trained on: mean -log p over erased cells, with masks that are the
// same at every call. A different number from the framewise NLL of `evaluate`.

import { beatColumns, type NetworkShape } from '../network.ts';
import type { Predict, Probabilities, View } from '../predict.ts';
import { seededChance } from './chance.ts';
import type { Piece } from './corpus.ts';
import { cropOf, drawMask, excerpt, type MaskKind } from './examples.ts';

/** Nats per erased cell; every piece weighs the same. */
export interface MaskedFigures {
  readonly masked: number;
  /** Soprano given, three voices open. */
  readonly melody: number;
}

const VALIDATION_BEATS = 32;
const VALIDATION_SEED = 2017;
/** Least probability that is scored. */
const LEAST = 1e-12;

export async function validate(
  predict: Predict,
  pieces: readonly Piece[],
  shape: NetworkShape,
): Promise<MaskedFigures> {
  return {
    masked: await maskedLoss(predict, pieces, shape, 'cells'),
    melody: await maskedLoss(predict, pieces, shape, 'melody'),
  };
}

async function maskedLoss(
  predict: Predict,
  pieces: readonly Piece[],
  shape: NetworkShape,
  kind: MaskKind,
): Promise<number> {
  const chance = seededChance(VALIDATION_SEED);
  const views = pieces.map((piece): View => {
    const { from, to } = cropOf(chance.next, piece, shape, VALIDATION_BEATS * beatColumns(shape));
    const { view } = excerpt(piece, from, to);
    return { ...view, erased: drawMask(chance.next, view.steps, kind) };
  });
  const answers = await predict(views);
  const losses = views.map((view, n) => meanLoss(view, answers[n]!));
  return losses.reduce((a, b) => a + b, 0) / losses.length;
}

function meanLoss(view: View, { pitch, lowest, pitches }: Probabilities): number {
  let total = 0;
  let count = 0;
  for (let cell = 0; cell < view.pitch.length; cell++) {
    const row = view.pitch[cell]! - lowest;
    if (!view.erased[cell] || row < 0 || row >= pitches) continue;
    total -= Math.log(Math.max(pitch[cell * pitches + row]!, LEAST));
    count++;
  }
  return total / Math.max(1, count);
}
