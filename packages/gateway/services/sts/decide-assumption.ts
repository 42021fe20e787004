/** Whether a caller may assume a role (IAM user guide, "Policy evaluation logic", "How to use trust policies with IAM roles"). */
import { decideFor, describeIdentity, permissionsOf } from '../../core/policy/identities.ts';
import type { LocalIdentity } from '../../core/policy/identities.ts';
import type { CompiledPolicy, ConditionValues, PolicyQuestion } from '../../core/policy/model.ts';
import type { Role } from '../../core/policy/role.ts';
import type { AssumeRoleInput } from './read-assume-role.ts';

export interface RoleBook {
  find(roleArn: string): Role | undefined;
  /** The identity of a session; undefined once the role is gone. */
  hold(
    roleArn: string,
    session: {
      readonly name: string;
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly limit: CompiledPolicy | undefined;
    },
  ): LocalIdentity | undefined;
}

export class AccessDenied extends Error {
  override readonly name = 'AccessDenied';
  readonly code = 'STS_ACCESS_DENIED';
}

/** @throws AccessDenied, in the same words for a role that does not exist, as AWS */
export function decideAssumption(
  caller: LocalIdentity,
  wanted: AssumeRoleInput,
  {
    roles,
    nowEpochMs,
    report,
  }: {
    readonly roles: RoleBook;
    readonly nowEpochMs: () => number;
    readonly report: (message: string) => void;
  },
): { readonly maxSeconds: number } {
  const { roleArn: resource } = wanted;
  const action = 'sts:AssumeRole';
  const refuse = (reason: string): never => {
    report(`${caller.arn} may not assume ${resource}: ${reason}`);
    throw new AccessDenied(
      `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource}`,
    );
  };
  const role = roles.find(resource);
  if (role === undefined) return refuse('no loaded stack has this role');
  if (role.trust === undefined) return refuse('its AssumeRolePolicyDocument is missing or cannot be read');
  const { arn, accountId, roleArn } = describeIdentity(caller);
  const conditions = factsOf(caller, wanted, nowEpochMs());
  const question: PolicyQuestion = { action, resource, conditions, principal: { arn, accountId, roleArn } };
  if (role.trust.decide(question) !== 'allow')
    return refuse('its AssumeRolePolicyDocument does not let this caller in');
  // A trust policy that names the caller itself suffices within the account; one that names the account does not.
  const isNamed = role.trust.decide({ ...question, principal: { arn, accountId: '', roleArn } }) === 'allow';
  if (permissionsOf(caller).decide({ action, resource, conditions }) === 'explicit-deny')
    return refuse("the caller's policies deny sts:AssumeRole");
  // A boundary and a session policy limit a named caller, too.
  if (
    (!isNamed || caller.role?.boundary !== undefined) &&
    decideFor(caller, { action, resource, conditions }) !== 'allow'
  )
    return refuse("the caller's policies do not allow sts:AssumeRole on it");
  return { maxSeconds: role.maxSessionSeconds ?? 3600 };
}

function factsOf(
  caller: LocalIdentity,
  { externalId, sessionName }: AssumeRoleInput,
  nowEpochMs: number,
): ConditionValues {
  const { arn, accountId, userId, roleArn, organizationId, tags } = describeIdentity(caller);
  const facts = new Map<string, readonly string[]>([
    ['aws:currenttime', [new Date(nowEpochMs).toISOString()]],
    ['aws:epochtime', [String(Math.floor(nowEpochMs / 1000))]],
    ['aws:principalaccount', [accountId]],
    ['aws:principalarn', [roleArn ?? arn]],
    ['aws:principaltype', [roleArn === undefined ? 'User' : 'AssumedRole']],
    ['aws:userid', [userId]],
    ['sts:rolesessionname', [sessionName]],
    ...(externalId === undefined ? [] : [['sts:externalid', [externalId]] as const]),
    ...(organizationId === undefined ? [] : [['aws:principalorgid', [organizationId]] as const]),
    ...[...(tags ?? [])].map(([key, value]) => [`aws:principaltag/${key}`, [value]] as const),
  ]);
  return { get: (key) => facts.get(key) };
}
