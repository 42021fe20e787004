/**
 * Says that a message may not reach an encrypted queue or topic on AWS, because the key does not let the sender use it.
 * Keys are not checked on this machine.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
import { parseArn } from '@gatewright/aws/arn';
import { asList, asOneOrMore, asText, membersOf } from '@gatewright/aws/json-object';
import { lastPartOf } from '../../kernel/event-rows.ts';
import { findByArn, placeOf, resourcesOf } from './find-places.ts';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';
import type { StampedStep } from '../../kernel/event-step.ts';
import type { DeliveryNote } from '../explain/circumstances.ts';

/** The services that deliver as their own service principal, which a key policy must allow to use the key. */
const SENDERS: Readonly<Record<string, string>> = {
  sns: 'sns.amazonaws.com',
  events: 'events.amazonaws.com',
  s3: 's3.amazonaws.com',
};
const ACTIONS = ['kms:GenerateDataKey*', 'kms:Decrypt'];

export function noteKey(
  { from, to }: Extract<StampedStep, { kind: 'delivered' }>,
  stacks: readonly ResolvedStack[],
): readonly DeliveryNote[] {
  const service = SENDERS[parseArn(from)?.service ?? ''];
  const target = findByArn(stacks, to);
  if (service === undefined || target === undefined) return [];
  if (!['AWS::SQS::Queue', 'AWS::SNS::Topic'].includes(target.type)) return [];
  const id = asText(target.properties['KmsMasterKeyId']);
  if (id === undefined) return [];
  const place = placeOf(target, 'KmsMasterKeyId') ?? '';
  const named = `${target.type === 'AWS::SQS::Queue' ? 'the queue' : 'the topic'} ${lastPartOf(to)}`;
  if (/(?:^|[:/])alias\/aws\//.test(id))
    return [
      {
        because: `On AWS, the message would not reach ${named}, which is encrypted with ${id} (${place}), the AWS managed key, whose policy does not let ${service} use it and cannot be changed. Keys are not checked here.`,
        change: `Use a key of your own as KmsMasterKeyId (${place}), whose KeyPolicy allows ${service} ${ACTIONS.join(' and ')}, or SqsManagedSseEnabled: true for a queue.`,
      },
    ];
  const key = findKey(id, stacks);
  if (key === undefined || admits(key, service)) return [];
  return [
    {
      because: `On AWS, the message would not reach ${named}, which is encrypted with the key ${key.logicalId} (${place}), whose KeyPolicy (${placeOf(key, 'KeyPolicy') ?? ''}) does not let ${service} use it. Keys are not checked here.`,
      change: `Add to the KeyPolicy of ${key.logicalId}: { Effect: Allow, Principal: { Service: ${service} }, Action: ['${ACTIONS.join("', '")}'], Resource: '*' }.`,
    },
  ];
}

function findKey(id: string, stacks: readonly ResolvedStack[]): ResolvedResource | undefined {
  const name = id.slice(id.search(/alias\/|[^/]*$/));
  const alias = resourcesOf(stacks, 'AWS::KMS::Alias').find(
    ({ properties }) => properties['AliasName'] === name,
  );
  const target = asText(alias?.properties['TargetKeyId']) ?? id;
  return resourcesOf(stacks, 'AWS::KMS::Key').find(({ physicalId }) => lastPartOf(target) === physicalId);
}

function admits(key: ResolvedResource, service: string): boolean {
  return asList(membersOf(key.properties['KeyPolicy'])['Statement']).some((statement) => {
    const { Effect: effect, Principal: principal } = membersOf(statement);
    const services = asOneOrMore(membersOf(principal)['Service']);
    return effect === 'Allow' && (principal === '*' || services.includes(service));
  });
}
