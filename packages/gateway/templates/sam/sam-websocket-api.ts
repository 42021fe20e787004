/**
 * Expands `AWS::Serverless::WebSocketApi` to the API, its routes with their integrations and permissions, the
 * authorizer of $connect, and the stage.
 * @see https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-websocketapi.html
 */
import { isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { invocationUri, permission, pick, present } from './sam-expansion.ts';
import { idPart } from './sam-ids.ts';
import { isUnknownSpecialRoute } from './sam-refusals.ts';
import type { SamExpansion } from './sam-expansion.ts';
import { expandV2Stage, OF_STAGE } from './sam-v2-stage.ts';

const TYPE = 'AWS::Serverless::WebSocketApi';
const OF_API =
  'ApiKeySelectionExpression Description DisableExecuteApiEndpoint DisableSchemaValidation IpAddressType RouteSelectionExpression Tags'.split(
    ' ',
  );
const OF_ROUTE =
  'ApiKeyRequired ModelSelectionExpression OperationName RequestModels RequestParameters RouteResponseSelectionExpression'.split(
    ' ',
  );
const OF_AUTH = ['AuthType', 'AuthArn', 'IdentitySource', 'InvokeRole', 'Name'];

export function expandWebSocketApi(expansion: SamExpansion, logicalId: string, resource: JsonObject): void {
  const properties = expansion.properties('WebSocketApi', resource);
  const known = [...OF_API, ...OF_STAGE, 'Name', 'Auth', 'Routes', 'StageName', 'Domain', 'PropagateTags'];
  expansion.reportUnknown(logicalId, TYPE, properties, known);
  const routes = properties['Routes'];
  if (!isJsonObject(routes) || Object.keys(routes).length === 0)
    return expansion.fail(logicalId, 'Routes: a WebSocket API needs at least one route');
  expansion.make(logicalId, logicalId, 'AWS::ApiGatewayV2::Api', {
    ...pick(properties, OF_API),
    Name: properties['Name'] ?? logicalId,
    ProtocolType: 'WEBSOCKET',
  });
  const stageName = properties['StageName'] ?? 'default';
  const connect = authorizeConnect(expansion, logicalId, properties['Auth'], routes);
  for (const [key, route] of Object.entries(routes).filter(([name]) => !isUnknownSpecialRoute(name)))
    makeRoute(expansion, logicalId, { key, route, stageName }, key === '$connect' ? connect : {});
  const stageId = expansion.stageIdOf(logicalId, stageName === 'default' ? 'Default' : stageName);
  if (stageName === '$default') expansion.fail(logicalId, 'StageName of a WebSocket API cannot be $default');
  expandV2Stage(expansion, { logicalId, type: TYPE, properties, stageName, stageId });
}

function authorizeConnect(
  expansion: SamExpansion,
  apiId: string,
  auth: Json | undefined,
  routes: JsonObject,
): JsonObject {
  if (auth === undefined) return {};
  if (!isJsonObject(auth))
    return expansion.fail(apiId, `Auth must be a mapping, not ${JSON.stringify(auth)}`);
  const unknown = Object.keys(auth).find((name) => !OF_AUTH.includes(name));
  if (unknown !== undefined) expansion.fail(apiId, `unknown property ${unknown} in Auth`);
  if (routes['$connect'] === undefined) expansion.fail(apiId, 'Auth requires a $connect route');
  const type = typeof auth['AuthType'] === 'string' ? auth['AuthType'].toUpperCase() : undefined;
  if (type === 'AWS_IAM' || type === 'NONE') return { AuthorizationType: type };
  const functionArn = auth['AuthArn'];
  if (type !== 'CUSTOM' || functionArn === undefined)
    return expansion.fail(
      apiId,
      `Auth.AuthType must be AWS_IAM, NONE, or CUSTOM with an AuthArn, not ${JSON.stringify(auth['AuthType'] ?? null)}${type === 'CUSTOM' ? ' without an AuthArn' : ''}`,
    );
  const id = `${apiId}ConnectAuthorizer`;
  expansion.make(apiId, id, 'AWS::ApiGatewayV2::Authorizer', {
    ApiId: { Ref: apiId },
    Name: auth['Name'] ?? id,
    AuthorizerType: 'REQUEST',
    AuthorizerUri: invocationUri(functionArn),
    ...present({ AuthorizerCredentialsArn: auth['InvokeRole'], IdentitySource: auth['IdentitySource'] }),
  });
  if (auth['InvokeRole'] === undefined)
    expansion.make(
      apiId,
      `${apiId}AuthorizerPermission`,
      'AWS::Lambda::Permission',
      permission(functionArn, apiId, 'authorizers/*'),
    );
  return { AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: id } };
}

type Route = { readonly key: string; readonly route: Json; readonly stageName: Json };

function makeRoute(
  expansion: SamExpansion,
  apiId: string,
  { key, route, stageName }: Route,
  authorization: JsonObject,
): void {
  const functionArn = membersOf(route)['FunctionArn'];
  if (!isJsonObject(route) || functionArn === undefined)
    return expansion.fail(apiId, `Routes.${key}: FunctionArn is required`);
  const known = [...OF_ROUTE, 'FunctionArn', 'IntegrationTimeout'];
  for (const name of Object.keys(route).filter((each) => !known.includes(each)))
    expansion.report(apiId, TYPE, `Routes.${key}.${name}`, 'this property is not applied');
  const stem = `${apiId}${idPart(key)}`;
  expansion.make(apiId, `${stem}Integration`, 'AWS::ApiGatewayV2::Integration', {
    ApiId: { Ref: apiId },
    IntegrationType: 'AWS_PROXY',
    IntegrationUri: invocationUri(functionArn),
    ...present({ TimeoutInMillis: route['IntegrationTimeout'] }),
  });
  expansion.make(apiId, `${stem}Route`, 'AWS::ApiGatewayV2::Route', {
    ...pick(route, OF_ROUTE),
    ...authorization,
    ApiId: { Ref: apiId },
    RouteKey: key,
    Target: { 'Fn::Sub': `integrations/\${${stem}Integration}` },
  });
  const scope = typeof stageName === 'string' ? `${stageName}/${key}` : `*/${key}`;
  const allow = permission(functionArn, apiId, scope);
  expansion.make(apiId, `${stem}Permission`, 'AWS::Lambda::Permission', allow);
}
