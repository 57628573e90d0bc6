// How many threads a forward pass should get. Knows the machine, not what runs on it.

import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const CPUS = '/sys/devices/system/cpu';

/** Threads of one core share its arithmetic units, so a second one gains nothing here. Linux says who they are. */
function physicalCores(): number {
  try {
    const siblings = readdirSync(CPUS)
      .filter((name) => /^cpu\d+$/.test(name))
      .map((name) => readFileSync(`${CPUS}/${name}/topology/thread_siblings_list`, 'utf8').trim());
    if (siblings.length > 0) return new Set(siblings).size;
  } catch {
    // Elsewhere (and in some containers) nobody says.
  }
  return process.arch === 'x64' ? Math.ceil(availableParallelism() / 2) : availableParallelism();
}

/** Physical cores less one (two threads on two cores suffer as soon as one core is wanted elsewhere), at least 1. */
export const defaultThreads = (): number =>
  Math.max(1, Math.min(physicalCores(), availableParallelism()) - 1);
