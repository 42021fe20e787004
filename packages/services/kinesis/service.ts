/** Kinesis: records are kept, and read back by calls; they start no function. */
import type { Service, ServicePorts } from '../../kernel/service.ts';
import { RecordedStreams } from './streams.ts';

export function open({ clock, accountId }: ServicePorts): Service {
  const streams = new RecordedStreams(clock, accountId);
  return {
    api: {
      answer: ({ request, operation }) =>
        operation.protocol === 'json' ? streams.answer(operation, request.region) : undefined,
    },
    target: {
      remoteCall: (arn, body, { groupId }) => ({
        version: '1.1',
        target: 'Kinesis_20131202.PutRecord',
        input: {
          StreamARN: arn,
          Data: Buffer.from(body).toString('base64'),
          PartitionKey: groupId ?? 'gatewright',
        },
      }),
    },
    reset: () => streams.clear(),
  };
}
