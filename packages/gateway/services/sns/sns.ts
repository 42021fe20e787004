/** Handles Publish and PublishBatch of SNS for the topics of this run (SNS API reference). */
import { isJsonObject, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { AwsOperation } from '@gatewright/aws/aws-operation';
import type { Random } from '../../core/ports.ts';
import type { OperationResult } from '../../kernel/calls/aws-operation.ts';
import { answerSns } from './recorded-publish.ts';
import { inOrder, readTextField } from '../../kernel/calls/query-input.ts';
import { inputOf } from './sns-input.ts';
import { refuseAttributes } from './message-attributes.ts';
import { checkEntries, readPublished, refuseContent } from './published-message.ts';
import type { Published, TopicDefinition, Topics } from './topics.ts';

type Operation = Exclude<AwsOperation, { protocol: 'rest' }>;

/**
 * Handles a call to a topic of this run. Returns undefined for an unknown operation or topic. The call is then recorded
 * instead.
 */
/** The operations on topics of the stacks. */
export const TOPIC_CALLS: readonly string[] = ['Publish', 'PublishBatch'];

export function answerTopics(
  operation: Operation,
  region: string,
  topics: Topics,
  random: Random,
): OperationResult | undefined {
  const input = inputOf(operation);
  const arn = readTextField(input, 'TopicArn') ?? readTextField(input, 'TargetArn') ?? '';
  const topic = topics.find(arn);
  if (topic === undefined) return undefined;
  if (!TOPIC_CALLS.includes(operation.action)) return undefined;
  if (operation.action === 'PublishBatch') return publishBatch(input, topic, topics, random);
  const answered = answerSns(operation, region, random);
  const published = answered?.kind === 'result' ? readPublished(input, topic) : answered;
  if (published === undefined || 'kind' in published) return published;
  topics.publish(arn, published, idOf(answered));
  return answered;
}

function idOf(answered: OperationResult | undefined): string {
  return answered?.kind === 'result' ? String(answered.fields['MessageId']) : '';
}

function publishBatch(
  input: UnknownMembers,
  topic: TopicDefinition,
  topics: Topics,
  random: Random,
): OperationResult {
  const entries = entriesOf(input);
  const wrong = checkEntries(entries);
  if (wrong !== undefined) return wrong;
  for (const [index, entry] of entries.entries()) {
    const parent = `publishBatchRequestEntries.${index + 1}.member.`;
    const refused = refuseAttributes(mapOf(entry, 'MessageAttributes'), parent);
    if (refused !== undefined) return refused;
  }
  const done: UnknownMembers[] = [];
  const failed: UnknownMembers[] = [];
  const sent: { readonly published: Published; readonly id: string }[] = [];
  for (const entry of entries) {
    const Id = readTextField(entry, 'Id') ?? '';
    const alone = refuseContent(entry);
    if (alone !== undefined) {
      failed.push({ Id, Code: alone.code, Message: alone.message, SenderFault: true });
      continue;
    }
    const published = readPublished(entry, topic);
    // A message that does not fit the topic, or has no default text, refuses the whole batch [obs].
    if ('kind' in published) return published;
    const MessageId = random.uuid();
    sent.push({ published, id: MessageId });
    done.push({ Id, MessageId });
  }
  for (const { published, id } of sent) topics.publish(topic.arn, published, id);
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
