/**
 * Routes that only return an error (500, or 502 from a function URL) and log the reason, because they could not be
 * compiled or their authorizer cannot be enforced. They require no credentials, because no request succeeds.
 */
import type {
  Deployment,
  Integration,
  MessageRoutePlan,
  MessageRouting,
  RoutePlan,
  RouteTable,
} from './model.ts';

type Facts = Pick<RoutePlan, 'routeKey' | 'resourceId' | 'resourcePath' | 'httpMethod' | 'logicalId'>;

const TYPE = 'closed';

export function isClosed(integration: Integration): boolean {
  return integration.kind === 'unsupported' && integration.type === TYPE;
}

/** Returns the plan of a closed route, of which only these facts are known. */
export function closedPlan(
  { routeKey, resourceId, resourcePath, httpMethod, logicalId }: Facts,
  reason: string,
): MessageRoutePlan {
  return {
    routeKey,
    resourceId,
    resourcePath,
    httpMethod,
    logicalId,
    operationName: undefined,
    authorization: { kind: 'none' },
    apiKeyRequired: false,
    integration: { kind: 'unsupported', type: TYPE, reason },
    repliesToClient: false,
  };
}

export function closeDeployment(deployment: Deployment, reason: string): Deployment {
  const { routes, messageRouting } = deployment;
  return {
    ...deployment,
    routes: closeRoutes(routes, reason),
    resourcePolicy: undefined,
    messageRouting: messageRouting && closeMessages(messageRouting, reason),
  };
}

function closeRoutes(table: RouteTable, reason: string): RouteTable {
  const closed = new Map(table.plans.map((plan) => [plan, closedPlan(plan, reason)]));
  return {
    plans: [...closed.values()],
    find(method, path) {
      const found = table.find(method, path);
      const plan = found && closed.get(found.plan);
      return found && plan && { ...found, plan };
    },
  };
}

/**
 * Closes all routes of a WebSocket API. Without a `$connect` route every client could connect, so a closed
 * `$connect` route is added if there is none.
 */
function closeMessages(routing: MessageRouting, reason: string): MessageRouting {
  const closed = [...routing.routes].map(([key, plan]) => [key, closedPlan(plan, reason)] as const);
  return {
    expression: routing.expression,
    select: (body) => routing.select(body),
    routes: new Map([['$connect', closedConnect('', reason)], ...closed]),
  };
}

export function closedConnect(logicalId: string, reason: string): MessageRoutePlan {
  const routeKey = '$connect';
  return closedPlan(
    { routeKey, resourceId: routeKey, resourcePath: routeKey, httpMethod: routeKey, logicalId },
    reason,
  );
}
