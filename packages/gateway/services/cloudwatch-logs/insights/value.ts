/** The values of fields, and their comparison. */

/** A time prints as a time, and counts in milliseconds. */
type Moment = { readonly epochMs: number };
/** Undefined: the event has no such field. */
export type Value = string | number | Moment | undefined;

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Undefined if the value is not a number. */
export function numberOf(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return NUMBER.test(value) ? Number(value) : undefined;
  return value?.epochMs;
}

/** Prints a value as results show it: `2026-11-23 17:00:00.000`. */
export function printValue(value: Exclude<Value, undefined>): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return printNumber(value);
  return Number.isFinite(value.epochMs) && Math.abs(value.epochMs) <= 8.64e15
    ? new Date(value.epochMs).toISOString().replace('T', ' ').slice(0, -1)
    : String(value.epochMs);
}

/** AWS shows four decimal places. */
function printNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toFixed(4)));
}

export function areEqual(one: Value, other: Value): boolean {
  if (one === undefined || other === undefined) return false;
  const [a, b] = [numberOf(one), numberOf(other)];
  return a !== undefined && b !== undefined ? a === b : printValue(one) === printValue(other);
}

/** Negative, 0 or positive; undefined if a value is missing. Numbers by size, others as texts. */
export function compare(one: Value, other: Value): number | undefined {
  if (one === undefined || other === undefined) return undefined;
  const [a, b] = [numberOf(one), numberOf(other)];
  if (a !== undefined && b !== undefined) return a - b;
  const [text, second] = [printValue(one), printValue(other)];
  return text < second ? -1 : text > second ? 1 : 0;
}

/** Undefined: there is no value. */
export type OrderKey = string | number | undefined;

/** A text that is a number counts as one. */
export function orderKeyOf(value: Value): OrderKey {
  return value === undefined ? undefined : (numberOf(value) ?? printValue(value));
}

/** The order of `sort`: missing values first, then strings, then numbers ("sort"). */
export function compareKeys(one: OrderKey, other: OrderKey): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  if (typeof one === 'string' && typeof other === 'string') return one < other ? -1 : one > other ? 1 : 0;
  return rankOf(one) - rankOf(other);
}

function rankOf(key: OrderKey): number {
  return key === undefined ? 0 : typeof key === 'string' ? 1 : 2;
}
