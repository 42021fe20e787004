import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { createObservation } from './observation.ts';
import type { FunctionObserver } from './observation.ts';

export type Handler<Result> = (event: unknown, context: Context) => Promise<Result>;

/**
 * Wraps a handler with logs and metrics.
 * @see createObservation for the handling of errors
 */
export function observeHandler<Result>(
  serviceName: string,
  handle: (event: unknown, observer: FunctionObserver) => Promise<Result>,
): Handler<Result> {
  const { observer, before, after, onError } = createObservation(serviceName);
  const wrapped = middy<unknown, Result>()
    .use({ before, after, onError })
    .handler((event: unknown) => handle(event, observer));
  return (event, context) => Promise.resolve(wrapped(event, context));
}
