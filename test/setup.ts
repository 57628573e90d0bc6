// Every property is tried on the same cases in every run, so that a failure can be seen again; CANTUS_SEED tries others.
import fc from 'fast-check';
import { cases } from './effort.ts';

fc.configureGlobal({ seed: Number(process.env.CANTUS_SEED ?? 1685), numRuns: cases(100) });
