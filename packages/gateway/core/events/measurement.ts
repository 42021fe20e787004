/** The metrics of one request or one invocation, with AWS's names and dimensions (docs/aws §10.3). */
import type { InvocationResult, Measured, Measurement } from '../ports.ts';
import type { LogFacts } from './log-variables.ts';

type MetricFacts = {
  readonly protocol: 'rest' | 'http' | 'websocket';
  readonly apiName: string;
  /** Whether metrics are counted by method or route, in addition to the metrics by stage. */
  readonly isDetailed: boolean;
  readonly cache: 'hit' | 'miss' | undefined;
};

/**
 * Returns the measurements of a request for the stage. If the canary responded, they also count for the canary. Metrics
 * that AWS does not count for the request are absent.
 */
export function measureRequest(
  facts: LogFacts,
  { protocol, apiName, isDetailed, cache }: MetricFacts,
): readonly Measurement[] {
  const { request } = facts;
  const stages = stageNames(request.stage?.name ?? '', request.stage?.isCanary === true);
  const metrics = METRICS[protocol](facts, cache);
  const api = protocol === 'rest' ? { ApiName: apiName } : { ApiId: request.api.apiId };
  const route = isDetailed ? routeDimensions(protocol, facts) : {};
  const dimensions = [Object.keys(api), [...Object.keys(api), 'Stage']];
  if (isDetailed) dimensions.push([...Object.keys(api), ...Object.keys(route), 'Stage']);
  return stages.map((Stage) => ({
    namespace: 'AWS/ApiGateway',
    epochMs: request.receivedAtEpochMs,
    // In the metrics of the whole API, a request to a canary counts only once.
    sets: Stage.includes('/') ? dimensions.slice(1) : dimensions,
    dimensions: { ...api, ...route, Stage },
    metrics,
  }));
}

type InvocationFacts = {
  readonly functionName: string;
  /** The version or alias that was called. */
  readonly qualifier: string | undefined;
  readonly startedAtEpochMs: number;
  /** The time from the call to its result, including the start of an instance. */
  readonly tookMs: number;
  /** The number of events that the function was processing when this event started, including this event. */
  readonly concurrent: number;
  readonly end: {
    /**
     * The result of the call. `streams` means that the function has begun to stream; the end of the stream is not
     * awaited.
     */
    readonly kind: InvocationResult['kind'] | 'streams';
    readonly reason?: string;
    readonly initMs?: number;
  };
};

/**
 * Returns undefined for calls that Lambda does not count: events for an unknown function, or events that are too large.
 * @see Lambda developer guide, "Types of metrics for Lambda functions"
 */
export function measureInvocation(facts: InvocationFacts): Measurement | undefined {
  const { functionName, qualifier, startedAtEpochMs, tookMs, concurrent, end } = facts;
  const isThrottled = end.reason === 'throttled';
  if (end.kind === 'refused' && !isThrottled) return undefined;
  const durationMs = Math.max(0, tookMs - (end.initMs ?? 0));
  const metrics: readonly Measured[] = isThrottled
    ? [['Throttles', 'Count', 1]]
    : [
        ['Invocations', 'Count', 1],
        ['Errors', 'Count', end.kind === 'failed' ? 1 : 0],
        ['Throttles', 'Count', 0],
        ['ConcurrentExecutions', 'Count', concurrent],
        // The duration is unknown after a timeout, because the caller does not know when the function ends.
        ...(end.kind === 'timed-out' ? [] : [['Duration', 'Milliseconds', durationMs] as const]),
      ];
  const Resource =
    qualifier === undefined || qualifier === '' ? functionName : `${functionName}:${qualifier}`;
  return {
    namespace: 'AWS/Lambda',
    epochMs: startedAtEpochMs,
    sets: [[], ['FunctionName'], ['FunctionName', 'Resource']],
    dimensions: { FunctionName: functionName, Resource },
    metrics,
  };
}

/** Returns one line in CloudWatch's embedded metric format. */
export function printMeasurement({ namespace, epochMs, sets, dimensions, metrics }: Measurement): string {
  const Metrics = metrics.map(([Name, Unit]) => ({ Name, Unit }));
  return JSON.stringify({
    _aws: {
      Timestamp: epochMs,
      CloudWatchMetrics: [{ Namespace: namespace, Dimensions: sets, Metrics }],
    },
    ...dimensions,
    ...Object.fromEntries(metrics.map(([name, , value]) => [name, value])),
  });
}

/**
 * Returns the names under which a request is counted. A canary's request is counted for the stage and for the canary.
 */
function stageNames(stage: string, isCanary: boolean): readonly string[] {
  return isCanary ? [stage, `${stage}/Canary`] : [stage];
}

function routeDimensions(protocol: MetricFacts['protocol'], { request }: LogFacts): Record<string, string> {
  const { routeKey = '-', resourcePath = '-' } = request.route ?? {};
  return protocol === 'rest' ? { Method: request.method, Resource: resourcePath } : { Route: routeKey };
}

const METRICS: Readonly<
  Record<MetricFacts['protocol'], (facts: LogFacts, cache: MetricFacts['cache']) => readonly Measured[]>
> = {
  rest: (facts, cache) => [
    ['Count', 'Count', 1],
    ['4XXError', 'Count', isClass(facts, 4)],
    ['5XXError', 'Count', isClass(facts, 5)],
    ['Latency', 'Milliseconds', facts.latencyMs],
    ...integrationLatency(facts),
    ...(cache === undefined
      ? []
      : [[cache === 'hit' ? 'CacheHitCount' : 'CacheMissCount', 'Count', 1] as const]),
  ],
  http: (facts) => [
    ['Count', 'Count', 1],
    ['4xx', 'Count', isClass(facts, 4)],
    ['5xx', 'Count', isClass(facts, 5)],
    ['Latency', 'Milliseconds', facts.latencyMs],
    ...integrationLatency(facts),
    ['DataProcessed', 'Bytes', facts.responseBytes + (facts.request.body?.length ?? 0)],
  ],
  websocket: (facts) => [
    // AWS counts events for routes as messages. A disconnect counts neither as a connection nor as a message.
    ...(facts.connection?.eventType === 'CONNECT' ? [['ConnectCount', 'Count', 1] as const] : []),
    ...(facts.connection?.eventType === 'MESSAGE' ? [['MessageCount', 'Count', 1] as const] : []),
    ['ClientError', 'Count', isClass(facts, 4)],
    ['ExecutionError', 'Count', facts.integration?.error === undefined ? isClass(facts, 5) : 0],
    ['IntegrationError', 'Count', facts.integration?.error === undefined ? 0 : 1],
    ...integrationLatency(facts),
  ],
};

function isClass({ status }: LogFacts, hundreds: number): number {
  return Math.floor(status / 100) === hundreds ? 1 : 0;
}

function integrationLatency({ integration }: LogFacts): readonly Measured[] {
  const latencyMs = integration?.latencyMs;
  return latencyMs === undefined ? [] : [['IntegrationLatency', 'Milliseconds', latencyMs]];
}
