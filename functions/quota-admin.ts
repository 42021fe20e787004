/** Admin endpoints of quotas, on an HTTP API that IAM protects. */
import { readUsageTableConfig } from '#shared/config/usage-config.ts';
import { createRouter } from '#shared/http/router.ts';
import { observeHandler } from '#shared/observability/observe-handler.ts';
import { quotaAdminRoutes } from '#shared/quota/admin/routes.ts';
import { createDynamoDbAdminPorts } from '#shared/quota/dynamodb-admin.ts';

let answer: ReturnType<typeof createRouter> | undefined;

export const handler = observeHandler('quota-admin', (event, { count }) => {
  answer ??= createRouter(quotaAdminRoutes(createDynamoDbAdminPorts(readUsageTableConfig().tableName)));
  return answer(event, (route, code) => count(code === undefined ? 'Answered' : 'Refused', code ?? route));
});
