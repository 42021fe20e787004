/** The tables of generated calls, and table definitions that are refused. */
import type { Seed } from './seed.ts';
import type { Key, TableShape } from './values.ts';

const ID: Key = { name: 'id', type: 'S' };

export const TABLES: readonly TableShape[] = [
  { name: 'counters', keys: [ID] },
  { name: 'orders', keys: [ID, { name: 'at', type: 'N' }] },
  {
    name: 'blobs',
    keys: [
      { name: 'id', type: 'B' },
      { name: 'at', type: 'S' },
    ],
  },
];

export function tableInput({ name, keys }: TableShape): Record<string, unknown> {
  const base = {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: keys.map(({ name: AttributeName }, at) => ({
      AttributeName,
      KeyType: at === 0 ? 'HASH' : 'RANGE',
    })),
    AttributeDefinitions: keys.map(({ name: AttributeName, type }) => ({
      AttributeName,
      AttributeType: type,
    })),
  };
  if (name !== 'orders') return base;
  return {
    ...base,
    AttributeDefinitions: [
      ...base.AttributeDefinitions,
      { AttributeName: 'n', AttributeType: 'N' },
      { AttributeName: 's', AttributeType: 'S' },
    ],
    LocalSecondaryIndexes: [
      { IndexName: 'byTotal', KeySchema: schema('id', 'n'), Projection: { ProjectionType: 'KEYS_ONLY' } },
    ],
    GlobalSecondaryIndexes: [
      { IndexName: 'byStatus', KeySchema: schema('s'), Projection: { ProjectionType: 'ALL' } },
    ],
  };
}

function schema(...names: readonly string[]): object[] {
  return names.map((AttributeName, at) => ({ AttributeName, KeyType: at === 0 ? 'HASH' : 'RANGE' }));
}

/**
 * Returns the definition of a table, usually an invalid one. If a side creates the table, the runner deletes it; it
 * recognizes the table by its name, which begins with `made`.
 */
export function brokenTable(seed: Seed): Record<string, unknown> {
  const valid = { ...tableInput({ name: `made${seed.below(5)}`, keys: [ID] }) };
  const two = { ...tableInput({ name: `made${seed.below(5)}`, keys: [ID, { name: 'at', type: 'N' }] }) };
  const index = { IndexName: 'index', KeySchema: schema('id'), Projection: { ProjectionType: 'ALL' } };
  const { KeySchema, AttributeDefinitions, BillingMode, ...named } = valid;
  return seed.pick<() => Record<string, unknown>>([
    () => valid,
    () => two,
    () => ({ ...two, LocalSecondaryIndexes: [{ ...index, KeySchema: schema('id', 'at') }] }),
    () => ({ ...valid, GlobalSecondaryIndexes: [index] }),
    () => ({ ...valid, TableName: seed.pick(['ab', 'orders', 'bad name', 'x'.repeat(256)]) }),
    () => ({ ...named, KeySchema, AttributeDefinitions }),
    () => ({ ...named, BillingMode, AttributeDefinitions }),
    () => ({ ...named, BillingMode, KeySchema }),
    () => ({ ...valid, BillingMode: 'SOMETIMES' }),
    () => ({ ...valid, KeySchema: [] }),
    () => ({ ...valid, KeySchema: schema('other') }),
    () => ({ ...valid, KeySchema: schema('id', 'id') }),
    () => ({ ...valid, KeySchema: [{ AttributeName: 'id', KeyType: 'RANGE' }] }),
    () => ({ ...valid, AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'X' }] }),
    () => ({ ...two, KeySchema }),
    () => ({ ...valid, ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 } }),
    () => ({ ...valid, LocalSecondaryIndexes: [index] }),
    () => ({ ...two, LocalSecondaryIndexes: [index] }),
    () => ({ ...two, LocalSecondaryIndexes: [] }),
    () => ({ ...valid, GlobalSecondaryIndexes: [] }),
    () => ({ ...valid, GlobalSecondaryIndexes: [index, index] }),
    () => ({ ...valid, GlobalSecondaryIndexes: [{ ...index, Projection: { ProjectionType: 'INCLUDE' } }] }),
    () => ({
      ...valid,
      GlobalSecondaryIndexes: [{ ...index, Projection: { ProjectionType: 'ALL', NonKeyAttributes: ['a'] } }],
    }),
    () => ({ ...valid, GlobalSecondaryIndexes: [{ ...index, Projection: {} }] }),
    () => ({ ...valid, TableClass: seed.pick(['STANDARD', 'STANDARD_INFREQUENT_ACCESS', 'COLD']) }),
    () => ({ ...valid, SSESpecification: { Enabled: true } }),
    () => ({ ...valid, Tags: [{ Key: 'a', Value: 'b' }] }),
    () => ({ ...valid, DeletionProtectionEnabled: seed.chance(0.5) }),
    () => ({ ...valid, StreamSpecification: { StreamEnabled: true } }),
    () => ({ ...valid, StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' } }),
  ])();
}
