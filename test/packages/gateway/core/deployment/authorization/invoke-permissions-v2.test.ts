import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { functionArn, invokeUri } from '../../../../../support/a-stack.ts';
import { aPermission, API_ARN } from '../../../../../support/a-permission.ts';
import { anApi } from '../../../../../support/an-api.ts';
import { accessLogSetting } from '../../../../../support/logged-apis.ts';
import { ok, policy } from '../../../../../support/rest-apis.ts';
import { API_ID, httpRoutes } from '../../../../../support/routed-apis.ts';
import { shakeHands } from '../../../../../support/shake-hands.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from '../../../../../support/a-stack.ts';

const STAGE: TestResource = {
  type: 'AWS::ApiGatewayV2::Stage',
  properties: { ApiId: API_ID, StageName: 'logged', AutoDeploy: true },
};
const HTTP_AUTHORIZER = {
  ApiId: API_ID,
  Name: 'Auth',
  AuthorizerType: 'REQUEST',
  AuthorizerUri: invokeUri('auth'),
  AuthorizerPayloadFormatVersion: '2.0',
  EnableSimpleResponses: true,
};
const SOCKET: Readonly<Record<string, TestResource>> = {
  Api: {
    type: 'AWS::ApiGatewayV2::Api',
    id: API_ID,
    properties: {
      Name: 'chat',
      ProtocolType: 'WEBSOCKET',
      RouteSelectionExpression: '$request.body.action',
    },
  },
  Run: {
    type: 'AWS::ApiGatewayV2::Integration',
    properties: { ApiId: API_ID, IntegrationType: 'AWS_PROXY', IntegrationUri: invokeUri('fn') },
  },
  Auth: {
    type: 'AWS::ApiGatewayV2::Authorizer',
    properties: {
      ApiId: API_ID,
      Name: 'Auth',
      AuthorizerType: 'REQUEST',
      AuthorizerUri: invokeUri('auth'),
      IdentitySource: ['route.request.querystring.token'],
    },
  },
  Connect: {
    type: 'AWS::ApiGatewayV2::Route',
    properties: {
      ApiId: API_ID,
      RouteKey: '$connect',
      Target: 'integrations/Run',
      AuthorizationType: 'CUSTOM',
      AuthorizerId: 'Auth',
    },
  },
  Prod: {
    type: 'AWS::ApiGatewayV2::Stage',
    properties: { ApiId: API_ID, StageName: 'prod', AutoDeploy: true },
  },
};

type Row = {
  readonly name: string;
  readonly route?: string;
  readonly permission?: TestResource;
  readonly integration?: JsonObject;
  readonly status: number;
};

describe('permission to invoke of HTTP and WebSocket APIs (docs/aws §3.7, §4.5)', () => {
  const ofHttp: readonly Row[] = [
    { name: 'nothing', status: 500 },
    { name: 'a permission for all of the API', permission: aPermission(), status: 200 },
    {
      name: 'one for the route, with * for the variable of its path',
      permission: aPermission({ SourceArn: `${API_ARN}/*/GET/pets/*` }),
      status: 200,
    },
    {
      name: 'one for every method of the path as it is written',
      permission: aPermission({ SourceArn: `${API_ARN}/*/*/pets/{id}` }),
      status: 200,
    },
    {
      name: 'one for the route at the stage that is called',
      permission: aPermission({ SourceArn: `${API_ARN}/$default/GET/pets/*` }),
      status: 200,
    },
    {
      name: 'one for the route at another stage (docs/aws §8.1)',
      permission: aPermission({ SourceArn: `${API_ARN}/dev/GET/pets/*` }),
      status: 500,
    },
    {
      name: 'one for another route',
      permission: aPermission({ SourceArn: `${API_ARN}/*/*/orders` }),
      status: 500,
    },
    {
      name: 'one for $default',
      route: '$default',
      permission: aPermission({ SourceArn: `${API_ARN}/*/$default` }),
      status: 200,
    },
    {
      // aws/serverless-application-model#1860, terraform-aws-modules/terraform-aws-apigateway-v2#41
      name: 'one for stage, method and path, which does not cover $default',
      route: '$default',
      permission: aPermission({ SourceArn: `${API_ARN}/*/*/*` }),
      status: 500,
    },
    {
      name: 'one for every route of every stage, for $default',
      route: '$default',
      permission: aPermission({ SourceArn: `${API_ARN}/*/*` }),
      status: 200,
    },
    {
      name: 'a role in its place',
      integration: { CredentialsArn: 'arn:aws:iam::123456789012:role/caller' },
      status: 200,
    },
  ];
  for (const { name, status, route = 'GET /pets/{id}', permission, integration = {} } of ofHttp)
    it(`answers ${status} on an HTTP API with ${name}`, async () => {
      const more = permission === undefined ? {} : { Permission: permission };
      const { send } = anApi(
        httpRoutes([route], {
          more,
          integration: { IntegrationUri: functionArn('fn'), ...integration },
        }),
        { fn: ok },
        { needsPermissions: true, ownFunctions: ['fn'] },
      );

      const reply = await send({ target: '/pets/1' });

      assert.equal(reply.status, status);
      if (status === 500) assert.equal(reply.body, '{"message":"Internal Server Error"}');
    });

  it('records what AWS does if an HTTP API may not invoke, and which calls it may make', async () => {
    const format =
      '$context.requestId $context.status $context.integrationErrorMessage | $context.authorizer.error | $context.integrationStatus';
    const Logged = {
      ...STAGE,
      properties: { ...STAGE.properties, AccessLogSettings: accessLogSetting(format) },
    };
    const Auth = { type: 'AWS::ApiGatewayV2::Authorizer', properties: HTTP_AUTHORIZER };
    const lines = async (more: Readonly<Record<string, TestResource>>): Promise<readonly string[]> => {
      const api = anApi(
        httpRoutes(['GET /pets'], {
          more: { ...more, Auth, Logged },
          integration: { IntegrationUri: functionArn('fn') },
          route: { AuthorizationType: 'CUSTOM', AuthorizerId: 'Auth' },
        }),
        { fn: ok, auth: () => ({ isAuthorized: true }) },
        { needsPermissions: true, ownFunctions: ['fn', 'auth'] },
      );
      await api.send({ target: '/logged/pets' });
      return api.ports.logGroups.lines.map((line) => line.replace(/^\S+: \S+ /, ''));
    };
    const ofAuthorizer = aPermission({ FunctionName: 'auth', SourceArn: `${API_ARN}/authorizers/Auth` });
    const words = (what: string): string =>
      `The IAM role configured on the ${what} or API Gateway doesn't have permissions to call the ${what}. Check the permissions and try again.`;

    assert.deepEqual(await lines({}), [`500 - | ${words('authorizer')} | -`]);
    assert.deepEqual(await lines({ ofAuthorizer }), [`500 ${words('integration')} | - | -`]);
    assert.deepEqual(await lines({ ofAuthorizer, ofFunction: aPermission() }), ['200 - | - | 200']);
  });

  const handshakes: readonly {
    readonly name: string;
    readonly sources: readonly string[];
    status: number;
  }[] = [
    { name: 'nothing', sources: [], status: 500 },
    { name: 'a permission for the route only', sources: ['*/$connect'], status: 500 },
    { name: 'one for the authorizer only', sources: ['authorizers/Auth'], status: 500 },
    {
      name: 'one for the route in every stage, and its authorizer',
      sources: ['*/$connect', 'authorizers/*'],
      status: 101,
    },
    { name: 'one as the CDK writes it', sources: ['*$connect', 'authorizers/Auth'], status: 101 },
    {
      name: 'one for the route at another stage',
      sources: ['dev/$connect', 'authorizers/Auth'],
      status: 500,
    },
    { name: 'one for another route', sources: ['*/track', 'authorizers/Auth'], status: 500 },
  ];
  for (const { name, sources, status } of handshakes)
    it(`ends a handshake with ${status} if there is ${name}`, async () => {
      const given = sources.map((source, index) => [
        `Permission${index}`,
        aPermission({
          FunctionName: source.startsWith('authorizers') ? 'auth' : 'fn',
          SourceArn: `${API_ARN}/${source}`,
        }),
      ]);
      const { api, ports } = anApi(
        { ...SOCKET, ...Object.fromEntries(given) },
        { fn: ok, auth: () => policy('Allow', '*') },
        { needsPermissions: true, ownFunctions: ['fn', 'auth'] },
      );

      assert.equal(await shakeHands(api.served, ports, { target: '/prod?token=t' }), status);
      assert.equal(
        ports.invoker.calls.length,
        status === 101 ? 2 : sources.includes('authorizers/Auth') ? 1 : 0,
      );
    });
});
