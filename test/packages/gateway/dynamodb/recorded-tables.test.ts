/**
 * Descriptions of tables and errors, as LocalStack recorded them on AWS (tests/aws/services/dynamodb/test_dynamodb.py).
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { DynamoDbError } from '../../../../packages/gateway/dynamodb/actions.ts';
import { anEngine } from '../../../support/counters-engine.ts';

const KEYS = {
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
};
const PROVISIONED = { ReadCapacityUnits: 5, WriteCapacityUnits: 5 };

for (const [what, billing, warm] of [
  // test_table_crud
  ['provisioned', { ProvisionedThroughput: PROVISIONED }, { ReadUnitsPerSecond: 5, WriteUnitsPerSecond: 5 }],
  // test_gsi_with_billing_mode
  [
    'on demand',
    { BillingMode: 'PAY_PER_REQUEST' },
    { ReadUnitsPerSecond: 12_000, WriteUnitsPerSecond: 4000 },
  ],
  // test_table_warm_throughput
  [
    'with a warm throughput',
    {
      ProvisionedThroughput: PROVISIONED,
      WarmThroughput: { ReadUnitsPerSecond: 1000, WriteUnitsPerSecond: 1200 },
    },
    { ReadUnitsPerSecond: 1000, WriteUnitsPerSecond: 1200 },
  ],
] as const)
  it(`DescribeTable shows the warm throughput of a table ${what}`, async () => {
    const engine = await anEngine();
    await engine.execute('CreateTable', { TableName: 'warm', ...KEYS, ...billing });

    const { Table } = await engine.execute('DescribeTable', { TableName: 'warm' });

    assert.deepEqual((Table as Record<string, unknown>)['WarmThroughput'], { ...warm, Status: 'ACTIVE' });
    await engine.close();
  });

it('DeleteTable shows a table without its keys', async () => {
  // test_table_crud
  const engine = await anEngine();
  await engine.execute('CreateTable', { TableName: 'gone', ...KEYS, ProvisionedThroughput: PROVISIONED });

  const { TableDescription } = await engine.execute('DeleteTable', { TableName: 'gone' });

  assert.deepEqual(
    ['AttributeDefinitions', 'CreationDateTime', 'KeySchema', 'TableStatus'].filter(
      (member) => member in (TableDescription as object),
    ),
    ['TableStatus'],
  );
  await engine.close();
});

it('a failed condition with the old item has its text in Message', async () => {
  // test_return_values_on_conditions_check_failure
  const engine = await anEngine();
  const put = {
    TableName: 'counters',
    Item: { id: { S: 'there' } },
    ConditionExpression: 'attribute_not_exists(id)',
  };
  await engine.execute('PutItem', put);

  const failed: unknown = await engine
    .execute('PutItem', { ...put, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' })
    .catch((error: unknown) => error);

  assert.ok(failed instanceof DynamoDbError);
  assert.deepEqual(Object.keys(failed.body), ['__type', 'Message', 'Item']);
  await engine.close();
});
