/** Checks the ARNs of AWS managed policies, in which the path is often missing or wrong. */
import { asOneOrMore, asText } from '@gatewright/aws/json-object';
import { isManagedPolicy, managedPolicyArn } from '../policy/managed-policies.ts';
import type { ResolvedResource } from '../stack/model.ts';
import type { BrokenRelation } from './relation.ts';

/**
 * Refuses the name of a managed policy with a wrong path (aws/aws-cdk#19830), and a policy of a service-linked role.
 * Unknown names are not refused, because they may be newer.
 */
export function judgeManagedPolicies(owner: ResolvedResource): BrokenRelation | undefined {
  for (const [index, one] of asOneOrMore(owner.properties['ManagedPolicyArns'] ?? []).entries()) {
    const refused = refusalOf(asText(one) ?? '');
    if (refused !== undefined) return { resource: owner, property: `ManagedPolicyArns.${index}`, ...refused };
  }
  return undefined;
}

function refusalOf(arn: string): Pick<BrokenRelation, 'message' | 'remedy'> | undefined {
  const [, path = '', name = ''] = /^arn:[\w-]+:iam::aws:policy\/(?:(.+)\/)?([^/]+)$/.exec(arn) ?? [];
  // The policies of service-linked roles cannot be attached to other roles (IAM user guide, "Using service-linked
  // roles").
  if (path === 'aws-service-role')
    return {
      message: 'Cannot attach a Service Role Policy to a Customer Role.',
      remedy:
        'remove the policy, because it can be attached only to the role that the service itself creates',
    };
  const right = managedPolicyArn(name);
  return !isManagedPolicy(name) || right.split(':policy/')[1] === arn.split(':policy/')[1]
    ? undefined
    : {
        message: `Policy ${arn} does not exist or is not attachable. (Its ARN is ${right}.)`,
        remedy: `write ${right}`,
      };
}
