/**
 * Global indexes with several attributes per key. The partition key and the sort key have up to four attributes each
 * (developer guide, "Multi-attribute key schema" and "Multi-attribute keys pattern"). When dynalite writes or scans an
 * index, it follows the index's key schema, whatever the number of attributes. Its rules and its Query, however,
 * support only two attributes.
 */
import { membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { validationError, type Output } from './actions.ts';
import { dynaliteDb } from './dynalite-store.ts';
import type { AttributeValue, Item, KeyElement, Store, StreamRange, Table } from './dynalite-store.ts';

/**
 * The maximum number of attributes in a partition key, and in a sort key: "a partition key from up to four attributes
 * and a sort key from up to four attributes".
 */
const MOST = 4;
const INVALID = 'One or more parameter values were invalid: ';

export function hasSeveralKeys(schema: readonly KeyElement[]): boolean {
  return ['HASH', 'RANGE'].some((type) => namesOf(schema, type).length > 1);
}

/**
 * Returns the input of CreateTable in a form that dynalite's rules accept.
 * @throws DynamoDbError for an invalid key schema
 */
export function withFirstKeys(input: UnknownMembers): UnknownMembers {
  const { GlobalSecondaryIndexes: indexes, AttributeDefinitions: definitions } = input;
  if (!Array.isArray(indexes)) return input;
  const defined = elementsOf(definitions).map(({ AttributeName: name }) => name);
  const reduced = indexes.map((index: unknown) => {
    const schema = elementsOf(membersOf(index)['KeySchema']);
    if (!hasSeveralKeys(schema)) return index;
    const wrong = wrongSchema(schema, defined);
    if (wrong !== undefined) throw validationError(wrong);
    const first = ['HASH', 'RANGE'].flatMap((type) => schema.find((key) => key.KeyType === type) ?? []);
    return { ...membersOf(index), KeySchema: first };
  });
  return { ...input, GlobalSecondaryIndexes: reduced };
}

/**
 * Restores all key attributes in the checked input of CreateTable, so that the created table has all of them. This
 * reverses `withFirstKeys`.
 */
export function withAllKeys(checked: UnknownMembers, input: UnknownMembers): UnknownMembers {
  const { GlobalSecondaryIndexes: indexes } = checked;
  if (!Array.isArray(indexes)) return checked;
  const given: readonly unknown[] = Array.isArray(input['GlobalSecondaryIndexes'])
    ? input['GlobalSecondaryIndexes']
    : [];
  const whole = indexes.map((index: unknown, at) => {
    const schema = elementsOf(membersOf(given[at])['KeySchema']);
    return hasSeveralKeys(schema) ? { ...membersOf(index), KeySchema: schema } : index;
  });
  return { ...checked, GlobalSecondaryIndexes: whole };
}

function wrongSchema(schema: readonly KeyElement[], defined: readonly string[]): string | undefined {
  const names = schema.map(({ AttributeName: name }) => name);
  const types = schema.map(({ KeyType: type }) => type);
  if (
    types.some((type, at) => type === 'HASH' && types.indexOf('RANGE') !== -1 && at > types.indexOf('RANGE'))
  )
    return 'Invalid KeySchema: HASH key elements must come before RANGE key elements';
  if (['HASH', 'RANGE'].some((type) => namesOf(schema, type).length > MOST))
    return `${INVALID}A key schema may have at most ${MOST} HASH and ${MOST} RANGE key elements`;
  if (new Set(names).size < names.length) return `${INVALID}An attribute is in the KeySchema twice`;
  return names.every((name) => defined.includes(name))
    ? undefined
    : `${INVALID}Some index key attributes are not defined in AttributeDefinitions. ` +
        `Keys: [${names.join(', ')}], AttributeDefinitions: [${defined.join(', ')}]`;
}

type Condition = {
  readonly ComparisonOperator: string;
  readonly AttributeValueList: readonly AttributeValue[];
};

/**
 * Runs a Query on an index with several attributes per key.
 * @param checked a Query of the index, as dynalite's rules accepted it
 * @throws DynamoDbError if the conditions do not form a range of the index's keys
 */
export function queryBySeveralKeys(
  store: Store,
  table: Table,
  schema: readonly KeyElement[],
  checked: UnknownMembers,
): Promise<Output> {
  refuseOptions(table, schema, checked);
  const conditions = membersOf(checked['KeyConditions']) as Readonly<Record<string, Condition>>;
  const used = conditionsInOrder(schema, conditions);
  const range = rangeOf(table, used);
  const start = checked['ExclusiveStartKey'];
  const names = [...new Set([...table.KeySchema, ...schema].map(({ AttributeName: name }) => name))];
  const isBackwards = checked['ScanIndexForward'] === false;
  const left =
    start === undefined
      ? range
      : rangeAfter(membersOf(start) as Item, { table, schema, names, range, isBackwards });
  const limit = typeof checked['Limit'] === 'number' ? checked['Limit'] + 1 : -1;
  const options = { ...left, reverse: isBackwards, limit };
  return new Promise((resolve, reject) => {
    dynaliteDb.queryTable(store, table, checked, options, false, false, names, (error, output) => {
      if (error) reject(error);
      else resolve(output ?? {});
    });
  });
}

function refuseOptions(table: Table, schema: readonly KeyElement[], checked: UnknownMembers): void {
  const { IndexName: index, _filter: filter, QueryFilter: legacy } = checked;
  if (checked['ConsistentRead'] === true)
    throw validationError('Consistent reads are not supported on global secondary indexes');
  const { Projection: projection } = membersOf(
    elementsIn(table, 'GlobalSecondaryIndexes').find((one) => one['IndexName'] === index),
  );
  if (checked['Select'] === 'ALL_ATTRIBUTES' && membersOf(projection)['ProjectionType'] !== 'ALL')
    throw validationError(
      `${INVALID}Select type ALL_ATTRIBUTES is not supported for global secondary index ${String(index)} ` +
        'because its projection type is not ALL',
    );
  const heads = legacy === undefined ? membersOf(membersOf(filter)['pathHeads']) : membersOf(legacy);
  const key = schema.find(({ AttributeName: name }) => Object.hasOwn(heads, name));
  if (key !== undefined)
    throw validationError(
      `${legacy === undefined ? 'Filter Expression' : 'QueryFilter'} can only contain non-primary key attributes: ` +
        `Primary key attribute: ${key.AttributeName}`,
    );
}

/**
 * Returns the conditions in the order of the key. They must cover "all partition key attributes using equality" and
 * sort attributes from the left without a gap. Only the last condition may be a range.
 */
function conditionsInOrder(
  schema: readonly KeyElement[],
  conditions: Readonly<Record<string, Condition>>,
): readonly (readonly [string, Condition])[] {
  const used: (readonly [string, Condition])[] = [];
  for (const { AttributeName: name, KeyType: type } of schema) {
    const condition = conditions[name];
    const [, last] = used.at(-1) ?? [];
    const isOver = used.length === Object.keys(conditions).length;
    if (condition === undefined && (type === 'HASH' || !isOver))
      throw validationError(`Query condition missed key schema element: ${name}`);
    if (condition === undefined) break;
    const isAfterRange = last !== undefined && last.ComparisonOperator !== 'EQ';
    if ((type === 'HASH' && condition.ComparisonOperator !== 'EQ') || isAfterRange)
      throw validationError('Query key condition not supported');
    used.push([name, condition]);
  }
  if (used.length < Object.keys(conditions).length)
    throw validationError('Query key condition not supported');
  return used;
}

/**
 * Returns the range of index keys. A key consists of a hash and the values of the key schema, each as sortable text
 * followed by a slash.
 */
function rangeOf(table: Table, used: readonly (readonly [string, Condition])[]): StreamRange {
  let prefix = '';
  for (const [name, { ComparisonOperator: operator, AttributeValueList: values }] of used) {
    const type = typeOf(table, name);
    const [low = '', high = ''] = values.map((value) => {
      if (value[type] === undefined)
        throw validationError(`${INVALID}Condition parameter type does not match schema type`);
      return dynaliteDb.toRangeStr(value[type], type);
    });
    if (prefix === '') prefix = `${dynaliteDb.hashPrefix(values[0]?.[type], type)}/`;
    switch (operator) {
      case 'EQ':
        prefix += `${low}/`;
        break;
      case 'LT':
        return { gte: prefix, lt: `${prefix}${low}/` };
      case 'LE':
        return { gte: prefix, lte: `${prefix}${low}/~` };
      case 'GT':
        return { gt: `${prefix}${low}/~`, lt: `${prefix}~` };
      case 'GE':
        return { gte: `${prefix}${low}/`, lt: `${prefix}~` };
      case 'BEGINS_WITH':
        return { gte: `${prefix}${low}`, lt: `${prefix}${low}~` };
      case 'BETWEEN':
        return { gte: `${prefix}${low}/`, lte: `${prefix}${high}/~` };
      default:
        throw validationError('Attempted conditional constraint is not an indexable operation');
    }
  }
  return { gte: prefix, lt: `${prefix}~` };
}

type Start = {
  readonly table: Table;
  readonly schema: readonly KeyElement[];
  readonly names: readonly string[];
  readonly range: StreamRange;
  readonly isBackwards: boolean;
};

function rangeAfter(start: Item, { table, schema, names, range, isBackwards }: Start): StreamRange {
  const isWhole = names.every((name) => start[name]?.[typeOf(table, name)] !== undefined);
  if (!isWhole || Object.keys(start).length !== names.length)
    throw validationError('The provided starting key is invalid');
  const key = dynaliteDb.createIndexKey(start, table, schema);
  const { gte = range.gt ?? '', lt = range.lte ?? '' } = range;
  if (key < gte || key > lt)
    throw validationError(
      'The provided starting key is outside query boundaries based on provided conditions',
    );
  const { gt, gte: from, lt: to, lte } = range;
  // A bound that does not apply is left out, because LevelDB does not accept undefined as a bound.
  return isBackwards
    ? { ...(gt === undefined ? { gte: from } : { gt }), lt: key }
    : { gt: key, ...(lte === undefined ? { lt: to } : { lte }) };
}

function typeOf(table: Table, attribute: string): string {
  const found = elementsIn(table, 'AttributeDefinitions').find(
    ({ AttributeName: name }) => name === attribute,
  );
  return String(found?.['AttributeType']);
}

function elementsIn(table: Table, member: string): readonly UnknownMembers[] {
  const list = (table as unknown as UnknownMembers)[member];
  return Array.isArray(list) ? list.map(membersOf) : [];
}

function elementsOf(value: unknown): readonly KeyElement[] {
  return Array.isArray(value) ? (value.map(membersOf) as unknown as KeyElement[]) : [];
}

function namesOf(schema: readonly KeyElement[], type: string): readonly string[] {
  return schema.flatMap(({ AttributeName: name, KeyType }) => (KeyType === type ? [name] : []));
}
