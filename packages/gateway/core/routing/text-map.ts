/** Maps from names that clients choose to text; they are plain objects, because they end up in JSON. */

export type TextMap = Record<string, string>;

/**
 * Sets an entry with any `name`. A client may send a header or a query parameter named `__proto__`: an
 * ordinary assignment would lose it or, with another type of value, replace the prototype.
 */
export function putEntry<Value>(map: Record<string, Value>, name: string, value: Value): void {
  if (name === '__proto__')
    Object.defineProperty(map, name, { value, enumerable: true, configurable: true, writable: true });
  else map[name] = value;
}

/** Reads entries of `putEntry`, never inherited ones. */
export function getEntry<Value>(map: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}
