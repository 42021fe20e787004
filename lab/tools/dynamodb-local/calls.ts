/** Generates calls from a seed: every operation on a few tables, most of them valid, some damaged. */
import { Expressions } from './expressions.ts';
import { brokenTable, TABLES, tableInput } from './tables.ts';
import { itemOf, keyOf, NAMES, valueOf } from './values.ts';
import type { TableShape } from './values.ts';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { Seed } from './seed.ts';

export type Call = {
  /** The target includes the API: `DynamoDB_20120810.GetItem` */
  readonly target: string;
  readonly input: Readonly<Record<string, unknown>>;
};

type Maker = (seed: Seed, table: TableShape) => UnknownMembers;

const CAPACITY = ['NONE', 'TOTAL', 'INDEXES'];

/** The share of each operation in all calls, and the function that makes its input. */
const OPERATIONS: readonly { readonly name: string; readonly share: number; readonly make: Maker }[] = [
  { name: 'PutItem', share: 14, make: put },
  { name: 'GetItem', share: 10, make: get },
  { name: 'UpdateItem', share: 22, make: update },
  { name: 'DeleteItem', share: 8, make: remove },
  { name: 'Query', share: 12, make: query },
  { name: 'Scan', share: 10, make: scan },
  { name: 'BatchWriteItem', share: 3, make: batchWrite },
  { name: 'BatchGetItem', share: 3, make: batchGet },
  { name: 'TransactWriteItems', share: 4, make: transactWrite },
  { name: 'TransactGetItems', share: 2, make: transactGet },
  { name: 'ExecuteStatement', share: 3, make: statement },
  { name: 'CreateTable', share: 5, make: (seed) => brokenTable(seed) },
  { name: 'UpdateTable', share: 1, make: updateTable },
  { name: 'DescribeTable', share: 1, make: (_, { name }) => ({ TableName: name }) },
  { name: 'DeleteTable', share: 0.5, make: (seed) => ({ TableName: seed.pick(['absent', 'a', 'no!', '']) }) },
  {
    name: 'ListTables',
    share: 1,
    make: (seed) =>
      seed.pick<UnknownMembers>([
        {},
        { Limit: 2 },
        { Limit: 0 },
        { Limit: 101 },
        { ExclusiveStartTableName: 'orders' },
      ]),
  },
  { name: 'DescribeTimeToLive', share: 0.5, make: (_, { name }) => ({ TableName: name }) },
  { name: 'UpdateTimeToLive', share: 1, make: timeToLive },
  { name: 'TagResource', share: 1, make: tag },
  {
    name: 'UntagResource',
    share: 1,
    make: (seed, table) => ({ ResourceArn: arnOf(seed, table), TagKeys: ['a', 'b'].slice(seed.below(3)) }),
  },
  { name: 'ListTagsOfResource', share: 1, make: (seed, table) => ({ ResourceArn: arnOf(seed, table) }) },
];

const TOTAL = OPERATIONS.reduce((sum, { share }) => sum + share, 0);

export function nextCall(seed: Seed): Call {
  let at = seed.next() * TOTAL;
  const chosen = OPERATIONS.find(({ share }) => (at -= share) < 0) ?? OPERATIONS[0];
  if (chosen === undefined) throw new RangeError('no operations');
  const input = chosen.make(seed, seed.pick(TABLES));
  const isDamaged = chosen.name !== 'CreateTable' && seed.chance(0.08);
  return { target: `DynamoDB_20120810.${chosen.name}`, input: isDamaged ? damage(seed, input) : input };
}

/** Returns the calls that create the tables. */
export function setUp(): readonly Call[] {
  return TABLES.map((table) => ({ target: 'DynamoDB_20120810.CreateTable', input: tableInput(table) }));
}

function damage(seed: Seed, input: UnknownMembers): UnknownMembers {
  const names = Object.keys(input);
  if (names.length === 0) return { Unknown: 1 };
  const name = seed.pick(names);
  const { [name]: value, ...rest } = input;
  return seed.pick<() => UnknownMembers>([
    () => rest,
    () => ({ ...rest, [name]: null }),
    () => ({ ...rest, [name]: 5 }),
    () => ({ ...rest, [name]: 'text' }),
    () => ({ ...rest, [name]: [] }),
    () => ({ ...rest, [name]: {} }),
    () => ({ ...rest, [name]: true }),
    () => ({ ...input, TableName: seed.pick(['absent', 'x', 'bad name', 'n'.repeat(256), '']) }),
    () => ({ ...input, ReturnValues: seed.pick(['ALL_NEW', 'ALL_OLD', 'UPDATED_NEW', 'SOME']), Odd: value }),
    () => ({ ...input, ReturnConsumedCapacity: 'ALL' }),
  ])();
}

function common(seed: Seed, { name }: TableShape): UnknownMembers {
  return {
    TableName: name,
    ...(seed.chance(0.1) ? { ReturnConsumedCapacity: seed.pick(CAPACITY) } : {}),
  };
}

function conditional(seed: Seed, expressions: Expressions, share: number): UnknownMembers {
  return seed.chance(share)
    ? {
        ConditionExpression: expressions.condition(),
        ...(seed.chance(0.2) ? { ReturnValuesOnConditionCheckFailure: seed.pick(['ALL_OLD', 'NONE']) } : {}),
      }
    : {};
}

function returning(seed: Seed, share = 0.4): UnknownMembers {
  const modes = ['ALL_OLD', 'NONE', 'ALL_NEW', 'UPDATED_NEW', 'UPDATED_OLD'];
  return seed.chance(share) ? { ReturnValues: seed.pick(modes) } : {};
}

function put(seed: Seed, table: TableShape): UnknownMembers {
  const expressions = new Expressions(seed);
  const input = { ...common(seed, table), Item: itemOf(seed, table), ...conditional(seed, expressions, 0.4) };
  if (seed.chance(0.05)) return { ...input, Expected: { a: { Exists: false } } };
  return {
    ...input,
    ...(seed.chance(0.3) ? { ReturnValues: seed.pick(['ALL_OLD', 'NONE', 'ALL_NEW']) } : {}),
    ...expressions.members(),
  };
}

function get(seed: Seed, table: TableShape): UnknownMembers {
  const expressions = new Expressions(seed);
  const projection = seed.chance(0.6) ? { ProjectionExpression: expressions.projection() } : {};
  const legacy = seed.chance(0.05) ? { AttributesToGet: seed.pick([['a'], ['a', 'a'], []]) } : {};
  const consistent = seed.chance(0.3) ? { ConsistentRead: seed.chance(0.5) } : {};
  return {
    ...common(seed, table),
    Key: keyOf(seed, table),
    ...projection,
    ...legacy,
    ...consistent,
    ...expressions.members(),
  };
}

function update(seed: Seed, table: TableShape): UnknownMembers {
  const expressions = new Expressions(seed);
  if (seed.chance(0.05)) {
    const Action = seed.pick(['PUT', 'ADD', 'DELETE', 'MOVE']);
    return {
      ...common(seed, table),
      Key: keyOf(seed, table),
      AttributeUpdates: { [seed.pick(NAMES)]: { Action, Value: valueOf(seed, 1) } },
      ...returning(seed),
    };
  }
  const input = {
    ...common(seed, table),
    Key: keyOf(seed, table),
    UpdateExpression: expressions.update(),
    ...conditional(seed, expressions, 0.3),
  };
  return { ...input, ...returning(seed), ...expressions.members() };
}

function remove(seed: Seed, table: TableShape): UnknownMembers {
  const expressions = new Expressions(seed);
  const input = { ...common(seed, table), Key: keyOf(seed, table), ...conditional(seed, expressions, 0.5) };
  return { ...input, ...returning(seed), ...expressions.members() };
}

function selection(seed: Seed, expressions: Expressions): UnknownMembers {
  const Select = seed.pick([
    'COUNT',
    'ALL_ATTRIBUTES',
    'SPECIFIC_ATTRIBUTES',
    'ALL_PROJECTED_ATTRIBUTES',
    'SOME',
  ]);
  return {
    ...(seed.chance(0.2) ? { Select } : {}),
    ...(seed.chance(0.3) ? { ProjectionExpression: expressions.projection() } : {}),
    ...(seed.chance(0.5) ? { FilterExpression: expressions.condition(2) } : {}),
  };
}

function query(seed: Seed, table: TableShape): UnknownMembers {
  const expressions = new Expressions(seed);
  const indexes = table.name === 'orders' ? ['byTotal', 'byStatus'] : [];
  const index = indexes.length > 0 && seed.chance(0.4) ? seed.pick(indexes) : undefined;
  const keys =
    index === 'byStatus'
      ? [{ name: 's', type: 'S' as const }]
      : index === 'byTotal'
        ? [table.keys[0], { name: 'n', type: 'N' as const }]
        : table.keys;
  const given = keyOf(seed, table);
  const [hash, range] = keys;
  if (hash === undefined) return common(seed, table);
  const partition = given[hash.name] ?? { S: seed.pick(['a', 'ab', 'x']) };
  const first = seed.chance(0.3)
    ? `${expressions.name(hash.name)} = ${expressions.value(partition)}`
    : `${hash.name} = ${expressions.value(partition)}`;
  const second = (): string => {
    if (range === undefined) return '';
    const value = given[range.name] ?? { N: '5' };
    return ` AND ${seed.pick<() => string>([
      () => `${range.name} ${seed.pick(['=', '<', '<=', '>', '>=', '<>'])} ${expressions.value(value)}`,
      () => `${range.name} BETWEEN ${expressions.value({ N: '1' })} AND ${expressions.value({ N: '9' })}`,
      () => `begins_with(${range.name}, ${expressions.value({ S: 'a' })})`,
    ])()}`;
  };
  const condition = seed.chance(0.05)
    ? expressions.condition(1)
    : `${first}${seed.chance(0.4) ? second() : ''}`;
  return {
    ...common(seed, table),
    ...(index === undefined ? (seed.chance(0.02) ? { IndexName: 'absent' } : {}) : { IndexName: index }),
    KeyConditionExpression: condition,
    ...selection(seed, expressions),
    ...(seed.chance(0.2) ? { ScanIndexForward: seed.chance(0.3) } : {}),
    ...(seed.chance(0.15) ? { Limit: seed.pick([1, 2, 10, 0]) } : {}),
    ...(seed.chance(0.05) ? { ConsistentRead: true } : {}),
    ...(seed.chance(0.05) ? { ExclusiveStartKey: keyOf(seed, table) } : {}),
    ...expressions.members(),
  };
}

function scan(seed: Seed, table: TableShape): UnknownMembers {
  const expressions = new Expressions(seed);
  const segments = seed.pick<UnknownMembers>([
    { Segment: 0, TotalSegments: 1 },
    { Segment: 2, TotalSegments: 1 },
    { Segment: 0 },
    { TotalSegments: 2 },
    { Segment: 0, TotalSegments: 1_000_001 },
  ]);
  return {
    ...common(seed, table),
    ...(table.name === 'orders' && seed.chance(0.3)
      ? { IndexName: seed.pick(['byTotal', 'byStatus', 'absent']) }
      : {}),
    ...selection(seed, expressions),
    ...(seed.chance(0.05) ? segments : {}),
    ...(seed.chance(0.05) ? { ConsistentRead: true } : {}),
    ...expressions.members(),
  };
}

function batchWrite(seed: Seed, table: TableShape): UnknownMembers {
  const requests = seed.many(seed.pick([0, 1, 2, 3, 26]), () =>
    seed.chance(0.6)
      ? { PutRequest: { Item: itemOf(seed, table) } }
      : { DeleteRequest: { Key: keyOf(seed, table) } },
  );
  return { RequestItems: { [seed.chance(0.05) ? 'absent' : table.name]: requests } };
}

function batchGet(seed: Seed, table: TableShape): UnknownMembers {
  const expressions = new Expressions(seed);
  const Keys = seed.many(seed.pick([0, 1, 1, 2]), () => keyOf(seed, table));
  const projection = seed.chance(0.4) ? { ProjectionExpression: expressions.projection() } : {};
  const { ExpressionAttributeNames: names } = expressions.members();
  return {
    RequestItems: {
      [table.name]: {
        Keys,
        ...projection,
        ...(names === undefined ? {} : { ExpressionAttributeNames: names }),
      },
    },
  };
}

function transactWrite(seed: Seed, table: TableShape): UnknownMembers {
  const member = (): UnknownMembers => {
    const expressions = new Expressions(seed);
    const at = { TableName: table.name };
    return seed.pick<() => UnknownMembers>([
      () => ({
        Put: {
          ...at,
          Item: itemOf(seed, table),
          ...conditional(seed, expressions, 0.3),
          ...expressions.members(),
        },
      }),
      () => ({
        Update: {
          ...at,
          Key: keyOf(seed, table),
          UpdateExpression: expressions.update(),
          ...expressions.members(),
        },
      }),
      () => ({
        Delete: {
          ...at,
          Key: keyOf(seed, table),
          ...conditional(seed, expressions, 0.3),
          ...expressions.members(),
        },
      }),
      () => ({
        ConditionCheck: {
          ...at,
          Key: keyOf(seed, table),
          ConditionExpression: expressions.condition(1),
          ...expressions.members(),
        },
      }),
    ])();
  };
  const token = seed.chance(0.05) ? { ClientRequestToken: seed.pick(['', 'x'.repeat(37)]) } : {};
  return { TransactItems: seed.many(seed.pick([0, 1, 1, 2, 2, 3]), member), ...token };
}

function transactGet(seed: Seed, table: TableShape): UnknownMembers {
  const one = (): UnknownMembers => {
    const expressions = new Expressions(seed);
    const projection = seed.chance(0.5) ? { ProjectionExpression: expressions.projection() } : {};
    return {
      Get: { TableName: table.name, Key: keyOf(seed, table), ...projection, ...expressions.members() },
    };
  };
  return { TransactItems: seed.many(seed.pick([0, 1, 2]), one) };
}

function statement(seed: Seed, table: TableShape): UnknownMembers {
  const [hash, range] = table.keys;
  const key = keyOf(seed, table);
  const where = [hash, range]
    .flatMap((part) => (part === undefined ? [] : [`"${part.name}" = ?`]))
    .join(' AND ');
  const Parameters = [hash, range].flatMap((part) =>
    part === undefined ? [] : [key[part.name] ?? { S: 'x' }],
  );
  return seed.pick<() => UnknownMembers>([
    () => ({ Statement: `SELECT * FROM "${table.name}" WHERE ${where}`, Parameters }),
    () => ({ Statement: `SELECT n, s FROM "${table.name}" WHERE ${where}`, Parameters }),
    () => ({ Statement: `UPDATE "${table.name}" SET s = 'q' WHERE ${where}`, Parameters }),
    () => ({ Statement: `DELETE FROM "${table.name}" WHERE ${where}`, Parameters }),
    () => ({ Statement: `SELECT * FROM absent WHERE a = 1` }),
    () => ({ Statement: `SELEC * FROM "${table.name}"` }),
  ])();
}

function updateTable(seed: Seed, { name }: TableShape): UnknownMembers {
  return seed.pick<UnknownMembers>([
    { TableName: name },
    { TableName: 'absent', BillingMode: 'PAY_PER_REQUEST' },
    { TableName: name, BillingMode: 'SOMETIMES' },
    { TableName: name, ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 1 } },
    { TableName: name, BillingMode: 'PROVISIONED' },
  ]);
}

function timeToLive(seed: Seed, { name }: TableShape): UnknownMembers {
  return {
    TableName: name,
    TimeToLiveSpecification: seed.pick<UnknownMembers>([
      { AttributeName: 'ttl', Enabled: false },
      { Enabled: true },
      { AttributeName: '', Enabled: true },
      {},
    ]),
  };
}

function tag(seed: Seed, table: TableShape): UnknownMembers {
  const Tags = seed.pick<readonly object[]>([
    [{ Key: 'a', Value: '1' }],
    [{ Key: 'b', Value: '' }],
    [],
    [{ Key: 'a' }],
    [{ Key: '', Value: 'x' }],
    [
      { Key: 'a', Value: '1' },
      { Key: 'a', Value: '2' },
    ],
  ]);
  return { ResourceArn: arnOf(seed, table), Tags };
}

/**
 * Returns the ARN of a table with the placeholders REGION and ACCOUNT. The runner inserts the region and account of
 * each side.
 */
function arnOf(seed: Seed, { name }: TableShape): string {
  if (seed.chance(0.1)) return seed.pick(['', 'arn', 'arn:aws:dynamodb:REGION:ACCOUNT:table/absent']);
  return `arn:aws:dynamodb:REGION:ACCOUNT:table/${name}`;
}
