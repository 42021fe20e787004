/** JSON whose shape nobody has checked yet. */

export type JsonObject = Readonly<Record<string, unknown>>;

/** Neither `null` nor a list. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function asJsonObject(value: unknown): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined;
}

const NOTHING: JsonObject = Object.freeze({});

/** What is in it; nothing where it is no object. */
export function membersOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : NOTHING;
}

/** One member, and none that every object inherits; undefined where it is no object. */
export function memberOf(value: unknown, name: string): unknown {
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** Undefined where it is another kind of value. */
export function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Undefined where it is another kind of value, and where nothing is in it. */
export function asNonEmptyText(value: unknown): string | undefined {
  return value === '' ? undefined : asText(value);
}

/** What a text says; undefined where it is no JSON, which has no undefined. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** What a text says; undefined where it is no JSON, or another kind of value. */
export function parseJsonObject(text: string): JsonObject | undefined {
  return asJsonObject(parseJson(text));
}

export function isJson(text: string): boolean {
  return parseJson(text) !== undefined;
}
