/** A middleware that adds logs and metrics to every function, with one flush per invocation. */
import type { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Context } from 'aws-lambda';
import { readLogConfig } from '../config/log-config.ts';
import type { LogConfig } from '../config/log-config.ts';
import { DomainError, UnauthorizedAnswer } from '../errors.ts';
import type { Facts, MeasureName, Observer } from '../ports.ts';
import { failureReason } from '../reasons.ts';
import { describeFacts } from './describe-facts.ts';

/** `metrics` is used for counts greater than one. */
export type FunctionObserver = Observer & { readonly metrics: Pick<Metrics, 'addMetric'> };

/** The metrics that are also outcomes of an invocation. An invocation without any of them has the outcome `Done`. */
const OUTCOMES: ReadonlySet<string> = new Set(['Allow', 'Deny', 'Unauthorized', 'Failed']);

/**
 * Powertools' metrics without the separate log line that Powertools writes for a cold start. Printing that line through
 * another instance would add 0.8 ms to every cold start.
 */
class FunctionMetrics extends Metrics {
  override captureColdStartMetric(): void {
    if (this.getColdStart()) this.addMetric('ColdStart', MetricUnit.Count, 1);
  }
}

type Ended = { readonly error?: unknown; readonly context: Context };

type Invocation = { outcome: string; reason?: string; facts: Facts };

/** Hooks that run around each invocation, like those of a middy middleware. */
type Observation = {
  readonly observer: FunctionObserver;
  /**
   * Runs before the handler.
   * @throws DomainError CONFIG_INVALID if an environment variable for logs and metrics is invalid
   */
  readonly before: () => void;
  readonly after: (ended: Ended) => void;
  readonly onError: (ended: Ended) => Promise<void>;
};

/**
 * Creates the observation of one function. An error of the handler is logged, unless it is an UnauthorizedAnswer, and
 * is rethrown unchanged, including its message. After an error, the observation must not set a response, because API
 * Gateway responds with 401 only if the error has the message `Unauthorized`.
 */
export function createObservation(serviceName: string): Observation {
  // The namespace is the value of POWERTOOLS_METRICS_NAMESPACE. There is one namespace per stage, as in the stack's
  // alarms.
  const metrics = new FunctionMetrics({ serviceName });
  // The state of the current invocation. One variable is enough, because an instance processes only one event at a
  // time.
  let invocation: Invocation = { outcome: 'Done', facts: {} };
  let invocations = 0;
  const observer = createObserver(metrics, () => invocation);
  const logFailure = createFailureLog(serviceName);
  let config: LogConfig | undefined;
  const publish = ({ awsRequestId: requestId }: Context): void => {
    const { reason, ...facts } = describeInvocation(invocation, config);
    const { outcome } = invocation;
    const stage = config?.stage ?? 'unknown';
    // These are fields of the log line, not dimensions, because CloudWatch bills each combination of a metric and a
    // dimension's value as a separate metric.
    const metadata = { stage, outcome, ...(reason !== undefined && { reason }), requestId, ...facts };
    for (const [name, text] of Object.entries(metadata)) metrics.addMetadata(name, text);
    metrics.publishStoredMetrics();
  };
  // Powertools' own middleware is not used, because it adds 0.4 ms to a cold start.
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
      // `performance` is not used, because its first use loads a module, which takes 2 ms.
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

/**
 * Creates a log for failures. It logs only the class and code of an error's cause, because messages of library errors
 * may quote the request.
 */
function createFailureLog(serviceName: string): FailureLog {
  let logger: Logger | undefined;
  return async (error, context, facts) => {
    // The logger marks its first log line as a cold start, even if the instance has handled other invocations before.
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
