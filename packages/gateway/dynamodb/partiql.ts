/**
 * Runs a PartiQL statement of ExecuteStatement as the equivalent operation (DynamoDB API reference,
 * "ExecuteStatement").
 */
import { DYNAMODB, DynamoDbError, notSupported, validationError } from './actions.ts';
import { MUST, validationMessage, violation } from '@gatewright/aws/violations';
import { isRefusedCondition } from './item-write.ts';
import { keySchemaOf } from './key-schema.ts';
import { hasSeveralKeys } from './several-keys.ts';
import {
  type AttributePath,
  type Condition,
  parseStatement,
  StatementError,
  type Statement,
  type Value,
} from './partiql-parser.ts';
import type { Output } from './actions.ts';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { Table } from './dynalite-store.ts';

export interface StatementStore {
  execute(operation: string, input: UnknownMembers): Promise<Output>;
  table(name: string): Promise<Table>;
}

const MAX_STATEMENT_CHARS = 8192;

/**
 * Runs a statement.
 * @throws DynamoDbError ValidationException that names the unsupported part
 */
export async function executeStatement(input: UnknownMembers, engine: StatementStore): Promise<Output> {
  refuseCapacity('ExecuteStatement', input);
  return runStatement(readStatement(input), input, engine);
}

/** @throws DynamoDbError if the call asks for the consumed capacity, which is not counted for statements */
export function refuseCapacity(operation: string, { ReturnConsumedCapacity: asked }: UnknownMembers): void {
  if (asked !== undefined && asked !== 'NONE')
    throw notSupported(`ReturnConsumedCapacity of ${operation}`, 'omit it, or ');
}

/**
 * Reads a statement and its parameters.
 * @throws DynamoDbError ValidationException if they are not valid
 */
export function readStatement(input: UnknownMembers): Statement {
  const { Statement: text, Parameters: parameters = [] } = input;
  if (typeof text !== 'string' || text === '' || text.length > MAX_STATEMENT_CHARS)
    throw validationError(`Statement must be a string of 1 to ${MAX_STATEMENT_CHARS} characters`);
  if (!Array.isArray(parameters)) throw validationError('Parameters must be a list of attribute values');
  if (input['Parameters'] !== undefined && parameters.length === 0)
    throw validationError(validationMessage(violation('[]', 'parameters', MUST.haveLengthFrom(1))));
  return parse(text, parameters as readonly Value[]);
}

export async function runStatement(
  statement: Statement,
  input: UnknownMembers,
  engine: StatementStore,
): Promise<Output> {
  switch (statement.kind) {
    case 'select':
      return select(statement, input, engine);
    case 'insert':
      return insert(statement, engine);
    case 'update':
      return update(statement, onFailure(input), engine);
    case 'delete':
      return remove(statement, onFailure(input), engine);
  }
}

/** Returns the member that adds the item to the error of a condition that is not met. */
function onFailure({ ReturnValuesOnConditionCheckFailure: mode }: UnknownMembers): UnknownMembers {
  return mode === undefined ? {} : { ReturnValuesOnConditionCheckFailure: mode };
}

function parse(text: string, parameters: readonly Value[]): Statement {
  try {
    return parseStatement(text, parameters);
  } catch (error) {
    throw error instanceof StatementError ? validationError(error.message) : error;
  }
}

/**
 * Creates placeholders for the names and values in an expression. Equal names share a placeholder; each value gets its
 * own.
 */
class Placeholders {
  readonly #names: Record<string, string> = {};
  readonly #values: Record<string, Value> = {};

  name(path: AttributePath): string {
    return path
      .map((part, index) => {
        if (typeof part === 'number') return `[${part}]`;
        const known = Object.entries(this.#names).find(([, name]) => name === part)?.[0];
        const placeholder = known ?? `#n${Object.keys(this.#names).length}`;
        this.#names[placeholder] = part;
        return index === 0 ? placeholder : `.${placeholder}`;
      })
      .join('');
  }

  value(value: Value): string {
    const placeholder = `:v${Object.keys(this.#values).length}`;
    this.#values[placeholder] = value;
    return placeholder;
  }

  condition(condition: Condition): string {
    const name = this.name(condition.path);
    switch (condition.kind) {
      case 'compare':
        return `${name} ${condition.operator} ${this.value(condition.value)}`;
      case 'between':
        return `${name} BETWEEN ${this.value(condition.low)} AND ${this.value(condition.high)}`;
      case 'in':
        return `${name} IN (${condition.values.map((value) => this.value(value)).join(', ')})`;
      case 'function':
        return `${condition.name}(${name}, ${this.value(condition.value)})`;
      case 'missing':
        return `${condition.isMissing ? 'attribute_not_exists' : 'attribute_exists'}(${name})`;
    }
  }

  all(conditions: readonly Condition[]): string {
    return conditions.map((each) => this.condition(each)).join(' AND ');
  }

  get members(): UnknownMembers {
    return {
      ...(Object.keys(this.#names).length === 0 ? {} : { ExpressionAttributeNames: this.#names }),
      ...(Object.keys(this.#values).length === 0 ? {} : { ExpressionAttributeValues: this.#values }),
    };
  }
}

type Keys = { readonly partition: string; readonly sort: string | undefined };

async function keysOf(engine: StatementStore, table: string, index: string | undefined): Promise<Keys> {
  const found = await engine.table(table);
  const schema = keySchemaOf(found, index);
  if (schema === undefined) throw validationError('The table does not have the specified index');
  // If the index has several attributes per key, the statement runs as a scan, whatever its conditions are.
  if (hasSeveralKeys(schema)) return { partition: '', sort: undefined };
  const keyOf = (type: string) => schema.find(({ KeyType }) => KeyType === type)?.AttributeName;
  return { partition: keyOf('HASH') ?? '', sort: keyOf('RANGE') };
}

/** Runs a Query if the partition key is given, otherwise a Scan, as on AWS. */
async function select(
  { table, index, paths, where }: Extract<Statement, { kind: 'select' }>,
  input: UnknownMembers,
  engine: StatementStore,
): Promise<Output> {
  const { partition, sort } = await keysOf(engine, table, index);
  const holders = new Placeholders();
  const byPartition = where.find((each) => isEqual(each, partition));
  const bySort = byPartition === undefined ? undefined : where.find((each) => isSortCondition(each, sort));
  const keys = [byPartition, bySort].filter((each) => each !== undefined);
  const filters = where.filter((each) => !keys.includes(each));
  const output = await engine.execute(keys.length === 0 ? 'Scan' : 'Query', {
    TableName: table,
    ...present({
      IndexName: index,
      KeyConditionExpression: keys.length === 0 ? undefined : holders.all(keys),
      FilterExpression: filters.length === 0 ? undefined : holders.all(filters),
      ProjectionExpression: paths?.map((path) => holders.name(path)).join(', '),
      Limit: input['Limit'],
      ConsistentRead: input['ConsistentRead'],
      ExclusiveStartKey: readToken(input['NextToken']),
    }),
    ...holders.members,
  });
  const { Items, LastEvaluatedKey: last } = output;
  return last === undefined ? { Items } : { Items, NextToken: encodeToken(last), LastEvaluatedKey: last };
}

/** Whether a SELECT names one item of a table by its whole key. */
export async function isKeyGiven(
  { table, index, where }: Extract<Statement, { kind: 'select' }>,
  engine: StatementStore,
): Promise<boolean> {
  const { partition, sort } = await keysOf(engine, table, index);
  const names = sort === undefined ? [partition] : [partition, sort];
  return index === undefined && names.every((name) => where.some((each) => isEqual(each, name)));
}

function isEqual(condition: Condition, name: string): boolean {
  return condition.kind === 'compare' && condition.operator === '=' && isNamed(condition.path, name);
}

function isSortCondition(condition: Condition, sort: string | undefined): boolean {
  if (sort === undefined || !isNamed(condition.path, sort)) return false;
  if (condition.kind === 'compare') return condition.operator !== '<>';
  return condition.kind === 'between' || (condition.kind === 'function' && condition.name === 'begins_with');
}

function isNamed(path: AttributePath, name: string): boolean {
  return path.length === 1 && path[0] === name;
}

async function insert(
  { table, item }: Extract<Statement, { kind: 'insert' }>,
  engine: StatementStore,
): Promise<Output> {
  const { partition } = await keysOf(engine, table, undefined);
  const holders = new Placeholders();
  const name = holders.name([partition]);
  try {
    await engine.execute('PutItem', {
      TableName: table,
      Item: item,
      ConditionExpression: `attribute_not_exists(${name})`,
      ...holders.members,
    });
  } catch (error) {
    if (!isRefusedCondition(error)) throw error;
    throw new DynamoDbError(
      400,
      `${DYNAMODB}DuplicateItemException`,
      'Duplicate primary key exists in table',
    );
  }
  return { Items: [] };
}

async function update(
  { table, set, remove: removed, where, returning }: Extract<Statement, { kind: 'update' }>,
  failing: UnknownMembers,
  engine: StatementStore,
): Promise<Output> {
  const { key, rest, partition } = await splitKey(engine, table, where);
  const holders = new Placeholders();
  const sets = set.map(([path, value]) => `${holders.name(path)} = ${holders.value(value)}`);
  const removes = removed.map((path) => holders.name(path));
  const clauses = [
    ...(sets.length === 0 ? [] : [`SET ${sets.join(', ')}`]),
    ...(removes.length === 0 ? [] : [`REMOVE ${removes.join(', ')}`]),
  ];
  // The update requires that the item exists, because an UPDATE statement never creates an item, unlike UpdateItem.
  const conditions = [
    `attribute_exists(${holders.name([partition])})`,
    ...rest.map((each) => holders.condition(each)),
  ];
  const { Attributes } = await engine.execute('UpdateItem', {
    TableName: table,
    Key: key,
    UpdateExpression: clauses.join(' '),
    ConditionExpression: conditions.join(' AND '),
    ReturnValues: returnValues(returning, UPDATE_RETURNS),
    ...failing,
    ...holders.members,
  });
  return { Items: Attributes === undefined ? [] : [Attributes] };
}

async function remove(
  { table, where, returning }: Extract<Statement, { kind: 'delete' }>,
  failing: UnknownMembers,
  engine: StatementStore,
): Promise<Output> {
  const { key, rest } = await splitKey(engine, table, where);
  const holders = new Placeholders();
  const { Attributes } = await engine.execute('DeleteItem', {
    TableName: table,
    Key: key,
    ...(rest.length === 0 ? {} : { ConditionExpression: holders.all(rest) }),
    ReturnValues: returnValues(returning, ['ALL OLD']),
    ...failing,
    ...holders.members,
  });
  return { Items: Attributes === undefined ? [] : [Attributes] };
}

const UPDATE_RETURNS = ['ALL OLD', 'ALL NEW', 'MODIFIED OLD', 'MODIFIED NEW'];

function returnValues(returning: string | undefined, known: readonly string[]): string {
  if (returning === undefined) return 'NONE';
  if (!known.includes(returning))
    throw validationError(`DELETE cannot return ${returning} *; use RETURNING ALL OLD *`);
  return returning.replace('MODIFIED', 'UPDATED').replace(' ', '_');
}

/**
 * Splits the conditions of the WHERE clause into two parts: the primary key, which a write must give completely, and
 * the remaining conditions.
 */
async function splitKey(
  engine: StatementStore,
  table: string,
  where: readonly Condition[],
): Promise<{
  readonly key: UnknownMembers;
  readonly rest: readonly Condition[];
  readonly partition: string;
}> {
  const { partition, sort } = await keysOf(engine, table, undefined);
  const names = [partition, ...(sort === undefined ? [] : [sort])];
  const found = names.map((name) => where.find((each) => isEqual(each, name)));
  const key = Object.fromEntries(
    found.flatMap((each, at) => (each?.kind === 'compare' ? [[names[at] ?? '', each.value]] : [])),
  );
  if (Object.keys(key).length < names.length)
    throw validationError('Where clause does not contain a mandatory equality on all key attributes');
  return { key, rest: where.filter((each) => !found.includes(each)), partition };
}

function encodeToken(key: unknown): string {
  return Buffer.from(JSON.stringify(key)).toString('base64');
}

function readToken(token: unknown): unknown {
  if (token === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(typeof token === 'string' ? token : '', 'base64').toString());
  } catch {
    throw validationError('The NextToken is not valid');
  }
}

function present(members: UnknownMembers): UnknownMembers {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
