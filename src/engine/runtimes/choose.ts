// Which runtime a network runs on: tries them in order, believes none that disagrees with the golden
// probabilities, and says why. Knows how good each one is, not how it works.

import { EngineFailure } from '../failure.ts';
import type { FoldedNetwork } from '../network.ts';
import type { Predict, Probabilities } from '../predict.ts';
import type { RuntimeName, RuntimeReport } from '../protocol.ts';
import { type Golden, generateView, goldenOf } from './golden.ts';

/** A network on a runtime. */
export interface Started {
  readonly predict: Predict;
  /** What does the work, for a person to read. */
  readonly device: string;
  readonly threads: number;
  dispose(): Promise<void>;
}

export interface Choosing {
  /** Only this one; null: the first that works. */
  readonly runtime: RuntimeName | null;
  readonly threads: number;
  readonly gpuFolder: string | null;
}

/** A runtime as it stands in the order of preference. */
export interface Candidate {
  readonly runtime: RuntimeName;
  /** Why it is taken where it works. */
  readonly merit: string;
  /** Tried without being asked for. The others are young or need more than the package brings. */
  readonly automatic: boolean;
  /** Rejects with what is in the way. */
  start(network: FoldedNetwork, choosing: Choosing): Promise<Started>;
}

/**
 * Largest difference from a golden probability that rounding explains: 32-bit runtimes differ by 1e-5, a GPU that
 * multiplies in TF32 by 1e-3; a wrong convolution by 0.1 and more.
 */
export const TOLERANCE = 5e-3;
const PROBE_STEPS = 16;

/**
 * Starts the first candidate that works and agrees.
 *
 * @throws EngineFailure `no-runtime`, naming each candidate and what was in its way
 */
export async function chooseRuntime(
  network: FoldedNetwork,
  choosing: Choosing,
  candidates: readonly Candidate[],
): Promise<{ readonly started: Started; readonly report: RuntimeReport }> {
  const golden = goldenOf(network.spec);
  const pinned = choosing.runtime;
  const rejected: { runtime: RuntimeName; reason: string }[] = [];
  for (const candidate of candidates) {
    const { runtime, merit, automatic } = candidate;
    if (pinned === null ? !automatic : runtime !== pinned) continue;
    try {
      const error = await trial(candidate, golden, choosing);
      const started = await startSoundly(candidate, network, choosing);
      const { device, threads } = started;
      const reason = pinned === null ? merit : 'it was asked for';
      return { started, report: { runtime, device, threads, reason, rejected, error } };
    } catch (error) {
      rejected.push({ runtime, reason: firstLine(error) });
    }
  }
  const why = rejected.map(({ runtime, reason }) => `${runtime}: ${reason}`).join('; ');
  throw new EngineFailure(
    'no-runtime',
    pinned === null
      ? `Nothing here can run the network (${why}).`
      : `The runtime ${pinned} cannot be used (${why}). Leave the choice open, or name another one.`,
  );
}

/** Runs the golden network. Gives the error; rejects where it is too large. */
async function trial(candidate: Candidate, golden: Golden, choosing: Choosing): Promise<number> {
  const started = await candidate.start(golden.network, choosing);
  try {
    const error = differenceFrom(golden, await started.predict(golden.views));
    // The comparison is this way round so that NaN fails.
    if (error <= TOLERANCE) return error;
    throw new Error(`its answers differ from the golden ones by ${error.toPrecision(2)}`);
  } finally {
    await started.dispose();
  }
}

/** Starts the network itself; rejects where its first answer is no distribution. */
async function startSoundly(
  candidate: Candidate,
  network: FoldedNetwork,
  choosing: Choosing,
): Promise<Started> {
  const started = await candidate.start(network, choosing);
  try {
    const [answer] = await started.predict([generateView(network.spec, PROBE_STEPS, 1)]);
    if (answer !== undefined && isDistribution(answer)) return started;
    throw new Error('its answer for this network is no distribution');
  } catch (error) {
    await started.dispose().catch(() => {});
    throw error;
  }
}

function isDistribution({ pitch, pitches }: Probabilities): boolean {
  for (let row = 0; row < pitch.length; row += pitches) {
    const sum = pitch.subarray(row, row + pitches).reduce((a, b) => a + b, 0);
    if (!(Math.abs(sum - 1) < 0.01)) return false;
  }
  return pitch.length > 0;
}

/** Largest difference over the erased cells; NaN or infinity where an answer is not even of the right shape. */
export function differenceFrom(golden: Golden, answers: readonly Probabilities[]): number {
  if (answers.length !== golden.answers.length) return Number.POSITIVE_INFINITY;
  let most = 0;
  golden.answers.forEach((expected, i) => {
    const { erased } = golden.views[i]!;
    for (const part of ['pitch', 'onset'] as const)
      most = worse(most, partDifference(expected[part], answers[i]![part], erased, expected.pitches));
  });
  return most;
}

const worse = (a: number, b: number): number =>
  Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : Math.max(a, b);

function partDifference(
  expected: Float32Array | null,
  found: Float32Array | null,
  erased: Uint8Array,
  pitches: number,
): number {
  if (expected === null) return found === null ? 0 : Number.POSITIVE_INFINITY;
  if (expected.length !== found?.length) return Number.POSITIVE_INFINITY;
  let most = 0;
  for (let i = 0; i < expected.length; i++)
    if (erased[Math.floor(i / pitches)]) most = worse(most, Math.abs(expected[i]! - found[i]!));
  return most;
}

/** Native libraries throw whatever they like, over many lines. */
function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n')[0]!.trim().slice(0, 300) || 'it failed without saying why';
}
