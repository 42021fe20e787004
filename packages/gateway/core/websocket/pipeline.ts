/**
 * The request path of WebSocket APIs, from top to bottom: handshake, message, disconnect. A handshake is an HTTP
 * request and runs the same phases as every other request. A message contains no credentials and has no reply by
 * default.
 * @see docs/aws §3.4, §4.7, §11.1–11.4
 */
import { describeFault, GatewayError, gatewayError } from '../errors.ts';
import { wordFrame } from '../deployment/wordings/refusal-wordings.ts';
import { continueTrace } from '../events/trace-header.ts';
import {
  buildConnectEvent,
  buildDisconnectEvent,
  buildMessageEvent,
  connectContext,
  disconnectContext,
  messageContext,
} from '../events/websocket-event.ts';
import { authenticate } from '../phases/authenticate.ts';
import { fail } from '../phases/fail.ts';
import { finish } from '../phases/finish.ts';
import { log } from '../phases/log.ts';
import { admitByStage } from '../phases/meter.ts';
import { screen } from '../phases/screen.ts';
import { validateMessage } from '../phases/validate.ts';
import { admit, recognize } from '../pipeline.ts';
import { Trail } from '../trail.ts';
import type { Recording } from '../trail.ts';
import { requestFrame, requestStatus, isRunnable, prepareCall, prepareEvent } from './run-integration.ts';
import { callRoute, toFrame, toHandshakeReply } from './call-route.ts';
import { checkHandshake } from './handshake.ts';
import { logEvent } from './log-event.ts';
import { GOING_AWAY } from './limits.ts';
import { matchConnect, selectRoute } from './route-selection.ts';
import type { RoutePlan } from '../deployment/model.ts';
import type { ConnectionStart } from '../events/websocket-event.ts';
import type { CallerFacts } from '../events/request-facts.ts';
import type { Admitted, Caller, Received, Reply, ServedApi, ServedStage } from '../exchange.ts';
import type { Outgoing } from '../mapping/outgoing.ts';
import type { Ports } from '../ports.ts';
import type { Connection, ConnectionDetail, Connections } from './connections.ts';
import type { Closure } from './limits.ts';
import type { ServedEvent } from './run-integration.ts';

export type WebSocketPorts = Ports &
  Recording & {
    readonly connections: Connections;
    /** Returns the API as it is served now, because a reload replaces the API while its connections stay open. */
    readonly findApi: (apiId: string) => ServedApi | undefined;
  };

type ConnectOutcome =
  | { readonly kind: 'accepted'; readonly detail: ConnectionDetail; readonly headers: readonly string[] }
  | { readonly kind: 'refused'; readonly reply: Reply };

/**
 * Decides whether a handshake succeeds. It never rejects, because a failure also results in a refusal. Every handshake
 * is logged.
 */
export async function connect(handshake: Received, at: WebSocketPorts): Promise<ConnectOutcome> {
  const trail = new Trail(at.clock);
  if (at.records !== undefined) trail.keepAll(handshake);
  const start = { connectionId: at.random.extendedId(), connectedAtEpochMs: at.clock.nowEpochMs() };
  let detail: ConnectionDetail | undefined;
  let reply: Reply;
  try {
    screen(handshake);
    checkHandshake(handshake);
    admitOneMore(at.connections);
    trail.enter('match');
    const matched = matchConnect(handshake);
    const caller = recognize(matched, trail, at) ?? (await authenticate(matched, at, start));
    const admitted = admit(matched, caller, trail, at);
    detail = describeConnection(admitted, start);
    reply = await askConnectRoute(admitted, detail, trail, at);
  } catch (error) {
    reply = fail(error, handshake, trail);
  }
  finish(handshake, reply, trail);
  log(handshake, reply, trail, at, { ...start, eventType: 'CONNECT' });
  return reply.status === 101 && detail !== undefined
    ? { kind: 'accepted', detail, headers: reply.headers }
    : { kind: 'refused', reply };
}

function admitOneMore(connections: Connections): void {
  if (connections.isFull)
    throw gatewayError('THROTTLED', { source: 'gateway', reason: 'too many open connections' });
}

function describeConnection(admitted: Admitted, start: ConnectionStart): ConnectionDetail {
  return {
    ...start,
    apiId: admitted.api.apiId,
    stageName: admitted.stage.name,
    host: admitted.headers.last('host') ?? admitted.api.domainName,
    ...(admitted.api.basePathMatched === undefined ? {} : { domainName: admitted.api.domainName }),
    sourceIp: admitted.sourceIp,
    userAgent: admitted.headers.last('user-agent') ?? null,
    caller: factsOf(admitted.caller),
  };
}

/**
 * Returns the facts about the caller without the caller's policies. The policies are not needed again, and would stay
 * in memory as long as the connection.
 */
function factsOf(caller: Caller): CallerFacts {
  switch (caller.kind) {
    case 'lambda': {
      const { kind, principalId, context, integrationLatencyMs } = caller;
      return { kind, principalId, context, integrationLatencyMs };
    }
    case 'iam': {
      const { kind, accessKey, accountId, callerId, userArn, userId, organizationId } = caller;
      return { kind, accessKey, accountId, callerId, userArn, userId, organizationId };
    }
    case 'anonymous':
    case 'jwt':
      return caller;
  }
}

/**
 * Calls the integration of `$connect`. The upgrade waits for the result. A `$connect` route without an integration
 * admits every client that has passed the earlier phases.
 */
async function askConnectRoute(
  admitted: Admitted,
  detail: ConnectionDetail,
  trail: Trail,
  at: WebSocketPorts,
): Promise<Reply> {
  const { integration } = admitted.route;
  if (integration.kind === 'none') return { status: 101, headers: [], body: '' };
  trail.enter('map-request');
  const { route, stage, traceHeader } = admitted;
  if (isRunnable(integration)) {
    const contextOf = () => connectContext(admitted, detail, detail.caller);
    const prepared = prepareCall({ integration, route, stage, facts: admitted, contextOf });
    admitted.mapped(prepared.call, '');
    trail.enter('integrate');
    return { status: await requestStatus(prepared, trail, at), headers: [], body: '' };
  }
  const payload = buildConnectEvent(admitted, detail);
  if (integration.kind === 'lambda-proxy') admitted.mapped(integration, payload);
  trail.enter('integrate');
  return toHandshakeReply(await callRoute({ route, stage, payload, traceHeader }, trail, at));
}

/**
 * Returns the text frame for the sender, if there is one. Never rejects. If an error occurs, the frame says so, and the
 * connection stays open. The connection is closed only if its stage no longer exists.
 */
export async function message(
  connection: Connection,
  body: string,
  at: WebSocketPorts,
): Promise<string | undefined> {
  const trail = new Trail(at.clock);
  trail.enter('match');
  at.connections.touch(connection);
  const found = findStage(connection, at);
  if (found === undefined) {
    at.connections.end(connection, GOING_AWAY);
    return undefined;
  }
  if ((found.stage.logs ?? at.metrics ?? at.records) !== undefined) trail.keepNotes();
  const route = selectRoute(found.stage.deployment.messageRouting, body);
  const requestId = at.random.extendedId();
  const { connectionId } = connection;
  const event = { kind: 'MESSAGE', connection, requestId, found, route, body } as const;
  const messageId = at.random.extendedId();
  if (route === undefined) {
    const { status, text: reply } = wordFrame('MISSING_AUTHENTICATION_TOKEN', { connectionId, requestId });
    trail.failure = 'no route for this message and no $default route';
    const nothing = { payload: undefined, outgoing: undefined };
    logEvent({ ...event, ...nothing, messageId, reply, status }, trail, at);
    return reply;
  }
  let reply: string | undefined;
  let payload: string | undefined;
  let outgoing: Outgoing | undefined;
  let status = 200;
  try {
    trail.enter('meter');
    admitByStage(found.stage, route.routeKey, at.clock.nowEpochMs());
    trail.enter('validate');
    validateMessage(route, body);
    trail.enter('map-request');
    const facts = eventFacts(found, connection, route, requestId, at);
    if (isRunnable(route.integration)) {
      const parts = { body, traceHeader: newTrace(at), contextOf: () => messageContext(facts, messageId) };
      const prepared = prepareEvent(facts, route, route.integration, parts);
      ({ payload, call: outgoing } = prepared);
      trail.enter('integrate');
      reply = await requestFrame(prepared, route.repliesToClient, trail, at);
    } else {
      payload = buildMessageEvent(facts, { messageId, body });
      outgoing = proxyOf(route);
      trail.enter('integrate');
      // Without a route response, the function's response is not sent to the client. A malformed response is an error
      // nevertheless.
      const call = { route, stage: found.stage, payload, traceHeader: newTrace(at) };
      const answer = toFrame(await callRoute(call, trail, at));
      reply = route.repliesToClient ? answer : undefined;
    }
  } catch (error) {
    noteFailure(error, trail);
    const code = error instanceof GatewayError ? error.code : 'DEFAULT_5XX';
    ({ status, text: reply } = wordFrame(code, { connectionId, requestId }));
  }
  logEvent({ ...event, messageId, reply, status, payload, outgoing }, trail, at);
  return reply;
}

/**
 * Calls the integration of `$disconnect`, if there is one. As on AWS, this call is best effort, so the response and
 * failures of the integration are only logged.
 */
export async function disconnect(
  connection: ConnectionDetail,
  closure: Closure,
  at: WebSocketPorts,
): Promise<void> {
  const trail = new Trail(at.clock);
  trail.enter('match');
  const found = findStage(connection, at);
  if ((found?.stage.logs ?? at.metrics ?? at.records) !== undefined) trail.keepNotes();
  const route = found?.stage.deployment.messageRouting?.routes.get('$disconnect');
  const requestId = at.random.extendedId();
  let payload: string | undefined;
  let outgoing: Outgoing | undefined;
  if (found !== undefined && route !== undefined && route.integration.kind !== 'none') {
    try {
      trail.enter('map-request');
      const facts = eventFacts(found, connection, route, requestId, at);
      if (isRunnable(route.integration)) {
        const contextOf = () => disconnectContext(facts, closure);
        const parts = { body: undefined, traceHeader: newTrace(at), contextOf };
        const prepared = prepareEvent(facts, route, route.integration, parts);
        ({ payload, call: outgoing } = prepared);
        trail.enter('integrate');
        await requestFrame(prepared, false, trail, at);
      } else {
        payload = buildDisconnectEvent(facts, closure);
        outgoing = proxyOf(route);
        trail.enter('integrate');
        await callRoute({ route, stage: found.stage, payload, traceHeader: newTrace(at) }, trail, at);
      }
    } catch (error) {
      noteFailure(error, trail);
    }
  }
  const status = trail.failure === undefined ? 200 : 500;
  const event = { kind: 'DISCONNECT', connection, requestId, found, route, closure } as const;
  logEvent({ ...event, status, payload, outgoing }, trail, at);
}

/** Returns the integration if it is a Lambda proxy; otherwise undefined. */
function proxyOf({ integration }: RoutePlan): Outgoing | undefined {
  return integration.kind === 'lambda-proxy' ? integration : undefined;
}

type Found = { readonly api: ServedApi; readonly stage: ServedStage };

function findStage(connection: ConnectionDetail, at: WebSocketPorts): Found | undefined {
  const api = at.findApi(connection.apiId);
  const stage = api?.stages.get(connection.stageName);
  return api === undefined || stage === undefined ? undefined : { api, stage };
}

function eventFacts(
  { api, stage }: Found,
  connection: ConnectionDetail,
  { routeKey }: RoutePlan,
  requestId: string,
  at: Ports,
): ServedEvent {
  return { connection, api, stage, routeKey, requestId, receivedAtEpochMs: at.clock.nowEpochMs() };
}

function newTrace(at: Ports): string {
  return continueTrace(undefined, at.clock.nowEpochMs(), at.random);
}

/** Records the failure for the operator. The client gets at most the fixed text of the error's code. */
function noteFailure(error: unknown, trail: Trail): void {
  trail.error = error instanceof GatewayError ? error : undefined;
  if (error instanceof GatewayError) trail.failure = error.message;
  else trail.failure = describeFault(error);
}
