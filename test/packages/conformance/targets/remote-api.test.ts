import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startServer } from '../../../../packages/conformance/play/backends.ts';
import { NotAsked } from '../../../../packages/conformance/play/not-asked.ts';
import { anyCredentials } from '../../../../packages/conformance/targets/endpoint.ts';
import { describeRemoteApi } from '../../../../packages/conformance/targets/remote-api.ts';
import type { SdkCall } from '../../../../packages/conformance/play/client.ts';
import type { SdkTarget } from '../../../../packages/conformance/play/control-target.ts';
import type { JsonObject } from '../../../../packages/conformance/schema/parity-case.ts';

function aRemote(answers: Readonly<Record<string, JsonObject>> = {}, url = 'http://a/dev') {
  const sent: (readonly unknown[])[] = [];
  const send = (service: string, { call, input }: SdkCall) => {
    sent.push([service, call, input]);
    return Promise.resolve({ status: 200, body: answers[call] ?? {} });
  };
  const target = { region: 'us-east-1', accountId: '123456789012', send } as unknown as SdkTarget;
  const remote = { name: 'moto', account: { target }, credentials: anyCredentials };
  return { sent, api: describeRemoteApi(remote, 'abc', new URL(url), () => Promise.resolve()) };
}

describe('describeRemoteApi', () => {
  it('has neither a clock nor a log, and has no control plane addressed by path', async () => {
    const { api } = aRemote();

    assert.deepEqual(
      [api.apiId, api.region, api.accountId, api.readLog()],
      ['abc', 'us-east-1', '123456789012', []],
    );
    for (const [asked, message] of [
      [api.advance(1), 'moto has no clock that can be moved'],
      [api.call('GET', '/'), 'the runner cannot call the control plane of moto by path'],
    ] as const)
      await assert.rejects(asked, (error) => error instanceof NotAsked && error.message === message);
  });

  it('signs at the time of this machine', () => {
    const { api } = aRemote();
    const { Authorization = '' } = api.sign(
      { method: 'GET', url: api.url, headers: {}, body: undefined },
      { as: 'a' },
    );

    assert.ok(Authorization.includes(`/${new Date().toISOString().slice(0, 8).replaceAll('-', '')}`));
  });

  for (const { method, data, signing, isSigned } of [
    { method: 'POST', data: 'hi', signing: undefined, isSigned: true },
    { method: 'GET', data: undefined, signing: { as: 'me' }, isSigned: true },
    { method: 'DELETE', data: undefined, signing: null, isSigned: false },
  ])
    it(`calls ${method} @connections, ${isSigned ? '' : 'not '}signed`, async () => {
      const server = await startServer(() => ({ status: 202, headers: { A: 'b' }, body: 'done' }));
      const { api } = aRemote({}, `${server.url}/dev/`);

      const reply = await api.manage(
        method,
        'L0SM9=',
        data === undefined ? data : Buffer.from(data),
        signing,
      );
      await server.close();

      const [seen] = server.seen;
      assert.deepEqual(
        [seen?.method, seen?.path, seen?.body.toString()],
        [method, '/dev/@connections/L0SM9%3D', data ?? ''],
      );
      assert.equal(/Credential=test.*execute-api/.test(seen?.headers['authorization'] ?? ''), isSigned);
      assert.deepEqual([reply.status, reply.body.toString()], [202, 'done']);
      assert.ok(reply.headers.some(([name, value]) => name === 'a' && value === 'b'));
    });

  const resources = {
    items: [
      { id: 'root', path: '/' },
      { id: 'pets', path: '/pets' },
    ],
  };
  const request = { method: 'POST', path: '/pets', resource: '/pets', body: undefined };
  const at = { restApiId: 'abc', resourceId: 'pets', httpMethod: 'POST', headers: {} };
  for (const [given, input] of [
    [{}, { ...at, pathWithQueryString: '/pets' }],
    [
      { query: 'a=b', body: Buffer.from('hi'), headers: { C: 'd' } },
      { ...at, pathWithQueryString: '/pets?a=b', body: 'hi', headers: { C: 'd' } },
    ],
    [
      { path: null, method: null },
      { ...at, httpMethod: 'GET' },
    ],
    [{ resource: '/none' }, { ...at, resourceId: '', pathWithQueryString: '/pets' }],
  ] as const)
    it(`invokes a method as a test with ${JSON.stringify(input)}`, async () => {
      const answer = { status: 201, body: 'made', multiValueHeaders: { A: ['b', 'c'] } };
      const { sent, api } = aRemote({ GetResources: resources, TestInvokeMethod: answer });

      const { status, headers, body } = await api.testInvoke({ ...request, ...given });

      assert.deepEqual(sent, [
        ['apigateway', 'GetResources', { restApiId: 'abc', limit: 500 }],
        ['apigateway', 'TestInvokeMethod', input],
      ]);
      assert.deepEqual(
        [status, headers, body.toString()],
        [
          201,
          [
            ['A', 'b'],
            ['A', 'c'],
          ],
          'made',
        ],
      );
    });

  it('reads an answer without headers and body', async () => {
    const { api } = aRemote({ TestInvokeMethod: { status: 500 } });

    const { status, headers, body } = await api.testInvoke(request);

    assert.deepEqual([status, headers, body.length], [500, [], 0]);
  });

  it('describes gateway responses by the names of their properties', async () => {
    const items = [{ responseType: 'THROTTLED', statusCode: '429' }];
    const { sent, api } = aRemote({ GetGatewayResponses: { items } });

    assert.deepEqual(await api.describeGatewayResponses(), {
      THROTTLED: { ResponseType: 'THROTTLED', StatusCode: '429' },
    });
    assert.deepEqual(sent, [['apigateway', 'GetGatewayResponses', { restApiId: 'abc', limit: 500 }]]);
  });
});
