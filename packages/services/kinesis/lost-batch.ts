/** What the on-failure destination is told: which records are lost, not what was in them. */
import type { InvocationResult } from '../../core/ports.ts';
import { versionOf } from '../../kernel/destination-record.ts';
import type { Shard, StoredRecord } from './shard.ts';

export type Batch = {
  readonly records: readonly StoredRecord[];
  /** Retries that are used up. */
  readonly tries: number;
  /** How often the function has had it. */
  readonly runs: number;
};

export type LossCondition = 'RetryAttemptsExhausted' | 'RecordAgeExceeded';

type Loss = {
  readonly condition: LossCondition;
  /** Of the last try; undefined where there was none. */
  readonly result: InvocationResult | undefined;
  readonly requestId: string;
  readonly functionArn: string;
  readonly streamArn: string;
  readonly nowEpochMs: number;
};

/** @see https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html */
export function printLostBatch({ records, runs }: Batch, shard: Shard, loss: Loss): object {
  const { condition, result, requestId, functionArn, streamArn, nowEpochMs } = loss;
  const [first] = records;
  const last = records.at(-1);
  return {
    requestContext: { requestId, functionArn, condition, approximateInvokeCount: runs },
    ...describeResult(result),
    version: '1.0',
    timestamp: new Date(nowEpochMs).toISOString(),
    KinesisBatchInfo: {
      shardId: shard.id,
      startSequenceNumber: first?.sequence ?? '',
      endSequenceNumber: last?.sequence ?? '',
      approximateArrivalOfFirstRecord: timeOf(first),
      approximateArrivalOfLastRecord: timeOf(last),
      batchSize: records.length,
      streamArn,
    },
  };
}

function describeResult(result: InvocationResult | undefined): object {
  if (result?.kind !== 'returned' && result?.kind !== 'failed') return {};
  const functionError = result.kind === 'failed' ? { functionError: 'Unhandled' } : {};
  return { responseContext: { statusCode: 200, executedVersion: versionOf(result), ...functionError } };
}

function timeOf(record: StoredRecord | undefined): string {
  return new Date(record?.arrivedAt ?? 0).toISOString();
}
