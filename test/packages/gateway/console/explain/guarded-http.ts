/** An HTTP API behind a Lambda authorizer, and the circumstances of a request whose authorizer failed. */
import { functionArn, invokeUri } from '../../../../support/a-stack.ts';
import type { Circumstances } from '../../../../../packages/gateway/console/explain/circumstances.ts';
import type { TestResource } from '../../../../support/a-stack.ts';

const ApiId = 'abcdefghij';

export const GUARDED_HTTP = (isSimple: boolean): Record<string, TestResource> => ({
  Api: { type: 'AWS::ApiGatewayV2::Api', id: ApiId, properties: { Name: 'menu', ProtocolType: 'HTTP' } },
  Run: {
    type: 'AWS::ApiGatewayV2::Integration',
    properties: {
      ApiId,
      IntegrationType: 'AWS_PROXY',
      PayloadFormatVersion: '2.0',
      IntegrationUri: functionArn('list'),
    },
  },
  Auth: {
    type: 'AWS::ApiGatewayV2::Authorizer',
    properties: {
      ApiId,
      Name: 'ours',
      AuthorizerType: 'REQUEST',
      AuthorizerUri: invokeUri('auth'),
      AuthorizerPayloadFormatVersion: '2.0',
      AuthorizerResultTtlInSeconds: 0,
      EnableSimpleResponses: isSimple,
      IdentitySource: ['$request.header.Authorization'],
    },
  },
  Menu: {
    type: 'AWS::ApiGatewayV2::Route',
    properties: {
      ApiId,
      RouteKey: 'GET /menu',
      Target: 'integrations/Run',
      AuthorizationType: 'CUSTOM',
      AuthorizerId: 'Auth',
    },
  },
  Stage: {
    type: 'AWS::ApiGatewayV2::Stage',
    properties: { ApiId, StageName: '$default', AutoDeploy: true },
  },
});

export const CLAIMED: Circumstances & { readonly guard: NonNullable<Circumstances['guard']> } = {
  kind: 'request',
  protocol: 'rest',
  method: 'GET',
  path: '/orders',
  status: 500,
  tookMs: 1,
  apiId: ApiId,
  apiName: 'orders',
  stageName: 'prod',
  stages: ['prod'],
  routeKey: 'GET /orders',
  phase: 'authenticate',
  code: 'AUTHORIZER_FAILURE',
  failure: undefined,
  defect: undefined,
  isDeployed: false,
  nearMisses: [],
  screened: [],
  injected: [],
  guard: {
    kind: 'lambda',
    name: 'ours',
    functionName: 'auth',
    places: [{ kind: 'header', name: 'authorization', isFound: true }],
    ttlSeconds: 0,
    from: 'function',
    ageMs: undefined,
    principal: undefined,
    simpleAnswer: undefined,
    lines: [],
    token: undefined,
    trusted: undefined,
  },
  policies: [],
  meter: undefined,
  validation: undefined,
  cache: undefined,
  integration: undefined,
};
