/** STS of local identities: who calls, and temporary keys for them and for roles of the stacks (STS API reference). */
import { readOperation } from '@gatewright/aws/aws-operation';
import type { Random } from '../../core/ports.ts';
import type { FunctionIdentities } from '../../core/policy/function-identities.ts';
import { describeIdentity } from '../../core/policy/identities.ts';
import type { LocalIdentity } from '../../core/policy/identities.ts';
import type { TemporaryCredentials } from '../../core/policy/temporary-sessions.ts';
import { awsError } from '../../kernel/calls/aws-call.ts';
import type { AwsCall, AwsService } from '../../kernel/calls/aws-call.ts';
import { OperationRefused, printQueryReply } from '../../kernel/calls/aws-operation.ts';
import type { OperationResult } from '../../kernel/calls/aws-operation.ts';
import { headerOf } from '@gatewright/aws/raw-headers';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { ControlReply } from '../../core/api-call.ts';
import { AccessDenied, decideAssumption } from './decide-assumption.ts';
import type { RoleBook } from './decide-assumption.ts';
import { openRoles } from './roles.ts';
import { readAssumeRole, readDuration } from './read-assume-role.ts';

type StsOptions = {
  readonly identities: FunctionIdentities;
  /** Whether roles limit those who hold them. */
  readonly isEnforced: boolean;
  readonly accountId: string;
  readonly nowEpochMs: () => number;
  readonly random: Pick<Random, 'uuid'>;
  readonly makeKeyPair: () => Pick<TemporaryCredentials, 'accessKeyId' | 'secretAccessKey'>;
  readonly makeToken: () => string;
  /** Accepts the keys from now on; `identity` is asked at each call. */
  readonly open: (
    credentials: TemporaryCredentials,
    identity: () => LocalIdentity | undefined,
  ) => Promise<void>;
  /** Why a role is not given, for the developer: AWS's answer does not say it. */
  readonly report: (message: string) => void;
  /** Answers the other operations; undefined = they are refused by name. */
  readonly others: AwsService | undefined;
};

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';
/** "GetSessionToken": 15 minutes to 36 hours, 12 hours by default. */
const TOKEN_SECONDS = { least: 900, most: 129_600, usual: 43_200 };

export function createSts(given: StsOptions): AwsService {
  const options = { ...given, roles: openRoles(given.identities, given) };
  return async (call) => {
    const { query, body, rawHeaders } = call.request;
    const operation = readOperation({ headers: rawHeaders, query, body });
    const parameters =
      operation.protocol === 'query' ? operation.parameters : new URLSearchParams(body.toString());
    const action = parameters.get('Action') ?? call.request.method;
    const answer = ANSWERS.get(action);
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

const ANSWERS: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  // AWS requires no permission for it.
  [
    'GetCallerIdentity',
    (caller) => {
      const { arn, userId, accountId } = describeIdentity(caller);
      return { Arn: arn, UserId: userId, Account: accountId };
    },
  ],
  ['GetSessionToken', getSessionToken],
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
  const { maxSeconds } = decideAssumption(caller, wanted, options);
  const seconds = readDuration(parameters, { least: 900, most: 43_200, usual: 3600 });
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
    roles.hold(roleArn, { ...credentials, name: sessionName, limit });
  await options.open(credentials, identity);
  const { arn = '', role } = identity() ?? {};
  return {
    AssumedRoleUser: { AssumedRoleId: role?.userId ?? '', Arn: arn },
    Credentials: printCredentials(credentials),
    ...(limit !== undefined && { PackedPolicySize: Math.ceil((wanted.policyLength / 2048) * 100) }),
  };
}

/** The same identity for a while; sessions cannot prolong themselves. */
async function getSessionToken(
  caller: LocalIdentity,
  parameters: URLSearchParams,
  options: StsOptions,
): Promise<UnknownMembers> {
  if (caller.session !== undefined || caller.role !== undefined)
    throw new AccessDenied('Cannot call GetSessionToken with session credentials');
  if (parameters.has('SerialNumber') || parameters.has('TokenCode'))
    throw new OperationRefused(
      'ValidationError',
      'Devices for multi-factor authentication are not done here.',
    );
  const credentials = makeCredentials(options, readDuration(parameters, TOKEN_SECONDS));
  await options.open(credentials, () => caller);
  return { Credentials: printCredentials(credentials) };
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
  const message = `${action} of STS is not served here; send it to AWS with --aws sts`;
  return awsError(request, 'sts', { status: 501, type: 'NotImplementedException', message });
}
