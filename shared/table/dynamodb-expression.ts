/**
 * Converts conditional writes to the form of DynamoDB's API, and items from it. Only types of the SDK are imported, so
 * this module loads nothing.
 */
import type {
  AttributeValue,
  QueryCommandInput,
  TransactWriteItem,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Change, Item, ItemKey, ItemWrite, Test, Value } from './item-write.ts';

export type DynamoDbItem = Record<string, AttributeValue>;

/** Conditions for reads of a table, in addition to the tests of an `ItemWrite`. */
export type Condition =
  | Test
  | { readonly attribute: string; readonly is: 'below' | 'begins-with'; readonly value: Value }
  | { readonly attribute: string; readonly is: 'between'; readonly from: Value; readonly to: Value }
  | { readonly is: 'any-of'; readonly of: readonly Condition[] };

type ConditionalWrite = Pick<ItemWrite, 'key' | 'change'> & { readonly when: readonly Condition[] };

type Expression = {
  readonly ConditionExpression?: string;
  readonly UpdateExpression?: string;
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues?: DynamoDbItem;
};

export function printKey({ pk, sk }: ItemKey): DynamoDbItem {
  return { pk: { S: pk }, sk: { S: sk } };
}

export function parseKey({ pk, sk }: DynamoDbItem): ItemKey {
  return { pk: pk?.S ?? '', sk: sk?.S ?? '' };
}

export function printItem(key: ItemKey, item: Item): DynamoDbItem {
  const attributes = Object.entries(item).map(([name, value]) => [name, printValue(value)] as const);
  return { ...Object.fromEntries(attributes), ...printKey(key) };
}

/** Returns the strings and numbers of an item without its key. We write no attributes of other types. */
export function parseItem(item: DynamoDbItem): Item {
  const known: Record<string, Value> = {};
  for (const [name, value] of Object.entries(item)) {
    if (name === 'pk' || name === 'sk') continue;
    if (value.N !== undefined) known[name] = Number(value.N);
    else if (value.S !== undefined) known[name] = value.S;
  }
  return known;
}

/** Formats the conditions and, for an update, the change, with their names and values. */
function printExpression(when: readonly Condition[], change: Change): Expression {
  const names = new Map<string, string>();
  const values = new Map<string, AttributeValue>();
  const nameOf = (attribute: string): string => {
    const name = `#${attribute}`;
    names.set(name, attribute);
    return name;
  };
  const valueOf = (value: Value): string => {
    const placeholder = `:v${values.size}`;
    values.set(placeholder, printValue(value));
    return placeholder;
  };
  const condition = when.map((one) => printCondition(one, nameOf, valueOf)).join(' AND ');
  const update = change.kind === 'update' ? printUpdate(change, nameOf, valueOf) : '';
  return {
    ...(condition !== '' && { ConditionExpression: condition }),
    ...(update !== '' && { UpdateExpression: update }),
    ...(names.size > 0 && { ExpressionAttributeNames: Object.fromEntries(names) }),
    ...(values.size > 0 && { ExpressionAttributeValues: Object.fromEntries(values) }),
  };
}

/** Formats a write without `ReturnValues`. */
export function printWrite(
  tableName: string,
  { key, when, change }: ConditionalWrite,
): UpdateItemCommandInput {
  return {
    TableName: tableName,
    Key: printKey(key),
    ...printExpression(when, change),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
}

export function printPut(
  tableName: string,
  { key, when, change }: ConditionalWrite,
  item: Item,
): NonNullable<TransactWriteItem['Put']> {
  return {
    TableName: tableName,
    Item: printItem(key, item),
    ...printExpression(when, change),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
}

/**
 * Formats a query.
 * @param where one condition on the partition key, and optionally one on the sort key
 */
export function printQuery(tableName: string, where: readonly Condition[]): QueryCommandInput {
  const { ConditionExpression: text, ...rest } = printExpression(where, { kind: 'check' });
  return { TableName: tableName, KeyConditionExpression: text, ...rest };
}

export function printMember(tableName: string, write: ItemWrite): TransactWriteItem {
  const { change } = write;
  switch (change.kind) {
    case 'check':
      return { ConditionCheck: { ConditionExpression: '', ...printWrite(tableName, write) } };
    case 'update':
      return { Update: { UpdateExpression: '', ...printWrite(tableName, write) } };
    case 'put':
      return { Put: printPut(tableName, write, change.item) };
  }
}

type Namer = (attribute: string) => string;
type Valuer = (value: Value) => string;

const OPERATORS = {
  equal: '=',
  below: '<',
  'at-least': '>=',
  'at-most': '<=',
  'absent-or-below': '<',
  'absent-or-at-most': '<=',
  'absent-or-not': '<>',
} as const;

function printCondition(test: Condition, nameOf: Namer, valueOf: Valuer): string {
  if (test.is === 'any-of')
    return `(${test.of.map((one) => printCondition(one, nameOf, valueOf)).join(' OR ')})`;
  const name = nameOf(test.attribute);
  switch (test.is) {
    case 'absent':
      return `attribute_not_exists(${name})`;
    case 'present':
      return `attribute_exists(${name})`;
    case 'begins-with':
      return `begins_with(${name}, ${valueOf(test.value)})`;
    case 'between':
      return `${name} BETWEEN ${valueOf(test.from)} AND ${valueOf(test.to)}`;
    default: {
      const compared = `${name} ${OPERATORS[test.is]} ${valueOf(test.value)}`;
      return test.is.startsWith('absent-') ? `(attribute_not_exists(${name}) OR ${compared})` : compared;
    }
  }
}

function printUpdate(change: Change & { kind: 'update' }, nameOf: Namer, valueOf: Valuer): string {
  const added = Object.entries(change.add ?? {}).map(([attribute, units]) => {
    const name = nameOf(attribute);
    return `${name} = ${name} + ${valueOf(units)}`;
  });
  const set = Object.entries(change.set ?? {}).map(([name, value]) => `${nameOf(name)} = ${valueOf(value)}`);
  const removed = (change.remove ?? []).map(nameOf);
  return [
    ...(added.length + set.length > 0 ? [`SET ${[...added, ...set].join(', ')}`] : []),
    ...(removed.length > 0 ? [`REMOVE ${removed.join(', ')}`] : []),
  ].join(' ');
}

function printValue(value: Value): AttributeValue {
  return typeof value === 'number' ? { N: String(value) } : { S: value };
}
