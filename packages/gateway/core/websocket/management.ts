/**
 * Handles `@connections`, which are calls from a backend about open connections (AWS's API Gateway Management API,
 * docs/aws §11.5). The calls are accepted on the API's own address and on the control port.
 */
import { decodeOrKeep } from '@gatewright/aws/decode-or-keep';
import { wordRefusal } from '../deployment/wordings/refusal-wordings.ts';
import type { Refusal } from '../deployment/wordings/refusal-wordings.ts';
import { gatewayError, GatewayError } from '../errors.ts';
import { apiArn } from '../events/authorizer-event.ts';
import { decideFor } from '../policy/identities.ts';
import { verifyByAnyClock } from '@gatewright/aws/signing-clock';
import { CLOSED_BY_API, MESSAGE_LIMIT_BYTES } from './limits.ts';
import type { ServedApi, ServedStage } from '../exchange.ts';
import type { Clock, Random } from '../ports.ts';
import type { SigningClock } from '@gatewright/aws/signing-clock';
import type { Identities } from '../policy/identities.ts';
import { Trail } from '../trail.ts';
import type { Recording } from '../trail.ts';
import type { ControlReply, ControlRequest } from '../api-call.ts';
import type { Connection, Connections } from './connections.ts';

export type ManagementPorts = Recording & {
  readonly clock: SigningClock & Clock;
  readonly random: Random;
  readonly connections: Connections;
  readonly identities: Identities;
};

/** The operations with their methods. */
export const MANAGEMENT_CALLS = {
  DeleteConnection: 'DELETE',
  GetConnection: 'GET',
  PostToConnection: 'POST',
} as const;
const METHODS: ReadonlySet<string> = new Set(Object.values(MANAGEMENT_CALLS));
/** Matches the path of one connection below a stage. The SDK may percent-encode the @. */
const ROUTE = /^\/(?:@|%40)connections\/([^/]+)$/i;
const CONNECTION_ID = /^[A-Za-z0-9_-]{14,15}=$/;

/**
 * Handles any plain HTTP request to a WebSocket API. Only `/{stage}/@connections/{id}` exists. An unsigned request to
 * any path of a stage is refused because its signature is missing. A signed request to any other path gets the error
 * for an unknown route. `path` begins with the stage. `request.path` is the signed path, which on the control port
 * begins with the API's id. A refusal is returned as a reply, not thrown.
 */
export function handleManagement(
  request: ControlRequest,
  api: ServedApi,
  at: ManagementPorts,
  path: string = request.path,
): ControlReply {
  const requestId = at.random.uuid();
  try {
    return withRequestId(manage(request, api, path, requestId, at), requestId);
  } catch (error) {
    if (!(error instanceof GatewayError || error instanceof CallRefused)) throw error;
    const { status, ...reply } =
      error instanceof CallRefused
        ? wordRefusal(error.refusal, error.members)
        : api.errors.word(error.code, error.detail);
    recordRefusal(error, { request, api, path, requestId, status, at });
    return withRequestId({ ...reply, status }, requestId);
  }
}

/** A refusal with the error message of the Management API for the client, and the reason for the operator. */
class CallRefused extends Error {
  override readonly name = 'CallRefused';
  readonly refusal: Refusal;
  readonly members: Readonly<Record<string, string>>;

  constructor(refusal: Refusal, reason: string, members: Readonly<Record<string, string>> = {}) {
    super(reason);
    this.refusal = refusal;
    this.members = members;
  }
}

/** Whether a plain HTTP request is a call about connections: its path is meant for `@connections`, or it is signed. */
export function isManagementCall({ path, query, rawHeaders }: ControlRequest): boolean {
  const isSigned = rawHeaders.some(
    (value, index) =>
      index % 2 === 1 &&
      value.startsWith('AWS4-') &&
      rawHeaders[index - 1]?.toLowerCase() === 'authorization',
  );
  return isSigned || query.includes('X-Amz-Algorithm=') || /\/(?:@|%40)connections\//i.test(path);
}

type FoundStage = {
  readonly stage: ServedStage;
  readonly stageName: string;
  /** The path below the stage. */
  readonly below: string;
};

/**
 * Finds the stage in the path of a plain HTTP request.
 * @throws GatewayError STAGE_NOT_FOUND if there is no such stage or the API's own endpoint is disabled, or
 * API_CONFIGURATION_ERROR if the API is closed
 */
export function findStage(api: ServedApi, path: string): FoundStage {
  const { stageName, path: below } = api.locate(path, api.stages);
  const stage = api.stages.get(stageName);
  if (stage === undefined || api.disableExecuteApiEndpoint)
    throw gatewayError('STAGE_NOT_FOUND', {
      source: 'client',
      reason:
        stage === undefined ? `the API has no stage "${stageName}"` : 'DisableExecuteApiEndpoint is set',
    });
  if (api.closedBecause !== undefined)
    throw gatewayError('API_CONFIGURATION_ERROR', { source: 'gateway', reason: api.closedBecause });
  return { stage, stageName, below };
}

function manage(
  request: ControlRequest,
  api: ServedApi,
  path: string,
  requestId: string,
  at: ManagementPorts,
): ControlReply {
  const { stage, stageName, below } = findStage(api, path);
  const accessKeyId = verify(request, api, at);
  const encodedId = ROUTE.exec(below)?.[1];
  if (encodedId === undefined || !METHODS.has(request.method)) {
    const route = below.split('/').slice(1).map(decodeOrKeep).join('/');
    const message = `No method found matching route ${route} for http method ${request.method}.`;
    throw new CallRefused(
      'no-management-route',
      `the stage has no route ${request.method} /${route}: only POST, GET and DELETE of /@connections/{id} exist`,
      { message },
    );
  }
  const connectionId = decodeOrKeep(encodedId);
  permit(accessKeyId, request.method, api, { stageName, connectionId, at });
  if (!CONNECTION_ID.test(connectionId))
    throw new CallRefused('invalid-connection-id', 'the connection id is malformed', {
      message: `Invalid connectionId: ${connectionId}`,
      connectionId,
      requestId,
    });
  if (!takeFromAccount(stage, at.clock.nowEpochMs()))
    throw new CallRefused('too-many-posts', 'the throttle limit of the account is exceeded');
  if (request.method === 'POST' && request.body.length > MESSAGE_LIMIT_BYTES)
    throw new CallRefused(
      'message-too-long',
      `the message has ${request.body.length} bytes, more than 128 KB`,
    );
  const connection = at.connections.find(api.apiId, stageName, connectionId);
  if (connection === undefined)
    throw new CallRefused('gone', `no connection with this id is open on stage ${stageName}`);
  switch (request.method) {
    case MANAGEMENT_CALLS.PostToConnection:
      return post(request.body, connection, api, requestId, at);
    case MANAGEMENT_CALLS.GetConnection:
      return describe(connection);
    default:
      return remove(connection, at);
  }
}

/**
 * Counts a call to `@connections` as a request under the account's limit. Returns false if the limit is reached. Route
 * throttles do not apply, because they are for messages.
 */
function takeFromAccount({ throttle }: ServedStage, nowEpochMs: number): boolean {
  if (throttle?.account?.isEmpty(nowEpochMs) === true) return false;
  throttle?.account?.take();
  return true;
}

/**
 * Returns the access key of the local identity that has signed the request.
 * @throws GatewayError if no local identity has signed the request
 */
function verify(request: ControlRequest, api: ServedApi, at: ManagementPorts): string {
  const signature = verifyByAnyClock(
    request,
    {
      service: 'execute-api',
      region: api.region,
      secretOf: (accessKeyId) => at.identities.secretOf(accessKeyId),
      sessionOf: (accessKeyId) => at.identities.sessionOf(accessKeyId, at.clock.nowEpochMs()),
    },
    at.clock,
  );
  if (signature.kind === 'unsigned')
    throw gatewayError('MISSING_AUTHENTICATION_TOKEN', {
      source: 'client',
      reason: 'the request to @connections is not signed',
      defect: { kind: 'signature', faults: [], region: api.region, service: 'execute-api' },
    });
  if (signature.kind === 'refused') {
    const { code, message, errorType, faults, accessKeyId, scope } = signature;
    const signer = accessKeyId === undefined ? undefined : at.identities.find(accessKeyId)?.name;
    const { region } = api;
    const defect = {
      kind: 'signature',
      faults,
      region,
      service: 'execute-api',
      scope,
      accessKeyId,
      signer,
    } as const;
    throw gatewayError(code, { source: 'client', reason: message, message, errorType, defect });
  }
  return signature.accessKeyId;
}

/**
 * Checks that the identity's policy allows `execute-api:ManageConnections` on this resource.
 * @throws GatewayError if it does not
 */
function permit(
  accessKeyId: string,
  method: string,
  api: ServedApi,
  {
    stageName,
    connectionId,
    at,
  }: { readonly stageName: string; readonly connectionId: string; readonly at: ManagementPorts },
): void {
  const below = `/${stageName}/${method}/@connections`;
  const signer = at.identities.find(accessKeyId);
  const decision =
    signer &&
    decideFor(signer, {
      action: 'execute-api:ManageConnections',
      resource: `${apiArn(api)}${below}/${connectionId}`,
      conditions: new Map(),
    });
  if (decision === 'allow') return;
  // AWS masks the account id and prints a placeholder instead of the connection id.
  const masked = apiArn({ ...api, accountId: `********${api.accountId.slice(-4)}` });
  const shown = `${masked}${below}/{connectionId}`;
  const ending = decision === 'explicit-deny' ? ' with an explicit deny' : '';
  const message = `User: ${signer?.arn ?? 'anonymous'} is not authorized to perform: execute-api:ManageConnections on resource: ${shown}${ending}`;
  throw gatewayError('ACCESS_DENIED', { source: 'client', reason: message, message });
}

function post(
  data: Buffer,
  connection: Connection,
  api: ServedApi,
  requestId: string,
  at: ManagementPorts,
): ControlReply {
  if (at.connections.deliver(connection, data) === 'full')
    throw new CallRefused('too-many-posts', 'the client reads more slowly than messages are sent to it');
  if (at.records !== undefined) recordPost(data, connection, api, requestId, at);
  return { status: 200, headers: [], body: '' };
}

/** Records a post to a client through `@connections`, or from the console. */
export function recordPost(
  body: Buffer,
  { connectionId, caller, sourceIp, apiId, stageName }: Connection,
  api: ServedApi,
  requestId: string,
  { clock, records }: Recording & { readonly clock: Clock },
): void {
  const stage = api.stages.get(stageName);
  const nothing = { route: undefined, payload: undefined, reply: undefined, closure: undefined };
  records?.takeEvent({
    kind: 'POST',
    requestId,
    connectionId,
    caller,
    sourceIp,
    apiId,
    stageName,
    body,
    status: 200,
    ...nothing,
    found: stage && { api, stage },
    trail: new Trail(clock),
    latencyMs: 0,
  });
}

type RefusedCall = {
  readonly request: ControlRequest;
  readonly api: ServedApi;
  readonly path: string;
  readonly requestId: string;
  readonly status: number;
  readonly at: ManagementPorts;
};

/** Records a refused call, whose caller is a backend and whose connection may not exist. */
function recordRefusal(
  error: GatewayError | CallRefused,
  { request, api, path, requestId, status, at }: RefusedCall,
): void {
  if (at.records === undefined) return;
  const { stageName } = api.locate(path, api.stages);
  const stage = api.stages.get(stageName);
  const trail = new Trail(at.clock);
  trail.enter(error instanceof GatewayError && error.code === 'ACCESS_DENIED' ? 'authorize' : 'authenticate');
  trail.failure = error.message;
  trail.error = error instanceof GatewayError ? error : undefined;
  at.records.takeEvent({
    kind: METHODS.has(request.method) ? (request.method as 'POST' | 'GET' | 'DELETE') : 'POST',
    requestId,
    connectionId: '',
    caller: { kind: 'anonymous' },
    sourceIp: '',
    apiId: api.apiId,
    stageName,
    body: request.body,
    route: undefined,
    payload: undefined,
    reply: undefined,
    closure: undefined,
    status,
    found: stage && { api, stage },
    trail,
    latencyMs: trail.elapsedMs(),
  });
}

function describe(connection: Connection): ControlReply {
  const { sourceIp, userAgent } = connection;
  const body = JSON.stringify({
    connectedAt: new Date(connection.connectedAtEpochMs).toISOString(),
    identity: userAgent === null ? { sourceIp } : { sourceIp, userAgent },
    lastActiveAt: new Date(connection.lastActiveAtEpochMs).toISOString(),
  });
  return { status: 200, headers: ['Content-Type', 'application/json'], body };
}

function remove(connection: Connection, at: ManagementPorts): ControlReply {
  at.connections.end(connection, CLOSED_BY_API);
  return { status: 204, headers: [], body: '' };
}

function withRequestId(reply: ControlReply, requestId: string): ControlReply {
  return { ...reply, headers: [...reply.headers, 'x-amzn-RequestId', requestId] };
}
