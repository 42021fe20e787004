/** Records for functions and for filters (Lambda developer guide, "Using Lambda with Kinesis"). */
import { parseJson } from '@gatewright/aws/json-object';
import type { Shard, StoredRecord } from './shard.ts';

type EventSource = {
  readonly streamArn: string;
  readonly region: string;
  readonly roleArn: string;
};

export function printEventRecord(
  { sequence, partitionKey, data, arrivedAt }: StoredRecord,
  { id }: Shard,
  { streamArn, region, roleArn }: EventSource,
): object {
  return {
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey,
      sequenceNumber: sequence,
      data,
      approximateArrivalTimestamp: arrivedAt / 1000,
    },
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: `${id}:${sequence}`,
    eventName: 'aws:kinesis:record',
    invokeIdentityArn: roleArn,
    awsRegion: region,
    eventSourceARN: streamArn,
  };
}

/**
 * "Kinesis event source mappings only support filtering on the data key": as JSON if it is, else as text.
 */
export function filterView({ data }: StoredRecord): object {
  const text = Buffer.from(data, 'base64').toString('utf8');
  const value = parseJson(text);
  return { data: typeof value === 'object' && value !== null ? value : text };
}
