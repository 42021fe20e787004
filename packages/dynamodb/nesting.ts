/**
 * Bounds the nesting of a request: deeper ones would block the thread of all tables, or overflow its stack.
 */
import { validationError } from './actions.ts';

/**
 * Levels of JSON: DynamoDB takes 32 nested maps or lists (developer guide, "Quotas": nested attribute depth),
 * each two levels, below the seven of a batch.
 */
const MAX_JSON_LEVELS = 7 + 2 * 32;

/** @throws DynamoDbError in DynamoDB's words */
export function refuseDeepValues(value: unknown, levels = 0): void {
  if (typeof value !== 'object' || value === null) return;
  if (levels > MAX_JSON_LEVELS) throw validationError('Nesting Levels have exceeded supported limits');
  for (const member of Object.values(value)) refuseDeepValues(member, levels + 1);
}

/**
 * dynalite's parser tries each parenthesis in several ways, so each level at least doubles its time: eight
 * take a second.
 */
const MAX_PARENTHESES = 8;

/** @throws DynamoDbError whose message says that this is a limit of this store, not of DynamoDB */
export function refuseDeepExpressions(input: object): void {
  for (const [name, text] of Object.entries(input)) {
    if (!name.endsWith('Expression') || typeof text !== 'string') continue;
    let depth = 0;
    for (const character of text) {
      if (character === '(') depth += 1;
      else if (character === ')') depth -= 1;
      if (depth > MAX_PARENTHESES)
        throw validationError(
          `Invalid ${name}: the embedded DynamoDB reads ${MAX_PARENTHESES} nested parentheses; start with --dynamodb URL to use another one`,
        );
    }
  }
}
