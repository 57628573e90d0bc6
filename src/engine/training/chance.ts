// Seeded chance whose state can be kept in a checkpoint.

export interface SeededChance {
  /** Uniform in [0, 1). */
  next(): number;
  /** 32 bits; `seededChance` of it goes on where this one is. */
  readonly state: number;
}

/** Steele and Vigna's mixing of a counter (mulberry32): 32 bits of state, enough for drawing examples. */
export function seededChance(seed: number): SeededChance {
  let state = seed >>> 0;
  return {
    next() {
      state = (state + 0x6d2b79f5) >>> 0;
      let z = Math.imul(state ^ (state >>> 15), state | 1);
      z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
      return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
    },
    get state() {
      return state;
    },
  };
}

/** Standard normal (Box and Muller). */
export const normal = (chance: SeededChance): number =>
  Math.sqrt(-2 * Math.log(1 - chance.next())) * Math.cos(2 * Math.PI * chance.next());
