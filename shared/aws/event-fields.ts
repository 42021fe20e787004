import { DomainError } from '../errors.ts';
import { isJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';

export type EventFields = UnknownMembers;

/**
 * Returns the members of a JSON object.
 * @throws DomainError EVENT_MALFORMED if the value is not a JSON object.
 */
export function parseFields(value: unknown): EventFields {
  if (isJsonObject(value)) return value;
  throw new DomainError('EVENT_MALFORMED', 'the event, or a part of it, is not a JSON object');
}

/**
 * Like `parseFields`, but treats a missing map as empty, because AWS sends `null`, `{}` or nothing, depending on the
 * kind of API.
 */
export function parseOptionalFields(value: unknown): EventFields {
  return value === undefined || value === null ? {} : parseFields(value);
}
