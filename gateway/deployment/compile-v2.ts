/** AWS::ApiGatewayV2::* → the immutable deployment of an HTTP or WebSocket API. */
import { DefinitionError } from '../errors.ts';
import { checkHttpRoutes, compileHttpRoutes } from '../routing/http-routes.ts';
import { compileMessageRouting } from '../routing/message-routes.ts';
import { compileV2Authorizer } from './compile-authorizer.ts';
import { compileCors } from './compile-cors.ts';
import { httpWordings, websocketWordings } from './error-wordings.ts';
import { readLambdaUri } from './integration-uri.ts';
import { readFlag, readInteger, readText } from './properties.ts';
import type { PropertyBag } from './properties.ts';
import type { Authorization, Deployment, Integration, MessageRoutePlan, ProxyPayload } from './model.ts';

/** What an HTTP or WebSocket deployment is compiled from. */
export type V2Resources = {
  readonly api: PropertyBag;
  readonly routes: readonly PropertyBag[];
  readonly integrations: ReadonlyMap<string, PropertyBag>;
  readonly authorizers: ReadonlyMap<string, PropertyBag>;
  readonly routeResponses: readonly PropertyBag[];
};

type V2Protocol = 'http' | 'websocket';

const TIMEOUTS = {
  http: { usual: 30_000, min: 50, max: 30_000 },
  websocket: { usual: 29_000, min: 50, max: 29_000 },
};

function compileAuthorization(route: PropertyBag, from: V2Resources, protocol: V2Protocol): Authorization {
  const type = readText(route, 'AuthorizationType', 'NONE');
  if (type === 'NONE') return { kind: 'none' };
  if (protocol === 'websocket' && readText(route, 'RouteKey') !== '$connect')
    throw new DefinitionError(
      route.place('AuthorizationType'),
      'Currently, authorization is restricted to the $connect route only',
    );
  if (type !== 'CUSTOM') return { kind: 'unsupported', type };
  const id = readText(route, 'AuthorizerId');
  const authorizer = from.authorizers.get(id);
  if (authorizer === undefined)
    throw new DefinitionError(
      route.place('AuthorizerId'),
      `Invalid authorizer ID specified. "${id}" is no authorizer of this API`,
    );
  return compileV2Authorizer(authorizer, protocol);
}

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

function compileIntegration(route: PropertyBag, from: V2Resources, protocol: V2Protocol): Integration {
  const target = route.properties['Target'];
  if (target === undefined || target === null) return { kind: 'none' };
  const id = readText(route, 'Target').replace(/^integrations\//, '');
  const integration = from.integrations.get(id);
  if (integration === undefined)
    throw new DefinitionError(
      route.place('Target'),
      `Invalid integration target "integrations/${id}": no such integration in this API`,
    );
  const type = readText(integration, 'IntegrationType');
  const isService = integration.properties['IntegrationSubtype'] !== undefined;
  if (type !== 'AWS_PROXY' || isService) {
    const name = isService ? readText(integration, 'IntegrationSubtype') : type;
    return { kind: 'unsupported', type: name, reason: `integration type ${name} is not supported yet` };
  }
  const lambda = readLambdaUri(readText(integration, 'IntegrationUri'), true);
  if (lambda.kind === 'invalid')
    throw new DefinitionError(integration.place('IntegrationUri'), lambda.message);
  return {
    kind: 'lambda-proxy',
    payload: readPayload(integration, protocol),
    functionName: lambda.functionName,
    timeoutMs: readInteger(integration, 'TimeoutInMillis', TIMEOUTS[protocol]),
  };
}

function compileRoute(route: PropertyBag, from: V2Resources, protocol: V2Protocol): MessageRoutePlan {
  const routeKey = readText(route, 'RouteKey');
  const [verb = '', path] = routeKey.split(' ');
  const responds = from.routeResponses.some((response) => readText(response, 'RouteId') === route.id);
  const operationName = route.properties['OperationName'];
  return {
    routeKey,
    resourceId: routeKey,
    resourcePath: path ?? routeKey,
    operationName: typeof operationName === 'string' ? operationName : undefined,
    httpMethod: path === undefined ? routeKey : verb,
    logicalId: route.logicalId,
    authorization: compileAuthorization(route, from, protocol),
    apiKeyRequired: readFlag(route, 'ApiKeyRequired'),
    integration: compileIntegration(route, from, protocol),
    repliesToClient: responds,
  };
}

/** @throws DefinitionError for what AWS refuses. */
export function compileHttpDeployment(id: string, from: V2Resources): Deployment {
  const plans = from.routes.map((route) => compileRoute(route, from, 'http'));
  for (const { routeKey, message } of checkHttpRoutes(plans.map((plan) => plan.routeKey))) {
    const route = from.routes.findLast((candidate) => readText(candidate, 'RouteKey') === routeKey);
    throw new DefinitionError((route ?? from.api).place('RouteKey'), message);
  }
  return {
    id,
    protocol: 'http',
    routes: compileHttpRoutes(plans),
    errors: httpWordings,
    cors: compileCors(from.api),
    binaryMediaTypes: [],
    messageRouting: undefined,
  };
}

/** @throws DefinitionError for what AWS refuses. */
export function compileWebSocketDeployment(id: string, from: V2Resources): Deployment {
  const plans = from.routes.map((route) => compileRoute(route, from, 'websocket'));
  const routes = new Map(plans.map((plan) => [plan.routeKey, plan]));
  if (routes.size < plans.length)
    throw new DefinitionError(from.api.place(), 'Two routes of this API have the same RouteKey');
  const selection = compileMessageRouting(
    readText(from.api, 'RouteSelectionExpression', '$request.body.action'),
    routes,
  );
  if (selection.kind === 'invalid')
    throw new DefinitionError(from.api.place('RouteSelectionExpression'), selection.message);
  return {
    id,
    protocol: 'websocket',
    routes: { find: () => undefined, plans },
    errors: websocketWordings,
    cors: undefined,
    binaryMediaTypes: [],
    messageRouting: selection.routing,
  };
}
