/** Defines the values that fields can have, and how they are compared. */

/** A time. It is printed as a time, and counts as milliseconds in calculations. */
type Moment = { readonly epochMs: number };
/** The value of a field; undefined if the event has no such field. */
export type Value = string | number | Moment | undefined;

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Converts a value to a number; undefined if this is not possible. */
export function numberOf(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return NUMBER.test(value) ? Number(value) : undefined;
  return value?.epochMs;
}

/** Formats a value as in results, for example `2026-11-23 17:00:00.000`. */
export function printValue(value: Exclude<Value, undefined>): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return printNumber(value);
  return Number.isFinite(value.epochMs) && Math.abs(value.epochMs) <= 8.64e15
    ? new Date(value.epochMs).toISOString().replace('T', ' ').slice(0, -1)
    : String(value.epochMs);
}

/** Formats a number with up to four decimal places, as AWS shows it. */
function printNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toFixed(4)));
}

export function areEqual(one: Value, other: Value): boolean {
  if (one === undefined || other === undefined) return false;
  const [a, b] = [numberOf(one), numberOf(other)];
  return a !== undefined && b !== undefined ? a === b : printValue(one) === printValue(other);
}

/**
 * Returns a negative number, 0 or a positive number; undefined if a value is missing. Numbers are compared by size,
 * other values as strings.
 */
export function compare(one: Value, other: Value): number | undefined {
  if (one === undefined || other === undefined) return undefined;
  const [a, b] = [numberOf(one), numberOf(other)];
  if (a !== undefined && b !== undefined) return a - b;
  const [text, second] = [printValue(one), printValue(other)];
  return text < second ? -1 : text > second ? 1 : 0;
}

/** A sort key; undefined if there is no value. */
export type OrderKey = string | number | undefined;

/** Returns the sort key of a value. A string that is a number counts as a number. */
export function orderKeyOf(value: Value): OrderKey {
  return value === undefined ? undefined : (numberOf(value) ?? printValue(value));
}

/** Compares in the order of `sort`: missing values first, then strings, then numbers ("sort"). */
export function compareKeys(one: OrderKey, other: OrderKey): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  if (typeof one === 'string' && typeof other === 'string') return one < other ? -1 : one > other ? 1 : 0;
  return rankOf(one) - rankOf(other);
}

function rankOf(key: OrderKey): number {
  return key === undefined ? 0 : typeof key === 'string' ? 1 : 2;
}
