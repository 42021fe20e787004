/** Runs the statements of BatchExecuteStatement one by one (DynamoDB API reference, "BatchExecuteStatement"). */
import { isJsonObject, textOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { MUST, validationMessage, violation } from '@gatewright/aws/violations';
import { DynamoDbError, validationError } from './actions.ts';
import type { Output } from './actions.ts';
import { isKeyGiven, readStatement, refuseMembers, runStatement } from './partiql.ts';
import type { StatementStore } from './partiql.ts';

const MAX_STATEMENTS = 25;

/** The codes of errors in a response, by the name of the exception (DynamoDB model, BatchStatementErrorCodeEnum). */
const CODES: Readonly<Record<string, string>> = {
  AccessDeniedException: 'AccessDenied',
  ConditionalCheckFailedException: 'ConditionalCheckFailed',
  DuplicateItemException: 'DuplicateItem',
  ItemCollectionSizeLimitExceededException: 'ItemCollectionSizeLimitExceeded',
  ProvisionedThroughputExceededException: 'ProvisionedThroughputExceeded',
  ResourceNotFoundException: 'ResourceNotFound',
  ValidationException: 'ValidationError',
};

/**
 * Runs the statements. A statement that fails has an error in its place of the responses, and the others still run.
 * @throws DynamoDbError ValidationException if the list itself is invalid, or a member of the request is not supported
 */
export async function executeBatch(input: UnknownMembers, engine: StatementStore): Promise<Output> {
  refuseMembers('BatchExecuteStatement', input);
  const { Statements: given } = input;
  const statements: readonly unknown[] = Array.isArray(given) ? given : [];
  if (statements.length === 0 || statements.length > MAX_STATEMENTS) {
    const wanted = statements.length === 0 ? MUST.haveLengthFrom(1) : MUST.haveLengthTo(MAX_STATEMENTS);
    throw validationError(validationMessage(violation(JSON.stringify(statements), 'statements', wanted)));
  }
  const responses: UnknownMembers[] = [];
  for (const statement of statements)
    responses.push(await executeOne(isJsonObject(statement) ? statement : {}, engine));
  return { Responses: responses };
}

async function executeOne(input: UnknownMembers, engine: StatementStore): Promise<UnknownMembers> {
  let table: string | undefined;
  try {
    refuseMembers('BatchExecuteStatement', input);
    const statement = readStatement(input);
    ({ table } = statement);
    if (statement.kind === 'select' && !(await isKeyGiven(statement, engine)))
      throw validationError(
        'Select statements within BatchExecuteStatement must specify the primary key in the where clause.',
      );
    const { Items: items } = await runStatement(statement, input, engine);
    const [item] = Array.isArray(items) ? (items as readonly unknown[]) : [];
    return { TableName: table, ...(item !== undefined && { Item: item }) };
  } catch (error) {
    if (!(error instanceof DynamoDbError)) throw error;
    const name = textOf(error.body, '__type').replace(/^.*#/, '');
    const failed = { Code: CODES[name] ?? 'InternalServerError', Message: error.message };
    return { ...(table !== undefined && { TableName: table }), Error: failed };
  }
}
