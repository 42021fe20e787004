/** `AWS::Serverless::HttpApi` and the implicit HTTP API → API, integrations, routes, authorizers, stage. */
import type { Json, JsonObject } from './model.ts';
import { expandDomain } from './sam-domain.ts';
import { idPart, invocationUri, permission, pick, present } from './sam-expansion.ts';
import type { SamApi, SamExpansion, SamRoute } from './sam-expansion.ts';
import { definitionOf } from './sam-rest-api.ts';
import { isJsonList, isJsonObject } from './template-source.ts';

const TYPE = 'AWS::Serverless::HttpApi';
const OF_API = ['Name', 'Description', 'DisableExecuteApiEndpoint', 'FailOnWarnings', 'Tags'];
const OF_STAGE = ['StageVariables', 'AccessLogSettings', 'DefaultRouteSettings', 'RouteSettings'];
const OF_AUTH = ['DefaultAuthorizer', 'Authorizers', 'EnableIamAuthorizer'];
const OF_EVENT = ['Path', 'Method', 'ApiId', 'Auth', 'PayloadFormatVersion', 'TimeoutInMillis'];

export function expandHttpApi(expansion: SamExpansion, api: SamApi): void {
  const { logicalId, properties, routes } = api;
  const body = definitionOf(expansion, api);
  expansion.reportUnknown(logicalId, TYPE, properties, [
    ...[
      ...OF_API,
      ...OF_STAGE,
      'StageName',
      'Auth',
      'CorsConfiguration',
      'DefinitionBody',
      'Domain',
      'PropagateTags',
    ],
  ]);
  const auth = isJsonObject(properties['Auth']) ? properties['Auth'] : {};
  for (const name of Object.keys(auth).filter((key) => !OF_AUTH.includes(key))) {
    expansion.report(logicalId, TYPE, `Auth.${name}`, 'this property is not applied');
  }
  const origin = expansion.origins.get(logicalId) ?? logicalId;
  const cors = properties['CorsConfiguration'];
  expansion.make(origin, logicalId, 'AWS::ApiGatewayV2::Api', {
    ...pick(properties, OF_API),
    Name: properties['Name'] ?? { 'Fn::Sub': '${AWS::StackName}' },
    ProtocolType: 'HTTP',
    ...present({ Body: body, CorsConfiguration: cors === true ? { AllowOrigins: ['*'] } : cors }),
  });
  makeAuthorizers(expansion, origin, logicalId, auth);
  for (const route of routes) {
    if (body === undefined) makeRoute(expansion, logicalId, auth, route);
    makePermission(expansion, logicalId, route);
  }
  const stageName = properties['StageName'] ?? '$default';
  const stageId = stageName === '$default' ? `${logicalId}ApiGatewayDefaultStage` : `${logicalId}Stage`;
  expansion.make(origin, stageId, 'AWS::ApiGatewayV2::Stage', {
    ...pick(properties, OF_STAGE),
    ApiId: { Ref: logicalId },
    StageName: stageName,
    AutoDeploy: true,
  });
  const owner = { kind: 'http', origin, type: TYPE, apiId: logicalId, stageId } as const;
  expandDomain(expansion, owner, properties['Domain']);
}

function makeAuthorizers(expansion: SamExpansion, origin: string, apiId: string, auth: JsonObject): void {
  const authorizers = isJsonObject(auth['Authorizers']) ? auth['Authorizers'] : {};
  for (const [name, authorizer] of Object.entries(authorizers)) {
    if (!isJsonObject(authorizer)) continue;
    const identity = isJsonObject(authorizer['Identity']) ? authorizer['Identity'] : {};
    const functionArn = authorizer['FunctionArn'];
    const id = `${apiId}${idPart(name)}Authorizer`;
    const shared = { ApiId: { Ref: apiId }, Name: name };
    if (functionArn === undefined) {
      expansion.make(origin, id, 'AWS::ApiGatewayV2::Authorizer', {
        ...shared,
        AuthorizerType: 'JWT',
        ...present({
          JwtConfiguration: authorizer['JwtConfiguration'],
          IdentitySource:
            authorizer['IdentitySource'] === undefined ? undefined : [authorizer['IdentitySource']],
        }),
      });
      continue;
    }
    if (authorizer['AuthorizerPayloadFormatVersion'] === undefined) {
      expansion.fail(origin, `authorizer ${name}: AuthorizerPayloadFormatVersion is required`);
    }
    expansion.make(origin, id, 'AWS::ApiGatewayV2::Authorizer', {
      ...shared,
      ...pick(authorizer, ['AuthorizerPayloadFormatVersion', 'EnableSimpleResponses']),
      AuthorizerType: 'REQUEST',
      AuthorizerUri: invocationUri(functionArn),
      ...present({
        AuthorizerCredentialsArn: authorizer['FunctionInvokeRole'],
        AuthorizerResultTtlInSeconds: identity['ReauthorizeEvery'],
        IdentitySource: identitySources(identity),
      }),
    });
    if (authorizer['EnableFunctionDefaultPermissions'] === true) {
      const allow = permission(functionArn, apiId, 'authorizers/*');
      expansion.make(origin, `${id}Permission`, 'AWS::Lambda::Permission', allow);
    }
  }
}

function identitySources(identity: JsonObject): readonly string[] | undefined {
  const sources = [
    ['Headers', '$request.header.'],
    ['QueryStrings', '$request.querystring.'],
    ['StageVariables', '$stageVariables.'],
    ['Context', '$context.'],
  ].flatMap(([key = '', prefix = '']) => {
    const names = identity[key];
    return isJsonList(names)
      ? names.filter((name) => typeof name === 'string').map((name) => prefix + name)
      : [];
  });
  return sources.length === 0 ? undefined : sources;
}

function makeRoute(expansion: SamExpansion, apiId: string, apiAuth: JsonObject, route: SamRoute): void {
  const { functionId, eventName, path, method, properties } = route;
  for (const name of Object.keys(properties).filter((key) => !OF_EVENT.includes(key))) {
    expansion.report(functionId, TYPE, `Events.${eventName}.${name}`, 'this property is not applied');
  }
  const stem = `${functionId}${idPart(eventName)}`;
  expansion.make(functionId, `${stem}Integration`, 'AWS::ApiGatewayV2::Integration', {
    ApiId: { Ref: apiId },
    IntegrationType: 'AWS_PROXY',
    IntegrationUri: { 'Fn::GetAtt': [functionId, 'Arn'] },
    PayloadFormatVersion: properties['PayloadFormatVersion'] ?? '2.0',
    ...pick(properties, ['TimeoutInMillis']),
  });
  expansion.make(functionId, `${stem}Route`, 'AWS::ApiGatewayV2::Route', {
    ApiId: { Ref: apiId },
    RouteKey: path === '$default' ? '$default' : `${method} ${path}`,
    Target: { 'Fn::Sub': `integrations/\${${stem}Integration}` },
    ...authorizationOf(apiId, apiAuth, properties['Auth']),
  });
}

function makePermission(expansion: SamExpansion, apiId: string, route: SamRoute): void {
  const { functionId, eventName, path, method } = route;
  const scope =
    path === '$default'
      ? '*/$default'
      : `*/${method === 'ANY' ? '*' : method}${path.replace(/\{[^}]*\}/g, '*')}`;
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
  if (typeof name !== 'string' || name === 'NONE') return { AuthorizationType: 'NONE' };
  if (name === 'AWS_IAM') return { AuthorizationType: 'AWS_IAM' };
  const authorizers = isJsonObject(apiAuth['Authorizers']) ? apiAuth['Authorizers'] : {};
  const authorizer = authorizers[name];
  const isJwt = isJsonObject(authorizer) && authorizer['FunctionArn'] === undefined;
  return {
    ...pick(own, ['AuthorizationScopes']),
    AuthorizationType: isJwt ? 'JWT' : 'CUSTOM',
    AuthorizerId: { Ref: `${apiId}${idPart(name)}Authorizer` },
  };
}
