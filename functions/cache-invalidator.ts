/** Invalidates cached answers for administrators, EventBridge, SNS, table streams or other functions. */
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
