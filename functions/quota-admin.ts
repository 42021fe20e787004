/** Admin endpoints for quotas, on an HTTP API that IAM protects. */
import { createRouter } from '#shared/http/router.ts';
import { createLambdaQuotaAdminPorts } from '#shared/middleware/lambda-quota-admin.ts';
import { observeHandler } from '#shared/observability/observe-handler.ts';
import { quotaAdminRoutes } from '#shared/quota/admin/routes.ts';

const loadDocuments = () => import('../access/compiled.json', { with: { type: 'json' } });

let answer: ReturnType<typeof createRouter> | undefined;

export const handler = observeHandler('quota-admin', (event, { count }) => {
  answer ??= createRouter(quotaAdminRoutes(createLambdaQuotaAdminPorts(loadDocuments)));
  return answer(event, (route, code) => count(code === undefined ? 'Answered' : 'Refused', code ?? route));
});
