/** What every function has around it: structured logs and metrics, one flush per invocation. */
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { DomainError, UnauthorizedAnswer } from '../errors.ts';
import { redact } from './redact.ts';

/** What a handler may report. Fixed words only: no claim, token or id of a caller belongs here. */
export type Observer = {
  /** Counts one outcome: `Allow`, `Deny`, `Unauthorized`, `Connected` … with a stable reason beside it. */
  readonly count: (outcome: string, reason?: string) => void;
};

export type Handler<Result> = (event: unknown, context: Context) => Promise<Result>;

/**
 * Wraps a handler in middy with powertools. An error of the handler is logged by its code and passes
 * unchanged, message included: API Gateway answers 401 only for the message `Unauthorized`, so nothing
 * here may set a response on error.
 */
export function observeHandler<Result>(
  serviceName: string,
  handle: (event: unknown, observer: Observer) => Promise<Result>,
): Handler<Result> {
  const logger = new Logger({ serviceName, jsonReplacerFn: redact });
  // The namespace is POWERTOOLS_METRICS_NAMESPACE, one per stage: the stack's alarms look there.
  const metrics = new Metrics({ serviceName });
  const count: Observer['count'] = (outcome, reason) => {
    metrics.addMetric(outcome, MetricUnit.Count, 1);
    if (reason !== undefined) metrics.addMetadata('reason', reason);
  };
  const wrapped = middy<unknown, Result>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use(logMetrics(metrics))
    .handler(async (event: unknown) => {
      try {
        return await handle(event, { count });
      } catch (error) {
        if (!(error instanceof UnauthorizedAnswer)) {
          const reason = error instanceof DomainError ? error.code : 'UNEXPECTED';
          logger.error(
            error instanceof DomainError ? error.message : 'unexpected failure',
            describe(error, reason),
          );
          count('Failed', reason);
        }
        throw error;
      }
    });
  return (event, context) => Promise.resolve(wrapped(event, context));
}

/** Class and code of the cause only: messages of library errors may quote the request. */
function describe(error: unknown, reason: string): Record<string, string> {
  const cause = error instanceof DomainError ? error.cause : error;
  if (!(cause instanceof Error)) return { reason };
  const code = 'code' in cause && typeof cause.code === 'string' ? ` ${cause.code}` : '';
  return { reason, cause: `${cause.name}${code}` };
}
