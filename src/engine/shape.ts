// What a value from elsewhere must look like before it is believed. Knows no message in particular.

/** Says whether a value is a T, all the way down. Never throws. */
export type Guard<T> = (value: unknown) => value is T;

export const isString: Guard<string> = (value): value is string => typeof value === 'string';
export const isBoolean: Guard<boolean> = (value): value is boolean => typeof value === 'boolean';
export const isNumber: Guard<number> = (value): value is number =>
  typeof value === 'number' && Number.isFinite(value);
/** A whole number that is not negative: ids, counts, steps. */
export const isCount: Guard<number> = (value): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;

/** @example oneOf(16, 8, 4) // Guard<16 | 8 | 4> */
export const oneOf =
  <const T extends string | number>(...values: readonly T[]): Guard<T> =>
  (value): value is T =>
    values.some((one) => one === value);

export const nullable =
  <T>(guard: Guard<T>): Guard<T | null> =>
  (value): value is T | null =>
    value === null || guard(value);

/** For fields that may be left out. */
export const optional =
  <T>(guard: Guard<T>): Guard<T | undefined> =>
  (value): value is T | undefined =>
    value === undefined || guard(value);

/** A list of at most `most` entries (checked before the entries are). */
export const listOf =
  <T>(guard: Guard<T>, most = 4096): Guard<readonly T[]> =>
  (value): value is readonly T[] =>
    Array.isArray(value) && value.length <= most && value.every((entry) => guard(entry));

/** Exactly four, one a voice. */
export const fourOf =
  <T>(guard: Guard<T>): Guard<readonly [T, T, T, T]> =>
  (value): value is readonly [T, T, T, T] =>
    Array.isArray(value) && value.length === 4 && value.every((entry) => guard(entry));

type Fields<T> = {
  readonly [K in keyof T]-?: Partial<Pick<T, K>> extends Pick<T, K> ? Guard<T[K] | undefined> : Guard<T[K]>;
};

/** One guard a field; fields that the table does not name are let through unread. */
export const record =
  <T extends object>(fields: Fields<T>): Guard<T> =>
  (value): value is T => {
    if (typeof value !== 'object' || value === null) return false;
    const found = value as Record<string, unknown>;
    return (Object.entries(fields) as [string, Guard<unknown>][]).every(([name, guard]) =>
      guard(found[name]),
    );
  };

/** A guard and one more condition that ties its fields together (array lengths, indices). */
export const where =
  <T>(guard: Guard<T>, holds: (value: T) => boolean): Guard<T> =>
  (value): value is T =>
    guard(value) && holds(value);

type Class<T> = abstract new (...args: never[]) => T;

/** A typed array (or another class that survives structured cloning). */
export const instance =
  <T>(type: Class<T>): Guard<T> =>
  (value): value is T =>
    value instanceof type;
