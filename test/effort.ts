// How hard the tests try. Beside the work (`npx vitest`) a tenth of the cases, so that those of the language take
// about a second; `npm test` takes them all; CANTUS_CASES=10000 tries each property so often.

/** Whether figures that need all the data are asked, too. */
export const full = process.env.CANTUS_EFFORT === 'full';
const asked = Number(process.env.CANTUS_CASES ?? 0);

/** How many cases of a property to try, of so many in a full run. */
export const cases = (most: number): number => asked || (full ? most : Math.ceil(most / 10));

/** Real files to try: every one in a full run, some spread over them otherwise. */
export const spread = <T>(all: readonly T[], step = 16): readonly T[] =>
  full ? all : all.filter((_, index) => index % step === 0);
