/**
 * Invalidates cached answers when an administrator, EventBridge, SNS, a table stream or another function requests it.
 */
import { createLambdaInvalidator } from '#shared/cache/lambda-invalidator.ts';
import type { Invalidator } from '#shared/cache/lambda-invalidator.ts';
import { observeHandler } from '#shared/observability/observe-handler.ts';

let invalidator: Invalidator | undefined;

export const handler = observeHandler('cache-invalidator', (event, { count }) => {
  invalidator ??= createLambdaInvalidator();
  return invalidator(event, (route, code) =>
    count(code === undefined ? 'Answered' : 'Refused', code ?? route),
  );
});
