/** Formats results of SQS for the query protocol, in which lists and maps are repeated elements with specific names. */
import { isJsonObject, listOf, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { OperationResult } from '../../kernel/calls/aws-operation.ts';

type Result = Extract<OperationResult, { kind: 'result' }>;

const BATCH_ENTRIES: Readonly<Record<string, string>> = {
  SendMessageBatch: 'SendMessageBatchResultEntry',
  DeleteMessageBatch: 'DeleteMessageBatchResultEntry',
  ChangeMessageVisibilityBatch: 'ChangeMessageVisibilityBatchResultEntry',
};

/** Formats a result. `jsonFields` is for a caller of the query protocol that accepts JSON, as API Gateway does. */
export function printForQuery(action: string, fields: UnknownMembers): Result {
  const entry = Object.hasOwn(BATCH_ENTRIES, action) ? BATCH_ENTRIES[action] : undefined;
  if (entry !== undefined)
    return {
      kind: 'result',
      fields: { [entry]: listOf(fields, 'Successful'), BatchResultErrorEntry: listOf(fields, 'Failed') },
      jsonFields: fields,
    };
  switch (action) {
    case 'ReceiveMessage': {
      const messages = listOf(fields, 'Messages').filter(isJsonObject);
      return {
        kind: 'result',
        fields: { Message: messages.map(printMessage) },
        jsonFields: { messages: messages.length === 0 ? null : messages },
      };
    }
    case 'GetQueueAttributes':
      return {
        kind: 'result',
        fields: { Attribute: pairs(mapOf(fields, 'Attributes')) },
        jsonFields: fields,
      };
    case 'ListQueueTags':
      return {
        kind: 'result',
        fields: { Tag: Object.entries(mapOf(fields, 'Tags')).map(([Key, Value]) => ({ Key, Value })) },
        jsonFields: fields,
      };
    case 'ListQueues':
      return { kind: 'result', fields: { QueueUrl: listOf(fields, 'QueueUrls') }, jsonFields: fields };
    case 'ListDeadLetterSourceQueues':
      return { kind: 'result', fields: { QueueUrl: listOf(fields, 'queueUrls') }, jsonFields: fields };
    default:
      return { kind: 'result', fields };
  }
}

function printMessage({ Attributes, MessageAttributes, ...message }: UnknownMembers): UnknownMembers {
  return {
    ...message,
    Attribute: pairs(membersOf(Attributes)),
    MessageAttribute: pairs(membersOf(MessageAttributes)),
  };
}

function pairs(map: UnknownMembers): readonly UnknownMembers[] {
  return Object.entries(map).map(([Name, Value]) => ({ Name, Value }));
}
