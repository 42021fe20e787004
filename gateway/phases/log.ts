/**
 * What is written down of a request, on every exit: its line, and what its stage wants of it (access log,
 * execution log, metrics, trace).
 * reads: everything · adds: nothing · may answer: no · fails with: nothing
 * @see docs/aws §10.3
 */
import { executionLines, failureLines, lambdaUri } from '../events/execution-log.ts';
import { metricLine } from '../events/metric-line.ts';
import { isSampled, saysSampled, traceSegment } from '../events/trace-segment.ts';
import type { LoggedCall } from '../events/execution-log.ts';
import type { LogFacts, LoggedConnection } from '../events/log-variables.ts';
import type { Matched, Received, Reply, StageLogs, StreamedBody } from '../exchange.ts';
import type { StreamedAnswer } from '../mapping/outgoing.ts';
import type { HttpOutcome, InvocationResult, Ports } from '../ports.ts';
import type { Recording, Trail } from '../trail.ts';

/** Before anything else of a request that more than its line is written of. */
export function observe(matched: Matched, trail: Trail, at: Ports): void {
  trail.keepNotes();
  // The client's own decision stands; AWS takes a sample of the rest, here it is all of them.
  if (matched.stage.logs?.isTraced === true && at.traces !== undefined && !saysSampled(matched.rawHeaders))
    matched.sample();
}

/**
 * `GET /dev/users 200 3.2 ms integrate`, and why where the request failed. `connection` where the request was a
 * WebSocket handshake.
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
  const line = `${label}${received.method} ${received.rawPath} ${reply.status} ${latencyMs.toFixed(1)} ms ${trail.phase}`;
  const why = trail.failure === undefined ? '' : ` (${oneLine(trail.failure)})`;
  at.log.write(`${line}${why}${at.linkOf?.(received.requestId) ?? ''}`);
  const { stage, api } = received;
  if (stage === undefined || (stage.logs ?? at.metrics) === undefined) return;
  const { logs } = stage;
  const facts = describe(received, reply, trail, latencyMs, connection);
  const options = logs?.optionsOf(received.route?.routeKey);
  if (logs?.access !== undefined) write(logs.access.groups, [logs.access.format.print(facts)], at);
  if (logs !== undefined && options !== undefined && options.loggingLevel !== 'OFF')
    writeExecution(logs, received, reply, trail, at);
  at.metrics?.write(
    metricLine(facts, {
      ...{ protocol: api.protocol, apiName: api.name, cache: trail.notes?.cache },
      isDetailed: options?.hasDetailedMetrics === true,
    }),
  );
  if (logs?.isTraced === true && isSampled(received.traceHeader))
    at.traces?.send(traceSegment(facts, `${api.name}/${stage.name}`));
}

/** A function's message may hold a stack, and the name of a caller what moves a terminal's cursor. */
function oneLine(text: string): string {
  return text
    .replaceAll(/\s*[\r\n]+\s*/g, ' ')
    .replaceAll(/\p{Cc}/gu, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Of a streamed reply: everything, once its socket has finished or died. */
export function logStreamed(
  received: Received,
  reply: Reply,
  stream: StreamedBody,
  trail: Trail,
  at: Ports & Recording,
): void {
  stream.onOver = (end) => {
    trail.noteStreamEnd(end);
    log(received, reply, trail, at);
  };
}

function write(groups: readonly string[], lines: readonly string[], at: Ports): void {
  for (const group of groups) for (const line of lines) at.logGroups.write(group, line);
}

function describe(
  received: Received,
  reply: Reply,
  trail: Trail,
  latencyMs: number,
  connection: LoggedConnection | undefined,
): LogFacts {
  // AWS calls a handshake that came through a success.
  const status = reply.status === 101 ? 200 : reply.status;
  const kind = received.route?.authorization.kind;
  const authenticated = trail.describeCheck('authenticate', status);
  const isAsked = kind === 'lambda' || kind === 'token';
  const wordings = received.stage?.deployment.errors ?? received.api.errors;
  return {
    ...{ request: received, status, latencyMs, connection },
    responseBytes: trail.notes?.streamed?.sentBytes ?? Buffer.byteLength(reply.body),
    // AWS calls it an authorizer where there is one, and authentication where it checks a signature itself.
    authenticate: kind === 'iam' ? authenticated : undefined,
    authorizer: isAsked ? authenticated : undefined,
    authorize: kind === 'none' ? undefined : trail.describeCheck('authorize', status),
    integration: received.route?.integration.kind === 'mock' ? undefined : trail.describeIntegration(status),
    failure: trail.error && wordings.describe(trail.error.code, trail.error.detail),
  };
}

function writeExecution(logs: StageLogs, received: Received, reply: Reply, trail: Trail, at: Ports): void {
  const { loggingLevel, isDataTraced } = logs.optionsOf(received.route?.routeKey);
  const latencyMs = trail.describeIntegration(undefined)?.latencyMs ?? 0;
  const call = describeCall(received, trail.notes?.outcome, latencyMs);
  const facts = { request: received, call, reply, failure: trail.failure };
  const lines = loggingLevel === 'ERROR' ? failureLines(facts) : executionLines(facts, isDataTraced);
  write(logs.executionGroups, lines, at);
}

type Outcome = InvocationResult | HttpOutcome | StreamedAnswer;

/** Undefined where nothing went out. */
function describeCall(
  { outgoing, payload, stage, api }: Received,
  outcome: Outcome | undefined,
  latencyMs: number,
): LoggedCall | undefined {
  const received = outcome && describeOutcome(outcome);
  const nowhere = { headers: [], body: undefined };
  if (outgoing === undefined) return undefined;
  switch (outgoing.kind) {
    case 'mock':
      return undefined;
    case 'lambda-stream':
    case 'lambda-proxy': {
      const variables = stage?.variables ?? null;
      const name = outgoing.functionName.render(variables);
      const uri = lambdaUri(api, name, outgoing.qualifier?.render(variables));
      return { uri, sent: { ...nowhere, body: payload }, received, latencyMs };
    }
    case 'function':
      return {
        ...{ uri: lambdaUri(api, outgoing.functionName, outgoing.qualifier), received, latencyMs },
        sent: { ...nowhere, body: outgoing.event },
      };
    case 'http':
    case 'http-stream':
    case 'http-api': {
      const { origin, target } = outgoing.request;
      return { uri: `${origin}${target}`, sent: outgoing.request, received, latencyMs };
    }
    case 'service':
    case 'http-api-service': {
      const { hostName, service, region, path } = outgoing.request;
      const uri = `https://${hostName ?? service}.${region}.amazonaws.com${path}`;
      return { uri, sent: outgoing.request, received, latencyMs };
    }
  }
}

function describeOutcome(outcome: Outcome): LoggedCall['received'] {
  switch (outcome.kind) {
    case 'answered':
      return outcome;
    case 'streams':
      return typeof outcome.head === 'string'
        ? { status: 200, headers: [], body: outcome.head }
        : { ...outcome.head, body: undefined };
    case 'returned':
    case 'failed':
      return { status: 200, headers: [], body: outcome.payload };
    case 'refused':
    case 'timed-out':
    case 'unreachable':
      return undefined;
  }
}
