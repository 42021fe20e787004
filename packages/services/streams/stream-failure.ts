/** What the on-failure destination of a stream is told: which records are lost, not what was in them (docs/aws §18.7). */
import type { InvocationResult } from '../../core/ports.ts';
import { versionOf } from '../../kernel/destination-record.ts';
import { SHARD, type StreamRecord, type TableStream } from './stream-record.ts';

type Loss = {
  readonly condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded';
  readonly result: InvocationResult | undefined;
  readonly requestId: string;
  readonly functionArn: string;
  readonly nowEpochMs: number;
};

export function recordsLost(
  { records, runs }: { readonly records: readonly StreamRecord[]; readonly runs: number },
  { streamArn }: TableStream,
  { condition, result, requestId, functionArn, nowEpochMs }: Loss,
): object {
  const [first] = records;
  const last = records.at(-1);
  const timeOf = (record: StreamRecord | undefined): string => new Date(record?.at ?? 0).toISOString();
  return {
    requestContext: { requestId, functionArn, condition, approximateInvokeCount: runs },
    ...(result === undefined || result.kind === 'refused' || result.kind === 'timed-out'
      ? {}
      : {
          responseContext: {
            statusCode: 200,
            executedVersion: versionOf(result),
            ...(result.kind === 'failed' ? { functionError: 'Unhandled' } : {}),
          },
        }),
    version: '1.0',
    timestamp: new Date(nowEpochMs).toISOString(),
    DDBStreamBatchInfo: {
      shardId: SHARD,
      startSequenceNumber: first?.sequence ?? '',
      endSequenceNumber: last?.sequence ?? '',
      approximateArrivalOfFirstRecord: timeOf(first),
      approximateArrivalOfLastRecord: timeOf(last),
      batchSize: records.length,
      streamArn,
    },
  };
}
