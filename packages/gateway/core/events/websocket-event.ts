/** The events of a WebSocket connection's life cycle (docs/aws §3.4). */
import { printLaterAuthorizer, printRestAuthorizer } from './authorizer-context.ts';
import { readQuery } from './query-text.ts';
import type { ApiFacts, CallerFacts, RoutedFacts, StageFacts } from './request-facts.ts';
import { readHandshakeHeaders, readRestHeaders } from './request-headers.ts';
import { formatRequestTime } from './request-time.ts';

export type ConnectionStart = { readonly connectionId: string; readonly connectedAtEpochMs: number };

/** Facts about the handshake, constant for the life of the connection. */
export type ConnectionFacts = ConnectionStart & {
  readonly host: string;
  /** The custom domain of the handshake; absent means the API's own domain name. */
  readonly domainName?: string;
  readonly sourceIp: string;
  /** `null` if the client did not send a User-Agent. */
  readonly userAgent: string | null;
  /** The caller from the `$connect` authorizer; every later event contains it. */
  readonly caller: CallerFacts;
};

export type ConnectionEventFacts = {
  readonly connection: ConnectionFacts;
  readonly api: ApiFacts;
  readonly stage: StageFacts;
  /** The key of the route that runs: `sendMessage`, `$default`, `$disconnect`. */
  readonly routeKey: string;
  readonly requestId: string;
  readonly receivedAtEpochMs: number;
};

export function buildConnectEvent(
  handshake: RoutedFacts,
  connection: ConnectionStart & { readonly caller: CallerFacts },
): string {
  return JSON.stringify({
    ...readRestHeaders(handshake),
    ...connectMembers(handshake, connection, connection.caller),
    isBase64Encoded: false,
  });
}

/** Returns the members of the `$connect` event for its authorizer. There is no caller yet. */
export function authorizerMembers(
  handshake: RoutedFacts,
  connection: ConnectionStart | undefined,
): Record<string, unknown> {
  return {
    ...readHandshakeHeaders(handshake),
    ...connectMembers(handshake, connection, { kind: 'anonymous' }),
  };
}

/**
 * Returns the members of the `$connect` event that the authorizer and the integration both receive, in addition to the
 * headers. Without a query, the query maps are left out.
 */
function connectMembers(
  handshake: RoutedFacts,
  connection: ConnectionStart | undefined,
  caller: CallerFacts,
): Record<string, unknown> {
  const query = readQuery(handshake.rawQuery);
  return {
    queryStringParameters: query?.single,
    multiValueQueryStringParameters: query?.multi,
    requestContext: connectContext(handshake, connection, caller),
    stageVariables: handshake.stage.variables ?? undefined,
  };
}

/** Returns `requestContext` of a handshake. It is also the `$context` of the handshake's templates. */
export function connectContext(
  handshake: RoutedFacts,
  connection: ConnectionStart | undefined,
  caller: CallerFacts,
): Record<string, unknown> {
  const { api, stage, sourceIp, receivedAtEpochMs, extendedRequestId: requestId } = handshake;
  const userAgent = handshake.headers.last('user-agent') ?? null;
  return connectionContext(
    { api, stage, routeKey: '$connect', requestId, receivedAtEpochMs },
    { ...connection, sourceIp, userAgent, caller },
    { eventType: 'CONNECT' },
  );
}

/** Builds the event of a message. It has no headers and no query, and the body is the unchanged text of the frame. */
export function buildMessageEvent(
  facts: ConnectionEventFacts,
  message: { readonly messageId: string; readonly body: string },
): string {
  return JSON.stringify({
    requestContext: messageContext(facts, message.messageId),
    stageVariables: facts.stage.variables ?? undefined,
    body: message.body,
    isBase64Encoded: false,
  });
}

/**
 * Builds the event of a disconnect. `closure` is the RFC 6455 code and reason, including the codes 1005 and 1006. The
 * headers look unusual, but AWS sends the same headers.
 */
export function buildDisconnectEvent(
  facts: ConnectionEventFacts,
  closure: { readonly code: number; readonly reason: string },
): string {
  const { host } = facts.connection;
  return JSON.stringify({
    headers: { Host: host, 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' },
    multiValueHeaders: { Host: [host], 'x-api-key': [''], 'X-Forwarded-For': [''], 'x-restapi': [''] },
    requestContext: disconnectContext(facts, closure),
    stageVariables: facts.stage.variables ?? undefined,
    isBase64Encoded: false,
  });
}

/** Returns `requestContext` of a message. It is also the `$context` of the message's templates. */
export function messageContext(facts: ConnectionEventFacts, messageId: string): Record<string, unknown> {
  return connectionContext(facts, facts.connection, { messageId, eventType: 'MESSAGE' });
}

/** Returns `requestContext` of a disconnect. It is also the `$context` of the disconnect's templates. */
export function disconnectContext(
  facts: ConnectionEventFacts,
  closure: { readonly code: number; readonly reason: string },
): Record<string, unknown> {
  return connectionContext(facts, facts.connection, {
    eventType: 'DISCONNECT',
    disconnectStatusCode: closure.code,
    disconnectReason: closure.reason,
  });
}

type Particulars = {
  readonly eventType: 'CONNECT' | 'MESSAGE' | 'DISCONNECT';
  readonly messageId?: string;
  readonly disconnectStatusCode?: number;
  readonly disconnectReason?: string;
};

function connectionContext(
  facts: Omit<ConnectionEventFacts, 'connection'>,
  connection: Partial<ConnectionStart> &
    Pick<ConnectionFacts, 'sourceIp' | 'userAgent' | 'caller' | 'domainName'>,
  particulars: Particulars,
): Record<string, unknown> {
  const print = particulars.eventType === 'CONNECT' ? printRestAuthorizer : printLaterAuthorizer;
  return {
    routeKey: facts.routeKey,
    authorizer: print(connection.caller),
    ...particulars,
    extendedRequestId: facts.requestId,
    requestTime: formatRequestTime(facts.receivedAtEpochMs),
    messageDirection: 'IN',
    stage: facts.stage.name,
    connectedAt: connection.connectedAtEpochMs,
    requestTimeEpoch: facts.receivedAtEpochMs,
    identity: printConnectionIdentity(connection),
    requestId: facts.requestId,
    domainName: connection.domainName ?? facts.api.domainName,
    connectionId: connection.connectionId,
    apiId: facts.api.apiId,
  };
}

/**
 * Returns the identity: the client's address and user agent. With IAM authorization it also contains the signer, as in
 * REST events.
 */
function printConnectionIdentity({
  userAgent,
  sourceIp,
  caller,
}: Pick<ConnectionFacts, 'sourceIp' | 'userAgent' | 'caller'>): Record<string, string | undefined> {
  const where = { userAgent: userAgent ?? undefined, sourceIp };
  if (caller.kind !== 'iam') return where;
  const { accessKey, accountId, callerId, userArn, userId } = caller;
  return { ...where, accessKey, accountId, caller: callerId, userArn, user: userId };
}
