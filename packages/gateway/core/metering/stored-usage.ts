/** The usage of a key, as stored between runs. */

/** Numbers of requests by day (since 1970). */
type ByDay = readonly (readonly [day: number, count: number])[];

export type StoredUsage = {
  /** The day on which the key joined its plan. */
  readonly firstDay: number;
  readonly used: ByDay;
  /** The requests that `UpdateUsage` added or, if negative, took away, by the first day of the period. */
  readonly extensions: ByDay;
};

/** Returns undefined if the value is invalid. */
export function readStoredUsage(value: unknown): StoredUsage | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { firstDay, used, extensions } = value as Readonly<Record<string, unknown>>;
  return isCount(firstDay) && isByDay(used) && isByDay(extensions)
    ? { firstDay, used, extensions }
    : undefined;
}

function isByDay(value: unknown): value is ByDay {
  return (
    Array.isArray(value) &&
    value.every((pair: unknown) => Array.isArray(pair) && pair.length === 2 && pair.every(isCount))
  );
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
