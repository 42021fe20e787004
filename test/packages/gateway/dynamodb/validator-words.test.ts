/** Words of DynamoDB in 2026. Source: tests of moto that were verified on AWS (getmoto/moto, August 2026). */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { DynamoDbEngine } from '../../../../packages/gateway/dynamodb/engine.ts';
import { anEngine, key, refusal } from '../../../support/counters-engine.ts';

const OVERLAP =
  'Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a, b], path two: [a, b]';
const UNUSED = 'Value provided in ExpressionAttributeNames unused in expressions: keys: {#count}';
const SET = { UpdateExpression: 'SET n = :n', ExpressionAttributeValues: { ':n': { N: '1' } } };
const NAMES = { ExpressionAttributeNames: { '#count': 'count' } };
const EMPTY_TEXTS = 'One or more parameter values were invalid: An string set  may not be empty';
const EMPTY_NUMBERS = 'One or more parameter values were invalid: An number set  may not be empty';

const PREFIXED: readonly (readonly [test: string, operation: string, input: object, reason: string])[] = [
  [
    'test_update_item_add_empty_set',
    'UpdateItem',
    {
      Key: key('a'),
      UpdateExpression: 'ADD texts :set',
      ExpressionAttributeValues: { ':set': { SS: [] } },
    },
    EMPTY_TEXTS,
  ],
  ['test_put_item_empty_set', 'PutItem', { Item: { ...key('a'), numbers: { NS: [] } } }, EMPTY_NUMBERS],
  [
    'test_update_item_with_empty_values',
    'UpdateItem',
    { Key: key('a'), UpdateExpression: 'SET d = :s', ExpressionAttributeValues: {} },
    'ExpressionAttributeValues must not be empty',
  ],
  [
    'test_update_item_with_empty_expression',
    'UpdateItem',
    { Key: key('a'), UpdateExpression: '' },
    'Invalid UpdateExpression: The expression can not be empty;',
  ],
  [
    'test_path_overlap_error_splits_paths',
    'UpdateItem',
    {
      Key: key('a'),
      UpdateExpression: 'SET a.b = :n REMOVE a.b',
      ExpressionAttributeValues: { ':n': { N: '1' } },
    },
    OVERLAP,
  ],
  [
    'test_multiple_set_clauses',
    'UpdateItem',
    { Key: key('a'), ...SET, UpdateExpression: 'SET n = :n SET m = :n' },
    'Invalid UpdateExpression: The "SET" section can only be used once in an update expression;',
  ],
  ['test_update_item_unused_attributes', 'UpdateItem', { Key: key('a'), ...SET, ...NAMES }, UNUSED],
  [
    'test_put_item_unused_attributes',
    'PutItem',
    { Item: key('a'), ConditionExpression: 'attribute_not_exists(id)', ...NAMES },
    UNUSED,
  ],
  [
    'test_delete_unused_attribute_name',
    'DeleteItem',
    { Key: key('a'), ConditionExpression: 'attribute_exists(id)', ...NAMES },
    UNUSED,
  ],
  [
    'test_all_projected_attributes_rejected_for_table',
    'Query',
    {
      KeyConditionExpression: 'id = :id',
      ExpressionAttributeValues: { ':id': { S: 'a' } },
      Select: 'ALL_PROJECTED_ATTRIBUTES',
    },
    'ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName',
  ],
];

const PLAIN: readonly (readonly [test: string, operation: string, input: object, reason: string])[] = [
  [
    'test_all_projected_attributes_rejected_for_table',
    'Scan',
    { Select: 'ALL_PROJECTED_ATTRIBUTES' },
    'ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName',
  ],
  [
    'test_get_item_unused_attribute_name',
    'GetItem',
    { Key: key('a'), ProjectionExpression: 'id', ...NAMES },
    UNUSED,
  ],
];

describe('the messages of the validator', () => {
  let engine: DynamoDbEngine;
  before(async () => {
    engine = await anEngine();
  });
  after(() => engine.close());

  for (const [test, operation, input, reason] of PREFIXED)
    it(`are the same as in ${test} for ${operation}`, async () => {
      const { message } = await refusal(engine.execute(operation, { TableName: 'counters', ...input }));
      assert.equal(message, `1 validation error detected: ${reason}`);
    });

  for (const [test, operation, input, reason] of PLAIN)
    it(`are the same as in ${test} for ${operation}`, async () => {
      const { message } = await refusal(engine.execute(operation, { TableName: 'counters', ...input }));
      assert.equal(message, reason);
    });

  it('are plain in transactions, as in test_transact_write_item_update_unused_attribute_name', async () => {
    const Update = { TableName: 'counters', Key: key('a'), ...SET, ...NAMES };
    const { message } = await refusal(engine.execute('TransactWriteItems', { TransactItems: [{ Update }] }));
    assert.equal(message, UNUSED);
  });

  // LocalStack's snapshot of test_dynamodb_execute_statement_empy_parameter, recorded 2025-10-08
  it('refuse a statement with an empty list of parameters', async () => {
    const input = { Statement: 'SELECT * FROM "counters"', Parameters: [] };
    const { message } = await refusal(engine.execute('ExecuteStatement', input));
    assert.equal(
      message,
      "1 validation error detected: Value '[]' at 'parameters' failed to satisfy constraint: Member must have length greater than or equal to 1",
    );
  });
});
