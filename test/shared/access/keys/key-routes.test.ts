import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseApiKey } from '#shared/access/keys/api-key.ts';
import { keyAdminRoutes } from '#shared/access/keys/key-routes.ts';
import { createRouter } from '#shared/http/router.ts';
import { ApiKeyTable, NOON_SECONDS } from '../../../support/api-key-table.ts';

type Answer = {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly text: string;
};

/** The admin endpoints over a table; every request is signed unless it says otherwise. */
function anApi(table = new ApiKeyTable()) {
  const answer = createRouter(keyAdminRoutes(() => table.admin));
  let operations = 0;
  const send = async (routeKey: string, over: object = {}): Promise<Answer> => {
    const [method = '', path = ''] = routeKey.split(' ');
    operations += 1;
    const { body, ...rest } = over as { body?: unknown };
    const event = {
      version: '2.0',
      routeKey,
      headers: { 'idempotency-key': `operation-${operations}` },
      requestContext: {
        stage: '$default',
        requestId: 'r-1',
        timeEpoch: table.nowSeconds * 1000,
        http: { method, path },
        authorizer: { iam: { userArn: 'arn:aws:iam::123456789012:user/ada' } },
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      ...rest,
    };
    const reply = await answer(event, () => undefined);
    const text = reply.body ?? '';
    return { status: reply.statusCode, text, body: JSON.parse(text) as Answer['body'] };
  };
  const create = (body: object = {}) =>
    send('POST /access/keys', { body: { tenant: 'acme', prefix: 'shop_live', ...body } });
  const of = (keyId: unknown) => ({ pathParameters: { keyId: String(keyId) } });
  return { table, send, create, of };
}

describe('the admin endpoints of API keys', () => {
  it('create a key, and show it only in that answer', async () => {
    const { send, create, of } = anApi();

    const made = await create({
      name: 'CI',
      roles: ['support'],
      metadata: { region: 'eu' },
      lifetimeSeconds: 3600,
    });
    const { key, keyId } = made.body;
    const shown = await send('GET /access/keys/{keyId}', of(keyId));
    const listed = await send('GET /access/keys', { queryStringParameters: { tenant: 'acme' } });

    assert.equal(made.status, 200);
    assert.ok(typeof key === 'string');
    assert.ok(parseApiKey(key));
    assert.partialDeepStrictEqual(shown.body, {
      keyId,
      tenant: 'acme',
      name: 'CI',
      roles: ['support'],
      scopes: [],
      metadata: { region: 'eu' },
      state: 'active',
      createdAt: '2026-11-19T12:00:00.000Z',
      notAfter: '2026-11-19T13:00:00.000Z',
      changes: [{ kind: 'create', by: 'arn:aws:iam::123456789012:user/ada', at: '2026-11-19T12:00:00.000Z' }],
    });
    assert.partialDeepStrictEqual(listed.body, { keys: [{ keyId }] });
    for (const { text } of [shown, listed]) {
      assert.ok(!text.includes(key.slice(-36)));
      assert.doesNotMatch(text, /[0-9a-f]{64}/, 'nor a hash');
    }
  });

  it('rotate and revoke', async () => {
    const { table, send, create, of } = anApi();
    const { keyId } = (await create()).body;

    const rotated = await send('POST /access/keys/{keyId}/rotate', {
      ...of(keyId),
      body: { overlapSeconds: 60 },
    });
    const revoked = await send('POST /access/keys/{keyId}/revoke', of(keyId));

    assert.equal(typeof rotated.body['key'], 'string');
    assert.deepEqual(rotated.body['secrets'], [
      { createdAt: '2026-11-19T12:00:00.000Z' },
      { createdAt: '2026-11-19T12:00:00.000Z', notAfter: '2026-11-19T12:01:00.000Z' },
    ]);
    assert.equal(revoked.body['state'], 'revoked');
    assert.deepEqual(revoked.body['outside'], [{ step: 'flush rest abcdefghij/prod', done: true }]);
    assert.equal(table.nowSeconds, NOON_SECONDS);
  });

  it('say in the answer what API Gateway did not do', async () => {
    const { table, send, create, of } = anApi();
    const { keyId } = (await create()).body;
    table.isGatewayDown = true;

    const { status, body } = await send('POST /access/keys/{keyId}/revoke', of(keyId));

    assert.equal(status, 200);
    assert.deepEqual(body['outside'], [
      { step: 'flush rest abcdefghij/prod', done: false, reason: 'API Gateway cannot be reached' },
    ]);
  });

  it('list a tenant a page at a time', async () => {
    const { send, create } = anApi();
    for (let index = 0; index < 3; index += 1) await create();
    const page = (cursor?: unknown) =>
      send('GET /access/keys', {
        queryStringParameters: { tenant: 'acme', limit: '2', ...(cursor ? { cursor } : {}) },
      });

    const first = await page();
    const second = await page(first.body['next']);

    assert.equal((first.body['keys'] as unknown[]).length, 2);
    assert.equal((second.body['keys'] as unknown[]).length, 1);
    assert.equal(second.body['next'], undefined);
  });

  const make = 'POST /access/keys';
  const valid = { tenant: 'acme', prefix: 'shop_live' };
  const refusals = [
    { name: 'no tenant', route: make, over: { body: { prefix: 'shop_live' } }, status: 400, field: 'tenant' },
    {
      name: 'a misspelt field',
      route: make,
      over: { body: { ...valid, role: [] } },
      status: 400,
      field: 'role',
    },
    {
      name: 'more than 50 scopes',
      route: make,
      over: { body: { ...valid, scopes: Array.from({ length: 51 }, (_, index) => `s${index}`) } },
      status: 400,
      field: 'scopes',
    },
    {
      name: 'a role that is not text',
      route: make,
      over: { body: { ...valid, roles: [1] } },
      status: 400,
      field: 'roles',
    },
    {
      name: 'a prefix that no document takes',
      route: make,
      over: { body: { ...valid, prefix: 'other' } },
      status: 400,
      field: 'prefix',
    },
    {
      name: 'metadata that would pose as a standard claim',
      route: make,
      over: { body: { ...valid, metadata: { sub: 'x' } } },
      status: 400,
      field: 'metadata',
    },
    {
      name: 'metadata beyond its bounds',
      route: make,
      over: { body: { ...valid, metadata: { note: 'x'.repeat(257) } } },
      status: 400,
      field: 'metadata',
    },
    {
      name: 'an invalid life',
      route: make,
      over: { body: { ...valid, lifetimeSeconds: 0 } },
      status: 400,
      field: 'lifetimeSeconds',
    },
    { name: 'a body that is not JSON', route: make, over: { body: '{' }, status: 400, field: 'body' },
    {
      name: 'a change without an operation id',
      route: make,
      over: { body: valid, headers: {} },
      status: 400,
      field: 'Idempotency-Key',
    },
    {
      name: 'an unsigned request',
      route: make,
      over: {
        body: valid,
        requestContext: {
          stage: '$default',
          requestId: 'r',
          timeEpoch: 1,
          http: { method: 'POST', path: '/' },
        },
      },
      status: 403,
    },
    {
      name: 'an id of another form, which might name another item',
      route: 'GET /access/keys/{keyId}',
      over: { pathParameters: { keyId: 'x#KEY' } },
      status: 400,
      field: 'keyId',
    },
    {
      name: 'an unknown key',
      route: 'GET /access/keys/{keyId}',
      over: { pathParameters: { keyId: '0'.repeat(16) } },
      status: 404,
    },
    {
      name: 'an overlap beyond a month',
      route: 'POST /access/keys/{keyId}/rotate',
      over: { pathParameters: { keyId: '0'.repeat(16) }, body: { overlapSeconds: 2_592_001 } },
      status: 400,
      field: 'overlapSeconds',
    },
  ];
  for (const { name, route, over, status, field } of refusals)
    it(`refuse ${name}`, async () => {
      const { table, send } = anApi();
      const answer = await send(route, over);

      assert.equal(answer.status, status, answer.text);
      assert.equal((answer.body['field'] as string | undefined)?.toLowerCase(), field?.toLowerCase());
      assert.equal(table.items.size, 0);
    });

  it('are 503 while the table is out of reach', async () => {
    const { table, create } = anApi();
    table.isDown = true;

    assert.equal((await create()).status, 503);
  });
});
