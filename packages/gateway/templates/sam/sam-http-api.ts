/** Expands `AWS::Serverless::HttpApi` and the implicit HTTP API to an API with its document, stage and domain. */
import { isJsonList, isJsonObject, isTrue, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import {
  INTEGRATION,
  emptyDocument,
  hasIntegration,
  isDocument,
  mapMethods,
  methodKey,
  onlyIf,
  putMethod,
} from './sam-document.ts';
import { orClosed } from './sam-closed.ts';
import { invocationUri, permission, pick, present } from './sam-expansion.ts';
import type { SamApi, SamExpansion, SamRoute } from './sam-expansion.ts';
import { localOrS3Body } from './sam-function.ts';
import { expandV2Stage, OF_STAGE } from './sam-v2-stage.ts';
import { addHttpSecurity, httpEventSecurity } from './sam-http-security.ts';

const TYPE = 'AWS::Serverless::HttpApi';
const CORS = 'x-amazon-apigateway-cors';
const OF_API = ['Name', 'Description', 'DisableExecuteApiEndpoint', 'FailOnWarnings', 'Tags'];
const OF_DOCUMENT =
  'StageName Auth CorsConfiguration DefinitionBody DefinitionUri Domain PropagateTags'.split(' ');
const OF_AUTH = ['DefaultAuthorizer', 'Authorizers', 'EnableIamAuthorizer'];
const OF_EVENT = 'Path Method ApiId Auth PayloadFormatVersion TimeoutInMillis RouteSettings'.split(' ');

export function expandHttpApi(expansion: SamExpansion, api: SamApi): void {
  const { logicalId, properties, routes } = api;
  expansion.reportUnknown(logicalId, TYPE, properties, [...OF_API, ...OF_STAGE, ...OF_DOCUMENT]);
  const auth = mapOf(properties, 'Auth');
  const unknown = Object.keys(auth).find((name) => !OF_AUTH.includes(name));
  // A misspelled guard would leave the API open. SAM also refuses it.
  if (unknown !== undefined) expansion.fail(logicalId, `unknown property ${unknown} in Auth`);
  const location = properties['DefinitionUri'];
  expansion.refuseTwoDefinitions(logicalId, properties);
  const cors = properties['CorsConfiguration'];
  expansion.make(logicalId, logicalId, 'AWS::ApiGatewayV2::Api', {
    ...pick(properties, OF_API),
    ProtocolType: 'HTTP',
    ...(location !== undefined && { BodyS3Location: localOrS3Body(location) }),
    ...withCors(location === undefined ? documentOf(expansion, api, auth) : undefined, cors),
  });
  makeAuthorizerPermissions(expansion, logicalId, auth);
  for (const route of routes.filter(({ fault }) => fault === undefined))
    allowHttpRoute(expansion, logicalId, route);
  const stageName = properties['StageName'] ?? '$default';
  const stageId =
    stageName === '$default'
      ? `${logicalId}ApiGatewayDefaultStage`
      : expansion.stageIdOf(logicalId, stageName);
  const settings = routeSettingsOf(expansion, properties, routes);
  expandV2Stage(expansion, { logicalId, type: TYPE, properties, stageName, stageId, settings });
}

/**
 * Returns the API's own document, or an empty document if it does not have one. The routes of the events and their
 * security are added to it.
 */
function documentOf(expansion: SamExpansion, api: SamApi, auth: JsonObject): Json {
  const { logicalId, properties, routes } = api;
  const written = properties['DefinitionBody'];
  if (written !== undefined && !isDocument(written)) {
    if (Object.keys(auth).length > 0 || routes.length > 0)
      expansion.fail(
        logicalId,
        'DefinitionBody must be an OpenAPI document with paths, because SAM adds routes to it',
      );
    return written;
  }
  let document = written ?? emptyDocument('http');
  for (const route of routes)
    document = orClosed(expansion, route, document, (given) => addRoute(expansion, api, given, route, auth));
  return addHttpSecurity(expansion, logicalId, document, auth);
}

/** Adds a route, and applies the settings of its event. If the document has the route, its integration stays. */
function addRoute(
  expansion: SamExpansion,
  api: SamApi,
  document: JsonObject,
  route: SamRoute,
  auth: JsonObject,
): JsonObject {
  const { ownerId, eventName, path, method, properties, target } = route;
  if (target.kind !== 'function') return document;
  const key = methodKey(method);
  for (const name of Object.keys(properties).filter((each) => !OF_EVENT.includes(each)))
    expansion.report(ownerId, TYPE, `Events.${eventName}.${name}`, 'this property is not applied');
  const isWritten = hasIntegration(document, path, key);
  if (isWritten && api.properties['DefinitionBody'] === undefined)
    return expansion.failTwice(api.logicalId, key, route);
  if (!isWritten) expansion.placeMethod(api.logicalId, path, key, route);
  const added = httpEventSecurity(expansion, auth, route);
  return mapMethods(isWritten ? document : putRoute(expansion, document, route, key), (given, ...at) =>
    at[0] === key && at[1] === path ? applyEvent(given, route, added) : given,
  );
}

function putRoute(
  expansion: SamExpansion,
  document: JsonObject,
  { ownerId, path, target }: SamRoute,
  key: string,
): JsonObject {
  const definition = {
    [INTEGRATION]: {
      type: 'aws_proxy',
      httpMethod: 'POST',
      payloadFormatVersion: '2.0',
      ...(target.kind === 'function' && { uri: invocationUri(target.arn) }),
    },
    responses: {},
  };
  const condition = expansion.conditionOf(ownerId);
  return putMethod(document, path, key, condition === undefined ? definition : onlyIf(condition, definition));
}

/** The settings of an event also apply to a route that the document defines, as in SAM's `OpenApiEditor`. */
function applyEvent(
  definition: JsonObject,
  { path, properties }: SamRoute,
  added: readonly Json[],
): JsonObject {
  const { security, parameters } = definition;
  const names = [...path.matchAll(/\{([^}]*)\}/g)].map(([, name = '']) => name);
  const known = isJsonList(parameters) ? parameters : [];
  const changed = known.map((parameter) =>
    names.some((name) => name === membersOf(parameter)['name'])
      ? { ...membersOf(parameter), in: 'path', required: true }
      : parameter,
  );
  const missing = names.filter((name) => !known.some((parameter) => membersOf(parameter)['name'] === name));
  return {
    ...definition,
    [INTEGRATION]: {
      ...mapOf(definition, INTEGRATION),
      ...present({
        payloadFormatVersion: properties['PayloadFormatVersion'],
        timeoutInMillis: properties['TimeoutInMillis'],
      }),
    },
    ...(added.length > 0 && { security: [...(isJsonList(security) ? security : []), ...added] }),
    ...(names.length > 0 && {
      parameters: [...changed, ...missing.map((name) => ({ name, in: 'path', required: true }))],
    }),
  };
}

/**
 * Returns the document and the property with the settings for CORS. If the document has its own settings, each setting
 * of `CorsConfiguration` replaces the setting in the document.
 */
function withCors(document: Json | undefined, cors: Json | undefined): JsonObject {
  const settings = isTrue(cors) ? { AllowOrigins: ['*'] } : cors;
  const own = membersOf(document)[CORS];
  if (!isJsonObject(document) || !isJsonObject(own) || !isJsonObject(settings))
    return present({ Body: document, CorsConfiguration: settings });
  const replaced = Object.entries(settings).map(([name, value]) => [
    name.charAt(0).toLowerCase() + name.slice(1),
    value,
  ]);
  return { Body: { ...document, [CORS]: { ...own, ...(Object.fromEntries(replaced) as JsonObject) } } };
}

function routeSettingsOf(
  expansion: SamExpansion,
  properties: JsonObject,
  routes: readonly SamRoute[],
): JsonObject {
  const own = mapOf(properties, 'RouteSettings');
  const entries = routes.flatMap(({ ownerId, path, method, properties: event }) => {
    const settings = event['RouteSettings'];
    const key = path === '$default' ? path : `${method} ${path}`;
    if (!isJsonObject(settings)) return [];
    const merged = { ...mapOf(own, key), ...settings };
    const condition = expansion.conditionOf(ownerId);
    return [[key, condition === undefined ? merged : onlyIf(condition, merged)] as const];
  });
  return entries.length === 0 ? {} : { RouteSettings: { ...own, ...Object.fromEntries(entries) } };
}

function makeAuthorizerPermissions(expansion: SamExpansion, apiId: string, auth: JsonObject): void {
  const authorizers = mapOf(auth, 'Authorizers');
  for (const [name, authorizer] of Object.entries(authorizers)) {
    if (!isJsonObject(authorizer) || authorizer['EnableFunctionDefaultPermissions'] !== true) continue;
    const functionArn = authorizer['FunctionArn'];
    if (functionArn === undefined) continue;
    const id = `${apiId}${name}AuthorizerPermission`;
    expansion.make(apiId, id, 'AWS::Lambda::Permission', permission(functionArn, apiId, 'authorizers/*'));
  }
}

export function allowHttpRoute(expansion: SamExpansion, apiId: string, route: SamRoute): void {
  const { ownerId, eventName, path, method, target } = route;
  if (target.kind !== 'function') return;
  const place = path === '$default' ? '' : path.replace(/\{[^}]*\}/g, '*').replace(/(.)\/$/, '$1');
  const scope = `*/${method === 'ANY' ? '*' : method}${place}`;
  expansion.make(
    ownerId,
    `${ownerId}${eventName}Permission`,
    'AWS::Lambda::Permission',
    permission(target.name, apiId, scope),
  );
}
