import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { invokeUri } from '../../../../support/a-stack.ts';
import { anApi } from '../../../../support/an-api.ts';
import { withAuthorizer, ok, policy, TOKEN } from '../../../../support/rest-apis.ts';
import { API_ID, httpRoutes } from '../../../../support/routed-apis.ts';
import type { FakeFunction } from '../../../../support/virtual-ports.ts';

const [G, T] = [
  ['Authorization', 'guest'],
  ['Authorization', 'admin'],
];

/** Answers cached for 60 s; allows only the credential `admin`. */
function anHttpApi(version: '1.0' | '2.0') {
  const authorizer = {
    type: 'AWS::ApiGatewayV2::Authorizer',
    properties: {
      ApiId: API_ID,
      Name: 'auth',
      AuthorizerType: 'REQUEST',
      AuthorizerUri: invokeUri('auth'),
      AuthorizerPayloadFormatVersion: version,
      AuthorizerResultTtlInSeconds: 60,
      IdentitySource: ['$request.header.Authorization'],
    },
  };
  const auth: FakeFunction = (event) => {
    const { identitySource } = event as { identitySource: string | readonly string[] };
    return policy([identitySource].flat().join() === 'admin' ? 'Allow' : 'Deny', '*');
  };
  const route = { AuthorizationType: 'CUSTOM', AuthorizerId: 'Auth' };
  return anApi(httpRoutes(['GET /menu'], { route, more: { Auth: authorizer } }), { echo: ok, auth });
}

// A kept answer must be found by exactly the request for which the authorizer was asked.
describe('a credential that comes twice', () => {
  for (const version of ['1.0', '2.0'] as const) {
    const ask = async (...requests: readonly (readonly string[])[]) => {
      const { send } = anHttpApi(version);
      const statuses = [];
      for (const headers of requests) statuses.push((await send({ target: '/menu', headers })).status);
      return statuses;
    };

    it(`is not let in by the kept answer of one alone, payload ${version}`, async () => {
      assert.deepEqual(await ask(T, [...G, ...T], [...T, ...G]), [200, 403, 403]);
    });

    it(`does not keep its refusal for one alone, payload ${version}`, async () => {
      assert.deepEqual(await ask([...G, ...T], T, G, T), [403, 200, 403, 200]);
    });
  }

  it('is the last one to a TOKEN authorizer, which is asked for each pair', async () => {
    const auth: FakeFunction = (event) => {
      const { authorizationToken } = event as { authorizationToken: string };
      return policy(authorizationToken === 'admin' ? 'Allow' : 'Deny', '*');
    };
    const { send } = anApi(withAuthorizer(TOKEN), { list: ok, auth });
    const statuses = [];
    for (const headers of [T, [...G, ...T], [...T, ...G], G])
      statuses.push((await send({ target: '/dev/pets', headers })).status);

    assert.deepEqual(statuses, [200, 200, 403, 403]);
  });
});
