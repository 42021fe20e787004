/**
 * Metrics of one request in CloudWatch's embedded metric format: one JSON line with AWS's names and
 * dimensions by kind of API (docs/aws §10.3).
 */
import type { LogFacts } from './log-variables.ts';

type Unit = 'Bytes' | 'Count' | 'Milliseconds';
type Metric = readonly [name: string, unit: Unit, value: number];

type MetricFacts = {
  readonly protocol: 'rest' | 'http' | 'websocket';
  readonly apiName: string;
  /** Adds metrics by method or route to those of the stage. */
  readonly isDetailed: boolean;
  readonly cache: 'hit' | 'miss' | undefined;
};

/** A JSON object on one line; metrics that AWS does not count for the request are absent. */
export function metricLine(facts: LogFacts, { protocol, apiName, isDetailed, cache }: MetricFacts): string {
  const { request } = facts;
  const stages = stageNames(request.stage?.name ?? '', request.stage?.isCanary === true);
  const metrics = METRICS[protocol](facts, cache);
  const api = protocol === 'rest' ? { ApiName: apiName } : { ApiId: request.api.apiId };
  const route = isDetailed ? routeDimensions(protocol, facts) : {};
  const dimensions = [Object.keys(api), [...Object.keys(api), 'Stage']];
  if (isDetailed) dimensions.push([...Object.keys(api), ...Object.keys(route), 'Stage']);
  return stages
    .map((Stage) =>
      JSON.stringify({
        _aws: {
          Timestamp: request.receivedAtEpochMs,
          CloudWatchMetrics: [
            {
              Namespace: 'AWS/ApiGateway',
              // For the API as a whole a canary's request counts once.
              Dimensions: Stage.includes('/') ? dimensions.slice(1) : dimensions,
              Metrics: metrics.map(([Name, Unit]) => ({ Name, Unit })),
            },
          ],
        },
        ...api,
        ...route,
        Stage,
        ...Object.fromEntries(metrics.map(([name, , value]) => [name, value])),
      }),
    )
    .join('\n');
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
  Record<MetricFacts['protocol'], (facts: LogFacts, cache: MetricFacts['cache']) => readonly Metric[]>
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

function integrationLatency({ integration }: LogFacts): readonly Metric[] {
  const latencyMs = integration?.latencyMs;
  return latencyMs === undefined ? [] : [['IntegrationLatency', 'Milliseconds', latencyMs]];
}
