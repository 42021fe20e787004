/** Looks into JSON of templates and resources, whose shape only the compilers check. */
import type { Json, JsonObject } from './model.ts';

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `isArray` that keeps the element type of a readonly list. */
export function isJsonList(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

/** What is in it; nothing where it is no object. */
export function membersOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

/** A text or number as text; empty where there is none. */
export function textOf(properties: JsonObject, name: string): string {
  const value = properties[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** A map; empty where there is none. */
export function mapOf(properties: JsonObject, name: string): JsonObject {
  return membersOf(properties[name]);
}

/** A list; empty where there is none. */
export function listOf(properties: JsonObject, name: string): readonly Json[] {
  const value = properties[name];
  return isJsonList(value) ? value : [];
}

/** `true` or its text, as templates may write it. */
export function isSet(properties: JsonObject, name: string): boolean {
  return properties[name] === true || properties[name] === 'true';
}

export function without(properties: JsonObject, ...names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)));
}
