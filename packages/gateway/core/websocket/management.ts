/**
 * Handles `@connections`, which are calls from a backend about open connections (AWS's API Gateway Management API,
 * docs/aws §11.5). The calls are accepted on the API's own address and on the control port.
 */
import { decodeOrKeep } from '@gatewright/aws/decode-or-keep';
import { wordRefusal } from '../deployment/wordings/refusal-wordings.ts';
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

const METHODS: ReadonlySet<string> = new Set(['POST', 'GET', 'DELETE']);
/** Matches `@connections` below a stage. The SDK may percent-encode the @. */
const ROUTE = /^\/(?:@|%40)connections\/([^/]+)$/i;
const CONNECTION_ID = /^[A-Za-z0-9_-]{14,15}=$/;

/**
 * Handles any plain HTTP request to a WebSocket API. Only `/{stage}/@connections/{id}` exists; other routes are missing
 * for signed requests, and unsigned requests are refused before. `path` begins with the
 * stage. `request.path` is the signed path, which on the control port begins with the API's id. Never throws.
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
    if (!(error instanceof GatewayError)) throw error;
    return withRequestId(api.errors.word(error.code, error.detail), requestId);
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
 * @throws GatewayError STAGE_NOT_FOUND, API_CONFIGURATION_ERROR
 */
export function findStage(api: ServedApi, path: string): FoundStage {
  const { stageName, path: below } = api.locate(path, api.stages);
  const stage = api.stages.get(stageName);
  if (stage === undefined || api.disableExecuteApiEndpoint)
    throw gatewayError('STAGE_NOT_FOUND', {
      source: 'client',
      reason: stage === undefined ? `no stage "${stageName}"` : 'DisableExecuteApiEndpoint is set',
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
    return wordRefusal('no-management-route', { message });
  }
  const connectionId = decodeOrKeep(encodedId);
  permit(accessKeyId, request.method, api, { stageName, connectionId, at });
  if (!CONNECTION_ID.test(connectionId))
    return wordRefusal('invalid-connection-id', {
      message: `Invalid connectionId: ${connectionId}`,
      connectionId,
      requestId,
    });
  if (!takeFromAccount(stage, at.clock.nowEpochMs())) return wordRefusal('too-many-posts');
  switch (request.method) {
    case 'POST':
      return post(request.body, at.connections.find(api.apiId, stageName, connectionId), api, requestId, at);
    case 'GET':
      return describe(at.connections.find(api.apiId, stageName, connectionId));
    default:
      return remove(at.connections.find(api.apiId, stageName, connectionId), at);
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
 * @throws GatewayError if none has
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
    });
  if (signature.kind === 'refused') {
    const { code, message, errorType } = signature;
    throw gatewayError(code, { source: 'client', reason: message, message, errorType });
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
  connection: Connection | undefined,
  api: ServedApi,
  requestId: string,
  at: ManagementPorts,
): ControlReply {
  if (data.length > MESSAGE_LIMIT_BYTES) return wordRefusal('message-too-long');
  if (connection === undefined) return wordRefusal('gone');
  if (at.connections.deliver(connection, data) === 'full') return wordRefusal('too-many-posts');
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

function describe(connection: Connection | undefined): ControlReply {
  if (connection === undefined) return wordRefusal('gone');
  const { sourceIp, userAgent } = connection;
  const body = JSON.stringify({
    connectedAt: new Date(connection.connectedAtEpochMs).toISOString(),
    identity: userAgent === null ? { sourceIp } : { sourceIp, userAgent },
    lastActiveAt: new Date(connection.lastActiveAtEpochMs).toISOString(),
  });
  return { status: 200, headers: ['Content-Type', 'application/json'], body };
}

function remove(connection: Connection | undefined, at: ManagementPorts): ControlReply {
  if (connection === undefined) return wordRefusal('gone');
  at.connections.end(connection, CLOSED_BY_API);
  return { status: 204, headers: [], body: '' };
}

function withRequestId(reply: ControlReply, requestId: string): ControlReply {
  return { ...reply, headers: [...reply.headers, 'x-amzn-RequestId', requestId] };
}
