/** An authorizer with logs and metrics around it, without middy. */
import { createObservation } from './observation.ts';
import type { FunctionObserver } from './observation.ts';
import type { Handler } from './observe-handler.ts';

/**
 * Like `observeHandler`, but without middy, which would add 1 ms to a cold start while the caller waits. To use
 * middlewares, wrap this function in middy.
 */
export function observeAuthorizer<Result>(
  serviceName: string,
  authorize: (event: unknown, observer: FunctionObserver, context: unknown) => Promise<Result>,
): Handler<Result> {
  const { observer, before, after, onError } = createObservation(serviceName);
  return async (event, context) => {
    try {
      before();
      const result = await authorize(event, observer, context);
      after({ context });
      return result;
    } catch (error) {
      await onError({ error, context });
      throw error;
    }
  };
}
