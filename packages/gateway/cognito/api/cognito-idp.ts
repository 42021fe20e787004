/**
 * Cognito's API of user pools (AWS JSON 1.1). Operations of users need no signature; administrators sign. An
 * unknown operation is 501, so that clients do not retry.
 */
import { ServiceRefusal } from '../../core/errors.ts';
import { headerOf } from '@gatewright/aws/raw-headers';
import { parseJsonObject } from '@gatewright/aws/json-object';
import type { ControlReply, ControlRequest } from '../../core/api-call.ts';
import type { UserPools } from '../pools/user-pools.ts';
import type { Clock } from '../../core/ports.ts';
import type { AwsService } from '../../kernel/calls/aws-call.ts';
import { refuseUnlessAllowed } from '../../kernel/calls/aws-call.ts';
import { ADMINISTER_USERS } from './administer-users.ts';
import { AUTHENTICATE, AUTHENTICATE_AS_ADMIN } from './authenticate.ts';
import { Challenges } from './challenges.ts';
import { CognitoInput } from './cognito-input.ts';
import type { CognitoOperation, CognitoPorts } from './cognito-operation.ts';
import { DESCRIBE_POOLS } from './describe-pools.ts';
import { OWN_ACCOUNT } from './own-account.ts';
import { SIGN_UP } from './sign-up.ts';

/** Cognito user pools API reference: operations that "Amazon Cognito doesn't evaluate IAM policies" for. */
const OF_USERS = new Map(Object.entries({ ...SIGN_UP, ...AUTHENTICATE, ...OWN_ACCOUNT }));
const OF_ADMINS = new Map(
  Object.entries({ ...AUTHENTICATE_AS_ADMIN, ...ADMINISTER_USERS, ...DESCRIBE_POOLS }),
);
const TARGET = /^AWSCognitoIdentityProviderService\.(\w{1,64})$/;

export type CognitoIdp = {
  /** Undefined: not an operation of users. */
  serveUser(request: ControlRequest): Promise<ControlReply> | undefined;
  readonly serveAdmin: AwsService;
};

export function createCognitoIdp(pools: UserPools, clock: Clock): CognitoIdp {
  const at: CognitoPorts = { pools, challenges: new Challenges(clock) };
  return {
    serveUser(request) {
      const name = readUserOperation(request);
      return name === undefined ? undefined : run(OF_USERS.get(name) ?? notServed(name), request, at);
    },
    async serveAdmin(call) {
      const name = TARGET.exec(headerOf(call.request, 'x-amz-target') ?? '')?.[1] ?? '';
      const operation = OF_ADMINS.get(name) ?? notServed(name);
      const poolId = parseJsonObject(call.request.body.toString('utf8'))?.['UserPoolId'];
      const arn = typeof poolId === 'string' ? pools.find(poolId)?.pool.definition.arn : undefined;
      const permission = { action: `cognito-idp:${name}`, resource: arn ?? '*' };
      return refuseUnlessAllowed(call, [permission]) ?? run(operation, call.request, at);
    },
  };
}

function notServed(name: string): CognitoOperation {
  return () => {
    throw new ServiceRefusal('NotImplementedException', `${name} is not served here.`, 501);
  };
}

/** The unsigned operation of a request, even if not supported; undefined = an administrator's. */
export function readUserOperation(
  request: Pick<ControlRequest, 'method' | 'path' | 'rawHeaders'>,
): string | undefined {
  if (request.method !== 'POST' || request.path !== '/') return undefined;
  const name = TARGET.exec(headerOf(request, 'x-amz-target') ?? '')?.[1];
  return name === undefined || OF_ADMINS.has(name) ? undefined : name;
}

async function run(
  operation: CognitoOperation,
  request: ControlRequest,
  at: CognitoPorts,
): Promise<ControlReply> {
  const fields = parseJsonObject(request.body.length === 0 ? '{}' : request.body.toString('utf8'));
  try {
    if (fields === undefined)
      throw new ServiceRefusal('SerializationException', 'The body is no JSON object.');
    return printJson(200, (await operation(new CognitoInput(fields), at)) ?? {}, []);
  } catch (error) {
    if (error instanceof ServiceRefusal) return printError(error);
    throw error;
  }
}

function printError({ code, message, status }: ServiceRefusal): ControlReply {
  const printable = message.replace(/[^\x20-\x7e]/g, ' ').slice(0, 500);
  const headers = ['x-amzn-ErrorType', `${code}:`, 'x-amzn-ErrorMessage', printable];
  return printJson(status, { __type: code, message }, headers);
}

function printJson(status: number, body: unknown, headers: readonly string[]): ControlReply {
  return {
    status,
    headers: ['Content-Type', 'application/x-amz-json-1.1', ...headers],
    body: JSON.stringify(body),
  };
}
