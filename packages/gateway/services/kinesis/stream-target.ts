import { OperationRefused } from '../../kernel/calls/aws-operation.ts';
import { DELIVERED, final } from '../../kernel/event-ports.ts';
import type { Delivery, DeliveryOutcome } from '../../kernel/event-ports.ts';
import type { RemoteCall } from '../../kernel/service.ts';
import type { Random } from '../../core/ports.ts';
import type { LocalStreams } from './local-streams.ts';
import { MAX_RECORD_BYTES } from './records.ts';
import { sizeOf } from './shard.ts';

/** Without a group each event has its own key: "the default is to use the eventId as the partition key". */
export function deliverToStream(
  streams: LocalStreams,
  random: Random,
): (arn: string, body: string, delivery: Delivery) => DeliveryOutcome | undefined {
  return (arn, body, { groupId }) => {
    const stream = streams.find(arn);
    if (stream === undefined) return undefined;
    const record = { partitionKey: groupId ?? random.uuid(), data: Buffer.from(body).toString('base64') };
    if (sizeOf(record) > MAX_RECORD_BYTES)
      return final('ValidationException', `a record holds at most ${MAX_RECORD_BYTES} bytes`);
    try {
      stream.put(record);
    } catch (error) {
      if (!(error instanceof OperationRefused)) throw error;
      return { kind: 'failed', isFinal: false, code: error.code, message: error.message };
    }
    stream.notify();
    return DELIVERED;
  };
}

export function putRecordCall(arn: string, body: string, { groupId }: Delivery): RemoteCall {
  return {
    version: '1.1',
    target: 'Kinesis_20131202.PutRecord',
    input: {
      StreamARN: arn,
      Data: Buffer.from(body).toString('base64'),
      PartitionKey: groupId ?? 'gatewright',
    },
  };
}
