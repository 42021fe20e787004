/** Metrics of one request, or one invocation, with AWS's names and dimensions (docs/aws §10.3). */
import type { InvocationResult, Measured, Measurement } from '../ports.ts';
import type { LogFacts } from './log-variables.ts';

type MetricFacts = {
  readonly protocol: 'rest' | 'http' | 'websocket';
  readonly apiName: string;
  /** Adds metrics by method or route to those by stage. */
  readonly isDetailed: boolean;
  readonly cache: 'hit' | 'miss' | undefined;
};

/**
 * Counts for the stage, and for its canary if that responded; metrics that AWS does not count for the
 * request are absent.
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
    // For the API as a whole, a canary's request counts once.
    sets: Stage.includes('/') ? dimensions.slice(1) : dimensions,
    dimensions: { ...api, ...route, Stage },
    metrics,
  }));
}

type InvocationFacts = {
  readonly functionName: string;
  /** The called version or alias. */
  readonly qualifier: string | undefined;
  readonly startedAtEpochMs: number;
  /** From the call to its result, the start of an instance included. */
  readonly tookMs: number;
  /** Events of this function that were running when it started, itself included. */
  readonly concurrent: number;
  readonly end: {
    /** A streamed call has begun; its end is not awaited. */
    readonly kind: InvocationResult['kind'] | 'streams';
    readonly reason?: string;
    readonly initMs?: number;
  };
};

/**
 * Undefined for calls that Lambda does not count: events for an unknown function, or events that are too
 * large. @see Lambda developer guide, "Types of metrics for Lambda functions"
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
        // A caller that gave up does not know when the function ends.
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

/** One line in CloudWatch's embedded metric format. */
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

/** A canary's requests count for both the stage and the canary. */
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
    // AWS counts route events as messages; a disconnect is neither.
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
