/**
 * Finds out whether the role of a rule's target or of a schedule (`RoleArn`) lets EventBridge call the target. AWS
 * creates the target without the permission, but then does not deliver (docs/aws §18.13).
 */
import { parseArn } from '@gatewright/aws/arn';
import { asOneOrMore, mapOf, membersOf, textOf } from '@gatewright/aws/json-object';
import { decideForRole } from '../../core/policy/identities.ts';
import { findDenial } from '../../kernel/calls/aws-call.ts';
import { isDecidable } from '../loading/judge-roles.ts';
import { deliveryRight } from './delivery-rights.ts';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { FunctionIdentities } from '../../core/policy/function-identities.ts';
import type { Role } from '../../core/policy/role.ts';
import type { ResolvedResource, ResolvedStack, UnsupportedItem } from '../../core/stack/model.ts';

/**
 * Returns why a delivery with a role is refused; undefined if it is not, if the role is not in the stacks, or if no
 * required action is known for the service of the target.
 * @param sender the ARN of the rule or schedule, whose service assumes the role
 */
export function findRefusedByRole(
  roles: Pick<FunctionIdentities, 'assume' | 'isOpenTo'>,
  targetArn: string,
  { sender, roleArn }: { readonly sender: string; readonly roleArn: string },
): string | undefined {
  const service = parseArn(sender)?.service ?? '';
  const action = deliveryRight(parseArn(targetArn)?.service);
  const session = roles.assume(roleArn, service);
  if (session === undefined || action === undefined) return undefined;
  const principal = `${service}.amazonaws.com`;
  return roles.isOpenTo(roleArn, principal)
    ? findDenial(session, [{ action, resource: targetArn }])
    : `${principal} is not allowed to assume the role ${roleArn}: allow this principal sts:AssumeRole in the role's trust policy (--roles off skips permissions)`;
}

type RoleOfTarget = { readonly property: string; readonly target: UnknownMembers };

const REMEDY = 'add a statement with this action and resource to its policies';

/** The types of resources whose targets have roles. */
const WITH_TARGETS: Readonly<Record<string, (resource: ResolvedResource) => readonly RoleOfTarget[]>> = {
  'AWS::Events::Rule': ({ properties }) =>
    asOneOrMore(properties['Targets'] ?? []).map((target, index) => ({
      property: `Targets.${index}.RoleArn`,
      target: membersOf(target),
    })),
  'AWS::Scheduler::Schedule': ({ properties }) => [
    { property: 'Target.RoleArn', target: mapOf(properties, 'Target') },
  ],
};

/**
 * Returns one finding for each required action that the role of a target does not allow. A role with conditions in its
 * statements is skipped, because it is unknown which actions it allows.
 */
export function findPowerlessRoles(
  stacks: readonly ResolvedStack[],
  roles: ReadonlyMap<string, Role>,
  isEnforced: boolean,
): readonly UnsupportedItem[] {
  const consequence = isEnforced
    ? 'nothing is delivered, as on AWS (--roles off skips permissions)'
    : 'the gateway delivers, because --roles off skips permissions, but AWS does not';
  return stacks.flatMap(({ stackName, resources }) =>
    [...resources.values()].flatMap((resource) =>
      (WITH_TARGETS[resource.type]?.(resource) ?? []).flatMap(({ property, target }): UnsupportedItem[] => {
        const role = roles.get(textOf(target, 'RoleArn'));
        if (role === undefined || !isDecidable(role)) return [];
        const missing = [
          textOf(target, 'Arn'),
          // A rule sends to its dead-letter queue without the role; the policy of the queue decides.
          ...(resource.type === 'AWS::Scheduler::Schedule'
            ? [textOf(mapOf(target, 'DeadLetterConfig'), 'Arn')]
            : []),
        ].flatMap((arn) => {
          const action = deliveryRight(parseArn(arn)?.service);
          const question = { action: action ?? '', resource: arn, conditions: new Map() };
          return action === undefined || decideForRole(role, question) === 'allow' ? [] : [{ action, arn }];
        });
        const { type, logicalId } = resource;
        const { file, line } = resource.place(property);
        return missing.map(({ action, arn }) => ({
          stackName,
          logicalId,
          type,
          property,
          file,
          line,
          rule: 'target-role',
          severity: 'differs',
          message: `role ${role.name} does not allow ${action} on ${arn}: ${REMEDY}`,
          remedy: REMEDY,
          consequence,
        }));
      }),
    ),
  );
}
