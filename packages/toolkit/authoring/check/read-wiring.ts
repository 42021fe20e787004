/**
 * Reads how an API uses the toolkit's authorizers. The source is a compiled CloudFormation template with unresolved
 * intrinsics.
 */
import { membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { identifyFunction } from './check-wiring.ts';
import type { ApiKeySource, WiredAuthorizer, WiredRoute, WiredSource } from './check-wiring.ts';

const KINDS: Readonly<Record<string, WiredSource['kind']>> = {
  'request.header': 'header',
  'request.querystring': 'querystring',
  stageVariables: 'stageVariable',
  context: 'context',
};

const MAX_PATH_CHARACTERS = 10_000;

/**
 * Returns the authorizers of an API that call a function of the toolkit. The function is recognized by its name in the
 * template or by the imported export.
 */
export function readWiring(resources: UnknownMembers, apiLogicalId: string): readonly WiredAuthorizer[] {
  return Object.entries(resources).flatMap(([logicalId, resource]) => {
    const { Type: type, Properties } = membersOf(resource);
    const properties = membersOf(Properties);
    const { Ref: api } = membersOf(properties['RestApiId'] ?? properties['ApiId']);
    const calls = identifyFunction(JSON.stringify(properties['AuthorizerUri'] ?? ''));
    if (api !== apiLogicalId || calls === undefined) return [];
    const name = typeof properties['Name'] === 'string' ? properties['Name'] : logicalId;
    if (type === 'AWS::ApiGateway::Authorizer') return [{ ...readRest(name, properties), calls }];
    return type === 'AWS::ApiGatewayV2::Authorizer'
      ? [{ ...readV2(name, properties, resources, apiLogicalId), calls }]
      : [];
  });
}

/**
 * A route of the template. `calls` is the toolkit's function that the route's authorizer calls, if the template
 * contains this information. `isForeign` is set if the authorizer calls another function of the same template, which
 * charges nobody.
 */
type ReadRoute = WiredRoute & {
  readonly calls: WiredAuthorizer['calls'] | undefined;
  readonly isForeign?: true;
};

type WiredApi = { readonly routes: readonly ReadRoute[]; readonly apiKeySource: ApiKeySource };

/**
 * Returns the routes of an API in the template. It omits what is known only after the deployment: resources and
 * authorizers of other stacks, and routes of an OpenAPI document.
 */
export function readWiredApi(resources: UnknownMembers, apiLogicalId: string): WiredApi {
  const source = propertiesOf(resources, apiLogicalId)['ApiKeySourceType'] ?? 'HEADER';
  const isHere = apiLogicalId in resources;
  return {
    routes: Object.values(resources).flatMap((resource) =>
      readRoute(resources, membersOf(resource), apiLogicalId),
    ),
    apiKeySource: isHere && (source === 'HEADER' || source === 'AUTHORIZER') ? source : undefined,
  };
}

function readRoute(
  resources: UnknownMembers,
  { Type: type, Properties }: UnknownMembers,
  api: string,
): readonly ReadRoute[] {
  const properties = membersOf(Properties);
  const { AuthorizationType: by, ApiKeyRequired: asksForKey, HttpMethod: verb, RouteKey: key } = properties;
  if (refOf(properties['RestApiId'] ?? properties['ApiId']) !== api) return [];
  const place =
    type === 'AWS::ApiGateway::Method'
      ? [verb, pathOf(resources, properties['ResourceId'], api)]
      : type === 'AWS::ApiGatewayV2::Route'
        ? placeOf(key)
        : [];
  const [method, path] = place;
  if (typeof method !== 'string' || typeof path !== 'string') return [];
  const authorizer = by === 'CUSTOM' ? readPayload(resources, properties['AuthorizerId']) : 'none';
  if (authorizer === undefined) return [];
  const isGuarded = authorizer !== 'none';
  return [
    {
      method,
      path,
      apiKeyRequired: !(asksForKey === undefined || isFalse(asksForKey)),
      authorizer: isGuarded ? { payload: authorizer } : undefined,
      calls: isGuarded ? calledBy(resources, properties['AuthorizerId']) : undefined,
      ...(isGuarded && isForeign(resources, properties['AuthorizerId']) && { isForeign: true }),
    },
  ];
}

/**
 * Returns the payload type of an authorizer; `none` if its type is neither TOKEN nor REQUEST, and undefined if it is
 * not in this template. Any other authorizer may belong to the toolkit, because its function may be unknown until it is
 * deployed.
 */
function readPayload(
  resources: UnknownMembers,
  id: unknown,
): WiredAuthorizer['payload'] | 'none' | undefined {
  const logicalId = refOf(id);
  if (logicalId === undefined || !(logicalId in resources)) return undefined;
  const { Type: type, AuthorizerType: typeV2 } = propertiesOf(resources, logicalId);
  if (typeV2 === 'REQUEST') return 'http-2.0';
  return type === 'TOKEN' ? 'rest-token' : type === 'REQUEST' ? 'rest-request' : 'none';
}

function calledBy(resources: UnknownMembers, id: unknown): WiredAuthorizer['calls'] | undefined {
  return identifyFunction(uriOf(resources, id));
}

/** Whether the authorizer calls a function of this template that is not the toolkit's. */
function isForeign(resources: UnknownMembers, id: unknown): boolean {
  const uri = uriOf(resources, id);
  if (identifyFunction(uri) !== undefined) return false;
  return Object.entries(resources).some(
    ([logicalId, resource]) =>
      membersOf(resource)['Type'] === 'AWS::Lambda::Function' &&
      // By Fn::GetAtt or Ref, or within the text of Fn::Sub.
      [`"${logicalId}"`, `"${logicalId}.`, `\${${logicalId}.`, `\${${logicalId}}`].some((name) =>
        uri.includes(name),
      ),
  );
}

function uriOf(resources: UnknownMembers, id: unknown): string {
  const { AuthorizerUri: uri = '' } = propertiesOf(resources, refOf(id) ?? '');
  return JSON.stringify(uri);
}

/**
 * Returns the path of a resource, such as `/users/{id}`. It is built from the path parts of the resource and of its
 * parents in the template, up to the API's root. Returns undefined if one of them is not in the template.
 */
function pathOf(resources: UnknownMembers, id: unknown, api: string, below = ''): string | undefined {
  const { 'Fn::GetAtt': root } = membersOf(id);
  const [owner, attribute] = Array.isArray(root) ? root.map(String) : String(root).split('.');
  if (owner === api && attribute === 'RootResourceId') return below === '' ? '/' : below;
  const logicalId = refOf(id);
  const { ParentId: parent, PathPart: part } = propertiesOf(resources, logicalId ?? '');
  // If the parents form a cycle, the search ends here, because the path then exceeds API Gateway's limit.
  if (typeof part !== 'string' || below.length > MAX_PATH_CHARACTERS) return undefined;
  return pathOf(resources, parent, api, `/${part}${below}`);
}

/** Splits a route key such as `GET /users`. The key `$default` matches every request that no other route matches. */
function placeOf(routeKey: unknown): readonly unknown[] {
  if (typeof routeKey !== 'string') return [];
  return routeKey.startsWith('$') ? ['ANY', routeKey] : routeKey.split(' ');
}

function isFalse(value: unknown): boolean {
  return value === false || value === 'false';
}

function refOf(value: unknown): string | undefined {
  const { Ref: logicalId } = membersOf(value);
  return typeof logicalId === 'string' ? logicalId : undefined;
}

function propertiesOf(resources: UnknownMembers, logicalId: string): UnknownMembers {
  return membersOf(membersOf(resources[logicalId])['Properties']);
}

type Settings = Omit<WiredAuthorizer, 'calls'>;

function readRest(name: string, properties: UnknownMembers): Settings {
  const isToken = properties['Type'] === 'TOKEN';
  const usual = isToken ? 'method.request.header.Authorization' : '';
  const { IdentitySource: sources = usual } = properties;
  return {
    name,
    payload: isToken ? 'rest-token' : 'rest-request',
    ttlSeconds: numberOf(properties['AuthorizerResultTtlInSeconds'], 300),
    simpleResponses: false,
    identitySources: (typeof sources === 'string' ? sources.split(',') : []).flatMap(readSource),
  };
}

function readV2(
  name: string,
  properties: UnknownMembers,
  resources: UnknownMembers,
  apiLogicalId: string,
): Settings {
  const api = propertiesOf(resources, apiLogicalId);
  const isWebSocket = api['ProtocolType'] === 'WEBSOCKET';
  const sources: unknown = properties['IdentitySource'];
  return {
    name,
    payload: isWebSocket
      ? 'websocket'
      : properties['AuthorizerPayloadFormatVersion'] === '1.0'
        ? 'http-1.0'
        : 'http-2.0',
    ttlSeconds: isWebSocket ? 0 : numberOf(properties['AuthorizerResultTtlInSeconds'], 0),
    simpleResponses: properties['EnableSimpleResponses'] === true,
    identitySources: (Array.isArray(sources) ? sources : []).flatMap((source) => readSource(String(source))),
  };
}

/**
 * Parses an identity source, such as `method.request.header.Authorization`, `$request.header.Authorization`,
 * `route.request.querystring.token` or `context.x`.
 */
function readSource(text: string): readonly WiredSource[] {
  const [, where = '', name = ''] =
    /^\s*\$?(?:method\.|route\.)?(request\.header|request\.querystring|stageVariables|context)\.(\S+)\s*$/.exec(
      text,
    ) ?? [];
  const kind = KINDS[where];
  if (kind === undefined) return [];
  return [{ kind, name: kind === 'header' ? name.toLowerCase() : name }];
}

function numberOf(value: unknown, usual: number): number {
  const number = Number(value ?? usual);
  // A TTL that is known only when the API is deployed may have any value, so the maximum is used.
  return Number.isFinite(number) ? number : 3600;
}
