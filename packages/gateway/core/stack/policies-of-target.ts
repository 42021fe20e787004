/** Finds the policies of a queue or topic in the stacks. */
import { asOneOrMore } from '@gatewright/aws/json-object';
import type { ResolvedResource } from './model.ts';

/** The types of policies of each type of target, and the properties that name their targets. */
const POLICY_TYPES = {
  'AWS::SQS::Queue': {
    'AWS::SQS::QueuePolicy': 'Queues',
    'AWS::SQS::QueueInlinePolicy': 'Queue',
  },
  'AWS::SNS::Topic': {
    'AWS::SNS::TopicPolicy': 'Topics',
    'AWS::SNS::TopicInlinePolicy': 'TopicArn',
  },
} as const;

export type PolicedType = keyof typeof POLICY_TYPES;

export function isPolicedType(type: string): type is PolicedType {
  return Object.hasOwn(POLICY_TYPES, type);
}

/**
 * Returns the policies of a queue or topic. A policy whose targets are not known may apply to any target, so it is also
 * returned.
 */
export function policiesOfTarget(
  { type, physicalId }: Pick<ResolvedResource, 'type' | 'physicalId'>,
  all: readonly ResolvedResource[],
): readonly ResolvedResource[] {
  if (!isPolicedType(type)) return [];
  const properties: Readonly<Record<string, string>> = POLICY_TYPES[type];
  return all.filter((policy) => {
    const property = properties[policy.type];
    if (property === undefined) return false;
    const targets = asOneOrMore(policy.properties[property]);
    return targets.length === 0 || targets.some((one) => one === physicalId || typeof one !== 'string');
  });
}
