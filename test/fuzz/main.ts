// What scripts/fuzz.mjs runs in a thread of its own, so that a case that never ends can be named and ended.

export { fuzz } from './run.ts';
export { readTunes } from './source.ts';
export { TARGETS } from './targets.ts';
