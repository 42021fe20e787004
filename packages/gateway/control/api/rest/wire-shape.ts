import { badRequest } from '../../control-error.ts';
import type { JsonObject } from '@gatewright/aws/json-object';

/** @throws ControlError unless it is a text */
export function optionalText(body: JsonObject, name: string): string | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw badRequest('Invalid request input');
}

export function requiredText(body: JsonObject, name: string): string {
  const text = optionalText(body, name);
  if (text === undefined || text === '') throw badRequest(`${name} is required`);
  return text;
}

/** @throws ControlError unless it is true or false */
export function optionalFlag(body: JsonObject, name: string): boolean | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return value;
  throw badRequest('Invalid request input');
}

/** A nested object; absent = undefined. */
export function optionalObject(body: JsonObject, name: string): JsonObject | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) throw badRequest('Invalid request input');
  return Object.fromEntries(Object.entries(value));
}

/** A list of objects; absent = empty. */
export function objectList(body: JsonObject, name: string): readonly JsonObject[] {
  const value = body[name];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw badRequest('Invalid request input');
  return value.map((item: unknown, index) => optionalObject({ [index]: item }, String(index)) ?? {});
}

/** A map of texts; absent = empty. */
export function textMap(body: JsonObject, name: string): Readonly<Record<string, string>> {
  const entries = Object.entries(optionalObject(body, name) ?? {});
  return Object.fromEntries(
    entries.map(([key, value]): [string, string] => {
      if (typeof value !== 'string') throw badRequest('Invalid request input');
      return [key, value];
    }),
  );
}

/** Timestamps of AWS's REST APIs are seconds since 1970. */
export function epochSeconds(epochMs: number): number {
  return Math.floor(epochMs / 1000);
}
