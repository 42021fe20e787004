/** Compares what a case expects with what was received, including wildcards (CASES.md). */
import { parseJson } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '../schema/parity-case.ts';

/** `exact`: additional members are a difference. `subset`: only the expected members are compared. */
export type Strictness = 'exact' | 'subset';

const WILDCARD = /^<(any|absent|contains:[\s\S]*|regex:[\s\S]*|json:[\s\S]*)>$/;

/**
 * Returns the first difference between `actual` and the expected value; undefined if there is none. If `actual` is
 * undefined, the value is missing, which is not the same as null.
 * @param path the current position, for the message: `event.headers.Accept`
 */
export function firstDifference(
  expected: Json,
  actual: unknown,
  strictness: Strictness,
  path: string,
): string | undefined {
  if (typeof expected === 'string' && WILDCARD.test(expected))
    return differsFromWildcard(expected, actual, path);
  if (actual === undefined) return `${path}: expected ${show(expected)}, but it is missing`;
  if (Array.isArray(expected)) return differsInList(expected as readonly Json[], actual, strictness, path);
  if (expected !== null && typeof expected === 'object')
    return differsInObject(expected as JsonObject, actual, strictness, path);
  return Object.is(expected, actual) ? undefined : mismatch(expected, actual, path);
}

function mismatch(expected: unknown, actual: unknown, path: string): string {
  return `${path}: expected ${show(expected)}, got ${show(actual)}`;
}

/** Truncates long values, because differences are read in a terminal. */
export function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 160 ? `${text.slice(0, 157)}…` : text;
}

function differsFromWildcard(expected: string, actual: unknown, path: string): string | undefined {
  const [kind = ''] = expected.slice(1, -1).split(':', 1);
  const argument = expected.slice(kind.length + 2, -1);
  const matches = (): boolean => {
    if (kind === 'absent') return actual === undefined;
    if (kind === 'any') return actual !== undefined;
    if (typeof actual !== 'string') return false;
    if (kind === 'contains') return actual.includes(argument);
    if (kind === 'regex') return new RegExp(`^(?:${argument})$`).test(actual);
    return firstDifference(JSON.parse(argument) as Json, parseJson(actual), 'exact', path) === undefined;
  };
  return matches() ? undefined : mismatch(expected, actual, path);
}

function differsInList(
  expected: readonly Json[],
  actual: unknown,
  strictness: Strictness,
  path: string,
): string | undefined {
  if (!Array.isArray(actual) || actual.length !== expected.length) return mismatch(expected, actual, path);
  for (const [index, item] of expected.entries()) {
    const difference = firstDifference(item, actual[index], strictness, `${path}[${index}]`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function differsInObject(
  expected: JsonObject,
  actual: unknown,
  strictness: Strictness,
  path: string,
): string | undefined {
  if (actual === null || typeof actual !== 'object' || Array.isArray(actual))
    return mismatch(expected, actual, path);
  const members = new Map(Object.entries(actual));
  for (const [key, item] of Object.entries(expected)) {
    const difference = firstDifference(item, members.get(key), strictness, `${path}.${key}`);
    if (difference !== undefined) return difference;
  }
  const extra = strictness === 'exact' ? [...members.keys()].find((key) => !(key in expected)) : undefined;
  return extra === undefined ? undefined : `${path}.${extra}: not expected, got ${show(members.get(extra))}`;
}

/** Converts a list of names and values into values by lower-case name. Repeated headers are joined with `, `. */
export function headersByName(headers: readonly (readonly [string, string])[]): Record<string, string> {
  const byName = new Map<string, string>();
  for (const [name, value] of headers) {
    const before = byName.get(name.toLowerCase());
    byName.set(name.toLowerCase(), before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(byName);
}

/** Converts names to lower case, for case-insensitive comparison of headers. */
export function lowerCaseKeys<Value>(record: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name.toLowerCase(), value]));
}
