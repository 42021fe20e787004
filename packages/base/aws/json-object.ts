export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function asJsonObject(value: unknown): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined;
}

const NOTHING: JsonObject = Object.freeze({});

/** The object's members; none if the value is no object. */
export function membersOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : NOTHING;
}

/** One own member; undefined if absent or if the value is no object. */
export function memberOf(value: unknown, name: string): unknown {
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

export function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Undefined also for an empty text. */
export function asNonEmptyText(value: unknown): string | undefined {
  return value === '' ? undefined : asText(value);
}

/** Undefined if the text is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Undefined if the text is no JSON object. */
export function parseJsonObject(text: string): JsonObject | undefined {
  return asJsonObject(parseJson(text));
}

export function isJson(text: string): boolean {
  return parseJson(text) !== undefined;
}
