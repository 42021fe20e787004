/**
 * Adds the prefix `1 validation error detected: ` to the error messages of single writes and of queries. DynamoDB has
 * added this prefix since 2026; for violations of the API model it has always added it. For other operations, DynamoDB
 * does not add the prefix (getmoto/moto, tests verified on AWS in August 2026). The prefix is added only to messages
 * that were recorded with it.
 */
import { checkInput, DynamoDbError, VALIDATION, validationError } from './actions.ts';
import type { DynaliteOperation } from './actions.ts';
import type { Store } from './dynalite-store.ts';

const EMPTY_SET = String.raw`One or more parameter values were invalid: An \w+ set  may not be empty`;
const OF_VALUE = new RegExp(
  `^ExpressionAttributeValues contains invalid value: (${EMPTY_SET}) for key .*$`,
  's',
);
const OF_WRITES = new RegExp(
  `^(?:${[
    EMPTY_SET,
    'Invalid UpdateExpression: (?:The expression can not be empty|The ".*" section can only be used once|Two document paths)',
    'ExpressionAttribute(?:Names|Values) must not be empty',
    'Value provided in ExpressionAttribute(?:Names|Values) unused',
  ].join('|')})`,
  's',
);
const OF_QUERIES =
  /^(?:Must specify the AttributesToGet|Cannot specify the|ALL_PROJECTED_ATTRIBUTES can be used)/;

const RECORDED: Readonly<Partial<Record<DynaliteOperation, RegExp>>> = {
  PutItem: OF_WRITES,
  UpdateItem: OF_WRITES,
  DeleteItem: OF_WRITES,
  Query: OF_QUERIES,
};

/**
 * Checks the input of a call, not of a part of a transaction.
 * @throws DynamoDbError in the words of the operation
 */
export function checkCall(
  operation: DynaliteOperation,
  input: object,
  store: Store,
): Record<string, unknown> {
  try {
    return checkInput(operation, input, store);
  } catch (error) {
    throw worded(operation, error);
  }
}

function worded(operation: DynaliteOperation, error: unknown): unknown {
  const recorded = RECORDED[operation];
  if (recorded === undefined || !(error instanceof DynamoDbError)) return error;
  if (error.body['__type'] !== VALIDATION) return error;
  const reason = error.message.replace(OF_VALUE, '$1');
  return recorded.test(reason) ? validationError(`1 validation error detected: ${reason}`) : error;
}
