/**
 * The policies of queues and topics (docs/aws §18.13), which determine whether a rule, topic or bucket may send to
 * them.
 */
import { partitionOf, printArn } from '@gatewright/aws/arn';
import { compilePolicy } from '../../core/policy/evaluate.ts';
import type { CompiledPolicy } from '../../core/policy/model.ts';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';
import { isPolicedType, policiesOfTarget } from '../../core/stack/policies-of-target.ts';
import type { PolicedType } from '../../core/stack/policies-of-target.ts';
import { formatOf, shortPlace } from '../../core/stack/source-format.ts';

type TargetPolicy = {
  /** For example `template.yaml:12`. */
  readonly place: string;
  /** `policy` is undefined if the document is invalid. An invalid document allows nothing. */
  readonly policy: CompiledPolicy | undefined;
  /** Why the document is invalid. */
  readonly reason?: string;
};

export type PolicedTarget = {
  readonly type: PolicedType;
  readonly logicalId: string;
  /** The type of a resource with a policy for this target, in the format of its stack. */
  readonly policyType: string;
  readonly policies: readonly TargetPolicy[];
};

const OF_CLOUDFORMATION = {
  'AWS::SQS::Queue': 'AWS::SQS::QueuePolicy',
  'AWS::SNS::Topic': 'AWS::SNS::TopicPolicy',
} as const;
const OF_TERRAFORM = {
  'AWS::SQS::Queue': 'aws_sqs_queue_policy',
  'AWS::SNS::Topic': 'aws_sns_topic_policy',
} as const;

export class TargetPolicies {
  #targets: ReadonlyMap<string, PolicedTarget> = new Map();

  define(stacks: readonly ResolvedStack[]): void {
    const all = stacks.flatMap(({ resources }) => [...resources.values()]);
    this.#targets = new Map(stacks.flatMap((stack) => readTargets(stack, all)));
  }

  /** Returns undefined for a queue or topic that is not in these stacks, or whose policies are not fully known. */
  find(arn: string): PolicedTarget | undefined {
    return this.#targets.get(arn);
  }
}

function readTargets(
  stack: ResolvedStack,
  all: readonly ResolvedResource[],
): readonly (readonly [arn: string, PolicedTarget])[] {
  // The format is read at most once, because it depends on all resources of the stack.
  let names: typeof OF_TERRAFORM | typeof OF_CLOUDFORMATION | undefined;
  return [...stack.resources.values()].flatMap((target) => {
    const { type, logicalId } = target;
    if (!isPolicedType(type)) return [];
    const named = policiesOfTarget(target, all);
    if (named.some(isUnknown)) return [];
    names ??= formatOf(stack).kind === 'terraform' ? OF_TERRAFORM : OF_CLOUDFORMATION;
    const policied = { type, logicalId, policyType: names[type], policies: named.map(readPolicy) };
    return [[arnOfTarget(stack, target), policied] as const];
  });
}

/** The `Ref` of a queue is its URL, and the `Ref` of a topic is its ARN. */
function arnOfTarget({ region, accountId }: ResolvedStack, { type, physicalId }: ResolvedResource): string {
  if (type === 'AWS::SNS::Topic') return physicalId;
  const resource = physicalId.slice(physicalId.lastIndexOf('/') + 1);
  return printArn({ partition: partitionOf(region), service: 'sqs', region, accountId, resource });
}

function isUnknown({ fault, unresolved = [] }: ResolvedResource): boolean {
  return fault !== undefined || unresolved.length > 0;
}

function readPolicy(resource: ResolvedResource): TargetPolicy {
  const compiled = compilePolicy(resource.properties['PolicyDocument'], { ofResource: true });
  const place = shortPlace(resource, 'PolicyDocument');
  return compiled.kind === 'compiled'
    ? { place, policy: compiled.policy }
    : { place, policy: undefined, reason: compiled.reason };
}
