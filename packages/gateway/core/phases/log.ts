/**
 * Logs every request, whatever its outcome. Writes the request line and the stage's logs (access log, execution log,
 * metrics, trace).
 * reads: everything · adds: nothing · may answer: no · fails with: nothing
 * @see docs/aws §10.3
 */
import { lambdaUri, levelLines } from '../events/execution-log.ts';
import { readIdentity } from '../events/identity-sources.ts';
import { measureRequest } from '../events/measurement.ts';
import { isSampled, hasSamplingDecision, traceSegment } from '../events/trace-segment.ts';
import { describeCall } from '../mapping/logged-call.ts';
import { collectOverrides } from '../mapping/overrides.ts';
import { TemplateError } from '@gatewright/velocity/java/template-error';
import type { Overrides } from '../mapping/overrides.ts';
import type { LoggedAuthorizer, ExecutionFacts } from '../events/execution-log.ts';
import type { LogFacts, LoggedConnection } from '../events/log-variables.ts';
import type { MeasuredFacts } from '../events/measurement.ts';
import type { Matched, Received, Reply, StreamedBody } from '../exchange.ts';
import type { InvocationResult, Ports } from '../ports.ts';
import type { Recording, Trail } from '../trail.ts';

/**
 * Starts storing the notes that the stage's logs and metrics need. If the stage writes more than the request line, this
 * must be called after `match` and before all later phases.
 */
export function observe(matched: Matched, trail: Trail, at: Ports): void {
  // If the stage has logs, all notes are stored, because its execution log shows the authorizer's event.
  if (matched.stage.logs === undefined || matched.notes !== undefined) trail.keepNotes();
  else trail.keepAll(matched);
  // If the client has made a sampling decision, that decision applies. AWS samples the remaining requests, but the
  // gateway traces all of them.
  if (
    matched.stage.logs?.isTraced === true &&
    at.traces !== undefined &&
    !hasSamplingDecision(matched.headers)
  )
    matched.sample();
}

/**
 * Writes the request line, such as `GET /dev/users 200 3.2 ms integrate`, with the reason for a failure, and the logs
 * of the stage. `connection` is set if the request was a WebSocket handshake.
 */
export function log(
  received: Received,
  reply: Reply,
  trail: Trail,
  at: Ports & Recording,
  connection?: LoggedConnection,
): void {
  const latencyMs = trail.elapsedMs();
  at.records?.take({ received, reply, trail, latencyMs, connectionId: connection?.connectionId });
  const label = at.labelOf?.(received.api.apiId) ?? '';
  const line = `${label}${received.method} ${received.rawPath} ${reply.status} ${latencyMs.toFixed(1)} ms ${trail.answeredBy}`;
  const why = describeEnd(trail);
  const isSuccess = trail.failure === undefined && reply.status < 400;
  at.log.write(`${line}${why}${at.linkOf?.(received.requestId) ?? ''}`, isSuccess);
  const { stage, api } = received;
  if (stage === undefined || (stage.logs ?? at.metrics) === undefined) return;
  const { logs } = stage;
  const measured = measure(received, reply, trail, latencyMs, connection);
  const options = logs?.optionsOf(received.route?.routeKey);
  if (at.metrics !== undefined)
    for (const measurement of measureRequest(measured, {
      protocol: api.protocol,
      apiName: api.name,
      cache: trail.notes?.cache,
      isDetailed: options?.hasDetailedMetrics === true,
    }))
      at.metrics.write(measurement);
  if (logs === undefined) return;
  const facts = describe(measured, received, trail);
  if (logs.access !== undefined) write(logs.access.groups, [logs.access.format.print(facts)], at);
  if (options !== undefined && options.loggingLevel !== 'OFF')
    write(
      logs.executionGroups,
      levelLines(describeExecution(received, reply, trail, connection), options),
      at,
    );
  if (logs.isTraced && isSampled(received.traceHeader))
    at.traces?.send(traceSegment(facts, `${api.name}/${stage.name}`));
}

function describeEnd({ failure, injected }: Trail): string {
  if (failure === undefined && injected === undefined) return '';
  return ` (${oneLine([...(failure === undefined ? [] : [failure]), ...(injected?.notes ?? [])].join('; '))})`;
}

/**
 * Puts the text on one line and escapes control characters. A function's message may contain a stack, and a caller's
 * name may contain terminal escape sequences.
 */
function oneLine(text: string): string {
  return text
    .replaceAll(/\s*[\r\n]+\s*/g, ' ')
    .replaceAll(/\p{Cc}/gu, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

export function logStreamed(
  received: Received,
  reply: Reply,
  stream: StreamedBody,
  trail: Trail,
  at: Ports & Recording,
): void {
  if (at.records !== undefined) trail.keepBeginning(stream);
  stream.onOver = (end) => {
    trail.noteStreamEnd(end, stream);
    log(received, reply, trail, at);
  };
}

function write(groups: readonly string[], lines: readonly string[], at: Ports): void {
  for (const group of groups) for (const line of lines) at.logGroups.write(group, line);
}

function measure(
  received: Received,
  reply: Reply,
  trail: Trail,
  latencyMs: number,
  connection: LoggedConnection | undefined,
): MeasuredFacts {
  const status = shownStatus(reply);
  return {
    request: received,
    status,
    latencyMs,
    connection,
    responseBytes: trail.notes?.streamed?.sentBytes ?? Buffer.byteLength(reply.body),
    integration: isMock(received) ? undefined : trail.measureIntegration(),
  };
}

function isMock({ route }: Received): boolean {
  return route?.integration.kind === 'mock';
}

function describe(measured: MeasuredFacts, received: Received, trail: Trail): LogFacts {
  const { status } = measured;
  const kind = received.route?.authorization.kind;
  const authenticated = trail.describeCheck('authenticate', status);
  const isAsked = kind === 'lambda' || kind === 'token';
  const wordings = received.stage?.deployment.errors ?? received.api.errors;
  return {
    ...measured,
    // AWS's log variables call this step `authorizer` if the route has an authorizer, and `authenticate` if AWS checks
    // a signature itself.
    authenticate: kind === 'iam' ? authenticated : undefined,
    authorizer: isAsked ? authenticated : undefined,
    authorize: kind === 'none' ? undefined : trail.describeCheck('authorize', status),
    integration: isMock(received) ? undefined : trail.describeIntegration(status),
    failure: trail.error && wordings.describe(trail.error.code, trail.error.detail),
    overrides: () => readOverrides(received),
  };
}

/**
 * Returns the overrides of the templates. An error of a template is ignored here, because it has already made the
 * request fail.
 */
function readOverrides({ outgoing }: Received): Overrides | undefined {
  if (outgoing === undefined || !('input' in outgoing) || !outgoing.input.hasContext) return undefined;
  try {
    return collectOverrides(outgoing.input.context);
  } catch (error) {
    if (error instanceof TemplateError) return undefined;
    throw error;
  }
}

function describeExecution(
  received: Received,
  reply: Reply,
  trail: Trail,
  connection: LoggedConnection | undefined,
): ExecutionFacts {
  const { path, pathParameters } = received;
  const { latencyMs = 0, requestId } = trail.describeIntegration(undefined) ?? {};
  const secrets = credentialsOf(received);
  return {
    request: received,
    event: { kind: connection === undefined ? 'request' : 'CONNECT', path, pathParameters },
    secrets,
    authorizer: describeAuthorizer(received, trail, secrets[0]),
    endpointRequestId: requestId,
    call: describeCall(received, trail.notes?.outcome, latencyMs),
    reply: { ...reply, status: shownStatus(reply) },
    failure: trail.failure,
  };
}

/**
 * Returns the facts about the authorizer's call. Returns undefined if the route has no Lambda authorizer, or if the
 * request was refused before the authorizer was called.
 */
function describeAuthorizer(
  received: Received,
  { phase, failure, error }: Trail,
  identity: string | undefined,
): LoggedAuthorizer | undefined {
  const { notes, route, stage, api, requestId } = received;
  if (stage === undefined || route?.authorization.kind !== 'lambda') return undefined;
  const isRefused = phase === 'authenticate' && failure !== undefined;
  if (!isRefused && notes?.caller === undefined) return undefined;
  const { authorizer } = route.authorization;
  const name = authorizer.functionName.render(stage.variables);
  const uri = lambdaUri(api, name, authorizer.qualifier?.render(stage.variables));
  const { event, result } = notes?.authorizerCall ?? {};
  const caller = notes?.caller;
  return {
    authorizerId: authorizer.authorizerId,
    identity,
    call: event === undefined ? undefined : { uri, event, result: result && payloadOf(result) },
    failure: !isRefused
      ? undefined
      : error?.code === 'UNAUTHORIZED'
        ? `Unauthorized request: ${requestId}`
        : failure,
    principalId: caller?.kind === 'lambda' ? caller.principalId : undefined,
  };
}

function payloadOf(result: InvocationResult): string | undefined {
  return 'payload' in result ? result.payload : undefined;
}

/** AWS logs a successful handshake as 200. */
function shownStatus({ status }: Reply): number {
  return status === 101 ? 200 : status;
}

/** Returns the values of the authorizer's identity sources that are headers or query parameters. */
function credentialsOf(received: Received): readonly string[] {
  if (!isMatched(received)) return [];
  const { authorization } = received.route;
  const sources =
    authorization.kind === 'lambda'
      ? authorization.authorizer.identitySources
      : authorization.kind === 'token'
        ? [authorization.authorizer.identitySource]
        : [];
  return sources.flatMap((source) =>
    source.kind === 'header' || source.kind === 'querystring'
      ? (readIdentity([source], received, 'last') ?? [])
      : [],
  );
}

function isMatched(received: Received): received is Matched {
  return received.stage !== undefined && received.route !== undefined;
}
