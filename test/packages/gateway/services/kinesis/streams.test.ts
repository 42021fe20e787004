import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RecordedStreams } from '../../../../../packages/gateway/services/kinesis/streams.ts';

type Fields = Readonly<Record<string, unknown>>;

const API = 'Amazon Kinesis Data Streams Service API Reference';

function aShelf(): (action: string, input: Fields) => Fields {
  let now = 1_000_000;
  const streams = new RecordedStreams(
    { nowEpochMs: () => (now += 1000), monotonicMs: () => now },
    '210987654321',
  );
  return (action, input) => {
    const answer = streams.answer(
      { protocol: 'json', prefix: 'Kinesis_20131202', action, input },
      'eu-west-1',
    );
    assert.ok(answer !== undefined, action);
    return answer.kind === 'result' ? answer.fields : { error: answer.code };
  };
}

function texts({ Records: records }: Fields): string[] {
  assert.ok(Array.isArray(records));
  return (records as readonly Fields[]).map(({ Data: data }) =>
    Buffer.from(String(data), 'base64').toString(),
  );
}

const put = (text: string): Fields => ({
  StreamName: 's',
  PartitionKey: 'p',
  Data: Buffer.from(text).toString('base64'),
});

describe('recorded streams', () => {
  it('give back what was put, in order and in portions', () => {
    const call = aShelf();
    for (const text of ['a', 'b', 'c']) call('PutRecord', put(text));
    const { ShardIterator: start } = call('GetShardIterator', {
      StreamName: 's',
      ShardId: 'shardId-000000000000',
      ShardIteratorType: 'TRIM_HORIZON',
    });
    const first = call('GetRecords', { ShardIterator: start, Limit: 2 });
    const second = call('GetRecords', { ShardIterator: first['NextShardIterator'] });
    const third = call('GetRecords', { ShardIterator: second['NextShardIterator'] });

    assert.deepEqual([texts(first), texts(second), texts(third)], [['a', 'b'], ['c'], []], API);
    const [record] = first['Records'] as readonly Fields[];
    assert.match(String(record?.['SequenceNumber']), /^\d{56}$/);
    assert.equal(record?.['PartitionKey'], 'p');
  });

  it('drop records of the stream that needs the most memory, not of the one with the most records', () => {
    const call = aShelf();
    const small = Array.from({ length: 100 }, (_, index) => String(index));
    for (const text of small) call('PutRecord', put(text));
    const large = Buffer.alloc(900_000).toString('base64');
    for (let count = 0; count < 30; count += 1)
      call('PutRecord', { StreamName: 'large', PartitionKey: 'p', Data: large });

    const { ShardIterator: start } = call('GetShardIterator', {
      StreamName: 's',
      ShardId: 'shardId-000000000000',
      ShardIteratorType: 'TRIM_HORIZON',
    });
    assert.deepEqual(texts(call('GetRecords', { ShardIterator: start })), small);
  });

  const rows: { type: string; from: (numbers: readonly string[]) => Fields; gives: string[] }[] = [
    { type: 'LATEST', from: () => ({}), gives: ['late'] },
    { type: 'AT_SEQUENCE_NUMBER', from: ([, b]) => ({ StartingSequenceNumber: b }), gives: ['b', 'late'] },
    { type: 'AFTER_SEQUENCE_NUMBER', from: ([, b]) => ({ StartingSequenceNumber: b }), gives: ['late'] },
    { type: 'AT_TIMESTAMP', from: () => ({ Timestamp: 1_002 }), gives: ['b', 'late'] },
  ];
  for (const { type, from, gives } of rows)
    it(`begin if ${type} says`, () => {
      const call = aShelf();
      const numbers = ['a', 'b'].map((text) => String(call('PutRecord', put(text))['SequenceNumber']));
      const { ShardIterator: start } = call('GetShardIterator', {
        StreamName: 's',
        ShardId: 'shardId-000000000000',
        ShardIteratorType: type,
        ...from(numbers),
      });
      call('PutRecord', put('late'));

      assert.deepEqual(texts(call('GetRecords', { ShardIterator: start })), gives, API);
    });

  it('are described, listed and made', () => {
    const call = aShelf();
    call('CreateStream', { StreamName: 'made', ShardCount: 1 });
    const described = call('DescribeStream', {
      StreamARN: 'arn:aws:kinesis:eu-west-1:210987654321:stream/s',
    });

    assert.deepEqual(call('ListStreams', {})['StreamNames'], ['made']);
    assert.partialDeepStrictEqual(described['StreamDescription'], {
      StreamName: 's',
      StreamARN: 'arn:aws:kinesis:eu-west-1:210987654321:stream/s',
      StreamStatus: 'ACTIVE',
    });
    assert.equal((call('ListShards', { StreamName: 's' })['Shards'] as unknown[]).length, 1);
  });

  it('refuse what Kinesis refuses', () => {
    const call = aShelf();
    const iterator = { StreamName: 's', ShardId: 'shardId-000000000000' };

    assert.equal(call('GetRecords', { ShardIterator: 'x' })['error'], 'InvalidArgumentException', API);
    assert.equal(
      call('GetShardIterator', { ...iterator, ShardIteratorType: 'X' })['error'],
      'ValidationException',
      API,
    );
    assert.equal(
      call('GetShardIterator', { StreamName: 's', ShardId: 'other', ShardIteratorType: 'LATEST' })['error'],
      'ResourceNotFoundException',
      API,
    );
    assert.equal(call('DescribeStream', {})['error'], 'ValidationException', API);
  });

  it('keep the last thousand records', () => {
    const call = aShelf();
    for (let count = 0; count < 1_001; count += 1) call('PutRecord', put(String(count)));
    const { ShardIterator: start } = call('GetShardIterator', {
      StreamName: 's',
      ShardId: 'shardId-000000000000',
      ShardIteratorType: 'TRIM_HORIZON',
    });
    const kept = texts(call('GetRecords', { ShardIterator: start }));

    assert.deepEqual([kept.length, kept[0]], [1_000, '1']);
  });
});
