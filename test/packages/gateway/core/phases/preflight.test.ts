import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { invokeUri } from '../../../../support/a-stack.ts';
import { anApi } from '../../../../support/an-api.ts';
import { ok, policy } from '../../../../support/rest-apis.ts';
import { API_ID, httpRoutes } from '../../../../support/routed-apis.ts';

const CORS = { CorsConfiguration: { AllowOrigins: ['https://shop.example'], AllowMethods: ['GET'] } };
const headers = ['Origin', 'https://shop.example', 'Access-Control-Request-Method', 'GET'];
const Auth = {
  type: 'AWS::ApiGatewayV2::Authorizer',
  properties: {
    ApiId: API_ID,
    Name: 'auth',
    AuthorizerType: 'REQUEST',
    AuthorizerUri: invokeUri('auth'),
    AuthorizerPayloadFormatVersion: '2.0',
    IdentitySource: ['$request.header.Authorization'],
  },
};
const guarded = { AuthorizationType: 'CUSTOM', AuthorizerId: 'Auth' };

// docs/aws §12: a route that catches OPTIONS behind an authorizer keeps it.
describe('a preflight', () => {
  const rows = [
    {
      name: 'is answered together with a route of another verb',
      routes: ['GET /menu'],
      route: guarded,
      expected: 204,
    },
    { name: 'is answered for an open ANY route', routes: ['ANY /{proxy+}'], route: {}, expected: 204 },
    {
      name: 'is handled by an ANY route behind an authorizer',
      routes: ['ANY /{proxy+}'],
      route: guarded,
      expected: 401,
    },
    {
      name: 'is handled by $default behind an authorizer',
      routes: ['$default'],
      route: guarded,
      expected: 401,
    },
    {
      name: 'is handled by an OPTIONS route, open or not',
      routes: ['OPTIONS /menu'],
      route: {},
      expected: 200,
    },
  ];
  for (const { name, routes, route, expected } of rows)
    it(name, async () => {
      const more = route === guarded ? { Auth } : {};
      const resources = httpRoutes(routes, { api: CORS, route, more });
      const { send } = anApi(resources, { echo: ok, auth: () => policy('Allow', '*') });

      assert.equal((await send({ method: 'OPTIONS', target: '/menu', headers })).status, expected);
    });
});
