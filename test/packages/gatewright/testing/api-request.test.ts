import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chooseApi, injectInto, makeRequest } from '../../../../packages/gatewright/testing/api-request.ts';
import type { RequestOptions } from '../../../../packages/gatewright/testing/api-request.ts';
import type { ApiRoutes, Gateway } from '../../../../packages/gateway/engine/index.ts';

const api = (
  logicalId: string,
  kind: ApiRoutes['kind'],
  stage = 'dev',
  routeKeys: readonly string[] = [],
): ApiRoutes => ({
  routes: routeKeys.map((routeKey) => {
    const [method = '', path = '$default'] = routeKey.split(' ');
    return {
      method,
      path,
      logicalId,
      apiKeyRequired: false,
      authorizer: undefined,
      functionName: 'f',
      target: undefined,
    };
  }),
  stack: 'shop',
  logicalId,
  id: `${logicalId}-id`,
  name: `shop-${logicalId}`,
  kind,
  stage,
  region: 'us-east-1',
  url: 'http://127.0.0.1:1/dev',
});

describe('a request of a test', () => {
  it('is a GET without a body and a POST with one, which is JSON if it is an object', () => {
    assert.deepEqual(makeRequest('/pets', {}), {
      method: 'GET',
      path: '/pets',
      headers: [],
      body: undefined,
    });
    const { method, headers, body } = makeRequest('/pets', { body: { name: 'Ole' }, token: 't' });
    assert.equal(method, 'POST');
    assert.deepEqual(headers, [
      ['Content-Type', 'application/json'],
      ['Authorization', 'Bearer t'],
    ]);
    assert.equal(String(body), '{"name":"Ole"}');
  });

  it('keeps the given method, headers and bytes', () => {
    const bytes = new Uint8Array([0xff, 0]);
    const headers = { 'content-type': 'image/png', 'X-Many': ['a', 'b'] };
    assert.deepEqual(makeRequest('/pets', { method: 'put', headers, body: bytes }), {
      method: 'PUT',
      path: '/pets',
      headers: [
        ['content-type', 'image/png'],
        ['X-Many', 'a'],
        ['X-Many', 'b'],
      ],
      body: Buffer.from(bytes),
    });
  });

  it('has one content type, whatever the case of the given header', () => {
    const typesOf = (headers: RequestOptions['headers'] = {}): readonly string[] =>
      makeRequest('/pets', { body: {}, headers }).headers.flatMap(([name, value]) =>
        name.toLowerCase() === 'content-type' ? [value] : [],
      );

    assert.deepEqual(typesOf(), ['application/json']);
    assert.deepEqual(typesOf({ 'X-Other': 'text/plain' }), ['application/json']);
    for (const name of ['content-type', 'Content-Type', 'CONTENT-TYPE'])
      assert.deepEqual(typesOf({ [name]: 'application/vnd.api+json' }), ['application/vnd.api+json']);
  });

  it('has the query behind what the path has already, encoded', () => {
    const query = { name: 'a b&c', page: 2, tag: ['x', 'y'] };
    assert.equal(makeRequest('/pets?z=1', { query }).path, '/pets?z=1&name=a+b%26c&page=2&tag=x&tag=y');
    assert.throws(() => makeRequest('pets', {}), /a path must begin with "\/"/);
  });
});

describe('the API that a request is for', () => {
  const all = [
    api('Pets', 'http'),
    api('Admin', 'rest'),
    api('Admin', 'rest', 'prod'),
    api('Live', 'websocket'),
  ];

  it('is the only one of its kind, or the named one', () => {
    assert.equal(chooseApi(all, true, {}).logicalId, 'Live');
    assert.equal(chooseApi(all, false, { api: 'Pets' }).id, 'Pets-id');
    assert.equal(chooseApi(all, false, { api: 'shop-Admin', stage: 'prod' }).stage, 'prod');
  });

  it('is requested with a list of the existing ones', () => {
    assert.throws(
      () => chooseApi(all, false, { api: 'Admin' }),
      /several APIs match; pass one of these options:\n {2}\{ api: 'Admin', stage: 'dev' \}\n {2}\{ api: 'Admin', stage: 'prod' \}$/,
    );
    assert.throws(
      () => chooseApi(all, false, { api: 'Live' }),
      /there is no API "Live"; the stacks have Pets/,
    );
    const ours = { ...api('Pets', 'http'), stack: 'gatewright' };
    assert.throws(
      () => chooseApi([...all, ours], false, { api: 'Other' }),
      /the stacks have Pets \(stage dev, stack shop\), Admin \(stage dev\), Admin \(stage prod\), Pets \(stage dev, stack gatewright\)/,
    );
    assert.throws(() => chooseApi([], true, {}), /there is no WebSocket API; the stacks have none/);
  });
});

describe('a request for one of several APIs', () => {
  const shop = {
    ...api('HttpApi', 'http', '$default', ['GET /health', 'GET /orders/{id}']),
    name: 'dev-shop',
  };
  const mail = {
    ...api('HttpApi', 'http', '$default', ['GET /health', 'ANY /mail/{proxy+}']),
    stack: 'mail',
    name: 'dev-mail',
  };
  const desk = api('Desk', 'rest', 'dev', ['GET /health', 'POST /orders/{id}']);
  const any = api('Any', 'http', '$default', ['$default']);
  const url = api('Url', 'function-url', '$default', ['ANY /{proxy+}']);
  const all = [shop, mail, desk, any, url].map((one) => ({ ...one, id: `${one.stack}${one.logicalId}` }));
  const chosen = (routeKey: string, options: RequestOptions = {}, apis = all): string => {
    const [method = '', path = ''] = routeKey.split(' ');
    return chooseApi(apis, false, options, { method, path }).id;
  };

  it('goes to the only one with a route for its method and path', () => {
    assert.equal(chosen('GET /orders/o1?a=b'), 'shopHttpApi');
    assert.equal(chosen('POST /orders/o1'), 'shopDesk');
    assert.equal(chosen('PUT /mail/a/b'), 'mailHttpApi');
    assert.equal(chosen('GET /health', { stage: 'dev' }), 'shopDesk');
  });

  it('goes to an API that serves every path only if no other API has a route', () => {
    const without = all.filter(({ kind }) => kind !== 'function-url');
    assert.equal(chosen('GET /other', {}, without), 'shopAny');
    assert.equal(chosen('GET /orders/o1', {}, without), 'shopHttpApi');
  });

  it('goes to the API that an option names, whether it has such a route or not', () => {
    assert.equal(chosen('GET /nowhere', { api: 'Desk' }), 'shopDesk');
  });

  it('is refused with the options that choose each API that has the route', () => {
    assert.throws(() => chosen('GET /health'), {
      message: [
        'several APIs have a route for GET /health; pass one of these options:',
        "  { api: 'dev-shop' }",
        "  { api: 'dev-mail' }",
        "  { api: 'Desk' }",
      ].join('\n'),
    });
    const two = all.slice(1, 3);
    assert.throws(() => chosen('GET /nowhere', {}, two), {
      message: [
        'no API has a route for GET /nowhere; pass one of these options:',
        "  { api: 'HttpApi' }",
        "  { api: 'Desk' }",
      ].join('\n'),
    });
  });

  it('names options each of which chooses its API', () => {
    const twins = [all[0], all[0]].flatMap((one, index) => (one ? [{ ...one, id: `twin${index}` }] : []));
    for (const apis of [all, twins])
      try {
        chosen('GET /health', {}, apis);
        assert.fail('the request is ambiguous');
      } catch (error) {
        const lines = (error as Error).message.split('\n').slice(1);
        assert.equal(new Set(lines).size, lines.length);
        for (const line of lines) {
          const [, name = '', , stage] = /api: '([^']*)'(, stage: '([^']*)')?/.exec(line) ?? [];
          assert.ok(chosen('GET /health', { api: name, ...(stage !== undefined && { stage }) }, apis));
        }
      }
  });
});

describe('the answer to a request of a test', () => {
  type Reply = {
    readonly status: number;
    readonly headers: readonly string[];
    readonly body: string | Buffer;
  };
  const seen: object[] = [];
  const answer = (reply: Reply, path: string, options: Parameters<typeof makeRequest>[1] = {}) =>
    injectInto(
      {
        inject: (request: object) => {
          seen.push(request);
          return Promise.resolve(reply);
        },
      } as unknown as Gateway,
      api('Pets', 'http'),
      makeRequest(path, options),
    );
  const empty = { headers: [], body: '' };

  it('comes from below the stage, with the headers that a client sends', async () => {
    await answer({ ...empty, status: 200 }, '/pets', { body: 'ü', headers: { 'X-A': ['1', '2'] } });

    assert.deepEqual(seen.at(-1), {
      apiId: 'Pets-id',
      method: 'POST',
      target: '/dev/pets',
      headers: ['Host', '127.0.0.1:1', 'X-A', '1', 'X-A', '2', 'Content-Length', '2'],
      body: Buffer.from('ü'),
    });
    await answer({ ...empty, status: 200 }, '/pets');
    assert.deepEqual(seen.at(-1), {
      apiId: 'Pets-id',
      method: 'GET',
      target: '/dev/pets',
      headers: ['Host', '127.0.0.1:1'],
    });
  });

  // "An integer from 200 to 599" is what a Response takes (Fetch Standard); a Lambda function may answer with any.
  it('has its status, even one with which a Response cannot be created, and no body if there must be none', async () => {
    for (const status of [200, 599, 600, 712, 999])
      assert.equal((await answer({ ...empty, status }, '/')).status, status);
    for (const status of [204, 205, 304])
      assert.equal((await answer({ ...empty, status }, '/')).body, null, String(status));
  });

  it('has every value of a header, and its bytes', async () => {
    const headers = ['Set-Cookie', 'a=1', 'X-B', 'b', 'set-cookie', 'c=2'];
    const response = await answer({ status: 201, headers, body: Buffer.from([0xff, 0]) }, '/');

    assert.deepEqual(response.headers.getSetCookie(), ['a=1', 'c=2']);
    assert.equal(response.headers.get('x-b'), 'b');
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), Buffer.from([0xff, 0]));
  });
});
