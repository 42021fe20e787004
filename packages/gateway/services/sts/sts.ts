/**
 * STS for local identities. It returns the caller's identity, and issues temporary keys for roles of the stacks or, if
 * roles are not enforced, for any role of the account (STS API reference).
 */
import { describeUnserved } from '../../kernel/calls/unserved-call.ts';
import { readOperation } from '@gatewright/aws/aws-operation';
import type { Random } from '../../core/ports.ts';
import type { FunctionIdentities } from '../../core/policy/function-identities.ts';
import { describeIdentity, decideFor, permissionsOf } from '../../core/policy/identities.ts';
import type { LocalIdentity } from '../../core/policy/identities.ts';
import type { TemporaryCredentials } from '../../core/policy/temporary-sessions.ts';
import { awsError } from '../../kernel/calls/aws-call.ts';
import type { AwsCall, AwsService } from '../../kernel/calls/aws-call.ts';
import { OperationRefused, printQueryReply } from '../../kernel/calls/aws-operation.ts';
import type { OperationResult } from '../../kernel/calls/aws-operation.ts';
import { headerOf } from '@gatewright/aws/raw-headers';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { ServiceRefusal } from '../../core/errors.ts';
import type { ControlReply } from '../../core/api-call.ts';
import { invalid, readAssumeRole, readDurationSeconds } from './read-assume-role.ts';
import { parseArn } from '@gatewright/aws/arn';
import type { CompiledPolicy, ConditionValues, PolicyQuestion } from '../../core/policy/model.ts';
import type { Role } from '../../core/policy/role.ts';
import type { AssumeRoleInput, SessionTags } from './read-assume-role.ts';

type StsOptions = {
  readonly identities: FunctionIdentities;
  /** Whether the policies of roles are enforced. */
  readonly isEnforced: boolean;
  readonly accountId: string;
  readonly nowEpochMs: () => number;
  readonly random: Pick<Random, 'uuid'>;
  readonly makeKeyPair: () => Pick<TemporaryCredentials, 'accessKeyId' | 'secretAccessKey'>;
  readonly makeToken: () => string;
  /**
   * Registers credentials. From then on, they are accepted, and `identity` is called for each request that uses them.
   */
  readonly open: (
    credentials: TemporaryCredentials,
    identity: () => LocalIdentity | undefined,
  ) => Promise<void>;
  /** Logs why a role cannot be assumed, because AWS's response does not state the reason. */
  readonly report: (message: string) => void;
  /** Handles all other operations. If undefined, they are refused with an error that names the operation. */
  readonly others: AwsService | undefined;
};

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';
export function createSts(given: StsOptions): AwsService {
  const options = { ...given, roles: openRoles(given.identities, given) };
  return async (call) => {
    const { query, body, rawHeaders } = call.request;
    const operation = readOperation({ headers: rawHeaders, query, body });
    const parameters =
      operation.protocol === 'query' ? operation.parameters : new URLSearchParams(body.toString());
    const action = parameters.get('Action') ?? call.request.method;
    const answer = STS_CALLS.get(action);
    if (answer === undefined) return options.others?.(call) ?? refuseUnknown(call, action);
    return print(call, action, await runAnswer(() => answer(call.caller, parameters, options)), options);
  };
}

type Sts = StsOptions & { readonly roles: RoleBook };

type Answer = (
  caller: LocalIdentity,
  parameters: URLSearchParams,
  options: Sts,
) => UnknownMembers | Promise<UnknownMembers>;

export const STS_CALLS: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  // `GetCallerIdentity` requires no permission on AWS.
  [
    'GetCallerIdentity',
    (caller) => {
      const { arn, userId, accountId } = describeIdentity(caller);
      return { Arn: arn, UserId: userId, Account: accountId };
    },
  ],
  ['AssumeRole', assumeRole],
]);

async function assumeRole(
  caller: LocalIdentity,
  parameters: URLSearchParams,
  options: Sts,
): Promise<UnknownMembers> {
  const { roles } = options;
  const wanted = readAssumeRole(parameters);
  const { roleArn, sessionName, limit } = wanted;
  const tags = tagsOfSession(caller, wanted.tags);
  const { maxSeconds } = decideAssumption(caller, wanted, options);
  const seconds = readDurationSeconds(parameters);
  if (seconds > 3600 && (caller.session ?? caller.role) !== undefined)
    throw new OperationRefused(
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
  if (seconds > maxSeconds)
    throw new OperationRefused(
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
  const credentials = makeCredentials(options, seconds);
  const identity = (): LocalIdentity | undefined =>
    roles.hold(roleArn, { ...credentials, name: sessionName, limit, tags });
  await options.open(credentials, identity);
  const { arn = '', role } = identity() ?? {};
  return {
    AssumedRoleUser: { AssumedRoleId: role?.userId ?? '', Arn: arn },
    Credentials: printCredentials(credentials),
    ...(limit !== undefined && { PackedPolicySize: packedSize(wanted) }),
  };
}

/** The tags of a session by key in lower case, and the keys of the tags that the next role of a chain inherits. */
type HeldTags = {
  readonly values: ReadonlyMap<string, string>;
  readonly transitive: ReadonlySet<string>;
};

/**
 * Adds the transitive tags of the calling session to the tags that a call passes.
 * @throws OperationRefused if the call passes a tag that the session inherits
 */
function tagsOfSession(caller: LocalIdentity, { values, transitiveKeys }: SessionTags): HeldTags {
  const inherited = [...(caller.transitiveTags ?? [])];
  if (inherited.some((key) => values.has(key)))
    throw invalid(
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    );
  const kept = inherited.map((key) => [key, caller.tags?.get(key) ?? ''] as const);
  return {
    values: new Map([...kept, ...values]),
    transitive: new Set([...inherited, ...transitiveKeys.map((key) => key.toLowerCase())]),
  };
}

function packedSize({ policyLength }: { readonly policyLength: number }): number {
  return Math.ceil((policyLength / 2048) * 100);
}

function makeCredentials(
  { makeKeyPair, makeToken, nowEpochMs }: StsOptions,
  seconds: number,
): TemporaryCredentials {
  const { accessKeyId, secretAccessKey } = makeKeyPair();
  const expiresAtEpochMs = nowEpochMs() + seconds * 1000;
  return {
    accessKeyId: accessKeyId.replace(/^AKIA/, 'ASIA'),
    secretAccessKey,
    token: makeToken(),
    expiresAtEpochMs,
  };
}

function printCredentials(credentials: TemporaryCredentials): UnknownMembers {
  const { accessKeyId, secretAccessKey, token, expiresAtEpochMs } = credentials;
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: token,
    Expiration: new Date(expiresAtEpochMs).toISOString().replace(/\.\d+Z$/, 'Z'),
  };
}

async function runAnswer(answer: () => UnknownMembers | Promise<UnknownMembers>): Promise<OperationResult> {
  try {
    return { kind: 'result', fields: await answer() };
  } catch (error) {
    if (error instanceof AccessDenied)
      return { kind: 'error', status: 403, code: 'AccessDenied', message: error.message };
    if (error instanceof OperationRefused) return error.toResult();
    if (error instanceof ServiceRefusal) {
      const { status, code, message } = error;
      return { kind: 'error', status, code, message };
    }
    throw error;
  }
}

function print(
  { request }: AwsCall,
  action: string,
  result: OperationResult,
  { random }: StsOptions,
): ControlReply {
  const { status, contentType, body } = printQueryReply(action, result, {
    accept: headerOf(request, 'accept'),
    requestId: random.uuid(),
    namespace: NAMESPACE,
  });
  return { status, headers: ['Content-Type', contentType], body };
}

function refuseUnknown({ request }: AwsCall, action: string): ControlReply {
  const message = describeUnserved('sts', action);
  return awsError(request, 'sts', { status: 501, type: 'NotImplementedException', message });
}

/**
 * The trust policy of every role if roles are not enforced. In this case, callers can assume any role of the account.
 * If roles are enforced, callers can only assume the roles of the stacks.
 */
const EVERYBODY: CompiledPolicy = { decide: () => 'allow' };

function openRoles(
  identities: FunctionIdentities,
  { isEnforced, accountId }: { readonly isEnforced: boolean; readonly accountId: string },
): RoleBook {
  const find = (roleArn: string): Role | undefined =>
    isEnforced ? identities.roleOf(roleArn) : anyRole(identities, roleArn, accountId);
  return {
    find,
    hold(roleArn, { name, accessKeyId, secretAccessKey, limit, tags: { values, transitive } }) {
      const role = find(roleArn);
      if (role === undefined) return undefined;
      const boundary = both(role.boundary, limit);
      // A session tag overrides the role's tag with the same key.
      const tags = new Map([...role.tags, ...values]);
      const held = identities.holdRole({ ...role, boundary, tags }, { name, accessKeyId, secretAccessKey });
      return { ...held, transitiveTags: transitive };
    },
  };
}

function anyRole(identities: FunctionIdentities, roleArn: string, own: string): Role | undefined {
  const { service, accountId, resource = '' } = parseArn(roleArn) ?? {};
  const isRole = /^role\/(?:[\w+=,.@/-]*\/)?[\w+=,.@-]{1,64}$/.test(resource);
  if (service !== 'iam' || accountId !== own || !isRole) return undefined;
  return { ...identities.unlimitedRole(roleArn), trust: EVERYBODY, maxSessionSeconds: 43_200 };
}

/**
 * A session policy limits permissions as a permissions boundary does: both policies must allow the request ("Session
 * policies").
 */
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

/** The roles that can be assumed, and the identities of their sessions. */
interface RoleBook {
  find(roleArn: string): Role | undefined;
  /** Returns the identity of a session of this role; undefined once the role no longer exists. */
  hold(
    roleArn: string,
    session: {
      readonly name: string;
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly limit: CompiledPolicy | undefined;
      readonly tags: HeldTags;
    },
  ): LocalIdentity | undefined;
}

class AccessDenied extends Error {
  override readonly name = 'AccessDenied';
  readonly code = 'STS_ACCESS_DENIED';
}

/**
 * Decides whether a caller may assume a role (IAM user guide, "Policy evaluation logic", "How to use trust policies
 * with IAM roles").
 * @throws AccessDenied, with the same message for a role that does not exist, as on AWS
 */
function decideAssumption(
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
  const refuse = (reason: string, action = 'sts:AssumeRole'): never => {
    report(`${caller.arn} is not allowed to assume ${resource}: ${reason}`);
    throw new AccessDenied(
      `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource}`,
    );
  };
  const role = roles.find(resource);
  if (role === undefined) return refuse('no loaded stack contains this role');
  const { trust } = role;
  if (trust === undefined) return refuse("the role's AssumeRolePolicyDocument is missing or cannot be read");
  const conditions = factsOf(caller, wanted, nowEpochMs());
  // A call with session tags needs the permission to tag the session as well ("Pass session tags in AWS STS").
  const actions = ['sts:AssumeRole', ...(wanted.tags.keys.length > 0 ? ['sts:TagSession'] : [])];
  for (const action of actions) {
    const reason = reasonAgainst(caller, trust, { action, resource, conditions });
    if (reason !== undefined) return refuse(reason, action);
  }
  return { maxSeconds: role.maxSessionSeconds ?? 3600 };
}

/** Returns why a trust policy and the caller's policies do not allow an action; undefined if they do. */
function reasonAgainst(
  caller: LocalIdentity,
  trust: CompiledPolicy,
  { action, resource, conditions }: Pick<PolicyQuestion, 'action' | 'resource' | 'conditions'>,
): string | undefined {
  const { arn, accountId, roleArn } = describeIdentity(caller);
  const question: PolicyQuestion = { action, resource, conditions, principal: { arn, accountId, roleArn } };
  const what = action === 'sts:AssumeRole' ? '' : ` ${action} to`;
  if (trust.decide(question) !== 'allow')
    return `the role's AssumeRolePolicyDocument does not allow${what} this caller`;
  // Within the account, a trust policy that names the caller is sufficient. If it names only the account, the caller's
  // own policies must also allow the call.
  const isNamed = trust.decide({ ...question, principal: { arn, accountId: '', roleArn } }) === 'allow';
  if (permissionsOf(caller).decide({ action, resource, conditions }) === 'explicit-deny')
    return `the caller's policies deny ${action}`;
  // A caller that the trust policy names is still limited by its permissions boundary and its session policy.
  if (
    (!isNamed || caller.role?.boundary !== undefined) &&
    decideFor(caller, { action, resource, conditions }) !== 'allow'
  )
    return `the caller's policies do not allow ${action} on this role`;
  return undefined;
}

function factsOf(
  caller: LocalIdentity,
  { externalId, sessionName, tags: given }: AssumeRoleInput,
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
    ...[...given.values].map(([key, value]) => [`aws:requesttag/${key}`, [value]] as const),
    ...(given.keys.length === 0 ? [] : [['aws:tagkeys', given.keys] as const]),
    ...(given.transitiveKeys.length === 0 ? [] : [['sts:transitivetagkeys', given.transitiveKeys] as const]),
  ]);
  return { get: (key) => facts.get(key) };
}
