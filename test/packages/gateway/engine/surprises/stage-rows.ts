/** Cache, canary, CORS, deployments. */
import { createMethod } from '../../../../../packages/gateway/control/edits/edit-methods.ts';
import { createDeployment } from '../../../../../packages/gateway/control/edits/edit-stages.ts';
import { headerOf } from '../../../../support/an-api.ts';
import { invokeUri, proxyTo } from '../../../../support/a-stack.ts';
import {
  anEchoApi,
  answerOf,
  API_ID,
  eventOf,
  httpRoutes,
  restRoutes,
} from '../../../../support/routed-apis.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestApi } from '../../../../support/an-api.ts';
import type { Surprise } from './surprise.ts';

/** `GET` and `POST /pets` that count their calls, behind a cache of the whole stage. */
function aCached(settings: JsonObject = {}): TestApi {
  let count = 0;
  const stage = {
    CacheClusterEnabled: true,
    CacheClusterSize: '0.5',
    MethodSettings: [{ ResourcePath: '/*', HttpMethod: '*', CachingEnabled: true, ...settings }],
  };
  const cached = {
    RequestParameters: { 'method.request.querystring.kept': false },
    Integration: { ...proxyTo('echo'), CacheKeyParameters: ['method.request.querystring.kept'] },
  };
  return anEchoApi(restRoutes({ 'GET /pets': cached, 'POST /pets': {} }, { stage }), {
    echo: () => ({ statusCode: 200, body: String((count += 1)) }),
  });
}

async function bodies(api: TestApi, requests: readonly Parameters<TestApi['send']>[0][]): Promise<string[]> {
  const seen = [];
  for (const request of requests) seen.push((await answerOf(api, request))[1]);
  return seen;
}

export const STAGES: readonly Surprise[] = [
  {
    source: 'docs/aws §9, §9.1',
    rule: 'a stage cache keeps only GET by default and ignores every parameter that is not in cacheKeyParameters',
    observe() {
      return bodies(aCached(), [
        { target: '/dev/pets?kept=1&other=1', headers: ['Authorization', 'alice'] },
        { target: '/dev/pets?kept=1&other=2', headers: ['Authorization', 'bob'] },
        { target: '/dev/pets?kept=2' },
        { method: 'POST', target: '/dev/pets' },
        { method: 'POST', target: '/dev/pets' },
      ]);
    },
    expected: ['1', '1', '2', '3', '4'],
  },
  {
    source: 'docs/aws §9',
    rule: 'Cache-Control: max-age=0 of any client goes past the cache and refreshes it, unless that needs authorization',
    async observe() {
      const asks = [
        { target: '/dev/pets' },
        { target: '/dev/pets', headers: ['Cache-Control', 'max-age=0'] },
        { target: '/dev/pets' },
      ];
      return [
        await bodies(aCached({ RequireAuthorizationForCacheControl: false }), asks),
        await bodies(aCached({ RequireAuthorizationForCacheControl: true }), asks),
      ];
    },
    expected: [
      ['1', '2', '2'],
      ['1', '1', '1'],
    ],
  },
  {
    source: 'docs/aws §10.2',
    rule: "a canary's variables are merged over those of the stage, they do not replace them",
    async observe() {
      const CanarySetting = {
        DeploymentId: 'Second',
        PercentTraffic: 100,
        StageVariableOverrides: { b: 'canary', c: 'canary' },
      };
      const api = anEchoApi(
        restRoutes(
          { 'GET /pets': {} },
          {
            stage: { Variables: { a: 'stage', b: 'stage' }, CanarySetting },
            more: { Second: { type: 'AWS::ApiGateway::Deployment', properties: { RestApiId: API_ID } } },
          },
        ),
      );
      return (await eventOf(api, { target: '/dev/pets' }))['stageVariables'];
    },
    expected: { a: 'stage', b: 'canary', c: 'canary' },
  },
  {
    source: 'docs/aws §12',
    rule: 'CORS headers of the backend are dropped where an HTTP API has its own, which authorizer denials carry, too',
    async observe() {
      const CorsConfiguration = { AllowOrigins: ['https://shop.example'], AllowMethods: ['GET'] };
      const Auth = {
        type: 'AWS::ApiGatewayV2::Authorizer',
        properties: {
          ApiId: API_ID,
          AuthorizerType: 'REQUEST',
          AuthorizerUri: invokeUri('auth'),
          AuthorizerPayloadFormatVersion: '2.0',
          EnableSimpleResponses: true,
          IdentitySource: ['$request.header.Authorization'],
        },
      };
      const route = { AuthorizationType: 'CUSTOM', AuthorizerId: 'Auth' };
      const api = anEchoApi(
        httpRoutes(['GET /pets'], { api: { CorsConfiguration }, route, more: { Auth } }),
        {
          echo: () => ({
            statusCode: 200,
            headers: { 'Access-Control-Allow-Origin': '*', 'Access-Control-Max-Age': '9' },
          }),
          auth: (event) => ({
            isAuthorized: (event as { identitySource: string[] }).identitySource[0] === 'yes',
          }),
        },
      );
      const seen = [];
      for (const value of ['yes', 'no']) {
        const headers = ['Origin', 'https://shop.example', 'Authorization', value];
        const reply = await api.send({ target: '/pets', headers });
        const allowed = headerOf(reply, 'access-control-allow-origin');
        seen.push([reply.status, allowed, headerOf(reply, 'access-control-max-age')]);
      }
      return seen;
    },
    expected: [
      [200, 'https://shop.example', undefined],
      [403, 'https://shop.example', undefined],
    ],
  },
  {
    source: 'docs/aws §10.2',
    rule: 'an edited method changes nothing until there is a deployment',
    async observe() {
      const api = anEchoApi(restRoutes({ 'GET /pets': {} }));
      const edit = { AuthorizationType: 'NONE', Integration: proxyTo('echo') };
      const seen: number[] = [];
      const ask = async (): Promise<void> => {
        seen.push((await api.send({ method: 'POST', target: '/dev/pets' })).status);
      };
      await ask();
      api.api.edit(createMethod(api.api.resources, { resourceId: 'Path/pets', httpMethod: 'POST' }, edit));
      await ask();
      createDeployment(api.api, {
        id: 'second',
        description: '',
        stageName: 'dev',
        stage: {},
        canary: undefined,
      });
      await ask();
      return seen;
    },
    expected: [403, 403, 200],
  },
];
