import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as kinesis from '../../../../../packages/gateway/services/kinesis/service.ts';
import { anEventEngine } from '../../../../support/an-event-engine.ts';
import { ARN, call, streamOf } from './a-stream.ts';

describe('a shard iterator', () => {
  it('tells GetRecords which stream policies to check', async () => {
    const bench = anEventEngine({ kinesis }, { resources: streamOf() });
    const { ShardIterator } = await call(bench, 'GetShardIterator', {
      StreamName: 'orders',
      ShardId: 'shardId-000000000000',
      ShardIteratorType: 'LATEST',
    });
    const service = await bench.engine.find('kinesis');
    const resourceOf = (iterator: unknown): string | undefined =>
      service?.api?.resourceOf?.({
        protocol: 'json',
        prefix: 'Kinesis_20131202',
        action: 'GetRecords',
        input: { ShardIterator: iterator },
      });

    assert.equal(resourceOf(ShardIterator), ARN);
    // LocalStack, test_kinesis.py, test_get_records_shard_iterator_with_surrounding_quotes, recorded on AWS
    assert.equal(resourceOf(`"${String(ShardIterator)}"`), ARN);
    assert.equal(resourceOf('forged'), undefined);
  });
});
