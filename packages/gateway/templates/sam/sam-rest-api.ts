/**
 * Expands `AWS::Serverless::Api` and the implicit REST API to an API with its document, deployment, stage, domain and
 * usage plan.
 */
import { asText, isJsonList, isJsonObject, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { orClosed } from './sam-closed.ts';
import { addCors } from './sam-cors.ts';
import {
  INTEGRATION,
  emptyDocument,
  hasIntegration,
  isDocument,
  mapMethods,
  methodKey,
  onlyIf,
  pathsOf,
  putDefinitions,
  putMethod,
  withOpenApiSections,
} from './sam-document.ts';
import { expandDomain } from './sam-domain.ts';
import { invocationUri, permission, pick, present, streamingUri } from './sam-expansion.ts';
import type { SamApi, SamExpansion, SamRoute } from './sam-expansion.ts';
import { makeRestPermissionId } from './sam-ids.ts';
import { localOrS3Body } from './sam-function.ts';
import { modelDefinitions, putValidators, requestRules, withIntegration } from './sam-request-model.ts';
import { addResourcePolicy } from './sam-resource-policy.ts';
import { IN_DOCUMENT } from './sam-property-types.ts';
import { addRestSecurity, eventCredentials, eventSecurity } from './sam-rest-security.ts';
import { stateMachineMethod } from './sam-state-machine.ts';
import { expandUsagePlan } from './sam-usage-plan.ts';

const TYPE = 'AWS::Serverless::Api';
/**
 * The stage that SAM creates beside the stage of the API, unless the API has an OpenApiVersion.
 * @see https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-api.html
 */
const EXTRA_STAGE = 'Stage';
const BINARY_TYPES = 'x-amazon-apigateway-binary-media-types';
const words = (text: string): readonly string[] => text.split(' ');
const OF_API = words(
  'Name Description MinimumCompressionSize ApiKeySourceType DisableExecuteApiEndpoint FailOnWarnings Mode Tags Policy SecurityPolicy EndpointAccessMode',
);
const OF_STAGE = words(
  'Variables MethodSettings AccessLogSetting CanarySetting CacheClusterEnabled CacheClusterSize TracingEnabled',
);
const OF_DOCUMENT = words(
  'StageName EndpointConfiguration BinaryMediaTypes Auth Cors GatewayResponses Models OpenApiVersion AlwaysDeploy DefinitionBody DefinitionUri Domain MergeDefinitions PropagateTags',
);
const OF_AUTH = words(
  'DefaultAuthorizer Authorizers AddDefaultAuthorizerToCorsPreflight AddApiKeyRequiredToCorsPreflight ApiKeyRequired InvokeRole ResourcePolicy UsagePlan',
);
const OF_EVENT = words(
  'Path Method RestApiId Auth TimeoutInMillis ResponseTransferMode RequestModel RequestParameters UnescapeMappingTemplate',
);
const OF_EVENT_AUTH = words(
  'Authorizer AuthorizationScopes ApiKeyRequired InvokeRole ResourcePolicy OverrideApiAuth',
);
const OF_RESPONSE = words('ResponseParameters ResponseTemplates StatusCode');

export function expandRestApi(expansion: SamExpansion, api: SamApi): void {
  const { logicalId, properties, routes } = api;
  const stageName = properties['StageName'];
  if (stageName === undefined) return expansion.fail(logicalId, 'StageName is required');
  expansion.reportUnknown(logicalId, TYPE, properties, [...OF_API, ...OF_STAGE, ...OF_DOCUMENT]);
  const auth = mapOf(properties, 'Auth');
  const unknown = Object.keys(auth).find((name) => !OF_AUTH.includes(name));
  // A misspelled guard would leave the API open. SAM also refuses it.
  if (unknown !== undefined) expansion.fail(logicalId, `unknown property ${unknown} in Auth`);
  const binary = properties['BinaryMediaTypes'];
  const location = properties['DefinitionUri'];
  expansion.refuseTwoDefinitions(logicalId, properties);
  expansion.make(logicalId, logicalId, 'AWS::ApiGateway::RestApi', {
    ...pick(properties, OF_API),
    ...(location === undefined
      ? { Body: documentOf(expansion, api, auth, stageName) }
      : { BodyS3Location: localOrS3Body(location) }),
    ...present({ EndpointConfiguration: endpointOf(properties['EndpointConfiguration']) }),
    // In SAM templates, media types are escaped as in JSON pointers. For example, `image~1png` means `image/png`.
    ...present({ BinaryMediaTypes: isJsonList(binary) ? binary.map(unescapePointer) : undefined }),
  });
  makeAuthorizerPermissions(expansion, logicalId, auth);
  for (const route of routes.filter(({ fault }) => fault === undefined))
    allowRestRoute(expansion, logicalId, route);
  const [deploymentId, stageId] = [`${logicalId}Deployment`, expansion.stageIdOf(logicalId, stageName)];
  expansion.make(logicalId, deploymentId, 'AWS::ApiGateway::Deployment', {
    RestApiId: { Ref: logicalId },
    ...(properties['OpenApiVersion'] === undefined &&
      stageName !== EXTRA_STAGE && { StageName: EXTRA_STAGE }),
  });
  expansion.make(logicalId, stageId, 'AWS::ApiGateway::Stage', {
    ...pick(properties, OF_STAGE),
    RestApiId: { Ref: logicalId },
    DeploymentId: { Ref: deploymentId },
    StageName: stageName,
  });
  expansion.references.set(`${logicalId}.Stage`, stageId).set(`${logicalId}.Deployment`, deploymentId);
  const owner = { kind: 'rest', origin: logicalId, type: TYPE, apiId: logicalId, stageId } as const;
  expandUsagePlan(expansion, owner, auth['UsagePlan']);
  expandDomain(expansion, owner, properties['Domain']);
}

function documentOf(expansion: SamExpansion, api: SamApi, auth: JsonObject, stage: Json): Json {
  const { logicalId, properties, routes } = api;
  const written = properties['DefinitionBody'];
  const isOwn = written !== undefined;
  const needsDocument = IN_DOCUMENT.some((name) => properties[name] !== undefined);
  if (isOwn && !isDocument(written)) {
    if (needsDocument)
      expansion.fail(
        logicalId,
        'DefinitionBody must be an OpenAPI document with paths, because SAM adds routes to it',
      );
    return written;
  }
  const models = modelDefinitions(expansion, logicalId, properties['Models']);
  let document = isOwn ? ownDocument(written, properties) : emptyDocument('rest');
  // An API with its own document gets the routes of events only if it is configured to merge them.
  if (!isOwn || properties['MergeDefinitions'] === true)
    for (const route of routes)
      document = orClosed(expansion, route, document, (given) =>
        addRoute(expansion, api, given, { route, auth, models }),
      );
  else
    for (const route of routes)
      document = orClosed(expansion, route, document, (given) => overrideAuth(expansion, given, route, auth));
  document = addEventPolicies(expansion, api, document);
  document = addCors(expansion, logicalId, document, properties['Cors'], !isOwn);
  document = addRestSecurity(expansion, logicalId, document, auth);
  document = addResourcePolicy(expansion, logicalId, document, auth['ResourcePolicy'], {
    paths: Object.keys(pathsOf(document)),
    stage,
  });
  document = addGatewayResponses(expansion, logicalId, document, properties['GatewayResponses']);
  return putDefinitions(document, 'models', models);
}

/** The property's media types replace the document's media types. */
function ownDocument(written: JsonObject, properties: JsonObject): JsonObject {
  const { [BINARY_TYPES]: _, ...others } = written;
  return withOpenApiSections(properties['BinaryMediaTypes'] === undefined ? written : others);
}

type RouteSurroundings = {
  readonly route: SamRoute;
  readonly auth: JsonObject;
  readonly models: JsonObject;
};

function addRoute(
  expansion: SamExpansion,
  { logicalId, properties }: SamApi,
  document: JsonObject,
  { route, auth, models }: RouteSurroundings,
): JsonObject {
  const { ownerId, path, method } = route;
  const key = methodKey(method);
  const isMerged = properties['MergeDefinitions'] === true;
  if (!isMerged && hasIntegration(document, path, key)) return expansion.failTwice(logicalId, key, route);
  checkEvent(expansion, route);
  expansion.placeMethod(logicalId, path, key, route);
  const rules = requestRules(expansion, models, route, document['swagger'] !== undefined);
  const security = eventSecurity(expansion, auth, route);
  const definition = withIntegration(
    {
      ...methodOf(route, auth),
      ...rules.members,
      ...(security.length === 0 ? {} : { security }),
    },
    { ...rules.integration, ...timeoutOf(route) },
  );
  const condition = expansion.conditionOf(ownerId);
  const put = putMethod(
    document,
    path,
    key,
    condition === undefined ? definition : onlyIf(condition, definition),
  );
  return putValidators(put, rules.validators);
}

/** Adds the policies of events after all routes, because each of these policies applies to all methods of its path. */
function addEventPolicies(
  expansion: SamExpansion,
  { logicalId, properties, routes }: SamApi,
  document: JsonObject,
): JsonObject {
  const stage = expansion.stageOfEvents(logicalId);
  const isMade = properties['DefinitionBody'] === undefined || properties['MergeDefinitions'] === true;
  return routes.reduce((given, route) => {
    const policy = mapOf(route.properties, 'Auth')['ResourcePolicy'];
    if (policy === undefined || !(isMade || overridesAuth(route))) return given;
    return orClosed(expansion, route, given, (open) =>
      addResourcePolicy(expansion, route.ownerId, open, policy, { paths: [route.path], stage }),
    );
  }, document);
}

function overrideAuth(
  expansion: SamExpansion,
  document: JsonObject,
  route: SamRoute,
  auth: JsonObject,
): JsonObject {
  if (!overridesAuth(route)) return document;
  const added = eventSecurity(expansion, auth, route);
  return mapMethods(document, (definition, key, path) => {
    if (path !== route.path || key !== methodKey(route.method) || added.length === 0) return definition;
    const security = isJsonList(definition['security']) ? definition['security'] : [];
    return { ...definition, security: [...security, ...added] };
  });
}

function overridesAuth({ properties }: SamRoute): boolean {
  return mapOf(properties, 'Auth')['OverrideApiAuth'] === true;
}

function checkEvent(expansion: SamExpansion, { ownerId, eventName, properties }: SamRoute): void {
  for (const name of Object.keys(properties).filter((key) => !OF_EVENT.includes(key)))
    expansion.report(ownerId, TYPE, `Events.${eventName}.${name}`, 'this property is not applied');
  const auth = mapOf(properties, 'Auth');
  const unknown = Object.keys(auth).find((name) => !OF_EVENT_AUTH.includes(name));
  if (unknown !== undefined)
    expansion.fail(ownerId, `event ${eventName}: unknown property ${unknown} in Auth`);
}

function methodOf({ properties, target }: SamRoute, auth: JsonObject): JsonObject {
  if (target.kind === 'state-machine')
    return stateMachineMethod(
      target.machineId,
      target.roleArn,
      properties['UnescapeMappingTemplate'] === true,
    );
  const isStream = properties['ResponseTransferMode'] === 'RESPONSE_STREAM';
  return {
    [INTEGRATION]: {
      type: 'aws_proxy',
      httpMethod: 'POST',
      uri: isStream ? streamingUri(target.arn) : invocationUri(target.arn),
      ...present({
        // SAM uses Lambda's name for this mode, and ignores API Gateway's names.
        responseTransferMode: isStream ? 'STREAM' : undefined,
        credentials: eventCredentials(auth, properties['Auth']),
      }),
    },
    responses: {},
  };
}

function timeoutOf({ properties }: SamRoute): JsonObject {
  return present({ timeoutInMillis: properties['TimeoutInMillis'] });
}

function addGatewayResponses(
  expansion: SamExpansion,
  apiId: string,
  document: JsonObject,
  responses: Json | undefined,
): JsonObject {
  if (responses === undefined) return document;
  if (!isJsonObject(responses))
    return expansion.fail(apiId, `GatewayResponses must be a mapping, not ${JSON.stringify(responses)}`);
  const entries = Object.entries(responses).map(([type, response]) => {
    const unknown =
      isJsonObject(response) && Object.keys(response).find((name) => !OF_RESPONSE.includes(name));
    if (!isJsonObject(response) || typeof unknown === 'string')
      return expansion.fail(apiId, `GatewayResponses.${type} takes ${OF_RESPONSE.join(', ')}`);
    return [type, responseOf(response)] as const;
  });
  const section = 'x-amazon-apigateway-gateway-responses';
  const known = mapOf(document, section);
  return { ...document, [section]: { ...known, ...Object.fromEntries(entries) } };
}

/** Converts `{ Headers: { X: "'1'" } }` to `{ "gatewayresponse.header.X": "'1'" }`. */
function responseOf(response: JsonObject): JsonObject {
  const groups = mapOf(response, 'ResponseParameters');
  const parameters = [
    ['Headers', 'header'],
    ['Paths', 'path'],
    ['QueryStrings', 'querystring'],
  ].flatMap(([group = '', place = '']) => {
    const named = groups[group];
    return isJsonObject(named)
      ? Object.entries(named).map(([name, value]) => [`gatewayresponse.${place}.${name}`, value] as const)
      : [];
  });
  return present({
    responseParameters: Object.fromEntries(parameters),
    responseTemplates: response['ResponseTemplates'],
    statusCode: response['StatusCode'],
  });
}

/**
 * Converts the endpoint configuration. SAM allows only one type, as a string or under `Type`, and spells the member
 * with the endpoint ids differently.
 */
function endpointOf(endpoint: Json | undefined): Json | undefined {
  if (typeof endpoint === 'string') return { Types: [endpoint] };
  if (!isJsonObject(endpoint)) return endpoint;
  // SAM copies only these members.
  const { Type: type, VPCEndpointIds: VpcEndpointIds, IpAddressType } = endpoint;
  return present({ Types: type === undefined ? undefined : [type], VpcEndpointIds, IpAddressType });
}

function unescapePointer(type: Json): Json {
  return typeof type === 'string' ? type.replaceAll('~1', '/') : type;
}

function makeAuthorizerPermissions(expansion: SamExpansion, apiId: string, auth: JsonObject): void {
  const authorizers = mapOf(auth, 'Authorizers');
  for (const [name, authorizer] of Object.entries(authorizers)) {
    const functionArn = membersOf(authorizer)['FunctionArn'];
    if (!isJsonObject(authorizer) || functionArn === undefined) continue;
    if (authorizer['DisableFunctionDefaultPermissions'] === true) continue;
    const id = `${apiId}${name}AuthorizerPermission`;
    const allow = permission(functionArn, apiId, 'authorizers/*');
    expansion.make(apiId, id, 'AWS::Lambda::Permission', allow);
  }
}

export function allowRestRoute(expansion: SamExpansion, apiId: string, route: SamRoute): void {
  const { ownerId, eventName, path, properties, target } = route;
  if (target.kind !== 'function') return;
  // As in SAM, only ANY stands for all methods. A permission for `x-amazon-apigateway-any-method` allows nothing.
  const method = (asText(properties['Method']) ?? 'ANY').toUpperCase();
  const scope = `*/${method === 'ANY' ? '*' : method}${path.replace(/\{[^}]*\}/g, '*').replace(/(.)\/$/, '$1')}`;
  expansion.make(
    ownerId,
    makeRestPermissionId(`${ownerId}${eventName}Permission`, expansion.stageOfEvents(apiId)),
    'AWS::Lambda::Permission',
    // A logical id that is written without `Ref` is not resolved, as in SAM.
    permission(target.name, asText(properties['RestApiId']) === undefined ? apiId : { text: apiId }, scope),
  );
}
