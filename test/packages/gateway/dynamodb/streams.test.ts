/**
 * Source of each expectation: DynamoDB API reference, "Amazon DynamoDB Streams" (ListStreams, DescribeStream,
 * GetShardIterator, GetRecords), and developer guide, "Change data capture for DynamoDB Streams"; docs/aws §18.7.
 */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { DynamoDbEngine } from '../../../../packages/gateway/dynamodb/engine.ts';
import {
  SHARD,
  STACK_STREAM_LABEL,
  VIEW_TYPES,
} from '../../../../packages/gateway/dynamodb/stream-record.ts';
import type { TableStream, ViewType } from '../../../../packages/gateway/dynamodb/stream-record.ts';
import { add, CREATE_COUNTERS, key, refusal } from '../../../support/counters-engine.ts';
import { VirtualClock } from '../../../support/virtual-ports.ts';

const HOUR_MS = 3_600_000;
const NEW_AND_OLD = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' };
const OFF = { StreamEnabled: false };

type Output = Record<string, unknown>;
type ApiRecord = { readonly eventName: string; readonly dynamodb: Output; readonly userIdentity?: Output };

describe('streams of DynamoDbEngine', () => {
  let clock: VirtualClock;
  let engine: DynamoDbEngine;
  let open: readonly TableStream[];
  beforeEach(async () => {
    clock = new VirtualClock();
    engine = await DynamoDbEngine.open({ clock, maxStreamBytes: 20_000, onStreams: (all) => (open = all) });
  });

  const create = async (
    TableName = 'counters',
    StreamSpecification: object = NEW_AND_OLD,
  ): Promise<string> => {
    await engine.execute('CreateTable', { ...CREATE_COUNTERS, TableName, StreamSpecification });
    return String((await describeTable(TableName))['LatestStreamArn']);
  };
  const describeTable = async (TableName = 'counters'): Promise<Output> =>
    (await engine.execute('DescribeTable', { TableName }))['Table'] as Output;
  const update = (StreamSpecification: object) =>
    engine.execute('UpdateTable', { TableName: 'counters', StreamSpecification });
  const call = (operation: string, input: object = {}) =>
    engine.executeStreams(operation, input as Record<string, unknown>);
  const iterator = async (StreamArn: string, ShardIteratorType = 'TRIM_HORIZON', more = {}) =>
    (await call('GetShardIterator', { StreamArn, ShardId: SHARD, ShardIteratorType, ...more }))[
      'ShardIterator'
    ];
  const records = async (ShardIterator: unknown, more = {}) => {
    const { Records: all, NextShardIterator: next } = await call('GetRecords', { ShardIterator, ...more });
    return { all: JSON.parse(JSON.stringify(all)) as ApiRecord[], next };
  };
  const write = (...ids: readonly string[]) =>
    Promise.all(ids.map((id) => engine.execute('UpdateItem', add(id, 1))));
  const idsOf = (all: readonly ApiRecord[]): string =>
    all.map(({ dynamodb }) => (dynamodb['Keys'] as { id: { S: string } }).id.S).join('');
  const sequenceOf = (record: ApiRecord | undefined): unknown => record?.dynamodb['SequenceNumber'];
  const described = async (StreamArn: string): Promise<Output> =>
    (await call('DescribeStream', { StreamArn }))['StreamDescription'] as Output;

  it('describes the stream of a table, which UpdateTable switches off and on', async () => {
    const arn = await create();
    const { StreamSpecification, LatestStreamLabel } = await describeTable();
    assert.deepEqual(StreamSpecification, NEW_AND_OLD);
    assert.equal(
      arn,
      `arn:aws:dynamodb:us-east-1:000000000000:table/counters/stream/${String(LatestStreamLabel)}`,
    );
    assert.match(String(LatestStreamLabel), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/);
    assert.deepEqual(open, [
      { tableName: 'counters', streamArn: arn, region: 'us-east-1', viewType: 'NEW_AND_OLD_IMAGES' },
    ]);

    await update(OFF);
    const off = await describeTable();
    assert.deepEqual([off['StreamSpecification'], off['LatestStreamArn'], open], [undefined, arn, []]);
    await update({ StreamEnabled: true, StreamViewType: 'KEYS_ONLY' });
    const { LatestStreamArn: second } = await describeTable();

    assert.notEqual(second, arn);
    assert.deepEqual(
      ((await call('ListStreams'))['Streams'] as Output[]).map(({ StreamArn }) => StreamArn),
      [arn, second],
    );
    assert.deepEqual(
      [(await described(arn))['StreamStatus'], (await described(String(second)))['StreamStatus']],
      ['DISABLED', 'ENABLED'],
    );
  });

  it('gives a table of a stack the label that its template knows', async () => {
    const input = { ...CREATE_COUNTERS, StreamSpecification: NEW_AND_OLD };
    await engine.execute('CreateTable', input, 'cn-north-1', true);
    const { LatestStreamArn: arn } = await describeTable();
    assert.equal(
      arn,
      `arn:aws-cn:dynamodb:cn-north-1:000000000000:table/counters/stream/${STACK_STREAM_LABEL}`,
    );
  });

  it('lists streams in pages, and the streams of one table', async () => {
    const arns = [await create('one'), await create('three'), await create('two')];
    const first = await call('ListStreams', { Limit: 2 });
    const rest = await call('ListStreams', { ExclusiveStartStreamArn: first['LastEvaluatedStreamArn'] });
    const of = ({ Streams }: Output): unknown[] => (Streams as Output[]).map(({ StreamArn }) => StreamArn);
    assert.deepEqual([of(first), of(rest)], [arns.slice(0, 2), arns.slice(2)]);
    assert.deepEqual(rest['LastEvaluatedStreamArn'], undefined);
    assert.deepEqual(of(await call('ListStreams', { TableName: 'three' })), [arns[1]]);
    const gone = arns[0]?.replace('/one/', '/other/');
    assert.deepEqual(of(await call('ListStreams', { ExclusiveStartStreamArn: gone })), arns.slice(1));
  });

  // Source: SizeBytes of the sample event of the Lambda developer guide, "Using AWS Lambda with Amazon DynamoDB".
  it('counts the bytes of a record as DynamoDB does', async () => {
    const AttributeDefinitions = [{ AttributeName: 'Id', AttributeType: 'N' }];
    const KeySchema = [{ AttributeName: 'Id', KeyType: 'HASH' }];
    const table = { ...CREATE_COUNTERS, AttributeDefinitions, KeySchema, StreamSpecification: NEW_AND_OLD };
    await engine.execute('CreateTable', table);
    const Id = { N: '101' };
    for (const Message of [{ S: 'New item!' }, { S: 'This item has changed' }])
      await engine.execute('PutItem', { TableName: 'counters', Item: { Id, Message } });
    await engine.execute('DeleteItem', { TableName: 'counters', Key: { Id } });

    const { all } = await records(await iterator(String((await describeTable())['LatestStreamArn'])));

    assert.deepEqual(
      all.map(({ dynamodb }) => dynamodb['SizeBytes']),
      [26, 59, 38],
    );
  });

  it('begins with a call of UpdateTable that changes the throughput, too', async () => {
    await engine.execute('CreateTable', CREATE_COUNTERS);
    const { TableDescription: answered } = await engine.execute('UpdateTable', {
      TableName: 'counters',
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: { ReadCapacityUnits: 7, WriteCapacityUnits: 7 },
      StreamSpecification: NEW_AND_OLD,
    });
    await new Promise(setImmediate);

    for (const described of [answered, await describeTable()])
      assert.partialDeepStrictEqual(described, {
        StreamSpecification: NEW_AND_OLD,
        ProvisionedThroughput: { ReadCapacityUnits: 7 },
      });
  });

  it('describes its shard, which closes with the stream', async () => {
    const arn = await create();
    await write('a');
    const open = await described(arn);
    assert.partialDeepStrictEqual(open, {
      TableName: 'counters',
      KeySchema: CREATE_COUNTERS.KeySchema,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
      CreationRequestDateTime: clock.nowEpochMs() / 1000,
    });
    await engine.execute('DeleteTable', { TableName: 'counters' });
    const { all, next } = await records(await iterator(arn));
    const [shard] = (await described(arn))['Shards'] as [{ SequenceNumberRange: Output }];
    assert.equal(shard.SequenceNumberRange['EndingSequenceNumber'], sequenceOf(all[0]));
    assert.deepEqual([idsOf(all), next], ['a', undefined]);

    clock.advance(25 * HOUR_MS);
    assert.deepEqual((await call('ListStreams'))['Streams'], []);
  });

  for (const viewType of VIEW_TYPES)
    it(`has the images of ${viewType}`, async () => {
      const arn = await create('counters', {
        StreamEnabled: true,
        StreamViewType: viewType satisfies ViewType,
      });
      await write('a');
      await write('a');
      await engine.execute('DeleteItem', { TableName: 'counters', Key: key('a') });
      const { all } = await records(await iterator(arn));
      assert.deepEqual(
        all.map(({ eventName }) => eventName),
        ['INSERT', 'MODIFY', 'REMOVE'],
      );
      const item = (amount: string) => ({ ...key('a'), amount: { N: amount } });
      const modified = all[1]?.dynamodb ?? {};
      assert.deepEqual(
        [modified['OldImage'], modified['NewImage'], modified['Keys'], modified['StreamViewType']],
        [
          viewType.includes('OLD') ? item('1') : undefined,
          viewType.includes('NEW') ? item('2') : undefined,
          key('a'),
          viewType,
        ],
      );
    });

  it('reads on from each kind of place, page by page', async () => {
    const arn = await create();
    const latest = await iterator(arn, 'LATEST');
    await write('a', 'b', 'c', 'd');
    const { all } = await records(await iterator(arn));
    const second = { SequenceNumber: sequenceOf(all[1]) };
    const from = async (...args: [string, object?]): Promise<string> =>
      idsOf((await records(await iterator(arn, ...args))).all);

    assert.equal(idsOf(all), 'abcd');
    assert.equal(await from('AT_SEQUENCE_NUMBER', second), 'bcd');
    assert.equal(await from('AFTER_SEQUENCE_NUMBER', second), 'cd');
    assert.equal(await from('LATEST'), '');
    const page = await records(latest, { Limit: 3 });
    const next = await records(page.next);
    const over = await records(next.next);
    assert.deepEqual(
      [page, next, over].map(({ all: some }) => idsOf(some)),
      ['abc', 'd', ''],
    );
    await write('e');
    assert.equal(idsOf((await records(over.next)).all), 'e');
  });

  it('has a record of what time to live removes, by the service', async () => {
    const arn = await create();
    const due = { AttributeName: 'due', Enabled: true };
    await engine.execute('UpdateTimeToLive', { TableName: 'counters', TimeToLiveSpecification: due });
    const seconds = Math.floor(clock.nowEpochMs() / 1000) + 60;
    const Item = { ...key('a'), due: { N: String(seconds) } };
    await engine.execute('PutItem', { TableName: 'counters', Item });
    clock.advance(62_000);
    const { all } = await records(await iterator(arn));
    assert.deepEqual(all[1]?.userIdentity, { PrincipalId: 'dynamodb.amazonaws.com', Type: 'Service' });
  });

  it('gives the function and the reader the same record', async () => {
    const arn = await create();
    await write('a');
    const [change] = engine.replay(arn);
    const { all } = await records(await iterator(arn));
    assert.equal(sequenceOf(all[0]), change?.sequence);
    assert.deepEqual(engine.replay('arn:aws:dynamodb:us-east-1:000000000000:table/x/stream/y'), []);
  });

  it('drops what the gateway itself has written', async () => {
    const arn = await create();
    const early = await iterator(arn);
    await write('seed');
    engine.follow([], true);
    await write('a');
    assert.equal(idsOf((await records(await iterator(arn))).all), 'a');
    const { body } = await refusal(records(early));
    assert.match(String(body['__type']), /#TrimmedDataAccessException$/);
  });

  it('keeps no changes of a table without a stream', async () => {
    await engine.execute('CreateTable', CREATE_COUNTERS);
    await write('a');
    assert.deepEqual((await call('ListStreams'))['Streams'], []);
  });

  it('keeps changes for 24 hours, and the newest within a bound of bytes', async () => {
    const arn = await create();
    await write('a');
    const [first] = (await records(await iterator(arn))).all;
    clock.advance(23 * HOUR_MS);
    await write('b');
    clock.advance(2 * HOUR_MS);
    assert.equal(idsOf((await records(await iterator(arn))).all), 'b');
    const at = iterator(arn, 'AT_SEQUENCE_NUMBER', { SequenceNumber: sequenceOf(first) });
    assert.match(String((await refusal(at)).body['__type']), /#TrimmedDataAccessException$/);

    for (let n = 0; n < 100; n += 1) await write('c');
    const { all } = await records(await iterator(arn));
    assert.ok(all.length > 10 && all.length < 100, `${all.length} of 101 are kept`);
  });

  const ARN = 'arn:aws:dynamodb:us-east-1:000000000000:table/counters/stream/2026-01-01T00:00:00.001';
  const REFUSED: readonly { name: string; operation: string; input: object; type: string; says: RegExp }[] = [
    {
      name: 'no stream',
      operation: 'DescribeStream',
      input: {},
      type: 'ValidationException',
      says: /^1 validation error detected: Value null at 'streamArn' failed to satisfy constraint: Member must not be null$/,
    },
    {
      name: 'an unknown stream',
      operation: 'DescribeStream',
      input: { StreamArn: ARN },
      type: 'ResourceNotFoundException',
      says: /^Requested resource not found: Stream: arn:.* not found$/,
    },
    {
      name: 'another ARN',
      operation: 'DescribeStream',
      input: { StreamArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/counters' },
      type: 'ValidationException',
      says: /^Invalid StreamArn$/,
    },
    {
      name: 'an unknown kind of place, and no shard',
      operation: 'GetShardIterator',
      input: { StreamArn: ARN, ShardIteratorType: 'AT_TIMESTAMP' },
      type: 'ValidationException',
      says: /^2 validation errors detected: .*'shardId'.*; Value 'AT_TIMESTAMP' at 'shardIteratorType' failed to satisfy constraint: Member must satisfy enum value set: /,
    },
    {
      name: 'too many records at once',
      operation: 'GetRecords',
      input: { ShardIterator: 'x', Limit: 1001 },
      type: 'ValidationException',
      says: /Value '1001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 1000$/,
    },
    {
      name: 'an iterator that it has not made',
      operation: 'GetRecords',
      input: { ShardIterator: `${ARN}|1|AAAA` },
      type: 'ValidationException',
      says: /^Invalid ShardIterator$/,
    },
    {
      name: 'a list in place of a text',
      operation: 'ListStreams',
      input: { TableName: ['counters'] },
      type: 'SerializationException',
      says: /TableName/,
    },
    {
      name: 'an unknown operation',
      operation: 'PutRecord',
      input: {},
      type: 'UnknownOperationException',
      says: /PutRecord/,
    },
  ];
  for (const { name, operation, input, type, says } of REFUSED)
    it(`refuses ${name}`, async () => {
      const { body } = await refusal(call(operation, input));
      assert.ok(String(body['__type']).endsWith(`#${type}`), String(body['__type']));
      assert.match(String(body['message']), says);
    });

  // Recorded in ironSource/node-dynamodb-stream#16, opensearch-project/data-prepper#4401 and
  // amazon-archives/logstash-input-dynamodb#4.
  it('refuses an unknown shard in the words of DynamoDB Streams', async () => {
    const { body } = await refusal(
      call('GetShardIterator', {
        StreamArn: await create(),
        ShardId: 'shardId-00000001415575208348-98d954b6',
        ShardIteratorType: 'TRIM_HORIZON',
      }),
    );
    assert.equal(body['message'], 'Requested resource not found: Shard does not exist');
  });

  it('refuses an unknown shard, a number beyond the stream, and a number where none is allowed', async () => {
    const arn = await create();
    const wanted = (more: object) =>
      refusal(
        call('GetShardIterator', { StreamArn: arn, ShardId: SHARD, ShardIteratorType: 'LATEST', ...more }),
      );
    const typeOf = async (more: object) => String((await wanted(more)).body['__type']).replace(/^.*#/, '');
    const at = { ShardIteratorType: 'AT_SEQUENCE_NUMBER' };
    assert.deepEqual(
      [
        await typeOf({ ShardId: SHARD.replace('0', '1') }),
        await typeOf({ ...at, SequenceNumber: '40000099999999999999999' }),
        await typeOf({ ...at, SequenceNumber: '9'.repeat(21) }),
        await typeOf(at),
        await typeOf({ SequenceNumber: '40000000000000000000001' }),
      ],
      ['ResourceNotFoundException', ...Array.from({ length: 4 }, () => 'ValidationException')],
    );
  });

  // "A shard iterator expires 15 minutes after it is returned to the requester."
  it('refuses an iterator after 15 minutes', async () => {
    const place = await iterator(await create(), 'LATEST');
    clock.advance(15 * 60_000);
    assert.deepEqual((await records(place)).all, []);
    clock.advance(1);
    const { body } = await refusal(records(place));
    assert.match(String(body['__type']), /#ExpiredIteratorException$/);
  });

  // The first text: hashicorp/terraform-provider-aws issue 18402, scylladb/scylladb issue 6939.
  it('refuses to enable an enabled stream, and to disable a disabled one', async () => {
    await create();
    const on = await refusal(update(NEW_AND_OLD));
    assert.equal(on.body['message'], 'Table already has an enabled stream: TableName: counters');
    await update(OFF);
    assert.match(String((await refusal(update(OFF))).body['__type']), /#ValidationException$/);
    assert.match(String((await refusal(update({}))).body['message']), /streamSpecification\.streamEnabled/);
  });
});
