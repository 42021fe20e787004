/** JSON types, and the only functions that read a value's members. */

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** An object with members of any type, such as a response that is being built, with dates and unset members. */
export type UnknownMembers = Readonly<Record<string, unknown>>;

/**
 * Returns whether a value is a JSON object. A JSON or YAML parser only returns JSON, so checking the outermost type is
 * enough.
 */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Works like `Array.isArray`, but keeps the element type of a readonly list. */
export function isJsonList(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

export function asJsonObject(value: unknown): UnknownMembers | undefined {
  return isJsonObject(value) ? value : undefined;
}

const NOTHING: JsonObject = Object.freeze({});

/** Returns the members of an object; empty if the value is not an object. */
export function membersOf(value: Json | undefined): JsonObject;
export function membersOf(value: unknown): UnknownMembers;
export function membersOf(value: unknown): UnknownMembers {
  return isJsonObject(value) ? value : NOTHING;
}

/** Returns one own member; undefined if the member is absent or the value is not an object. */
export function memberOf(value: Json | undefined, name: string): Json | undefined;
export function memberOf(value: unknown, name: string): unknown;
export function memberOf(value: unknown, name: string): unknown {
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** Returns a member that is a string or a number, as a string; empty if the member is absent or of another type. */
export function textOf(members: UnknownMembers, name: string): string {
  const value = members[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** Returns a member that is a map; empty if the member is absent or not a map. */
export function mapOf(members: JsonObject, name: string): JsonObject;
export function mapOf(members: UnknownMembers, name: string): UnknownMembers;
export function mapOf(members: UnknownMembers, name: string): UnknownMembers {
  return membersOf(members[name]);
}

/** Returns a member that is a list; empty if the member is absent or not a list. */
export function listOf(members: JsonObject, name: string): readonly Json[];
export function listOf(members: UnknownMembers, name: string): readonly unknown[];
export function listOf(members: UnknownMembers, name: string): readonly unknown[] {
  return asList(members[name]);
}

export function without(members: JsonObject, ...names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([name]) => !names.includes(name)));
}

export function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Returns the value if it is a string that is not empty; otherwise undefined. */
export function asNonEmptyText(value: unknown): string | undefined {
  return value === '' ? undefined : asText(value);
}

/** Returns an empty list if the value is not a list. */
export function asList(value: Json | undefined): readonly Json[];
export function asList(value: unknown): readonly unknown[];
export function asList(value: unknown): readonly unknown[] {
  return isJsonList(value) ? value : [];
}

/**
 * Returns the value as a list, because policies and SAM write a list of one item as the item itself. A missing value
 * becomes an empty list.
 */
export function asOneOrMore(value: Json | undefined): readonly Json[];
export function asOneOrMore(value: unknown): readonly unknown[];
export function asOneOrMore(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return isJsonList(value) ? value : [value];
}

/**
 * Reads a boolean, or the string `true` or `false`, as templates and AWS's query protocol write it; undefined for
 * anything else. CloudFormation ignores the case of the letters.
 */
export function asFlag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value.toLowerCase() : '';
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

/** Returns true only for `true` or the string `true`, whatever the case of its letters. */
export function isTrue(value: unknown): boolean {
  return asFlag(value) === true;
}

/**
 * Reads a finite number, or a string that contains one, as templates and AWS's query protocol write it; undefined for
 * anything else.
 */
export function asNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** Reads a whole number within the bounds, or a string that contains one; undefined for anything else. */
export function asInteger(value: unknown, least: number, most: number): number | undefined {
  const number = asNumber(value);
  return Number.isInteger(number) && isWithin(number, least, most) ? number : undefined;
}

function isWithin(number: number | undefined, least: number, most: number): number is number {
  return number !== undefined && number >= least && number <= most;
}

/** Returns undefined if the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Returns undefined if the text is not a JSON object. */
export function parseJsonObject(text: string): UnknownMembers | undefined {
  return asJsonObject(parseJson(text));
}

export function isJson(text: string): boolean {
  return parseJson(text) !== undefined;
}
