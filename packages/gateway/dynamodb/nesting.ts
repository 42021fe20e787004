/**
 * Limits the nesting of a request. A deeper request would block the thread that serves all tables, or overflow its
 * stack.
 */
import { validationError } from './actions.ts';

/**
 * The maximum number of JSON levels. DynamoDB accepts 32 nested maps or lists (developer guide, "Quotas": nested
 * attribute depth). Each map or list takes two levels, in addition to the seven levels of a batch.
 */
const MAX_JSON_LEVELS = 7 + 2 * 32;

/**
 * Refuses a value that is nested too deeply.
 * @throws DynamoDbError in DynamoDB's words
 */
export function refuseDeepValues(value: unknown, levels = 0): void {
  if (typeof value !== 'object' || value === null) return;
  if (levels > MAX_JSON_LEVELS) throw validationError('Nesting Levels have exceeded supported limits');
  for (const member of Object.values(value)) refuseDeepValues(member, levels + 1);
}
