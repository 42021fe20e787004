/** A map from names, which clients may choose, to strings. It is a plain object, because it is written to JSON. */

export type TextMap = Record<string, string>;

/**
 * Sets an entry, whatever its name is. A client may send a header or a query parameter named `__proto__`. An ordinary
 * assignment would lose a string with this name, and would use an object with this name as the prototype.
 */
export function putEntry<Value>(map: Record<string, Value>, name: string, value: Value): void {
  if (name === '__proto__')
    Object.defineProperty(map, name, { value, enumerable: true, configurable: true, writable: true });
  else map[name] = value;
}

/** Reads an entry that `putEntry` set, but never an inherited property. */
export function getEntry<Value>(map: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}
