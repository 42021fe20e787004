/** Properties that record which of them were read. */
import type { JsonObject } from '@gatewright/aws/json-object';

/**
 * Returns the same properties, and adds the name of each property to `read` when it is read: `Integration.Uri` for
 * properties of blocks, and `Rules[].Name` for properties of blocks in lists.
 */
export function recordReads(properties: JsonObject, read: Set<string>, prefix = ''): JsonObject {
  return new Proxy(properties, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof name !== 'string' || !Object.hasOwn(target, name)) return value;
      const path = `${prefix}${name}`;
      read.add(path);
      if (Array.isArray(value))
        return value.map((one: unknown) => (isBlock(one) ? recordReads(one, read, `${path}[].`) : one));
      return isBlock(value) ? recordReads(value, read, `${path}.`) : value;
    },
  });
}

function isBlock(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
