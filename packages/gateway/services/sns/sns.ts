/** Handles Publish and PublishBatch of SNS for the topics of this run (SNS API reference). */
import { isJsonObject, mapOf, membersOf, parseJson } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { AwsOperation } from '@gatewright/aws/aws-operation';
import type { MessageAttribute } from '../../kernel/delivery/queue-model.ts';
import type { Random } from '../../core/ports.ts';
import { type OperationResult, refuse } from '../../kernel/calls/aws-operation.ts';
import { answerSns } from './recorded-publish.ts';
import { readTextField, treeOf, type Tree } from '../../kernel/calls/query-input.ts';
import type { Published, Topics } from './topics.ts';

type Operation = Exclude<AwsOperation, { protocol: 'rest' }>;

const MAX_BATCH = 10;

/**
 * Handles a call to a topic of this run. Returns undefined for an unknown operation or topic. The call is then recorded
 * instead.
 */
/** The operations on topics of the stacks. */
export const TOPIC_CALLS: readonly string[] = ['Publish', 'PublishBatch'];

export function answerTopics(
  operation: Operation,
  topics: Topics,
  random: Random,
): OperationResult | undefined {
  const input = readInput(operation);
  const arn = readTextField(input, 'TopicArn') ?? readTextField(input, 'TargetArn') ?? '';
  const topic = topics.find(arn);
  if (topic === undefined) return undefined;
  if (!TOPIC_CALLS.includes(operation.action)) return undefined;
  if (operation.action === 'PublishBatch') return publishBatch(input, arn, topics, random);
  const answered = answerSns(operation, random);
  const published = answered?.kind === 'result' ? readPublished(input, topic.isFifo) : answered;
  if (published === undefined || 'kind' in published) return published;
  topics.publish(arn, published, idOf(answered));
  return answered;
}

function idOf(answered: OperationResult | undefined): string {
  return answered?.kind === 'result' ? String(answered.fields['MessageId']) : '';
}

function publishBatch(input: UnknownMembers, arn: string, topics: Topics, random: Random): OperationResult {
  const entries = entriesOf(input);
  if (entries.length === 0)
    return refuse('EmptyBatchRequest', 'The batch request does not contain any entries.');
  if (entries.length > MAX_BATCH)
    return refuse(
      'TooManyEntriesInBatchRequest',
      'The batch request contains more entries than permissible.',
    );
  const done: UnknownMembers[] = [];
  const failed: UnknownMembers[] = [];
  for (const entry of entries) {
    const Id = readTextField(entry, 'Id') ?? '';
    const published = readPublished(entry, topics.find(arn)?.isFifo === true);
    if ('kind' in published) {
      const { code, message } = published;
      failed.push({ Id, Code: code, Message: message, SenderFault: true });
    } else {
      const MessageId = random.uuid();
      topics.publish(arn, published, MessageId);
      done.push({ Id, MessageId });
    }
  }
  return {
    kind: 'result',
    fields: { Successful: { member: done }, Failed: { member: failed } },
    jsonFields: { Successful: done, Failed: failed },
  };
}

function entriesOf(input: UnknownMembers): readonly UnknownMembers[] {
  const given = input['PublishBatchRequestEntries'];
  const members = isJsonObject(given) ? given['member'] : given;
  const list: readonly unknown[] = Array.isArray(members)
    ? members
    : isJsonObject(members)
      ? inOrder(members)
      : [];
  return list.map(membersOf);
}

function inOrder(members: UnknownMembers): readonly unknown[] {
  return Object.entries(members)
    .toSorted(([a], [b]) => Number(a) - Number(b))
    .map(([, member]) => member);
}

function readInput(operation: Operation): UnknownMembers {
  const tree: Tree | undefined = operation.protocol === 'query' ? treeOf(operation.parameters) : undefined;
  return tree ?? (operation.protocol === 'json' ? (operation.input ?? {}) : {});
}

function readPublished(
  input: UnknownMembers,
  isFifo: boolean,
): Published | Extract<OperationResult, { kind: 'error' }> {
  const message = readTextField(input, 'Message') ?? '';
  const groupId = readTextField(input, 'MessageGroupId');
  if (message === '') return no('Invalid parameter: Empty message');
  if (isFifo && groupId === undefined)
    return no('Invalid parameter: The MessageGroupId parameter is required for FIFO topics');
  const byProtocol =
    readTextField(input, 'MessageStructure') === 'json' ? parseStructure(message) : undefined;
  if (byProtocol === 'invalid')
    return no(
      'Invalid parameter: Message Structure - JSON message body failed to parse, or has no default entry',
    );
  return {
    message,
    groupId,
    byProtocol,
    deduplicationId: readTextField(input, 'MessageDeduplicationId'),
    subject: readTextField(input, 'Subject'),
    attributes: readAttributes(mapOf(input, 'MessageAttributes')),
  };
}

function no(message: string): Extract<OperationResult, { kind: 'error' }> {
  return { kind: 'error', status: 400, code: 'InvalidParameter', message };
}

function parseStructure(message: string): Readonly<Record<string, string>> | 'invalid' {
  const structure = membersOf(parseJson(message));
  if (typeof structure['default'] !== 'string') return 'invalid';
  return Object.fromEntries(
    Object.entries(structure).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function readAttributes(given: UnknownMembers): Record<string, MessageAttribute> {
  const entry = given['entry'];
  const pairs: (readonly [unknown, unknown])[] = isJsonObject(entry)
    ? inOrder(entry).map((each) => (isJsonObject(each) ? [each['Name'], each['Value']] : ['', {}]))
    : Object.entries(given);
  return Object.fromEntries(
    pairs.flatMap(([name, value]): [string, MessageAttribute][] => {
      if (typeof name !== 'string' || !isJsonObject(value)) return [];
      const { DataType = 'String', StringValue, BinaryValue }: UnknownMembers = value;
      const text = typeof StringValue === 'string' ? { StringValue } : {};
      const bytes = typeof BinaryValue === 'string' ? { BinaryValue } : {};
      return [[name, { DataType: String(DataType), ...text, ...bytes }]];
    }),
  );
}
