import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as kinesis from '../../../../../packages/gateway/services/kinesis/service.ts';
import { ACCOUNT, anEventEngine, REGION } from '../../../../support/an-event-engine.ts';
import type { EventBench } from '../../../../support/an-event-engine.ts';
import { EPOCH_MS } from '../../../../support/virtual-ports.ts';
import { ARN, call, streamOf, toBase64 } from './a-stream.ts';
import type { Fields } from './a-stream.ts';

const API = 'Amazon Kinesis Data Streams API reference';
const KINESALITE = 'mhart/kinesalite, test/';

const aStream = (properties?: string): EventBench =>
  anEventEngine({ kinesis }, { resources: streamOf(properties) });

const idsOf = ({ Shards }: Fields): string[] =>
  (Shards as { ShardId: string }[]).map(({ ShardId }) => ShardId);

describe('calls about streams', () => {
  it('describe a stream of a template, with the hash keys of its shards', async () => {
    const bench = aStream('ShardCount: 3, RetentionPeriodHours: 48');
    const { StreamDescription } = await call(bench, 'DescribeStream', { StreamARN: ARN });
    const { Shards, ...description } = StreamDescription as Fields;

    assert.deepEqual(
      description,
      {
        StreamName: 'orders',
        StreamARN: ARN,
        StreamStatus: 'ACTIVE',
        StreamModeDetails: { StreamMode: 'PROVISIONED' },
        StreamCreationTimestamp: EPOCH_MS / 1000,
        RetentionPeriodHours: 48,
        EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
        EncryptionType: 'NONE',
        HasMoreShards: false,
      },
      API,
    );
    assert.deepEqual(
      (Shards as { HashKeyRange: object }[]).map(({ HashKeyRange }) => HashKeyRange),
      [
        { StartingHashKey: '0', EndingHashKey: '113427455640312821154458202477256070484' },
        {
          StartingHashKey: '113427455640312821154458202477256070485',
          EndingHashKey: '226854911280625642308916404954512140969',
        },
        {
          StartingHashKey: '226854911280625642308916404954512140970',
          EndingHashKey: '340282366920938463463374607431768211455',
        },
      ],
      `${KINESALITE}createStream.js`,
    );
  });

  it('give an on-demand stream four shards', async () => {
    const bench = aStream('StreamModeDetails: { StreamMode: ON_DEMAND }');

    assert.partialDeepStrictEqual(await call(bench, 'DescribeStreamSummary', { StreamName: 'orders' }), {
      StreamDescriptionSummary: {
        StreamModeDetails: { StreamMode: 'ON_DEMAND' },
        OpenShardCount: 4,
        ConsumerCount: 0,
      },
    });
  });

  it('list shards in pages', async () => {
    const bench = aStream('ShardCount: 3');
    const first = await call(bench, 'ListShards', { StreamName: 'orders', MaxResults: 2 });
    const second = await call(bench, 'ListShards', { NextToken: first['NextToken'] });

    assert.deepEqual(
      [idsOf(first), idsOf(second), second['NextToken']],
      [['shardId-000000000000', 'shardId-000000000001'], ['shardId-000000000002'], undefined],
      API,
    );
    assert.deepEqual(
      idsOf(
        await call(bench, 'ListShards', {
          StreamName: 'orders',
          ExclusiveStartShardId: 'shardId-000000000001',
        }),
      ),
      ['shardId-000000000002'],
    );
  });

  it('make streams, list them in pages and delete them', async () => {
    const bench = aStream();
    for (const StreamName of ['a', 'b']) await call(bench, 'CreateStream', { StreamName, ShardCount: 2 });
    const first = await call(bench, 'ListStreams', { Limit: 2 });
    const second = await call(bench, 'ListStreams', { NextToken: first['NextToken'] });
    await call(bench, 'DeleteStream', { StreamName: 'a' });
    const after = await call(bench, 'ListStreams', {});

    assert.deepEqual([first['StreamNames'], first['HasMoreStreams']], [['a', 'b'], true], API);
    assert.deepEqual([second['StreamNames'], second['HasMoreStreams']], [['orders'], false], API);
    assert.deepEqual(after['StreamNames'], ['b', 'orders']);
  });

  const rows: { name: string; action: string; input: Fields; type: string; says: string; source: string }[] =
    [
      {
        name: 'a stream that is there',
        action: 'CreateStream',
        input: { StreamName: 'orders', ShardCount: 1 },
        type: 'ResourceInUseException',
        says: `Stream orders under account ${ACCOUNT} already exists.`,
        source: `${KINESALITE}createStream.js`,
      },
      {
        name: 'no name, and no shards',
        action: 'CreateStream',
        input: { StreamName: '', ShardCount: 0 },
        type: 'ValidationException',
        says:
          "3 validation errors detected: Value '0' at 'shardCount' failed to satisfy constraint: Member must have value greater than or equal to 1; " +
          "Value '' at 'streamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+; " +
          "Value '' at 'streamName' failed to satisfy constraint: Member must have length greater than or equal to 1",
        source: `${KINESALITE}createStream.js`,
      },
      {
        name: 'more shards than an account has',
        action: 'CreateStream',
        input: { StreamName: 'many', ShardCount: 1_000 },
        type: 'LimitExceededException',
        says:
          `This request would exceed the shard limit for the account ${ACCOUNT} in ${REGION}. Current shard count for the account: 1. Limit: 500. ` +
          'Number of additional shards that would have resulted from this request: 1000. ' +
          'Refer to the AWS Service Limits page (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) ' +
          'for current limits and how to request higher limits.',
        source: `${KINESALITE}createStream.js`,
      },
      ...['DeleteStream', 'DescribeStream', 'DescribeStreamSummary', 'ListShards'].map((action) => ({
        name: `an unknown stream of ${action}`,
        action,
        input: { StreamName: 'other' },
        type: 'ResourceNotFoundException',
        says: `Stream other under account ${ACCOUNT} not found.`,
        source: `${KINESALITE}describeStream.js`,
      })),
      {
        name: 'no stream at all',
        action: 'DescribeStream',
        input: {},
        type: 'ValidationException',
        says: "1 validation error detected: Value null at 'streamName' failed to satisfy constraint: Member must not be null",
        source: `${KINESALITE}describeStream.js`,
      },
      {
        // Attack: the permission is asked for the named stream.
        name: 'the token of one stream and the ARN of another',
        action: 'ListShards',
        input: {
          NextToken: toBase64(`${ARN} shardId-0`),
          StreamARN: ARN.replace('orders', 'open'),
        },
        type: 'InvalidArgumentException',
        says: 'Invalid NextToken.',
        source: 'API reference, "ListShards"',
      },
      {
        name: 'a token and a name',
        action: 'ListShards',
        input: { StreamName: 'orders', NextToken: 'x' },
        type: 'InvalidArgumentException',
        says: 'NextToken and StreamName cannot be provided together.',
        source: 'mhart/kinesalite, actions/listShards.js',
      },
    ];
  for (const { name, action, input, type, says, source } of rows)
    it(`refuse ${name} as ${type}`, async () => {
      assert.deepEqual(await call(aStream(), action, input), { __type: type, message: says }, source);
    });
});

// Amazon Kinesis Data Streams API reference; LocalStack, test_add_tags_to_stream, recorded at AWS
describe('the tags of a stream', () => {
  const list = (bench: EventBench, more: Fields = {}): Promise<Fields> =>
    call(bench, 'ListTagsForStream', { StreamName: 'orders', ...more });

  it('are those of the template, and are changed by calls', async () => {
    const bench = aStream('ShardCount: 1, Tags: [{ Key: team, Value: shop }]');
    await call(bench, 'AddTagsToStream', { StreamName: 'orders', Tags: { foo: 'bar', old: 'x' } });
    await call(bench, 'RemoveTagsFromStream', { StreamARN: ARN, TagKeys: ['old'] });

    assert.deepEqual(await list(bench), {
      HasMoreTags: false,
      Tags: [
        { Key: 'foo', Value: 'bar' },
        { Key: 'team', Value: 'shop' },
      ],
    });
    assert.deepEqual(await list(bench, { Limit: 1, ExclusiveStartTagKey: 'a' }), {
      HasMoreTags: true,
      Tags: [{ Key: 'foo', Value: 'bar' }],
    });
  });

  it('are set by CreateStream, and end with the stream', async () => {
    const bench = aStream();
    const create = { StreamName: 'made', ShardCount: 1 };
    const tagsOf = async (): Promise<unknown> =>
      (await call(bench, 'ListTagsForStream', { StreamName: 'made' }))['Tags'];
    await call(bench, 'CreateStream', { ...create, Tags: { foo: 'bar' } });
    assert.deepEqual(await tagsOf(), [{ Key: 'foo', Value: 'bar' }]);

    await call(bench, 'DeleteStream', { StreamName: 'made' });
    await call(bench, 'CreateStream', create);

    assert.deepEqual(await tagsOf(), []);
  });

  // Kinesis Data Streams API reference: AddTagsToStream, RemoveTagsFromStream, StreamId, MaxRecordSizeInKiB
  for (const [action, input, says] of [
    [
      'RemoveTagsFromStream',
      {},
      "Value null at 'tagKeys' failed to satisfy constraint: Member must not be null",
    ],
    [
      'RemoveTagsFromStream',
      { TagKeys: [] },
      "Value '[]' at 'tagKeys' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [
      'RemoveTagsFromStream',
      { TagKeys: [''] },
      "Value '[]' at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1]",
    ],
    [
      'ListTagsForStream',
      { StreamId: 'a' },
      "Value 'a' at 'streamId' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-z0-9]{20}-[a-z0-9]{3}",
    ],
    [
      'CreateStream',
      { StreamName: 'made', MaxRecordSizeInKiB: 1 },
      "Value '1' at 'maxRecordSizeInKiB' failed to satisfy constraint: Member must have value greater than or equal to 1024",
    ],
    [
      'PutRecord',
      { PartitionKey: 'a', Data: '', SequenceNumberForOrdering: 'x' },
      "Value 'x' at 'sequenceNumberForOrdering' failed to satisfy constraint: Member must satisfy regular expression pattern: 0|([1-9]\\d{0,128})",
    ],
    [
      'GetRecords',
      { ShardIterator: 'a', StreamARN: 'b' },
      "Value 'b' at 'streamARN' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:aws.*:kinesis:.*:\\d{12}:.*stream/\\S+",
    ],
  ] as const)
    it(`is not read by ${action} with ${JSON.stringify(input)}`, async () => {
      assert.deepEqual(await call(aStream(), action, { StreamName: 'orders', ...input }), {
        __type: 'ValidationException',
        message: `1 validation error detected: ${says}`,
      });
    });

  it('cannot be added without tags, or to an unknown stream', async () => {
    const bench = aStream();

    assert.deepEqual(await call(bench, 'AddTagsToStream', { StreamName: 'orders' }), {
      __type: 'ValidationException',
      message:
        "1 validation error detected: Value null at 'tags' failed to satisfy constraint: Member must not be null",
    });
    const { __type } = await call(bench, 'AddTagsToStream', { StreamName: 'none', Tags: { a: '1' } });
    assert.equal(__type, 'ResourceNotFoundException');
  });
});

it('a stream that is created without a number of shards has four', async () => {
  // LocalStack, test_kinesis.py, test_create_stream_without_shard_count, recorded on AWS
  const bench = aStream();
  await call(bench, 'CreateStream', { StreamName: 'unsized' });

  const { Shards } = await call(bench, 'ListShards', { StreamName: 'unsized' });

  assert.equal((Shards as readonly unknown[]).length, 4);
});
