import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Account } from '../../../../../packages/gateway/control/account.ts';
import { loadApis } from '../../../../../packages/gateway/control/loading/load-apis.ts';
import { serve } from '../../../../../packages/gateway/core/pipeline.ts';
import { receive } from '../../../../../packages/gateway/core/receive.ts';
import { aStack, invokeUri } from '../../../../support/a-stack.ts';
import { anApi } from '../../../../support/an-api.ts';
import { withAuthorizer, ok, policy, TOKEN } from '../../../../support/rest-apis.ts';
import { API_ID, httpRoutes } from '../../../../support/routed-apis.ts';
import { virtualPorts } from '../../../../support/virtual-ports.ts';
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

    it(`is not admitted by the cached result for one of them, payload ${version}`, async () => {
      assert.deepEqual(await ask(T, [...G, ...T], [...T, ...G]), [200, 403, 403]);
    });

    it(`does not cache its refusal for one of them, payload ${version}`, async () => {
      assert.deepEqual(await ask([...G, ...T], T, G, T), [403, 200, 403, 200]);
    });
  }

  it('is the last one for a TOKEN authorizer, which is called for each pair', async () => {
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

// docs/aws §4.2: a deployment does not flush the cache, so entries outlive a change of the authorizer.
describe('a credential after the identity source has changed', () => {
  it('is not let in by the kept answer of the same text in the former source', async () => {
    const auth: FakeFunction = (event) => {
      const { headers } = event as { headers: Readonly<Record<string, string>> };
      return policy(headers['X-Admin'] === 'a' ? 'Allow' : 'Deny', '*');
    };
    const ports = virtualPorts({ list: ok, auth });
    const account = new Account({ clock: ports.clock, isThrottled: false });
    const ask = async (source: string, headers: readonly string[]): Promise<number> => {
      const resources = withAuthorizer({
        Type: 'REQUEST',
        IdentitySource: `method.request.header.${source}`,
      });
      const { apis, adopt } = loadApis([aStack(resources)], account);
      adopt();
      const [api] = apis;
      assert.ok(api);
      const wire = { method: 'GET', target: '/dev/pets', rawHeaders: headers, body: undefined };
      const from = { remoteAddress: '127.0.0.1', httpVersion: '1.1' };
      return (await serve(receive({ ...wire, ...from }, api.served, ports), ports)).status;
    };

    assert.equal(await ask('X-Admin', ['X-Admin', 'a']), 200);
    assert.equal(await ask('X-Guest', ['X-Guest', 'a']), 403);
    assert.equal(await ask('x-admin', ['X-Admin', 'a']), 200);
    assert.equal(ports.invoker.calls.filter(({ functionName }) => functionName === 'auth').length, 2);
  });
});
