// Failures that are expected and that a host tells its user about. Our own bugs are plain Errors.

export type FailureReason =
  | 'cancelled'
  | 'no-model'
  | 'bad-model'
  | 'no-runtime'
  | 'runtime-failed'
  | 'unsatisfiable'
  | 'nothing-open';

/** An expected "no" of the engine. `message` is fit to show. */
export class EngineFailure extends Error {
  override readonly name = 'EngineFailure';
  constructor(
    readonly reason: FailureReason,
    message: string,
    /** Where, for `unsatisfiable`: the cell of the grid. */
    readonly place: { readonly step: number; readonly voice: number } | null = null,
  ) {
    super(message);
  }
}
