/**
 * Finds the setting of serverless.yml from which osls generates an authorizer, or the event from which it generates a
 * route, and their properties.
 */
import { asText, isJsonList, listOf, mapOf, membersOf } from '@gatewright/aws/json-object';
import { lowerFirst } from '@gatewright/aws/violations';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { Path, SourceTree } from '../cloudformation/template-source.ts';
import { VERB } from '../../core/stack/route-parts.ts';
import { memberAt } from '../template-place.ts';
import { canResultIn } from './written-variables.ts';
import type { PackagedService } from './packaged-service.ts';

/** Settings of an authorizer whose name differs from the property's in more than the first letter. */
const OF_AUTHORIZERS: Readonly<Record<string, Path>> = {
  AuthorizerPayloadFormatVersion: ['payloadVersion'],
  AuthorizerResultTtlInSeconds: ['resultTtlInSeconds'],
  AuthorizerType: ['type'],
  AuthorizerUri: ['arn'],
  'JwtConfiguration.Audience': ['audience'],
  'JwtConfiguration.Issuer': ['issuerUrl'],
  ProviderARNs: ['arn'],
};

/** Settings of an event from which osls generates a property of a route, by the kind of the event. */
const OF_ROUTES: Readonly<Record<string, Readonly<Record<string, Path>>>> = {
  http: {
    ApiKeyRequired: ['private'],
    AuthorizationScopes: ['authorizer', 'scopes'],
    AuthorizationType: ['authorizer'],
    AuthorizerId: ['authorizer'],
    ConnectionId: ['connectionId'],
    ConnectionType: ['connectionType'],
    ContentHandling: ['request', 'contentHandling'],
    HttpMethod: ['method'],
    IntegrationHttpMethod: ['request', 'method'],
    OperationName: ['operationId'],
    PassthroughBehavior: ['request', 'passThrough'],
    RequestModels: ['request', 'schemas'],
    RequestParameters: ['request', 'parameters'],
    ResourceId: ['path'],
    RequestTemplates: ['request', 'template'],
    RequestValidatorId: ['request'],
    TimeoutInMillis: ['timeoutInMillis'],
    Type: ['integration'],
    Uri: ['request', 'uri'],
  },
  httpApi: {
    AuthorizationScopes: ['authorizer', 'scopes'],
    AuthorizationType: ['authorizer'],
    RouteKey: ['path'],
  },
  websocket: { AuthorizationType: ['authorizer'], RouteKey: ['route'] },
};

/** Returns where a property of an authorizer is set; undefined for another resource. */
export function findAuthorizerSetting(
  tree: SourceTree,
  resource: Json | undefined,
  property: Path,
): Path | undefined {
  const at = findAuthorizer(tree, resource);
  const [first = '', second = '', ...rest] = property;
  if (at === undefined || first === '') return at;
  const nested = OF_AUTHORIZERS[`${first}.${second}`];
  return nested === undefined
    ? [...at, ...(OF_AUTHORIZERS[first] ?? [lowerFirst(first)]), ...property.slice(1)]
    : [...at, ...nested, ...rest];
}

/** The kinds of events in which osls finds the authorizers of each type. */
const EVENTS_OF_AUTHORIZERS: Readonly<Record<string, string>> = {
  'AWS::ApiGateway::Authorizer': 'http',
  'AWS::ApiGatewayV2::Authorizer': 'websocket',
};

/**
 * Returns where an authorizer is set: in the provider for an HTTP API, in the first event with it for a REST or
 * WebSocket API.
 */
function findAuthorizer(tree: SourceTree, resource: Json | undefined): Path | undefined {
  const { Type: type, Properties: properties } = membersOf(resource);
  const kind = EVENTS_OF_AUTHORIZERS[asText(type) ?? ''];
  const { Name: name } = membersOf(properties);
  if (kind === undefined || typeof name !== 'string') return undefined;
  const ofProvider = ['provider', 'httpApi', 'authorizers', name];
  if (kind === 'websocket' && memberAt(tree.value, ofProvider) !== undefined) return ofProvider;
  const found = Object.entries(mapOf(tree.value, 'functions')).flatMap(([own, settings]) =>
    listOf(membersOf(settings), 'events').flatMap((event, index) => {
      const { authorizer } = mapOf(membersOf(event), kind);
      const path: Path = ['functions', own, 'events', String(index), kind, 'authorizer'];
      return authorizer === undefined ? [] : [{ path, name: nameOfAuthorizer(authorizer) }];
    }),
  );
  return (found.find((one) => one.name === name) ?? found.find((one) => one.name === undefined))?.path;
}

/**
 * Returns the name that osls gives an authorizer: its own name, or the last piece (after the last hyphen) of the
 * function's name in its ARN. Returns undefined if the ARN has a variable, or is a function of CloudFormation.
 */
function nameOfAuthorizer(authorizer: Json): string | undefined {
  const { name, arn } = membersOf(authorizer);
  const text = asText(name) ?? asText(arn) ?? asText(authorizer);
  if (text === undefined || text.includes('${')) return undefined;
  return text.startsWith('arn:') ? /[^:-]*$/.exec(text)?.[0] : text;
}

/**
 * Returns the event of a route, or the setting in it from which osls generates a property; undefined for another
 * resource, and for a property for which no setting is known.
 */
export function findRouteSetting(
  tree: SourceTree,
  resource: Json | undefined,
  property: Path,
  { template, functions }: Pick<PackagedService, 'template' | 'functions'>,
): Path | undefined {
  const { Type: type, Properties: properties } = membersOf(resource);
  const key = keyOf(asText(type) ?? '', membersOf(properties), mapOf(template, 'Resources'));
  if (key === undefined) return undefined;
  const at = findEvent(tree, key, functions);
  if (at === undefined) return findPreflightSetting(tree, key, functions, property);
  const [first = '', second = '', ...rest] = property;
  if (first === '') return at;
  if (second === 'IntegrationResponses' && membersOf(memberAt(tree.value, at))['response'] === undefined)
    return membersOf(memberAt(tree.value, at))['integration'] === undefined ? at : [...at, 'integration'];
  if (second === 'IntegrationResponses')
    return [...at, ...settingOfResponse(rest, resource, memberAt(tree.value, at) ?? '')];
  const member = OF_ROUTES[at.at(-1) ?? '']?.[first === 'Integration' ? second : first];
  const within = first === 'Integration' ? rest : property.slice(1);
  const event = memberAt(tree.value, at) ?? '';
  // Both parts of the key of a route have their own settings.
  if (first === 'RouteKey' && second === VERB) return [...at, 'method'];
  if (first === 'RequestParameters')
    return [...at, ...settingOfParameter(property.slice(1).join('.'), memberAt(event, PARAMETERS))];
  if (rest.join('.').endsWith(INVOCATION_TYPE) && membersOf(event)['async'] !== undefined)
    return [...at, 'async'];
  const isImplied =
    BY_INTEGRATION.has(second) &&
    member !== undefined &&
    memberAt(event, member) === undefined &&
    membersOf(event)['integration'] !== undefined;
  if (isImplied) return [...at, 'integration'];
  return member === undefined ? undefined : [...at, ...member, ...within];
}

const PARAMETERS = ['request', 'parameters'];
/** The lists of parameters in an event, by the part of the request in which CloudFormation has the parameter. */
const OF_PARAMETERS: Readonly<Record<string, string>> = {
  querystring: 'querystrings',
  header: 'headers',
  path: 'paths',
};

/** @param name the name that the parameter has in CloudFormation, such as `method.request.querystring.id` */
function settingOfParameter(name: string, written: Json | undefined): Path {
  const [, kind = '', own = ''] = /^method\.request\.(\w+)\.(.+)$/.exec(name) ?? [];
  const list = OF_PARAMETERS[kind] ?? '';
  return memberAt(written, [list, own]) === undefined ? PARAMETERS : [...PARAMETERS, list, own];
}

/** The request parameter that osls generates from `async: true`. */
const INVOCATION_TYPE = 'X-Amz-Invocation-Type';

/** Members of an integration that osls writes itself if an event has `integration: lambda`, and does not set them. */
const BY_INTEGRATION: ReadonlySet<string> = new Set(['PassthroughBehavior', 'RequestTemplates']);

/** Settings in `cors` of an http event from which osls generates a header of the preflight. */
const OF_PREFLIGHTS: Readonly<Record<string, readonly string[]>> = {
  'Access-Control-Allow-Origin': ['origin', 'origins'],
  'Access-Control-Allow-Headers': ['headers'],
  'Access-Control-Allow-Methods': ['methods'],
  'Access-Control-Allow-Credentials': ['allowCredentials'],
  'Access-Control-Max-Age': ['maxAge'],
};

/** Returns `cors` of the event for whose path osls generates an OPTIONS method, or the setting in it. */
function findPreflightSetting(
  tree: SourceTree,
  { text, isMessage }: RouteName,
  functions: PackagedService['functions'],
  property: Path,
): Path | undefined {
  const [method = '', path = ''] = text.split(' ');
  if (isMessage || method !== 'options') return undefined;
  const found = writtenEvents(tree, functions).find(
    ({ kind, settings }) =>
      kind === 'http' &&
      membersOf(settings)['cors'] !== undefined &&
      normal(`get ${asText(membersOf(settings)['path']) ?? ''}`) === `get ${path}`,
  );
  if (found === undefined) return undefined;
  const cors = [...found.at, 'cors'];
  const [, header = ''] = /method\.response\.header\.([\w-]+)$/.exec(property.join('.')) ?? [];
  const setting = OF_PREFLIGHTS[header]?.find((name) => memberAt(tree.value, [...cors, name]) !== undefined);
  return setting === undefined ? cors : [...cors, setting];
}

type WrittenEvent = { readonly at: Path; readonly kind: string; readonly settings: Json };

function writtenEvents(tree: SourceTree, functions: PackagedService['functions']): readonly WrittenEvent[] {
  return [...functions.values()].flatMap(({ name }) =>
    listOf(mapOf(mapOf(tree.value, 'functions'), name), 'events').flatMap((event, index) =>
      Object.entries(membersOf(event)).map(([kind, settings]) => ({
        at: ['functions', name, 'events', String(index), kind],
        kind,
        settings,
      })),
    ),
  );
}

/**
 * Returns the event of a route. If no event contains the path literally, returns the only event whose variables can
 * result in this path.
 */
function findEvent(
  tree: SourceTree,
  key: RouteName,
  functions: PackagedService['functions'],
): Path | undefined {
  const written = writtenEvents(tree, functions);
  const exact = written.find(({ kind, settings }) => isEventOf(kind, settings, key, (one, of) => one === of));
  if (exact !== undefined) return exact.at;
  const [only, ...others] = written.filter(({ kind, settings }) =>
    isEventOf(kind, settings, key, canResultIn),
  );
  return others.length === 0 ? only?.at : undefined;
}

/**
 * Returns the setting of an integration response in an event: in `response.statusCodes` for its status, or else in
 * `response`, which is the default response.
 * @param property the path in the list of the integration's responses
 */
function settingOfResponse(
  [index = '', member, ...below]: Path,
  method: Json | undefined,
  event: Json,
): Path {
  const responses = ['Properties', 'Integration', 'IntegrationResponses'];
  const status = memberAt(method, [...responses, index, 'StatusCode']);
  // osls writes the key of `statusCodes`, which is a number or a string.
  const ofStatus = [
    'response',
    'statusCodes',
    typeof status === 'number' ? `${status}` : (asText(status) ?? ''),
  ];
  const at = memberAt(event, ofStatus) === undefined ? ['response'] : ofStatus;
  const name = below.join('.').replace(/^method\.response\.header\./, '');
  const within = name === '' ? [] : [name];
  if (member === 'ResponseParameters') return [...at, 'headers', ...within];
  if (member === 'SelectionPattern') return [...at, 'pattern'];
  if (member !== 'ResponseTemplates') return at;
  const isOne = typeof memberAt(event, [...at, 'template']) === 'string';
  return [...at, 'template', ...(isOne ? [] : within)];
}

/** A route as `get /users/{id}`, or the key of a route of a WebSocket API. */
type RouteName = { readonly text: string; readonly isMessage: boolean };

function keyOf(type: string, properties: JsonObject, resources: JsonObject): RouteName | undefined {
  const { RouteKey: routeKey, HttpMethod: method, ApiId: api } = properties;
  if (type === 'AWS::ApiGatewayV2::Route' && typeof routeKey === 'string')
    return membersOf(api)['Ref'] === 'WebsocketsApi'
      ? { text: routeKey, isMessage: true }
      : { text: normal(routeKey), isMessage: false };
  if (type !== 'AWS::ApiGateway::Method' || typeof method !== 'string') return undefined;
  return {
    text: normal(`${method} ${pathOf(properties['ResourceId'], resources) || '/'}`),
    isMessage: false,
  };
}

/** Joins the path part of a REST API's resource with the path parts of its parents. */
function pathOf(resourceId: Json | undefined, resources: JsonObject, depth = 0): string {
  const name = membersOf(resourceId)['Ref'];
  const { PathPart: part, ParentId: parent } = mapOf(membersOf(resources[asText(name) ?? '']), 'Properties');
  return typeof part === 'string' && depth < MOST_PARTS
    ? `${pathOf(parent, resources, depth + 1)}/${part}`
    : '';
}

const MOST_PARTS = 40;

function isEventOf(
  kind: string,
  settings: Json,
  { text, isMessage }: RouteName,
  isMeant: (written: string, text: string) => boolean,
): boolean {
  const { method, path, route } = membersOf(settings);
  if (isMessage) return kind === 'websocket' && isMeant(asText(settings) ?? asText(route) ?? '', text);
  if (kind !== 'http' && kind !== 'httpApi') return false;
  const written = asText(settings) ?? `${asText(method) ?? ''} ${asText(path) ?? ''}`;
  return !isJsonList(settings) && isMeant(normal(written), text);
}

/** osls accepts methods in any case, and paths with or without slashes at their ends. */
function normal(route: string): string {
  const [method = '', path = ''] = route.trim().split(/\s+/);
  if (path === '' || method === '*') return path === '' ? method : `any /${path.replaceAll(/^\/|\/$/g, '')}`;
  return `${method.toLowerCase()} /${path.replaceAll(/^\/|\/$/g, '')}`;
}
