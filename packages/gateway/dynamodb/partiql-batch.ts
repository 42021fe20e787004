/** Runs the statements of BatchExecuteStatement one by one (DynamoDB API reference, "BatchExecuteStatement"). */
import { isJsonObject, textOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { MUST, validationMessage, violation } from '@gatewright/aws/violations';
import { DynamoDbError, validationError } from './actions.ts';
import type { Output } from './actions.ts';
import { isKeyGiven, readStatement, refuseCapacity, runStatement } from './partiql.ts';
import type { Statement } from './partiql-parser.ts';
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

/** DynamoDB API reference, "BatchExecuteStatement" (that AWS's error has these words is inferred). */
const MIXED =
  'The entire batch must consist of either read statements or write statements, you cannot mix both in one batch.';

type Read = {
  readonly input: UnknownMembers;
  /** The statement, or why it cannot be read. */
  readonly statement: Statement | DynamoDbError;
};

/**
 * Runs the statements. For a statement that fails, the list of responses contains an error, and the remaining
 * statements still run.
 * @throws DynamoDbError ValidationException if the list itself is invalid, or a member of the request is not supported
 */
export async function executeBatch(input: UnknownMembers, engine: StatementStore): Promise<Output> {
  refuseCapacity('BatchExecuteStatement', input);
  const { Statements: given } = input;
  const statements: readonly unknown[] = Array.isArray(given) ? given : [];
  if (statements.length === 0 || statements.length > MAX_STATEMENTS) {
    const wanted = statements.length === 0 ? MUST.haveLengthFrom(1) : MUST.haveLengthTo(MAX_STATEMENTS);
    throw validationError(validationMessage(violation(JSON.stringify(statements), 'statements', wanted)));
  }
  const reads = statements.map((one) => readOne(isJsonObject(one) ? one : {}));
  const isRead = new Set(
    reads.flatMap(({ statement }) => ('kind' in statement ? [statement.kind === 'select'] : [])),
  );
  if (isRead.size > 1) throw validationError(MIXED);
  const responses: UnknownMembers[] = [];
  for (const read of reads) responses.push(await executeOne(read, engine));
  return { Responses: responses };
}

function readOne(input: UnknownMembers): Read {
  try {
    return { input, statement: readStatement(input) };
  } catch (error) {
    if (!(error instanceof DynamoDbError)) throw error;
    return { input, statement: error };
  }
}

async function executeOne({ input, statement }: Read, engine: StatementStore): Promise<UnknownMembers> {
  if (!('kind' in statement)) return { Error: describeFailure(statement) };
  const { table } = statement;
  try {
    if (statement.kind === 'select' && !(await isKeyGiven(statement, engine)))
      throw validationError(
        'Select statements within BatchExecuteStatement must specify the primary key in the where clause.',
      );
    const { Items: items } = await runStatement(statement, input, engine);
    const [item] = Array.isArray(items) ? (items as readonly unknown[]) : [];
    return { TableName: table, ...(item !== undefined && { Item: item }) };
  } catch (error) {
    if (!(error instanceof DynamoDbError)) throw error;
    return { TableName: table, Error: describeFailure(error) };
  }
}

function describeFailure({ body, message }: DynamoDbError): UnknownMembers {
  const name = textOf(body, '__type').replace(/^.*#/, '');
  const { Item: item } = body;
  return {
    Code: CODES[name] ?? 'InternalServerError',
    Message: message,
    ...(item !== undefined && { Item: item }),
  };
}
