/** Properties that record which of them were read. */
import type { JsonObject } from '@gatewright/aws/json-object';

/**
 * The same properties; `read` gathers names as they are looked at: `Integration.Uri` for those of blocks, `Rules[].Name`
 * for those of blocks in lists.
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
