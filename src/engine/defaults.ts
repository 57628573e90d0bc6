// The numbers of a run that nobody has named. Knows no run.

import { DEFAULT_SCHEDULE, type ScheduleName } from './schedule.ts';

/** What is used where neither the host nor the text says anything. */
export const DEFAULTS = { seed: 1, temperature: 0.9, schedule: DEFAULT_SCHEDULE } as const satisfies {
  seed: number;
  temperature: number;
  schedule: ScheduleName;
};
