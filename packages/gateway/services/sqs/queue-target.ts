import { DELIVERED, final } from '../../kernel/event-ports.ts';
import { parseArn } from '@gatewright/aws/arn';
import type { Delivery } from '../../kernel/event-ports.ts';
import type { RemoteCall, ServiceTarget } from '../../kernel/service.ts';
import { OverfullError } from './queues.ts';
import type { Queues } from './queues.ts';

export function deliverToQueue(queues: Queues, senderId: string): NonNullable<ServiceTarget['deliver']> {
  return (arn, body, { groupId, deduplicationId, attributes = {} }) => {
    const queue = queues.find(arn);
    if (queue === undefined) return undefined;
    const { settings } = queue.definition;
    if (settings.isFifo && groupId === undefined)
      return final('INVALID_PARAMETER', `${arn}: a FIFO queue needs a MessageGroupId`);
    try {
      queue.send({ body, attributes, senderId, ...(settings.isFifo ? { groupId, deduplicationId } : {}) });
      return DELIVERED;
    } catch (error) {
      if (!(error instanceof OverfullError)) throw error;
      return { kind: 'failed', isFinal: false, code: 'THROTTLING', message: error.message };
    }
  };
}

export function sendMessageCall(
  arn: string,
  body: string,
  { groupId, deduplicationId, attributes }: Delivery,
): RemoteCall {
  const { region = '', accountId = '', resource = '' } = parseArn(arn) ?? {};
  return {
    version: '1.0',
    target: 'AmazonSQS.SendMessage',
    input: {
      QueueUrl: `https://sqs.${region}.amazonaws.com/${accountId}/${resource}`,
      MessageBody: body,
      ...(groupId === undefined ? {} : { MessageGroupId: groupId }),
      ...(deduplicationId === undefined ? {} : { MessageDeduplicationId: deduplicationId }),
      ...(attributes === undefined ? {} : { MessageAttributes: attributes }),
    },
  };
}
