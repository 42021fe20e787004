/** Admin endpoints for the portal's organisations, on an HTTP API that IAM protects. */
import { createRouter } from '#shared/http/router.ts';
import { observeHandler } from '#shared/observability/observe-handler.ts';
import { portalAdminRoutes } from '#shared/portal/admin-routes.ts';
import { createLambdaPortalAdmin } from '#shared/portal/lambda-portal.ts';
import compiled from '../access/portal.compiled.json' with { type: 'json' };

let answer: ReturnType<typeof createRouter> | undefined;

export const handler = observeHandler('portal-admin', (event, { count }) => {
  answer ??= createRouter(portalAdminRoutes(createLambdaPortalAdmin(compiled)));
  return answer(event, (route, code) => count(code === undefined ? 'Answered' : 'Refused', code ?? route));
});
