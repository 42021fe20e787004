/** The usage of a key as it is kept between starts. */

/** Requests by day (since 1970). */
type ByDay = readonly (readonly [day: number, count: number])[];

export type KeptUsage = {
  /** When the key joined its plan. */
  readonly firstDay: number;
  readonly used: ByDay;
  /** What UpdateUsage has granted, by the first day of a period. */
  readonly extensions: ByDay;
};

/** Undefined: it is none. */
export function readKeptUsage(value: unknown): KeptUsage | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { firstDay, used, extensions } = value as Readonly<Record<string, unknown>>;
  return isWhole(firstDay) && isByDay(used) && isByDay(extensions)
    ? { firstDay, used, extensions }
    : undefined;
}

function isByDay(value: unknown): value is ByDay {
  return (
    Array.isArray(value) &&
    value.every((pair: unknown) => Array.isArray(pair) && pair.length === 2 && pair.every(isWhole))
  );
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
