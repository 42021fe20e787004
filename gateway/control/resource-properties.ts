/** Looks into the properties of a resource, whose shape only the compilers check. */
import type { Json, JsonObject } from '../definition/model.ts';

export function isJsonMap(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text or number as text; empty where there is none. */
export function textOf(properties: JsonObject, name: string): string {
  const value = properties[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** A map; empty where there is none. */
export function mapOf(properties: JsonObject, name: string): JsonObject {
  const value = properties[name];
  return isJsonMap(value) ? value : {};
}

/** A list; empty where there is none. */
export function listOf(properties: JsonObject, name: string): readonly Json[] {
  const value = properties[name];
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

/** `true` or its text, as templates may write it. */
export function isSet(properties: JsonObject, name: string): boolean {
  return properties[name] === true || properties[name] === 'true';
}

export function without(properties: JsonObject, ...names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)));
}
