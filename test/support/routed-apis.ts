/** APIs written as a list of routes: `GET /pets/{id}` → how its method or integration differs from the default. */
import { makeRootResourceId } from '../../packages/base/aws/physical-ids.ts';
import { functionArn, proxyTo } from './a-stack.ts';
import { anApi } from './an-api.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from './a-stack.ts';
import type { TestApi, TestRequest } from './an-api.ts';
import type { FakeFunction } from './virtual-ports.ts';

export const API_ID = 'abcdefghij';

type RestSetup = {
  readonly api?: JsonObject;
  readonly stage?: JsonObject;
  readonly more?: Readonly<Record<string, TestResource>>;
};

/** A REST API on the stage `dev`. A route without other properties is an open Lambda proxy to the function `echo`. */
export function restRoutes(
  routes: Readonly<Record<string, JsonObject>>,
  { api = {}, stage = {}, more = {} }: RestSetup = {},
): Record<string, TestResource> {
  const resources: Record<string, TestResource> = {
    Api: { type: 'AWS::ApiGateway::RestApi', id: API_ID, properties: { Name: 'pets', ...api } },
  };
  for (const [index, [route, method]] of Object.entries(routes).entries()) {
    const [verb = '', path = ''] = route.split(' ');
    resources[`Method${index}`] = {
      type: 'AWS::ApiGateway::Method',
      properties: {
        RestApiId: API_ID,
        ResourceId: addPath(resources, path),
        HttpMethod: verb,
        AuthorizationType: 'NONE',
        Integration: proxyTo('echo'),
        ...method,
      },
    };
  }
  const RestApiId = API_ID;
  resources['Deployment'] = { type: 'AWS::ApiGateway::Deployment', properties: { RestApiId } };
  resources['Stage'] = {
    type: 'AWS::ApiGateway::Stage',
    properties: { RestApiId, StageName: 'dev', DeploymentId: 'Deployment', ...stage },
  };
  return { ...resources, ...more };
}

/** Returns the id of the resource of a path. Adds the resource and its parents if they do not exist. */
function addPath(resources: Record<string, TestResource>, path: string): string {
  let parent = makeRootResourceId('test', 'Api');
  let id = 'Path';
  for (const part of path.split('/').filter((segment) => segment !== '')) {
    id += `/${part}`;
    resources[id] ??= {
      type: 'AWS::ApiGateway::Resource',
      properties: { RestApiId: API_ID, ParentId: parent, PathPart: part },
    };
    parent = id;
  }
  return parent;
}

type HttpSetup = {
  readonly api?: JsonObject;
  readonly integration?: JsonObject;
  /** Properties that every route has. */
  readonly route?: JsonObject;
  /** Stages in addition to `$default`, by name. */
  readonly stages?: readonly string[];
  readonly more?: Readonly<Record<string, TestResource>>;
};

/** An HTTP API on the stage `$default`, whose routes call the function `echo` with payload format 2.0. */
export function httpRoutes(
  routes: readonly string[],
  { api = {}, integration = {}, route = {}, stages = [], more = {} }: HttpSetup = {},
): Record<string, TestResource> {
  const ApiId = API_ID;
  const resources: Record<string, TestResource> = {
    Api: {
      type: 'AWS::ApiGatewayV2::Api',
      id: ApiId,
      properties: { Name: 'menu', ProtocolType: 'HTTP', ...api },
    },
    Run: {
      type: 'AWS::ApiGatewayV2::Integration',
      properties: {
        ApiId,
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: functionArn('echo'),
        PayloadFormatVersion: '2.0',
        ...integration,
      },
    },
  };
  for (const [index, RouteKey] of routes.entries())
    resources[`Route${index}`] = {
      type: 'AWS::ApiGatewayV2::Route',
      properties: { ApiId, RouteKey, Target: 'integrations/Run', ...route },
    };
  for (const [index, StageName] of ['$default', ...stages].entries())
    resources[`Stage${index}`] = {
      type: 'AWS::ApiGatewayV2::Stage',
      properties: { ApiId, StageName, AutoDeploy: true },
    };
  return { ...resources, ...more };
}

/** The function that returns the event that it got. */
export const echo: FakeFunction = (event) => ({ statusCode: 200, body: JSON.stringify(event) });

/** An API with the function `echo`, which returns its event, and with these functions. */
export function anEchoApi(
  resources: Readonly<Record<string, TestResource>>,
  functions: Readonly<Record<string, FakeFunction>> = {},
): TestApi {
  return anApi(resources, { echo, ...functions });
}

type SeenEvent = Readonly<Record<string, unknown>> & {
  readonly headers: Readonly<Record<string, string>>;
  readonly requestContext: Readonly<Record<string, unknown>>;
};

/** The event that the function `echo` gets for a request. */
export async function eventOf({ send }: TestApi, request: TestRequest): Promise<SeenEvent> {
  const { status, body } = await send(request);
  if (status !== 200) throw new Error(`answered ${status}: ${body.toString()}`);
  return JSON.parse(body.toString()) as SeenEvent;
}

/** The status and the body of an answer, which is all that many tests need. */
export async function answerOf({ send }: TestApi, request: TestRequest): Promise<readonly [number, string]> {
  const { status, body } = await send(request);
  return [status, body.toString()];
}
