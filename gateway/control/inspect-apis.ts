/** How routes are guarded, as access documents are checked against: every route with its Lambda authorizer's settings. */
import type { ApiProtocol, IdentitySource, LambdaAuthorizer, RoutePlan } from '../deployment/model.ts';
import type { ApiState } from './api-state.ts';

/** One stage of one API. */
export type InspectedApi = {
  readonly stack: string;
  readonly logicalId: string;
  readonly id: string;
  readonly kind: ApiProtocol;
  readonly stage: string;
  readonly routes: readonly InspectedRoute[];
};

export type InspectedRoute = {
  /** `GET`, `ANY`; `$default` for that route of an HTTP API and for WebSocket routes. */
  readonly method: string;
  /** `/users/{id}`, `$default`, `$connect`. */
  readonly path: string;
  /** Undefined: open, or guarded by something that is no function. */
  readonly authorizer: InspectedAuthorizer | undefined;
};

export type InspectedAuthorizer = Pick<
  LambdaAuthorizer,
  'name' | 'payload' | 'ttlSeconds' | 'simpleResponses'
> & {
  readonly functionName: string;
  readonly identitySources: readonly IdentitySource[];
};

export function inspectApis(apis: readonly ApiState[]): InspectedApi[] {
  return apis.flatMap(({ identity, served }) =>
    [...served.stages.values()].map((stage) => ({
      stack: identity.stackName,
      logicalId: identity.logicalId,
      id: identity.apiId,
      kind: identity.protocol,
      stage: stage.name,
      routes: stage.deployment.routes.plans.map(inspectRoute),
    })),
  );
}

function inspectRoute({ httpMethod, resourcePath, authorization }: RoutePlan): InspectedRoute {
  const authorizer = authorization.kind === 'lambda' ? authorization.authorizer : undefined;
  return {
    method: httpMethod,
    path: resourcePath,
    authorizer: authorizer && {
      name: authorizer.name,
      payload: authorizer.payload,
      ttlSeconds: authorizer.ttlSeconds,
      simpleResponses: authorizer.simpleResponses,
      functionName: authorizer.functionName.source,
      identitySources: authorizer.identitySources,
    },
  };
}
