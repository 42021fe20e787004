/** `AWS::Serverless::Api` and the implicit REST API → API, resources, methods, authorizers, deployment, stage. */
import type { Json, JsonObject } from './model.ts';
import { expandDomain } from './sam-domain.ts';
import { idPart, invocationUri, permission, pick, present, streamingUri } from './sam-expansion.ts';
import type { SamApi, SamExpansion, SamRoute } from './sam-expansion.ts';
import { isJsonList, isJsonObject } from './template-source.ts';

const TYPE = 'AWS::Serverless::Api';
const OF_API =
  'Name Description MinimumCompressionSize ApiKeySourceType DisableExecuteApiEndpoint FailOnWarnings Mode Tags Policy'.split(
    ' ',
  );
const OF_STAGE =
  'Variables MethodSettings AccessLogSetting CanarySetting CacheClusterEnabled CacheClusterSize TracingEnabled'.split(
    ' ',
  );
const OF_AUTH = ['DefaultAuthorizer', 'Authorizers', 'AddDefaultAuthorizerToCorsPreflight'];
const OF_EVENT = ['Path', 'Method', 'RestApiId', 'Auth', 'TimeoutInMillis', 'ResponseTransferMode'];

export function expandRestApi(expansion: SamExpansion, api: SamApi): void {
  const { logicalId, properties, routes } = api;
  const stageName = properties['StageName'];
  if (stageName === undefined) return expansion.fail(logicalId, 'StageName is required');
  const body = definitionOf(expansion, api);
  expansion.reportUnknown(logicalId, TYPE, properties, [
    ...[
      ...OF_API,
      ...OF_STAGE,
      'StageName',
      'EndpointConfiguration',
      'BinaryMediaTypes',
      'Auth',
      'OpenApiVersion',
    ],
    ...['AlwaysDeploy', 'DefinitionBody', 'Domain', 'MergeDefinitions', 'PropagateTags'],
  ]);
  const auth = isJsonObject(properties['Auth']) ? properties['Auth'] : {};
  for (const name of Object.keys(auth).filter((key) => !OF_AUTH.includes(key))) {
    expansion.report(logicalId, TYPE, `Auth.${name}`, 'this property is not applied');
  }
  const origin = expansion.origins.get(logicalId) ?? logicalId;
  const binary = properties['BinaryMediaTypes'];
  expansion.make(origin, logicalId, 'AWS::ApiGateway::RestApi', {
    ...pick(properties, OF_API),
    Name: properties['Name'] ?? { 'Fn::Sub': `\${AWS::StackName}-${logicalId}` },
    ...present({ Body: body, EndpointConfiguration: endpointOf(properties['EndpointConfiguration']) }),
    // SAM keys are JSON pointers: `image~1png`.
    ...present({ BinaryMediaTypes: isJsonList(binary) ? binary.map(unescapePointer) : undefined }),
  });
  makeAuthorizers(expansion, origin, logicalId, auth);
  for (const route of routes) makePermission(expansion, logicalId, route);
  const methods =
    body === undefined ? routes.map((route) => makeMethod(expansion, origin, logicalId, auth, route)) : [];
  const deploymentId = `${logicalId}Deployment`;
  expansion.make(origin, deploymentId, 'AWS::ApiGateway::Deployment', { RestApiId: { Ref: logicalId } });
  const deployment = expansion.resources.get(deploymentId);
  if (isJsonObject(deployment)) expansion.copy(deploymentId, { ...deployment, DependsOn: methods });
  const stageId = `${logicalId}${typeof stageName === 'string' ? idPart(stageName) : ''}Stage`;
  expansion.make(origin, stageId, 'AWS::ApiGateway::Stage', {
    ...pick(properties, OF_STAGE),
    RestApiId: { Ref: logicalId },
    DeploymentId: { Ref: deploymentId },
    StageName: stageName,
  });
  const owner = { kind: 'rest', origin, type: TYPE, apiId: logicalId, stageId } as const;
  expandDomain(expansion, owner, properties['Domain']);
}

/**
 * The API's own document, if it has one: its routes are then the document's, and events only allow the call.
 * `Auth` would be written into the document by SAM; here the document has to say it.
 */
export function definitionOf(expansion: SamExpansion, { logicalId, properties }: SamApi): Json | undefined {
  if (properties['DefinitionUri'] !== undefined)
    expansion.fail(logicalId, 'DefinitionUri: a document in S3 cannot be loaded; name a local file');
  const body = properties['DefinitionBody'];
  if (body !== undefined && properties['Auth'] !== undefined)
    expansion.fail(
      logicalId,
      'Auth beside DefinitionBody is not served: write securitySchemes and security into the document',
    );
  return body;
}

/** SAM has one type, as a text or under `Type`, and spells the endpoints' ids its own way. */
function endpointOf(endpoint: Json | undefined): Json | undefined {
  if (typeof endpoint === 'string') return { Types: [endpoint] };
  if (!isJsonObject(endpoint)) return endpoint;
  const { Type: type, VPCEndpointIds: VpcEndpointIds, ...rest } = endpoint;
  return { ...rest, ...present({ Types: type === undefined ? undefined : [type], VpcEndpointIds }) };
}

function unescapePointer(type: Json): Json {
  return typeof type === 'string' ? type.replaceAll('~1', '/') : type;
}

function makeAuthorizers(expansion: SamExpansion, origin: string, apiId: string, auth: JsonObject): void {
  const authorizers = isJsonObject(auth['Authorizers']) ? auth['Authorizers'] : {};
  for (const [name, authorizer] of Object.entries(authorizers)) {
    if (!isJsonObject(authorizer)) continue;
    const identity = isJsonObject(authorizer['Identity']) ? authorizer['Identity'] : {};
    const functionArn = authorizer['FunctionArn'];
    const isRequest = authorizer['FunctionPayloadType'] === 'REQUEST';
    const id = `${apiId}${idPart(name)}Authorizer`;
    expansion.make(origin, id, 'AWS::ApiGateway::Authorizer', {
      RestApiId: { Ref: apiId },
      Name: name,
      Type: functionArn === undefined ? 'COGNITO_USER_POOLS' : isRequest ? 'REQUEST' : 'TOKEN',
      ...present({
        AuthorizerUri: functionArn === undefined ? undefined : invocationUri(functionArn),
        ProviderARNs:
          authorizer['UserPoolArn'] === undefined ? undefined : [authorizer['UserPoolArn']].flat(),
        AuthorizerCredentials: authorizer['FunctionInvokeRole'],
        AuthorizerResultTtlInSeconds: identity['ReauthorizeEvery'],
        IdentityValidationExpression: identity['ValidationExpression'],
        IdentitySource: isRequest ? requestSources(identity) : tokenSource(identity),
      }),
    });
    const needsPermission =
      authorizer['FunctionInvokeRole'] === undefined &&
      authorizer['DisableFunctionDefaultPermissions'] !== true;
    if (functionArn !== undefined && needsPermission) {
      expansion.make(
        origin,
        `${id}Permission`,
        'AWS::Lambda::Permission',
        permission(functionArn, apiId, 'authorizers/*'),
      );
    }
  }
}

function tokenSource(identity: JsonObject): string {
  const header = identity['Header'];
  return `method.request.header.${typeof header === 'string' ? header : 'Authorization'}`;
}

function requestSources(identity: JsonObject): string | undefined {
  const sources = [
    ['Headers', 'method.request.header.'],
    ['QueryStrings', 'method.request.querystring.'],
    ['StageVariables', 'stageVariables.'],
    ['Context', 'context.'],
  ].flatMap(([key = '', prefix = '']) => {
    const names = identity[key];
    return isJsonList(names)
      ? names.filter((name) => typeof name === 'string').map((name) => prefix + name)
      : [];
  });
  return sources.length === 0 ? undefined : sources.join(',');
}

function makeMethod(
  expansion: SamExpansion,
  origin: string,
  apiId: string,
  apiAuth: JsonObject,
  route: SamRoute,
): string {
  const { functionId, eventName, path, method, properties } = route;
  for (const name of Object.keys(properties).filter((key) => !OF_EVENT.includes(key))) {
    expansion.report(functionId, TYPE, `Events.${eventName}.${name}`, 'this property is not applied');
  }
  const resourceId = makeResources(expansion, origin, apiId, path);
  const methodId = `${apiId}${idPart(path)}${method.charAt(0)}${method.slice(1).toLowerCase()}Method`;
  expansion.make(functionId, methodId, 'AWS::ApiGateway::Method', {
    RestApiId: { Ref: apiId },
    ResourceId: resourceId,
    HttpMethod: method,
    ...authorizationOf(apiId, apiAuth, properties['Auth']),
    Integration: {
      Type: 'AWS_PROXY',
      IntegrationHttpMethod: 'POST',
      ...transferOf(properties['ResponseTransferMode'], { 'Fn::GetAtt': [functionId, 'Arn'] }),
      ...pick(properties, ['TimeoutInMillis']),
    },
  });
  return methodId;
}

/** SAM calls the mode after Lambda's: RESPONSE_STREAM. */
function transferOf(mode: Json | undefined, functionArn: Json): JsonObject {
  if (mode !== 'RESPONSE_STREAM')
    return { ...present({ ResponseTransferMode: mode }), Uri: invocationUri(functionArn) };
  return { ResponseTransferMode: 'STREAM', Uri: streamingUri(functionArn) };
}

function makePermission(expansion: SamExpansion, apiId: string, route: SamRoute): void {
  const { functionId, eventName, path, method } = route;
  const scope = `*/${method === 'ANY' ? '*' : method}${path.replace(/\{[^}]*\}/g, '*')}`;
  expansion.make(
    functionId,
    `${functionId}${idPart(eventName)}Permission`,
    'AWS::Lambda::Permission',
    permission({ Ref: functionId }, apiId, scope),
  );
}

function authorizationOf(apiId: string, apiAuth: JsonObject, eventAuth: Json | undefined): JsonObject {
  const own = isJsonObject(eventAuth) ? eventAuth : {};
  const name = own['Authorizer'] ?? apiAuth['DefaultAuthorizer'];
  const more = pick(own, ['ApiKeyRequired', 'AuthorizationScopes']);
  if (typeof name !== 'string' || name === 'NONE') return { ...more, AuthorizationType: 'NONE' };
  if (name === 'AWS_IAM') return { ...more, AuthorizationType: 'AWS_IAM' };
  const authorizers = isJsonObject(apiAuth['Authorizers']) ? apiAuth['Authorizers'] : {};
  const authorizer = authorizers[name];
  const isCognito = isJsonObject(authorizer) && authorizer['FunctionArn'] === undefined;
  return {
    ...more,
    AuthorizationType: isCognito ? 'COGNITO_USER_POOLS' : 'CUSTOM',
    AuthorizerId: { Ref: `${apiId}${idPart(name)}Authorizer` },
  };
}

/** Makes the resources down to `path` that are not there yet; gives what `ResourceId` says for the last. */
function makeResources(expansion: SamExpansion, origin: string, apiId: string, path: string): Json {
  let parent: Json = { 'Fn::GetAtt': [apiId, 'RootResourceId'] };
  let id = `${apiId}Resource`;
  for (const part of path.split('/').filter((segment) => segment !== '')) {
    id += part.startsWith('{') ? `${idPart(part)}Var` : idPart(part);
    if (!expansion.resources.has(id)) {
      const properties = { RestApiId: { Ref: apiId }, ParentId: parent, PathPart: part };
      expansion.make(origin, id, 'AWS::ApiGateway::Resource', properties);
    }
    parent = { Ref: id };
  }
  return parent;
}
