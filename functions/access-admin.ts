/** Admin endpoints for API keys, revoked tokens and access documents, on an HTTP API that IAM protects. */
import { createLambdaAccessAdmin } from '#shared/access/lambda-access-admin.ts';
import { createLambdaPlanCatalogue } from '#shared/middleware/lambda-plans.ts';
import { observeHandler } from '#shared/observability/observe-handler.ts';
import compiled from '../access/compiled.json' with { type: 'json' };

const answer = createLambdaAccessAdmin(compiled, createLambdaPlanCatalogue);

export const handler = observeHandler('access-admin', (event, { count }) =>
  answer(event, (route, code) => count(code === undefined ? 'Answered' : 'Refused', code ?? route)),
);
