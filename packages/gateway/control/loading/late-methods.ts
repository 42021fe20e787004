/**
 * Finds methods that one stack adds to a REST API after another stack has deployed it. A deployment is a snapshot, so
 * it does not contain them (aws/aws-cdk#12589).
 */
import { ruleOf } from '../../core/deployability/rules.ts';
import type { ResolvedStack, UnsupportedItem } from '../../core/stack/model.ts';
import type { ControlResource } from '../control-resource.ts';
import type { ApiGroup } from './group-resources.ts';

/** Whether the first stack imports from the second, so that CloudFormation can create it only after the second. */
type IsAfter = (stack: ResolvedStack, other: ResolvedStack) => boolean;

/**
 * Derives the order in which CloudFormation creates the stacks from their imports. Stacks without imports may be
 * created in any order.
 */
export function orderByImports(stacks: readonly ResolvedStack[]): IsAfter {
  const before = new Map<ResolvedStack, ReadonlySet<ResolvedStack>>();
  const collect = (stack: ResolvedStack): ReadonlySet<ResolvedStack> => {
    const known = before.get(stack);
    if (known !== undefined) return known;
    const found = new Set<ResolvedStack>();
    // The set is stored before it is complete, so that the recursion ends even if stacks import from each other.
    before.set(stack, found);
    for (const name of stack.source?.imports ?? [])
      for (const other of stacks.filter((one) => one !== stack && one.exports.has(name)))
        for (const one of [other, ...collect(other)]) found.add(one);
    return found;
  };
  return (stack, other) => collect(stack).has(other);
}

/** Returns the methods of the API that the deployment cannot contain; empty if it contains all of them. */
export function findLateMethods(
  { parts: { deployments, methods }, stackOf }: Pick<ApiGroup, 'parts' | 'stackOf'>,
  deploymentId: string,
  isAfter: IsAfter,
): readonly ControlResource[] {
  const deployment = deployments.find(({ id }) => id === deploymentId);
  const made = deployment && stackOf.get(deployment);
  if (made === undefined) return [];
  return methods.filter((method) => {
    const own = stackOf.get(method);
    return own !== undefined && isAfter(own, made);
  });
}

/** Reports the methods that no deployment of the API contains. */
export function reportLateMethods(
  group: Pick<ApiGroup, 'parts' | 'stackOf'>,
  deploymentIds: Iterable<string>,
  isAfter: IsAfter,
): readonly UnsupportedItem[] {
  const late = [...deploymentIds].map((id) => new Set(findLateMethods(group, id, isAfter)));
  const missed = group.parts.methods.filter(
    (method) => late.length > 0 && late.every((one) => one.has(method)),
  );
  return missed.map((method) => {
    const { file, line } = method.place();
    return {
      stackName: group.stackOf.get(method)?.stackName ?? '',
      logicalId: method.logicalId,
      type: 'AWS::ApiGateway::Method',
      rule: 'late-method',
      severity: ruleOf('late-method').severity,
      message:
        'no deployment contains this method, because CloudFormation creates it after the stack with the deployment',
      consequence: 'requests to the method receive 403, as on AWS, until the API is deployed again',
      file,
      line,
    };
  });
}
