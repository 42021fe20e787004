/** Logs and metrics around every function, as a middleware: one flush per invocation. */
import type { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Context } from 'aws-lambda';
import { readLogConfig } from '../config/log-config.ts';
import type { LogConfig } from '../config/log-config.ts';
import { DomainError, UnauthorizedAnswer } from '../errors.ts';
import type { Facts, MeasureName, Observer } from '../ports.ts';
import { failureReason } from '../reasons.ts';
import { describeFacts } from './describe-facts.ts';

/** `metrics` is for counts above one. */
export type FunctionObserver = Observer & { readonly metrics: Pick<Metrics, 'addMetric'> };

/** Metrics of an invocation's outcome; any other outcome is `Done`. */
const OUTCOMES: ReadonlySet<string> = new Set(['Allow', 'Deny', 'Unauthorized', 'Failed']);

/**
 * Powertools would print the cold start on a separate line, through another instance: 0.8 ms of every cold start.
 */
class FunctionMetrics extends Metrics {
  override captureColdStartMetric(): void {
    if (this.getColdStart()) this.addMetric('ColdStart', MetricUnit.Count, 1);
  }
}

type Ended = { readonly error?: unknown; readonly context: Context };

type Invocation = { outcome: string; reason?: string; facts: Facts };

/** Runs around each invocation, like a middy middleware. */
type Observation = {
  readonly observer: FunctionObserver;
  /** @throws DomainError CONFIG_INVALID */
  readonly before: () => void;
  readonly after: (ended: Ended) => void;
  readonly onError: (ended: Ended) => Promise<void>;
};

/**
 * One per function. An error of the handler is logged by its code and passes unchanged, message included: API
 * Gateway responds with 401 only for the message `Unauthorized`, so nothing here may set a response on error.
 */
export function createObservation(serviceName: string): Observation {
  // The namespace is POWERTOOLS_METRICS_NAMESPACE, one per stage, as in the stack's alarms.
  const metrics = new FunctionMetrics({ serviceName });
  // An instance processes one event at a time.
  let invocation: Invocation = { outcome: 'Done', facts: {} };
  let invocations = 0;
  const observer = createObserver(metrics, () => invocation);
  const logFailure = createFailureLog(serviceName);
  let config: LogConfig | undefined;
  const publish = ({ awsRequestId: requestId }: Context): void => {
    const { reason, ...facts } = describeInvocation(invocation, config);
    const { outcome } = invocation;
    const stage = config?.stage ?? 'unknown';
    // Fields, not dimensions: CloudWatch bills each name with each value of a dimension as a metric.
    const metadata = { stage, outcome, ...(reason !== undefined && { reason }), requestId, ...facts };
    for (const [name, text] of Object.entries(metadata)) metrics.addMetadata(name, text);
    metrics.publishStoredMetrics();
  };
  // Powertools' own middleware is not used: it adds 0.4 ms to a cold start.
  return {
    observer,
    before() {
      invocation = { outcome: 'Done', facts: {} };
      invocations += 1;
      metrics.captureColdStartMetric();
      config ??= readLogConfig();
    },
    after: ({ context }) => publish(context),
    async onError({ error, context }) {
      if (!(error instanceof UnauthorizedAnswer)) {
        observer.count('Failed', failureReason(error));
        if (error instanceof DomainError) observer.note({ code: error.code });
        const facts = describeInvocation(invocation, config);
        await logFailure(error, context, invocations > 1 ? { ...facts, cold_start: false } : facts);
      }
      publish(context);
    },
  };
}

function createObserver(metrics: Metrics, current: () => Invocation): FunctionObserver {
  const measure = (metric: MeasureName, value: number): void => {
    metrics.addMetric(metric, metric.endsWith('Ms') ? MetricUnit.Milliseconds : MetricUnit.Bytes, value);
  };
  return {
    metrics,
    count(metric, reason) {
      metrics.addMetric(metric, MetricUnit.Count, 1);
      if (reason !== undefined) current().reason = reason;
      if (OUTCOMES.has(metric)) current().outcome = metric;
    },
    measure,
    time(metric, work) {
      // The first use of `performance` loads its module: 2 ms.
      const startedNs = process.hrtime.bigint();
      try {
        return work();
      } finally {
        measure(metric, Number(process.hrtime.bigint() - startedNs) / 1e6);
      }
    },
    note(facts) {
      current().facts = { ...current().facts, ...facts };
    },
  };
}

function describeInvocation(
  { reason, facts }: Invocation,
  config: LogConfig | undefined,
): Readonly<Record<string, string>> {
  return {
    ...(reason !== undefined && { reason }),
    ...describeFacts(facts, config?.principal ?? { as: 'nothing' }),
  };
}

type FailureLog = (
  error: unknown,
  context: Context,
  facts: Readonly<Record<string, string | boolean>>,
) => Promise<void>;

/** Class and code of the cause only: messages of library errors may quote the request. */
function createFailureLog(serviceName: string): FailureLog {
  let logger: Logger | undefined;
  return async (error, context, facts) => {
    // The logger takes its first invocation for the instance's first.
    logger ??= await (await import('./logger.ts')).loadLogger(serviceName);
    logger.addContext(context);
    const { message, cause } =
      error instanceof DomainError ? error : { message: 'unexpected failure', cause: error };
    logger.error(message, { ...facts, ...(cause instanceof Error && { cause: nameOf(cause) }) });
  };
}

function nameOf(cause: Error): string {
  const code = 'code' in cause && typeof cause.code === 'string' ? ` ${cause.code}` : '';
  return `${cause.name}${code}`;
}
