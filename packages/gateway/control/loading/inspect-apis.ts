/**
 * Lists the guards of routes for checks of access documents: every route with the settings of its Lambda authorizer.
 */
import { CLAIMS_OF_EVERY_TOKEN } from '../../core/issuers/issuer-names.ts';
import { asText } from '@gatewright/aws/json-object';
import { awaitedBy, DEPLOYED_PARTS } from '@gatewright/aws/deployment-order';
import type { DeployedKind, LatePart } from '@gatewright/aws/deployment-order';
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
import type { RequiredClaim } from '../../core/policy/token-trust.ts';
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
  /** The values of the API keys in the API's stack; empty or absent if the template contains none. */
  readonly apiKeyValues?: readonly string[];
  /** The API keys that the stage accepts, by unique name or by id; absent if they are not known. */
  readonly apiKeyNames?: readonly string[] | undefined;
  /**
   * The parts that the API's deployment should contain, but that CloudFormation may create after it; empty or absent if
   * there are none.
   */
  readonly lateParts?: readonly LatePart[];
};

export type InspectedRoute = {
  /** The method: `GET` or `ANY`. It is `$default` for the `$default` route of an HTTP API and for WebSocket routes. */
  readonly method: string;
  /** The path: `/users/{id}`, `$default` or `$connect`. */
  readonly path: string;
  /** The Lambda authorizer; undefined means that the route is open, or is not guarded by a function. */
  readonly authorizer: InspectedAuthorizer | undefined;
  /** The route's `authorizationType`; absent means that it is `NONE` or unknown. */
  readonly guard?: 'CUSTOM' | 'COGNITO_USER_POOLS' | 'JWT' | 'AWS_IAM';
  readonly apiKeyRequired: boolean;
  readonly handler?: FunctionDefinition;
  /** The templates and parameters that use the caller's identity (such as claims); absent if there are none. */
  readonly callerMappings?: readonly CallerMapping[];
  /** Whether the route responds with 500 to every request. The guard of such a route is unknown. */
  readonly isClosed?: true;
  /** The issuers whose tokens the gateway itself accepts; absent means that the gateway does not check tokens. */
  readonly trusts?: readonly TrustedTokens[];
  /** Where the gateway reads the tokens that it checks; absent means that the gateway does not check tokens. */
  readonly tokenSource?: IdentitySource;
  /** The claims that a token of the local issuer needs, if the gateway itself checks tokens. */
  readonly localToken?: LocalTokenNeeds;
};

type TrustedTokens = { readonly issuer: string; readonly audience: readonly string[] | 'any' };

type LocalTokenNeeds = {
  /** The `iss` that the authorizer requires; undefined means the `iss` of the local issuer. */
  readonly issuer: string | undefined;
  readonly audience: string | undefined;
  readonly scope: string | undefined;
  readonly tokenUse: string | undefined;
  readonly roles?: readonly string[];
  /** The other claims that the authorizer requires, with a value that it accepts. */
  readonly claims?: Readonly<Record<string, string>>;
};

type InspectedAuthorizer = Pick<LambdaAuthorizer, 'name' | 'payload' | 'ttlSeconds' | 'simpleResponses'> & {
  readonly functionName: string;
  readonly identitySources: readonly IdentitySource[];
};

export type LocalIssuers = { readonly own: string; includes(issuer: string): boolean };

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
      lateParts:
        identity.protocol === 'http' ? [] : findLateParts(stack.resources, identity.apiId, identity.protocol),
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
      apiKeyNames: stage.keys.namesFor?.(identity.apiId, stage.name),
    }));
  });
}

/** Collects the data of a stack that all stages of its APIs share, so that it is collected only once. */
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
  // An alias, as in `name:alias`, counts as the function.
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
      tokenSource: authorization.authorizer.identitySource,
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

/**
 * Returns the requirements for a local token; undefined if no local token can be accepted.
 * @param variables the variables of the stage, which may contain the issuers
 */
export function localTokenOf(
  authorization: Authorization,
  known: LocalIssuers,
  variables: Readonly<Record<string, string>> | null = null,
): LocalTokenNeeds | undefined {
  if (authorization.kind !== 'token') return undefined;
  const { trust, issuersOf } = authorization.authorizer;
  const issuers = issuersOf?.(variables) ?? trust.issuers;
  const local = issuers.find(({ issuer }) => known.includes(issuer));
  if (local === undefined || !trust.algorithms.includes('RS256')) return undefined;
  return {
    issuer: local.issuer === known.own ? undefined : local.issuer,
    audience: local.audience === 'any' ? undefined : local.audience[0],
    scope: authorization.scopes[0],
    tokenUse: trust.tokenUse,
    ...claimsOf(trust.requiredClaims),
  };
}

function claimsOf(required: readonly RequiredClaim[]): Pick<LocalTokenNeeds, 'claims' | 'roles'> {
  const others = required.filter(({ name }) => !CLAIMS_OF_EVERY_TOKEN.includes(name));
  // Roles are passed by a separate option, and the scope of the route already satisfies a required scope.
  const roles = others.find(({ name }) => name === 'roles');
  const claims = others.filter(({ name }) => !['roles', 'scope', 'token_use'].includes(name));
  return {
    ...(roles !== undefined && { roles: [roles.values[0] ?? 'any'] }),
    ...(claims.length > 0 && {
      claims: Object.fromEntries(claims.map(({ name, values }) => [name, values[0] ?? 'any'])),
    }),
  };
}

/**
 * Matches the logical ids of resources in the template. Parts of the API's OpenAPI document are created together with
 * the API. Their ids contain the operation, with spaces.
 */
const IN_TEMPLATE = /^[A-Za-z0-9]+$/;

/**
 * Finds the parts that a deployment should contain, but that CloudFormation may create later, because no `DependsOn` of
 * the deployment names them.
 */
export function findLateParts(
  resources: ReadonlyMap<string, ResolvedResource>,
  apiId: string,
  kind: DeployedKind,
): readonly LatePart[] {
  const { api, deployment: deploying, parts } = DEPLOYED_PARTS[kind];
  const types: readonly string[] = parts;
  const ofApi = [...resources.values()].filter((resource) => resource.properties[api] === apiId);
  const byId = new Map(ofApi.map(({ physicalId, logicalId }) => [physicalId, logicalId]));
  // A resource also waits for the parts that its properties refer to, such as a route response for its route.
  const needs = (name: string): readonly string[] => {
    const { dependsOn = [], properties = {} } = resources.get(name) ?? {};
    const referred = Object.values(properties).flatMap((value) => byId.get(asText(value) ?? '') ?? []);
    return [...dependsOn, ...referred];
  };
  return ofApi
    .filter(({ type }) => type === deploying)
    .flatMap(({ logicalId: deployment }) => {
      const awaited = awaitedBy(deployment, needs);
      return ofApi
        .filter(
          ({ type, logicalId }) =>
            types.includes(type) && IN_TEMPLATE.test(logicalId) && !awaited.has(logicalId),
        )
        .map(({ logicalId: part }) => ({ part, deployment }));
    });
}

/** Returns whether a stage of an HTTP or WebSocket API has no deployment, so that it does not respond. */
export function lacksDeployment({ properties }: Pick<ResolvedResource, 'properties'>): boolean {
  const { AutoDeploy, DeploymentId } = properties;
  return DeploymentId === undefined && AutoDeploy !== true && AutoDeploy !== 'true';
}
