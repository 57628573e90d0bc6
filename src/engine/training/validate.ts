// The training figures on pieces that were not trained on: mean -log p over erased cells, with masks that are the
// same at every call. A different number from the framewise NLL of `evaluate`.

import type { Predict, View } from '../predict.ts';
import { seededChance } from './chance.ts';
import type { Piece } from './corpus.ts';
import { cropOf, drawMask, excerpt, type MaskKind } from './examples.ts';

/** Nats per erased cell. */
export interface MaskedFigures {
  readonly masked: number;
  /** Soprano given, three voices open. */
  readonly melody: number;
}

const VALIDATION_COLUMNS = 32;
const VALIDATION_SEED = 2017;

export async function validate(
  predict: Predict,
  pieces: readonly Piece[],
  fold: number,
): Promise<MaskedFigures> {
  return {
    masked: await maskedLoss(predict, pieces, fold, 'cells'),
    melody: await maskedLoss(predict, pieces, fold, 'melody'),
  };
}

async function maskedLoss(
  predict: Predict,
  pieces: readonly Piece[],
  fold: number,
  kind: MaskKind,
): Promise<number> {
  const chance = seededChance(VALIDATION_SEED);
  const views = pieces.map((piece): View => {
    const { from, to } = cropOf(chance.next, piece, fold, VALIDATION_COLUMNS);
    const { view } = excerpt(piece, from, to);
    return { ...view, erased: drawMask(chance.next, view.steps, kind) };
  });
  const answers = await predict(views);
  let total = 0;
  let count = 0;
  views.forEach((view, n) => {
    const { pitch, lowest, pitches } = answers[n]!;
    for (let cell = 0; cell < view.pitch.length; cell++) {
      const row = view.pitch[cell]! - lowest;
      if (!view.erased[cell] || row < 0 || row >= pitches) continue;
      total -= Math.log(Math.max(pitch[cell * pitches + row]!, 1e-12));
      count++;
    }
  });
  return total / count;
}
