import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { startServer } from '../../../../packages/conformance/play/backends.ts';
import { describeApi } from '../../../../packages/conformance/play/running-api.ts';
import type { SeenRequest, Server } from '../../../../packages/conformance/play/backends.ts';
import type { RunningApi } from '../../../../packages/conformance/play/running-api.ts';

const RESOURCES = [
  { id: 'r1', path: '/' },
  { id: 'r2', path: '/pets' },
];
const INVOKE = '/restapis/abc/resources/r2/methods/POST';

describe('describeApi', () => {
  let server: Server;
  let api: RunningApi;
  const replies = new Map<string, object>();
  before(async () => {
    server = await startServer(({ method, path }) => {
      const reply = replies.get(`${method} ${path}`);
      return { status: reply === undefined ? 404 : 200, headers: {}, body: JSON.stringify(reply ?? {}) };
    });
  });
  after(() => server.close());
  beforeEach(() => {
    replies.clear();
    replies.set('GET /restapis/abc/resources', { item: RESOURCES });
    api = describeApi({
      apiId: 'abc',
      region: 'us-east-1',
      accountId: '123456789012',
      url: new URL(`${server.url}/dev/`),
      control: server.url,
      secret: 'secret-of-a-test',
      readLog: () => [],
      close: () => Promise.resolve(),
    });
  });
  const last = (): SeenRequest => {
    const seen = server.seen.at(-1);
    assert.ok(seen !== undefined);
    return seen;
  };
  const json = (): unknown => JSON.parse(last().body.toString());

  it('calls the API for REST APIs below this API, signed by the runner', async () => {
    replies.set('PUT /restapis/abc/models/m', { name: 'm' });

    assert.deepEqual(await api.call('PUT', '/models/m?a=b', { schema: '{}' }), { name: 'm' });

    const { query, headers } = last();
    assert.deepEqual(
      [query, headers['content-type'], json()],
      [{ a: 'b' }, 'application/json', { schema: '{}' }],
    );
    assert.match(
      headers['authorization'] ?? '',
      /Credential=AKIDPARITYRUNNER0001\/\d{8}\/us-east-1\/apigateway/,
    );
  });

  it('says which call was refused', async () => {
    await assert.rejects(api.call('GET', '/none?limit=1'), {
      message: 'the control port answered GET /restapis/abc/none with 404',
    });
  });

  for (const { method, data, signing, signer } of [
    { method: 'POST', data: 'hi', signing: undefined, signer: /AKIDPARITYRUNNER0001/ },
    {
      method: 'DELETE',
      data: undefined,
      signing: { as: 'stranger' },
      signer: /Credential=AKIDPARITY[0-9A-F]{10}/,
    },
    { method: 'GET', data: undefined, signing: null, signer: /^$/ },
  ])
    it(`calls ${method} @connections, signed ${JSON.stringify(signing)}`, async () => {
      await api.manage(method, 'L0SM9=', data === undefined ? data : Buffer.from(data), signing);

      const { path, body, headers, ...seen } = last();
      assert.deepEqual([seen.method, path], [method, '/dev/@connections/L0SM9%3D']);
      assert.equal(body.toString(), data ?? '');
      assert.match(headers['authorization'] ?? '', signer);
    });

  it('calls @connections over HTTP if the URL of the API is a ws: URL', async () => {
    const { port } = new URL(server.url);
    const chat = { ...api, url: new URL(`ws://127.0.0.1:${port}/live`), control: server.url, secret: 's' };

    await describeApi(chat).manage('GET', 'a');

    assert.equal(last().path, '/live/@connections/a');
  });

  const request = { method: 'POST', path: '/pets', resource: '/pets' };
  for (const { name, given, sent } of [
    { name: 'with its path', given: {}, sent: { pathWithQueryString: '/pets', headers: {} } },
    {
      name: 'with everything',
      given: { query: 'a=b', body: Buffer.from('hi'), headers: { C: 'd' } },
      sent: { pathWithQueryString: '/pets?a=b', body: 'hi', headers: { C: 'd' } },
    },
    { name: 'without a path', given: { path: null }, sent: { headers: {} } },
  ])
    it(`invokes a method as a test ${name}`, async () => {
      replies.set(`POST ${INVOKE}`, { status: 201, body: 'made', headers: { A: 'b' } });

      const reply = await api.testInvoke({ ...request, body: undefined, ...given });

      assert.deepEqual(json(), sent);
      assert.deepEqual([reply.status, reply.headers, reply.body.toString()], [201, [['A', 'b']], 'made']);
    });

  it('reads all values of a header of a test, and takes no body for an empty one', async () => {
    const multiValueHeaders = { A: ['b', 'c'] };
    replies.set(`POST ${INVOKE}`, { status: '200', headers: { A: 'c' }, multiValueHeaders });

    const { status, headers, body } = await api.testInvoke({ ...request, body: undefined });

    assert.deepEqual(
      [status, headers, body.toString()],
      [
        200,
        [
          ['A', 'b'],
          ['A', 'c'],
        ],
        '',
      ],
    );
  });

  it('invokes GET unless the case says otherwise', async () => {
    replies.set('GET /restapis/abc/resources', { item: RESOURCES[0] });
    replies.set('POST /restapis/abc/resources/r1/methods/GET', { status: 200 });

    const { headers } = await api.testInvoke({ method: null, path: '/', resource: '/', body: undefined });

    assert.deepEqual(headers, []);
  });

  for (const [resource, named] of [
    ['/none', '/none'],
    [undefined, '(none given)'],
  ] as const)
    it(`says that there is no ${named}`, async () => {
      const asked = {
        method: 'GET',
        path: '/',
        body: undefined,
        ...(resource !== undefined && { resource }),
      };

      await assert.rejects(api.testInvoke(asked), {
        message: `the response of GetResources does not contain the resource ${named}`,
      });
    });

  for (const [name, item, expected] of [
    ['none', {}, {}],
    ['an embedded one', { _embedded: { item: [{ responseType: 'A' }] } }, { A: { ResponseType: 'A' } }],
    [
      'one',
      { item: { responseType: 'THROTTLED', statusCode: '429' } },
      { THROTTLED: { ResponseType: 'THROTTLED', StatusCode: '429' } },
    ],
  ] as const)
    it(`describes gateway responses if there is ${name}`, async () => {
      replies.set('GET /restapis/abc/gatewayresponses', item);

      assert.deepEqual(await api.describeGatewayResponses(), expected);
    });

  it('moves the clock of the gateway, and signs at its time', async () => {
    replies.set('POST /_gatewright/clock', {});
    const dayOf = (): string => {
      const headers = api.sign(
        { method: 'GET', url: api.url, headers: {}, body: undefined },
        { as: 'runner' },
      );
      return headers['X-Amz-Date']?.slice(0, 4) ?? '';
    };
    const year = Number(dayOf());

    await api.advance(200 * 365 * 86_400_000);

    assert.deepEqual(json(), { shiftMs: 200 * 365 * 86_400_000 });
    assert.equal(last().headers['authorization'], 'Bearer secret-of-a-test');
    assert.ok(Number(dayOf()) - year >= 199);
  });

  it('says why the clock was not moved', async () => {
    await assert.rejects(api.advance(1), { message: 'the gateway did not move its clock: {}' });
  });
});
