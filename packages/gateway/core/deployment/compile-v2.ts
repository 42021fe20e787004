/** Compiles AWS::ApiGatewayV2::* into the immutable deployment of an HTTP or WebSocket API. */
import { DefinitionError } from '../errors.ts';
import { checkHttpRoutes, compileHttpRoutes } from '../routing/http-routes.ts';
import { compileMessageRouting } from '../routing/message-routes.ts';
import { compileV2Authorization } from './authorization/compile-authorization.ts';
import { compileCors } from './compile-cors.ts';
import { compileHttpProxy } from './integration/compile-http-proxy.ts';
import { compileParameterChanges } from './integration/compile-parameter-changes.ts';
import { httpWordings, websocketWordings } from './wordings/error-wordings.ts';
import {
  compileFrames,
  compileMessageIntegration,
  noteStrayResponses,
} from './integration/compile-message-integration.ts';
import { compileServiceSubtype } from './integration/compile-service-subtype.ts';
import { compileConnectValidation, compileMessageCheck } from './models/compile-validation.ts';
import type { FunctionHome } from '@gatewright/aws/function-name';
import { readLambdaUri } from './integration/integration-uri.ts';
import { sourcesOfRoute } from '../routing/invoke-sources.ts';
import { withInvokeCheck } from './authorization/invoke-permissions.ts';
import { closedConnect, closedPlan } from './closed-routes.ts';
import { makeDeployment } from './make-deployment.ts';
import { assumeForRoute } from './integration/message-choices.ts';
import { compileUsableModels } from './models/models.ts';
import { noteIllegalKeys, noteRepeatedKeys } from './route-keys.ts';
import { readFlag, readText, requireValid } from './properties.ts';
import { readTimeoutMs } from './integration/timeouts.ts';
import type { Tolerance } from '../errors.ts';
import type { ParameterChanges } from '../mapping/parameter-change.ts';
import type { Assumptions } from './assumptions.ts';
import type { InvokePermissions } from './authorization/invoke-permissions.ts';
import type { Models } from './models/models.ts';
import type { PropertyBag } from './properties.ts';
import type { Authorization, Deployment, Integration, MessageRoutePlan, ProxyPayload } from './model.ts';

type V2Resources = {
  readonly api: PropertyBag;
  readonly routes: readonly PropertyBag[];
  readonly integrations: ReadonlyMap<string, PropertyBag>;
  readonly authorizers: ReadonlyMap<string, PropertyBag>;
  readonly routeResponses: readonly PropertyBag[];
  readonly integrationResponses: readonly PropertyBag[];
  readonly models: readonly PropertyBag[];
  readonly tolerance: Tolerance;
  readonly assumptions: Assumptions;
  readonly invokePermissions: InvokePermissions;
  readonly functionHome?: FunctionHome;
};

type V2Protocol = 'http' | 'websocket';

function readPayload(integration: PropertyBag, protocol: V2Protocol): ProxyPayload {
  if (protocol === 'websocket') return 'websocket';
  const version = readText(integration, 'PayloadFormatVersion', '');
  if (version === '1.0') return 'http-1.0';
  if (version === '2.0') return 'http-2.0';
  throw new DefinitionError(
    integration.place('PayloadFormatVersion'),
    'PayloadFormatVersion is a required parameter for integration of type AWS_PROXY. Use "1.0" or "2.0"',
  );
}

/** Returns the integration of a route; undefined if the route has no target. */
function findIntegration(route: PropertyBag, from: V2Resources): PropertyBag | undefined {
  const target = route.properties['Target'];
  if (target === undefined || target === null) return undefined;
  const written = readText(route, 'Target');
  // badmintoncryer/cdk-preflight, pf-apigwv2-route-target-format, deployed
  if (!written.startsWith('integrations/'))
    throw new DefinitionError(
      route.place('Target'),
      'Unexpected or malformed target in route. Correct format should be integrations/<integration_id>.',
    );
  const id = written.slice('integrations/'.length);
  const integration = from.integrations.get(id);
  if (integration === undefined)
    throw new DefinitionError(
      route.place('Target'),
      `Invalid integration target "integrations/${id}": no such integration in this API`,
    );
  return requireValid(integration);
}

/**
 * Compiles the integration of a route. A route may have no integration.
 * @throws DefinitionError for a definition that AWS refuses
 */
export function compileV2Integration(
  integration: PropertyBag | undefined,
  from: V2Resources,
  protocol: V2Protocol,
): Integration {
  if (integration === undefined) return { kind: 'none' };
  const type = readText(integration, 'IntegrationType');
  const isService = integration.properties['IntegrationSubtype'] !== undefined;
  if (protocol === 'http') noteTemplates(integration, from.tolerance);
  else if (type !== 'AWS_PROXY')
    return compileMessageIntegration(integration, type, from.tolerance, from.functionHome);
  if (type === 'HTTP_PROXY') return compileHttpProxy(integration, from.tolerance);
  if (isService && protocol === 'http') return compileServiceSubtype(integration, from.tolerance);
  if (type !== 'AWS_PROXY')
    throw new DefinitionError(
      integration.place('IntegrationType'),
      // AWS's wording (aws/aws-cli#6363).
      'Currently, an API with a protocol type of HTTP may only be associated with proxy integrations (AWS_PROXY, HTTP_PROXY)',
    );
  refuseOtherMethod(integration);
  const lambda = readLambdaUri(readText(integration, 'IntegrationUri'), true, from.functionHome);
  if (lambda.kind === 'invalid')
    throw new DefinitionError(integration.place('IntegrationUri'), lambda.message);
  return {
    kind: 'lambda-proxy',
    payload: readPayload(integration, protocol),
    ...lambda.target,
    timeoutMs: readTimeoutMs(integration, protocol, from.tolerance),
    changes: protocol === 'http' ? compileLambdaChanges(integration, from) : undefined,
    renamesChallenge: from.assumptions['http-challenge-header'] === 'renamed',
  };
}

/** Refuses a method other than POST, in AWS's words (hashicorp/terraform-provider-aws#42391). */
function refuseOtherMethod(integration: PropertyBag): void {
  if (readText(integration, 'IntegrationMethod', 'POST').toUpperCase() !== 'POST')
    throw new DefinitionError(
      integration.place('IntegrationMethod'),
      'HttpMethod must be POST for AWS_PROXY IntegrationType',
    );
}

/** The fixed PassthroughBehavior of HTTP APIs. */
const PASSED_ON = 'WHEN_NO_MATCH';

/**
 * Reports the properties of an HTTP API's integration that are for WebSocket APIs only: templates, passthrough behavior
 * and content handling.
 */
function noteTemplates(integration: PropertyBag, tolerance: Tolerance): void {
  for (const property of [
    'RequestTemplates',
    'TemplateSelectionExpression',
    'PassthroughBehavior',
    'ContentHandlingStrategy',
  ])
    if (integration.properties[property] !== undefined && integration.properties[property] !== PASSED_ON)
      tolerance.note(
        new DefinitionError(integration.place(property), `${property} is for WebSocket APIs only`),
        'the gateway ignores this property',
      );
}

/**
 * Returns the parameter changes of a Lambda integration; undefined if there are none, or if `lambda-parameter-mapping`
 * is `ignored`, so that requests skip this step.
 */
function compileLambdaChanges(integration: PropertyBag, from: V2Resources): ParameterChanges | undefined {
  const changes = compileParameterChanges(integration);
  const isIgnored = from.assumptions['lambda-parameter-mapping'] === 'ignored';
  return isIgnored || changes.request.length + changes.response.size === 0 ? undefined : changes;
}

/**
 * The route keys of WebSocket APIs that begin with $. AWS refuses any other key that begins with $
 * (serverless/serverless#9530).
 */
const OWN_KEYS: ReadonlySet<string> = new Set(['$connect', '$disconnect', '$default']);

/** @param models undefined for HTTP APIs, which do not validate messages */
function compileRoute(
  route: PropertyBag,
  from: V2Resources,
  protocol: V2Protocol,
  models: Models | undefined,
): MessageRoutePlan {
  const routeKey = readText(requireValid(route), 'RouteKey');
  if (protocol === 'websocket' && routeKey.startsWith('$') && !OWN_KEYS.has(routeKey))
    throw new DefinitionError(route.place('RouteKey'), 'The provided route key is not formatted properly');
  const [verb = '', path] = routeKey.split(' ');
  const isAlone = from.assumptions['route-response-alone'] === 'two-way';
  const responds = from.routeResponses.some((response) => isResponseOf(response, route, isAlone));
  const integration = findIntegration(route, from);
  const role = integration?.properties['CredentialsArn'];
  const operationName = route.properties['OperationName'];
  const plan = {
    routeKey,
    resourceId: routeKey,
    resourcePath: path ?? routeKey,
    operationName: typeof operationName === 'string' ? operationName : undefined,
    httpMethod: path === undefined ? routeKey : verb,
    logicalId: route.logicalId,
    authorization: authorize(route, from, protocol),
    apiKeyRequired: readApiKeyRequired(route, protocol),
    integration: withInvokeCheck(
      compileV2Integration(integration, from, protocol),
      role,
      sourcesOfRoute(routeKey),
      from.invokePermissions,
    ),
    repliesToClient: responds,
    ...(models === undefined
      ? {}
      : {
          validation: compileConnectValidation(route),
          messageCheck: compileMessageCheck(route, models),
          frames: compileFrames(integration, from.integrationResponses),
        }),
  };
  return protocol === 'websocket' ? assumeForRoute(plan, from.assumptions) : plan;
}

/**
 * Returns whether the RouteResponse belongs to the route and lets the route reply to the client. Unless `isEnough` is
 * set, the route must also have a `RouteResponseSelectionExpression`.
 * @throws DefinitionError for keys that AWS does not accept
 */
function isResponseOf(response: PropertyBag, route: PropertyBag, isEnough: boolean): boolean {
  if (readText(response, 'RouteId') !== route.id) return false;
  for (const [bag, property] of [
    [response, 'RouteResponseKey'],
    [route, 'RouteResponseSelectionExpression'],
  ] as const) {
    const key = readText(bag, property, '$default').replace(/^\\/, '');
    if (key !== '$default')
      throw new DefinitionError(bag.place(property), `${property} must be $default, not "${key}"`);
  }
  return isEnough || route.properties['RouteResponseSelectionExpression'] !== undefined;
}

/**
 * Compiles the authorization. If the authorizer cannot be compiled, the route is closed, unless `--allow-unguarded` is
 * set.
 */
function authorize(route: PropertyBag, from: V2Resources, protocol: V2Protocol): Authorization {
  const compile = (): Authorization => compileV2Authorization(route, from, protocol);
  if (!from.tolerance.allowsUnguarded) return compile();
  return from.tolerance.attempt('the route is open to all callers', compile, () => ({ kind: 'none' }));
}

const WITHOUT_KEY: Readonly<Record<V2Protocol, string>> = {
  http: 'this route does not exist',
  websocket: 'this route does not exist, and nobody can connect unless another route is $connect',
};

/**
 * Returns the plans of all routes that have a key, each with its route. A route that cannot be compiled is closed. A
 * WebSocket route whose key cannot be read becomes a closed `$connect` route, because it could be `$connect`.
 */
function compileRoutes(
  from: V2Resources,
  protocol: V2Protocol,
  models: Models | undefined,
): readonly (readonly [plan: MessageRoutePlan, route: PropertyBag])[] {
  return from.routes.flatMap((route) => {
    const { RouteKey: routeKey } = route.properties;
    const plan = from.tolerance.attempt<MessageRoutePlan | undefined>(
      typeof routeKey === 'string' ? `${routeKey} returns 500` : WITHOUT_KEY[protocol],
      () => compileRoute(route, from, protocol, models),
      (error) => closeRoute(route, protocol, error.describe()),
    );
    return plan === undefined ? [] : [[plan, route] as const];
  });
}

/**
 * Closes a route. If the key of a WebSocket route cannot be read, the route could be `$connect`, so a closed `$connect`
 * route is returned. An HTTP route whose key cannot be read does not exist, so undefined is returned.
 */
function closeRoute(route: PropertyBag, protocol: V2Protocol, reason: string): MessageRoutePlan | undefined {
  const { RouteKey: routeKey } = route.properties;
  const { logicalId } = route;
  if (typeof routeKey !== 'string')
    return protocol === 'websocket' ? closedConnect(logicalId, reason) : undefined;
  const [verb = '', path] = routeKey.split(' ');
  const httpMethod = path === undefined ? routeKey : verb;
  return closedPlan(
    { routeKey, resourceId: routeKey, resourcePath: path ?? routeKey, httpMethod, logicalId },
    reason,
  );
}

/**
 * Reads whether a route requires an API key. API keys apply to `$connect` only, because messages contain no key and
 * HTTP APIs do not support keys.
 */
function readApiKeyRequired(route: PropertyBag, protocol: V2Protocol): boolean {
  const isRequired = readFlag(route, 'ApiKeyRequired');
  if (!isRequired) return false;
  if (protocol === 'http')
    throw new DefinitionError(route.place('ApiKeyRequired'), 'HTTP APIs do not support API keys');
  if (readText(route, 'RouteKey') !== '$connect')
    throw new DefinitionError(
      route.place('ApiKeyRequired'),
      'Currently, API keys are restricted to the $connect route only',
    );
  return true;
}

const KEY_SELECTIONS: Readonly<Record<string, Deployment['apiKeySource']>> = {
  '$request.header.x-api-key': 'HEADER',
  '$context.authorizer.usageIdentifierKey': 'AUTHORIZER',
};

function readApiKeySelection(api: PropertyBag): Deployment['apiKeySource'] {
  const expression = readText(api, 'ApiKeySelectionExpression', '$request.header.x-api-key');
  const source = Object.hasOwn(KEY_SELECTIONS, expression) ? KEY_SELECTIONS[expression] : undefined;
  if (source !== undefined) return source;
  throw new DefinitionError(
    api.place('ApiKeySelectionExpression'),
    `Invalid API key selection expression "${expression}"; expected ${Object.keys(KEY_SELECTIONS).join(' or ')}`,
  );
}

/**
 * Compiles an HTTP API.
 * @throws DefinitionError for a definition that AWS refuses.
 */
export function compileHttpDeployment(id: string, from: V2Resources): Deployment {
  const { api, tolerance } = from;
  noteStrayResponses(from.integrationResponses, undefined, tolerance);
  const routes = compileHttpRoutes(legalRoutes(from));
  return makeDeployment({ id, protocol: 'http', routes, errors: httpWordings }, tolerance, () => ({
    cors: compileCors(requireValid(api)),
  }));
}

/** Returns the routes whose keys AWS accepts. If two routes have the same key, the first is used. */
function legalRoutes(from: V2Resources): readonly MessageRoutePlan[] {
  const compiled = compileRoutes(from, 'http', undefined);
  noteIllegalKeys(
    compiled.map(([, route]) => route),
    from.tolerance,
  );
  const seen = new Set<string>();
  return compiled.flatMap(([plan]) => {
    if (seen.has(plan.routeKey) || checkHttpRoutes([plan.routeKey]).length > 0) return [];
    seen.add(plan.routeKey);
    return [plan];
  });
}

/**
 * Compiles a WebSocket API.
 * @throws DefinitionError for a definition that AWS refuses.
 */
export function compileWebSocketDeployment(id: string, from: V2Resources): Deployment {
  const { api, tolerance } = from;
  noteStrayResponses(from.integrationResponses, from.integrations, tolerance);
  const models = compileUsableModels(api.id, from.models, tolerance);
  const plans = withoutNeedless(compileRoutes(from, 'websocket', models)).map(([plan]) => plan);
  const routes = new Map(plans.toReversed().map((plan) => [plan.routeKey, plan]));
  noteRepeatedKeys(
    api,
    plans.map(({ routeKey }) => routeKey),
    tolerance,
  );
  const beginning = {
    id,
    protocol: 'websocket',
    errors: websocketWordings,
    routes: { find: () => undefined, plans },
    messageRouting: { select: () => undefined, expression: '', routes },
  } as const;
  return makeDeployment(beginning, tolerance, () => ({
    apiKeySource: readApiKeySelection(requireValid(api)),
    messageRouting: compileSelection(api, routes),
  }));
}

/**
 * Keeps at most one of the closed `$connect` routes that replace routes whose key cannot be read, because an API has one
 * `$connect`. None is kept if the API has a `$connect` of its own.
 */
function withoutNeedless(routes: ReturnType<typeof compileRoutes>): ReturnType<typeof compileRoutes> {
  const isStandIn = ([{ routeKey }, route]: (typeof routes)[number]): boolean =>
    routeKey === '$connect' && route.properties['RouteKey'] !== '$connect';
  const hasConnect = routes.some(([, route]) => route.properties['RouteKey'] === '$connect');
  const needed = hasConnect ? undefined : routes.find(isStandIn);
  return routes.filter((one) => !isStandIn(one) || one === needed);
}

function compileSelection(
  api: PropertyBag,
  routes: ReadonlyMap<string, MessageRoutePlan>,
): Deployment['messageRouting'] {
  const selection = compileMessageRouting(
    readText(api, 'RouteSelectionExpression', '$request.body.action'),
    routes,
  );
  if (selection.kind === 'compiled') return selection.routing;
  throw new DefinitionError(api.place('RouteSelectionExpression'), selection.message);
}
