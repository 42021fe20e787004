/** The rows of `gatewright routes`. */
import type { Authorization, Integration, RoutePlan, RouteTable } from '../deployment/model.ts';

export type RouteRow = {
  /**
   * `GET` or `ANY`. It is `$default` for the `$default` route of an HTTP API, and for WebSocket routes without a
   * method.
   */
  readonly method: string;
  readonly path: string;
  readonly logicalId: string;
  readonly apiKeyRequired: boolean;
  /** The name of the authorizer, or `AWS_IAM`; undefined means that the route is open. */
  readonly authorizer: string | undefined;
  /** The function name with its stage variables unresolved; undefined if the route does not call a function. */
  readonly functionName: string | undefined;
  /**
   * A target that is not a function, such as `MOCK`, an address, or `sqs:path/…`; `returns 500` if the integration
   * cannot be called. It is undefined if the route has no such target.
   */
  readonly target: string | undefined;
};

/** Returns the rows in template order. */
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
    target: printTarget(plan.integration),
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
  return 'functionName' in integration ? integration.functionName.source : undefined;
}

function printTarget(integration: Integration): string | undefined {
  switch (integration.kind) {
    case 'mock':
      return 'MOCK';
    case 'http':
    case 'http-proxy':
    case 'http-stream':
    case 'http-api-proxy':
      return integration.uri.source;
    case 'service': {
      const { service, form } = integration.target;
      return `${service}:${form.kind}/${(form.kind === 'path' ? form.path : form.action).source}`;
    }
    case 'http-api-service':
      return integration.name;
    case 'misconfigured':
    case 'unsupported':
      return 'returns 500';
    default:
      return undefined;
  }
}
