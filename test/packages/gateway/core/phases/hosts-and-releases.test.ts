/** What is decided before the route: how many hosts a request names, and which deployment of the stage handles it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stagedApi } from '../../../../support/logged-apis.ts';
import { restApi } from '../../../../support/rest-apis.ts';
import { answerOf, anEchoApi, eventOf, restRoutes } from '../../../../support/routed-apis.ts';
import type { FakeFunction } from '../../../../support/virtual-ports.ts';

describe('the hosts that a request names', () => {
  const api = anEchoApi(restRoutes({ 'GET /pets': {} }));
  for (const [headers, status] of [
    [['Host', 'a.example'], 200],
    [['Host', 'a.example', 'X-Host', 'Host'], 200],
    [['Host', 'a.example', 'HOST', 'b.example'], 400],
    [['Host', 'a.example', 'Host', 'a.example'], 400],
  ] as const)
    it(`may be at most one (RFC 9112 §3.2): ${headers.join(' ')} gets ${status}`, async () => {
      assert.equal((await answerOf(api, { target: '/dev/pets', headers }))[0], status);
    });

  it('are read by the name of a header, and not by its value', async () => {
    const headers = ['Host', 'a.example', 'X-A', 'host', 'X-B', 'host'];
    assert.equal((await eventOf(api, { target: '/dev/pets', headers })).headers['X-A'], 'host');
  });
});

describe('an API whose default endpoint is disabled (docs/aws §1.1)', () => {
  const api = anEchoApi(restRoutes({ 'GET /pets': {} }, { api: { DisableExecuteApiEndpoint: true } }));
  for (const [host, status] of [
    ['abcdefghij.execute-api.us-east-1.amazonaws.com', 403],
    ['vpce-0123456789abcdef0-x1.execute-api.us-east-1.vpce.amazonaws.com', 403],
    ['localhost:3000', 200],
    ['pets.example', 200],
  ] as const)
    it(`answers ${status} to ${host}`, async () => {
      assert.equal((await answerOf(api, { target: '/dev/pets', headers: ['Host', host] }))[0], status);
    });
});

describe('the deployment that handles a request (docs/aws §10.2)', () => {
  const echo: FakeFunction = (event) => ({ statusCode: 200, body: JSON.stringify(event) });
  for (const [fraction, isCanary] of [
    [0, true],
    [0.4999, true],
    [0.5, false],
    [0.9999, false],
  ] as const)
    it(`is ${isCanary ? 'the canary' : 'the stage'} of 50 percent if the lot is ${fraction}`, async () => {
      const api = stagedApi(
        { CanarySetting: { DeploymentId: 'Second', PercentTraffic: 50 } },
        { list: echo },
        {
          ...restApi(),
          Second: { type: 'AWS::ApiGateway::Deployment', properties: { RestApiId: 'abcdefghij' } },
        },
      );
      Reflect.set(api.ports.random, 'fraction', () => fraction);

      const { requestContext } = await eventOf(api, { target: '/dev/pets' });

      assert.equal(requestContext['isCanaryRequest'], isCanary);
    });
});
