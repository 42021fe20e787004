/** Roles that callers can assume: those of the stacks; where roles are not enforced, every role of the account. */
import { parseArn } from '@gatewright/aws/arn';
import { unknownRole } from '../../core/policy/function-identities.ts';
import type { FunctionIdentities } from '../../core/policy/function-identities.ts';
import type { CompiledPolicy } from '../../core/policy/model.ts';
import type { Role } from '../../core/policy/role.ts';
import type { RoleBook } from './decide-assumption.ts';

const EVERYBODY: CompiledPolicy = { decide: () => 'allow' };

export function openRoles(
  identities: FunctionIdentities,
  { isEnforced, accountId }: { readonly isEnforced: boolean; readonly accountId: string },
): RoleBook {
  const find = (roleArn: string): Role | undefined =>
    isEnforced ? identities.roleOf(roleArn) : anyRole(roleArn, accountId);
  return {
    find,
    hold(roleArn, { name, accessKeyId, secretAccessKey, limit }) {
      const role = find(roleArn);
      if (role === undefined) return undefined;
      const boundary = both(role.boundary, limit);
      return identities.holdRole({ ...role, boundary }, { name, accessKeyId, secretAccessKey });
    },
  };
}

function anyRole(roleArn: string, own: string): Role | undefined {
  const { partition = 'aws', service, accountId, resource = '' } = parseArn(roleArn) ?? {};
  const [, name] = /^role\/(?:[\w+=,.@/-]*\/)?([\w+=,.@-]{1,64})$/.exec(resource) ?? [];
  if (service !== 'iam' || accountId !== own || name === undefined) return undefined;
  return {
    ...unknownRole(name, accountId, partition),
    arn: roleArn,
    trust: EVERYBODY,
    maxSessionSeconds: 43_200,
  };
}

/** A session policy limits as a boundary does: both must allow ("Session policies"). */
function both(
  one: CompiledPolicy | undefined,
  other: CompiledPolicy | undefined,
): CompiledPolicy | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return {
    decide(question) {
      const decision = one.decide(question);
      const second = other.decide(question);
      if (decision === 'explicit-deny' || second === 'explicit-deny') return 'explicit-deny';
      return decision === 'allow' ? second : decision;
    },
  };
}
