/** Reads JSON of templates and resources; only the compilers check its shape. */
import type { Json, JsonObject } from './model.ts';

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `isArray` that keeps the element type of a readonly list. */
export function isJsonList(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

export function membersOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

/** A text or number as text; empty if absent. */
export function textOf(properties: JsonObject, name: string): string {
  const value = properties[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** A map; empty if absent. */
export function mapOf(properties: JsonObject, name: string): JsonObject {
  return membersOf(properties[name]);
}

/** A list; empty if absent. */
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
