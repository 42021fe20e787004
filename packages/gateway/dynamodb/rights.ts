/**
 * The permissions that a call needs. Each permission consists of an action, a resource and the values of condition
 * keys, as in the service authorization reference ("Actions, resources, and condition keys for Amazon DynamoDB"). The
 * functions have no side effects. They are used for every call with a role, both to this store and to other stores.
 */
import { asText, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { parseStatement, StatementError } from './partiql-parser.ts';
import type { Condition, Statement } from './partiql-parser.ts';
import { namesIn, partitionOfQuery } from './expression-names.ts';
import { streamOfIterator } from './stream-record.ts';

export type NeededRight = {
  /** For example `dynamodb:PutItem`. */
  readonly action: string;
  /**
   * The part of the table's ARN after `table/`, such as `orders`, `orders/index/by-day` or `*`. A value that begins
   * with `arn:` is a whole ARN instead.
   */
  readonly resource: string;
  /** The values of condition keys, by key in lower case. A key that is absent counts as missing in the call. */
  readonly conditions: Readonly<Record<string, readonly string[]>>;
};

/**
 * Returns the partition key of a table or of one of its indexes; undefined for an unknown table or index, and for a
 * partition key of several attributes.
 */
export type PartitionKeyOf = (table: string, index: string | undefined) => string | undefined;

type Target = { readonly table: string; readonly index?: string | undefined };

/** Returns all tables of a call. They are the tables for which `PartitionKeyOf` will be called. */
export function tablesOf(operation: string, input: UnknownMembers): readonly string[] {
  const names = rightsOf(operation, input, () => undefined).map(
    ({ resource }) => resource.split('/')[0] ?? '',
  );
  return [...new Set(names)].filter((name) => name !== '*' && !name.startsWith('arn:'));
}

/**
 * Returns the permissions that a call needs. Only the members that its operation reads are considered, because
 * otherwise a caller could name a permitted table in a member that is not read.
 */
export function rightsOf(
  operation: string,
  input: UnknownMembers,
  partitionKeyOf: PartitionKeyOf,
): readonly NeededRight[] {
  switch (operation) {
    case 'TransactWriteItems':
    case 'TransactGetItems':
      return recordsOf(input['TransactItems']).flatMap((member) =>
        Object.entries(member).map(([kind, fields]) =>
          itemRight(`${kind}Item`, membersOf(fields), partitionKeyOf, operation),
        ),
      );
    case 'BatchGetItem':
    case 'BatchWriteItem':
      return Object.entries(membersOf(input['RequestItems'])).map(([table, requests]) =>
        batchRight(operation, tableName(table), requests, partitionKeyOf),
      );
    case 'ExecuteStatement':
      return statementRights(input, partitionKeyOf, undefined);
    case 'BatchExecuteStatement':
      return recordsOf(input['Statements']).flatMap((each) =>
        statementRights(each, partitionKeyOf, operation),
      );
    case 'ExecuteTransaction':
      return recordsOf(input['TransactStatements']).flatMap((each) =>
        statementRights(each, partitionKeyOf, operation),
      );
    case 'Query':
    case 'Scan':
      return [searchRight(operation, input, partitionKeyOf)];
    case 'GetItem':
    case 'PutItem':
    case 'UpdateItem':
    case 'DeleteItem':
      return [itemRight(operation, input, partitionKeyOf, undefined)];
    default:
      return [tableRight(operation, input)];
  }
}

/** The operations that apply to the account. They need permission for every table. */
const OF_ACCOUNT = new Set([
  'ListTables',
  'DescribeLimits',
  'DescribeEndpoints',
  'ListBackups',
  'ListGlobalTables',
]);

/**
 * The operations that name their resource by `ResourceArn`.
 */
const BY_ARN = new Set([
  'DeleteResourcePolicy',
  'GetResourcePolicy',
  'ListTagsOfResource',
  'PutResourcePolicy',
  'TagResource',
  'UntagResource',
]);
/**
 * Operations whose request names its resource in a parameter other than `TableName`. They need a permission for at
 * least one table.
 */
const BY_OTHER_MEMBERS = new Set([
  'CreateGlobalTable',
  'DeleteBackup',
  'DescribeBackup',
  'DescribeExport',
  'DescribeGlobalTable',
  'DescribeGlobalTableSettings',
  'DescribeImport',
  'ExportTableToPointInTime',
  'ImportTable',
  'ListExports',
  'ListImports',
  'RestoreTableFromBackup',
  'RestoreTableToPointInTime',
  'UpdateGlobalTable',
  'UpdateGlobalTableSettings',
]);
const OF_INDEX = new Set(['DescribeContributorInsights', 'UpdateContributorInsights']);

/**
 * Operations of DynamoDB Streams on one stream. ListStreams is not included, because it lists the streams of a table,
 * or all streams.
 */
const OF_STREAM = new Set(['DescribeStream', 'GetShardIterator', 'GetRecords']);

/**
 * Returns the permission that an operation on a stream needs. For GetRecords, the stream is the one that the iterator
 * contains.
 */
function streamRight(operation: string, input: UnknownMembers): NeededRight {
  const iterator = operation === 'GetRecords' ? asText(input['ShardIterator']) : undefined;
  const arn = iterator === undefined ? asText(input['StreamArn']) : streamOfIterator(iterator);
  const isArn = arn?.startsWith('arn:') === true;
  return { action: `dynamodb:${operation}`, resource: isArn ? arn : '*', conditions: {} };
}

function tableRight(operation: string, input: UnknownMembers): NeededRight {
  const action = `dynamodb:${operation}`;
  if (OF_STREAM.has(operation)) return streamRight(operation, input);
  if (operation === 'ListStreams')
    return { action, resource: `${tableName(input['TableName'])}/stream/*`, conditions: {} };
  if (OF_ACCOUNT.has(operation) || BY_OTHER_MEMBERS.has(operation))
    return { action, resource: '*', conditions: {} };
  if (BY_ARN.has(operation)) return { action, resource: asText(input['ResourceArn']) ?? '*', conditions: {} };
  const index = OF_INDEX.has(operation) ? asText(input['IndexName']) : undefined;
  return { action, resource: resourceOf({ table: tableName(input['TableName']), index }), conditions: {} };
}

function itemRight(
  action: string,
  input: UnknownMembers,
  partitionKeyOf: PartitionKeyOf,
  enclosing: string | undefined,
): NeededRight {
  const table = tableName(input['TableName']);
  // Only the member that the operation uses is read, because stores ignore the other member.
  const item = membersOf(input[action === 'PutItem' ? 'Item' : 'Key']);
  const partitionKey = partitionKeyOf(table, undefined);
  return {
    action: `dynamodb:${action}`,
    resource: table,
    conditions: {
      ...present('dynamodb:leadingkeys', keyTexts([item], partitionKey)),
      ...present('dynamodb:attributes', [...new Set([...Object.keys(item), ...namesIn(input)])]),
      ...shared(input),
      ...present('dynamodb:enclosingoperation', enclosing === undefined ? [] : [enclosing]),
    },
  };
}

function batchRight(
  operation: string,
  table: string,
  requests: unknown,
  partitionKeyOf: PartitionKeyOf,
): NeededRight {
  const { Keys: keys } = membersOf(requests);
  const items = Array.isArray(keys)
    ? keys.map(membersOf)
    : recordsOf(requests).flatMap(({ PutRequest: put, DeleteRequest: remove }) => [
        membersOf(membersOf(put)['Item']),
        membersOf(membersOf(remove)['Key']),
      ]);
  const named = [...items.flatMap((item) => Object.keys(item)), ...namesIn(membersOf(requests))];
  return {
    action: `dynamodb:${operation}`,
    resource: table,
    conditions: {
      ...present('dynamodb:leadingkeys', keyTexts(items, partitionKeyOf(table, undefined))),
      ...present('dynamodb:attributes', [...new Set(named)]),
    },
  };
}

/**
 * Returns the permission for a Query or Scan. A Scan has no key, so it satisfies a `ForAllValues` condition on keys, as
 * the developer guide warns.
 */
function searchRight(operation: string, input: UnknownMembers, partitionKeyOf: PartitionKeyOf): NeededRight {
  const target = { table: tableName(input['TableName']), index: asText(input['IndexName']) };
  const partitionKey = partitionKeyOf(target.table, target.index);
  const keys = partitionKey === undefined ? UNKNOWN_KEY : valueTexts([partitionOfQuery(input, partitionKey)]);
  return {
    action: `dynamodb:${operation}`,
    resource: resourceOf(target),
    conditions: {
      ...present('dynamodb:leadingkeys', operation !== 'Query' ? [] : keys.length > 0 ? keys : UNKNOWN_KEY),
      ...present('dynamodb:attributes', [...new Set(namesIn(input))]),
      ...present('dynamodb:select', textsOf(input['Select'])),
      ...shared(input),
    },
  };
}

function shared(input: UnknownMembers): Record<string, readonly string[]> {
  return {
    ...present('dynamodb:returnvalues', textsOf(input['ReturnValues'])),
    ...present('dynamodb:returnconsumedcapacity', textsOf(input['ReturnConsumedCapacity'])),
  };
}

const VERBS = { select: 'Select', insert: 'Insert', update: 'Update', delete: 'Delete' } as const;

/**
 * Returns the permissions that a PartiQL statement needs. If this store's parser cannot parse the statement, another
 * store may still accept it. The caller then needs permission for any statement on any table.
 */
function statementRights(
  input: UnknownMembers,
  partitionKeyOf: PartitionKeyOf,
  enclosing: string | undefined,
): readonly NeededRight[] {
  const { Statement: text, Parameters: parameters } = input;
  let statement: Statement;
  try {
    statement = parseStatement(String(text), Array.isArray(parameters) ? parameters.map(membersOf) : []);
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    return Object.values(VERBS).map((verb) => ({
      action: `dynamodb:PartiQL${verb}`,
      resource: '*',
      conditions: {},
    }));
  }
  const target = { table: statement.table, index: 'index' in statement ? statement.index : undefined };
  const partitionKey = partitionKeyOf(target.table, target.index);
  const keys = keysOfStatement(statement, partitionKey);
  return [
    {
      action: `dynamodb:PartiQL${VERBS[statement.kind]}`,
      resource: resourceOf(target),
      conditions: {
        ...present('dynamodb:leadingkeys', partitionKey === undefined ? UNKNOWN_KEY : valueTexts(keys)),
        ...(statement.kind === 'select' && partitionKey !== undefined
          ? { 'dynamodb:fulltablescan': [String(keys.length === 0)] }
          : {}),
        ...present('dynamodb:attributes', attributesOfStatement(statement)),
        ...present('dynamodb:enclosingoperation', enclosing === undefined ? [] : [enclosing]),
      },
    },
  ];
}

/**
 * Returns the top-level attributes that a statement names. `*` does not name any attribute, just as an operation
 * without a projection names none.
 */
function attributesOfStatement(statement: Statement): readonly string[] {
  if (statement.kind === 'insert') return Object.keys(statement.item);
  const read = statement.kind === 'select' ? (statement.paths ?? []) : [];
  const written =
    statement.kind === 'update' ? [...statement.set.map(([path]) => path), ...statement.remove] : [];
  const paths = [...read, ...written, ...statement.where.map(({ path }) => path)];
  return [...new Set(paths.map(([name]) => String(name)))];
}

function keysOfStatement(statement: Statement, partitionKey: string | undefined): readonly unknown[] {
  if (partitionKey === undefined) return [];
  if (statement.kind === 'insert') return [statement.item[partitionKey]];
  return statement.where.flatMap((condition) => valuesOfKey(condition, partitionKey));
}

function valuesOfKey(condition: Condition, partitionKey: string): readonly unknown[] {
  if (!('path' in condition) || condition.path.length !== 1 || condition.path[0] !== partitionKey) return [];
  if (condition.kind === 'in') return condition.values;
  return condition.kind === 'compare' && condition.operator === '=' ? [condition.value] : [];
}

function resourceOf({ table, index }: Target): string {
  return index === undefined ? table : `${table}/index/${index}`;
}

function tableName(value: unknown): string {
  return typeof value === 'string' ? value.replace(/^arn:.*:table\//, '') : '*';
}

/**
 * The leading key value of a call to a table whose key is not known. No pattern except `*` matches this value, whereas
 * an empty list would satisfy every `ForAllValues` condition.
 */
const UNKNOWN_KEY: readonly string[] = ['\0'];

function keyTexts(items: readonly UnknownMembers[], partitionKey: string | undefined): readonly string[] {
  return partitionKey === undefined ? UNKNOWN_KEY : valueTexts(items.map((item) => item[partitionKey]));
}

/** The types that a key value can have. Stores ignore members with any other name. */
const KEY_TYPES = ['S', 'N', 'B'];

/** Returns the strings in DynamoDB values, such as `a` for `{ S: 'a' }`. */
function valueTexts(values: readonly unknown[]): readonly string[] {
  const texts = values.flatMap((value) => {
    const typed = membersOf(value);
    return KEY_TYPES.flatMap((type) => textsOf(typed[type]));
  });
  return [...new Set(texts)];
}

function present(key: string, values: readonly string[]): Record<string, readonly string[]> {
  return values.length === 0 ? {} : { [key]: values };
}

function textsOf(value: unknown): readonly string[] {
  return typeof value === 'string' ? [value] : [];
}

function recordsOf(value: unknown): readonly UnknownMembers[] {
  return Array.isArray(value) ? value.map(membersOf) : [];
}
