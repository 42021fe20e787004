/** Handles Publish and PublishBatch of SNS (SNS API reference). */
import { isJsonObject, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { parseArn } from '@gatewright/aws/arn';
import type { AwsOperation } from '@gatewright/aws/aws-operation';
import type { Random } from '../../core/ports.ts';
import { refuse } from '../../kernel/calls/aws-operation.ts';
import type { OperationResult } from '../../kernel/calls/aws-operation.ts';
import { refuseDestination, refusePublish } from './check-publish.ts';
import { inOrder, readTextField, treeOf } from '../../kernel/calls/query-input.ts';
import { refuseAttributes } from './message-attributes.ts';
import { checkEntries, readPublished, refuseContent } from './published-message.ts';
import type { Refusal } from './published-message.ts';
import type { Receipt } from './fifo-receipts.ts';
import type { Published, TopicDefinition, Topics } from './topics.ts';

type Operation = Exclude<AwsOperation, { protocol: 'rest' }>;

/** The operations on topics. */
export const TOPIC_CALLS: readonly string[] = ['Publish', 'PublishBatch'];

type Place = { readonly region: string; readonly accountId: string };

/** Handles a call; undefined for an unknown operation. */
export function answerTopics(
  operation: Operation,
  place: Place,
  topics: Topics,
  random: Random,
): OperationResult | undefined {
  if (!TOPIC_CALLS.includes(operation.action)) return undefined;
  const input = inputOf(operation);
  const isBatch = operation.action === 'PublishBatch';
  const refused = isBatch ? refuseBatch(input, place.region) : refusePublish(input, place.region);
  if (refused !== undefined) return refused;
  const arn = readTextField(input, 'TopicArn') ?? readTextField(input, 'TargetArn');
  if (arn === undefined) return { kind: 'result', fields: { MessageId: random.uuid() } };
  const topic = topics.find(arn) ?? foreignTopic(arn, place.accountId);
  if (topic === undefined) return refuse('NotFound', 'Topic does not exist', 404);
  return isBatch ? publishBatch(input, topic, topics, random) : publish(input, topic, topics, random);
}

/**
 * Returns a topic of another account. The gateway does not know whether the topic exists and what it requires, so the
 * topic accepts messages, which are only recorded.
 */
function foreignTopic(arn: string, accountId: string): TopicDefinition | undefined {
  if (parseArn(arn)?.accountId === accountId) return undefined;
  return { arn, isFifo: arn.endsWith('.fifo'), deduplicatesByContent: true, deduplicatesByGroup: false };
}

function publish(
  input: UnknownMembers,
  topic: TopicDefinition,
  topics: Topics,
  random: Random,
): OperationResult {
  const published = readPublished(input, topic);
  if ('kind' in published) return published;
  return { kind: 'result', fields: printReceipt(topics.publish(topic, published, random.uuid())) };
}

function printReceipt({ id, sequenceNumber }: Receipt): UnknownMembers {
  return { MessageId: id, ...(sequenceNumber !== undefined && { SequenceNumber: sequenceNumber }) };
}

/** Checks for faults of a batch that do not depend on the topic. */
function refuseBatch(input: UnknownMembers, region: string): Refusal | undefined {
  const entries = entriesOf(input);
  const wrong = refuseDestination(input, region) ?? checkEntries(entries);
  if (wrong !== undefined) return wrong;
  for (const [index, entry] of entries.entries()) {
    const parent = `publishBatchRequestEntries.${index + 1}.member.`;
    const refused = refuseAttributes(mapOf(entry, 'MessageAttributes'), parent);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

function publishBatch(
  input: UnknownMembers,
  topic: TopicDefinition,
  topics: Topics,
  random: Random,
): OperationResult {
  const failed: UnknownMembers[] = [];
  const accepted: { readonly Id: string; readonly published: Published }[] = [];
  for (const entry of entriesOf(input)) {
    const Id = readTextField(entry, 'Id') ?? '';
    const alone = refuseContent(entry);
    if (alone !== undefined) {
      failed.push({ Id, Code: alone.code, Message: alone.message, SenderFault: true });
      continue;
    }
    const published = readPublished(entry, topic);
    // SNS refuses the whole batch for a message that does not fit the topic, or has no default text [obs].
    if ('kind' in published) return published;
    accepted.push({ Id, published });
  }
  const done = accepted.map(({ Id, published }) => ({
    Id,
    ...printReceipt(topics.publish(topic, published, random.uuid())),
  }));
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

/** Returns the members of a call in either protocol. Lists and maps of the query protocol keep their numbers. */
function inputOf(operation: Exclude<AwsOperation, { protocol: 'rest' }>): UnknownMembers {
  return operation.protocol === 'query' ? treeOf(operation.parameters) : (operation.input ?? {});
}
