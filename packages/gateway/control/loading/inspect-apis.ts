/** Guards of routes, for checks of access documents: every route with its Lambda authorizer's settings. */
import type {
  ApiProtocol,
  Authorization,
  IdentitySource,
  LambdaAuthorizer,
  RoutePlan,
} from '../../core/deployment/model.ts';
import { isClosed } from '../../core/deployment/closed-routes.ts';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';
import { callerMappingsIn } from './caller-mappings.ts';
import type { CallerMapping } from './caller-mappings.ts';
import type { ApiState } from '../api-state.ts';

type FunctionDefinition = ResolvedStack['functions'][number];

export type InspectedApi = {
  readonly stack: string;
  readonly logicalId: string;
  readonly id: string;
  readonly kind: ApiProtocol;
  readonly stage: string;
  readonly region: string;
  readonly routes: readonly InspectedRoute[];
  readonly apiKeySource: 'HEADER' | 'AUTHORIZER';
  /** Values of its stack's API keys, if the template contains them; absent means none. */
  readonly apiKeyValues?: readonly string[];
  /** Parts that its deployment needs but that may be created without it; absent means none. */
  readonly lateParts?: readonly LatePart[];
};

export type InspectedRoute = {
  /** `GET`, `ANY`; `$default` for that route of an HTTP API and for WebSocket routes. */
  readonly method: string;
  /** `/users/{id}`, `$default`, `$connect`. */
  readonly path: string;
  /** Undefined means that it is open, or not guarded by a function. */
  readonly authorizer: InspectedAuthorizer | undefined;
  /** The route's `authorizationType`; absent means `NONE`, or unknown. */
  readonly guard?: 'CUSTOM' | 'COGNITO_USER_POOLS' | 'JWT' | 'AWS_IAM';
  readonly apiKeyRequired: boolean;
  readonly handler?: FunctionDefinition;
  /** Templates and parameters that read the caller; absent means none. */
  readonly callerMappings?: readonly CallerMapping[];
  /** The route responds with 500 to every request; its guard is then unknown. */
  readonly isClosed?: true;
  /** Issuers whose tokens the gateway itself accepts; absent means that it checks none. */
  readonly trusts?: readonly TrustedTokens[];
  /** What a locally issued token needs, if the gateway itself checks tokens. */
  readonly localToken?: LocalTokenNeeds;
};

type TrustedTokens = { readonly issuer: string; readonly audience: readonly string[] | 'any' };

type LocalTokenNeeds = {
  /** The authorizer's `iss`; undefined means the local issuer's. */
  readonly issuer: string | undefined;
  readonly audience: string | undefined;
  readonly scope: string | undefined;
  readonly tokenUse: string | undefined;
};

type InspectedAuthorizer = Pick<LambdaAuthorizer, 'name' | 'payload' | 'ttlSeconds' | 'simpleResponses'> & {
  readonly functionName: string;
  readonly identitySources: readonly IdentitySource[];
};

type LocalIssuers = { readonly own: string; includes(issuer: string): boolean };

export function inspectApis(
  apis: readonly ApiState[],
  stacks: readonly ResolvedStack[],
  issuers: LocalIssuers,
): InspectedApi[] {
  const functions = stacks.flatMap((stack) => stack.functions);
  const byName = new Map(functions.map((definition) => [definition.name, definition]));
  const known = new Map(stacks.map((stack) => [stack.stackName, inspectStack(stack)]));
  return apis.flatMap(({ identity, served }) => {
    const stack = known.get(identity.stackName) ?? NO_STACK;
    const ofApi = {
      stack: identity.stackName,
      logicalId: identity.logicalId,
      id: identity.apiId,
      kind: identity.protocol,
      region: identity.region,
      apiKeyValues: stack.apiKeyValues,
      lateParts: findLateParts(stack.resources, identity.apiId),
    };
    return [...served.stages.values()].map((stage) => ({
      ...ofApi,
      stage: stage.name,
      routes: stage.deployment.routes.plans.map((plan) => {
        const callerMappings = stack.callerMappings(plan.logicalId);
        return {
          ...inspectRoute(plan, byName, issuers),
          ...guardOf(plan.authorization, identity.protocol),
          ...(callerMappings.length > 0 && { callerMappings }),
        };
      }),
      apiKeySource: stage.deployment.apiKeySource,
    }));
  });
}

/** The part of a stack that all stages of its APIs share, collected once. */
function inspectStack({ resources }: Pick<ResolvedStack, 'resources'>) {
  return {
    resources,
    apiKeyValues: apiKeyValuesIn(resources),
    callerMappings: callerMappingsIn(resources),
  };
}

const NO_STACK = inspectStack({ resources: new Map() });

function apiKeyValuesIn(resources: ResolvedStack['resources']): readonly string[] {
  return [...resources.values()].flatMap(({ type, properties: { Value: value } }) =>
    type === 'AWS::ApiGateway::ApiKey' && typeof value === 'string' ? [value] : [],
  );
}

function inspectRoute(
  { httpMethod, resourcePath, authorization, apiKeyRequired, integration }: RoutePlan,
  functions: ReadonlyMap<string, FunctionDefinition>,
  issuers: LocalIssuers,
): InspectedRoute {
  const called = 'functionName' in integration ? integration.functionName.source : undefined;
  // `name:alias` counts as the function.
  const handler = called === undefined ? undefined : functions.get(called.replace(/:[^:]*$/, ''));
  const authorizer = authorization.kind === 'lambda' ? authorization.authorizer : undefined;
  const localToken = localTokenOf(authorization, issuers);
  return {
    method: httpMethod,
    path: resourcePath,
    apiKeyRequired,
    ...(handler !== undefined && { handler }),
    ...(isClosed(integration) && { isClosed: true }),
    ...(localToken !== undefined && { localToken }),
    ...(authorization.kind === 'token' && {
      trusts: authorization.authorizer.trust.issuers.map(({ issuer, audience }) => ({ issuer, audience })),
    }),
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

function guardOf({ kind }: Authorization, protocol: ApiProtocol): Pick<InspectedRoute, 'guard'> {
  switch (kind) {
    case 'none':
      return {};
    case 'lambda':
      return { guard: 'CUSTOM' };
    case 'token':
      return { guard: protocol === 'rest' ? 'COGNITO_USER_POOLS' : 'JWT' };
    case 'iam':
      return { guard: 'AWS_IAM' };
  }
}

/** What a local token needs; undefined if none can pass. */
export function localTokenOf(authorization: Authorization, known: LocalIssuers): LocalTokenNeeds | undefined {
  if (authorization.kind !== 'token') return undefined;
  const { issuers, tokenUse } = authorization.authorizer.trust;
  const local = issuers.find(({ issuer }) => known.includes(issuer));
  if (local === undefined) return undefined;
  const audience = local.audience === 'any' ? undefined : local.audience[0];
  const issuer = local.issuer === known.own ? undefined : local.issuer;
  return { issuer, audience, scope: authorization.scopes[0], tokenUse };
}

/** A gateway response or method that its API's deployment does not wait for. */
type LatePart = { readonly part: string; readonly deployment: string };

/** Nothing refers to these, so only `DependsOn` orders them before a deployment. */
const PARTS: ReadonlySet<string> = new Set(['AWS::ApiGateway::GatewayResponse', 'AWS::ApiGateway::Method']);

/**
 * Parts of the API's OpenAPI document are created with the API; their ids here contain the operation, with
 * spaces.
 */
const IN_TEMPLATE = /^[A-Za-z0-9]+$/;

/**
 * Parts that a REST deployment needs, but that CloudFormation may create after it, judging by `DependsOn`.
 */
export function findLateParts(
  resources: ReadonlyMap<string, ResolvedResource>,
  apiId: string,
): readonly LatePart[] {
  const ofApi = [...resources.values()].filter((resource) => resource.properties['RestApiId'] === apiId);
  return ofApi
    .filter(({ type }) => type === 'AWS::ApiGateway::Deployment')
    .flatMap(({ logicalId: deployment }) => {
      const awaited = awaitedBy(resources, deployment);
      return ofApi
        .filter(
          ({ type, logicalId }) => PARTS.has(type) && IN_TEMPLATE.test(logicalId) && !awaited.has(logicalId),
        )
        .map(({ logicalId: part }) => ({ part, deployment }));
    });
}

function awaitedBy(resources: ReadonlyMap<string, ResolvedResource>, from: string): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [from];
  for (let next = open.pop(); next !== undefined; next = open.pop())
    for (const name of resources.get(next)?.dependsOn ?? [])
      if (!found.has(name)) {
        found.add(name);
        open.push(name);
      }
  return found;
}

/** A stage of an HTTP or WebSocket API that does not respond. */
export function lacksDeployment({ properties }: Pick<ResolvedResource, 'properties'>): boolean {
  const { AutoDeploy, DeploymentId } = properties;
  return DeploymentId === undefined && AutoDeploy !== true && AutoDeploy !== 'true';
}
