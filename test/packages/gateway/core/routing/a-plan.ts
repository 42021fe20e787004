import type { RoutePlan } from '../../../../../packages/gateway/core/deployment/model.ts';

/** A route plan for `GET /pets`, `ANY /{proxy+}` or `$default`, open and without an integration. */
export function aPlan(routeKey: string, overrides: Partial<RoutePlan> = {}): RoutePlan {
  const [httpMethod = '', path] = routeKey.split(' ');
  return {
    routeKey,
    resourceId: routeKey,
    resourcePath: path ?? routeKey,
    operationName: undefined,
    httpMethod,
    logicalId: 'Route',
    authorization: { kind: 'none' },
    apiKeyRequired: false,
    integration: { kind: 'none' },
    ...overrides,
  };
}
