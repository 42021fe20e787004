import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DynamoDbEngine } from '../../../../packages/gateway/dynamodb/engine.ts';
import { SHARD } from '../../../../packages/gateway/dynamodb/stream-record.ts';
import { CREATE_COUNTERS, key } from '../../../support/counters-engine.ts';
import { VirtualClock } from '../../../support/virtual-ports.ts';

const STREAM = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' };
type Texts = Readonly<Record<string, string>>;

/**
 * Developer guide, "Change data capture for DynamoDB Streams", note; recorded on AWS: localstack
 * test_dynamodb_stream_records_with_update_item. Sets have no order ("Data types", Sets).
 */
const counters = { TableName: 'counters', Key: key('a') };
const same = {
  ...counters,
  UpdateExpression: 'SET kind = :kind',
  ExpressionAttributeValues: { ':kind': { S: 'tea' } },
};
const item = (tags: readonly string[]) => ({
  ...key('a'),
  kind: { S: 'tea' },
  size: { M: { inner: { L: [{ N: '1' }, { BOOL: true }] } } },
  tags: { SS: tags },
});
const UNCHANGED: readonly (readonly [operation: string, input: Record<string, unknown>])[] = [
  ['UpdateItem', same],
  ['UpdateItem', { ...counters, UpdateExpression: 'REMOVE absent' }],
  ['UpdateItem', counters],
  [
    'UpdateItem',
    {
      ...counters,
      UpdateExpression: 'ADD tags :tags',
      ExpressionAttributeValues: { ':tags': { SS: ['y'] } },
    },
  ],
  ['UpdateItem', { ...counters, AttributeUpdates: { kind: { Action: 'PUT', Value: { S: 'tea' } } } }],
  ['PutItem', { TableName: 'counters', Item: item(['x', 'y']) }],
  ['PutItem', { TableName: 'counters', Item: item(['y', 'x']) }],
  ['TransactWriteItems', { TransactItems: [{ Update: same }] }],
  ['TransactWriteItems', { TransactItems: [{ Put: { TableName: 'counters', Item: item(['x', 'y']) } }] }],
  ['BatchWriteItem', { RequestItems: { counters: [{ PutRequest: { Item: item(['x', 'y']) } }] } }],
  ['ExecuteStatement', { Statement: "UPDATE counters SET kind = 'tea' WHERE id = 'a'" }],
];
describe('the stream of a table', () => {
  for (const [operation, input] of UNCHANGED)
    it(`has no record of a write that changes nothing: ${operation} ${JSON.stringify(input).slice(0, 90)}`, async () => {
      const engine = await DynamoDbEngine.open({ clock: new VirtualClock() });
      await engine.execute('CreateTable', { ...CREATE_COUNTERS, StreamSpecification: STREAM });
      await engine.execute('PutItem', { TableName: 'counters', Item: item(['x', 'y']) });
      await engine.execute(operation, input);
      await engine.execute('UpdateItem', {
        ...same,
        ExpressionAttributeValues: { ':kind': { S: 'milk' } },
      });

      const [{ StreamArn: arn } = {}] = (await engine.executeStreams('ListStreams', {}))[
        'Streams'
      ] as Texts[];
      const asked = { StreamArn: arn, ShardId: SHARD, ShardIteratorType: 'TRIM_HORIZON' };
      const { ShardIterator } = await engine.executeStreams('GetShardIterator', asked);
      const { Records: all } = await engine.executeStreams('GetRecords', { ShardIterator });
      assert.deepEqual(
        (all as Texts[]).map(({ eventName }) => eventName),
        ['INSERT', 'MODIFY'],
      );
    });
});
