/** Reading fields of events of unknown shape. */
import { DomainError } from '../errors.ts';

export type EventFields = Readonly<Record<string, unknown>>;

/** @throws DomainError EVENT_MALFORMED when the value is no JSON object. */
export function parseFields(value: unknown): EventFields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new DomainError('EVENT_MALFORMED', 'the event, or a part of it, is no JSON object');
  return value as EventFields;
}

/** Like `parseFields`, but a missing map is an empty one: AWS sends `null`, `{}` or nothing, by API kind. */
export function parseOptionalFields(value: unknown): EventFields {
  return value === undefined || value === null ? {} : parseFields(value);
}
