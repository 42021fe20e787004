/** All routes of quota-admin. The OpenAPI document is also generated from this table. */
import { jsonReply } from '../../http/reply.ts';
import { readRoute } from '../../http/route.ts';
import type { Route } from '../../http/route.ts';
import { customerRoutes } from './customer-routes.ts';
import { limitRoutes } from './limit-routes.ts';
import type { AdminPorts } from './operation.ts';
import { keyRoutes, planRoutes } from './plan-routes.ts';
import { usageRoutes } from './usage-routes.ts';

const INFO = {
  title: 'Gatewright quotas',
  version: '1',
  description:
    "Customer plans, customers, keys' plans, limits, usage and usage records. In paths, ~1 stands for / and ~0 for ~.",
};

export function quotaAdminRoutes(ports: AdminPorts): readonly Route[] {
  const openApi = readRoute(
    {
      path: '/quota/openapi.json',
      id: 'describeQuotaApi',
      summary: 'This description',
      answer: { description: 'OpenAPI 3.1' },
    },
    async () => {
      const { describeRoutes } = await import('../../http/openapi.ts');
      return jsonReply(200, describeRoutes(INFO, routes));
    },
  );
  const routes: readonly Route[] = [
    openApi,
    ...planRoutes(ports),
    ...keyRoutes(ports),
    ...customerRoutes(ports),
    ...limitRoutes(ports),
    ...usageRoutes(ports),
  ];
  return routes;
}
