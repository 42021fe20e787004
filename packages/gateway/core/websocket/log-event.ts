/**
 * Logs an event of an open WebSocket connection. It writes the event's record and log line, and the logs and metrics of
 * the stage (docs/aws §10.3).
 */
import { levelLines } from '../events/execution-log.ts';
import { HeaderList } from '../events/header-list.ts';
import { measureRequest } from '../events/measurement.ts';
import { describeCall } from '../mapping/logged-call.ts';
import type { ExecutionFacts } from '../events/execution-log.ts';
import type { LogFacts } from '../events/log-variables.ts';
import type { Outgoing } from '../mapping/outgoing.ts';
import type { RoutePlan } from '../deployment/model.ts';
import type { ServedApi, ServedStage } from '../exchange.ts';
import type { Ports } from '../ports.ts';
import type { FinishedEvent, Recording, Trail } from '../trail.ts';
import type { ConnectionDetail } from './connections.ts';
import { BINARY_REFUSED, GOING_AWAY, TOO_BIG } from './limits.ts';
import type { Closure } from './limits.ts';

const NO_HEADERS = new HeaderList([]);

type ConnectionEvent = {
  readonly connection: ConnectionDetail;
  readonly requestId: string;
  /** The API and the stage; undefined if a reload removed the stage. */
  readonly found: { readonly api: ServedApi; readonly stage: ServedStage } | undefined;
  /** The route; undefined if no route matched. */
  readonly route: RoutePlan | undefined;
  readonly status: number;
  /** The input of the integration, such as a function's event; undefined if no call was prepared. */
  readonly payload: string | undefined;
  readonly outgoing: Outgoing | undefined;
} & (
  | {
      readonly kind: 'MESSAGE';
      readonly messageId: string;
      readonly body: string;
      readonly reply: string | undefined;
    }
  | { readonly kind: 'DISCONNECT'; readonly closure: Closure }
);

/**
 * Writes one line per event, such as `MESSAGE /dev sendMessage 200 3.2 ms integrate`. The line has the same form as the
 * request lines of HTTP.
 */
export function logEvent(event: ConnectionEvent, trail: Trail, at: Ports & Recording): void {
  if (at.records !== undefined) at.records.takeEvent(record(event, trail));
  const { kind, connection, route } = event;
  const shown = kind === 'MESSAGE' ? event.status : event.closure.code;
  const ms = trail.elapsedMs().toFixed(1);
  const label = at.labelOf?.(connection.apiId) ?? '';
  const line = `${label}${kind} /${connection.stageName} ${route?.routeKey ?? '-'} ${shown} ${ms} ms ${trail.answeredBy}`;
  const because = trail.failure ?? (kind === 'DISCONNECT' ? describeOwn(event.closure) : undefined);
  const why = because === undefined ? '' : ` (${because})`;
  const isSuccess = trail.failure === undefined && event.status < 400;
  at.log.write(`${line}${why}${at.linkOf?.(event.requestId) ?? ''}`, isSuccess);
  const { found } = event;
  if (found === undefined || (found.stage.logs ?? at.metrics) === undefined) return;
  const { logs } = found.stage;
  const facts = describe(event, found, trail, at);
  if (logs?.access !== undefined) {
    const logged = logs.access.format.print(facts);
    for (const group of logs.access.groups) at.logGroups.write(group, logged);
  }
  const options = logs?.optionsOf(route?.routeKey);
  if (logs !== undefined && options !== undefined && options.loggingLevel !== 'OFF') {
    const lines = levelLines(describeExecution(event, found, trail, facts), options);
    for (const group of logs.executionGroups) for (const one of lines) at.logGroups.write(group, one);
  }
  if (at.metrics !== undefined)
    for (const measurement of measureRequest(facts, {
      protocol: 'websocket',
      apiName: found.api.name,
      cache: undefined,
      isDetailed: options?.hasDetailedMetrics === true,
    }))
      at.metrics.write(measurement);
}

/** Names the reason for which the gateway itself closed a connection. A client's own text is not logged. */
function describeOwn({ code, reason }: Closure): string | undefined {
  const isOwn = [GOING_AWAY, TOO_BIG, BINARY_REFUSED].some(
    (own) => own.code === code && own.reason === reason,
  );
  return isOwn ? reason : undefined;
}

function describeExecution(
  event: ConnectionEvent,
  { api, stage }: NonNullable<ConnectionEvent['found']>,
  trail: Trail,
  { request, integration }: LogFacts,
): ExecutionFacts {
  const { outgoing, payload, status, connection } = event;
  const { connectionId } = connection;
  const isMessage = event.kind === 'MESSAGE';
  const call = { outgoing, payload, stage, api };
  return {
    request: { ...request, headers: NO_HEADERS, body: isMessage ? Buffer.from(event.body) : undefined },
    event: isMessage
      ? { kind: 'MESSAGE', connectionId }
      : { kind: 'DISCONNECT', connectionId, ...event.closure },
    secrets: [],
    call: describeCall(call, trail.notes?.outcome, integration?.latencyMs ?? 0),
    endpointRequestId: integration?.requestId,
    reply: { status, headers: [], body: isMessage ? event.reply : undefined },
    failure: trail.failure,
  };
}

function record(event: ConnectionEvent, trail: Trail): FinishedEvent {
  const { kind, connection, requestId, found, route, status, payload } = event;
  const { connectionId, caller, sourceIp, apiId, stageName } = connection;
  return {
    kind,
    requestId,
    connectionId,
    caller,
    sourceIp,
    apiId,
    stageName,
    found,
    route,
    status,
    payload,
    body: kind === 'MESSAGE' ? event.body : undefined,
    reply: kind === 'MESSAGE' ? event.reply : undefined,
    closure: kind === 'MESSAGE' ? undefined : event.closure,
    trail,
    latencyMs: trail.elapsedMs(),
  };
}

function describe(
  event: ConnectionEvent,
  { api, stage }: NonNullable<ConnectionEvent['found']>,
  trail: Trail,
  at: Ports,
): LogFacts {
  const { kind, connection, requestId, route, status } = event;
  const { connectionId, connectedAtEpochMs, sourceIp, userAgent, caller } = connection;
  const latencyMs = trail.elapsedMs();
  const isMessage = kind === 'MESSAGE';
  return {
    request: {
      method: '',
      rawPath: '',
      rawQuery: '',
      body: undefined,
      protocol: '',
      traceHeader: '',
      api,
      stage,
      route,
      caller,
      sourceIp,
      requestId,
      extendedRequestId: requestId,
      headers: userAgent === null ? NO_HEADERS : new HeaderList(['user-agent', userAgent]),
      receivedAtEpochMs: at.clock.nowEpochMs() - Math.round(latencyMs),
    },
    status,
    latencyMs,
    responseBytes: isMessage && event.reply !== undefined ? Buffer.byteLength(event.reply) : 0,
    authenticate: undefined,
    authorizer: undefined,
    authorize: undefined,
    integration: trail.describeIntegration(status),
    failure: trail.error && stage.deployment.errors.describe(trail.error.code, trail.error.detail),
    connection: {
      connectionId,
      connectedAtEpochMs,
      eventType: kind,
      messageId: isMessage ? event.messageId : undefined,
      disconnectStatusCode: isMessage ? undefined : event.closure.code,
      disconnectReason: isMessage ? undefined : event.closure.reason,
    },
  };
}
