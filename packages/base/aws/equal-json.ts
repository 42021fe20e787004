import { isJsonList, isJsonObject } from './json-object.ts';
import type { Json } from './json-object.ts';

/**
 * Returns whether two values are equal as JSON Schema defines it (draft 4, §3.6): the order of the members of an object
 * does not matter. It takes at most as many steps as the smaller value has nested values.
 */
export function isSameJson(one: Json | undefined, other: Json | undefined): boolean {
  if (isJsonList(one))
    return (
      isJsonList(other) &&
      one.length === other.length &&
      one.every((item, index) => isSameJson(item, other[index]))
    );
  if (!isJsonObject(one)) return one === other;
  if (!isJsonObject(other)) return false;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && isSameJson(one[name], other[name]))
  );
}

/** Returns a text that is the same for equal values: the names in objects are sorted. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) =>
    isJsonObject(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}
