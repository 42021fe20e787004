/**
 * Several APIs of one stack. Each calls a function that has the API's name, for `GET /`, for `GET /pets`, and for
 * everything else.
 */
import { makeRootResourceId } from '../../packages/base/aws/physical-ids.ts';
import { functionArn, proxyTo } from './a-stack.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from './a-stack.ts';

type Resources = Record<string, TestResource>;

/**
 * A REST API with the routes `GET /`, `GET /pets` and `ANY /{proxy+}`.
 * @param method properties of every method
 */
export function aNamedRestApi(id: string, stages: readonly string[], method: JsonObject = {}): Resources {
  const RestApiId = id;
  const ParentId = makeRootResourceId('test', `${id}Api`);
  const resources: Resources = {
    [`${id}Api`]: { type: 'AWS::ApiGateway::RestApi', id, properties: { Name: id } },
    [`${id}Deployment`]: { type: 'AWS::ApiGateway::Deployment', properties: { RestApiId } },
  };
  const routes = [
    ['GET', ParentId],
    ['GET', `${id}Pets`],
    ['ANY', `${id}Proxy`],
  ];
  for (const [resourceId, PathPart] of [
    [`${id}Pets`, 'pets'],
    [`${id}Proxy`, '{proxy+}'],
  ] as const)
    resources[resourceId] = {
      type: 'AWS::ApiGateway::Resource',
      properties: { RestApiId, ParentId, PathPart },
    };
  for (const [HttpMethod = '', ResourceId = ''] of routes)
    resources[`${ResourceId}Method`] = {
      type: 'AWS::ApiGateway::Method',
      properties: {
        RestApiId,
        ResourceId,
        HttpMethod,
        AuthorizationType: 'NONE',
        Integration: proxyTo(id),
        ...method,
      },
    };
  for (const StageName of stages)
    resources[`${id}Stage${StageName}`] = {
      type: 'AWS::ApiGateway::Stage',
      properties: { RestApiId, StageName, DeploymentId: `${id}Deployment` },
    };
  return resources;
}

/**
 * An HTTP API with the routes `GET /pets` and `$default`.
 * @param route properties of every route
 */
export function aNamedHttpApi(id: string, stages: readonly string[], route: JsonObject = {}): Resources {
  const ApiId = id;
  const resources: Resources = {
    [`${id}Api`]: {
      type: 'AWS::ApiGatewayV2::Api',
      id,
      properties: { Name: id, ProtocolType: 'HTTP' },
    },
    [`${id}Run`]: {
      type: 'AWS::ApiGatewayV2::Integration',
      properties: {
        ApiId,
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: functionArn(id),
        PayloadFormatVersion: '2.0',
      },
    },
  };
  for (const RouteKey of ['GET /pets', '$default'])
    resources[`${id} ${RouteKey}`] = {
      type: 'AWS::ApiGatewayV2::Route',
      properties: { ApiId, RouteKey, Target: `integrations/${id}Run`, ...route },
    };
  for (const StageName of stages)
    resources[`${id}Stage${StageName}`] = {
      type: 'AWS::ApiGatewayV2::Stage',
      properties: { ApiId, StageName, AutoDeploy: true },
    };
  return resources;
}
