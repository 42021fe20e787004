import { badRequest } from '../../control-error.ts';
import type { UnknownMembers } from '@gatewright/aws/json-object';

/**
 * Reads an optional string.
 * @throws ControlError for a value of another type
 */
export function optionalText(body: UnknownMembers, name: string): string | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw badRequest('Invalid request input');
}

export function requiredText(body: UnknownMembers, name: string): string {
  const text = optionalText(body, name);
  if (text === undefined || text === '') throw badRequest(`${name} is required`);
  return text;
}

/**
 * Reads an optional boolean.
 * @throws ControlError for a value of another type
 */
export function optionalFlag(body: UnknownMembers, name: string): boolean | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return value;
  throw badRequest('Invalid request input');
}

/** Returns a nested object; undefined if it is absent. */
export function optionalObject(body: UnknownMembers, name: string): UnknownMembers | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) throw badRequest('Invalid request input');
  return Object.fromEntries(Object.entries(value));
}

/** Returns a list of objects; empty if it is absent. */
export function objectList(body: UnknownMembers, name: string): readonly UnknownMembers[] {
  const value = body[name];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw badRequest('Invalid request input');
  return value.map((item: unknown, index) => optionalObject({ [index]: item }, String(index)) ?? {});
}

/** Returns a map of strings; empty if it is absent. */
export function textMap(body: UnknownMembers, name: string): Readonly<Record<string, string>> {
  const entries = Object.entries(optionalObject(body, name) ?? {});
  return Object.fromEntries(
    entries.map(([key, value]): [string, string] => {
      if (typeof value !== 'string') throw badRequest('Invalid request input');
      return [key, value];
    }),
  );
}

/** Converts a time to seconds since 1970, as AWS's REST APIs write timestamps. */
export function epochSeconds(epochMs: number): number {
  return Math.floor(epochMs / 1000);
}
