/** What `gatewright routes` shows of a route table. */
import type { Authorization, Integration, RoutePlan, RouteTable } from '../deployment/model.ts';

/** One route; texts are as the definition writes them. */
export type RouteRow = {
  /** `GET`, `ANY`; `$default` for that route of an HTTP API and for WebSocket routes without a verb. */
  readonly method: string;
  readonly path: string;
  readonly logicalId: string;
  readonly apiKeyRequired: boolean;
  /** Name of the authorizer, or `AWS_IAM`; undefined = open. */
  readonly authorizer: string | undefined;
  /** Function name, stage variables not yet filled in; undefined = no function behind it. */
  readonly functionName: string | undefined;
};

/** Rows in template order. */
export function printRoutes(table: Pick<RouteTable, 'plans'>): readonly RouteRow[] {
  return table.plans.map(printRoute);
}

function printRoute(plan: RoutePlan): RouteRow {
  return {
    method: plan.httpMethod,
    path: plan.resourcePath,
    logicalId: plan.logicalId,
    apiKeyRequired: plan.apiKeyRequired,
    authorizer: printAuthorizer(plan.authorization),
    functionName: printFunction(plan.integration),
  };
}

function printAuthorizer(authorization: Authorization): string | undefined {
  switch (authorization.kind) {
    case 'none':
      return undefined;
    case 'lambda':
    case 'token':
      return authorization.authorizer.name;
    case 'iam':
      return 'AWS_IAM';
  }
}

function printFunction(integration: Integration): string | undefined {
  return integration.kind === 'lambda-proxy' ? integration.functionName.source : undefined;
}
