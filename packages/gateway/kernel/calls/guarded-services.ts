/**
 * Checks the roles with which integrations and authorizers call AWS services and functions. API Gateway must be able to
 * assume the role (`credentials`), and then the role's policies decide, as they do for a function (developer guide,
 * "API Gateway permissions model for creating and managing an API").
 */
import { awsError, denialOf, findDenial } from './aws-call.ts';
import { printJsonReply } from './aws-operation.ts';
import { readOperation } from '@gatewright/aws/aws-operation';
import { headerOf } from '@gatewright/aws/raw-headers';
import { deleteAllowed, splitDeletion } from './s3-denied-keys.ts';
import { denyMissingObject } from './missing-objects.ts';
import { contextFor, rightsOfCall } from './service-rights.ts';
import type { LocalIdentity } from '../../core/policy/identities.ts';
import type {
  HttpOutcome,
  Invocation,
  InvocationResult,
  Invoker,
  ServiceClient,
  ServiceRequest,
} from '../../core/ports.ts';
import type { RightsContext } from './service-rights.ts';

type Roles = {
  /** Returns the session of a role by its ARN; undefined means that the role is unknown and may do everything. */
  assume(roleArn: string): LocalIdentity | undefined;
  /** Whether API Gateway may assume the role. */
  isOpenToGateway(roleArn: string): boolean;
  /** Whether the service with this principal may assume the role. */
  isOpenTo(roleArn: string, principal: string): boolean;
};

/** Returns a client that checks the role of each call. */
export function guardServices(services: ServiceClient, context: RightsContext, roles: Roles): ServiceClient {
  return {
    call(request) {
      const { roleArn, assumedBy } = request;
      const session = roleArn === undefined ? undefined : roles.assume(roleArn);
      if (roleArn !== undefined && session !== undefined && !isOpen(roles, roleArn, assumedBy))
        return Promise.resolve({ kind: 'unreachable', reason: 'role', ...untrusting(roleArn, assumedBy) });
      const rights =
        roleArn === undefined || session === undefined
          ? undefined
          : rightsOfCall(request, contextFor({ arn: roleArn }, context));
      if (session === undefined || rights === undefined) return services.call(request);
      if (isUnreadable(request)) return Promise.resolve(refuseUnreadable(request));
      const message = findDenial(session, rights);
      if (message === undefined) return callUnlessMissing(services, request, session);
      const split = splitDeletion(request, (right) => findDenial(session, [right]) === undefined);
      if (split !== undefined) return deleteAllowed(split, (allowed) => services.call(allowed));
      return Promise.resolve(refuse(request, message));
    },
  };
}

async function callUnlessMissing(
  services: ServiceClient,
  request: ServiceRequest,
  session: LocalIdentity,
): Promise<HttpOutcome> {
  const outcome = await services.call(request);
  const denied = denyMissingObject(session, request, outcome);
  return denied === undefined ? outcome : refuse(request, denied);
}

type Refused = Extract<InvocationResult, { reason: 'role' }>;

/** Returns an invoker that checks the role of each call that names a role. */
export function guardInvoker(invoker: Invoker, arnOf: FindArn, roles: Roles): Invoker {
  const check = checkRole(arnOf, roles);
  return {
    ...guardCalls(invoker, arnOf, roles),
    stream(invocation) {
      const refused = check(invocation);
      return refused === undefined ? invoker.stream(invocation) : Promise.resolve(refused);
    },
    queue(invocation) {
      const refused = check(invocation);
      return refused === undefined ? invoker.queue(invocation) : Promise.resolve(refused);
    },
  };
}

/** Like `guardInvoker`, for services, which wait for the whole result of a function. */
export function guardCalls(
  invoker: Pick<Invoker, 'invoke' | 'has'>,
  arnOf: FindArn,
  roles: Roles,
): Pick<Invoker, 'invoke' | 'has'> {
  const check = checkRole(arnOf, roles);
  return {
    invoke(invocation) {
      const refused = check(invocation);
      return refused === undefined ? invoker.invoke(invocation) : Promise.resolve(refused);
    },
    has: (name) => invoker.has(name),
  };
}

type Named = Omit<Invocation, 'timeoutMs'>;

/** Returns the ARN of a function by its name; undefined if no stack has the function. */
type FindArn = (functionName: string) => string | undefined;

function checkRole(arnOf: FindArn, roles: Roles): (invocation: Named) => Refused | undefined {
  return ({ roleArn, assumedBy, functionName, qualifier = '' }) => {
    const session = roleArn === undefined ? undefined : roles.assume(roleArn);
    if (roleArn === undefined || session === undefined) return undefined;
    if (!isOpen(roles, roleArn, assumedBy))
      return { kind: 'refused', reason: 'role', ...untrusting(roleArn, assumedBy) };
    const arn = arnOf(functionName);
    // A function that no stack has is refused by the invoker.
    if (arn === undefined) return undefined;
    const resource = qualifier === '' ? arn : `${arn}:${qualifier}`;
    const message = findDenial(session, [{ action: 'lambda:InvokeFunction', resource }]);
    if (message === undefined) return undefined;
    return { kind: 'refused', reason: 'role', message, role: { roleArn, lacks: 'right' } };
  };
}

function isOpen(roles: Roles, roleArn: string, assumedBy: string | undefined): boolean {
  return assumedBy === undefined ? roles.isOpenToGateway(roleArn) : roles.isOpenTo(roleArn, assumedBy);
}

/** AWS's wording in the execution log (public logs, e.g. Miserlou/Zappa#479). */
function untrusting(roleArn: string, assumedBy = 'API Gateway'): Pick<Refused, 'message' | 'role'> {
  return {
    message: `${assumedBy} does not have permission to assume the provided role ${roleArn}`,
    role: { roleArn, lacks: 'trust' },
  };
}

/**
 * Whether the input is not JSON. Such an input names no resource that a policy could allow, so the service refuses it
 * before it checks permissions.
 */
function isUnreadable(request: ServiceRequest): boolean {
  const operation = readOperation(request);
  return operation.protocol === 'json' && operation.isCbor !== true && operation.input === undefined;
}

/** @see https://github.com/serverless-operations/serverless-step-functions/issues/140 */
function refuseUnreadable({ headers, service }: ServiceRequest): HttpOutcome {
  const type = headerOf({ rawHeaders: headers }, 'content-type') ?? '';
  const { status, contentType, body } = printJsonReply(
    { kind: 'error', status: 400, code: 'SerializationException', message: '' },
    service,
    type.endsWith('1.0') ? '1.0' : '1.1',
  );
  return { kind: 'answered', status, headers: ['Content-Type', contentType], body: Buffer.from(body) };
}

/** Returns the service's own response to a refused call. The method's responses may then map this response. */
function refuse(
  { service, method, path, query, headers, body = '' }: ServiceRequest,
  message: string,
): HttpOutcome {
  const asked = { method, path, query, rawHeaders: headers, body: Buffer.from(body), host: '' };
  const reply = awsError(asked, service, { ...denialOf(service), message });
  return { kind: 'answered', status: reply.status, headers: reply.headers, body: Buffer.from(reply.body) };
}
