/** The metrics of one request or one invocation, with AWS's names and dimensions (docs/aws §10.3). */
import type { InvocationResult, MeasuredSubject, Measurement } from '../ports.ts';
import type { LogFacts, LoggedIntegration } from './log-variables.ts';

/** The facts about a request that metrics need, without the details that only logs need. */
export type MeasuredFacts = Pick<
  LogFacts,
  'request' | 'status' | 'latencyMs' | 'responseBytes' | 'connection'
> & { readonly integration: Pick<LoggedIntegration, 'latencyMs' | 'error'> | undefined };

type MetricFacts = {
  readonly protocol: Protocol;
  readonly apiName: string;
  /** Whether metrics are counted by method or route, in addition to the metrics by stage. */
  readonly isDetailed: boolean;
  readonly cache: 'hit' | 'miss' | undefined;
};

type Protocol = 'rest' | 'http' | 'websocket';
type Stage = NonNullable<LogFacts['request']['stage']>;

/**
 * The maximum number of entries in a stage's map of metric subjects. A full map is emptied. With detailed metrics,
 * clients could otherwise fill the map with methods that they invent.
 */
const MOST_SUBJECTS = 1_000;
const subjectsOf = new WeakMap<Stage, Map<string, readonly MeasuredSubject[]>>();

/**
 * Returns the measurements of a request for the stage. If the canary responded, they also count for the canary. Metrics
 * that AWS does not count for the request have no value. This function runs for every request.
 */
export function measureRequest(facts: MeasuredFacts, metric: MetricFacts): readonly Measurement[] {
  const { stage, receivedAtEpochMs: epochMs } = facts.request;
  if (stage === undefined) return [];
  const values = VALUES[metric.protocol](facts, metric.cache);
  return subjectsIn(stage, facts.request, metric).map((subject) => ({ subject, epochMs, values }));
}

function subjectsIn(
  stage: Stage,
  request: LogFacts['request'],
  metric: MetricFacts,
): readonly MeasuredSubject[] {
  const { route, method } = request;
  // A change of the API's name does not create a new stage.
  const key = metric.isDetailed ? `${metric.apiName} ${method} ${route?.routeKey}` : metric.apiName;
  let subjects = subjectsOf.get(stage);
  if (subjects === undefined || subjects.size >= MOST_SUBJECTS) {
    subjects = new Map<string, readonly MeasuredSubject[]>();
    subjectsOf.set(stage, subjects);
  }
  let known = subjects.get(key);
  if (known === undefined) subjects.set(key, (known = describeSubjects(stage, request, metric)));
  return known;
}

function describeSubjects(
  { name, isCanary }: Stage,
  request: LogFacts['request'],
  { protocol, apiName, isDetailed }: MetricFacts,
): readonly MeasuredSubject[] {
  const api = protocol === 'rest' ? { ApiName: apiName } : { ApiId: request.api.apiId };
  const route = isDetailed ? routeDimensions(protocol, request) : {};
  const sets = [Object.keys(api), [...Object.keys(api), 'Stage']];
  if (isDetailed) sets.push([...Object.keys(api), ...Object.keys(route), 'Stage']);
  return stageNames(name, isCanary === true).map((Stage) => ({
    namespace: 'AWS/ApiGateway',
    // In the metrics of the whole API, a request to a canary counts only once.
    sets: Stage.includes('/') ? sets.slice(1) : sets,
    dimensions: { ...api, ...route, Stage },
    metrics: METRICS[protocol],
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

const functionSubjects = new Map<string, MeasuredSubject>();

/**
 * Returns undefined for calls that Lambda does not count: events for an unknown function, events that are too large,
 * and calls with a role that does not allow them.
 * @see Lambda developer guide, "Types of metrics for Lambda functions"
 */
export function measureInvocation(facts: InvocationFacts): Measurement | undefined {
  const { functionName, qualifier, startedAtEpochMs: epochMs, tookMs, concurrent, end } = facts;
  const isThrottled = end.reason === 'throttled';
  if (end.kind === 'refused' && !isThrottled) return undefined;
  const subject = functionSubject(functionName, qualifier);
  if (isThrottled) return { subject, epochMs, values: [undefined, undefined, 1, undefined, undefined] };
  // The duration is unknown after a timeout, because the caller does not know when the function ends.
  const durationMs = end.kind === 'timed-out' ? undefined : Math.max(0, tookMs - (end.initMs ?? 0));
  return { subject, epochMs, values: [1, end.kind === 'failed' ? 1 : 0, 0, concurrent, durationMs] };
}

function functionSubject(functionName: string, qualifier: string | undefined): MeasuredSubject {
  const Resource =
    qualifier === undefined || qualifier === '' ? functionName : `${functionName}:${qualifier}`;
  let subject = functionSubjects.get(Resource);
  if (subject === undefined) {
    subject = {
      namespace: 'AWS/Lambda',
      sets: [[], ['FunctionName'], ['FunctionName', 'Resource']],
      dimensions: { FunctionName: functionName, Resource },
      metrics: INVOCATION_METRICS,
    };
    if (functionSubjects.size >= MOST_SUBJECTS) functionSubjects.clear();
    functionSubjects.set(Resource, subject);
  }
  return subject;
}

/** Returns one line in CloudWatch's embedded metric format. */
export function printMeasurement({ subject, epochMs, values }: Measurement): string {
  const { namespace, sets, dimensions, metrics } = subject;
  const measured = metrics.flatMap(([Name, Unit], index) => {
    const value = values[index];
    return value === undefined ? [] : [{ Name, Unit, value }];
  });
  const Metrics = measured.map(({ Name, Unit }) => ({ Name, Unit }));
  return JSON.stringify({
    _aws: {
      Timestamp: epochMs,
      CloudWatchMetrics: [{ Namespace: namespace, Dimensions: sets, Metrics }],
    },
    ...dimensions,
    ...Object.fromEntries(measured.map(({ Name, value }) => [Name, value])),
  });
}

/**
 * Returns the names under which a request is counted. A canary's request is counted for the stage and for the canary.
 */
function stageNames(stage: string, isCanary: boolean): readonly string[] {
  return isCanary ? [stage, `${stage}/Canary`] : [stage];
}

function routeDimensions(protocol: Protocol, { route, method }: LogFacts['request']): Record<string, string> {
  const { routeKey = '-', resourcePath = '-' } = route ?? {};
  return protocol === 'rest' ? { Method: method, Resource: resourcePath } : { Route: routeKey };
}

const INVOCATION_METRICS: MeasuredSubject['metrics'] = [
  ['Invocations', 'Count'],
  ['Errors', 'Count'],
  ['Throttles', 'Count'],
  ['ConcurrentExecutions', 'Count'],
  ['Duration', 'Milliseconds'],
];

const METRICS: Readonly<Record<Protocol, MeasuredSubject['metrics']>> = {
  rest: [
    ['Count', 'Count'],
    ['4XXError', 'Count'],
    ['5XXError', 'Count'],
    ['Latency', 'Milliseconds'],
    ['IntegrationLatency', 'Milliseconds'],
    ['CacheHitCount', 'Count'],
    ['CacheMissCount', 'Count'],
  ],
  http: [
    ['Count', 'Count'],
    ['4xx', 'Count'],
    ['5xx', 'Count'],
    ['Latency', 'Milliseconds'],
    ['IntegrationLatency', 'Milliseconds'],
    ['DataProcessed', 'Bytes'],
  ],
  // AWS counts events for routes as messages. A disconnect counts neither as a connection nor as a message.
  websocket: [
    ['ConnectCount', 'Count'],
    ['MessageCount', 'Count'],
    ['ClientError', 'Count'],
    ['ExecutionError', 'Count'],
    ['IntegrationError', 'Count'],
    ['IntegrationLatency', 'Milliseconds'],
  ],
};

/** The values of METRICS, in the same order. */
const VALUES: Readonly<
  Record<Protocol, (facts: MeasuredFacts, cache: MetricFacts['cache']) => Measurement['values']>
> = {
  rest: (facts, cache) => [
    1,
    isClass(facts, 4),
    isClass(facts, 5),
    facts.latencyMs,
    facts.integration?.latencyMs,
    cache === 'hit' ? 1 : undefined,
    cache === 'miss' ? 1 : undefined,
  ],
  http: (facts) => [
    1,
    isClass(facts, 4),
    isClass(facts, 5),
    facts.latencyMs,
    facts.integration?.latencyMs,
    facts.responseBytes + (facts.request.body?.length ?? 0),
  ],
  websocket: (facts) => [
    facts.connection?.eventType === 'CONNECT' ? 1 : undefined,
    facts.connection?.eventType === 'MESSAGE' ? 1 : undefined,
    isClass(facts, 4),
    facts.integration?.error === undefined ? isClass(facts, 5) : 0,
    facts.integration?.error === undefined ? 0 : 1,
    facts.integration?.latencyMs,
  ],
};

function isClass({ status }: MeasuredFacts, hundreds: number): number {
  return Math.floor(status / 100) === hundreds ? 1 : 0;
}
